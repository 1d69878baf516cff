"""Choosing one of a few things that can be done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.widgets import Static

from tuireader.tui import keys
from tuireader.tui.keys import Row
from tuireader.tui.lists.choice_list import ChoiceList, Line
from tuireader.tui.screens.dialog import Dialog
from tuireader.tui.support.safe_text import plain


class ChooseScreen(Dialog[int | None]):
    """Gives the place of the row that was chosen."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("dialog")

    def __init__(self, title: str, rows: Sequence[Line]) -> None:
        super().__init__()
        self._title = title
        self._rows = _Rows(rows)

    def compose(self) -> ComposeResult:
        with Container(classes="dialog"):
            yield Static(plain(self._title), classes="dialog-title")
            yield self._rows
            yield self.hint_bar()

    def hints(self) -> list[Row]:
        return [Row(keys.key_on(self, "open"), "choose", "open"), *super().hints()]

    def on_resize(self) -> None:
        self.leave_room(self._rows)

    @on(ChoiceList.Chosen)
    def _take(self, event: ChoiceList.Chosen) -> None:
        self.dismiss(event.index)


class _Rows(ChoiceList):
    def get_content_height(self, *_: object) -> int:
        return max(1, len(self.rows))
