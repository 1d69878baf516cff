"""The rows of an article at one width, laid out where they are looked at first: plain data, no widget."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from tuireader.content.document.model import Block, Code, Document, Table, text_length
from tuireader.content.layout.layout import lay_out_block
from tuireader.content.layout.line import Line, Span
from tuireader.tui.support.viewport import Items, Place

HEAD = -1
"""The block that the lines of the head (title, byline) belong to."""

TAIL = 2
"""Blank rows below the last line."""

HEAVY = 50_000
"""Characters of a block from which on laying it out may take longer than a key should wait."""

_PENDING = Span("…", "foot")


TOP = Place(HEAD, 0)


class Page:
    """An article's lines at one width. Blocks that nobody looked at yet have a height that is a guess."""

    def __init__(self, head: Sequence[Line], document: Document, width: int, *, hyphenate: bool = True) -> None:
        """Lay out nothing yet."""
        self.hyphenate = hyphenate
        self.document = document
        self.width = width
        self._lines: dict[int, Sequence[Line]] = {HEAD: head}
        self._heights = [len(head), *(_guess(block, width) for block in document.blocks)]
        self._tops: list[int] = []
        self._next = 0

    @property
    def complete(self) -> bool:
        return len(self._lines) == len(self._heights)

    @property
    def rows(self) -> int:
        return self._row_table()[-1] + TAIL

    def lines(self, block: int) -> Sequence[Line]:
        """The lines of a block; of a heavy one, as long as nobody `put` them, a single line that stands for them."""
        lines = self._lines.get(block)
        if lines is not None:
            return lines
        if self.is_heavy(block):
            gap, start = self.document.blocks[block].gap, self.document.starts[block]
            return [*[Line((), block, start)] * gap, Line((_PENDING,), block, start)]
        lines = lay_out_block(self.document, block, self.width, hyphenate=self.hyphenate)
        self.put(block, lines)
        return lines

    def is_heavy(self, block: int) -> bool:
        """Whether a block is to be laid out elsewhere than where keys are answered, and is not yet."""
        starts, length = self.document.starts, self.document.length
        end = starts[block + 1] if block + 1 < len(starts) else length
        return block not in self._lines and end - starts[block] > HEAVY

    def put(self, block: int, lines: Sequence[Line]) -> None:
        """Take the lines of a block."""
        self._lines[block] = lines
        if self._heights[block + 1] != len(lines):
            self._heights[block + 1] = len(lines)
            self._tops = []

    def line(self, place: Place) -> Line:
        """The line at a place; there is one at any place that a method of the page gave."""
        return self.lines(place.item)[place.line]

    def row(self, place: Place) -> int:
        return self._row_table()[place.item + 1] + place.line

    def at_row(self, row: int) -> Place:
        """The place at a row, or the nearest known one."""
        block = min(bisect_right(self._row_table(), max(0, row)) - 2, len(self._heights) - 2)
        lines = self.lines(block)
        if not lines:
            return self.walk(Place(block, 0), 0)
        return Place(block, min(max(0, row) - self._row_table()[block + 1], len(lines) - 1))

    def at_offset(self, offset: int) -> Place:
        """The place to go on reading from at a character of the document's text: for the first one, the very top."""
        return self.place_of(offset) if offset > 0 else TOP

    def place_of(self, offset: int) -> Place:
        """The place of the line that holds a character of the document's text; the top where there is no text."""
        if not self.document.blocks:
            return TOP
        block = self.document.block_at(offset)
        lines = self.lines(block)
        # Blank lines before a block have its offset, too: the last line that begins at or before it is meant.
        found = bisect_right(lines, offset, key=lambda line: line.offset) - 1
        return Place(block, max(0, found))

    @property
    def items(self) -> Items:
        """Head and blocks of the window; laid out on access."""
        return Items(HEAD, len(self._heights) - 2, lambda block: len(self.lines(block)))

    def walk(self, place: Place, rows: int) -> Place:
        """Return the place a number of lines below (above, if negative), within the page."""
        return self.items.walk(place, rows)

    def window(self, top: Place, rows: int) -> list[Place]:
        """Places from one on, at most `most`."""
        return self.items.window(top, rows)

    def bottom(self, rows: int) -> Place:
        """Return the lowest place that may stand at the top of a view of `rows` rows."""
        return self.items.bottom(rows - TAIL)

    def shows_end(self, sight: Sequence[Place]) -> bool:
        last = len(self._heights) - 2
        return not sight or (sight[-1].item == last and sight[-1].line >= len(self.lines(last)) - 1)

    def unfinished(self, near: int) -> Iterator[int]:
        """The blocks to lay out, those around `near` first."""
        total = len(self._heights) - 1
        for distance in range(total + 1):
            for block in {near + distance, near - distance - 1}:
                if 0 <= block < total and block not in self._lines:
                    yield block

    def _row_table(self) -> list[int]:
        """The row at which each block begins, the head first, and the row after the last."""
        if not self._tops:
            self._tops = [0, *accumulate(self._heights)]
        return self._tops


def _guess(block: Block, width: int) -> int:
    """About how many lines a block takes."""
    if isinstance(block, Code):
        return block.gap + block.text.count("\n") + 1
    if isinstance(block, Table):
        return block.gap + 2 * len(block.rows) + 2
    room = max(4, width - sum(level.width for level in block.levels))
    return block.gap + 1 + text_length(block) * 21 // (room * 20)
