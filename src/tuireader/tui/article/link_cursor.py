"""The links of a page: stepped through with the keyboard, hovered over with the mouse."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.geometry import Offset

from tuireader.content.document.model import Link
from tuireader.tui.article.page_view import PageView
from tuireader.tui.article.paint import link_at


class LinkCursor:
    """Knows which link the keyboard is on, and which the pointer is on, as indices of the document's links."""

    def __init__(self, view: PageView, focused: Callable[[int | None], None]) -> None:
        """`focused` is called when the keyboard comes to a link, or leaves one (None)."""
        self._view = view
        self._focused = focused
        self.here: int | None = None
        """The link that the keyboard is on."""
        self.hover: int | None = None
        """The link that the pointer is on."""

    @property
    def links(self) -> Sequence[Link]:
        return self._view.document.links if self._view.document is not None else ()

    @property
    def shown(self) -> Link | None:
        """The link that the pointer is on, else the one that the keyboard is on."""
        index = self.here if self.hover is None else self.hover
        return None if index is None or index >= len(self.links) else self.links[index]

    def reset(self) -> None:
        self.here = self.hover = None

    def in_sight(self) -> list[int]:
        """The links in sight, each once, in order."""
        view = self._view
        links = [span.link for place in view.sight for span in view.spans_of(place) if span.link is not None]
        return list(dict.fromkeys(links))

    def below(self, at: Offset) -> int | None:
        """The link at a cell of the view."""
        if not 0 <= at.y < len(self._view.sight):
            return None
        return link_at(self._view.spans_of(self._view.sight[at.y]), at.x - self._view.margin)

    def step(self, by: int) -> bool:
        """Move to the next (1) or previous (-1) visible link; False if there is none."""
        links = self.in_sight()
        index = links.index(self.here) + by if self.here in links else 0 if by > 0 else len(links) - 1
        there = 0 <= index < len(links)
        self.focus(links[index] if there else None)
        if there and self._view.is_linear:
            self._read_at(links[index])
        return there

    def _read_at(self, link: int) -> None:
        view = self._view
        view.go_to(next(place for place in view.sight if any(span.link == link for span in view.spans_of(place))))

    def focus(self, link: int | None) -> None:
        """Be on a link, or on none."""
        if link != self.here:
            self.here = link
            self._view.refresh()
            self._focused(link)

    def let_go_out_of_sight(self) -> None:
        if self.here is not None and self.here not in self.in_sight():
            self.focus(None)
