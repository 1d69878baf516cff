"""The keys, all of them, as they are bound now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.widgets import Static

from tuireader.tui import keys
from tuireader.tui.fitting import cut, pad
from tuireader.tui.screens.dialog import Dialog
from tuireader.tui.text import plain
from tuireader.tui.widgets.choice_list import ChoiceList, Line
from tuireader.tui.widgets.rows import Piece


class KeyList(ChoiceList):
    """Keys, and beside them what they do; to be read, not chosen from."""

    def __init__(self, rows: list[Line]) -> None:
        super().__init__(rows, has_cursor=False)
        self._column = max(len(row.text) for row in rows if not row.is_heading) + 3

    def row_lines(self, row: int) -> list[list[Piece]]:
        """The keys below each other, then the words."""
        line = self.rows[row]
        if line.is_heading:
            return [[(line.text, "faint")]]
        column = min(self._column, self.size.width // 3)
        return [[(pad(cut(line.text, column - 1), column), ""), (line.aside, "soft")]]


class HelpScreen(Dialog[None]):
    """Lists every key; made from the same bindings that answer to them."""

    BINDINGS: ClassVar[list[BindingType]] = [*keys.DIALOG]

    def __init__(self, keymap: Mapping[str, str]) -> None:
        super().__init__()
        self._keymap = keymap

    def compose(self) -> ComposeResult:
        """A head and the list."""
        with Container(classes="dialog"):
            yield Static(plain("Keys"), classes="dialog-title")
            yield KeyList(list(_lines(self._keymap)))

    def action_leave(self) -> None:
        """Close."""
        self.dismiss(None)

    def action_help(self) -> None:
        """The key that opened it closes it."""
        self.dismiss(None)


def _lines(keymap: Mapping[str, str]) -> Iterator[Line]:
    for number, (heading, rows) in enumerate(keys.help_sections(keymap)):
        if number:
            yield Line("")
        yield Line(heading.upper(), is_heading=True)
        for row in rows:
            yield Line(row.keys, row.description)
