"""The contents of an article: its headings, to jump to one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.widgets import Static

from tuireader.content.document.model import Heading
from tuireader.tui import keys
from tuireader.tui.keys import Row
from tuireader.tui.lists.choice_list import ChoiceList, Line
from tuireader.tui.lists.rows import Piece
from tuireader.tui.screens.dialog import Dialog
from tuireader.tui.support.safe_text import plain

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
