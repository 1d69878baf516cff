"""A list to choose from, with a text at the left and a dim one at the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual.message import Message

from tuireader.text.printable import printable
from tuireader.tui.lists.row_list import RowList
from tuireader.tui.lists.rows import Piece
from tuireader.tui.support.safe_text import cut


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a choice list."""

    text: str
    aside: str = ""
    is_heading: bool = False
    """Whether it is a heading, which cannot be chosen."""


class ChoiceList(RowList):
    """A list to choose from; without a cursor, to read only."""

    class Chosen(Message):
        """A row was chosen."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self, rows: Sequence[Line] = (), *, id: str | None = None, has_cursor: bool = True) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.rows = rows
        self.has_cursor = has_cursor
        """Whether a row can be chosen, or is the reading place."""

    def set_rows(self, rows: Sequence[Line]) -> None:
        self.rows = rows
        self.put_cursor(0, 0)

    def row_count(self) -> int:
        return len(self.rows)

    def row_height(self, row: int) -> int:  # noqa: ARG002 - all are alike
        return 1

    def cursor_lines(self, row: int) -> int:  # noqa: ARG002 - all are alike
        """Lines of the cursor's row; 0 without a cursor."""
        return 1 if self.has_cursor else 0

    def row_lines(self, row: int) -> list[list[Piece]]:
        """The two texts of a row, the second flush right."""
        line, lead = self.rows[row], self.lead(row)
        width = self.size.width - 2 - sum(cell_len(text) for text, _ in lead)
        text, aside = printable(line.text), printable(line.aside)
        aside = cut(aside, max(width // 2, width - cell_len(text) - 2))
        text = cut(text, max(1, width - cell_len(aside) - 2))
        gap = " " * max(0, width - cell_len(text) - cell_len(aside))
        return [[*lead, (text, "faint" if line.is_heading else ""), (gap, ""), (aside, "faint")]]

    def lead(self, row: int) -> list[Piece]:  # noqa: ARG002 - all are alike here
        return [("  ", "")]

    def action_down(self) -> None:
        self._step(1)

    def action_up(self) -> None:
        self._step(-1)

    def reveal(self) -> None:
        """Scroll to the cursor; without one, keep the scroll position."""
        if self.has_cursor:
            super().reveal()

    def action_top(self) -> None:
        if self.has_cursor:
            super().action_top()
        else:
            self.scroll_lines(-len(self.rows))

    def action_bottom(self) -> None:
        if self.has_cursor:
            super().action_bottom()
        else:
            self.scroll_lines(len(self.rows))

    def action_half_down(self) -> None:
        self._step(max(1, self.room // 2))

    def action_half_up(self) -> None:
        self._step(-max(1, self.room // 2))

    def action_page_down(self) -> None:
        self._step(max(1, self.room - 1))

    def action_page_up(self) -> None:
        self._step(-max(1, self.room - 1))

    def _step(self, by: int) -> None:
        if self.has_cursor:
            self.move_to(self.cursor + by)
        else:
            self.scroll_lines(by)

    def action_open(self) -> None:
        if self.has_cursor and self.cursor < len(self.rows) and not self.rows[self.cursor].is_heading:
            self.post_message(self.Chosen(self.cursor))


class FullHeightList(ChoiceList):
    """A list as high as its rows, if there is room."""

    def get_content_height(self, *_: object) -> int:
        return max(1, sum(map(self.row_height, range(len(self.rows)))))


class AutocompleteList(FullHeightList):
    """A list whose cursor is moved from the input above it."""

    IS_LED = True

    class Pointed(Message):
        """The cursor moved to another row."""

    def cursor_moved(self) -> None:
        self.post_message(self.Pointed())

    def set_rows(self, rows: Sequence[Line]) -> None:
        super().set_rows(rows)
        self.refresh(layout=True)
