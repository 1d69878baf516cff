"""A screen that survives clicks on widgets being removed, and fast resizes."""

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
"""More than LAYOUTS layouts in RESTLESS seconds count as a loop: then REST seconds lie between two layouts."""
log = logging.getLogger("tuireader")


class SteadyScreen(OpenScreen[ScreenResultType]):
    """Works around two bugs in Textual: clicks on widgets being removed, and two size changes in flight.

    Textual looks for the parent of a widget that has none any more. And a size change is announced again after its
    layout, so that two of them in flight would alternate for ever.
    """

    _is_put_off = False
    """Whether a layout is postponed."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._layouts: deque[float] = deque(maxlen=LAYOUTS)
        """Times of the last layouts (`time.monotonic`)."""

    def may_lay_out(self) -> bool:
        """Whether to lay out now; limits layout loops to a few a second, so that keys get through."""
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
        """Ignore a size that is outdated, and apply the current one.

        The current size may have arrived earlier: Textual keeps only the last of several pending sizes.
        """
        now = self.app.size
        if event.size != now:
            event.prevent_default()
            if self.outer_size != now:
                self.post_message(events.Resize(now, now))

    def get_widget_and_offset_at(self, x: int, y: int) -> tuple[Widget | None, Offset | None]:
        """The widget at a place and the offset in its text; nothing for a widget being removed."""
        widget, offset = super().get_widget_and_offset_at(x, y)
        if widget is not None and not isinstance(widget, Screen) and widget.parent is None:
            return None, None
        return widget, offset
