"""What is done in the background besides asking for new articles: whole texts, what is older, what is to go."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING

from tuireader.errors import BusyError, TuireaderError
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.store import full_texts
from tuireader.text.plural import counted
from tuireader.tui.keys import keys_of
from tuireader.tui.main.downloading import DownloadController
from tuireader.tui.main.reading_pane import ReadingPane
from tuireader.tui.main.refreshing import RefreshBrought, RefreshEnded, RefreshProgressed
from tuireader.tui.main.syncing import SyncController
from tuireader.tui.support.safe_text import toast
from tuireader.tui.support.web import Web
from tuireader.tui.support.workers import ASKING, start

if TYPE_CHECKING:
    from textual.widget import Widget
    from textual.worker import Worker

    from tuireader.config.options import Config
    from tuireader.library.jobs.cache_gateway import Cache
    from tuireader.library.rules.prune import Wanted
    from tuireader.model.clock import Clock
    from tuireader.model.feed import Backfilled, Feed
    from tuireader.model.full_text import Mode
    from tuireader.tui.main.panes import PanesScreen
    from tuireader.tui.support.web import Web

Shown = Callable[[], "int | None"]
_MODULE = "tuireader.library.reading.completing"


class ArchiveController:
    """Brings in what a feed's site has published before; asked again, it stops."""

    def __init__(self, node: Widget, cache: Cache, web: Web, clock: Clock, *, arrives_read: bool) -> None:
        """`node` is who is told, and whose workers do the work."""
        self._node = node
        self._cache = cache
        self._web = web
        self._clock = clock
        self._arrives_read = arrives_read
        self._worker: Worker[None] | None = None
        self.progress = ""
        """How far the present run is; empty while there is none."""

    def read_back(self, feed: Feed | None) -> None:
        """Read the site of a feed back, from where that stopped; or stop doing so."""
        if self.progress and self._worker is not None:
            self._worker.cancel()
            toast(self._node, "The archive is stopped. Asked again, it goes on from there.")
        elif feed is not None and feed.holds_pages:
            toast(self._node, "Saved pages are single ones: there are no older articles to bring in.")
        elif feed is None:
            toast(self._node, "Put the cursor on a feed, or on an article of one, to bring in its older articles.")
        else:
            self._worker = start(self._node, partial(self._read_back, feed), group="archive")

    async def _read_back(self, feed: Feed) -> None:
        self._say("looking for older articles")
        last: Backfilled | None = None
        try:
            async with self._web.queue("tuireader.library.archiving.backfill") as queue:
                from tuireader.library.archiving import messages
                from tuireader.library.archiving.backfill import backfill
                from tuireader.library.archiving.take import Wanted

                wanted = Wanted(is_read=self._arrives_read)
                async with aclosing(backfill(self._cache, queue, feed, clock=self._clock, wanted=wanted)) as events:
                    async for event in events:
                        last = event
                        self._say(messages.progress(event))
                        if event.new:
                            self._node.post_message(RefreshBrought())
        finally:
            self._say("")
            self._node.post_message(RefreshEnded())  # what came is indexed then
        if last is not None:
            is_failed = last.status == "failed"
            toast(self._node, f"{feed.name}: {messages.ended(last)}", severity="error" if is_failed else "information")

    def _say(self, progress: str) -> None:
        self.progress = progress and f"archive: {progress}"
        self._node.post_message(RefreshProgressed())


class CompletionController:
    """Completes what feeds give only the beginning of, one run after the other. Nobody waits for it: it is silent."""

    def __init__(self, node: Widget, cache: Cache, web: Web, clock: Clock, *, usual: Mode, shown: Shown) -> None:
        """`node` is who is told, and whose workers do the work; `usual` is for feeds of which nothing is set.

        `shown` gives the article on the screen, whose turn comes first.
        """
        self._shown = shown
        self._node = node
        self._cache = cache
        self._web = web
        self._clock = clock
        self._usual = usual
        self._is_wanted = self._runs = False
        self.progress = ""
        """How far the present run is; empty while nothing came of it."""

    def complete(self) -> None:
        """Complete what is left in all feeds, after what is being completed."""
        self._is_wanted = True
        if not self._runs:
            self._runs = True
            start(self._node, self._complete_all, group="complete")

    async def _complete_all(self) -> None:
        try:
            while self._is_wanted:
                self._is_wanted = False
                await self._complete()
        except (BusyError, TuireaderError):  # the next refresh does it
            self._is_wanted = False
        finally:
            self._runs = False
            self._say(0)

    async def _complete(self) -> None:
        if not await self._cache.read(partial(full_texts.unfinished, usual=self._usual, most=1)):
            return
        came = 0
        async with self._web.queue(_MODULE) as queue:
            from tuireader.library.reading.completing import complete_new

            run = complete_new(self._cache, queue, usual=self._usual, clock=self._clock, shown=self._shown())
            async with aclosing(run) as events:
                async for event in events:
                    if event.error is None:
                        came += 1
                        self._say(came)
                        self._node.post_message(ReadingPane.Fetched(event.article_id, is_asked=False))

    def _say(self, came: int) -> None:
        self.progress = f"{counted(came, 'full text')} came" if came else ""
        self._node.post_message(RefreshProgressed())


