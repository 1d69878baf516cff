"""Write a formula on several lines: fractions, matrices, cases, sums with limits.

A row is written as a line in which each tall part is one character; this is then replaced by the part's box.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from tuireader.content.maths.model import (
    WITH_LIMITS,
    Fraction,
    Leaf,
    Part,
    Root,
    Row,
    Rows,
    Scripts,
    UnknownFormulaError,
    alone,
)
from tuireader.content.maths.write import CLOSE, OPEN, line_of, parts_of
from tuireader.text.folding import RAISED
from tuireader.text.wrap import cells

_FIRST = 0xF0000
"""The first of the private characters that stand for tall parts."""
_COLUMN_GAP = 2
_ROWS_MAX, _WIDTH_MAX, _CELLS_MAX = 60, 300, 900
"""Maximum rows and width in cells of a formula, and maximum cells of a matrix."""
_BARS = "|‖"
_RAISED = frozenset(map(chr, RAISED.values()))
_TALL = {
    "(": "⎛⎜⎝⎜", ")": "⎞⎟⎠⎟", "[": "⎡⎢⎣⎢", "]": "⎤⎥⎦⎥", "{": "⎧⎪⎩⎨", "}": "⎫⎪⎭⎬", "⌊": "⎢⎢⎣⎢", "⌋": "⎥⎥⎦⎥",
    "⌈": "⎡⎢⎢⎢", "⌉": "⎤⎥⎥⎥",
}  # fmt: skip
"""The first, the other, the last and the middle row of tall brackets; others repeat themselves."""


class Box(NamedTuple):
    """Rows of text of one width."""

    rows: tuple[str, ...]
    base: int = 0
    """The row that stands on the line."""

    @property
    def width(self) -> int:
        return cells(self.rows[0])


def tall_rows(part: Part) -> tuple[str, ...]:
    """The rows of a formula; one row if it has nothing tall. Raises UnknownFormulaError if a part cannot be written."""
    return tuple(row.rstrip() for row in _box(part).rows)


def _box(part: Part) -> Box:
    part = alone(part)
    if isinstance(part, Rows):
        return _grid(part)
    boxes: list[Box] = []
    flat: list[Part] = []
    before: Part | None = None
    for each in _spread(part):
        box = _tall(each)
        if box is None:
            is_closed = isinstance(before, Rows) and each == Leaf("}", "close") and len(before.rows) > 1
            flat += [] if is_closed else [each]  # cases have a brace at the left only
        else:
            flat.append(Leaf(chr(_FIRST + len(boxes)), "symbol"))
            boxes.append(box)
        before = alone(each)
    box = _filled(line_of(Row(tuple(flat))), boxes) if boxes else Box((line_of(part),))
    if len(box.rows) > _ROWS_MAX or box.width > _WIDTH_MAX:
        raise UnknownFormulaError
    return box


def _spread(part: Part) -> list[Part]:
    """The parts of a row; of brackets with scripts, the last bracket has the scripts."""
    spread: list[Part] = []
    for each in parts_of(part):
        inside = parts_of(each.base) if isinstance(each, Scripts) else []
        if isinstance(each, Scripts) and len(inside) > 1 and _is_closing(last := inside[-1]):
            spread += [*_spread(Row(tuple(inside[:-1]))), Scripts(last, each.lower, each.upper)]
        else:
            spread.append(each)
    return spread


def _is_closing(part: Part) -> bool:
    return isinstance(part, Leaf) and part.kind == "close"


def _tall(part: Part) -> Box | None:
    """The box of a part; None if a line says it as well."""
    part = alone(part)
    if isinstance(part, Fraction):
        return _stacked(_box(part.top), _box(part.bottom), "─" if part.has_line else "")
    if isinstance(part, Rows) and len(part.rows) > 1:
        return _grid(part)
    if isinstance(part, Root) and part.index is None and len((inner := _box(part.inner)).rows) > 1:
        return _beside([Box(("√",)), _bracketed(inner)])
    base = alone(part.base) if isinstance(part, Scripts) else part
    if isinstance(part, Scripts) and isinstance(base, Leaf) and base.text in WITH_LIMITS:
        above, below = map(_limit, (part.upper, part.lower))
        return Box(_centred((*above, base.text, *below)), len(above))
    return None


def _limit(part: Part | None) -> tuple[str, ...]:
    rows = () if part is None else _box(part).rows
    return tuple(row.replace(" ", "") for row in rows) if len(rows) == 1 else rows


def _bracketed(inner: Box, opening: str = "(", closing: str = ")") -> Box:
    """A box in brackets; a closing "" draws none."""
    end = [_bracket(closing, inner)] if closing else []
    return _beside([_bracket(opening, inner), inner, *end])


def _stacked(top: Box, bottom: Box, line: str) -> Box:
    """One box above the other, with a line between."""
    if not line:
        inner = Box(_centred((*top.rows, *bottom.rows)), len(top.rows) - 1)
        return _bracketed(inner)
    width = max(top.width, bottom.width) + 2
    return Box(_centred((*top.rows, line * width, *bottom.rows)), len(top.rows))


def _centred(rows: Iterable[str]) -> tuple[str, ...]:
    rows = tuple(rows)
    width = max(map(cells, rows))
    found = []
    for row in rows:
        free = width - cells(row)
        found.append(" " * (free // 2) + row + " " * (free - free // 2))
    return tuple(found)


def _grid(part: Rows) -> Box:
    """A matrix, cases, or equations below each other, which are aligned at every second column."""
    filled = [row for row in part.rows if row]
    count = max(map(len, filled), default=0)
    if not 0 < count * len(filled) <= _CELLS_MAX:
        raise UnknownFormulaError
    boxes = [[_box(cell) for cell in row] + [Box(("",))] * (count - len(row)) for row in filled]
    widths = [max(row[column].width for row in boxes) for column in range(count)]
    gap = 1 if part.is_lines else _COLUMN_GAP
    rows: list[str] = []
    is_airy = any(len(box.rows) > 1 for row in boxes for box in row)
    for number, row in enumerate(boxes):
        if number and is_airy:
            rows.append(" " * (sum(widths) + gap * (count - 1)))
        placed = []
        for column, (box, width) in enumerate(zip(row, widths, strict=True)):
            free = width - box.width
            left = (free if column % 2 == 0 else 0) if part.is_lines else free // 2
            placed.append(Box(tuple(" " * left + each + " " * (free - left) for each in box.rows), box.base))
            if column + 1 < count:
                placed.append(Box((" " * gap,)))
        rows += _beside(placed).rows
    return Box(tuple(rows), (len(rows) - 1) // 2)


def _beside(boxes: Iterable[Box]) -> Box:
    """Boxes side by side, with their bases on one line."""
    boxes = list(boxes)
    above = max(box.base for box in boxes)
    below = max(len(box.rows) - box.base for box in boxes)
    rows = ["" for _ in range(above + below)]
    for box in boxes:
        first = above - box.base
        for number in range(len(rows)):
            rows[number] += box.rows[number - first] if 0 <= number - first < len(box.rows) else " " * box.width
    return Box(tuple(rows), above)


def _bracket(sign: str, inner: Box) -> Box:
    """A bracket as high as what it holds."""
    height = len(inner.rows)
    first, other, last, middle = tuple(_TALL.get(sign, sign * 4))
    rows = [first] + [other] * (height - 2) + [last] if height > 1 else [sign]
    if height > 2:
        rows[height // 2] = middle
    return Box(tuple(rows), inner.base)


class _Line:
    """A line whose tall parts are put in their places; brackets around them grow."""

    def __init__(self) -> None:
        self._stack: list[tuple[str, list[Box]]] = [("", [])]
        """The open brackets, each with what it holds so far."""
        self._text = ""

    @property
    def _is_after_tall(self) -> bool:
        inside = self._stack[-1][1]
        return not self._text and bool(inside) and len(inside[-1].rows) > 1

    def is_open(self, sign: str) -> bool:
        return self._stack[-1][0] == sign

    def add(self, char: str) -> None:
        """Add a character; what is raised behind a tall part rises to its first row."""
        if char in _RAISED and self._is_after_tall:
            last = self._stack[-1][1][-1]
            self._stack[-1][1].append(Box((char,) + (" ",) * (len(last.rows) - 1), last.base))
        else:
            self._text += f" {char}" if char.isalnum() and self._is_after_tall else char

    def add_box(self, box: Box) -> None:
        if self._text[-1:].isalnum() or self._text.endswith("−") or self._is_after_tall:
            self._text += " "
        self._flush()
        self._stack[-1][1].append(box)

    def open(self, sign: str) -> None:
        self._flush()
        self._stack.append((sign, []))

    def close(self, sign: str) -> None:
        """Close the innermost bracket; "" draws none."""
        self._flush()
        opening, inside = self._stack.pop()
        self._stack[-1][1].append(_bracketed(_beside(inside or [Box(("",))]), opening, sign))

    def box(self) -> Box:
        while len(self._stack) > 1:
            self.close("")
        self._flush()
        return _beside(self._stack[0][1])

    def _flush(self) -> None:
        if self._text:
            self._stack[-1][1].append(Box((self._text,)))
            self._text = ""


def _filled(line: str, boxes: list[Box]) -> Box:
    """A line with its tall parts in place."""
    built = _Line()
    for at, char in enumerate(line):
        if _is_placeholder(char):
            built.add_box(boxes[ord(char) - _FIRST])
        elif char in OPEN or (char in _BARS and not built.is_open(char) and _holds_tall(line, at)):
            built.open(char)
        elif built.is_open(char) if char in _BARS else char in CLOSE and not built.is_open(""):
            built.close(char)
        else:
            built.add(char)
    return built.box()


def _is_placeholder(char: str) -> bool:
    return ord(char) >= _FIRST


def _holds_tall(line: str, at: int) -> bool:
    """Whether a tall part stands between a bar and the next one."""
    return any(map(_is_placeholder, line[at + 1 : max(at, line.find(line[at], at + 1))]))
