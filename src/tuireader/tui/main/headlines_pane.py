"""The headlines pane: reads the headlines of a query off the loop and follows changes of the cache."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache, partial
from importlib import import_module
from sqlite3 import Connection
from typing import NamedTuple

from textual import on, work
from textual.app import ComposeResult
from textual.message import Message
from textual.timer import Timer

from tuireader.async_tools import in_thread
from tuireader.content.dom import sanitize
from tuireader.errors import NotFoundError, StoreError
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.model import article
from tuireader.model.article import Clock, Headline, StatusChange
from tuireader.model.query import Query
from tuireader.store import articles
from tuireader.store.connection import snapshot, version
from tuireader.store.queries import article_lists, search
from tuireader.tui.chrome import Backdrop
from tuireader.tui.lists.headline_list import HeadlineList, InTitle
from tuireader.tui.lists.headline_window import PAGE, Source, View
from tuireader.tui.support.safe_text import toast
from tuireader.tui.support.workers import is_busy

WATCH_INTERVAL = 2.0
"""Seconds between checks for changes by other programs."""
RELOAD_INTERVAL = 0.5
"""Minimum seconds between reloads while the cache changes."""


class ListPosition(NamedTuple):
    """A snapshot of the list: its query, and the ids of the loaded headlines."""

    query: Query
    known: frozenset[int]


class CursorPlace(NamedTuple):
    """The position of the cursor in a list."""

    article_id: int
    line: int
    """Screen lines above the row."""


class HeadlinesPane(Backdrop):
    """Shows the headlines of a query."""

    class Listed(Message):
        """The list was loaded or reloaded."""

        def __init__(self, *, is_another: bool) -> None:
            super().__init__()
            self.is_another = is_another

    class Outdated(Message):
        """The cache has changed: reload what is shown."""

    def __init__(
        self,
        cache: Cache,
        connection: Connection,
        clock: Clock,
        unwritten: list[StatusChange],
        *,
        id: str | None = None,  # noqa: A002 - Textual's name
    ) -> None:
        """`connection` is for bounded reads on the loop, `cache` for all others.

        `unwritten` holds changes that reads may not include yet; its owner updates it.
        """
        super().__init__(id=id)
        self._cache = cache
        self._connection = connection
        self._source = Source(self._at, self._beside)
        self._version: int | None = None
        self._paced: Timer | None = None
        self._ranked: list[int] | None = None
        """The ids of a list that is ordered by best match."""
        self.headlines = HeadlineList(clock, unwritten, id="headlines")
        self.wanted = Query()
        """The query that the user asked for."""
        self._wanted_at: CursorPlace | None = None
        """Where the cursor will be in the list of `wanted`; None: at the top."""
        self.apart = False
        """Whether duplicates are shown as separate articles."""
        self.listed = self.wanted
        """The query that the list shows; it follows `wanted` after each load."""

    def compose(self) -> ComposeResult:
        yield self.headlines

    def begin(self) -> None:
        """Show the first headlines at once; their number follows with the next reload."""
        self.listed = self.wanted
        first = self._at(0, PAGE)
        self.headlines.by_day = True
        self.headlines.show(self._source, View(len(first), rows=first))
        self.headlines.with_feed = self.headlines.spans_feeds()
        self.watch_cache()

    def watch_cache(self) -> None:
        self.set_interval(WATCH_INTERVAL, self._watch)

    # Rows that come into sight.

    def _at(self, row: int, limit: int) -> list[Headline]:
        if (ranked := self._ranked) is not None:
            return self._reading(lambda c: article_lists.headlines(c, ranked[row : row + limit]))
        return self._reading(lambda c: article_lists.window(c, self.listed, row, limit))

    def _beside(self, headline: Headline | None, step: int, limit: int) -> list[Headline]:
        if (ranked := self._ranked) is not None:
            return self._reading(lambda c: article_lists.beside_among(c, ranked, headline, step, limit))
        return self._reading(lambda c: article_lists.beside(c, self.listed, headline, step, limit))

    def _reading(self, read: Callable[[Connection], list[Headline]]) -> list[Headline]:
        try:
            with snapshot(self._connection):
                found = read(self._connection)
                self._notice_changes()
        except StoreError as error:  # this happens while painting: what cannot be read is left out, and said
            toast(self, str(error), severity="error")
            return []
        return found

    # What others write.

    def _watch(self) -> None:
        with suppress(StoreError):  # it is said when something is read
            self._notice_changes()

    def _notice_changes(self) -> None:
        """Request a reload if another connection has changed the cache since the last call."""
        before, self._version = self._version, version(self._connection)
        if before not in (None, self._version):
            self.outdate_soon()

    def outdate_soon(self) -> None:
        """Request a reload within RELOAD_INTERVAL seconds; does nothing if one is pending."""
        if self._paced is None:
            self._paced = self.set_timer(RELOAD_INTERVAL, self._outdate)

    def _outdate(self) -> None:
        self._paced = None
        self.post_message(self.Outdated())

    # Which list.

    def want(self, query: Query, at: CursorPlace | None = None) -> None:
        """Show another query, from the top or with the cursor at a place.

        Articles that `keep` held in the old list are dropped.
        """
        self.wanted, self._wanted_at = self._as_wanted(query), at
        self._show_list(self.wanted, at)

    def _as_wanted(self, query: Query) -> Query:
        return replace(
            query,
            keep=frozenset(),
            apart=self.apart,
            without_quiet=query.unread and query.is_wide,
        )

    @property
    def place(self) -> CursorPlace | None:
        """The cursor's place; None in an empty list."""
        current = self.headlines.current
        return None if current is None else CursorPlace(current.id, self.headlines.cursor_line())

    def show(self, query: Query, at: CursorPlace | None = None) -> Awaitable[None]:
        """Show another query; the result is done once the list is displayed.

        Articles kept by the query stay in the list.
        """
        self.wanted, self._wanted_at = replace(self._as_wanted(query), keep=query.keep), at
        return self._take_list(self.wanted, at)

    def _line(self, at: CursorPlace) -> int:
        return max(0, min(at.line, self.headlines.room - 1))

    def stand_as_at_start(self) -> None:
        """Scroll so that the cursor is visible, as after a start."""
        if not self.headlines.cursor or self.place is None:
            self.headlines.scroll_row_to(0, 0)
        else:
            self.headlines.put_cursor(self.headlines.cursor, self._line(self.place))
            self.headlines.reveal()

    def keep(self, article_id: int) -> None:
        """Keep an article in the list until the query changes, even if it no longer matches."""
        if self.wanted.unread or self.wanted.starred or self.wanted.text:
            self.wanted = replace(self.wanted, keep=self.wanted.keep | {article_id})
            self.listed = replace(self.listed, keep=self.listed.keep | {article_id})

    def reread(self) -> bool:
        """Reload the list with the cursor on its article.

        Returns False if another query is loading: that one is reloaded then.
        """
        if self.listed != self.wanted:
            self._show_list(self.wanted, self._wanted_at)
            return False
        self._reread_rows()
        return True

    @property
    def is_reading(self) -> bool:
        return is_busy(self, "list")

    @property
    def is_arriving(self) -> bool:
        return self.listed != self.wanted and self.is_reading

    @work(exclusive=True, group="list")
    async def _show_list(self, query: Query, at: CursorPlace | None = None) -> None:
        await self._take_list(query, at)

    def show_at_once(self, query: Query, at: CursorPlace | None) -> None:
        """Show another query, read on the loop; a search, which could take long, is read off it. Only for the start.

        Articles kept by the query stay in the list.
        """
        self.wanted, self._wanted_at = replace(self._as_wanted(query), keep=query.keep), at
        if query.text.strip():
            self._show_list(self.wanted, at)
            return
        view = list_view(self._connection, self.wanted, 0, () if at is None else (at.article_id,))
        self._notice_changes()
        self._show_view(self.wanted, at, view)
        self.headlines.with_feed = len(query.feeds) != 1 and self.headlines.spans_feeds()

    async def _take_list(self, query: Query, at: CursorPlace | None = None) -> None:
        """Load the first headlines and the length off the loop; the old list stays until then."""
        ids = () if at is None else (at.article_id,)
        contexts = self.headlines.contexts_in_sight if search.is_for_words(query.text) else 0
        view = await self._view(query, 0, ids, contexts=contexts)
        if replace(self.wanted, keep=query.keep) == query:  # else the user wants something else by now
            self._show_view(query, at, view)

    def _show_view(self, query: Query, at: CursorPlace | None, view: View) -> None:
        searched = search.is_for_words(query.text)
        self.listed = self.wanted
        self._ranked = view.ranked
        self.headlines.searched = searched
        self.headlines.by_day = view.ranked is None and query.order in ("newest", "oldest")
        self.headlines.find = partial(find_in_title, query=query.text) if searched else None
        if at is None:
            self.headlines.show(self._source, view)
        else:
            self.headlines.show(self._source, view, at=at.article_id, line=self._line(at))
            self.headlines.reveal()
        self.post_message(self.Listed(is_another=True))

    @work(exclusive=True, group="list")
    async def _reread_rows(self) -> None:
        """Reload rows until the result fits the current position."""
        done = False
        while not done and self.listed == self.wanted:
            query = self.wanted
            view = await self._view(query, *self.headlines.to_keep(), former=self._ranked or ())
            if query == self.listed:
                self._ranked = view.ranked
                done = self.headlines.update_rows(view)
        self.post_message(self.Listed(is_another=False))

    async def _view(
        self, query: Query, row: int, ids: Sequence[int], *, contexts: int = 0, former: Sequence[int] = ()
    ) -> View:
        width = self.headlines.context_width
        return await self._cache.read(
            lambda c: list_view(c, query, row, ids, contexts=contexts, width=width, former=former)
        )

    # An article that is opened.

    @property
    def position(self) -> ListPosition:
        return ListPosition(self.listed, self.headlines.ids())

    def bring(self, query: Query, article_id: int, around: View | None) -> None:
        """Move the cursor to an article, unless the list has changed."""
        if replace(self.listed, keep=query.keep) == query:
            if around is not None:
                self._ranked = around.ranked
            self.headlines.bring(article_id, around)

    # What was searched for, in its context.

    @work(group="loading")
    async def load_contexts(self) -> None:
        await in_thread(import_module, "tuireader.content.dom.sanitize")

    @on(HeadlineList.ContextWanted)
    def _want_contexts(self, event: HeadlineList.ContextWanted) -> None:
        event.stop()
        self._read_contexts(event.ids, self.listed.text, self.headlines.context_width)

    @work(exclusive=True, group="contexts")
    async def _read_contexts(self, ids: tuple[int, ...], text: str, width: int) -> None:
        """Load search excerpts for visible headlines."""

        def read(connection: Connection) -> dict[int, article.Excerpt]:
            return find_contexts(connection, ids, text, width)

        found = await self._cache.read(read)
        if text == self.listed.text:
            self.headlines.set_contexts(found)


