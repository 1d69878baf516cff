"""The lists of categories and authors in the sidebar, with up to tens of thousands of names."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import NamedTuple

from tuireader.model import article
from tuireader.text.folding import fold, sort_key
from tuireader.tui.lists.side_list import Choice, Choices, NameList, Table, keys_of

_SORTED_BY = 100
"""Number of leading characters by which names are sorted, so that many very long names do not slow it down."""


class Facets(NamedTuple):
    """Rows of a sidebar list with both sort orders; prepared off the event loop, since there may be very many."""

    table: Table = Table((), (), array("q"), array("q"))
    by_name: Sequence[int] = ()
    """Row indices in the order of the names."""
    by_count: Sequence[int] = ()
    """Row indices in descending order of the counts."""
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


def _sorted(table: Table) -> Facets:
    """Sort the rows of a table by name and by count, the nameless row last."""
    nameless, totals = table.nameless, table.totals
    folded = [sort_key(name[:_SORTED_BY]) for name in table.names]
    places = range(len(folded))
    return Facets(
        table,
        by_name=array("I", sorted(places, key=lambda place: (place == nameless, folded[place]))),
        by_count=array("I", sorted(places, key=lambda place: (place == nameless, -totals[place], folded[place]))),
        unread_width=len(str(max(table.unread, default=0) or "")),
    )


class FacetList(NameList):
    """A sidebar list of categories or authors."""

    def __init__(self, heading: str, noun: str, field: str) -> None:
        """`noun` names a row, in the singular; `field` is the query field that it filters, and the widget's id."""
        super().__init__(heading, id=field)
        self.field = field
        self._noun = noun
        self._facets = Facets()
        self._folded: list[str] | None = None

    def note(self) -> str:
        """The filter, else the order if it is not the default."""
        if self.filter:
            return f"/{self.filter}"
        if not self.room or not self.is_turned or not self.rows:
            return ""
        return "a–z"

    def show(self, facets: Facets, *, is_another: bool = False) -> None:
        """Show rows with counts; chosen rows stay even without articles.

        `is_another`: the rows belong to another query; see `set_rows`.
        """
        self._facets, self._folded = facets, None
        self._arrange(is_another=is_another, in_place=self.has_focus)

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
        above = tuple(Choice(key, str(key), 0, 0) for key in missing)
        self.empty = self.without_matches(self._noun)
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
