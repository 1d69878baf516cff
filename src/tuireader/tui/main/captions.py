"""The words around the panes: above them, in an empty list, in the line of hints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuireader.model.clock import Clock
from tuireader.tui.main import status_text

if TYPE_CHECKING:
    from tuireader.tui.main.panes import PanesScreen
    from tuireader.tui.main.refreshing import RefreshController


class Captions:
    """Writes what is shown, and how things stand, around the panes."""

    def __init__(self, panes: PanesScreen, refreshes: RefreshController, clock: Clock) -> None:
        self._panes = panes
        self._refreshes = refreshes
        self._clock = clock

    def write_title(self) -> None:
        """Say above the panes what is shown, and how things stand."""
        panes, refreshes = self._panes, self._refreshes
        counts = panes.sidebar.counts
        panes.title_bar.shown = status_text.described(panes.headlines_pane.wanted, counts.feeds) if counts else ""
        panes.title_bar.states = status_text.states(
            counts, self._clock(), progress=refreshes.progress, offline=refreshes.offline
        )

    def write_empty(self) -> None:
        """Say in a list without a headline why there is none."""
        panes = self._panes
        has_feeds = panes.sidebar.counts is None or bool(panes.sidebar.counts.feeds)
        panes.headlines.empty = status_text.nothing(panes.headlines_pane.wanted, panes.keymap, has_feeds=has_feeds)
        panes.headlines.refresh()

    def write_trouble(self) -> None:
        """Say below the panes why the feed under the cursor failed, as long as the user is there."""
        sidebar = self._panes.sidebar
        pointed = sidebar.pointed_feed if sidebar.feeds.has_focus else None
        self._panes.bottom.hints.status = status_text.trouble(pointed.feed, self._clock()) if pointed else ""
