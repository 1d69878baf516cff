"""The lists of the sidebar: views (all, unread, starred), and facets with up to tens of thousands of names."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from tuireader.model import article, feed
from tuireader.model.article import Names
from tuireader.text.folding import fold
from tuireader.text.printable import printable
from tuireader.tui.lists.side_list import Choice, Choices, SideList, Table, keys_of
from tuireader.urls.hosts import named_host

_SORTED_BY = 100
"""Number of leading characters by which names are sorted, so that many very long names do not slow it down."""


class Facets(NamedTuple):
    """Rows of a sidebar list with both sort orders; prepared off the event loop, since there may be very many."""

    table: Table = Table((), (), array("q"), array("q"))
    by_name: Sequence[int] = ()
    """Row indices in the order of the names."""
    by_count: Sequence[int] = ()
    """Row indices in descending order of the counts."""
    left_out: Mapping[Hashable, Choice] = MappingProxyType({})
    """Rows that are shown only while chosen, by key."""
    unread_width: int = 0
    """Digits of the highest unread count."""


def prepare(facets: article.FacetColumns, nameless: str) -> Facets:
    """Sort facets; articles without one come last, under the name `nameless`.

    If no article has a facet of this kind, the result is empty.
    """
    if not any(facets.names):
        return Facets()
    nameless_at = facets.names.index("") if "" in facets.names else -1
    table = Table(facets.names, facets.names, facets.unread, facets.totals, nameless=nameless_at, nameless_as=nameless)
    return _sorted(table)


def prepare_feeds(feeds: Sequence[feed.FeedSummary], *, narrowed: bool) -> Facets:
    """Rows for feeds; a single feed has no row, and feeds of the same name show their hosts.

    With `narrowed`, feeds without matching articles are left out.
    """
    if len(feeds) < 2:
        return Facets()
    return prepare_rows(_feed_rows(feeds), narrowed=narrowed)


def _feed_rows(feeds: Sequence[feed.FeedSummary]) -> list[Choice]:
    names = Counter(each.feed.name for each in feeds)
    return [
        Choice(
            each.feed.id,
            each.feed.name if names[each.feed.name] == 1 else f"{each.feed.name} · {named_host(each.feed.url)}",
            each.unread,
            each.total,
            failed=each.is_in_trouble,
        )
        for each in feeds
    ]


def prepare_rows(rows: Sequence[Choice], *, narrowed: bool = False) -> Facets:
    """Sort rows by name and by count, the nameless row last; `narrowed` leaves out rows without articles."""
    shown = [row for row in rows if row.total or not narrowed]
    table = Table(
        [row.key for row in shown],
        Names(row.name for row in shown),
        array("q", (row.unread or 0 for row in shown)),
        array("q", (row.total or 0 for row in shown)),
        frozenset(place for place, row in enumerate(shown) if row.failed),
        nameless=next((place for place, row in enumerate(shown) if row.is_nameless), -1),
        nameless_as=next((row.name for row in shown if row.is_nameless), ""),
    )
    return _sorted(table)._replace(left_out={row.key: row for row in rows if not row.total})


def _sorted(table: Table) -> Facets:
    """Sort the rows of a table by name and by count, the nameless row last."""
    nameless, totals = table.nameless, table.totals
    folded = [fold(name[:_SORTED_BY]) for name in table.names]
    places = range(len(folded))
    return Facets(
        table,
        by_name=array("I", sorted(places, key=lambda place: (place == nameless, folded[place]))),
        by_count=array("I", sorted(places, key=lambda place: (place == nameless, -totals[place], folded[place]))),
        unread_width=len(str(max(table.unread, default=0) or "")),
    )


class FacetList(SideList):
    """A sidebar list of folders, feeds, tags, categories, authors or saved searches, with filter and two orders."""

    def __init__(self, heading: str, noun: str, field: str = "", *, by_name: bool = False) -> None:
        """`noun` names a row, in the singular; `by_name`: whether the list is sorted by name by default.

        `field` is the query field that the list filters, and the widget's id; "" for saved searches.
        """
        super().__init__(heading, id=field or f"{noun}es")
        self.field = field
        self._noun = noun
        self._facets = Facets()
        self._folded: list[str] | None = None
        self.filter = ""
        """The filter text."""
        self._before_filter: Hashable = None
        """The row under the cursor before filtering."""
        self._usual = self.by_name = by_name

    @property
    def a_row(self) -> str:
        return f"an {self._noun}" if self._noun[0] in "aeiou" else f"a {self._noun}"

    @property
    def is_turned(self) -> bool:
        """Whether the order differs from the default."""
        return self.by_name != self._usual

    def note(self) -> str:
        """The filter, else the number of rows if none is visible, else the order if it is not the default."""
        if self.filter:
            return f"/{self.filter}"
        if not self.room:
            return str(self.row_count())
        if not self.is_turned or not self.rows:
            return ""
        return "a–z" if self.by_name else "most first"

    def show(self, facets: Facets, *, is_another: bool = False) -> None:
        """Show rows with counts; chosen rows stay even without articles.

        `is_another`: the rows belong to another query; see `set_rows`.
        """
        self._facets, self._folded = facets, None
        self._arrange(is_another=is_another, in_place=self.has_focus)

    def set_filter(self, text: str) -> None:
        """Show only names that contain the text, ignoring case and accents."""
        if text == self.filter:
            return
        if not self.filter:
            self._before_filter = self.pointed and self.pointed.key
        found_nothing, self.filter = not self.rows, text
        self._arrange()
        if text:
            self.move_to(0)
        elif found_nothing:
            self.move_to(self._row_of(self._before_filter, 0))

    def toggle_order(self) -> None:
        self.by_name = not self.by_name
        self._arrange()

    def _arrange(self, *, is_another: bool = False, in_place: bool = False) -> None:
        """Sort the rows; with `in_place`, rows already shown keep their order."""
        facets = self._facets
        keys, nameless = facets.table.keys, facets.table.nameless
        order = facets.by_name if self.by_name else facets.by_count
        if in_place and not self.by_name:
            places = {key: place for place, key in enumerate(keys_of(self.rows))}
            order = sorted(order, key=lambda place: (place == nameless, places.get(keys[place], len(places))))
        if wanted := _folded(self.filter):
            folded = self._folded_names()
            order = [place for place in order if wanted in folded[place]]
        missing = [key for key in (*self.chosen, *self.excluded) if not self.filter and key not in keys]
        above = tuple(facets.left_out.get(key, Choice(key, str(key), 0, 0)) for key in missing)
        self.empty = [[("  ", ""), (f"No {self._noun} has “{printable(self.filter)}”", "faint")]]
        if not self.filter:
            self.empty = []
        self.set_rows(Choices(facets.table, order, above), facets.unread_width, is_another=is_another)

    def _folded_names(self) -> list[str]:
        """Folded names, computed on first use."""
        if self._folded is None:
            table = self._facets.table
            self._folded = [_folded(name or table.nameless_as) for name in table.names]
        return self._folded


def _folded(text: str) -> str:
    if not text:
        return ""

    return fold(text)


ALL, UNREAD, STARRED = "all", "unread", "starred"


class ViewList(SideList):
    """The list of the three views, without a heading; its keys are `ALL`, `UNREAD` and `STARRED`."""

    HEAD = 0

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name for it
        super().__init__("", id=id)

    def show(self, totals: article.Totals | None, feeds: Sequence[feed.FeedSummary]) -> None:
        """Show the counts; the problem of a single feed, which has no row, is shown here."""
        failed = len(feeds) == 1 and feeds[0].is_in_trouble
        self.set_rows(
            [
                Choice(ALL, "All", None, totals.all if totals else None, failed=failed),
                Choice(UNREAD, "Unread", totals.unread if totals else None),
                Choice(STARRED, "★ Starred", None, totals.starred if totals else None),
            ]
        )
