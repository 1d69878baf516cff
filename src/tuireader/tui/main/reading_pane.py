"""The article pane: opens articles off the loop, steps between them, keeps the reading position of each."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from importlib import import_module
from sqlite3 import Connection
from typing import Literal, NamedTuple

from textual import work
from textual.message import Message
from textual.worker import Worker, get_current_worker

from tuireader.async_tools import in_thread
from tuireader.content.document import model
from tuireader.content.layout import layout
from tuireader.errors import NotFoundError, StoreError, TuireaderError
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.politeness import queue as politeness_queue
from tuireader.library.reading import full_text, open_article
from tuireader.model import article as model_article
from tuireader.model.article import Mode, Status, StatusChange, with_changes
from tuireader.model.query import Query
from tuireader.store import articles, site_facts
from tuireader.store.queries import article_lists
from tuireader.tui.article import view as article_view
from tuireader.tui.chrome import Backdrop
from tuireader.tui.lists.headline_window import View
from tuireader.tui.main.headlines_pane import ListPosition, list_view
from tuireader.tui.support.safe_text import toast
from tuireader.tui.support.workers import IDLE_DELAY, Debounce, Web, give_back_memory, is_busy

_PREPARED = (
    "tuireader.text.bidi",
    "tuireader.content.layout.paragraph",
    "tuireader.text.folding",
    "tuireader.tui.article.page_layout",
    "tuireader.tui.article.paint",
)
"""Modules that the article view needs and that take long to load."""
POSITION_DEBOUNCE = 1.0
"""Seconds without scrolling until the reading position is saved."""


_WARM_UP_DELAY = 0.3
"""Seconds after the first headlines until counts and other rows arrive."""
_REHEARSED, _REHEARSED_WIDTH = 6, 72
"""Blocks laid out for warm-up, and the width."""


FromServer = Callable[["politeness_queue.PoliteQueue", int], Awaitable[bool]]
log = logging.getLogger("tuireader")
Way = Literal["opened", "previewed", "resumed", "beside", "again"]
"""Why an article is shown: opened by the user, previewed under the cursor, restored with or without focus, or reloaded
with more text."""


class Arrival(NamedTuple):
    """An article that is shown now."""

    query: Query
    """The query of its list."""
    article_id: int
    around: View | None
    """The list around it, if its row was unknown."""
    status: Status
    how: Way = "opened"
    passed: Collection[int] = ()
    """Unread articles that quick steps have passed on the way."""


class Start(NamedTuple):
    """The article from which "next" and "previous" start."""

    article_id: int
    is_next_unread: bool = False
    """Whether it counts as the next unread article itself: under the cursor, unread, not opened."""


class ReadingPane(Backdrop):
    """Holds the article view, which is made on first use.

    Opening is exclusive: a slow old article never replaces a new one.
    """

    class Fetched(Message):
        """The full text of an article is in the cache."""

        def __init__(self, article_id: int, *, is_asked: bool = True) -> None:
            """`is_asked`: the user asked for it."""
            super().__init__()
            self.article_id = article_id
            self.is_asked = is_asked

    def __init__(
        self,
        cache: Cache,
        web: Web,
        *,
        make: Callable[[], article_view.ArticleView],
        arrived: Callable[[Arrival], None],
        unwritten: Sequence[StatusChange],
        endings: tuple[str, str, str, str],
        to_unread: bool,
        id: str | None = None,  # noqa: A002 - Textual's name
    ) -> None:
        """`make` makes the view; `arrived` is called when an article is shown, before the next key acts.

        `unwritten` holds changes that reads may not include yet.
        """
        super().__init__(id=id)
        self._cache = cache
        self._web = web
        self._make = make
        self._arrived = arrived
        self._unwritten = unwritten
        self._endings = endings
        self.from_server: FromServer = _from_no_server
        """Gets the full text of an article from the server of its account."""
        self._to_unread = to_unread
        self._view: article_view.ArticleView | None = None
        self.opened: tuple[model_article.Article, Status] | None = None
        """The open article and its status."""
        self.is_of_the_past = False
        """Whether the open article was removed."""
        self._shows_page = False
        """Whether the open text comes from the article's page."""
        self._fetching: set[int] = set()
        """Articles of which the full text is being fetched."""
        self._as_given: set[int] = set()
        """Articles shown as their feeds gave them, although the texts of their pages are here."""
        self._looked_at: set[int] = set()
        """Feeds whose language was looked up since the start."""
        self._changes: list[StatusChange] = []
        """Changes made since an article was last read from the cache, or unwritten at that time."""
        self._positions: dict[int, int] = {}
        """Reading positions by article, before they are written."""
        self._stillness = Debounce(self, POSITION_DEBOUNCE, self.keep_position)
        self._shower: Worker[None] | None = None
        """The worker that showed the article and may still be finishing."""
        self._steps: tuple[tuple[int, bool], ...] = ()
        """Pending steps: by how many articles, and whether to unread ones only."""

    @property
    def view(self) -> article_view.ArticleView:
        if self._view is None:
            self._view = self._make()
            self.mount(self._view)
        return self._view

    @property
    def has_article(self) -> bool:
        return self._view is not None and self._view.article is not None

    def invite(self, sentence: str) -> None:
        if self._view is not None and self._view.article is None:
            self._view.clear(sentence)

    def close(self) -> None:
        """Show no article."""
        self.keep_position()
        self.workers.cancel_group(self, "preview")
        self.opened = None
        if self._view is not None:
            self._view.close()

    @property
    def title_out_of_sight(self) -> str:
        """The title of the open article if it is scrolled out of view; else ""."""
        view = self._view
        return view.article.title if view is not None and view.is_past_head and view.article is not None else ""

    @work
    async def prepare(self, likely: int | None) -> None:
        """Load the article modules and make the view after the headlines are shown, mostly off the loop.

        The article `likely` is read and laid out once, unseen, since first use is slow. Widget modules are loaded on
        the loop: Textual iterates over subclasses that loading could change.
        """
        for module in _PREPARED:
            await in_thread(import_module, module)
        await asyncio.sleep(_WARM_UP_DELAY)
        if likely is not None and not self.is_opening and not self.has_article:
            with suppress(NotFoundError):
                await self._cache.read(lambda c: _rehearse(self._read(c, likely).document))
        await in_thread(give_back_memory)
        if self.is_mounted:  # the program may have been ended meanwhile
            self.view.refresh()

    # Opening.

    def open(self, article_id: int, position: ListPosition) -> None:
        """Open an article; it is also looked up in the list so that the cursor can follow."""
        self._steps = ()
        self._open(article_id, position)

    def reopen(self, article_id: int, position: ListPosition, *, is_asked: bool) -> None:
        """Reload the article, if it is still open, because more of its text is in the cache; its position stays.

        Unless the user asked for it (`is_asked`), only if it is scrolled to the top and no article is being opened.
        """
        if self.opened is None or self.opened[0].id != article_id:
            return
        if is_asked:
            self._open(article_id, position)
        elif not self.view.scroll_y and not self.is_opening:
            self._open(article_id, position, "again")

    @work(exclusive=True, group="full-text")
    async def fetch_full_text(self, article_id: int) -> None:
        """Fetch the full text of an article from its site; if it is here, switch between the two texts."""
        if await self._cache.read(partial(site_facts.has_full_text, article_id=article_id)):
            self._turn(article_id)
            return
        toast(self, "Fetching full text…")
        try:
            await self._fetch_text(article_id)
        except TuireaderError as error:
            toast(self, str(error), severity="error")
        else:
            self.app.clear_notifications()
            self._as_given.discard(article_id)
            self.post_message(self.Fetched(article_id))

    @work(group="full-text")
    async def complete_excerpt(self, article_id: int, usual: Mode) -> None:
        """Fetch the full text of an opened excerpt, unless its feed's mode, by default `usual`, is "never".

        If that fails, the excerpt stays, and its last line says how to try again.
        """
        if not await self._cache.read(partial(_is_worth_fetching, article_id=article_id, usual=usual)):
            return
        toast(self, "Fetching full text…", timeout=10)
        try:
            await self._fetch_text(article_id)
        except TuireaderError as error:
            log.debug("no full text of %s: %s", article_id, error)
        else:
            self.post_message(self.Fetched(article_id, is_asked=False))
        self.app.clear_notifications()

    async def _fetch_text(self, article_id: int) -> None:
        """Fetch the full text of an article from its server or its page; raises TuireaderError."""
        self._fetching.add(article_id)
        try:
            async with self._web.queue("tuireader.library.reading.full_text") as queue:
                if not await self.from_server(queue, article_id):
                    await full_text.fetch_full_text(self._cache, queue, article_id)
        finally:
            self._fetching.discard(article_id)

    @property
    def is_fetching(self) -> bool:
        """Whether the full text of the open article is being fetched."""
        return self.opened is not None and self.opened[0].id in self._fetching

    def _turn(self, article_id: int) -> None:
        """Switch between the feed's text and the page's text."""
        if self.opened is None or self.opened[0].id != article_id:
            toast(self, "Full text fetched")
            return
        if self._shows_page or article_id in self._as_given:  # else it came while the article was open
            self._as_given ^= {article_id}
        is_given = article_id in self._as_given
        toast(self, "Feed text" if is_given else "Full text", timeout=1.5)
        self.post_message(self.Fetched(article_id))

    def resume(self, article_id: int, position: ListPosition, *, into: bool) -> None:
        self._steps = ()
        self._open(article_id, position, "resumed" if into else "beside")

    @work(exclusive=True, group="preview")
    async def preview(self, article_id: int) -> None:
        """Show an article as a preview, unless another is being opened."""
        if self.is_opening:
            return
        self._changes = [*self._unwritten]
        try:
            opened = await self._cache.read(lambda c: self._read(c, article_id))
        except NotFoundError:  # it was removed since; the list will say so
            return
        await self._show(opened, ListPosition(Query(), frozenset()), None, "previewed")

    @work(exclusive=True, group="article")
    async def _open(self, article_id: int, position: ListPosition, how: Way = "opened") -> None:
        self._changes = [*self._unwritten]

        def read(connection: Connection) -> tuple[View | None, open_article.OpenArticle, bool]:
            opened = self._read(connection, article_id)
            return _around(connection, position, article_id), opened, self._is_last(connection, position, article_id)

        try:
            around, opened, is_last = await self._cache.read(read)
        except NotFoundError as error:
            toast(self, str(error), severity="warning")
            return
        await self._show(opened, position, around, how, is_last=is_last)

    def _is_last(self, connection: Connection, position: ListPosition, article_id: int) -> bool:
        """True if no article follows; not computed for search results."""
        if position.query.text.strip():
            return False
        return article_lists.neighbour(connection, position.query, article_id, 1, unread=self._to_unread) is None

    def _read(self, connection: Connection, article_id: int) -> open_article.OpenArticle:
        # Imported in the thread that opens the first article: it brings the HTML and Markdown libraries along.
        given = article_id in self._as_given
        return open_article.open_article(
            connection, article_id, endings=open_article.Endings(*self._endings), beginning=True, given=given
        )

    async def _show(
        self,
        opened: open_article.OpenArticle,
        position: ListPosition,
        around: View | None,
        how: Way = "opened",
        *,
        is_last: bool = False,
        passed: Collection[int] = (),
    ) -> None:
        self.keep_position()
        if how != "previewed":
            self.workers.cancel_group(self, "preview")
        status = with_changes(opened.article.id, opened.status, self._changes)
        stopped = self._positions.setdefault(opened.article.id, status.position)
        opened = replace(opened, status=replace(status, position=stopped))
        self.opened = (opened.article, opened.status)
        self.is_of_the_past = False
        self._shows_page = opened.is_of_page
        self.view.is_last = is_last
        self.view.show(opened)
        self._shower = get_current_worker()
        self._arrived(Arrival(position.query, opened.article.id, around, opened.status, how, passed))
        if not opened.whole:
            painted = asyncio.Event()  # the beginning is on the screen before the rest takes time
            self.call_after_refresh(painted.set)
            await painted.wait()
            self.view.complete(await in_thread(_completed, opened, self._endings))
        if not opened.document.lang:
            self.call_after_refresh(self._learn_language_if_needed, opened.article.feed_id)

    def _learn_language_if_needed(self, feed_id: int) -> None:
        """Detect the languages of feeds later if words are divided; called when the width is known."""
        if self.view.divides_words and feed_id not in self._looked_at:
            self._looked_at.add(feed_id)
            self.set_timer(IDLE_DELAY, self._learn_languages)

    @work(exclusive=True, group="languages")
    async def _learn_languages(self) -> None:
        """Detect the languages of feeds, for articles opened later."""
        with suppress(StoreError):  # then their words stay whole
            await self._cache.take(open_article.learn_language)

    @property
    def is_opening(self) -> bool:
        return is_busy(self, "article", but=self._shower)

    @property
    def is_stepping(self) -> bool:
        return bool(self._steps)

    # From one to the next.

    def step(self, by: int, start: Start | None, position: ListPosition, *, unread: bool) -> None:
        """Open the next article (1) or the previous (-1); quick steps add up."""
        self._steps = (*self._steps, (by, unread))
        self._walk(self._steps, start, position)

    @work(exclusive=True, group="article")
    async def _walk(self, steps: Sequence[tuple[int, bool]], start: Start | None, position: ListPosition) -> None:
        """Find the article that steps lead to, and open it."""
        self._changes = [*self._unwritten]
        if start is None:
            self._steps = ()
            return
        by, unread = steps[0]
        here = start.is_next_unread and unread and by > 0

        def find(connection: Connection) -> tuple[View | None, open_article.OpenArticle, bool, list[int]] | str:
            walked = [start.article_id] if here else []
            walked += _walked(connection, position.query, start.article_id, steps[1:] if here else steps)
            if not walked:
                return _no_way(connection, position.query, start.article_id, by, unread=unread)
            *passed, found = walked
            passed = [each for each in passed if not articles.status(connection, each).read]
            is_last = self._is_last(connection, position, found)
            return _around(connection, position, found), self._read(connection, found), is_last, passed

        try:
            found = await self._cache.read(find)
        except StoreError:
            self._steps = ()
            raise
        self._steps = ()
        if isinstance(found, str):
            toast(self, found)
            return
        around, opened, is_last, passed = found
        await self._show(opened, position, around, is_last=is_last, passed=passed)

    # Its status.

    def apply(self, change: StatusChange) -> None:
        """Apply a change to the open article."""
        self._changes.append(change)
        if self.opened is not None and self.opened[0].id in change.ids:
            article, status = self.opened
            self.opened = (article, change.over(status))
            self.view.show_status(self.opened[1])

    def reread_status(self) -> None:
        if self.opened is not None:
            self._reread_status(self.opened[0].id)

    @work(exclusive=True, group="marks")
    async def _reread_status(self, article_id: int) -> None:
        changes, before, unwritten = self._changes, len(self._changes), [*self._unwritten]
        try:
            status = await self._cache.read(lambda c: articles.tagged_status(c, article_id))
        except NotFoundError:  # its feed was removed; what is open stays open
            self.is_of_the_past = self.opened is not None and self.opened[0].id == article_id
            return
        if self.opened is None or self.opened[0].id != article_id or self._changes is not changes:
            return  # another one was opened
        status = with_changes(article_id, status, (*unwritten, *changes[before:]))
        article, shown = self.opened
        self.opened = (article, replace(status, position=shown.position))
        self.view.show_status(self.opened[1])

    # Where reading stopped.

    def on_article_view_position_changed(self, event: article_view.ArticleView.PositionChanged) -> None:
        if self.opened is None or self.opened[0].id != event.article_id:
            return
        self.opened = (self.opened[0], replace(self.opened[1], position=event.position))
        self._stillness.restart()

    def keep_position(self) -> None:
        """Save the reading position of the open article."""
        if self.opened is None:
            return
        article, status = self.opened
        if status.position != self._positions[article.id]:
            self._positions[article.id] = status.position
            self._cache.change(StatusChange((article.id,), position=status.position))


