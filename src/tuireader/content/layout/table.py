"""Tables: columns that share the width fairly, or one record under another where they cannot."""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from tuireader.content.document.model import Text
from tuireader.content.layout.line import DECORATION, Line, Span
from tuireader.content.layout.paragraph import Frame, text_lines
from tuireader.text.cells import cells

if TYPE_CHECKING:
    from tuireader.content.document.model import Table

_GAP = 2
"""Cells between two columns."""
_WORD = 18
"""The longest word that a column need not divide, in cells."""
_INDENT = 2
"""Cells by which what belongs to the first cell of a record is further in."""
_STACKED = 24
"""Cells of room below which the labels of a record stand above what they label."""
_NUMBER = re.compile(r"[-+−±~≈<>]?\s?[$€£¥]?\s?\d[\d.,'\s\u202f]*\s?[%‰$€£¥]?[a-zA-Zµ]{0,3}|[-–—]?")


class _Cell(NamedTuple):
    text: Text
    base: int


def table_lines(table: Table, frame: Frame) -> list[Line]:
    """The lines of a table."""
    rows = _placed(table, frame.base)
    natural, least = _measure(rows)
    gaps = _GAP * (len(natural) - 1)
    widths = _negotiate(natural, least, frame.room - gaps)
    if widths:
        return _grid(rows, widths, _aligns(table), frame)
    return _records(rows, frame) if table.rows else _stack(rows[0], frame)


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
    """The width of each column that no line has to be broken for, and the least that is worth having."""
    columns = len(rows[0])
    natural, least = [1] * columns, [1] * columns
    for row in rows:
        for column, cell in enumerate(row):
            plain = cell.text.plain
            wide = max([cells(line) for line in plain.split("\n")])
            natural[column] = max(natural[column], wide)
            if wide > least[column] and least[column] < _WORD:
                longest = max((cells(word) for word in plain.split()), default=1)
                least[column] = max(least[column], min(longest, _WORD))
    return natural, least


def _negotiate(natural: list[int], least: list[int], room: int) -> list[int]:
    """The width of each column, so that their longest cells are about equally high; none if the room is too little."""
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
    """How each column is aligned: numbers line up on the right where the table does not say otherwise."""
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
    """The offset after the last character of a row."""
    return row[-1].base + len(row[-1].text.plain)


def _framed(row: list[tuple[Span, ...]], base: int, frame: Frame, *, opening: bool) -> list[Line]:
    """The lines of a row, behind the prefix of their frame."""
    lines = []
    for number, spans in enumerate(row):
        prefix = frame.first if opening and number == 0 else frame.rest
        # Lines of a page are in the order of their offsets, also where a line begins in a later column.
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
    """The spans without the margins at their end."""
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
    """Each row as a record: its first cell heads the others, with the header's words before each of them.

    They are the document's own text in the first record and decoration in the others, so that no word is there twice.
    """
    header, records = rows[0], rows[1:]
    widest = max(cells(cell.text.plain) + (_INDENT if column else 0) for column, cell in enumerate(header))
    is_beside = frame.room - _INDENT >= _STACKED and any(cell.text.plain for cell in header)
    label = min(widest, max(frame.room // 3, 12 + _INDENT)) if is_beside else 0
    lines: list[Line] = []
    for number, row in enumerate(records):
        if number:
            lines.append(Line(frame.rest, frame.block, row[0].base))
        for column, (head, cell) in enumerate(zip(header, row, strict=True)):
            place = frame.within() if column and len(row) > 1 else frame
            indent = frame.room - place.room
            drawn = _field(head, cell, max(0, label - indent), place.room, "" if column else "table-head")
            if number:
                drawn = [_repeated(spans, records[0][0].base) for spans in drawn]
            base = cell.base if lines else head.base
            lines += _framed(drawn, base, place, opening=not lines)
    return lines


def _stack(header: list[_Cell], frame: Frame) -> list[Line]:
    """A header without anything below it, one cell under another."""
    lines: list[Line] = []
    for cell in header:
        drawn = [line.spans for line in text_lines(cell.text, "table-head", Frame(0, cell.base, frame.room))]
        lines += _framed(drawn, cell.base, frame, opening=not lines)
    return lines


def _field(head: _Cell, cell: _Cell, label: int, room: int, style: str) -> list[tuple[Span, ...]]:
    """One cell of a record behind its label, or below it where there is little room."""
    if label:
        return _row([head, cell], [label, room - label - _GAP], ["left", "left"], ("table-label", style))
    labels = text_lines(head.text, "table-label", Frame(0, head.base, room)) if head.text.plain else []
    return [line.spans for line in (*labels, *text_lines(cell.text, style, Frame(0, cell.base, room)))]


def _repeated(spans: tuple[Span, ...], body: int) -> tuple[Span, ...]:
    return tuple(span._replace(offset=DECORATION) if span.offset < body else span for span in spans)
