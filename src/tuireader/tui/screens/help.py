"""The help: all keys as bound now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.widgets import Static

from tuireader.text.folding import fold
from tuireader.tui import keys
from tuireader.tui.chrome.prompt import Entry
from tuireader.tui.keys import Row
from tuireader.tui.lists.choice_list import ChoiceList, Line
from tuireader.tui.lists.rows import Piece
from tuireader.tui.screens.dialog import Dialog
from tuireader.tui.support.linear import is_linear
from tuireader.tui.support.safe_text import cut, pad, plain


@dataclass(frozen=True, slots=True)
class KeyLine(Line):
    """A row: keys, description, and name in the keymap."""

    id: str = ""


_AIR = "  "


class KeyList(ChoiceList):
    """A table of keys, to read only."""

    def __init__(self, rows: Sequence[KeyLine]) -> None:
        super().__init__(rows, has_cursor=False)
        self._lines = rows
        self._keys = max(cell_len(row.text) for row in rows if not row.is_heading) + 3
        self._rest = max(cell_len(row.aside + row.id) for row in rows) + 2

    def show(self, rows: Sequence[KeyLine]) -> None:
        """Show some of the rows with unchanged column widths."""
        self._lines = rows
        self.set_rows(rows)

    def row_lines(self, row: int) -> list[list[Piece]]:
        """The keys below each other, then the description; the keymap's name at the right if there is room."""
        line, width = self._lines[row], self.size.width - 2 - len(_AIR)
        keys = min(self._keys, width // 3)
        if line.is_heading:
            pieces: list[Piece] = [(_AIR, ""), (line.text, "faint")]
        else:
            pieces = [(_AIR, ""), (pad(cut(line.text, keys - 1), keys), ""), (line.aside, "soft")]
        if keys + self._rest <= width:
            used = sum(cell_len(text) for text, _ in pieces[1:])
            pieces += [(" " * (width - used - cell_len(line.id)), ""), (line.id, "faint")]
        return [pieces]


class HelpScreen(Dialog[None]):
    """Lists all keys, most used first, from the actual bindings."""

    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings("dialog"), keys.binding("help"), keys.binding("search")]

    def __init__(self, keymap: Mapping[str, str]) -> None:
        super().__init__()
        self._keymap = keymap

    def compose(self) -> ComposeResult:
        with Container(classes="dialog"):
            yield Static(plain("Keys"), classes="dialog-title")
            yield Entry(placeholder="a key, or a word of what it does", compact=True)
            yield KeyList(list(_lines(self._keymap, "")))
            yield self.hint_bar()

    def hints(self) -> list[Row]:
        return [Row(keys.keys_of("search", self._keymap)[0], "filter", "search"), *super().hints()]

    def on_mount(self) -> None:
        self.query_one(Entry).display = False
        self.query_one(KeyList).has_cursor = is_linear(self)
        self.query_one(KeyList).focus()

    def action_search(self) -> None:
        entry = self.query_one(Entry)
        entry.display = True
        entry.focus()

    @on(Entry.Changed)
    def _filter(self, event: Entry.Changed) -> None:
        shown = self.query_one(KeyList)
        shown.empty = [[(_AIR, ""), (f"No key for “{event.value}”.", "faint")]]
        shown.show(list(_lines(self._keymap, event.value)))

    @on(Entry.Submitted)
    def _read_what_is_found(self) -> None:
        self.query_one(KeyList).focus()

    def action_help(self) -> None:
        self.dismiss(None)

    def action_leave(self) -> None:
        entry = self.query_one(Entry)
        if not entry.display:
            self.dismiss(None)
            return
        entry.value = ""
        entry.display = False
        self.query_one(KeyList).focus()


def _lines(keymap: Mapping[str, str], wanted: str) -> Iterator[KeyLine]:
    """Help rows by section, filtered by words."""
    words = wanted.split()
    is_first = True
    for heading, rows in keys.help_sections(keymap):
        found = [row for row in rows if all(_has(row, word) for word in words)]
        if not found:
            continue
        if not is_first:
            yield KeyLine("")
        yield KeyLine(heading.upper(), is_heading=True, id="in [keymap]" if is_first else "")
        is_first = False
        for row in found:
            yield KeyLine(row.keys, row.description, id=row.id)


def _has(row: Row, word: str) -> bool:
    """Whether a row matches a word: in its description, or as a key (case-sensitive)."""
    return word in row.keys.split() or (len(word) > 1 and fold(word) in fold(f"{row.description} {row.id}"))
