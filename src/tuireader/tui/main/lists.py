"""Choosing: which articles the reader wants to see, and the counts of every pane that follow from it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from sqlite3 import Connection
from typing import TYPE_CHECKING, Any

from textual import on, work

from tuireader.errors import StoreError
from tuireader.model import Query
from tuireader.store import articles
from tuireader.store.connection import snapshot, version
from tuireader.tui.lists.feed_list import ALL, STARRED, UNREAD, FeedList
from tuireader.tui.lists.headline_list import HeadlineList
from tuireader.tui.lists.headline_window import PAGE, Source, View
from tuireader.tui.lists.side_list import SideList
from tuireader.tui.main import status_text
from tuireader.tui.main.panes import PanesScreen
from tuireader.tui.support.background import off_loop
from tuireader.tui.support.safe_text import toast

if TYPE_CHECKING:
    from textual.timer import Timer
    from textual.worker import Worker

    from tuireader.model import FeedSummary, Headline
    from tuireader.tui.main.sidebar_counts import SidebarCounts

WATCH = 2.0
"""Seconds between two looks at whether another program has changed the cache."""
PACE = 0.5
"""Seconds at least between two readings of the lists while the cache changes."""


class ListsScreen(PanesScreen):
    """Keeps the query, the headlines that it selects, and the counts beside them."""

    path: Path
    connection: Connection
    clock: Callable[[], datetime]

    def begin_lists(self) -> None:
        """Show everything there is, the headlines first: the counts come from a worker."""
        self.wanted = Query()
        """What the reader wants to see."""
        self.listed = self.wanted
        """What the list shows: the same, as soon as it was read."""
        self.surveyed: SidebarCounts | None = None
        """The last counts."""
        self.progress = ""
        self.offline = False
        self.ranked: list[int] | None = None
        """The list's ids, where it is in the order of best match."""
        self._version: int | None = None
        self._paced: Timer | None = None
        self._source = Source(self._at, self._beside)
        self.feed_list.show(None, ())
        first = self._at(0, PAGE)
        self.headlines.show(self._source, View(len(first), rows=first))
        self.headlines.with_feed = self.headlines.spans_feeds()
        self._say_empty()
        self.headlines.focus()
        self.recount()
        self.set_interval(WATCH, self._watch)

    def _at(self, row: int, limit: int) -> list[Headline]:
        if (ranked := self.ranked) is not None:
            return self._reading(lambda c: articles.headlines(c, ranked[row : row + limit]))
        return self._reading(lambda c: articles.window(c, self.listed, row, limit))

    def _beside(self, headline: Headline | None, step: int, limit: int) -> list[Headline]:
        if (ranked := self.ranked) is not None:
            return self._reading(lambda c: articles.beside_among(c, ranked, headline, step, limit))
        return self._reading(lambda c: articles.beside(c, self.listed, headline, step, limit))

    def _reading(self, read: Callable[[Connection], list[Headline]]) -> list[Headline]:
        try:
            with snapshot(self.connection):
                found = read(self.connection)
                self._notice_changes()
        except StoreError as error:  # this happens while painting: what cannot be read is left out, and said
            toast(self, str(error), severity="error")
            return []
        return found

    def _watch(self) -> None:
        with suppress(StoreError):  # it is said when something is read
            self._notice_changes()

    def _notice_changes(self) -> None:
        """Count anew what others wrote: what was read now may be of another moment than the numbers of the rows."""
        before, self._version = self._version, version(self.connection)
        if before not in (None, self._version):
            self.recount_soon()

    def keep_in_list(self, article_id: int) -> None:
        """Let an article stay in the list until it is left, although it may soon not belong any more."""
        if self.wanted.unread or self.wanted.starred:
            self.wanted = replace(self.wanted, keep=self.wanted.keep | {article_id})
            self.listed = replace(self.listed, keep=self.listed.keep | {article_id})

    # Choosing.

    def want(self, query: Query, *, stay: bool = False) -> None:
        """Show other articles, from the top or (`stay`) with the cursor on the same one.

        What was kept in the list although it no longer belonged is let go.
        """
        current = self.headlines.current if stay else None
        self._say_wanted(query)
        self._show_list(self.wanted, current.id if current else None)

    async def show(self, query: Query) -> None:
        """Likewise, and return when they are shown."""
        self._say_wanted(query)
        await self._take_list(self.wanted)

    def _say_wanted(self, query: Query) -> None:
        self.wanted = replace(query, keep=frozenset())
        self._show_chosen()
        self.show_title()

    @work(exclusive=True, group="list")
    async def _show_list(self, query: Query, article_id: int | None = None) -> None:
        await self._take_list(query, article_id)

    async def _take_list(self, query: Query, article_id: int | None = None) -> None:
        """Read the first headlines and the length off the loop; the old ones stay until then."""
        ids = () if article_id is None else (article_id,)
        searched = bool(query.text.strip())
        view = await self.view(query, 0, ids, contexts=self.headlines.contexts_in_sight if searched else 0)
        if replace(self.wanted, keep=query.keep) != query:  # the reader wants something else by now
            return
        self.listed = self.wanted
        self.ranked = view.ranked
        self.headlines.searched = searched
        line = max(0, min(self.headlines.cursor_line(), self.headlines.room - 1))
        self.headlines.show(self._source, view, at=article_id, line=line)
        self._say_empty()
        self.recount_facets(query)

    @on(SideList.Chosen)
    def _choose(self, event: SideList.Chosen) -> None:
        event.stop()
        query = self._chosen_in(event.side_list, event.key, onward=event.onward)
        if query != self.wanted:
            self.want(query)
        if event.onward or self.panes_beside == 1:
            self.show_pane("headlines")

    def _chosen_in(self, side_list: SideList, key: Hashable, *, onward: bool) -> Query:
        """The query with the row chosen, or cleared where it was chosen and the reader stays."""
        clear = key in side_list.chosen and not onward
        query = self.wanted
        if side_list is self.category_list:
            return replace(query, categories=() if clear else (str(key),))
        if side_list is self.author_list:
            return replace(query, authors=() if clear else (str(key),))
        if key == ALL:
            return replace(query, feed=None, unread=False, starred=False)
        if key == UNREAD:
            return replace(query, unread=not clear, starred=False)
        if key == STARRED:
            return replace(query, starred=not clear, unread=False)
        return replace(query, feed=None if clear or not isinstance(key, int) else key)

    def _show_chosen(self) -> None:
        query = self.wanted
        flags = [UNREAD] * query.unread + [STARRED] * query.starred + ([] if query.feed is None else [query.feed])
        self.feed_list.set_chosen(*(flags or [ALL]))
        self.category_list.set_chosen(*query.categories)
        self.author_list.set_chosen(*query.authors)
        self.headlines.with_feed = query.feed is None and self._feed_count() > 1

    def _feed_count(self) -> int:
        return len(self.surveyed.feeds) if self.surveyed else 0

    # Counting.

    def recount(self) -> None:
        """Read the list and all counts again, after something changed; the cursor stays on its article."""
        if self.listed != self.wanted:  # another list is on its way: that one is read again
            self._show_list(self.wanted)
        else:
            self._recount_list()
            self.recount_facets(self.wanted)

    def is_listing(self) -> bool:
        """Whether the list is being read."""
        return self._is_busy("list")

    def _is_busy(self, group: str, *, but: Worker[Any] | None = None) -> bool:
        """Whether a worker of a group, or another one of it, is at work."""
        return any(worker.group == group and not worker.is_finished and worker is not but for worker in self.workers)

    def recount_soon(self) -> None:
        """Likewise, but not for every change of many."""
        if self._paced is None:
            self._paced = self.set_timer(PACE, self._recount_paced)

    def _recount_paced(self) -> None:
        self._paced = None
        self.recount()

    @work(exclusive=True, group="list")
    async def _recount_list(self) -> None:
        """Read the list until what was read is of what the reader has come to meanwhile."""
        done = False
        while not done and self.listed == self.wanted:
            query = self.wanted
            view = await self.view(query, *self.headlines.to_keep())
            if query == self.listed:
                self.ranked = view.ranked
                done = self.headlines.update_rows(view)
        self._say_empty()

    async def view(self, query: Query, row: int, ids: Sequence[int], *, contexts: int = 0) -> View:
        """A list at one moment, read off the loop; see `sidebar_counts.view`."""
        width = self.headlines.context_width
        return await off_loop(self.path, lambda c: view(c, query, row, ids, contexts=contexts, width=width))

    @work(exclusive=True, group="facets")
    async def recount_facets(self, query: Query) -> None:
        """Count what the sidebar shows; an answer to a query that is no longer wanted never gets here."""
        counted = await off_loop(self.path, lambda c: _survey(c, query))
        self.surveyed = counted
        self.feed_list.show(counted.totals, counted.feeds)
        self.category_list.show(counted.categories, self.wanted.categories)
        self.author_list.show(counted.authors, self.wanted.authors)
        self._show_chosen()
        self.sidebar.share()
        self.show_title()

    # Words.

    def show_title(self) -> None:
        """Say what is shown, and how things stand."""
        counted = self.surveyed
        self.title_bar.shown = status_text.described(self.wanted, counted.feeds) if counted else ""
        self.title_bar.states = status_text.states(counted, self.clock(), progress=self.progress, offline=self.offline)

    def _say_empty(self) -> None:
        has_feeds = self.surveyed is None or bool(self.surveyed.feeds)
        self.headlines.empty = status_text.nothing(self.wanted, self.keymap, has_feeds=has_feeds)
        self.headlines.refresh()

    @on(FeedList.Pointed)
    def _say_why(self) -> None:
        """Say why the feed under the cursor failed, as long as the reader is there."""
        summary = self.pointed_feed() if self.feed_list.has_focus else None
        self.hint_bar.status = status_text.trouble(summary.feed, self.clock()) if summary else ""

    def pointed_feed(self) -> FeedSummary | None:
        """The feed under the cursor of the feed list; the only one there is counts as all."""
        pointed = self.feed_list.pointed
        feeds = self.surveyed.feeds if self.surveyed else ()
        if pointed is None:
            return None
        if len(feeds) == 1 and pointed.key == ALL:
            return feeds[0]
        return next((one for one in feeds if one.feed.id == pointed.key), None)

    @on(HeadlineList.Pointed)
    def _no_status(self) -> None:
        self.hint_bar.status = ""


# Loaded in the thread that counts first, since the headlines are on the screen before anything is counted.


def view(
    connection: Connection, query: Query, row: int, ids: Sequence[int], *, contexts: int = 0, width: int = 0
) -> View:
    """A list at one moment; see `sidebar_counts.view`."""
    from tuireader.tui.main import sidebar_counts

    return sidebar_counts.view(connection, query, row, ids, contexts=contexts, width=width)


def _survey(connection: Connection, query: Query) -> SidebarCounts:
    from tuireader.tui.main import sidebar_counts

    return sidebar_counts.survey(connection, query)
