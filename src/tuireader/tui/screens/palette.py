"""The command palette: all commands, filtered by typing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Container
from textual.widgets import Input

from tuireader.text.folding import fold
from tuireader.tui.chrome.prompt import Entry
from tuireader.tui.keys import Row
from tuireader.tui.lists.choice_list import ChoiceList, LedList, Line
from tuireader.tui.screens.dialog import TypedDialog


@dataclass(frozen=True, slots=True)
class Command:
    """A command."""

    name: str
    keys: str
    action: str
    """In Textual's notation: `theme('nord')`."""
    theme: str = ""
    """The theme that it sets, previewed while the cursor is on it."""
    also: str = ""
    """More search words: names in the keymap and on the command line."""

    @property
    def words(self) -> str:
        return fold(f"{self.name} {self.also}")


class PaletteScreen(TypedDialog[str | None]):
    """Returns the action of the chosen command."""

    def __init__(self, commands: Sequence[Command]) -> None:
        super().__init__()
        self._commands = commands
        self._shown = list(commands)
        self._theme = ""
        """The theme when it opened."""

    def compose(self) -> ComposeResult:
        with Container(classes="dialog"):
            yield Entry(placeholder="What do you want to do?", compact=True)
            yield LedList(_lines(self._shown))
            yield self.hint_bar()

    def hints(self) -> list[Row]:
        return [Row("enter", "do it", "open"), Row("esc", "close", "leave", is_pinned=True)]

    def on_mount(self) -> None:
        self._theme = self.app.theme
        self.query_one(Input).focus()

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        self.reads = None
        words = fold(event.value).split()
        fitting = [command for command in self._commands if all(word in command.words for word in words)]
        # What has a word that begins like what is typed is meant rather than what has that within a word.
        self._shown = sorted(fitting, key=lambda each: not all(f" {word}" in f" {each.words}" for word in words))
        found = self.query_one(ChoiceList)
        found.empty = [] if self._shown else [[("  ", ""), ("No match.", "faint")]]
        found.set_rows(_lines(self._shown))
        self._preview()

    @on(LedList.Pointed)
    def _preview(self) -> None:
        """Preview the theme under the cursor; elsewhere restore the former one."""
        cursor = self.query_one(ChoiceList).cursor
        theme = self._shown[cursor].theme if cursor < len(self._shown) else ""
        self.app.theme = theme or self._theme

    def action_leave(self) -> None:
        self.app.theme = self._theme
        super().action_leave()

    def choose(self, row: int) -> None:
        if row < len(self._shown):
            self.dismiss(self._shown[row].action)


def _lines(commands: Sequence[Command]) -> list[Line]:
    return [Line(command.name, command.keys) for command in commands]
