"""The ways through a page: from heading to heading, to where a link leads, and back."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from tuireader.tui.article.page_layout import HEAD, TOP
from tuireader.tui.article.page_view import PageView


class Jumps:
    """Leads from one place of a page to another, and back."""

    def __init__(self, view: PageView) -> None:
        self._view = view
        self._trail: list[int] = []
        """The offsets that the user jumped from."""
        self._landed: int | None = None
        """Where the last jump led, as long as the user stays there."""

    def reset(self) -> None:
        self._trail.clear()
        self._landed = None

    def scrolled(self) -> None:
        if self._view.position != self._landed:
            self._landed = None

    @property
    def has_just_landed(self) -> bool:
        return self._landed is not None and bool(self._trail)

    def to(self, offset: int) -> None:
        """Show a place of the text at the top, and remember the way back."""
        self._trail.append(self._view.position)
        self._show_at_top(offset)
        self._landed = self._view.position
        self._view.refresh()

    def back(self) -> bool:
        """Go back to where the last jump began; whether there was one."""
        if not self._trail or self._view.page is None:
            return False
        self._view.go_to(self._view.page.at_offset(self._trail.pop()))
        return True

    @property
    def heading(self) -> int:
        """The index of the heading that the first line in sight stands under; -1 above the first."""
        return bisect_right(self._starts, self._first_text_offset) - 1

    def next_heading(self) -> None:
        """Go to the next heading; from the last one, stay."""
        starts = self._starts
        index = bisect_right(starts, self._first_text_offset)
        if index < len(starts):
            self._show_at_top(starts[index])

    def previous_heading(self) -> None:
        """Go to the heading before, or to the title."""
        starts = self._starts
        index = bisect_left(starts, self._first_text_offset) - 1
        if index >= 0:
            self._show_at_top(starts[index])
        else:
            self._view.go_to(TOP)

    def _show_at_top(self, offset: int) -> None:
        view = self._view
        if view.page is not None and view.document is not None and view.document.blocks:
            place = view.page.place_of(offset)
            above = view.page.walk(place, -1)
            view.go_to(place if view.page.line(above).text or view.is_linear else above)

    @property
    def _starts(self) -> list[int]:
        document = self._view.document
        return [heading.offset for heading in document.headings] if document is not None else []

    @property
    def _first_text_offset(self) -> int:
        """The offset of the first line in sight that is not blank; -1 where that is the head."""
        if (page := self._view.page) is not None:
            for place in self._view.sight:
                line = page.line(place)
                if line.text:
                    return -1 if place.item == HEAD else line.offset
        return -1
