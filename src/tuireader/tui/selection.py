"""Selecting text with the mouse, where the widget below it may be on its way out."""

from __future__ import annotations

from textual.geometry import Offset
from textual.screen import Screen, ScreenResultType
from textual.widget import Widget


class SteadySelection(Screen[ScreenResultType]):
    """A screen on which a press of the mouse on a widget that is being removed selects nothing.

    Textual looks for the widget's parent, and a widget that is being removed has none any more.
    """

    def get_widget_and_offset_at(self, x: int, y: int) -> tuple[Widget | None, Offset | None]:
        """The widget at a place, and the place in its text; nothing where that is being removed."""
        widget, offset = super().get_widget_and_offset_at(x, y)
        if widget is not None and not isinstance(widget, Screen) and widget.parent is None:
            return None, None
        return widget, offset
