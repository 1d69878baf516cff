"""Base classes of dialogs, and dialogs that ask for a choice from a list or for names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple, TypeVar, cast

from textual import events, on
from textual.app import App, ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.events import ScreenResume
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Static

from tuireader.text.folding import fold
from tuireader.text.printable import printable
from tuireader.tui import keys
from tuireader.tui.chrome import CleanInput, HintBar
from tuireader.tui.keys import Row
from tuireader.tui.lists.choice_list import AutocompleteList, ChoiceList, FullHeightList, Line
from tuireader.tui.lists.rows import Rows
from tuireader.tui.support.safe_text import plain
from tuireader.tui.support.textual_internals import SteadyScreen
from tuireader.tui.support.viewport import is_linear

Result = TypeVar("Result")


_AROUND = 8
"""Lines of a dialog besides its list: frame, blank lines, title, hints."""


class Dialog(SteadyScreen[Result], ModalScreen[Result]):
    """A screen over the panes that returns one result and closes only itself."""

    CSS_PATH = "dialogs.tcss"
    VERTICAL_BREAKPOINTS = [(0, "-low"), (22, "-high")]  # noqa: RUF012 - Textual declares it no ClassVar
    """Below this height the blank lines are dropped."""

    reads: Widget | None = None
    """The widget where the terminal's cursor is in linear mode, if it is not the focused one."""
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
        """Limit the height of the list so that the rest of the dialog fits; `beside`: lines of further widgets."""
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
    """A dialog with a list; returns the `result` of the chosen row, by default its index."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("dialog")

    verb = "select"
    """The label of the enter key in the hints."""

    def __init__(self, title: str, rows: FullHeightList) -> None:
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


def confirm(app: App[Any], question: str, verb: str, do: Callable[[], object], aside: str = "") -> None:
    """Ask before doing something; `aside` is a note beside the verb."""
    rows = FullHeightList([Line("Cancel"), Line(verb, aside)])
    open_dialog(app, ChooseScreen(question, rows), lambda choice: do() if choice == 1 else None)


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
        self.choose(self.query_one(AutocompleteList).cursor)

    @on(ChoiceList.Chosen)
    def _choose_clicked(self, event: ChoiceList.Chosen) -> None:
        self.query_one(Input).focus()
        self.choose(event.index)

    def action_step(self, by: int) -> None:
        rows = self.query_one(AutocompleteList)
        rows.move_to(self.row_beside(rows.cursor, by))
        self.reads = rows

    def row_beside(self, row: int, by: int) -> int:
        return row + by


class NameChanges(NamedTuple):
    """Names to add and to remove."""

    on: tuple[str, ...] = ()
    off: tuple[str, ...] = ()


class PickScreen(TypedDialog[NameChanges | None]):
    """Lets the user pick names, such as tags or a folder; returns the changes, or None if there are none."""

    def __init__(
        self,
        title: str,
        names: Sequence[str],
        there: Mapping[str, bool],
        *,
        noun: str,
        nothing: str = "",
        hint: str = "",
        typed: str = "",
        write: Callable[[NameChanges], object] | None = None,
        creates: bool = True,
        create: str = "",
    ) -> None:
        """`there` maps each name in use to True if all items have it, False if some; `noun` is "tag" or the like.

        With `nothing`, the label of having none, one name is picked, which closes the dialog; else any number. `hint`
        is the input's placeholder, `typed` its text. `write` is called with each change; without it, the result has
        them all. With `creates`, a typed name that does not exist can be picked, too; `create` is the label of that,
        which then stands first. A comma ends a name where any number can be picked.
        """
        super().__init__()
        self._title = title
        self._names = list(names)
        self._marks: dict[str, bool | None] = dict(there)
        self._changed: dict[str, bool] = {}
        self._noun = noun
        self._nothing = nothing
        self._write = write
        self._creates = creates
        self._create = create
        self._hint = hint or f"Find or create a {noun}"
        self._typed = typed
        self._shown: list[str] = []
        """The names in the list, that of a typed new one among them."""
        self._made = ""
        """A typed name that does not exist yet."""

    def compose(self) -> ComposeResult:
        with Container(classes="dialog"):
            yield Static(plain(self._title), classes="dialog-title")
            yield CleanInput(self._typed, placeholder=self._hint, compact=True)
            yield AutocompleteList()
            yield self.hint_bar()

    def hints(self) -> list[Row]:
        cursor = self.query_one(AutocompleteList).cursor if self.is_mounted else 0
        is_new = bool(self._made) and self._shown[cursor : cursor + 1] == [self._made]
        verb, end = ("select", "close") if self._nothing else ("toggle", "done")
        made = (self._create or "Create").split()[0].lower()
        return [Row("enter", made if is_new else verb, "open"), Row("esc", end, "leave", is_pinned=True)]

    @on(AutocompleteList.Pointed)
    def _pointed(self) -> None:
        self.write_hints()

    def on_mount(self) -> None:
        self._show(self._typed)
        if self._nothing and True in self._marks.values():  # where there is one of them, a slip takes none away
            now = (at for at, name in enumerate(self._shown) if self._marks.get(name))
            self.query_one(AutocompleteList).move_to(next(now, 0))
        self.query_one(Input).focus()

    def on_resize(self) -> None:
        self.leave_room(self.query_one(AutocompleteList))

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        self.reads = None
        if "," in event.value and self._creates and not (self._nothing or self._create):
            *names, rest = event.value.split(",")
            for name in filter(None, (" ".join(each.split()) for each in names)):
                there = next((each for each in self._names if fold(each) == fold(name)), name)
                if self._marks.get(there) is not True:
                    self._toggle(there)
            event.input.value = printable(rest.lstrip())
            return
        self._show(event.value)
        self.query_one(AutocompleteList).move_to(0)

    def _show(self, typed: str) -> None:
        name = " ".join(typed.split())
        words = fold(name)
        is_new = self._creates and name and not any(fold(each) == words for each in self._names)
        self._made = name if is_new else ""
        fitting = [each for each in self._names if words in fold(each or self._nothing)]
        if is_new:
            # What begins a longer word may be the beginning of that name; anything else is a name of its own.
            longer = re.compile(rf"\b{re.escape(words)}\w")
            begun = [each for each in fitting if longer.search(fold(each)) and not self._create]
            self._shown = [*begun, name, *(each for each in fitting if each not in begun)]
        else:
            self._shown = sorted(fitting, key=lambda each: fold(each) != words)
        self._fill()

    def _fill(self) -> None:
        choices = self.query_one(AutocompleteList)
        cursor = choices.cursor
        create = self._create or f"Create {self._noun}"
        rows = [
            Line(
                f"  {create} “{each}”" if each and each == self._made else f"{self._sign(each)} {each or self._nothing}"
            )
            for each in self._shown
        ]
        how = ". Type a name to create one." if self._creates else ""
        choices.empty = [] if rows else [[("  ", ""), (f"No {self._noun}s{how}", "faint")]]
        choices.set_rows(rows)
        choices.move_to(min(cursor, max(0, len(rows) - 1)))
        self.write_hints()

    def _sign(self, name: str) -> str:
        mark = self._marks.get(name)
        some, every = ("-", "x") if is_linear(self) else ("–", "✓")
        return " " if mark is None else every if mark else some

    def choose(self, row: int) -> None:
        """Pick a name, or toggle it."""
        if row >= len(self._shown):
            return
        if self._nothing:
            self.dismiss(NameChanges((self._shown[row],)))
            return
        self._toggle(self._shown[row])
        line = self.query_one(Input)
        if line.value:
            line.value = ""
        self._show("")

    def _toggle(self, name: str) -> None:
        if name not in self._names:
            self._names.insert(0, name)
        is_on = self._marks.get(name) is not True
        self._marks[name] = True if is_on else None
        if self._write is not None:
            self._write(NameChanges((name,)) if is_on else NameChanges(off=(name,)))
        else:
            self._changed[name] = is_on

    def action_leave(self) -> None:
        if self._nothing or not self._changed:
            self.dismiss(None)
            return
        on_, off = ([name for name, is_on in self._changed.items() if is_on is wanted] for wanted in (True, False))
        self.dismiss(NameChanges(tuple(on_), tuple(off)))
