"""Categories or authors: tens of thousands if need be, found by typing, sorted by count or by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tuireader.model import Facet
from tuireader.tui.widgets.article_find import fold
from tuireader.tui.widgets.side_list import Choice, SideList


@dataclass(frozen=True, slots=True)
class Facets:
    """Facets made ready to be shown in either order; made off the loop, since there may be very many."""

    by_count: tuple[Choice, ...] = ()
    by_name: tuple[Choice, ...] = ()
    names: tuple[tuple[str, Choice], ...] = ()
    """Folded names, in the order of `by_name`."""


def prepare(facets: Sequence[Facet], nameless: str) -> Facets:
    """Sort and fold facets; the one without a name, of articles that have none, is shown as `nameless`."""
    named = sorted(
        ((fold(facet.name), Choice(facet.name, facet.name or nameless, facet.unread, facet.total)) for facet in facets),
        key=lambda pair: (not pair[0], pair[0]),
    )
    by_name = tuple(choice for _, choice in named)
    by_count = tuple(sorted(by_name, key=lambda choice: -(choice.total or 0)))
    return Facets(by_count, by_name, tuple(named))


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
        """Show facets with their counts."""
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

    def set_chosen(self, *keys: object) -> None:
        """Mark names as chosen; they are shown also where they have no article left."""
        super().set_chosen(*(str(key) for key in keys))
        self._arrange()

    def _arrange(self) -> None:
        rows = self._facets.by_name if self.by_name else self._facets.by_count
        wanted = fold(self.filter)
        if wanted:
            fitting = {choice.key for name, choice in self._facets.names if wanted in name}
            rows = tuple(choice for choice in rows if choice.key in fitting)
        missing = self.chosen - {choice.key for choice in rows} if self.chosen else ()
        if missing:
            lost = [Choice(key, str(key), 0, 0) for key in missing]
            known = {choice.key: choice for choice in self._facets.by_name if choice.key in self.chosen}
            rows = (*(known.get(choice.key, choice) for choice in lost), *rows)
        self.set_rows(rows)
