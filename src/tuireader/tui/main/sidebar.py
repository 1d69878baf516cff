"""The sidebar: feeds, categories and authors, which share its height."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from sqlite3 import Connection
from typing import TYPE_CHECKING

from textual import work
from textual.app import ComposeResult
from textual.containers import Container
from textual.message import Message

from tuireader.library.jobs.off_loop import Cache
from tuireader.model.query import Query
from tuireader.tui.lists.facet_list import FacetList
from tuireader.tui.lists.feed_list import ALL, STARRED, UNREAD, FeedList
from tuireader.tui.lists.side_list import SideList

if TYPE_CHECKING:
    from tuireader.model.feed import FeedSummary
    from tuireader.tui.main.sidebar_counts import SidebarCounts

LEAST = 4
"""Lines without which a list shows only its head: head, two rows, air."""


class Sidebar(Container):
    """Shows what there is to choose from, with counts, and gives each list the lines it needs."""

    class Counted(Message):
        """The counts are those of the present query."""

    def __init__(self, cache: Cache, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        """What `cache` holds is counted off the loop."""
        super().__init__(id=id)
        self._cache = cache
        self.counts: SidebarCounts | None = None
        """The last counts."""
        self.feeds = FeedList("FEEDS", id="feeds")
        self.categories = FacetList("CATEGORIES", id="categories")
        self.authors = FacetList("AUTHORS", id="authors")
        for facets in (self.categories, self.authors):
            facets.display = False  # until there is something in it

    def compose(self) -> ComposeResult:
        """The three lists."""
        yield self.feeds
        yield self.categories
        yield self.authors

    @property
    def lists(self) -> list[SideList]:
        """The lists, from the top."""
        return [self.feeds, self.categories, self.authors]

    # What is chosen.

    def choose(self, query: Query) -> None:
        """Mark what a query has chosen."""
        flags = [UNREAD] * query.unread + [STARRED] * query.starred + [*query.feeds]
        self.feeds.set_chosen(*(flags or [ALL]))
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
        if key == ALL:
            return replace(query, feeds=(), unread=False, starred=False)
        if key == UNREAD:
            return replace(query, unread=not clear, starred=False)
        if key == STARRED:
            return replace(query, starred=not clear, unread=False)
        return replace(query, feeds=() if clear or not isinstance(key, int) else (key,))

    @property
    def pointed_feed(self) -> FeedSummary | None:
        """The feed under the cursor of the feed list; the only one there is counts as all."""
        pointed = self.feeds.pointed
        feeds = self.counts.feeds if self.counts else ()
        if pointed is None:
            return None
        if len(feeds) == 1 and pointed.key == ALL:
            return feeds[0]
        return next((one for one in feeds if one.feed.id == pointed.key), None)

    # Counts.

    @work(exclusive=True, group="facets")
    async def count(self, query: Query) -> None:
        """Count what the lists show; an answer to a query that is no longer wanted never gets here."""
        counts = await self._cache.read(lambda c: _counted(c, query))
        self.counts = counts
        self.feeds.show(counts.totals, counts.feeds)
        self.categories.show(counts.categories)
        self.authors.show(counts.authors)
        self.share()
        self.post_message(self.Counted())

    # Filtering names.

    def filter(self, facets: FacetList, text: str) -> None:
        """Show only the names of a list that hold the text."""
        facets.set_filter(text)
        self.share()

    def end_filter(self, facets: FacetList, *, kept: bool, entered: bool) -> None:
        """Keep a filter that leaves several names; the only name that one leaves is what the user wants."""
        if entered and facets.row_count() == 1 and facets.rows[0].key not in facets.chosen:
            facets.action_open()
        elif kept:
            return
        self.filter(facets, "")

    # Height.

    def share(self) -> None:
        """Give out the height anew; while it is not shown, it has none to give."""
        if not self.size.height:
            return
        lists = self.lists
        needs = [side_list.row_count() + 2 if side_list.row_count() else 0 for side_list in lists]
        focused = next((index for index, side_list in enumerate(lists) if side_list.has_focus), 0)
        for side_list, height in zip(lists, shares(needs, self.size.height, focused), strict=True):
            side_list.display = height > 0
            if height:
                side_list.styles.height = height

    def on_resize(self) -> None:
        """Give out the new height."""
        self.share()


def shares(needs: Sequence[int], height: int, focused: int) -> list[int]:
    """The lines of each list: what it needs if there is room, else a fair part; the last one gets what is left.

    Where a fair part would be too little to be of use, all but the focused one are folded to their heads.
    """
    wanting = [index for index, need in enumerate(needs) if need]
    given = [0] * len(needs)
    if wanting and height < sum(min(needs[index], LEAST) for index in wanting):
        focused = focused if focused in wanting else wanting[0]
        for index in wanting:
            given[index] = 1
        given[focused] = max(1, height - len(wanting) + 1)
        return given
    left = height
    for count, index in enumerate(sorted(wanting, key=lambda index: needs[index])):
        given[index] = min(needs[index], left // (len(wanting) - count))
        left -= given[index]
    return given


def _counted(connection: Connection, query: Query) -> SidebarCounts:
    # Loaded in the thread that counts first, since the headlines are on the screen before anything is counted.
    from tuireader.tui.main import sidebar_counts

    return sidebar_counts.count(connection, query)
