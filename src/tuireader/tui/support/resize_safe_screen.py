"""Textual's screen, where a mouse or a window is quicker than it is."""

from __future__ import annotations

import logging
import time
from collections import deque
from typing import Any

from textual import events, on
from textual.geometry import Offset
from textual.screen import Screen, ScreenResultType
from textual.widget import Widget

from tuireader.tui.support.textual_internals import OpenScreen

LAYOUTS, RESTLESS, REST = 60, 2.0, 0.25
"""More layouts than so many in so many seconds do not come to rest: then so many seconds lie between two."""
log = logging.getLogger("tuireader")


class SteadyScreen(OpenScreen[ScreenResultType]):
    """A screen that stays what it is while a widget is pressed that is being removed, or its window changes twice.

    Textual looks for the widget's parent, and a widget that is being removed has none any more. And each change of the
    size is told to the screen anew when its widgets are laid out: two changes on their way at once would each be undone
    and told again by the other, for ever. Whatever else asks for a layout with each layout is slowed down.
    """

    _is_put_off = False
    """Whether a layout is put off."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._layouts: deque[float] = deque(maxlen=LAYOUTS)
        """When the last layouts were, by the clock of `time.monotonic`."""

    def may_lay_out(self) -> bool:
        """Whether to lay out now: where one layout asks for the next, a few times a second, and keys act between."""
        now = time.monotonic()
        is_restless = len(self._layouts) == LAYOUTS and now - self._layouts[0] < RESTLESS
        if is_restless and now - self._layouts[-1] < REST:
            if not self._is_put_off:
                self._is_put_off = True
                self.set_timer(REST, self._lay_out_again)
                log.debug("the layout of %s does not come to rest", self)
            return False
        self._layouts.append(now)
        return True

    def _lay_out_again(self) -> None:
        self._is_put_off = False
        self.ask_for_layout()

    @on(events.Resize)
    def _pass_over_the_past(self, event: events.Resize) -> None:
        """Pass over a size that is no longer the window's, and take the one that is.

        That one need not follow: it may have come before, and been given up for this, since of several sizes that wait
        Textual takes the last.
        """
        now = self.app.size
        if event.size != now:
            event.prevent_default()
            if self.outer_size != now:
                self.post_message(events.Resize(now, now))

    def get_widget_and_offset_at(self, x: int, y: int) -> tuple[Widget | None, Offset | None]:
        """The widget at a place, and the place in its text; nothing where that is being removed."""
        widget, offset = super().get_widget_and_offset_at(x, y)
        if widget is not None and not isinstance(widget, Screen) and widget.parent is None:
            return None, None
        return widget, offset
