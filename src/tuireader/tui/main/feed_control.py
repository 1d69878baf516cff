"""Commands for feeds: add, show, rename, unsubscribe."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import datetime
from functools import partial
from typing import NamedTuple

from textual.message import Message
from textual.widget import Widget

from tuireader.config import Config
from tuireader.errors import StoreError, TuireaderError
from tuireader.library.jobs import batching
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.reading import selectors, user_edits
from tuireader.library.subscribing import subscription
from tuireader.model import feed as model_feed
from tuireader.model.article import Clock, Mode
from tuireader.model.query import Query
from tuireader.store import feeds, pruning, site_facts
from tuireader.store.connection import Connection
from tuireader.store.queries import article_lists
from tuireader.text.sentences import counted
from tuireader.tui.dialogs import feed_info, forms, page_text, questions, settings, subscribe
from tuireader.tui.main.article_commands import ExternalPrograms
from tuireader.tui.main.background_tasks import BackgroundTasks
from tuireader.tui.main.navigation import Navigation
from tuireader.tui.main.panes import PanesScreen
from tuireader.tui.main.query_controller import QueryController
from tuireader.tui.main.statuses import SavedStep, StatusController, UndoStep
from tuireader.tui.support.safe_text import toast
from tuireader.tui.support.workers import ASKING, Web, start

REFETCHED_MAX = 50
"""Maximum number of texts refetched after the selectors of a feed change."""


class FeedsChanged(Message):
    """A feed was renamed, unsubscribed from, or restored."""

    def __init__(self, *, left: int | None = None) -> None:
        """`left` is the feed that was unsubscribed from."""
        super().__init__()
        self.left = left


class FeedController:
    """Shows the feed dialog and runs what is chosen there.

    Unsubscribing hides a feed; it is removed after a day, one that is synced when the program ends. Until then undo or
    adding it again brings it back.
    """

    def __init__(
        self,
        node: Widget,
        cache: Cache,
        web: Web,
        *,
        statuses: StatusController,
        external: ExternalPrograms,
        tasks: BackgroundTasks,
        config: Callable[[], Config],
        clock: Clock,
        undo_key: str,
    ) -> None:
        """`node` receives `FeedsChanged` and runs the workers; `undo_key` is the name of the undo key."""
        self._node = node
        self._cache = cache
        self._web = web
        self._statuses = statuses
        self._external = external
        self._tasks = tasks
        self._config = config
        self._clock = clock
        self._undo_key = undo_key

    def remove_left(self) -> None:
        """Remove the unsubscribed feeds whose time is over."""
        self._cache.write_soon(partial(_unsubscribe_leaving, now=self._clock()))

    def show(self, summary: model_feed.FeedSummary | None) -> None:
        """Show the dialog of a feed; without a feed, say how to choose one."""
        if summary is None:
            toast(self._node, "Select a feed or an article first")
            return
        start(self._node, partial(self._show, summary.feed), group=ASKING, exclusive=True)

    async def _show(self, feed: model_feed.Feed) -> None:
        known = await self._cache.read(partial(_known, feed=feed, usual=self._config().full_text))

        dialog = feed_info.FeedInfoScreen(known, self._clock())
        questions.open_dialog(self._node.app, dialog, lambda wish: self._do(feed, wish))

    def _do(self, feed: model_feed.Feed, wish: feed_info.FeedAction | None) -> None:
        if wish is None:
            return
        if wish.kind == "site":
            self._external.browse(feed.site or feed.url)
        elif wish.kind == "rename":
            start(self._node, partial(self._rename, feed, wish.text), group="rename")
        elif wish.kind == "selector":
            start(self._node, partial(self._ask_for_selectors, feed), group=ASKING, exclusive=True)
        elif wish.kind == "settings":
            start(self._node, partial(self._ask_for_settings, feed), group=ASKING, exclusive=True)
        else:
            self._ask_to_unsubscribe(feed)

    def ask_to_unsubscribe(self, summary: model_feed.FeedSummary | None) -> None:
        """Ask before unsubscribing from a feed; without a feed, say how to choose one."""
        if summary is None:
            toast(self._node, "Select a feed or an article first")
        else:
            self._ask_to_unsubscribe(summary.feed)

    def _ask_to_unsubscribe(self, feed: model_feed.Feed) -> None:
        question = f"Unsubscribe from {feed.name} and delete its articles?"
        undo = f"{self._undo_key}: undo"
        questions.confirm(self._node.app, question, "Unsubscribe", partial(self.unsubscribe, feed), undo)

    async def _rename(self, feed: model_feed.Feed, title: str) -> None:
        await self._cache.write(lambda c: _rename(c, feed.id, title))
        before = feed.name if feed.is_of_account else feed.custom_title
        step = UndoStep(f"Renamed back to {feed.name}", feed_id=feed.id, title=before)
        self._statuses.add_undo_step(step)
        toast(self._node, f"Renamed to {title or feed.title} · {self._undo_key}: undo")
        self._node.post_message(FeedsChanged())

    async def _ask_for_selectors(self, feed: model_feed.Feed) -> None:
        chosen = await self._cache.read(partial(site_facts.selectors, feed_id=feed.id))

        def keep(new: page_text.TextSelectors | None) -> None:
            if new is not None:
                start(self._node, partial(self._keep_selectors, feed, new), group="rename")

        questions.open_dialog(
            self._node.app,
            page_text.PageTextScreen(feed, self._cache, self._web, page_text.TextSelectors(*chosen)),
            keep,
        )

    async def _ask_for_settings(self, feed: model_feed.Feed) -> None:
        given = await self._cache.read(partial(feeds.options, feed_id=feed.id))

        def change(name: str, value: str) -> None:
            start(self._node, partial(set_option, name, value), group="rename")

        async def set_option(name: str, value: str) -> None:
            await self._set_option(feed, name, value)
            given[name] = value
            if dialog.is_attached:
                dialog.show_values()

        dialog = settings.SettingsScreen(f"Settings of {feed.name}", settings.of_feed(given, self._config(), change))
        questions.open_dialog(self._node.app, dialog)

    async def _set_option(self, feed: model_feed.Feed, name: str, value: str) -> None:
        await self._cache.write(partial(subscription.set_option, feed_id=feed.id, name=name, value=value or None))
        self._node.post_message(FeedsChanged())
        if name in user_edits.SELECTORS:
            self._fetch_again(await self._cache.read(partial(site_facts.complete, feed_id=feed.id)))

    async def _keep_selectors(self, feed: model_feed.Feed, chosen: page_text.TextSelectors) -> None:
        there = await self._cache.write(lambda c: _choose(c, feed.id, chosen))
        toast(self._node, "Selectors saved")
        self._fetch_again(there)

    def _fetch_again(self, ids: Sequence[int]) -> None:
        self._tasks.fetch_again(ids[:REFETCHED_MAX])

    def unsubscribe(self, feed: model_feed.Feed) -> None:
        """Mark a feed for removal; can be undone."""
        step = UndoStep(f"Restored {feed.name}", feed_id=feed.id)
        leave = partial(subscription.leave, feed_id=feed.id, now=self._clock())
        start(self._node, partial(self._leave, step, feed, self._statuses.add_undo_step(step, leave)), group="writes")

    async def _leave(self, step: UndoStep, feed: model_feed.Feed, written: Future[SavedStep]) -> None:
        try:
            await batching.wait_for(written)
        except TuireaderError:
            self._statuses.drop_undo_step(step)
            raise
        starred = await self._cache.read(partial(feeds.starred, feed_id=feed.id))
        self._node.post_message(FeedsChanged(left=feed.id))
        what = f"{feed.name} ({counted(starred, 'starred article')})" if starred else feed.name
        toast(self._node, f"Unsubscribed from {what} · {self._undo_key}: undo")

    def restore(self, step: UndoStep) -> None:
        """Undo an unsubscription."""
        start(self._node, partial(self._stay, step), group="writes")

    async def _stay(self, step: UndoStep) -> None:
        try:
            was_left = await self._cache.write(partial(_stay, feed_id=step.feed_id or 0))
        except TuireaderError:
            self._statuses.add_undo_step(step)
            raise
        self._node.post_message(FeedsChanged())
        if step.undone:
            toast(self._node, step.undone if was_left else "Nothing to restore: the feed was added again, or removed")


def _known(c: Connection, feed: model_feed.Feed, usual: Mode) -> feed_info.FeedFacts:
    """Collect the facts for the feed dialog, with counts that ignore the current query."""
    unread, total = feeds.counts(c, feed.id)
    return feed_info.FeedFacts(
        model_feed.FeedSummary(feed, unread, total),
        site_facts.archive_of(c, feed.id),
        site_facts.mode(c, feed.id, usual),
        site_facts.learned(c, feed.id),
        site_facts.selectors(c, feed.id),
        pruning.used_by(c, feed.id),
        site_facts.page_list_of(c, feed.id),
    )


def _choose(c: Connection, feed_id: int, chosen: page_text.TextSelectors) -> list[int]:
    return selectors.choose(c, feed_id, *chosen)


def _rename(connection: Connection, feed_id: int, title: str) -> None:
    subscription.rename(connection, feed_id, title)


def _stay(connection: Connection, feed_id: int) -> bool:
    """Cancel the removal of a feed; returns whether there was one to cancel."""
    was_left = feed_id in feeds.leaving(connection)
    feeds.stay(connection, feed_id)
    return was_left


def _unsubscribe_leaving(connection: Connection, now: datetime) -> None:
    if feeds.leaving(connection):
        subscription.unsubscribe_leaving(connection, now)


class Destination(NamedTuple):
    """The list and the article to show for an address."""

    query: Query
    article_id: int | None
    """The article to open."""
    said: str
    """A message for the user."""


class SiteAdded(Message):
    """The dialog was closed; `added` is None if nothing was added."""

    def __init__(self, added: forms.Added | None) -> None:
        super().__init__()
        self.added = added


class AddController:
    """Asks for the address of a site, and finds the list and the article to show for it."""

    def __init__(self, node: PanesScreen, cache: Cache, web: Web, connection: Connection, clock: Clock) -> None:
        """`node` receives `SiteAdded`; `connection` is for reads on the loop."""
        self._node = node
        self._cache = cache
        self._web = web
        self._connection = connection
        self._clock = clock

    def ask(self, addresses: Sequence[str]) -> None:
        """Open the subscribe dialog; `addresses` are subscribed to at once."""
        is_first = not self.has_feeds()
        self._open(
            subscribe.SubscribeScreen(self._cache, self._web, clock=self._clock, addresses=addresses, is_first=is_first)
        )

    def ask_for_file(self) -> None:
        """Open the dialog that imports a file."""
        self._open(subscribe.ImportScreen(self._cache, self._web, clock=self._clock))

    def ask_for_page(self) -> None:
        """Open the dialog that saves a single page."""
        self._open(subscribe.PageScreen(self._cache, self._web, clock=self._clock))

    def _open(self, dialog: forms.AddressScreen) -> None:
        questions.open_dialog(self._node.app, dialog, lambda added: self._node.post_message(SiteAdded(added)))

    def has_feeds(self) -> bool:
        """Whether there are subscriptions; True if they cannot be read, which is reported."""
        try:
            return feeds.has_any(self._connection)
        except StoreError as error:
            toast(self._node, str(error), severity="error")
            return True

    def lead_to(self, added: forms.Added, choosing: QueryController, journey: Navigation) -> None:
        start(self._node, partial(self._lead_to, added, choosing, journey), group="added", exclusive=True)

    async def _lead_to(self, added: forms.Added, choosing: QueryController, journey: Navigation) -> None:
        there = await self.destination(added)
        await choosing.show(there.query)
        if there.said:
            toast(self._node, there.said)
        if there.article_id is None:
            self._node.show_pane("headlines")
        else:
            journey.open(there.article_id)

    async def destination(self, added: forms.Added) -> Destination:
        """Find what to show after adding: the list, and the article of the address, else the newest of a new feed."""
        query = Query() if added.feed_id is None else Query(feeds=(added.feed_id,))

        def look(connection: Connection) -> Destination:
            every = feeds.every(connection)
            there = Destination(Query() if len(every) == 1 else query, added.article_id, "")
            if added.article_id is not None:
                return there
            if added.was_here:
                name = next((feed.name for feed in every if feed.id == added.feed_id), "This site")
                return there._replace(said=added.said or f"Already subscribed to {name}")
            newest = article_lists.window(connection, query, 0, 1)
            if not newest:
                return there._replace(said="No articles in this feed yet")
            return there._replace(article_id=newest[0].id)

        return await self._cache.read(look)
