"""What the screens over the panes share: a quiet sheet, whose style is read when the first of them opens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from textual import on
from textual.app import App
from textual.await_complete import AwaitComplete
from textual.events import ScreenResume
from textual.screen import ModalScreen

from tuireader.tui.support.steady_screen import SteadyScreen

Result = TypeVar("Result")


class Dialog(SteadyScreen[Result], ModalScreen[Result]):
    """A screen over the panes that gives one result, once, and takes only itself away."""

    CSS_PATH = "dialogs.tcss"

    _is_dismissed = False
    _waits = False
    """Whether it is dismissed, and still under another dialog."""
    _result: Result | None = None

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """Close and give the result; a second time, as by a double click, nothing happens.

        Under another dialog it waits: Textual would close whichever is on top.
        """
        if self._is_dismissed:
            return AwaitComplete()
        self._is_dismissed, self._result = True, result
        if not self.is_mounted:  # what it holds is still being put into it, and must not be taken out under its hands
            self.call_later(self._leave)
            return AwaitComplete()
        if self.app.screen is not self:
            self._waits = True
            return AwaitComplete()
        return super().dismiss(result)

    def _leave(self) -> None:
        if self.app.screen is self:
            super().dismiss(self._result)
        else:
            self._waits = True

    @on(ScreenResume)
    def _end_waiting(self) -> None:
        if self._waits:
            self._waits = False
            super().dismiss(self._result)


def open_dialog(app: App[Any], dialog: Dialog[Result], done: Callable[[Result | None], Any] | None = None) -> None:
    """Show a dialog, unless one of its kind is open: a key that comes twice opens one."""
    if not any(type(screen) is type(dialog) for screen in app.screen_stack):
        app.push_screen(dialog, cast("Any", done))
