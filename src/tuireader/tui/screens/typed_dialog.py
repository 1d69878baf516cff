"""A dialog in which one types, and chooses from the rows below without leaving the line."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import Input

from tuireader.tui.lists.autocomplete_list import LedList
from tuireader.tui.lists.choice_list import ChoiceList
from tuireader.tui.screens.dialog import Dialog

Result = TypeVar("Result")


class TypedDialog(Dialog[Result]):
    """A line, which has the focus, and rows whose cursor the arrow keys move."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("down,ctrl+n", "step(1)", show=False),
        Binding("up,ctrl+p", "step(-1)", show=False),
    ]

    def choose(self, row: int) -> None:
        """Do what a row stands for; there may be no such row."""
        raise NotImplementedError

    @on(Input.Submitted)
    def _choose_pointed(self) -> None:
        self.choose(self.query_one(LedList).cursor)

    @on(ChoiceList.Chosen)
    def _choose_clicked(self, event: ChoiceList.Chosen) -> None:
        self.choose(event.index)

    def action_step(self, by: int) -> None:
        rows = self.query_one(LedList)
        rows.move_to(self.row_beside(rows.cursor, by))
        self.reads = rows

    def row_beside(self, row: int, by: int) -> int:
        return row + by
