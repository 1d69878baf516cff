"""A list whose cursor is moved from a line that is typed into."""

from __future__ import annotations

from collections.abc import Sequence

from textual.message import Message

from tuireader.tui.lists.choice_list import ChoiceList, Line


class LedList(ChoiceList):
    """Rows to choose from while the focus is in the line above."""

    IS_LED = True

    class Pointed(Message):
        """The cursor is on another row."""

    def cursor_moved(self) -> None:
        self.post_message(self.Pointed())

    def set_rows(self, rows: Sequence[Line]) -> None:
        super().set_rows(rows)
        self.refresh(layout=True)

    def get_content_height(self, *_: object) -> int:
        return max(1, len(self.rows))
