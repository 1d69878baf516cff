"""Showing the article under the cursor beside the headlines, before it is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuireader.tui.support.debounce import Stillness

if TYPE_CHECKING:
    from tuireader.tui.main.panes import PanesScreen

PAUSE = 0.15
"""Seconds that the cursor stands still before its article is shown."""


class Preview:
    """Shows the article under the cursor where there is room beside the headlines; it does not count as opened."""

    def __init__(self, panes: PanesScreen) -> None:
        self._panes = panes
        self._stillness = Stillness(panes, PAUSE, self._show)

    def pointed(self) -> None:
        self._stillness.moved()

    def _show(self) -> None:
        panes, current = self._panes, self._panes.headlines.current
        if panes.pane == "article" or panes.panes_beside < 3 or panes.zen or current is None:
            return
        opened = panes.reading.opened
        if opened is None or opened[0].id != current.id:
            panes.reading.preview(current.id)
