"""The keys, all of them, as they are bound now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.widgets import Static

from tuireader.tui import keys
from tuireader.tui.lists.choice_list import ChoiceList, Line
from tuireader.tui.lists.rows import Piece
from tuireader.tui.screens.dialog import Dialog
from tuireader.tui.support.safe_text import plain
from tuireader.tui.support.text_fitting import cut, pad


@dataclass(frozen=True, slots=True)
class KeyLine(Line):
    """A row: keys, what they do, and what the configuration's keymap calls it."""

    id: str = ""


_AIR = "  "


class KeyList(ChoiceList):
    """Keys, and beside them what they do; to be read, not chosen from."""

    def __init__(self, rows: Sequence[KeyLine]) -> None:
        super().__init__(rows, has_cursor=False)
        self._lines = rows
        self._keys = max(cell_len(row.text) for row in rows if not row.is_heading) + 3
        self._rest = max(cell_len(row.aside + row.id) for row in rows) + 2

    def row_lines(self, row: int) -> list[list[Piece]]:
        """The keys below each other, then the words; at the right, where there is room for all, the keymap's names."""
        line, width = self._lines[row], self.size.width - 2 - len(_AIR)
        if line.is_heading:
            gap = " " * (width - cell_len(line.text + line.id))
            return [[(_AIR, ""), (line.text, "faint"), (gap, ""), (line.id, "faint")]]
        keys = min(self._keys, width // 3)
        pieces: list[Piece] = [(_AIR, ""), (pad(cut(line.text, keys - 1), keys), ""), (line.aside, "soft")]
        if keys + self._rest <= width:
            pieces += [(" " * (width - keys - cell_len(line.aside + line.id)), ""), (line.id, "faint")]
        return [pieces]


class HelpScreen(Dialog[None]):
    """Lists every key; made from the same bindings that answer to them."""

    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings("dialog"), keys.binding("help")]

    def __init__(self, keymap: Mapping[str, str]) -> None:
        super().__init__()
        self._keymap = keymap

    def compose(self) -> ComposeResult:
        """A head and the list."""
        with Container(classes="dialog"):
            yield Static(plain("Keys"), classes="dialog-title")
            yield KeyList(list(_lines(self._keymap)))
            yield self.hint_bar()

    def action_help(self) -> None:
        """The key that opened it closes it."""
        self.dismiss(None)


def _lines(keymap: Mapping[str, str]) -> Iterator[KeyLine]:
    for number, (heading, rows) in enumerate(keys.help_sections(keymap)):
        if number:
            yield KeyLine("")
        yield KeyLine(heading.upper(), is_heading=True, id="" if number else "in [keymap]")
        for row in rows:
            yield KeyLine(row.keys, row.description, id=row.id)