@lru_cache(maxsize=1024)
def find_in_title(title: str, query: str) -> InTitle:
    return InTitle(search.matches(title, query), search.says_all(title, query))


_IMMEDIATE_WORDS_MAX = 20_000
"""Maximum words that are searched for excerpts before headlines are shown, in some hundredths of a second."""


def list_view(
    connection: sqlite3.Connection,
    query: Query,
    row: int,
    ids: Sequence[int],
    *,
    contexts: int = 0,
    width: int = 0,
    former: Sequence[int] = (),
) -> View:
    """Read a list around the first of some articles, or around a row if none is in it.

    Includes the excerpts of the first `contexts` rows, `width` characters each, unless finding them takes too long.
    A ranked list keeps the order of its `former` articles; new ones follow.
    """
    with snapshot(connection):
        ranked = article_lists.ids(connection, query) if article_lists.has_to_be_ranked(connection, query) else None
        if ranked is not None and former:
            there = set(ranked)
            ranked = list(dict.fromkeys([*(each for each in former if each in there), *ranked]))
        count = article_lists.count(connection, query) if ranked is None else len(ranked)
        places = {article_id: _place(connection, query, ranked, article_id) for article_id in ids}
        middle = next(iter(places.values()), None)
        if middle is None:
            middle = max(0, min(row, count - 1))
        start, end = max(0, middle - PAGE), middle + PAGE
        if ranked is None:
            rows = article_lists.window(connection, query, start, end - start)
        else:
            rows = article_lists.headlines(connection, ranked[start:end])
        first = rows[:contexts]
        soon = sum(headline.words for headline in first) <= _IMMEDIATE_WORDS_MAX
        found = find_contexts(connection, [each.id for each in first], query.text, width) if first and soon else {}
        return View(count, start, rows, places, found, ranked, article_lists.highest_id(connection))


def _place(connection: sqlite3.Connection, query: Query, ranked: list[int] | None, article_id: int) -> int | None:
    if ranked is None:
        return article_lists.rank(connection, query, article_id)
    return ranked.index(article_id) if article_id in ranked else None


def find_contexts(
    connection: sqlite3.Connection, ids: Iterable[int], text: str, width: int
) -> dict[int, article.Excerpt]:
    """Find the search excerpt of each article, about `width` characters."""
    # Imported in the thread that looks for the first ones: it brings the HTML libraries along.

    found: dict[int, article.Excerpt] = {}
    for article_id in ids:
        with suppress(NotFoundError):  # removed meanwhile
            found[article_id] = search.excerpt_around(
                sanitize.plain_text(articles.body(connection, article_id)), text, width
            )
    return found
