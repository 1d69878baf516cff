"""From a document to lines of styled spans at a width: plain data that knows no Textual."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tuireader.content.document.model import Code, HeadingBlock, Paragraph, Picture, Rule, Table
from tuireader.content.layout.code import code_lines
from tuireader.content.layout.line import Line, Span
from tuireader.content.layout.paragraph import Frame, balanced, mirrored, text_lines
from tuireader.content.layout.table import table_lines
from tuireader.text.cells import cells
from tuireader.text.hyphenation import divisions

if TYPE_CHECKING:
    from tuireader.content.document.model import Block, Document, Level

_RULE_WIDTH = 7
_BARS = {"quote": ("▎", "quote-bar"), "callout": ("▌", "callout-bar")}
_BAR_ROLES = frozenset(role for _, role in _BARS.values())
_PICTURE = Span("▣ ", "picture-mark")


HYPHENATED_BELOW = 50
"""Cells of a column from which on words need not be divided."""


def lay_out(document: Document, width: int, *, hyphenate: bool = True) -> list[Line]:
    """Every line of a document at a width in cells; no line is wider, if the width is at least 10.

    In narrow columns words are divided, if that is wanted and their language is known.
    """
    lines: list[Line] = []
    for index in range(len(document.blocks)):
        lines += lay_out_block(document, index, width, hyphenate=hyphenate)
    return lines


def lay_out_block(document: Document, index: int, width: int, *, hyphenate: bool = True) -> list[Line]:
    """The lines of one block, with the blank lines before it: `lay_out` is these of all blocks, one after another."""
    block = document.blocks[index]
    if hyphenate and width < HYPHENATED_BELOW and isinstance(block, Paragraph):
        block = _hyphenated(block, block.lang or document.lang)
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
    """The innermost levels that leave at least half of the column, or 30 cells, to the text."""
    spare = width - min(30, (width + 1) // 2)
    if sum(level.width for level in levels) <= spare:
        return levels
    first = len(levels)
    while first and levels[first - 1].width <= spare:
        first -= 1
        spare -= levels[first].width
    return levels[first:]


def _prefixes(levels: tuple[Level, ...], before: tuple[Level, ...]) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """What stands before the first line of a block and before its other lines; `before`: the levels of the last one."""
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
    """The prefix of the blank lines between two blocks: the bars of what holds both."""
    old = {level.id for level in before}
    shared = [level for level in levels if level.id in old]
    while shared and shared[-1].kind not in _BARS:
        shared.pop()
    return tuple([_prefix(level) for level in shared])


def _hyphenated(block: Paragraph, language: str) -> Paragraph:
    """A paragraph with the places where its words may be divided, but for code and for what its author divided."""
    text = block.text
    code = [(run.start, run.end) for run in text.runs if "code" in run.style]
    found = () if text.hyphens else divisions(text.plain, language, code)
    return replace(block, text=text._replace(hyphens=found)) if found else block


def _draw(block: Block, frame: Frame) -> list[Line]:
    if isinstance(block, Paragraph):
        if block.role == "caption":
            frame = frame.within()
        return text_lines(block.text, _style(block), frame, block.direction)
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


def _style(block: Paragraph) -> str:
    if block.role or not any(level.kind == "quote" for level in block.levels):
        return block.role
    return "quote"


def _picture_lines(block: Picture, frame: Frame) -> list[Line]:
    return text_lines(block.text, "image", frame.within(_PICTURE))
