"""Dragging of the thumb at the right edge of what is scrolled."""

from __future__ import annotations

from collections.abc import Callable

from textual.widget import Widget


class ThumbDrag:
    """Follows the mouse from where it takes hold of the thumb to where it lets go."""

    def __init__(self, widget: Widget, drag_to: Callable[[int], None]) -> None:
        """`drag_to` is called with the row of the widget that the pointer is on."""
        self._widget = widget
        self._drag_to = drag_to
        self._is_held = False

    def begin(self, y: int) -> None:
        """Take hold of the thumb."""
        self._is_held = True
        self._widget.capture_mouse()
        self._drag_to(y)

    def move(self, y: int) -> bool:
        """Drag the thumb along, if it is held; whether it is."""
        if self._is_held:
            self._drag_to(y)
        return self._is_held

    def end(self) -> bool:
        """Let go of the thumb; whether it was held."""
        was_held, self._is_held = self._is_held, False
        if was_held:
            self._widget.release_mouse()
        return was_held
