"""Dialogs with lists: command palette, help, contents and links of an article."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widgets import Input, Static

from tuireader.content.document.model import Heading, Link, links_out
from tuireader.text.folding import fold
from tuireader.text.printable import printable
from tuireader.tui import keys
from tuireader.tui.chrome import CleanInput
from tuireader.tui.dialogs.questions import ChooseScreen, Dialog, TypedDialog
from tuireader.tui.keys import Row
from tuireader.tui.lists.choice_list import AutocompleteList, ChoiceList, FullHeightList, Line
from tuireader.tui.lists.rows import Piece
from tuireader.tui.support.safe_text import copy_address, cut, pad, plain
from tuireader.tui.support.viewport import is_linear


@dataclass(frozen=True, slots=True)
class Command:
    """A row of the command palette."""

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

    def rank(self, words: Sequence[str]) -> int:
        """How well it fits what is typed (lower is better): its name begins so, words of its name do, or others."""
        name = fold(self.name)
        if name.startswith(" ".join(words)):
            return 0
        fitting = (all(f" {word}" in f" {text}" for word in words) for text in (name, self.words))
        return next((rank for rank, fits in enumerate(fitting, 1) if fits), 3)


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
            yield CleanInput(placeholder="Type a command", compact=True)
            yield AutocompleteList(_lines(self._shown))
            yield self.hint_bar()

    def hints(self) -> list[Row]:
        return [Row("enter", "run", "open"), Row("esc", "close", "leave", is_pinned=True)]

    def on_mount(self) -> None:
        self._theme = self.app.theme
        self.query_one(Input).focus()

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        self.reads = None
        words = fold(event.value).split()
        fitting = [command for command in self._commands if all(word in command.words for word in words)]
        self._shown = sorted(fitting, key=lambda each: each.rank(words))
        found = self.query_one(ChoiceList)
        found.empty = [] if self._shown else [[("  ", ""), ("No matching commands", "faint")]]
        found.set_rows(_lines(self._shown))
        self._preview()

    @on(AutocompleteList.Pointed)
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


@dataclass(frozen=True, slots=True)
class KeyLine(Line):
    """A row of the help: keys, description, and the command's id in the keymap."""

    id: str = ""


_AIR = "  "


class KeyList(ChoiceList):
    """A table of keys, to read only."""

    def __init__(self, rows: Sequence[KeyLine]) -> None:
        super().__init__(rows, has_cursor=False)
        self._help_lines = rows
        self._keys = max(cell_len(row.text) for row in rows if not row.is_heading) + 3
        self._rest = max(cell_len(row.aside + row.id) for row in rows) + 2

    def show(self, rows: Sequence[KeyLine]) -> None:
        """Show some of the rows with unchanged column widths."""
        self._help_lines = rows
        self.set_rows(rows)

    def row_lines(self, row: int) -> list[list[Piece]]:
        """The line of a row: keys, description, and the command's id at the right if there is room."""
        line, width = self._help_lines[row], self.size.width - 2 - len(_AIR)
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
            yield Static(plain("Keyboard shortcuts"), classes="dialog-title")
            yield CleanInput(placeholder="Key or command", compact=True)
            yield KeyList(list(_help_lines(self._keymap, "")))
            yield self.hint_bar()

    def hints(self) -> list[Row]:
        return [Row(keys.keys_of("search", self._keymap)[0], "filter", "search"), *super().hints()]

    def on_mount(self) -> None:
        self.query_one(CleanInput).display = False
        self.query_one(KeyList).has_cursor = is_linear(self)
        self.query_one(KeyList).focus()

    def action_search(self) -> None:
        entry = self.query_one(CleanInput)
        entry.display = True
        entry.focus()

    @on(CleanInput.Changed)
    def _filter(self, event: CleanInput.Changed) -> None:
        shown = self.query_one(KeyList)
        shown.empty = [[(_AIR, ""), (f"No shortcut matches “{event.value}”", "faint")]]
        shown.show(list(_help_lines(self._keymap, event.value)))

    @on(CleanInput.Submitted)
    def _read_what_is_found(self) -> None:
        self.query_one(KeyList).focus()

    def action_help(self) -> None:
        self.dismiss(None)

    def action_leave(self) -> None:
        entry = self.query_one(CleanInput)
        if not entry.display:
            self.dismiss(None)
            return
        entry.value = ""
        entry.display = False
        self.query_one(KeyList).focus()


