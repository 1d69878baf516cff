"""The command palette: everything that can be done, found by typing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widgets import Input

from tuireader.text.folding import fold
from tuireader.tui.chrome.safe_input import Entry
from tuireader.tui.lists.choice_list import ChoiceList, Line
from tuireader.tui.screens.dialog import Dialog


@dataclass(frozen=True, slots=True)
class Command:
    """Something that can be done."""

    name: str
    keys: str
    action: str
    """As Textual names actions: `theme('nord')`."""


class PaletteScreen(Dialog[str | None]):
    """Gives the action of the command that was chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("down,ctrl+n", "step(1)", show=False),
        Binding("up,ctrl+p", "step(-1)", show=False),
    ]

    def __init__(self, commands: Sequence[Command]) -> None:
        super().__init__()
        self._commands = commands
        self._shown = list(commands)

    def compose(self) -> ComposeResult:
        """A line to type into and what fits."""
        with Container(classes="dialog"):
            yield Entry(placeholder="What do you want to do?", compact=True)
            yield ChoiceList(_lines(self._shown))

    def on_mount(self) -> None:
        """Be ready to be typed into."""
        self.query_one(Input).focus()

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        words = fold(event.value).split()
        self._shown = [command for command in self._commands if all(word in fold(command.name) for word in words)]
        self.query_one(ChoiceList).set_rows(_lines(self._shown))

    @on(Input.Submitted)
    def _take(self) -> None:
        self._choose(self.query_one(ChoiceList).cursor)

    @on(ChoiceList.Chosen)
    def _take_row(self, event: ChoiceList.Chosen) -> None:
        self._choose(event.index)

    def _choose(self, index: int) -> None:
        self.dismiss(self._shown[index].action if index < len(self._shown) else None)

    def action_step(self, by: int) -> None:
        """To the command below, or above."""
        choices = self.query_one(ChoiceList)
        choices.move_to(choices.cursor + by)

    def action_leave(self) -> None:
        """Close, and do nothing."""
        self.dismiss(None)


def _lines(commands: Sequence[Command]) -> list[Line]:
    return [Line(command.name, command.keys) for command in commands]
