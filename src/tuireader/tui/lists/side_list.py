"""What the lists of the sidebar share: a head, names with counts, a bar at what is chosen."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from textual.message import Message

from tuireader.text.printable import printable
from tuireader.tui.lists.row_list import RowList
from tuireader.tui.lists.rows import Piece
from tuireader.tui.support.text_fitting import cut, pad

BAR = "▌"


class Choice(NamedTuple):
    """A row of the sidebar."""

    key: Hashable
    """What choosing it means to its list."""
    name: str
    unread: int | None = None
    """None where only the total is shown."""
    total: int | None = None
    """None while it is not known yet."""
    failed: bool = False
    """Marked: there is something to say about it."""


def digits(rows: Sequence[Choice]) -> tuple[int, int]:
    """The digits of the highest counts: unread, total."""
    unread = max((row.unread for row in rows if row.unread), default=None)
    total = max((row.total for row in rows if row.total is not None), default=None)
    return 0 if unread is None else len(str(unread)), 0 if total is None else len(str(total))


class SideList(RowList):
    """A list of the sidebar: choosing a row is told, and what is chosen is set by whoever listens."""

    HEAD = 1
    SHOWS_CURSOR_AWAY = False  # the bar says what is chosen; a cursor without the focus would say nothing

    class Chosen(Message):
        """A row was chosen."""

        def __init__(self, side_list: SideList, key: Hashable, *, onward: bool) -> None:
            super().__init__()
            self.side_list = side_list
            self.key = key
            self.onward = onward
            """Whether the user wants to go on to the headlines: `l`, not enter."""

        @property
        def control(self) -> SideList:
            """The list."""
            return self.side_list

    class Pointed(Message):
        """The cursor is on another row, or the list has the focus now."""

        def __init__(self, side_list: SideList) -> None:
            super().__init__()
            self.side_list = side_list

        @property
        def control(self) -> SideList:
            """The list."""
            return self.side_list

    def __init__(self, heading: str, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self.heading = heading
        self.rows: Sequence[Choice] = ()
        self.chosen: frozenset[Hashable] = frozenset()
        self._unread_width = 0
        self._total_width = 0

    @property
    def room(self) -> int:
        """Lines for rows; the last line is air where there is enough."""
        height = self.size.height
        return max(0, height - self.HEAD - (1 if height > 3 else 0))

    def set_rows(self, rows: Sequence[Choice], widths: tuple[int, int] | None = None) -> None:
        """Show other rows; the cursor stays on the same one, and what is in sight where it is, unless room were left.

        `widths` are the digits of the highest counts, where they are known.
        """
        row, line = self.standing()
        before, rows_before, cursor = self.pointed, self.rows, self.cursor
        self.rows = rows
        self._unread_width, self._total_width = widths or digits(rows)
        self.cursor = max(0, min(self._row_of(before.key, cursor) if before else cursor, len(rows) - 1))
        self.stand(self._row_of(rows_before[row].key, row) if row < len(rows_before) else row, line)
        self._settle()

    def _row_of(self, key: Hashable, row: int) -> int:
        """Where a row is now that was here; here too, if it is gone."""
        if row < len(self.rows) and self.rows[row].key == key:
            return row
        return next((index for index, each in enumerate(self.rows) if each.key == key), row)

    def set_chosen(self, *keys: Hashable) -> None:
        """Mark rows as chosen."""
        if self.chosen != frozenset(keys):
            self.chosen = frozenset(keys)
            self.refresh()

    @property
    def pointed(self) -> Choice | None:
        """The row under the cursor."""
        return self.rows[self.cursor] if self.cursor < len(self.rows) else None

    def row_count(self) -> int:
        """How many rows there are."""
        return len(self.rows)

    def row_height(self, row: int) -> int:  # noqa: ARG002 - all are alike here
        """One line for each row."""
        return 1

    def row_lines(self, row: int) -> list[list[Piece]]:
        """The bar, the name, what failed, and the counts to the right."""
        choice = self.rows[row]
        chosen = choice.key in self.chosen
        numbers = self._numbers(choice)
        failed = " !" if choice.failed else ""
        room = self.size.width - 2 - len(failed) - sum(len(text) for text, _ in numbers) - 2
        name = self.seen(cut(printable(choice.name), max(1, room)))
        tone = "chosen" if chosen else "soft" if choice.unread == 0 else ""
        return [
            [
                (f" {BAR}" if chosen else "  ", "mark"),
                (name, tone),
                (failed, "alarm"),
                (" " * (room - cell_len(name) + 1), ""),
                *numbers,
            ]
        ]

    def _numbers(self, choice: Choice) -> list[Piece]:
        """Unread / total, each below the other of its kind."""
        if choice.total is None:
            return []
        total = str(choice.total).rjust(self._total_width)
        if not self._unread_width:
            return [(total, "faint")]
        if not choice.unread:
            return [(" " * (self._unread_width + 3) + total, "faint")]
        return [(str(choice.unread).rjust(self._unread_width), ""), (f" / {total}", "faint")]

    def head_line(self, line: int) -> list[Piece]:  # noqa: ARG002 - there is one
        """The list's name, and what is chosen where that is out of sight."""
        note = self.note()
        pieces: list[Piece] = [("  ", ""), (pad(self.heading, len(self.heading) + 2), "faint")]
        hidden = self._chosen_out_of_sight()
        if hidden is not None:
            room = self.size.width - len(self.heading) - 6
            pieces += [(BAR, "mark"), (cut(printable(hidden), max(1, room)), "chosen")]
        elif note:
            room = self.size.width - len(self.heading) - 5
            text = cut(note, max(1, room))
            pieces += [(" " * (room - cell_len(text)), ""), (text, "faint")]
        return pieces

    def note(self) -> str:
        """What else the head says, at its right."""
        return ""

    def _chosen_out_of_sight(self) -> str | None:
        places = self.places()
        for index, row in enumerate(self.rows if self.chosen else ()):
            if row.key in self.chosen:
                inside = bool(places) and places[0].item <= index <= places[-1].item
                return None if inside else row.name
        return None

    def cursor_moved(self) -> None:
        """Tell that the cursor is on another row."""
        self.post_message(self.Pointed(self))

    def action_open(self) -> None:
        """Choose the row under the cursor; choosing what is chosen clears it."""
        self._choose(onward=False)

    def action_right(self) -> None:
        """Choose the row under the cursor and go on to the headlines."""
        self._choose(onward=True)

    def _choose(self, *, onward: bool) -> None:
        if self.pointed is not None:
            self.post_message(self.Chosen(self, self.pointed.key, onward=onward))
