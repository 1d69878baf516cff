"""Outlines of an article: its headings, and its links."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widgets import Static

from tuireader.content.document.model import Heading, Link, links_out
from tuireader.text.printable import printable
from tuireader.tui import keys
from tuireader.tui.keys import Row
from tuireader.tui.lists.choice_list import ChoiceList, Line
from tuireader.tui.lists.rows import Piece
from tuireader.tui.screens.dialog import Dialog
from tuireader.tui.support.safe_text import copy_address, cut, plain

_INDENT = 2
_DEEPEST = 4
"""Levels that are told apart by their indent."""


class ContentsScreen(Dialog[int | None]):
    """Gives the index of the heading that was chosen, -1 for the title above all."""

    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings("dialog"), keys.binding("contents")]

    def __init__(self, title: str, headings: Sequence[Heading], here: int, length: int) -> None:
        """`here` is the heading that the user is under, -1 for none; `length` that of the document's text."""
        super().__init__()
        self._list = _HeadingList(_lines(title, headings, length), here + 1)

    def compose(self) -> ComposeResult:
        with Container(classes="dialog"):
            yield Static(plain("Contents"), classes="dialog-title")
            yield self._list
            yield self.hint_bar()

    def hints(self) -> list[Row]:
        return [Row(keys.key_on(self, "open"), "go there", "open"), *super().hints()]

    def action_contents(self) -> None:
        self.dismiss(None)

    def on_resize(self) -> None:
        self.leave_room(self._list)

    @on(ChoiceList.Chosen)
    def _jump(self, event: ChoiceList.Chosen) -> None:
        self.dismiss(event.index - 1)


class _HeadingList(ChoiceList):
    """The headings; the one that the user is under has the bar."""

    def __init__(self, rows: Sequence[Line], here: int) -> None:
        super().__init__(rows)
        self._here = here

    def on_mount(self) -> None:
        self.move_to(self._here)

    def get_content_height(self, *_: object) -> int:
        return max(1, len(self.rows))

    def lead(self, row: int) -> list[Piece]:
        return [(" ", ""), ("▸ " if row == self._here else "  ", "mark")]


def _lines(title: str, headings: Sequence[Heading], length: int) -> list[Line]:
    top = min((heading.level for heading in headings), default=1)
    lines = [Line(title)]
    for heading in headings:
        indent = " " * _INDENT * min(heading.level - top, _DEEPEST)
        lines.append(Line(indent + (heading.text or "—"), f"{100 * heading.offset // max(1, length)} %"))
    return lines


class LinksScreen(Dialog[int | None]):
    """Gives the index, among the article's links, of the one that is to be opened."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *keys.bindings("dialog"),
        keys.binding("links"),
        keys.binding("copy-link"),
        *(Binding(str(digit), f"number({digit})", show=False) for digit in range(1, 10)),
    ]

    def __init__(self, links: Sequence[Link]) -> None:
        super().__init__()
        self._links = links
        self._indices = links_out(links)

    def compose(self) -> ComposeResult:
        with Container(classes="dialog"):
            yield Static(plain("Links"), classes="dialog-title")
            yield _LinkList([self._links[index] for index in self._indices])
            yield self.hint_bar()

    def hints(self) -> list[Row]:
        """How to open or copy one, and how to get away."""
        return [
            Row(keys.key_on(self, "open"), "open", "open"),
            Row(keys.key_on(self, "copy-link"), "copy", "copy_link"),
            *super().hints(),
        ]

    def action_links(self) -> None:
        self.dismiss(None)

    def on_resize(self) -> None:
        self.leave_room(self.query_one(ChoiceList))

    def action_number(self, number: int) -> None:
        if number <= len(self._indices):
            self.dismiss(self._indices[number - 1])

    def action_copy_link(self) -> None:
        copy_address(self, self._links[self._indices[self.query_one(_LinkList).cursor]].url)

    @on(ChoiceList.Chosen)
    def _open(self, event: ChoiceList.Chosen) -> None:
        self.dismiss(self._indices[event.index])


class _LinkList(ChoiceList):
    """Two lines for each link, with a number that opens it at once, and air between them."""

    def __init__(self, links: Sequence[Link]) -> None:
        super().__init__([Line(f"{'▣ ' * link.is_picture}{link.text or link.url}", link.url) for link in links])

    def get_content_height(self, *_: object) -> int:
        return max(1, 3 * len(self.rows))

    def row_height(self, row: int) -> int:  # noqa: ARG002 - all are alike
        return 3

    def cursor_lines(self, row: int) -> int:  # noqa: ARG002 - all are alike
        """The air is not covered."""
        return 2

    def row_lines(self, row: int) -> list[list[Piece]]:
        """The number and the text; the address below the text."""
        line = self.rows[row]
        number = str(row + 1).rjust(len(str(len(self.rows))))
        indent = " " * (len(number) + 3)
        width = max(1, self.size.width - len(indent) - 1)
        text, address = cut(printable(line.text), width), cut(printable(line.aside), width)
        return [[(f" {number}  ", "faint"), (text, "")], [(indent, ""), (address, "faint")]]
