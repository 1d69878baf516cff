"""Base classes of dialogs: a frame, a list of choices, and a list filtered by typing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar, cast

from textual import events, on
from textual.app import App, ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.events import ScreenResume
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Static

from tuireader.tui import keys
from tuireader.tui.chrome.bars import HintBar
from tuireader.tui.keys import Row
from tuireader.tui.lists.choice_list import ChoiceList, LedList, WholeList
from tuireader.tui.lists.rows import Rows
from tuireader.tui.support.resize_safe_screen import SteadyScreen
from tuireader.tui.support.safe_text import plain

Result = TypeVar("Result")


_AROUND = 8
"""Lines of a dialog besides its list: frame, blank lines, title, hints."""


class Dialog(SteadyScreen[Result], ModalScreen[Result]):
    """A screen over the panes that returns one result and closes only itself."""

    CSS_PATH = "dialogs.tcss"
    VERTICAL_BREAKPOINTS = [(0, "-low"), (22, "-high")]  # noqa: RUF012 - Textual declares it no ClassVar
    """Below this height the blank lines are dropped."""

    reads: Widget | None = None
    """The reading place for the linear mode, if it is not the focused widget."""
    _is_dismissed = False
    _waits = False
    """Whether it is dismissed, but still under another dialog."""
    _result: Result | None = None

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """Close and return the result; further calls, as by a double click, do nothing.

        Under another dialog it waits: Textual would close the topmost one.
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

    def hints(self) -> list[Row]:
        return [Row(keys.key_on(self, "leave"), "close", "leave", is_pinned=True)]

    def hint_bar(self) -> HintBar:
        """The last line of the dialog, with clickable hints."""
        bar = HintBar(classes="dialog-keys")
        bar.hints = tuple(self.hints())
        return bar

    def write_hints(self) -> None:
        self.query_one(HintBar).hints = tuple(self.hints())

    def leave_room(self, rows: Rows, *, least: int = 3, beside: int = 0) -> None:
        """Limit the height of the list to what the rest leaves; `beside` are lines of more widgets."""
        rows.styles.max_height = max(least, self.size.height - _AROUND - beside)

    @on(HintBar.Clicked)
    async def _do_hint(self, event: HintBar.Clicked) -> None:
        event.stop()
        await self.app.run_action(event.command, self)

    def action_open(self) -> None:
        self.query_one(Rows).action_open()

    def action_leave(self) -> None:
        self.dismiss(None)

    @property
    def is_left_by_click(self) -> bool:
        return True

    def on_click(self, event: events.Click) -> None:
        if self.is_left_by_click and event.widget is self:
            event.stop()
            self.action_leave()

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
    """Show a dialog, unless one of its kind is open; notifications are removed, since they would cover it."""
    if not any(type(screen) is type(dialog) for screen in app.screen_stack):
        app.clear_notifications()
        app.push_screen(dialog, cast("Any", done))


class ChooseScreen(Dialog[int | None]):
    """Returns the `result` of the chosen row."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("dialog")

    verb = "choose"
    """The word for enter in the hints."""

    def __init__(self, title: str, rows: WholeList) -> None:
        super().__init__()
        self._title = title
        self.rows = rows

    def compose(self) -> ComposeResult:
        with Container(classes="dialog"):
            yield Static(plain(self._title), classes="dialog-title")
            yield self.rows
            yield self.hint_bar()

    def hints(self) -> list[Row]:
        return [Row(keys.key_on(self, "open"), self.verb, "open"), *super().hints()]

    def on_resize(self) -> None:
        self.leave_room(self.rows)

    @on(ChoiceList.Chosen)
    def _choose(self, event: ChoiceList.Chosen) -> None:
        self.dismiss(self.result(event.index))

    def result(self, row: int) -> int:
        return row


class TypedDialog(Dialog[Result]):
    """An input with the focus, and rows whose cursor the arrow keys move."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("down,ctrl+n", "step(1)", show=False),
        Binding("up,ctrl+p", "step(-1)", show=False),
    ]

    def choose(self, row: int) -> None:
        """Run the action of a row; the row may not exist."""
        raise NotImplementedError

    @on(Input.Submitted)
    def _choose_pointed(self) -> None:
        self.choose(self.query_one(LedList).cursor)

    @on(ChoiceList.Chosen)
    def _choose_clicked(self, event: ChoiceList.Chosen) -> None:
        self.choose(event.index)

    def action_step(self, by: int) -> None:
        rows = self.query_one(LedList)
        rows.move_to(self.row_beside(rows.cursor, by))
        self.reads = rows

    def row_beside(self, row: int, by: int) -> int:
        return row + by
