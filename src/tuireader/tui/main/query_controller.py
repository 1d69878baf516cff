"""Which articles the user wants to see: chosen, searched for, sorted, cleared; and that all panes say so."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from tuireader.model.query import Order, Query
from tuireader.tui.main import queries
from tuireader.tui.support.safe_text import toast

if TYPE_CHECKING:
    from tuireader.tui.lists.side_list import SideList
    from tuireader.tui.main.headlines_pane import Place
    from tuireader.tui.main.panes import PanesScreen
    from tuireader.tui.main.title_and_hints import Captions


class QueryController:
    """Changes what is shown, in all panes at once."""

    def __init__(self, panes: PanesScreen, captions: Captions) -> None:
        self._panes = panes
        self._captions = captions

    @property
    def wanted(self) -> Query:
        return self._panes.headlines_pane.wanted

    def want(self, query: Query, at: Place | None = None) -> None:
        """Show other articles, from the top or with the cursor at a place."""
        if query != self.wanted:
            self._panes.headlines_pane.want(query, at)
            self.say()

    async def show(self, query: Query) -> None:
        """Show other articles, and return when they are shown."""
        shown = self._panes.headlines_pane.show(query)
        self.say()
        await shown

    def say(self) -> None:
        """Say in all panes what is shown."""
        panes, counts = self._panes, self._panes.sidebar.counts
        panes.sidebar.choose(self.wanted)
        panes.headlines.with_feed = len(self.wanted.feeds) != 1 and counts is not None and len(counts.feeds) > 1
        self._captions.write_title()
        self._captions.write_pointed()

    def counted(self) -> None:
        """Show the counts; a feed that another program has removed is no longer chosen."""
        counts, chosen = self._panes.sidebar.counts, self.wanted.feeds
        if counts is not None and counts.query.feeds == chosen:
            left = tuple(id_ for id_ in chosen if counts.feed(id_) is not None)
            if left != chosen:
                toast(self._panes, "The feed that was shown here was removed.")
                self.want(replace(self.wanted, feeds=left))
        self.say()
        self._panes.write_keys()
        self._captions.write_empty()

    def choose(self, event: SideList.Chosen) -> None:
        """Choose a row of the sidebar, and go to the headlines where they are not seen beside it."""
        self.want(self._panes.sidebar.query_after(self.wanted, event))
        if event.onward or self._panes.panes_beside == 1:
            self._panes.show_pane("headlines")

    def sort(self) -> None:
        """Sort the headlines another way; in a list of names, by count or by name."""
        if (facets := self._panes.sidebar.facets_in_use) is not None:
            facets.turn()
        else:
            self.want(queries.in_next_order(self.wanted))

    def clear(self, order: Order) -> None:
        """Show all articles again, in an order: nothing is chosen, or searched for, and no names are filtered."""
        for facets in self._panes.sidebar.facets:
            self._panes.sidebar.clear_filter(facets)
        self.want(Query(order=order), self._panes.headlines_pane.place)

    def hide(self, feeds: Collection[int]) -> None:
        """Show nothing of these feeds, and of all others again."""
        pane = self._panes.headlines_pane
        pane.hidden = frozenset(feeds)
        pane.want(replace(self.wanted, feeds=tuple(id_ for id_ in self.wanted.feeds if id_ not in feeds)), pane.place)
        self.say()
