"""The sidebar: views, feeds, categories and authors, which share its height."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from sqlite3 import Connection
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.message import Message

from tuireader.library.jobs.off_loop import Cache
from tuireader.model.query import Query
from tuireader.tui.chrome.backdrop import Backdrop
from tuireader.tui.lists.facet_list import FacetList
from tuireader.tui.lists.side_list import SideList
from tuireader.tui.lists.view_list import ALL, STARRED, UNREAD, ViewList

if TYPE_CHECKING:
    from tuireader.model.feed import FeedSummary
    from tuireader.tui.main.sidebar_counts import SidebarCounts

LEAST = 4
"""Lines without which a list shows only its head: head, two rows, air."""
MODEST = 5
"""Lines of a list that is not the one with the height: head, three rows, air."""


class Sidebar(Backdrop):
    """Shows what there is to choose from, with counts, and gives each list the lines it needs."""

    class Counted(Message):
        """The counts are those of the present query."""

    def __init__(self, cache: Cache, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        """What `cache` holds is counted off the loop."""
        super().__init__(id=id)
        self._cache = cache
        self.counts: SidebarCounts | None = None
        """The last counts."""
        self.views = ViewList(id="views")
        self.feeds = FacetList("FEEDS", "feed", by_name=True, id="feeds")
        self.categories = FacetList("CATEGORIES", "category", id="categories")
        self.authors = FacetList("AUTHORS", "author", id="authors")
        self._tallest = self.feeds
        """The list with the height: where the user was last."""
        for facets in self.facets:
            facets.display = False  # until there is something in it

    def compose(self) -> ComposeResult:
        """The lists, from the top."""
        yield from self.lists

    @property
    def lists(self) -> list[SideList]:
        """The lists, from the top."""
        return [self.views, *self.facets]

    @property
    def facets(self) -> list[FacetList]:
        """Those that can be filtered and sorted."""
        return [self.feeds, self.categories, self.authors]

    @property
    def shown(self) -> list[SideList]:
        """The lists that have something to show."""
        return [side_list for side_list in self.lists if side_list.lines_wanted]

    @property
    def focused(self) -> SideList | None:
        """The list where the user is."""
        return next((side_list for side_list in self.lists if side_list.has_focus), None)

    @property
    def facets_in_use(self) -> FacetList | None:
        """What is filtered or sorted where the user is: that list; in that of the views, the first that is shown."""
        focused = self.focused
        if focused is self.views:
            return next((facets for facets in self.facets if facets.lines_wanted), None)
        return focused if isinstance(focused, FacetList) else None

    @on(SideList.Left)
    def _go_on(self, event: SideList.Left) -> None:
        """Go on to the list below, or above."""
        event.stop()
        shown = self.shown
        index = shown.index(event.side_list) + event.by if event.side_list in shown else -1
        if 0 <= index < len(shown):
            there = shown[index]
            there.move_to(0 if event.by > 0 else there.row_count() - 1)
            there.focus()

    def go_home(self) -> None:
        """Be as a start shows it: all names, from the top of each list, the first with the height."""
        for facets in self.facets:
            facets.set_filter("")
            facets.go_home()
        self._tallest = self.feeds
        self.share()

    # What is chosen.

    def choose(self, query: Query) -> None:
        """Mark what a query has chosen."""
        flags = [UNREAD] * query.unread + [STARRED] * query.starred
        is_all = not (flags or query.feeds or query.categories or query.authors)
        self.views.set_chosen(*([ALL] if is_all else flags))
        self.feeds.set_chosen(*query.feeds)
        self.categories.set_chosen(*query.categories)
        self.authors.set_chosen(*query.authors)

    def query_after(self, query: Query, event: SideList.Chosen) -> Query:
        """A query with the row chosen, or cleared where it was chosen and the user stays."""
        side_list, key = event.side_list, event.key
        clear = key in side_list.chosen and not event.onward
        if side_list is self.categories:
            return replace(query, categories=() if clear else (str(key),))
        if side_list is self.authors:
            return replace(query, authors=() if clear else (str(key),))
        if side_list is self.feeds:
            return replace(query, feeds=() if clear or not isinstance(key, int) else (key,))
        if key == ALL:
            return replace(query, feeds=(), categories=(), authors=(), unread=False, starred=False)
        if key == UNREAD:
            return replace(query, unread=not clear, starred=False)
        return replace(query, starred=not clear, unread=False)

    @property
    def pointed_feed(self) -> FeedSummary | None:
        """The feed under the cursor of the user's list; the only one there is counts as all."""
        counts, focused = self.counts, self.focused
        pointed = focused.pointed if focused is not None else None
        if counts is None or pointed is None:
            return None
        if focused is self.views and pointed.key == ALL and len(counts.feeds) == 1:
            return counts.feeds[0]
        return counts.feed(pointed.key) if focused is self.feeds else None

    # Counts.

    @work(exclusive=True, group="facets")
    async def count(self, query: Query) -> None:
        """Count what the lists show; an answer to a query that is no longer wanted never gets here."""
        counts = await self._cache.read(lambda c: _counted(c, query))
        is_another = self.counts is not None and replace(self.counts.query, keep=query.keep) != query
        self.counts = counts
        self.views.show(counts.totals, counts.feeds)
        for facets, rows in zip(self.facets, (counts.feed_rows, counts.categories, counts.authors), strict=True):
            facets.show(rows, is_another=is_another)
        self.share()
        self.post_message(self.Counted())

    # Filtering names.

    def end_filter(self, facets: FacetList, *, kept: bool, entered: bool) -> None:
        """Keep a filter that leaves several names; the only name that one leaves is what the user wants."""
        if entered and facets.row_count() == 1 and facets.rows[0].key not in facets.chosen:
            facets.action_open()
        elif kept and facets.row_count():
            self.share()
            return
        self.clear_filter(facets)

    def clear_filter(self, facets: FacetList) -> None:
        """Show all names of a list again."""
        facets.set_filter("")
        self.share()

    # Height.

    def share(self) -> None:
        """Give out the height anew; while it is not shown, it has none to give."""
        if not self.size.height:
            return
        if isinstance(self.focused, FacetList):
            self._tallest = self.focused
        lists = self.lists
        needs = [side_list.lines_wanted for side_list in lists]
        tallest = lists.index(self._tallest)
        focused = next((index for index, side_list in enumerate(lists) if side_list.has_focus), tallest)
        for side_list, height in zip(lists, shares(needs, self.size.height, focused, tallest), strict=True):
            side_list.display = height > 0
            if height:
                side_list.styles.height = height

    def on_resize(self) -> None:
        """Give out the new height."""
        self.share()


def shares(needs: Sequence[int], height: int, focused: int, tallest: int) -> list[int]:
    """The lines of each list: what it needs if there is room, else a modest part; what is left is the tallest one's.

    What that does not need goes to the others, from the top. Where even modest parts are too much, the focused list has
    what it needs, and the last ones may be folded to a line.
    """
    wanting = [index for index, need in enumerate(needs) if need]
    given = [0] * len(needs)
    if wanting and height < sum(min(needs[index], LEAST) for index in wanting):
        focused = focused if focused in wanting else wanting[0]
        part, tallest = 1, focused
    else:
        parts = range(MODEST, LEAST - 1, -1)
        part = next(part for part in parts if sum(min(needs[index], part) for index in wanting) <= height)
    for index in wanting:
        given[index] = min(needs[index], part)
    left = max(0, height - sum(given))
    for index in sorted(wanting, key=lambda index: (index != tallest, index)):
        more = min(left, needs[index] - given[index])
        given[index] += more
        left -= more
    return given


def _counted(connection: Connection, query: Query) -> SidebarCounts:
    # Loaded in the thread that counts first, since the headlines are on the screen before anything is counted.
    from tuireader.tui.main import sidebar_counts

    return sidebar_counts.count(connection, query)
