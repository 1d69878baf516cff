"""Which articles the user wants to see: chosen, searched for, sorted, cleared; and that all panes say so."""

from __future__ import annotations

from collections.abc import Collection, Hashable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

from tuireader.model.query import Order, Query
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
            self.want(in_next_order(self.wanted))

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


ORDERS: tuple[Order, ...] = get_args(Order)


def with_text(query: Query, text: str) -> Query:
    """Search for a text, the best matches first; without one the order is the usual one again."""
    order = query.order
    if text.strip() and not query.text.strip():
        order = "best"
    elif not text.strip() and order == "best":
        order = "newest"
    return replace(query, text=text, order=order)


def in_next_order(query: Query) -> Query:
    """Sort by the next of the orders that make sense: by best match only where there is a text to match."""
    orders = [order for order in ORDERS if order != "best" or query.text.strip()]
    return replace(query, order=orders[(orders.index(query.order) + 1) % len(orders)])


def with_only(query: Query, field: str, *keys: Hashable) -> Query:
    """A query with only these values of a field; what it leaves out of the field stays left out, but for these."""
    excluded = tuple(each for each in getattr(query, f"not_{field}") if each not in keys)
    return _with(query, field, keys, excluded)


def with_also(query: Query, field: str, key: Hashable, *, excluded: bool) -> Query:
    """A query in which a value of a field is chosen beside others, or left out; or no more, where it was."""
    chosen, left_out = getattr(query, field), getattr(query, f"not_{field}")
    others = tuple(each for each in chosen if each != key), tuple(each for each in left_out if each != key)
    if excluded:
        return _with(query, field, others[0], others[1] if key in left_out else (*left_out, key))
    return _with(query, field, others[0] if key in chosen else (*chosen, key), others[1])


def _with(query: Query, field: str, chosen: tuple[Hashable, ...], excluded: tuple[Hashable, ...]) -> Query:
    changed: dict[str, Any] = {field: chosen, f"not_{field}": excluded}
    return replace(query, **changed)
