"""A list that paints only the rows that are seen, whatever their number; a row may take several lines."""

from __future__ import annotations

from typing import ClassVar, NamedTuple, Self

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from tuireader.content.bidi import in_order
from tuireader.content.printable import printable
from tuireader.tui import keys
from tuireader.tui.fitting import cut

Piece = tuple[str, str]
"""Text, and the name of the style that it is drawn in ("" for the list's own)."""


class Place(NamedTuple):
    """What one line on the screen shows: a row, and which of its lines."""

    row: int
    line: int


class Sight(NamedTuple):
    """What is in sight, found once and used for every line until something changes."""

    size: Size
    places: list[Place]
    thumb: tuple[int, int] | None
    rows: dict[int, list[list[Piece]]]


class RowList(Widget, can_focus=True):
    """The base of all lists: a cursor, scrolling by rows, and painting of what is in sight.

    It scrolls by itself, not as Textual's ScrollView does, which must know the height of all that is above: where rows
    differ in height, only those near the top are ever measured, so that a list of 100,000 costs what a list of 100
    does. A thumb in the last column says where in the list it is.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*keys.LIST]
    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "list--strong", "list--soft", "list--faint", "list--mark", "list--chosen", "list--alarm", "list--cursor",
        "list--thumb", "list--found",
    }  # fmt: skip
    HEAD = 0
    """Lines above the rows that do not scroll."""
    WHEEL = 3
    """Lines for a turn of the wheel."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self.cursor = 0
        """The row of the cursor."""
        self.reorder = False
        """Whether right-to-left text is put in order here, because the terminal does not do it."""
        self._top = Place(0, 0)
        """The first line in sight."""
        self._dragging = False
        self._sight: Sight | None = None

    # What a list of something gives.

    def row_count(self) -> int:
        """How many rows there are."""
        raise NotImplementedError

    def row_height(self, row: int) -> int:
        """How many lines a row takes, the air after it included."""
        raise NotImplementedError

    def row_lines(self, row: int) -> list[list[Piece]]:
        """The lines of a row; those that are missing to its height are empty."""
        raise NotImplementedError

    def cursor_lines(self, row: int) -> int:
        """How many lines of a row the cursor covers."""
        return self.row_height(row)

    def head_line(self, line: int) -> list[Piece]:
        """A line above the rows."""
        raise NotImplementedError

    def cursor_moved(self) -> None:
        """Tell whoever wants to know; called when the cursor is on another row."""

    def action_open(self) -> None:
        """Open the row under the cursor."""
        raise NotImplementedError

    def action_right(self) -> None:
        """Open, to the right."""
        self.action_open()

    # Where things are.

    @property
    def room(self) -> int:
        """Lines for rows."""
        return max(0, self.size.height - self.HEAD)

    def places(self) -> list[Place]:
        """What each line in sight shows, from the top; fewer than there is room for where the list ends."""
        found: list[Place] = []
        row, line = self._top
        count = self.row_count()
        while row < count and len(found) < self.room:
            found += [Place(row, part) for part in range(line, self.row_height(row))]
            row, line = row + 1, 0
        return found[: self.room]

    def cursor_line(self) -> int:
        """The line of the screen, counted below the head, on which the cursor's row begins; negative when above."""
        if self.cursor < self._top.row:
            return -1
        return sum(self.row_height(row) for row in range(self._top.row, self.cursor)) - self._top.line

    def hold(self, cursor: int, line: int) -> None:
        """Put the cursor on a row and that row on a line of the screen, though the list may end above the last line."""
        count = self.row_count()
        self.cursor = max(0, min(cursor, count - 1))
        self._top = self._up(Place(self.cursor, 0), line) if count else Place(0, 0)
        self.refresh()

    def _up(self, place: Place, distance: int) -> Place:
        """The place so many lines above another (below, where negative), kept inside the list."""
        row, line = place.row, place.line - distance
        while line < 0 and row > 0:
            row -= 1
            line += self.row_height(row)
        last = self.row_count() - 1
        while row < last and line >= self.row_height(row):
            line -= self.row_height(row)
            row += 1
        if row >= last >= 0:
            return Place(last, max(0, min(line, self.row_height(last) - 1)))
        return Place(row, max(0, line))

    def _settle(self) -> None:
        """Leave no empty room under the last row while there are rows above the first in sight."""
        count = self.row_count()
        if not count:
            self._top = Place(0, 0)
            return
        if self._top.row >= count:
            self._top = Place(count - 1, 0)
        if not self.room or count - self._top.row > self.room:  # a row has a line at least: the rows below suffice
            return
        lowest = self._up(Place(count - 1, self.row_height(count - 1) - 1), self.room - 1)
        self._top = min(self._top, lowest)

    def reveal(self) -> None:
        """Scroll as little as shows the whole row of the cursor."""
        if not self.row_count() or not self.room:
            return
        if self.cursor < self._top.row or (self.cursor == self._top.row and self._top.line):
            self._top = Place(self.cursor, 0)
        elif self._is_below():
            height = min(self.cursor_lines(self.cursor), self.room)
            self._top = self._up(Place(self.cursor, height - 1), self.room - 1)
            self._settle()

    def _is_below(self) -> bool:
        """Whether the row of the cursor is not whole in sight, downwards."""
        if self.cursor - self._top.row >= self.room:  # without measuring all rows between
            return True
        return self.cursor_line() + self.cursor_lines(self.cursor) > self.room

    # Moving.

    def move_to(self, row: int) -> None:
        """Put the cursor on a row (the nearest there is) and show it."""
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
        """Paint only some of the rows in sight again."""
        lines = [line for line, place in enumerate(self.places()) if place.row in rows]
        self.refresh(*(Region(0, self.HEAD + line, self.size.width, 1) for line in lines))

    def scroll_lines(self, lines: int) -> None:
        """Scroll without moving the cursor."""
        self._top = self._up(self._top, -lines)
        self._settle()
        self.refresh()

    def _page(self, lines: int) -> None:
        """Move the cursor by so many lines' worth of rows, one at least."""
        if not self.row_count():
            return
        target = self._up(Place(self.cursor, 0), -lines).row
        if target == self.cursor:
            target += 1 if lines > 0 else -1
        self.move_to(target)

    def action_down(self) -> None:
        """One row down."""
        self.move_to(self.cursor + 1)

    def action_up(self) -> None:
        """One row up."""
        self.move_to(self.cursor - 1)

    def action_top(self) -> None:
        """To the first row."""
        self.move_to(0)

    def action_bottom(self) -> None:
        """To the last row."""
        self.move_to(self.row_count() - 1)

    def action_half_down(self) -> None:
        """Half a page down."""
        self._page(max(1, self.room // 2))

    def action_half_up(self) -> None:
        """Half a page up."""
        self._page(-max(1, self.room // 2))

    def action_page_down(self) -> None:
        """A page down."""
        self._page(max(1, self.room))

    def action_page_up(self) -> None:
        """A page up."""
        self._page(-max(1, self.room))

    # The mouse.

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll down, the cursor staying where it is."""
        event.stop()
        self.scroll_lines(self.WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll up, the cursor staying where it is."""
        event.stop()
        self.scroll_lines(-self.WHEEL)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of the thumb."""
        if self._has_thumb() and event.x >= self.size.width - 1 and event.y >= self.HEAD:
            event.stop()
            self._dragging = True
            self.capture_mouse()
            self._drag_to(event.y)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Drag the thumb."""
        if self._dragging:
            self._drag_to(event.y)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Let go of the thumb."""
        if self._dragging:
            event.stop()
            self._dragging = False
            self.release_mouse()

    def _has_thumb(self) -> bool:
        return self._thumb(self.places()) is not None

    def _drag_to(self, y: int) -> None:
        share = min(1.0, max(0.0, (y - self.HEAD) / max(1, self.room - 1)))
        self._top = Place(round(share * max(0, self.row_count() - 1)), 0)
        self._settle()
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the row that was clicked and open it."""
        places = self.places()
        index = event.y - self.HEAD
        if self._has_thumb() and event.x >= self.size.width - 1:
            return
        if 0 <= index < len(places):
            event.stop()
            self.move_to(places[index].row)
            self.action_open()

    # Painting.

    def seen(self, text: str, whole: str = "") -> str:
        """Text in the order in which it is drawn; `whole` is what it is a line of."""
        return in_order(text, whole) if self.reorder else text

    def on_resize(self) -> None:
        """Keep the cursor in sight at the new size."""
        self._settle()
        self.reveal()

    def on_focus(self) -> None:
        """Tell where the cursor is: what is said about its row may change with the focus."""
        self.cursor_moved()

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Paint again, as it is now."""
        self._sight = None
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def render_line(self, y: int) -> Strip:
        """Paint one line of what is in sight."""
        if y < self.HEAD:
            return self.strip(self.head_line(y))
        if self._sight is None or self._sight.size != self.size:
            places = self.places()
            self._sight = Sight(self.size, places, self._thumb(places), {})
        _, places, thumb, rows = self._sight
        index = y - self.HEAD
        if index >= len(places):
            return self.strip([])
        row, line = places[index]
        if row not in rows:
            rows[row] = self.row_lines(row)
        return self.strip(
            rows[row][line] if line < len(rows[row]) else [],
            selected=row == self.cursor and line < self.cursor_lines(row),
            thumb=thumb is not None and thumb[0] <= index < thumb[1],
        )

    def _thumb(self, places: list[Place]) -> tuple[int, int] | None:
        """The first line of the thumb and the one after its last; None where all is in sight."""
        count, room = self.row_count(), self.room
        if not places or room < 3:
            return None
        first, last = places[0], places[-1]
        if first == (0, 0) and last.row == count - 1 and last.line == self.row_height(last.row) - 1:
            return None
        shown = places[-1].row - places[0].row + 1
        size = max(1, round(room * shown / count))
        above = max(0, count - shown)
        start = round((room - size) * min(1.0, self._top.row / above)) if above else 0
        return start, start + size

    def strip(self, pieces: list[Piece], *, selected: bool = False, thumb: bool = False) -> Strip:
        """A line of the widget's width."""
        width = self.size.width
        segments: list[Segment] = []
        used = 0
        for text, role in pieces:
            shown = printable(text)
            fitting = shown if used + cell_len(shown) <= width else cut(shown, width - used)
            if fitting:
                segments.append(Segment(fitting, self._style(role, selected=selected)))
                used += cell_len(fitting)
        if used < width:
            segments.append(Segment(" " * (width - used), self._style("", selected=selected)))
        strip = Strip(segments, width)
        if thumb and width > 1:
            mark = Segment("▐", self._style("thumb", selected=selected))
            strip = Strip([*strip.crop(0, width - 1), mark], width)
        return strip

    def _style(self, role: str, *, selected: bool) -> Style:
        names = [f"list--{role}"] if role else []
        if selected:
            names.append("list--cursor")
        return self.get_visual_style(*names).rich_style
