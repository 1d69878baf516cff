"""The linear mode for screen readers and braille: one column, no borders, the cursor at the reading place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.geometry import Offset

if TYPE_CHECKING:
    from textual.widget import Widget


def is_linear(widget: Widget) -> bool:
    return bool(getattr(widget.app, "is_linear", False))


def reading_place(widget: Widget | None) -> Offset | None:
    """The place on screen where one types or reads in a widget: its start, unless it has a `reading_cell`."""
    if widget is None:
        return None
    typed: Offset | None = getattr(widget, "cursor_screen_offset", None)
    cell: Offset | None = getattr(widget, "reading_cell", None)
    return widget.content_region.offset + (cell or Offset()) if typed is None or cell is not None else typed
