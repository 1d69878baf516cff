"""Base of all lists: paints rows line by line and handles the mouse."""

from __future__ import annotations

from typing import ClassVar, NamedTuple, Self

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.color import Color
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.strip import Strip

from tuireader.text.printable import printable
from tuireader.tui import keys
from tuireader.tui.lists.rows import Piece, Rows
from tuireader.tui.support import safe_text
from tuireader.tui.support.safe_text import cut
from tuireader.tui.support.viewport import Place, ThumbDrag, is_linear, share_at
from tuireader.tui.themes import readable

TONES = {
    "": ("", False),
    "strong": ("", True),
    "soft": ("ink-soft", False),
    "faint": ("ink-faint", False),
    "mark": ("mark", False),
    "chosen": ("", True),
    "alarm": ("alarm", True),
    "star": ("star", False),
    "found": ("mark", True),
    "here": ("mark", True),
    "thumb": ("control", False),
}
"""The theme's tone of each role ("" for the default), and whether it is bold.

Not component classes: Textual would restyle each of them for each list at the start and on focus changes.
"""


RIGHT = 3
"""Textual's number of the right mouse button."""


class VisibleLines(NamedTuple):
    """The visible lines, cached until something changes."""

    size: Size
    is_linear: bool
    places: list[Place]
    thumb: tuple[int, int] | None
    rows: dict[int, list[list[Piece]]]


