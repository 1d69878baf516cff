"""The lines of a page, with head and foot."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate, chain

from rich.cells import cell_len

from tuireader.content.document.model import Block, Code, Document, Table, block_text, sections, text_length
from tuireader.content.layout.layout import is_heavy, lay_out_block
from tuireader.content.layout.line import Line, Span
from tuireader.text.language_and_hyphenation import count_words
from tuireader.text.printable import printable, printable_block
from tuireader.text.sentences import counted
from tuireader.text.wrap import wrap
from tuireader.tui.support.safe_text import cut
from tuireader.tui.support.viewport import Items, Place

HEAD = -1
"""The block number of the head (title, byline)."""

TAIL = 2

_PENDING = Span("…", "foot")


TOP = Place(HEAD, 0)


class Page:
    """An article's lines at one width; blocks not laid out yet have an estimated height."""

    def __init__(
        self,
        head: Sequence[Line],
        document: Document,
        width: int,
        *,
        hyphenate: bool = True,
        folded: Collection[int] = (),
    ) -> None:
        """`folded`: the blocks of headings whose sections are hidden."""
        self.hyphenate = hyphenate
        self.document = document
        self._tops: list[int] = []
        self.width = width
        self._lines: dict[int, Sequence[Line]] = {HEAD: head}
        self._heights = [len(head), *(_guess(block, width) for block in document.blocks)]
        self._folded = {heading: section for heading, section in sections(document) if heading in folded}
        for block in chain(*self._folded.values()):
            self.put(block, ())

    @property
    def complete(self) -> bool:
        return len(self._lines) == len(self._heights)

    @property
    def rows(self) -> int:
        return self._row_table()[-1] + TAIL

    def lines(self, block: int) -> Sequence[Line]:
        """The lines of a block; of a heavy block that is not laid out yet, a single placeholder."""
        lines = self._lines.get(block)
        if lines is not None:
            return lines
        if self.is_heavy(block):
            gap, start = self.document.blocks[block].gap, self.document.starts[block]
            return [*[Line((), block, start)] * gap, Line((_PENDING,), block, start)]
        lines = lay_out_block(self.document, block, self.width, hyphenate=self.hyphenate)
        return self.put(block, lines)

    def _fold_line(self, heading: int) -> Line:
        """The line below a heading that stands for its folded section."""
        document = self.document
        words = count_words(" ".join([block_text(document.blocks[block]) for block in self._folded[heading]]))
        end = document.starts[heading] + text_length(document.blocks[heading])
        return Line((Span(f"… {counted(words, 'word')}", "image"),), heading, end)

    def folds_around(self, offset: int) -> set[int]:
        """The folded headings whose sections contain an offset."""
        block = self.document.block_at(offset)
        return {heading for heading, section in self._folded.items() if block in section}

    def is_heavy(self, block: int) -> bool:
        """Whether a block takes too long to lay out on the event loop, and is not laid out yet."""
        return block not in self._lines and is_heavy(self.document, block)

    def put(self, block: int, lines: Sequence[Line]) -> Sequence[Line]:
        """Set the lines of a block, and return them with the line of a folded section."""
        lines = [*lines, self._fold_line(block)] if block in self._folded else lines
        self._lines[block] = lines
        if self._heights[block + 1] != len(lines):
            self._heights[block + 1] = len(lines)
            self._tops = []
        return lines

    def line(self, place: Place) -> Line:
        """The line at a place; places returned by the page's methods always have one."""
        return self.lines(place.item)[place.line]

    def row(self, place: Place) -> int:
        return self._row_table()[place.item + 1] + place.line

    def at_row(self, row: int) -> Place:
        block = min(bisect_right(self._row_table(), max(0, row)) - 2, len(self._heights) - 2)
        lines = self.lines(block)
        if not lines:
            return self.walk(Place(block, 0), 0)
        return Place(block, min(max(0, row) - self._row_table()[block + 1], len(lines) - 1))

    def at_offset(self, offset: int) -> Place:
        """The place to resume at for an offset of the text; 0 is the top of the head."""
        return self.place_of(offset) if offset > 0 else TOP

    def place_of(self, offset: int) -> Place:
        """The place of the line that contains an offset; the top if there is no text."""
        if not self.document.blocks:
            return TOP
        block = min((self.document.block_at(offset), *self.folds_around(offset)))
        lines = self.lines(block)
        # Blank lines before a block have its offset, too: the last line that begins at or before it is meant.
        found = bisect_right(lines, offset, key=lambda line: line.offset) - 1
        return Place(block, max(0, found))

    @property
    def items(self) -> Items:
        return Items(HEAD, len(self._heights) - 2, lambda block: len(self.lines(block)))

    def walk(self, place: Place, rows: int) -> Place:
        """The place a number of lines below a place (above, if negative), within the page."""
        return self.items.walk(place, rows)

    def window(self, top: Place, rows: int) -> list[Place]:
        """The places of the lines from `top` on, at most `rows`."""
        return self.items.window(top, rows)

    def bottom(self, rows: int) -> Place:
        """The last place at which a view of `rows` rows may start."""
        return self.items.bottom(rows - TAIL)

    def shows_end(self, sight: Sequence[Place]) -> bool:
        last = len(self._heights) - 2
        return not sight or (sight[-1].item == last and sight[-1].line >= len(self.lines(last)) - 1)

    def unfinished(self, near: int) -> Iterator[int]:
        """The indices of the blocks that are not laid out yet, those nearest to the block `near` first."""
        total = len(self._heights) - 1
        for distance in range(total + 1):
            for block in {near + distance, near - distance - 1}:
                if 0 <= block < total and block not in self._lines:
                    yield block

    def _row_table(self) -> list[int]:
        """The first row of each block, the head first, and the row after the last."""
        if not self._tops:
            self._tops = [0, *accumulate(self._heights)]
        return self._tops