def _help_lines(keymap: Mapping[str, str], wanted: str) -> Iterator[KeyLine]:
    """Help rows by section, filtered by words."""
    words = wanted.split()
    is_first = True
    for heading, rows in keys.help_sections(keymap):
        found = [row for row in rows if all(_has(row, word) for word in words)]
        if not found:
            continue
        if not is_first:
            yield KeyLine("")
        yield KeyLine(heading.upper(), is_heading=True, id="name in [keymap]" if is_first else "")
        is_first = False
        for row in found:
            yield KeyLine(row.keys, row.description, id=row.id)


def _has(row: Row, word: str) -> bool:
    """Whether a row matches a word: in its description, or as a key (case-sensitive)."""
    return word in row.keys.split() or (len(word) > 1 and fold(word) in fold(f"{row.description} {row.id}"))


_INDENT = 2
_DEEPEST = 4
"""Maximum number of indented levels."""


class ContentsScreen(ChooseScreen):
    """Returns the index of the chosen heading, -1 for the title."""

    BINDINGS: ClassVar[list[BindingType]] = [keys.binding("contents")]

    verb = "go to"

    def __init__(self, title: str, headings: Sequence[Heading], here: int, length: int) -> None:
        """`here` is the current heading, -1 for none; `length` is the length of the text."""
        super().__init__("Contents", _HeadingList(_contents_lines(title, headings, length), here + 1))

    def action_contents(self) -> None:
        self.dismiss(None)

    def result(self, row: int) -> int:
        return row - 1


class _HeadingList(FullHeightList):
    """The headings of an article; a "▸" marks the current one."""

    def __init__(self, rows: Sequence[Line], here: int) -> None:
        super().__init__(rows)
        self._here = here

    def on_mount(self) -> None:
        self.move_to(self._here)

    def lead(self, row: int) -> list[Piece]:
        return [(" ", ""), ("▸ " if row == self._here else "  ", "mark")]


def _contents_lines(title: str, headings: Sequence[Heading], length: int) -> list[Line]:
    top = min((heading.level for heading in headings), default=1)
    lines = [Line(title)]
    for heading in headings:
        indent = " " * _INDENT * min(heading.level - top, _DEEPEST)
        lines.append(Line(indent + (heading.text or "—"), f"{100 * heading.offset // max(1, length)}%"))
    return lines


class LinksScreen(ChooseScreen):
    """Returns the index of the chosen link."""

    BINDINGS: ClassVar[list[BindingType]] = [
        keys.binding("links"),
        keys.binding("copy-link"),
        *(Binding(str(digit), f"number({digit})", show=False) for digit in range(10)),
    ]

    verb = "open"

    def __init__(self, links: Sequence[Link]) -> None:
        self._links = links
        self._typed = 0
        """The number typed so far, to which the cursor has moved."""
        self._indices = links_out(links)
        super().__init__("Links", _LinkList([links[index] for index in self._indices]))

    def hints(self) -> list[Row]:
        first, *rest = super().hints()
        return [first, Row(keys.key_on(self, "copy-link"), "copy", "copy_link"), *rest]

    def action_links(self) -> None:
        self.dismiss(None)

    def action_number(self, digit: int) -> None:
        """Open the link with the typed number, or move to it while another digit may follow."""
        many, before = len(self._indices), self._typed if self.rows.cursor == self._typed - 1 else 0
        number = 10 * before + digit if 10 * before + digit <= many else digit
        if not 0 < number <= many:
            return
        self._typed = number
        self.rows.move_to(number - 1)
        if 10 * number > many:
            self.dismiss(self._indices[number - 1])

    def action_copy_link(self) -> None:
        copy_address(self, self._links[self._indices[self.rows.cursor]].url)

    def result(self, row: int) -> int:
        return self._indices[row]


class _LinkList(FullHeightList):
    """The numbered links of an article: text and address below each other, then a blank line."""

    def __init__(self, links: Sequence[Link]) -> None:
        super().__init__([Line(f"{'▣ ' * link.is_picture}{link.text or link.url}", link.url) for link in links])

    def row_height(self, row: int) -> int:  # noqa: ARG002 - all are alike
        return 3

    def cursor_lines(self, row: int) -> int:  # noqa: ARG002 - all are alike
        """Lines of a link's row, without the blank line after it."""
        return 2

    def row_lines(self, row: int) -> list[list[Piece]]:
        """The lines of a link's row: number and text, then the address."""
        line = self.rows[row]
        number = str(row + 1).rjust(len(str(len(self.rows))))
        indent = " " * (len(number) + 3)
        width = max(1, self.size.width - len(indent) - 1)
        text, address = cut(printable(line.text), width), cut(printable(line.aside), width)
        return [[(f" {number}  ", "faint"), (text, "")], [(indent, ""), (address, "faint")]]
