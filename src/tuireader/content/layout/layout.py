"""From a document to lines of styled spans at a width: plain data that knows no Textual."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import zip_longest
from typing import NamedTuple

from tuireader.content.document.model import (
    Block,
    Code,
    Document,
    HeadingBlock,
    Level,
    Paragraph,
    Picture,
    Rule,
    Table,
    Text,
    short_label,
)
from tuireader.content.layout.code import code_lines
from tuireader.content.layout.line import DECORATION, Line, Span
from tuireader.content.layout.paragraph import Frame, balanced, mirrored, text_lines
from tuireader.content.maths.formulas import rows_of
from tuireader.text.language_and_hyphenation import divisions
from tuireader.text.wrap import cells

_GAP = 2
"""Cells between two columns."""
_LONG_WORD = 18
"""Maximum cells of a word that is never divided in a column."""
_INDENT = 2
"""Indent, in cells, of the fields of a record below its first cell."""
_STACKED = 24
"""Room in cells below which the labels of a record stand above their values."""
_NUMBER = re.compile(r"[-+−±~≈<>]?\s?[$€£¥]?\s?\d[\d.,'\s\u202f]*\s?[%‰$€£¥]?[a-zA-Zµ]{0,3}|[-–—]?")
_TALL_MIN = 2
"""Minimum rows of a formula that is laid out on several lines."""
_RULE_WIDTH = 7
_BARS = {"quote": ("▎", "quote-bar"), "callout": ("▌", "callout-bar")}
_BAR_ROLES = frozenset(role for _, role in _BARS.values())
_PICTURE = Span("▣ ", "picture-mark")
HEAVY, _CELL_WEIGHT = 50_000, 25
"""Weight from which laying out a block could delay keys (a character weighs 1), and the weight of a table cell."""
HYPHENATED_BELOW = 50
"""Width in cells from which words are not hyphenated."""


class _Cell(NamedTuple):
    text: Text
    base: int


def table_lines(table: Table, frame: Frame) -> list[Line]:
    """Lay out a table as a grid, or as one record per row if it is too wide."""
    rows = _placed(table, frame.base)
    natural, least = _measure(rows)
    gaps = _GAP * (len(natural) - 1)
    widths = _negotiate(natural, least, frame.room - gaps)
    if widths:
        return _grid(rows, widths, _aligns(table), frame)
    return _records(rows, frame) if table.rows else _stacked_header(rows[0], frame)


def _placed(table: Table, base: int) -> list[list[_Cell]]:
    """The rows, the header first, each cell with the offset of its text."""
    rows = []
    for row in (table.header, *table.rows):
        cells_of_row = []
        for text in row:
            cells_of_row.append(_Cell(text, base))
            base += len(text.plain) + 1
        rows.append(cells_of_row)
    return rows


def _measure(rows: list[list[_Cell]]) -> tuple[list[int], list[int]]:
    """The natural width of each column, and its minimum useful width."""
    columns = len(rows[0])
    natural, least = [1] * columns, [1] * columns
    for row in rows:
        for column, cell in enumerate(row):
            plain = cell.text.plain
            wide = max([cells(line) for line in plain.split("\n")])
            natural[column] = max(natural[column], wide)
            if wide > least[column] and least[column] < _LONG_WORD:
                longest = max((cells(word) for word in plain.split()), default=1)
                least[column] = max(least[column], min(longest, _LONG_WORD))
    return natural, least


def _negotiate(natural: list[int], least: list[int], room: int) -> list[int]:
    """Divide the room so that the longest cells of all columns are about equally high; none if there is too little."""
    if sum(natural) <= room:
        return natural
    if sum(least) > room:
        return []
    widths = list(least)
    for _ in range(room - sum(least)):
        # To the column whose longest cell has the most lines.
        widest = max(range(len(widths)), key=lambda column: natural[column] / widths[column])
        widths[widest] += 1
    return widths


def _aligns(table: Table) -> list[str]:
    """The alignment of each column: numbers align right unless the table says otherwise."""
    aligns: list[str] = list(table.aligns)
    for column, align in enumerate(aligns):
        bodies = [row[column].plain for row in table.rows]
        if align == "left" and any(bodies) and all(_NUMBER.fullmatch(body) for body in bodies):
            aligns[column] = "right"
    return aligns


def _grid(rows: list[list[_Cell]], widths: list[int], aligns: list[str], frame: Frame) -> list[Line]:
    plain, heads = ("",) * len(widths), ("table-head",) * len(widths)
    drawn = [_row(row, widths, aligns, plain if number else heads) for number, row in enumerate(rows)]
    airy = any(len(row) > 1 for row in drawn[1:])
    rule = tuple(_joined([(Span("─" * width, "table-rule"),) for width in widths]))
    lines: list[Line] = []
    if any(cell.text.plain for cell in rows[0]):
        lines += _framed(drawn[0], rows[0][0].base, frame, opening=True)
        lines.append(Line((*frame.rest, *rule), frame.block, _end(rows[0])))
    for number, row in enumerate(drawn[1:], 1):
        if airy and number > 1:
            lines.append(Line(frame.rest, frame.block, rows[number][0].base))
        lines += _framed(row, rows[number][0].base, frame, opening=not lines)
    return lines


def _end(row: list[_Cell]) -> int:
    """The document offset after the last character of a row."""
    return row[-1].base + len(row[-1].text.plain)


def _framed(row: list[tuple[Span, ...]], base: int, frame: Frame, *, opening: bool) -> list[Line]:
    """The lines of a row, behind the prefix of their frame."""
    lines = []
    for number, spans in enumerate(row):
        prefix = frame.first if opening and number == 0 else frame.rest
        # Lines of a page are in the order of their offsets, even if a line begins in a later column.
        base = max(base, next((span.offset for span in spans if span.offset >= 0), base))
        lines.append(Line((*prefix, *spans), frame.block, base))
    return lines


def _row(row: list[_Cell], widths: list[int], aligns: list[str], styles: tuple[str, ...]) -> list[tuple[Span, ...]]:
    """The lines of one row of a grid."""
    columns = []
    for cell, width, align, style in zip(row, widths, aligns, styles, strict=True):
        lines = text_lines(cell.text, style, Frame(0, cell.base, width))
        columns.append([_aligned(line, width, align) for line in lines])
    blanks = [(Span(" " * width, "margin"),) for width in widths]
    drawn = []
    for parts in zip_longest(*columns):
        filled = [part or blank for part, blank in zip(parts, blanks, strict=True)]
        drawn.append(_trimmed(_joined(filled)))
    return drawn


def _joined(parts: list[tuple[Span, ...]]) -> list[Span]:
    spans = list(parts[0])
    for part in parts[1:]:
        spans.append(Span(" " * _GAP, "margin"))
        spans += part
    return spans


def _trimmed(spans: list[Span]) -> tuple[Span, ...]:
    """The spans without trailing margins."""
    while spans and spans[-1].style == "margin":
        spans.pop()
    return tuple(spans)


def _aligned(line: Line, width: int, align: str) -> tuple[Span, ...]:
    spans = line.spans
    free = width - sum(cells(span.text) for span in spans)
    if free <= 0:
        return spans
    left = {"right": free, "center": free // 2}.get(align, 0)
    before = (Span(" " * left, "margin"),) if left else ()
    after = (Span(" " * (free - left), "margin"),) if free > left else ()
    return before + spans + after


def _records(rows: list[list[_Cell]], frame: Frame) -> list[Line]:
    """Lay out each row as a record: its first cell is the heading, the others follow behind the header's labels.

    The labels are document text in the first record and decoration in the others, so that no word occurs twice.
    """
    header, records = rows[0], rows[1:]
    widest = max(cells(cell.text.plain) + (_INDENT if column else 0) for column, cell in enumerate(header))
    is_beside = frame.room - _INDENT >= _STACKED and any(cell.text.plain for cell in header)
    label = min(widest, max(frame.room // 3, 12 + _INDENT)) if is_beside else 0
    shorter = [short_label(cell.text.plain) for cell in header]
    labels = [
        cell if text == cell.text.plain else cell._replace(text=Text(text))
        for cell, text in zip(header, shorter, strict=True)
    ]
    lines: list[Line] = []
    for number, row in enumerate(records):
        if number:
            lines.append(Line(frame.rest, frame.block, row[0].base))
        for column, (head, cell) in enumerate(zip(labels if number else header, row, strict=True)):
            place = frame.within() if column and len(row) > 1 else frame
            indent = frame.room - place.room
            drawn = _field(head, cell, max(0, label - indent), place.room, "" if column else "table-head")
            if number:
                drawn = [_repeated(spans, records[0][0].base) for spans in drawn]
            base = cell.base if lines else head.base
            lines += _framed(drawn, base, place, opening=not lines)
    return lines


def _stacked_header(header: list[_Cell], frame: Frame) -> list[Line]:
    """Lay out a header without rows, one cell below another."""
    lines: list[Line] = []
    for cell in header:
        drawn = [line.spans for line in text_lines(cell.text, "table-head", Frame(0, cell.base, frame.room))]
        lines += _framed(drawn, cell.base, frame, opening=not lines)
    return lines


def _field(head: _Cell, cell: _Cell, label: int, room: int, style: str) -> list[tuple[Span, ...]]:
    """One cell of a record behind its label, or below it if there is little room."""
    if label:
        return _row([head, cell], [label, room - label - _GAP], ["left", "left"], ("table-label", style))
    labels = text_lines(head.text, "table-label", Frame(0, head.base, room)) if head.text.plain else []
    return [line.spans for line in (*labels, *text_lines(cell.text, style, Frame(0, cell.base, room)))]


def _repeated(spans: tuple[Span, ...], body: int) -> tuple[Span, ...]:
    return tuple(span._replace(offset=DECORATION) if span.offset < body else span for span in spans)


def lay_out(document: Document, width: int, *, hyphenate: bool = True) -> list[Line]:
    """Lay out a document in lines of at most `width` cells; at least 10.

    In narrow columns, `hyphenate` divides words of known languages.
    """
    lines: list[Line] = []
    for index in range(len(document.blocks)):
        lines += lay_out_block(document, index, width, hyphenate=hyphenate)
    return lines


def is_heavy(document: Document, index: int) -> bool:
    """Whether a block must be laid out in a thread, since it could delay keys."""
    starts, block = document.starts, document.blocks[index]
    weight = (starts[index + 1] if index + 1 < len(starts) else document.length) - starts[index]
    if isinstance(block, Table):
        weight += _CELL_WEIGHT * len(block.aligns) * (len(block.rows) + 1)
    return weight > HEAVY


def lay_out_block(document: Document, index: int, width: int, *, hyphenate: bool = True) -> list[Line]:
    """Lay out one block, with the blank lines before it: `lay_out` is the concatenation over all blocks."""
    block = document.blocks[index]
    if hyphenate and width < HYPHENATED_BELOW and isinstance(block, Paragraph):
        language = block.lang or document.lang
        if language == document.lang or language in document.hyphenated:
            block = _hyphenated(block, language)
    base = document.starts[index]
    before = document.blocks[index - 1].levels if index else ()
    if not block.levels:
        blank = [Line((), index, base)] * block.gap
        return blank + _draw(block, Frame(index, base, max(2, width)))
    shown = _fitting(block.levels, width)
    first, rest = _prefixes(shown, before)
    room = max(2, width - sum(level.width for level in shown))
    lines = _draw(block, Frame(index, base, room, first, rest))
    between = _between(shown, before)
    if between and lines and any(span.style in _BAR_ROLES for span in lines[0].suffix):
        between = mirrored(between, width)
    elif between:
        between = (*between[:-1], between[-1]._replace(text=between[-1].text.rstrip()))
    return [Line(between, index, base)] * block.gap + lines


def _fitting(levels: tuple[Level, ...], width: int) -> tuple[Level, ...]:
    """The innermost levels that leave at least half of the column, or 30 cells, for the text."""
    spare = width - min(30, (width + 1) // 2)
    if sum(level.width for level in levels) <= spare:
        return levels
    first = len(levels)
    while first and levels[first - 1].width <= spare:
        first -= 1
        spare -= levels[first].width
    return levels[first:]


def _prefixes(levels: tuple[Level, ...], before: tuple[Level, ...]) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """The prefixes of the first and of the other lines of a block; `before` is the levels of the block before it."""
    old = {level.id for level in before}
    first = tuple([_prefix(level) if level.id in old else _opening(level) for level in levels])
    return first, tuple([_prefix(level) for level in levels])


def _opening(level: Level) -> Span:
    if not level.marker:
        return _prefix(level)
    space = " " * (level.width - 1 - cells(level.marker))
    return Span(f"{space}{level.marker} ", level.role)


def _prefix(level: Level) -> Span:
    if level.kind in _BARS:
        bar, role = _BARS[level.kind]
        return Span(bar.ljust(level.width), role)
    return Span(" " * level.width, "margin")


def _between(levels: tuple[Level, ...], before: tuple[Level, ...]) -> tuple[Span, ...]:
    """The prefix of blank lines between blocks: bars of their common quotes."""
    old = {level.id for level in before}
    shared = [level for level in levels if level.id in old]
    while shared and shared[-1].kind not in _BARS:
        shared.pop()
    return tuple([_prefix(level) for level in shared])


def _hyphenated(block: Paragraph, language: str) -> Paragraph:
    """A paragraph with hyphenation points, except in code and in words that its author divided."""
    text = block.text
    code = [(run.start, run.end) for run in text.runs if "code" in run.style]
    found = () if text.hyphens else divisions(text.plain, language, code)
    return replace(block, text=text._replace(hyphens=found)) if found else block


def _draw(block: Block, frame: Frame) -> list[Line]:
    if isinstance(block, Paragraph):
        if block.role == "caption":
            frame = frame.within()
        return _formula_lines(block, frame) or text_lines(block.text, _style(block), frame, block.direction)
    if isinstance(block, HeadingBlock):
        narrow = balanced(block.text.plain, frame.room)
        return text_lines(block.text, f"heading-{block.level}", frame._replace(room=narrow), block.direction)
    if isinstance(block, Code):
        return code_lines(block, frame)
    if isinstance(block, Table):
        return table_lines(block, frame)
    if isinstance(block, Picture):
        return _picture_lines(block, frame)
    assert isinstance(block, Rule)  # noqa: S101 - there is no other kind
    rule = Span("─" * min(_RULE_WIDTH, frame.room), "rule")
    return [Line((*frame.first, rule), frame.block, frame.base)]


def _formula_lines(block: Paragraph, frame: Frame) -> list[Line]:
    """Lay out a formula on several lines; none if it needs one line, or more room."""
    rows = rows_of(block.formula, block.text.plain) if block.formula else ()
    if len(rows) < _TALL_MIN or max(map(cells, rows)) > frame.room:
        return []
    prefixes = [frame.first, *[frame.rest] * (len(rows) - 1)]
    return [
        Line((*prefix, Span(row, _style(block))), frame.block, frame.base + min(number, len(block.text.plain)), "")
        for number, (prefix, row) in enumerate(zip(prefixes, rows, strict=True))
    ]


def _style(block: Paragraph) -> str:
    if block.role or not any(level.kind == "quote" for level in block.levels):
        return block.role
    return "quote"


def _picture_lines(block: Picture, frame: Frame) -> list[Line]:
    return text_lines(block.text, "image", frame.within(_PICTURE))
