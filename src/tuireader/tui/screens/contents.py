"""Dialogs for an article's headings and its links."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from tuireader.content.document.model import Heading, Link, links_out
from tuireader.text.printable import printable
from tuireader.tui import keys
from tuireader.tui.keys import Row
from tuireader.tui.lists.choice_list import Line, WholeList
from tuireader.tui.lists.rows import Piece
from tuireader.tui.screens.dialog import ChooseScreen
from tuireader.tui.support.safe_text import copy_address, cut

_INDENT = 2
_DEEPEST = 4
"""Maximum number of indented levels."""


class ContentsScreen(ChooseScreen):
    """Returns the index of the chosen heading, -1 for the title."""

    BINDINGS: ClassVar[list[BindingType]] = [keys.binding("contents")]

    verb = "go there"

    def __init__(self, title: str, headings: Sequence[Heading], here: int, length: int) -> None:
        """`here` is the current heading, -1 for none; `length` is the length of the text."""
        super().__init__("Contents", _HeadingList(_lines(title, headings, length), here + 1))

    def action_contents(self) -> None:
        self.dismiss(None)

    def result(self, row: int) -> int:
        return row - 1


class _HeadingList(WholeList):
    """The headings; the current one has the bar."""

    def __init__(self, rows: Sequence[Line], here: int) -> None:
        super().__init__(rows)
        self._here = here

    def on_mount(self) -> None:
        self.move_to(self._here)

    def lead(self, row: int) -> list[Piece]:
        return [(" ", ""), ("▸ " if row == self._here else "  ", "mark")]


def _lines(title: str, headings: Sequence[Heading], length: int) -> list[Line]:
    top = min((heading.level for heading in headings), default=1)
    lines = [Line(title)]
    for heading in headings:
        indent = " " * _INDENT * min(heading.level - top, _DEEPEST)
        lines.append(Line(indent + (heading.text or "—"), f"{100 * heading.offset // max(1, length)} %"))
    return lines


class LinksScreen(ChooseScreen):
    """Returns the index of the chosen link."""

    BINDINGS: ClassVar[list[BindingType]] = [
        keys.binding("links"),
        keys.binding("copy-link"),
        *(Binding(str(digit), f"number({digit})", show=False) for digit in range(1, 10)),
    ]

    verb = "open"

    def __init__(self, links: Sequence[Link]) -> None:
        self._links = links
        self._indices = links_out(links)
        super().__init__("Links", _LinkList([links[index] for index in self._indices]))

    def hints(self) -> list[Row]:
        first, *rest = super().hints()
        return [first, Row(keys.key_on(self, "copy-link"), "copy", "copy_link"), *rest]

    def action_links(self) -> None:
        self.dismiss(None)

    def action_number(self, number: int) -> None:
        if number <= len(self._indices):
            self.dismiss(self._indices[number - 1])

    def action_copy_link(self) -> None:
        copy_address(self, self._links[self._indices[self.rows.cursor]].url)

    def result(self, row: int) -> int:
        return self._indices[row]


class _LinkList(WholeList):
    """Two lines a link and a blank line; a number key opens a link at once."""

    def __init__(self, links: Sequence[Link]) -> None:
        super().__init__([Line(f"{'▣ ' * link.is_picture}{link.text or link.url}", link.url) for link in links])

    def row_height(self, row: int) -> int:  # noqa: ARG002 - all are alike
        return 3

    def cursor_lines(self, row: int) -> int:  # noqa: ARG002 - all are alike
        """Lines of a heading's row, without the blank line above it."""
        return 2

    def row_lines(self, row: int) -> list[list[Piece]]:
        """The lines of a link's row: number and text, then the address."""
        line = self.rows[row]
        number = str(row + 1).rjust(len(str(len(self.rows))))
        indent = " " * (len(number) + 3)
        width = max(1, self.size.width - len(indent) - 1)
        text, address = cut(printable(line.text), width), cut(printable(line.aside), width)
        return [[(f" {number}  ", "faint"), (text, "")], [(indent, ""), (address, "faint")]]
