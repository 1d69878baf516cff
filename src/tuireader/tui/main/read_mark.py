"""When an article counts as read: as soon as the user is in it, or after a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuireader.tui.support.debounce import Stillness

if TYPE_CHECKING:
    from tuireader.model.change import StatusChange
    from tuireader.tui.main.panes import PanesScreen
    from tuireader.tui.main.statuses import StatusController


class ReadMark:
    """Marks the open article read once the user is in it, or has been for some seconds, or scrolls there."""

    def __init__(self, panes: PanesScreen, statuses: StatusController, after: int) -> None:
        """`after` is in seconds; 0 means at once."""
        self._panes = panes
        self._statuses = statuses
        self._after = after
        self._waiting: int | None = None
        """The article that is to be marked."""
        self._stillness = Stillness(panes, after, self._mark)

    def expect(self, article_id: int, *, read: bool) -> None:
        """An article is shown now: mark it when the user is in it, unless it is read."""
        self._waiting = None if read else article_id
        self.enter()

    def enter(self) -> None:
        """The user may have come to the article."""
        self._stillness.stop()
        if self._waiting is None or self._panes.pane != "article":
            return
        if self._after:
            self._stillness.moved()
        else:
            self._mark()

    def scrolled(self) -> None:
        self._mark()

    def apply(self, change: StatusChange) -> None:
        if self._waiting in change.ids and change.read is not None:
            self._waiting = None

    def _mark(self) -> None:
        article_id = self._waiting
        if article_id is not None and self._panes.pane == "article":
            self._panes.headlines_pane.keep(article_id)
            self._statuses.set(article_id, read=True)
