"""From a document to lines of styled spans at a width: plain data that knows no Textual."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .blocks import Code, HeadingBlock, Line, Paragraph, Picture, Rule, Span, Table
from .width import wrap

if TYPE_CHECKING:
    from .blocks import Block, Document, Level, Text


def lay_out(document: Document, width: int) -> list[Line]:
    """Every line of a document at a width in cells; no line is wider, if the width is at least 10."""
    lines: list[Line] = []
    for index in range(len(document.blocks)):
        lines += lay_out_block(document, index, width)
    return lines


def lay_out_block(document: Document, index: int, width: int) -> list[Line]:
    """The lines of one block, with the blank lines before it: `lay_out` is these of all blocks, one after another."""
    block = document.blocks[index]
    offset = document.starts[index]
    first, rest = _prefixes(document, index)
    gap = [Line((), index, offset) for _ in range(block.gap)] if index else []
    room = max(4, width - sum(len(span.text) for span in rest))
    return gap + _draw(block, index, offset, room, first, rest)


def _prefixes(document: Document, index: int) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    block = document.blocks[index]
    before = {level.id for level in document.blocks[index - 1].levels} if index else set()
    first = tuple(_prefix(level, first=level.id not in before) for level in block.levels)
    rest = tuple(_prefix(level, first=False) for level in block.levels)
    return first, rest


def _prefix(level: Level, *, first: bool) -> Span:
    if level.kind == "quote":
        return Span("▎".ljust(level.width), "quote-bar")
    if level.kind == "callout":
        return Span("▌".ljust(level.width), "callout-bar")
    if first and level.marker:
        return Span(level.marker.rjust(level.width - 1) + " ", level.role)
    return Span(" " * level.width, "margin")


def _draw(
    block: Block, index: int, offset: int, room: int, first: tuple[Span, ...], rest: tuple[Span, ...]
) -> list[Line]:
    if isinstance(block, HeadingBlock):
        return _text_lines(block.text, f"heading-{block.level}", index, offset, room, first, rest)
    if isinstance(block, Paragraph):
        return _text_lines(block.text, block.role, index, offset, room, first, rest)
    if isinstance(block, Picture):
        mark = Span("▣ ", "picture-mark")
        return _text_lines(block.text, "image", index, offset, room - 2, (*first, mark), (*rest, Span("  ", "margin")))
    if isinstance(block, Code):
        lines = []
        for number, text in enumerate(block.text.split("\n")):
            span = Span(text[:room], "code-block", None, offset)
            lines.append(Line(((first if number == 0 else rest) + (span,)), index, offset))
            offset += len(text) + 1
        return lines
    if isinstance(block, Rule):
        return [Line((*first, Span("─" * min(room, 12), "rule")), index, offset)]
    if isinstance(block, Table):
        lines = []
        for number, row in enumerate((block.header, *block.rows)):
            for cell in row:
                lines += _text_lines(cell, "" if number else "table-head", index, offset, room, first, rest)
                offset += len(cell.plain) + 1
        return lines
    raise TypeError(block)


def _text_lines(
    text: Text, style: str, index: int, offset: int, room: int, first: tuple[Span, ...], rest: tuple[Span, ...]
) -> list[Line]:
    plain = text.plain
    places = wrap(plain, room, text.hyphens)
    lines = []
    prefix = first
    for number, (start, end) in enumerate(places):
        following = places[number + 1][0] if number + 1 < len(places) else end
        spans = cut(text, start, end, style, offset)
        if end in text.hyphens and following == end:
            spans += (Span("-", "hyphen"),)
        last = "\n" if number + 1 == len(places) else plain[end:following]
        lines.append(Line(prefix + spans, index, offset + start, last))
        prefix = rest
    return lines


def cut(text: Text, start: int, end: int, style: str, offset: int) -> tuple[Span, ...]:
    """The spans of a text from `start` to before `end`; `offset` is that of the text's first character."""
    if start == end:
        return ()
    if not text.runs:
        return (Span(text.plain[start:end], style, None, offset + start),)
    spans = []
    at = start
    for run in text.runs:
        if run.end <= at:
            continue
        if run.start >= end:
            break
        if run.start > at:
            spans.append(Span(text.plain[at : run.start], style, None, offset + at))
            at = run.start
        stop = min(run.end, end)
        both = f"{style} {run.style}" if style and run.style else style or run.style
        spans.append(Span(text.plain[at:stop], both, run.link, offset + at))
        at = stop
    if at < end:
        spans.append(Span(text.plain[at:end], style, None, offset + at))
    return tuple(spans)