class PruneController:
    """Says what would be removed, and removes it if that is wanted."""

    def __init__(self, node: Widget, cache: Cache, clock: Clock, config: Config) -> None:
        """`node` is who is told, and whose workers do the work."""
        self._node = node
        self._cache = cache
        self._clock = clock
        self._config = config
        self.progress = ""
        """How far it is; empty while nothing is removed."""

    def ask(self) -> None:
        """Show what would go, and ask."""
        if self.progress:
            toast(self._node, f"At work: {self.progress}.")
        else:
            start(self._node, self._ask, group=ASKING, exclusive=True)

    async def _ask(self) -> None:
        from tuireader.library.rules.prune import look
        from tuireader.store.pruning import Limits

        config = self._config
        limits = Limits(config.keep_days, config.keep_articles, config.keep_megabytes)
        found = await self._cache.read(partial(look, now=self._clock(), limits=limits))
        if not found.ids:
            toast(
                self._node,
                "There is nothing to remove. What may go, and when, is set by keep_days, keep_articles and"
                " keep_megabytes in the configuration; what is unread, starred or tagged stays.",
            )
            return
        from tuireader.tui.lists.choice_list import Line
        from tuireader.tui.screens.choice_dialog import ChooseScreen
        from tuireader.tui.screens.dialog import open_dialog

        rows = [Line("Keep everything"), Line(f"Remove {counted(len(found.ids), 'article')}", "not fetched again")]
        title = f"{found.said}: read, not starred, not tagged"
        open_dialog(self._node.app, ChooseScreen(title, rows), partial(self._take, found))

    def _take(self, found: Wanted, choice: int | None) -> None:
        if choice == 1:
            start(self._node, partial(self._prune, found), group="pruning")

    async def _prune(self, found: Wanted) -> None:
        from tuireader.library.rules.prune import give_back, in_megabytes, prune

        done, said = 0, ""
        try:
            async with aclosing(prune(self._cache, found.ids)) as steps:
                async for done in steps:
                    self._say(f"{done}/{len(found.ids)} removed")
            self._say("giving the room back")
            said = f" The cache is smaller by {in_megabytes(await give_back(self._cache))}."
        except BusyError:
            said = " Another program holds the cache: the room is given back the next time."
        finally:
            self._say("")
            self._node.post_message(RefreshEnded())
        toast(self._node, f"{counted(done, 'article')} removed.{said}")

    def _say(self, progress: str) -> None:
        self.progress = progress
        self._node.post_message(RefreshProgressed())


class Errands:
    """Runs them beside each other, each kind one at a time."""

    def __init__(self, panes: PanesScreen, cache: Cache, web: Web, *, config: Config, clock: Clock) -> None:
        """`panes` is who is told, and whose workers do the work."""
        self._panes = panes
        self.downloads = DownloadController(panes, cache, web)
        self.archiving = ArchiveController(panes, cache, web, clock, arrives_read=config.archive_read)
        self.completing = CompletionController(
            panes, cache, web, clock, usual=config.full_text, shown=lambda: _open_in(panes)
        )
        self.pruning = PruneController(panes, cache, clock, config)
        add_key, sync_key = (keys_of(name, config.keymap)[0] for name in ("account", "sync"))
        self.syncing = SyncController(panes, cache, web, clock, key=add_key, sync_key=sync_key)

    @property
    def progress(self) -> str:
        """How far all of them are; empty where nothing is under way."""
        every = (self.downloads, self.archiving, self.completing, self.pruning, self.syncing)
        return " · ".join(filter(None, (each.progress for each in every)))

    def download(self) -> None:
        """Fetch the texts of what is selected, else of what is shown; in the sidebar, of the row under the cursor."""
        panes = self._panes
        selected = panes.headlines.selected
        if selected:
            self.downloads.fetch(selected)
        else:
            in_sidebar = (
                panes.sidebar.query_of_pointed(panes.headlines_pane.wanted) if panes.pane == "sidebar" else None
            )
            self.downloads.fetch_all(in_sidebar or panes.headlines_pane.wanted)


def _open_in(panes: PanesScreen) -> int | None:
    opened = panes.reading.opened
    return None if opened is None else opened[0].id
