"""Categories or authors: tens of thousands if need be, found by typing, sorted by count or by name."""

from __future__ import annotations

from collections.abc import Container, Hashable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from tuireader.tui.lists.side_list import Choice, SideList, digits

if TYPE_CHECKING:
    from tuireader.model.article import Facet


class Facets(NamedTuple):
    """Facets made ready to be shown in either order; made off the loop, since there may be very many."""

    by_count: tuple[Choice, ...] = ()
    by_name: tuple[Choice, ...] = ()
    folded: tuple[str, ...] = ()
    """Names as they are compared, in the order of `by_name`."""
    by_key: Mapping[Hashable, Choice] = MappingProxyType({})
    widths: tuple[int, int] = (0, 0)
    """Digits of the highest counts: unread, total."""


def prepare(facets: Sequence[Facet], nameless: str) -> Facets:
    """Sort and fold facets; the one without a name, of articles that have none, is shown as `nameless`."""
    from tuireader.text.folding import fold

    named = sorted(
        ((fold(facet.name), Choice(facet.name, facet.name or nameless, facet.unread, facet.total)) for facet in facets),
        key=lambda pair: (not pair[0], pair[0]),
    )
    by_name = tuple(choice for _, choice in named)
    by_count = tuple(sorted(by_name, key=lambda choice: -(choice.total or 0)))
    folded = tuple(name for name, _ in named)
    return Facets(by_count, by_name, folded, {choice.key: choice for choice in by_name}, digits(by_name))


class FacetList(SideList):
    """A list of categories or of authors; its keys are their names."""

    def __init__(self, heading: str, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(heading, id=id)
        self._facets = Facets()
        self.filter = ""
        """What is typed to find a name."""
        self.by_name = False

    def note(self) -> str:
        """What is filtered by, else the order where it is not the usual one."""
        if self.filter:
            return f"/{self.filter}"
        return "a–z" if self.by_name and self.rows else ""

    def show(self, facets: Facets) -> None:
        """Show facets with their counts; those that are chosen are shown also where they have no article left."""
        self._facets = facets
        self._arrange()

    def set_filter(self, text: str) -> None:
        """Show only the names that hold the text, whatever its case and accents."""
        if text != self.filter:
            self.filter = text
            self._arrange()
            if text:
                self.move_to(0)

    def sort(self, *, by_name: bool) -> None:
        """Sort by name, or by count."""
        self.by_name = by_name
        self._arrange()

    def _arrange(self) -> None:
        facets = self._facets
        rows = facets.by_name if self.by_name else facets.by_count
        kept: Container[Hashable] = facets.by_key
        if wanted := _folded(self.filter):
            pairs = zip(facets.folded, facets.by_name, strict=True)
            kept = {choice.key for name, choice in pairs if wanted in name}
            rows = tuple(choice for choice in rows if choice.key in kept)
        missing = [key for key in self.chosen if key not in kept]
        above = tuple(facets.by_key.get(key, Choice(key, str(key), 0, 0)) for key in missing)
        self.set_rows((*above, *rows) if above else rows, facets.widths)


def _folded(text: str) -> str:
    if not text:
        return ""
    from tuireader.text.folding import fold

    return fold(text)
