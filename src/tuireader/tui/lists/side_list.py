"""The lists of the sidebar: a heading, and names with unread counts."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, NamedTuple, overload

from rich.cells import cell_len
from textual.message import Message

from tuireader.text.printable import printable
from tuireader.tui.lists.row_list import RowList
from tuireader.tui.lists.rows import Piece
from tuireader.tui.support.safe_text import cut, pad
from tuireader.tui.support.viewport import Omitted, is_linear, unless_omitted


class Choice(NamedTuple):
    """A row of the sidebar."""

    key: Any
    """The identity of the row in its list: an id or a name; in a tree, its kind and that."""
    name: str
    unread: int | None = None
    """None if not counted, or not yet."""
    total: int | None = None
    """None if not counted yet."""
    failed: bool = False
    """Whether it is marked as having a problem."""
    is_nameless: bool = False
    """Whether it stands for articles without a name of this kind: shown dim and last."""
    depth: int = 0
    """The depth in a tree."""
    sign: str = ""
    """The sign of a branch, open or folded, with a blank after it."""


class Table(NamedTuple):
    """Rows in columns: tens of thousands of objects would take megabytes."""

    keys: Sequence[Hashable]
    """The key of each row; see `Choice.key`."""
    names: Sequence[str]
    unread: array[int]
    totals: array[int]
    failed: Collection[int] = frozenset()
    """The indices of marked rows."""
    nameless: int = -1
    """The index of the nameless row."""
    nameless_as: str = ""
    """The label of the nameless row."""

    def row(self, place: int) -> Choice:
        is_nameless = place == self.nameless
        return Choice(
            self.keys[place],
            self.nameless_as if is_nameless else self.names[place],
            self.unread[place],
            self.totals[place],
            failed=place in self.failed,
            is_nameless=is_nameless,
        )


class Choices(Sequence[Choice]):
    """A table's rows in some order, below a few extra rows."""

    def __init__(self, table: Table, order: Sequence[int], above: tuple[Choice, ...] = ()) -> None:
        """`order` are row indices of the table, `above` the extra rows."""
        self._table = table
        self.order = order
        self._above = above

    def __len__(self) -> int:
        return len(self._above) + len(self.order)

    @overload
    def __getitem__(self, index: int) -> Choice: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Choice]: ...

    def __getitem__(self, index: int | slice) -> Choice | Sequence[Choice]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        at = index if index >= 0 else len(self) + index
        if at < len(self._above):
            return self._above[at]
        return self._table.row(self.order[at - len(self._above)])

    def __iter__(self) -> Iterator[Choice]:
        return (self[at] for at in range(len(self)))

    def place_of(self, key: Hashable) -> int | None:
        """The index of a key's row, found without making rows; None if there is none."""
        with suppress(ValueError):
            return [each.key for each in self._above].index(key)
        with suppress(ValueError):
            return len(self._above) + self.order.index(self._table.keys.index(key))
        return None

    def keys(self) -> Iterator[Hashable]:
        yield from (each.key for each in self._above)
        keys = self._table.keys
        for place in self.order:
            yield keys[place]


def keys_of(rows: Sequence[Choice]) -> Iterator[Hashable]:
    """The keys of rows, without making rows if possible."""
    return rows.keys() if isinstance(rows, Choices) else (row.key for row in rows)


def place_of(rows: Sequence[Choice], key: Hashable) -> int | None:
    """The index of a key's row; None if there is none."""
    if isinstance(rows, Choices):
        return rows.place_of(key)
    return next((place for place, row in enumerate(rows) if row.key == key), None)


BAR, LEFT_OUT = "▌", "−"


def digits(rows: Sequence[Choice]) -> int:
    unread = max((row.unread for row in rows if row.unread), default=None)
    return 0 if unread is None else len(str(unread))


class OfList(Message):
    """Base of the messages of a sidebar list."""

    def __init__(self, side_list: SideList) -> None:
        super().__init__()
        self.side_list = side_list

    @property
    def control(self) -> SideList:
        return self.side_list


