"""The words around the panes: above them, in an empty list, in the line of hints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuireader.model.clock import Clock
from tuireader.tui.main import status_text
from tuireader.tui.main.view_options import INVITATION
from tuireader.tui.support.omitted import Omitted, omits

if TYPE_CHECKING:
    from tuireader.tui.main.background_tasks import BackgroundTasks
    from tuireader.tui.main.panes import PanesScreen


class Captions:
    """Writes what is shown, and how things stand, around the panes."""

    def __init__(
        self,
        panes: PanesScreen,
        tasks: BackgroundTasks,
        clock: Clock,
    ) -> None:
        """`tasks` are what is under way."""
        self._panes = panes
        self._tasks = tasks
        self._clock = clock

    def write_title(self) -> None:
        """Say above the panes what is shown, and how things stand; where an article's title is out of sight, that."""
        panes, tasks = self._panes, self._tasks
        counts = panes.sidebar.counts
        if panes.pane == "article" and (title := panes.reading.title_out_of_sight):
            panes.title_bar.shown = title
        else:
            selected = len(panes.headlines.selected)
            panes.title_bar.shown = (f"{selected} selected · " if selected else "") + (
                status_text.described(panes.headlines_pane.wanted, counts.feeds, counts.folders, panes.sidebar.saved)
                if counts
                else ""
            )
        panes.title_bar.states = status_text.states(
            counts,
            self._clock(),
            progress=tasks.progress,
            offline=tasks.offline,
            waiting=tasks.syncing.waiting,
            has_counts=not omits(panes, Omitted.COUNTS),
            has_ages=not omits(panes, Omitted.AGES),
        )

    def write_empty(self) -> None:
        """Say in a list without a headline why there is none."""
        panes = self._panes
        counts = panes.sidebar.counts
        known = (counts.feeds, counts.folders) if counts else (None,)
        is_refreshing = self._tasks.is_refreshing
        said = status_text.nothing(panes.headlines_pane.wanted, panes.keymap, *known, is_refreshing=is_refreshing)
        if said != panes.headlines.empty:
            panes.headlines.empty = said
            panes.headlines.refresh()
        panes.reading.invite(INVITATION if panes.headlines.row_count() else "")

    def write_pointed(self) -> None:
        """Say below the panes what is under the cursor of the sidebar, as long as the user is there."""
        sidebar, hints = self._panes.sidebar, self._panes.bottom.hints
        feed, focused = sidebar.pointed_feed, sidebar.focused
        row = focused.pointed if focused is not None else None
        hints.alarm = status_text.trouble(feed.feed, self._clock()) if feed else ""
        hints.note = status_text.counted(row) if row else ""
