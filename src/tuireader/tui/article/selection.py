"""Mouse selection on a page: from one character to another, in head and document."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from textual.geometry import Offset
from textual.selection import Selection as Selected

from tuireader.content.document.model import Document, block_text
from tuireader.content.layout.line import Line
from tuireader.content.layout.paragraph import head_text
from tuireader.text.wrap import widths
from tuireader.tui.article.page_layout import HEAD
from tuireader.tui.article.page_view import LINES_IN_BLOCK, PageView
from tuireader.tui.article.paint import SELECTED, Highlight, character_at, index_of
from tuireader.tui.support.viewport import Place

_WORD = re.compile(r"[\w’'\-]+|\S")


class Point(NamedTuple):
    """A character of the head or of the document."""

    in_document: bool
    offset: int


_FIRST = Point(in_document=False, offset=0)
_LAST = Point(in_document=True, offset=LINES_IN_BLOCK)


class Selection:
    """The selected text of a page."""

    def __init__(self, view: PageView) -> None:
        self._view = view
        self._range: tuple[Point, Point] | None = None
        """Start and end (exclusive)."""

    def update(self, selected: Selected | None) -> None:
        """Take over Textual's selection, converted to points of the text; None clears the selection."""
        self._range = None
        if selected is not None and self._view.page is not None:
            ends = [*self._ends(selected.start, _FIRST), *self._ends(selected.end, _LAST, last=True)]
            self._range = (min(ends), max(ends))
        self._view.refresh()

    def clear(self) -> None:
        if self._range is not None:
            self._range = None
            self._view.screen.clear_selection()

    @property
    def text(self) -> str:
        """The selected text as written: without margins, bars, bullets and our line breaks."""
        page = self._view.page
        if self._range is None or page is None:
            return ""
        start, end = self._range
        pieces = []
        if not start.in_document:
            head = head_text(page.lines(HEAD))
            pieces.append(head[start.offset : None if end.in_document else end.offset])
        if end.in_document:
            first = start.offset if start.in_document else 0
            pieces.append(_document_text(page.document, first, end.offset))
        return "\n\n".join(piece for piece in pieces if piece)

    def highlights(self, place: Place) -> list[Highlight]:
        """The selected ranges of a line."""
        if self._range is None:
            return []
        first, last = self._range
        in_document = place.item != HEAD
        if in_document < first.in_document or in_document > last.in_document:
            return []
        begin = first.offset if first.in_document == in_document else 0
        stop = last.offset if last.in_document == in_document else LINES_IN_BLOCK
        return [Highlight(begin, stop, SELECTED)]

    def select_around(self, place: Place, x: int, *, whole: bool) -> None:
        """Select the word at a cell, or its whole paragraph."""
        page = self._view.page
        if page is None:
            return
        spans, line = self._view.spans_of(place), page.line(place)
        # A click counts cells, a place in the line counts characters: they differ where characters are wide.
        sums = accumulate(widths("".join(span.text for span in spans)))
        index = next((number for number, cells in enumerate(sums) if cells > x - self._view.margin), 0)
        offset, _ = character_at(spans, index, line)
        text, base = line.source.plain, line.base
        word = next((word for word in _WORD.finditer(text) if word.start() <= offset - base < word.end()), None)
        start, end = (0, len(text)) if whole else word.span() if word else (0, 0)
        if start < end:
            in_document = place.item != HEAD
            self._select(Point(in_document, base + start), Point(in_document, base + end))

    def _ends(self, at: Offset | None, otherwise: Point, *, last: bool = False) -> tuple[Point, ...]:
        """The points before and after the character at `at`, or with `last`, at the cell before; else `otherwise`.

        `at` is Textual's: `y` encodes a place (see `LINES_IN_BLOCK`), and `x` counts drawn characters.
        """
        page = self._view.page
        if at is None or page is None:
            return (otherwise,)
        block, number = divmod(at.y, LINES_IN_BLOCK)
        place = Place(block - 1, number)
        if number >= len(page.lines(place.item)):
            return (otherwise,)
        ends = character_at(self._view.spans_of(place), at.x - self._view.margin - last, page.line(place))
        return tuple(Point(place.item != HEAD, end) for end in ends)

    def _select(self, start: Point, end: Point) -> None:
        last = self._index(end._replace(offset=end.offset - 1))
        self._view.screen.selections = {self._view: Selected(self._index(start), last + Offset(1, 0))}

    def _index(self, point: Point) -> Offset:
        """The inverse of `_ends`: a character as Textual's offset."""
        page = self._view.page
        if page is None:
            return Offset(0, 0)
        place = page.place_of(point.offset) if point.in_document else _place_in_head(page.lines(HEAD), point.offset)
        index = index_of(self._view.spans_of(place), point.offset) + self._view.margin
        return Offset(index, (place.item + 1) * LINES_IN_BLOCK + place.line)


def _place_in_head(lines: Sequence[Line], offset: int) -> Place:
    return Place(HEAD, max(0, bisect_right(lines, offset, key=lambda line: line.offset) - 1))


def _document_text(document: Document, start: int, end: int) -> str:
    """The text between two offsets, with blank lines between blocks as on the page."""
    first, last = document.block_at(start), document.block_at(max(start, end - 1))
    pieces: list[str] = []
    for index in range(first, last + 1):
        block = document.blocks[index]
        base = document.starts[index]
        between = "\n\n" if block.gap else "\n"
        pieces += [between if pieces else "", block_text(block)[max(0, start - base) : max(0, end - base)]]
    return "".join(pieces)