class RowList(Rows):
    """Paints rows and handles the mouse."""

    class FilingWanted(Message):
        """A row was right-clicked: the user wants to choose its tags or its folder."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("list")
    ALLOW_SELECT = False
    SHOWS_CURSOR_AWAY = True
    """Whether the cursor is shown without focus: as a bar, without a fill."""
    HAS_BAR = True
    """Whether the cursor also has a bar with focus."""
    IS_LED = False
    """Whether another widget, such as an input, moves the cursor: then it is drawn as with focus."""
    OPENS_ON_PRESS = False
    """Whether pressing the mouse opens a row: until the release, rows may have moved."""
    WHEEL = 3
    """Lines a wheel step."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self.reorder: bool | None = False
        """Whether to reorder right-to-left text; None: decide by the terminal."""
        self.empty: list[list[Piece]] = []
        """Lines shown in an empty list."""
        self._drag = ThumbDrag(self, self._drag_to)
        self._pressed: int | None = None
        """The row on which the mouse was pressed."""
        self._sight: VisibleLines | None = None
        self._styles: dict[tuple[str, bool], Style] = {}
        """Styles by role and whether under the cursor, cached."""

    # The mouse.

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.scroll_lines(self.WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.scroll_lines(-self.WHEEL)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        place = self.place_at(event)
        self._pressed = place and place.item
        if self._is_on_thumb(event):
            if event.y >= self.HEAD:
                event.stop()
                self._drag.begin(event.y)
        elif event.button == RIGHT:
            self._file_at(event)
        elif self.OPENS_ON_PRESS:
            self._open_at(event)

    def click_target(self, _: events.MouseEvent, /) -> object:
        """A new object for each press, so that the second press of a double click is dropped: rows may have moved."""
        return object()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        self._drag.move(event.y)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        if self._drag.end():
            event.stop()

    def _has_thumb(self) -> bool:
        return self.thumb_of(self.places()) is not None

    def _drag_to(self, y: int) -> None:
        share = share_at(y - self.HEAD, self.room)
        self._top = Place(round(share * max(0, self.row_count() - 1)), 0)
        self._settle()
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        place = self.place_at(event)
        if not self.OPENS_ON_PRESS and place is not None and place.item == self._pressed:
            self._open_at(event)

    def _is_on_thumb(self, event: events.MouseEvent) -> bool:
        return self._has_thumb() and event.x >= self.size.width - 1

    def place_at(self, event: events.MouseEvent) -> Place | None:
        """The row and its line at a position; None beside the rows, as on the thumb."""
        places, index = self.places(), event.y - self.HEAD
        return places[index] if 0 <= index < len(places) and not self._is_on_thumb(event) else None

    def _open_at(self, event: events.MouseEvent) -> None:
        place = self.place_at(event)
        if event.button == 1 and place is not None and place.line >= self.lead_lines(place.item):
            event.stop()
            self.move_to(place.item)
            if event.ctrl or event.meta:
                self.action_open_too()
            else:
                self.open_clicked()

    def open_clicked(self) -> None:
        """Open the row that was clicked."""
        self.action_open()

    def _file_at(self, event: events.MouseEvent) -> None:
        if (place := self.place_at(event)) is not None:
            event.stop()
            self.move_to(place.item)
            self.post_message(self.FilingWanted())

    def action_open_too(self) -> None:
        self.action_open()

    # Painting.

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, lambda _theme: self.refresh())

    def in_drawing_order(self, text: str, whole: str = "") -> str:
        """Text in drawing order (right-to-left text reordered); `whole` is the text of which it is a line."""
        return safe_text.in_order(text, whole, reorder=self.reorder)

    def on_focus(self) -> None:
        self.cursor_moved()

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        self._sight, self._styles = None, {}
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def render_lines(self, crop: Region) -> list[Strip]:
        if self._sight is not None and self._sight.size != self.size:
            self._sight = None
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        if self._sight is None:
            places = self.places()
            self._sight = VisibleLines(self.size, is_linear(self), places, self.thumb_of(places), {})
        if y < self.HEAD:
            return self._strip(self._sight, self.head_line(y))
        _, _, places, thumb, rows = self._sight
        index = y - self.HEAD
        if index >= len(places):
            return self._strip(
                self._sight, self.empty[index] if not self.row_count() and index < len(self.empty) else []
            )
        row, line = places[index]
        if row not in rows:
            rows[row] = self.row_lines(row)
        selected, marked = row == self.cursor, self.is_marked(row)
        is_inside = (selected or marked) and 0 <= line - self.lead_lines(row) < self.cursor_lines(row)
        return self._strip(
            self._sight,
            rows[row][line] if line < len(rows[row]) else [],
            selected=is_inside and selected,
            marked=is_inside and marked,
            thumb=thumb is not None and thumb[0] <= index < thumb[1],
        )

    def _strip(
        self,
        sight: VisibleLines,
        pieces: list[Piece],
        *,
        selected: bool = False,
        marked: bool = False,
        thumb: bool = False,
    ) -> Strip:
        """A line as a strip of the widget's width, with the cursor's bar and the scroll thumb if they belong there."""
        width = sight.size.width
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
        if sight.is_linear:
            return strip
        has_sign = bool(pieces) and pieces[0][0][:1].strip() != ""  # the sign of a selected row
        if (
            (selected or marked)
            and not has_sign
            and width > 1
            and (bar := self._bar(selected=selected, marked=marked)) is not None
        ):
            strip = Strip([bar, *strip.crop(1, width)], width)
        if thumb and width > 1:
            mark = Segment("▐", self._style("thumb", selected=selected))
            strip = Strip([*strip.crop(0, width - 1), mark], width)
        return strip

    @property
    def reading_cell(self) -> Offset:
        """The first cell of the row under the cursor, or of the message in an empty list."""
        if not self.row_count():
            said = (index for index, pieces in enumerate(self.empty) if any(text.strip() for text, _ in pieces))
            return Offset(0, min(self.HEAD + next(said, 0), max(0, self.size.height - 1)))
        line = self.HEAD + self.cursor_line() + self.lead_lines(self.cursor)
        return Offset(0, max(0, min(line, self.size.height - 1)))

    def is_marked(self, row: int) -> bool:  # noqa: ARG002 - here none is
        return False

    @property
    def _has_hand(self) -> bool:
        return self.has_focus or self.IS_LED

    def _bar(self, *, selected: bool, marked: bool) -> Segment | None:
        """The first cell of the row under the cursor or of the open row."""
        if selected and self._has_hand:
            return Segment("▌", self._style("here", selected=True)) if self.HAS_BAR else None
        if marked:
            return Segment("▏", self._style("here", selected=False))
        return Segment("▌", self._style("thumb", selected=True)) if self.SHOWS_CURSOR_AWAY else None

    def _style(self, role: str, *, selected: bool) -> Style:
        style = self._styles.get((role, selected))
        if style is None:
            style = self._styles[role, selected] = self._mix(role, selected=selected)
        return style

    def _mix(self, role: str, *, selected: bool) -> Style:
        base, tones = self.get_visual_style(), self.app.theme_variables
        tone, is_bold = TONES[role]
        if not (tone or self._has_hand):
            tone = "ink-soft"  # where the focus is elsewhere, a list is a step dimmer
        is_filled = selected and self._has_hand
        color = Color.parse(tones[tone]) if tone in tones else base.foreground
        paper = Color.parse(tones["cursor"]) if is_filled and "cursor" in tones else base.background
        if is_filled and color is not None and paper is not None and color.ansi is None and paper.ansi is None:
            color = readable(color, paper)
        return base.rich_style + Style(
            color=color and color.rich_color,
            bgcolor=paper and paper.rich_color,
            bold=is_bold,
            reverse=is_filled and tones.get("cursor-style") == "reverse",
        )