def _guess(block: Block, width: int) -> int:
    """Estimate the number of lines of a block."""
    if isinstance(block, Code):
        return block.gap + block.text.count("\n") + 1
    if isinstance(block, Table):
        return block.gap + 2 * len(block.rows) + 2
    room = max(4, width - sum(level.width for level in block.levels))
    return block.gap + 1 + text_length(block) * 21 // (room * 20)


Piece = tuple[str, str]
"""Text and its role."""
_WIDEST = 48
"""Maximum width of a message in cells."""
_FEWEST = 12
"""Cells that must remain for a notice at the left of the progress; else the progress is left out."""


_MARK = "/ "


HINTS = {
    "return": "{}: back",
    "page-down": "{}: next article",
    "close": "{}: show all panes",
    "open-link": "{}: open",
    "copy-link": "{}: copy",
    "fold": "{}: fold/unfold",
}
"""Hints in the foot line, by command id; `{}` stands for the command's key."""


def typing_foot(sought: str, said: str, room: int) -> list[Piece]:
    """The find prompt: the end of the text that fits, a cursor, and the position among the matches."""
    return _with_right_part([(_MARK, "foot"), (_end_of(sought, said, room), "typed"), ("▏", "foot")], said, room)


def typed_cells(sought: str, said: str, room: int) -> int:
    """Cells of the find prompt before the cursor."""
    return cell_len(_MARK + _end_of(sought, said, room))


def _end_of(sought: str, said: str, room: int) -> str:
    fitting = max(0, room - cell_len(said) - 5)
    while cell_len(sought) > fitting:
        sought = sought[1:]
    return sought


def foot(said: str, progress: str, room: int) -> list[Piece]:
    said = printable(said)
    right = progress if cell_len(progress) + _FEWEST < room or not said else ""
    return _with_right_part([(cut(said, max(0, room - cell_len(right) - 2 * bool(right))), "foot")], right, room)


def _with_right_part(left: list[Piece], right: str, room: int) -> list[Piece]:
    used = sum(cell_len(text) for text, _ in left)
    right = cut(right, max(0, room - used))
    return [*left, (" " * (room - cell_len(right) - used), ""), (right, "foot")]


def sentence_lines(message: str, room: int) -> list[str]:
    if not message:
        return []
    lines = [(line, wrap(line, min(room, _WIDEST))) for line in printable_block(message).split("\n")]
    return [line[start:end] for line, places in lines for start, end in places]
