"""A page under the mouse: text is selected, links are hovered and clicked, the mark at the edge is dragged."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from textual import events
from textual.geometry import Offset
from textual.selection import Selection

from tuireader.content.document.model import Document, block_text
from tuireader.content.layout.head import head_text
from tuireader.content.layout.line import Line
from tuireader.text.cells import widths
from tuireader.tui.article.page_layout import HEAD, Place
from tuireader.tui.article.page_view import LINES_IN_BLOCK, PageView
from tuireader.tui.article.paint import SELECTED, Highlight, character_at, index_of, link_at

_WORD = re.compile(r"[\w’'\-]+|\S")


class Point(NamedTuple):
    """A character of the page: one of the head's text, or one of the document's."""

    in_document: bool
    offset: int


_FIRST = Point(in_document=False, offset=0)
_LAST = Point(in_document=True, offset=LINES_IN_BLOCK)


class MousePage(PageView):
    """The page and the mouse."""

    def __init__(self, *, id: str | None = None, reorder: bool | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, reorder=reorder)
        self._dragging = False
        self._pressed: Offset | None = None
        self._range: tuple[Point, Point] | None = None
        """What is selected, from the first character to before the last."""

    # What the heirs give.

    def link_hovered(self, link: int | None) -> None:
        """Called when the pointer comes to a link, or leaves one."""

    def link_clicked(self, link: int) -> None:
        """Called when a link was clicked."""

    # Selecting.

    @property
    def allow_select(self) -> bool:
        """Whether a press of the mouse begins to select: not on the mark at the edge."""
        return not self._is_on_thumb(self.app.mouse_position - self.content_region.offset)

    def selection_updated(self, selection: Selection | None) -> None:
        """Find out which characters are selected."""
        self._range = None
        if selection is not None and self._page is not None:
            ends = [*self._ends(selection.start, _FIRST), *self._ends(selection.end, _LAST, last=True)]
            self._range = (min(ends), max(ends))
        self.refresh()

    def _ends(self, at: Offset | None, otherwise: Point, *, last: bool = False) -> tuple[Point, ...]:
        """Both ends of the character that Textual means, which with `last` is the one before.

        In `at`, `y` is a place as one number, and `x` counts the characters that are drawn.
        """
        page = self._page
        if at is None or page is None:
            return (otherwise,)
        block, number = divmod(at.y, LINES_IN_BLOCK)
        place = Place(block - 1, number)
        if number >= len(page.lines(place.block)):
            return (otherwise,)
        ends = character_at(self.spans_of(place), at.x - self.margin - last, page.line(place))
        return tuple(Point(place.block != HEAD, end) for end in ends)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:  # noqa: ARG002 - kept when it changed
        """The selected text as its author wrote it: without margins, bars and bullets, and without our line breaks."""
        if self._range is None or self._page is None:
            return None
        start, end = self._range
        pieces = []
        if not start.in_document:
            head = head_text(self._page.lines(HEAD))
            pieces.append(head[start.offset : None if end.in_document else end.offset])
        if end.in_document:
            first = start.offset if start.in_document else 0
            pieces.append(_document_text(self._page.document, first, end.offset))
        text = "\n\n".join(piece for piece in pieces if piece)
        return (text, "\n") if text else None

    def highlights_in(self, place: Place, start: int, end: int) -> list[Highlight]:  # noqa: ARG002 - its heirs need the offsets
        """What is selected on a line."""
        if self._range is None:
            return []
        first, last = self._range
        in_document = place.block != HEAD
        if in_document < first.in_document or in_document > last.in_document:
            return []
        begin = first.offset if first.in_document == in_document else 0
        stop = last.offset if last.in_document == in_document else LINES_IN_BLOCK
        return [Highlight(begin, stop, SELECTED)]

    def relaid(self) -> None:
        """What was selected lies elsewhere now."""
        if self._range is not None:
            self._range = None
            self.screen.clear_selection()

    def _select(self, start: Point, end: Point) -> None:
        """Select the text from one character to before another."""
        last = self._index(end._replace(offset=end.offset - 1))
        self.screen.selections = {self: Selection(self._index(start), last + Offset(1, 0))}

    def _index(self, point: Point) -> Offset:
        """What Textual is told where a character is: see `_point`."""
        page = self._page
        if page is None:
            return Offset(0, 0)
        place = page.place_of(point.offset) if point.in_document else _place_in_head(page.lines(HEAD), point.offset)
        index = index_of(self.spans_of(place), point.offset) + self.margin
        return Offset(index, (place.block + 1) * LINES_IN_BLOCK + place.line)

    # Links.

    def link_below(self, at: Offset) -> int | None:
        """The link at a cell of the widget."""
        if not 0 <= at.y < len(self._sight):
            return None
        return link_at(self.spans_of(self._sight[at.y]), at.x - self.margin)

    def _hover_over(self, link: int | None) -> None:
        if link != self._hover:
            self._hover = link
            self.styles.pointer = "default" if link is None else "pointer"
            self.refresh()
            self.link_hovered(link)

    # Events.

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Drag the mark at the edge, or see whether there is a link."""
        if self._dragging:
            self._drag_to(event.screen_y - self.content_region.y)
        else:
            self._hover_over(self.link_below(self._cell(event)))

    def on_leave(self, event: events.Leave) -> None:
        """Leave the link, with the widget."""
        if event.node is self:
            self._hover_over(None)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of the mark at the edge."""
        self._pressed = self._cell(event)
        if self._is_on_thumb(self._pressed):
            event.stop()
            self._dragging = True
            self.capture_mouse()
            self._drag_to(self._pressed.y)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Let go of the mark at the edge."""
        if self._dragging:
            event.stop()
            self._dragging = False
            self.release_mouse()

    def on_click(self, event: events.Click) -> None:
        """Open the link that was clicked; two clicks select a word, three a paragraph."""
        event.prevent_default()
        at = self._cell(event)
        if at != self._pressed or not 0 <= at.y < len(self._sight) or self._is_on_thumb(at):
            return
        link = self.link_below(at)
        if link is not None and event.chain == 1:
            event.stop()
            self.link_clicked(link)
        elif event.chain in {2, 3}:
            self._select_around(self._sight[at.y], at.x, whole=event.chain == 3)

    def _cell(self, event: events.MouseEvent) -> Offset:
        """The cell of the content that the pointer is on."""
        return event.screen_offset - self.content_region.offset

    def _select_around(self, place: Place, x: int, *, whole: bool) -> None:
        """Select the word at a cell, or the whole of the text that it belongs to."""
        page = self._page
        if page is None:
            return
        spans, line = self.spans_of(place), page.line(place)
        # A click counts cells, a place in the line counts characters: they differ where characters are wide.
        sums = accumulate(widths("".join(span.text for span in spans)))
        index = next((number for number, cells in enumerate(sums) if cells > x - self.margin), 0)
        offset, _ = character_at(spans, index, line)
        text, base = line.source.plain, line.base
        word = next((word for word in _WORD.finditer(text) if word.start() <= offset - base < word.end()), None)
        start, end = (0, len(text)) if whole else word.span() if word else (0, 0)
        if start < end:
            in_document = place.block != HEAD
            self._select(Point(in_document, base + start), Point(in_document, base + end))

    def _is_on_thumb(self, at: Offset) -> bool:
        start, stop = self.thumb
        return stop > start and at.x == self.size.width - 1 and 0 <= at.y < self.rows

    def _drag_to(self, y: int) -> None:
        share = min(1.0, max(0.0, y / max(1, self.rows - 1)))
        self.scroll_to(y=round(share * self.max_scroll_y), animate=False)


def _place_in_head(lines: Sequence[Line], offset: int) -> Place:
    return Place(HEAD, max(0, bisect_right(lines, offset, key=lambda line: line.offset) - 1))


def _document_text(document: Document, start: int, end: int) -> str:
    """The text between two offsets, with an empty line between blocks that have one between them on the page."""
    first, last = document.block_at(start), document.block_at(max(start, end - 1))
    pieces: list[str] = []
    for index in range(first, last + 1):
        block = document.blocks[index]
        base = document.starts[index]
        between = "\n\n" if block.gap else "\n"
        pieces += [between if pieces else "", block_text(block)[max(0, start - base) : max(0, end - base)]]
    return "".join(pieces)