class SideList(RowList):
    """A list of the sidebar; choices are sent as messages and set by the listener."""

    HEAD = 1
    OPENS_ON_PRESS = True  # with the focus it gets the height, and its neighbours lose it
    is_last = False
    """Whether no list is below it."""
    SHOWS_CURSOR_AWAY = HAS_BAR = False  # a bar says what is chosen; a cursor without the focus would say nothing

    class Entered(Message):
        """The articles of a chosen row are wanted."""

    class Chosen(OfList):
        """A row was chosen."""

        def __init__(self, side_list: SideList, key: Hashable) -> None:
            super().__init__(side_list)
            self.key = key

    class ChosenToo(OfList):
        """The row under the cursor was ctrl-clicked: it is to be chosen beside the others, or no longer."""

    class Pointed(OfList):
        """The cursor moved to another row, or the list got the focus."""

    class Left(OfList):
        """The user moved beyond the first row (-1) or the last (1)."""

        def __init__(self, side_list: SideList, by: int) -> None:
            super().__init__(side_list)
            self.by = by

    def __init__(self, heading: str, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self.heading = heading
        self.rows: Sequence[Choice] = ()
        self._home: Hashable = None
        """The row under the cursor until it is moved."""
        self.chosen: frozenset[Any] = frozenset()
        self.excluded: frozenset[Hashable] = frozenset()
        """The keys of excluded rows."""
        self._unread_width = 0

    @property
    def room(self) -> int:
        """Lines for rows; the last line is blank if there is enough room, and another list below."""
        height = self.size.height
        return max(0, height - self.HEAD - (1 if height > 3 and not self.is_last else 0))

    @property
    def lines_wanted(self) -> int:
        """The lines of the whole list with its heading and a blank line above the next; 0 if it is empty."""
        rows = self.row_count() or len(self.empty)
        return self.HEAD + rows + (not self.is_last) if rows else 0

    def set_rows(self, rows: Sequence[Choice], unread_width: int | None = None, *, is_another: bool = False) -> None:
        """Show other rows; the cursor stays on its row, and the scroll position too if possible.

        `unread_width` are the digits of the highest count, if known. `is_another`: the rows belong to another query; a
        list without the focus then returns to its chosen row. One that was never left stays at its top.
        """
        row, line = self.scroll_anchor()
        before, rows_before, cursor = self.pointed, self.rows, self.cursor
        self.rows = rows
        self._unread_width = digits(rows) if unread_width is None else unread_width
        is_at_home = row == line == 0 and (before is None or before.key == self._home)
        if not self.has_focus and (is_another or is_at_home):
            self.go_home()
            return
        self.cursor = max(0, min(self._row_of(before.key, cursor) if before else cursor, len(rows) - 1))
        self.scroll_row_to(self._row_of(rows_before[row].key, row) if row < len(rows_before) else row, line)
        self._settle()

    def _row_of(self, key: Hashable, row: int) -> int:
        """The new index of a row; the old one if it is gone."""
        if row < len(self.rows) and self.rows[row].key == key:
            return row
        there = place_of(self.rows, key)
        return row if there is None else there

    def go_home(self) -> None:
        """Move the cursor to the chosen row, else the first, and scroll up as far as possible."""
        self.cursor = self._first_chosen() or 0
        self._home = self.pointed and self.pointed.key
        self.scroll_row_to(0, 0)
        self.reveal()

    def set_chosen(self, keys: Iterable[Hashable], excluded: Iterable[Hashable] = ()) -> None:
        """Mark the chosen and the excluded rows."""
        marks = frozenset(keys), frozenset(excluded)
        if (self.chosen, self.excluded) != marks:
            self.chosen, self.excluded = marks
            self.refresh()

    @property
    def pointed(self) -> Choice | None:
        return self.rows[self.cursor] if self.cursor < len(self.rows) else None

    def row_count(self) -> int:
        return len(self.rows)

    def row_height(self, row: int) -> int:  # noqa: ARG002 - all are alike here
        return 1

    def row_lines(self, row: int) -> list[list[Piece]]:
        """The bar, the name, the problem mark, and the unread count."""
        choice = self.rows[row]
        chosen, excluded = choice.key in self.chosen, choice.key in self.excluded
        unread = str(choice.unread).rjust(self._unread_width) if choice.unread else ""
        unread = unless_omitted(self, Omitted.COUNTS, unread)
        failed = " !" if choice.failed else ""
        room = max(1, self.size.width - 2 - len(failed) - (len(unread) + 1 if unread else 0) - 1)
        lead = "  " * choice.depth + choice.sign
        name = lead + self.in_drawing_order(cut(printable(choice.name), max(1, room - cell_len(lead))))
        tone = "chosen" if chosen else "soft" if choice.unread == 0 or choice.is_nameless or excluded else ""
        return [
            [
                (f" {self._chosen_sign}" if chosen else f" {self._excluded_sign}" if excluded else "  ", "mark"),
                (name, tone),
                (failed, "alarm"),
                (" " * (room - cell_len(name) + 1), ""),
                (unread, "faint" if choice.is_nameless else ""),
            ]
        ]

    @property
    def _chosen_sign(self) -> str:
        return "*" if is_linear(self) else BAR

    @property
    def _excluded_sign(self) -> str:
        return "-" if is_linear(self) else LEFT_OUT

    def head_line(self, line: int) -> list[Piece]:  # noqa: ARG002 - there is one
        """The heading, and the chosen names if they are out of view."""
        note = self.note()
        tone = "here" if self.has_focus else "faint"
        pieces: list[Piece] = [("  ", ""), (pad(self.heading, len(self.heading) + 2), tone)]
        hidden = self._chosen_out_of_sight()
        if hidden is not None:
            room = self.size.width - len(self.heading) - 6
            pieces += [(self._chosen_sign, "mark"), (cut(printable(hidden), max(1, room)), "chosen")]
        elif note:
            room = self.size.width - len(self.heading) - 5
            text = cut(note, max(1, room))
            pieces += [(" " * (room - cell_len(text)), ""), (text, "faint")]
        return pieces

    def note(self) -> str:
        """The text at the right of the heading."""
        return ""

    def _chosen_out_of_sight(self) -> str | None:
        first = self._first_chosen()
        if first is None:
            return None
        places = self.places()
        inside = bool(places) and places[0].item <= first <= places[-1].item
        return None if inside else self.rows[first].name

    def _first_chosen(self) -> int | None:
        places = [place_of(self.rows, key) for key in self.chosen]
        return min((place for place in places if place is not None), default=None)

    def cursor_moved(self) -> None:
        self.post_message(self.Pointed(self))

    def on_blur(self) -> None:
        self.refresh()

    def action_down(self) -> None:
        if self.cursor >= self.row_count() - 1:
            self.post_message(self.Left(self, 1))
        else:
            super().action_down()

    def action_up(self) -> None:
        if self.cursor <= 0:
            self.post_message(self.Left(self, -1))
        else:
            super().action_up()

    def action_open_too(self) -> None:
        self.post_message(self.ChosenToo(self))

    def action_open(self) -> None:
        """Choose the row; if it is chosen, go to its articles."""
        if self.pointed is not None and self.pointed.key in self.chosen:
            self.post_message(self.Entered())
        else:
            self.open_clicked()

    def open_clicked(self) -> None:
        """Choose the row; if it is chosen, no more."""
        if self.pointed is not None:
            self.post_message(self.Chosen(self, self.pointed.key))


class NameList(SideList):
    """A list of the sidebar that is filtered by name and has two orders."""

    BY_NAME = False
    """Whether it is sorted by name by default; else by count."""

    def __init__(self, heading: str, *, id: str) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(heading, id=id)
        self.filter = ""
        """The filter text."""
        self.by_name = self.BY_NAME
        self._before_filter: Hashable = None
        """The row under the cursor before filtering."""

    @property
    def a_row(self) -> str:
        """The plural noun for its rows."""
        return self.heading.lower()

    @property
    def is_turned(self) -> bool:
        """Whether the order differs from the default."""
        return self.by_name != self.BY_NAME

    def set_filter(self, text: str) -> None:
        """Show only names that contain the text, ignoring case and accents."""
        if text == self.filter:
            return
        if not self.filter:
            self._before_filter = self.pointed and self.pointed.key
        found_nothing, self.filter = not self.rows, text
        self._arrange()
        if text:
            self.move_to(self.matches[0] if self.matches else 0)
        elif found_nothing:
            self.move_to(self._row_of(self._before_filter, 0))

    def without_matches(self, noun: str) -> list[list[Piece]]:
        """The line shown in place of the names if none contains the text."""
        said = f"No {noun} matches “{printable(self.filter)}”"
        return [[("  ", ""), (said, "faint")]] if self.filter else []

    @property
    def matches(self) -> Sequence[int]:
        """The rows that match the filter."""
        return range(self.row_count())

    def toggle_order(self) -> None:
        self.by_name = not self.by_name
        self._arrange()

    def _arrange(self) -> None:
        """Lay out the rows by filter and order."""
        raise NotImplementedError
