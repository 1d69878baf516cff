"""Rows of different heights, of which only visible ones are measured: positions and cursor movement."""

from __future__ import annotations

from textual.geometry import Region

from tuireader.tui.support.textual_internals import Inelastic, PlainFocus
from tuireader.tui.support.viewport import Items, Place, thumb

Piece = tuple[str, str]
"""Text and its role ("" for the default)."""


class Rows(PlainFocus, Inelastic, can_focus=True):
    """Base of lists: a cursor, and scrolling by lines.

    Unlike Textual's ScrollView it does not measure all rows above, so that a list of 100,000 rows costs what a list of
    100 does. A thumb in the last column shows the position.
    """

    HEAD = 0
    """Lines above the rows that do not scroll."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self.cursor = 0
        """The row of the cursor."""
        self._top = Place(0, 0)
        """The first visible line."""

    # What a list of something gives.

    def row_count(self) -> int:
        raise NotImplementedError

    def row_height(self, row: int) -> int:
        """The lines of a row, including the blank line after it."""
        raise NotImplementedError

    def row_lines(self, row: int) -> list[list[Piece]]:
        """The lines of a row, at most its height; missing ones are drawn blank."""
        raise NotImplementedError

    def lead_lines(self, row: int) -> int:  # noqa: ARG002 - here it has none
        """The lines of a heading above a row."""
        return 0

    def cursor_lines(self, row: int) -> int:
        """The lines of a row that the cursor fills, below its heading."""
        return self.row_height(row)

    def head_line(self, line: int) -> list[Piece]:
        """A line of the head, which stays above the rows."""
        raise NotImplementedError

    def cursor_moved(self) -> None:
        """Called when the cursor moves to another row."""

    def action_open(self) -> None:
        """Open the row under the cursor."""
        raise NotImplementedError

    # Where things are.

    @property
    def room(self) -> int:
        return max(0, self.size.height - self.HEAD)

    @property
    def items(self) -> Items:
        """The rows as items of a viewport; at least one."""
        return Items(0, self.row_count() - 1, self.row_height)

    def places(self) -> list[Place]:
        """The place of each visible line; fewer than the height at the end of the list."""
        return self.items.window(self._top, self.room) if self.row_count() else []

    def cursor_line(self) -> int:
        """The screen line, below the head, at which the cursor's row begins.

        Negative above the screen; at least the height below it.
        """
        if self.cursor < self._top.item:
            return -1
        if self.cursor - self._top.item > self.room:  # without measuring all rows between
            return self.cursor - self._top.item
        return sum(self.row_height(row) for row in range(self._top.item, self.cursor)) - self._top.line

    def put_cursor(self, cursor: int, line: int) -> None:
        self.cursor = max(0, min(cursor, self.row_count() - 1))
        self.scroll_row_to(self.cursor, line)

    def scroll_anchor(self) -> tuple[int, int]:
        """A visible row and its line, to be restored after a change: the cursor's row, else the first."""
        line = self.cursor_line()
        if self.cursor == self._top.item or 0 <= line < self.room:
            return self.cursor, line
        return self._top.item, -self._top.line

    def scroll_row_to(self, row: int, line: int) -> None:
        """Scroll so that a row begins at a screen line below the head; the cursor stays on its row."""
        count = self.row_count()
        self._top = self.items.walk(Place(max(0, min(row, count - 1)), 0), -line) if count else Place(0, 0)
        self.refresh()

    def _settle(self) -> None:
        """Fill empty room below the last row if rows are hidden above."""
        count = self.row_count()
        if not count:
            self._top = Place(0, 0)
            return
        if self._top.item >= count:
            self._top = Place(count - 1, 0)
        if not self.room or count - self._top.item > self.room:  # a row has a line at least: the rows below suffice
            return
        self._top = min(self._top, self.items.bottom(self.room))

    def reveal(self) -> None:
        """Scroll no more than needed to show the whole row of the cursor."""
        if not self.row_count() or not self.room:
            return
        if self.cursor < self._top.item or (self.cursor == self._top.item and self._top.line):
            self._top = Place(self.cursor, 0)
        elif self._is_below():
            height = min(self.lead_lines(self.cursor) + self.cursor_lines(self.cursor), self.room)
            self._top = self.items.walk(Place(self.cursor, height - 1), 1 - self.room)
            self._settle()

    def _is_below(self) -> bool:
        """Whether the cursor's row extends below the screen."""
        if self.cursor - self._top.item >= self.room:  # without measuring all rows between
            return True
        return self.cursor_line() + self.lead_lines(self.cursor) + self.cursor_lines(self.cursor) > self.room

    # Moving.

    def move_to(self, row: int) -> None:
        """Move the cursor to a row, or the nearest one, and show it."""
        row = max(0, min(row, self.row_count() - 1))
        before, top = self.cursor, self._top
        self.cursor = row
        self.reveal()
        if top != self._top:
            self.refresh()
        elif row != before:
            self._refresh_rows(before, row)
        if row != before:
            self.cursor_moved()

    def _refresh_rows(self, *rows: int) -> None:
        """Repaint only some of the visible rows."""
        lines = [line for line, place in enumerate(self.places()) if place.item in rows]
        self.refresh(*(Region(0, self.HEAD + line, self.size.width, 1) for line in lines))

    def scroll_lines(self, lines: int) -> None:
        if self.row_count():
            self._top = self.items.walk(self._top, lines)
        self._settle()
        self.refresh()

    def _page(self, lines: int) -> None:
        """Move the cursor by a page, at least one row."""
        if not self.row_count():
            return
        target = self.items.walk(Place(self.cursor, 0), lines).item
        if target == self.cursor:
            target += 1 if lines > 0 else -1
        self.move_to(target)

    def action_down(self) -> None:
        self.move_to(self.cursor + 1)

    def action_up(self) -> None:
        self.move_to(self.cursor - 1)

    def action_top(self) -> None:
        self.move_to(0)

    def action_bottom(self) -> None:
        self.move_to(self.row_count() - 1)

    def action_half_down(self) -> None:
        self._page(max(1, self.room // 2))

    def action_half_up(self) -> None:
        self._page(-max(1, self.room // 2))

    def action_page_down(self) -> None:
        self._page(max(1, self.room))

    def action_page_up(self) -> None:
        self._page(-max(1, self.room))

    # The size.

    def on_resize(self) -> None:
        top = self._top
        self._settle()
        self.reveal()
        if top != self._top:
            self.refresh()

    def thumb_of(self, places: list[Place]) -> tuple[int, int] | None:
        """The start and end line of the thumb; None if everything is visible."""
        count, room = self.row_count(), self.room
        if not places or room < 3:
            return None
        first, last = places[0], places[-1]
        if first == (0, 0) and last.item == count - 1 and last.line == self.row_height(last.item) - 1:
            return None
        shown = last.item - first.item + 1
        return thumb(room, round(room * shown / count), first.item / max(1, count - shown))