def _walked(connection: Connection, query: Query, start: int, steps: Iterable[tuple[int, bool]]) -> list[int]:
    """The articles that some steps lead to, one after the other, until one leads nowhere."""
    walked: list[int] = []
    for by, unread in steps:
        found = article_lists.neighbour(connection, query, walked[-1] if walked else start, by, unread=unread)
        if found is None:
            break
        walked.append(found)
    return walked


def _around(connection: Connection, position: ListPosition, article_id: int) -> View | None:
    """The list around an article; None if its row is known."""
    return None if article_id in position.known else list_view(connection, position.query, 0, (article_id,))


def _no_way(connection: Connection, query: Query, start: int, by: int, *, unread: bool) -> str:
    """Explain why there is no next article."""
    if not unread:
        return "Last article" if by > 0 else "First article"
    if article_lists.neighbour(connection, query, start, -by, unread=True) is None:
        return "No more unread articles" if query.is_wide else "No more unread articles in this list"
    return f"No unread articles {'below' if by > 0 else 'above'}"


def _is_worth_fetching(connection: Connection, article_id: int, usual: Mode) -> bool:
    """Whether an article is an excerpt whose feed may have its pages fetched."""
    article = articles.get(connection, article_id)
    if article.offline or not article.has_page:
        return False
    feed_id = article.feed_id
    is_closed = site_facts.learned(connection, feed_id).gives == "closed"
    return not is_closed and site_facts.mode(connection, feed_id, usual) != "never"


def _completed(opened: open_article.OpenArticle, endings: tuple[str, str, str, str]) -> open_article.OpenArticle:
    return open_article.complete(opened, endings=open_article.Endings(*endings))


def _rehearse(document: model.Document) -> None:
    for index in range(min(_REHEARSED, len(document.blocks))):
        if not layout.is_heavy(document, index):
            layout.lay_out_block(document, index, _REHEARSED_WIDTH)


async def _from_no_server(_queue: politeness_queue.PoliteQueue, _article_id: int) -> bool:
    return False
