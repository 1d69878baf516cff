"""Positions in scrolled lists and pages, scroll thumbs, and parts of the screen to leave out."""

from __future__ import annotations

from collections.abc import Callable
from enum import Flag, auto
from typing import NamedTuple

from rich.cells import cell_len
from textual.geometry import Offset
from textual.widget import Widget

Height = Callable[[int], int]
"""The lines of an item; may be 0."""


class Place(NamedTuple):
    """A line: an item, and a line within it. It stays valid when heights above it change."""

    item: int
    line: int


class Items(NamedTuple):
    """The items of a scrolled view: the first, the last, and a function that returns heights; at least one item."""

    first: int
    last: int
    height: Height

    def walk(self, place: Place, lines: int) -> Place:
        """The line a number of lines away, within the items."""
        item, line = place.item, place.line + lines
        while line < 0 and item > self.first:
            item -= 1
            line += self.height(item)
        while item < self.last and line >= self.height(item):
            line -= self.height(item)
            item += 1
        while item > self.first and not self.height(item):
            item -= 1
            line = self.height(item) - 1
        return Place(item, max(0, min(line, self.height(item) - 1)))

    def window(self, top: Place, lines: int) -> list[Place]:
        """The places of the lines from `top` on, at most `lines`."""
        found: list[Place] = []
        for item in range(top.item, self.last + 1):
            if len(found) >= lines:
                break
            first = top.line if item == top.item else 0
            last = min(self.height(item), first + lines - len(found))
            found += [Place(item, line) for line in range(first, last)]
        return found

    def bottom(self, lines: int) -> Place:
        """The last place at which a view of `lines` lines may start."""
        last = Place(self.last, max(0, self.height(self.last) - 1))
        return self.walk(self.walk(last, 0), 1 - max(1, lines))


def thumb(room: int, size: int, above: float) -> tuple[int, int]:
    """The first and the end row of a scroll thumb within `room` rows.

    `above` is the share, from 0 to 1, of the hidden part that is above.
    """
    size = max(1, min(room, size))
    start = round((room - size) * min(1.0, max(0.0, above)))
    return start, start + size


def share_at(line: int, room: int) -> float:
    return min(1.0, max(0.0, line / max(1, room - 1)))


class ThumbDrag:
    """Dragging of a scroll thumb with the mouse."""

    def __init__(self, widget: Widget, drag_to: Callable[[int], None]) -> None:
        """`drag_to` is called with the widget's row under the pointer."""
        self._widget = widget
        self._drag_to = drag_to
        self._is_held = False

    def begin(self, y: int) -> None:
        self._is_held = True
        self._widget.capture_mouse()
        self._drag_to(y)

    def move(self, y: int) -> bool:
        """Move the thumb if it is held; returns whether it is."""
        if self._is_held:
            self._drag_to(y)
        return self._is_held

    def end(self) -> bool:
        """Release the thumb; returns whether it was held."""
        was_held, self._is_held = self._is_held, False
        if was_held:
            self._widget.release_mouse()
        return was_held


def is_linear(widget: Widget) -> bool:
    return bool(getattr(widget.app, "is_linear", False))


def reading_place(widget: Widget | None) -> Offset | None:
    """The place on screen where one types or reads in a widget: its start, unless it has a `reading_cell`."""
    if widget is None:
        return None
    typed: Offset | None = getattr(widget, "cursor_screen_offset", None)
    cell: Offset | None = getattr(widget, "reading_cell", None)
    return widget.content_region.offset + (cell or Offset()) if typed is None or cell is not None else typed


class Omitted(Flag):
    """Parts of the screen to leave out."""

    NOTHING = 0
    AGES = auto()
    COUNTS = auto()


def omits(node: Widget, what: Omitted) -> bool:
    return bool(getattr(node.app, "omitted", Omitted.NOTHING) & what)


def unless_omitted(node: Widget, what: Omitted, text: str) -> str:
    return " " * cell_len(text) if omits(node, what) else text
