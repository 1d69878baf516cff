"""Lines of a page as strips of the screen, and the way back from a cell to a character of the text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from tuireader.content.layout.line import Line, Span
from tuireader.content.layout.visual_order import visual
from tuireader.text.printable import printable_block
from tuireader.tui.article.styles import RoleStyles

SELECTED = "selected"


class Highlight(NamedTuple):
    """A stretch of the text that is drawn differently: a match, or what the mouse selected."""

    start: int
    end: int
    role: str
    """A role, or `SELECTED`."""


class PaintContext(NamedTuple):
    """How lines are drawn at the moment."""

    ink: RoleStyles
    margin: int
    """Cells before the column."""
    column: int
    width: int
    height: int
    thumb: tuple[int, int]
    hover: int | None = None
    """The link below the pointer."""
    here: int | None = None
    """The link that the keyboard is on."""


def drawn(line: Line, *, reorder: bool) -> Sequence[Span]:
    return visual(line, apart=True) if reorder else line.spans


def paint(spans: Sequence[Span], look: PaintContext, marks: Sequence[Highlight], *, tinted: bool = False) -> Strip:
    """A line as a strip of the widget's width; `tinted` carries the background of code to the edge of the column."""
    plain = look.ink.of("")
    segments = [Segment(" " * look.margin, plain)] if look.margin else []
    used = 0
    for span in spans:
        link = " link-here" if span.link == look.here else " link-hover" if span.link == look.hover else ""
        for text, roles, selected in _pieces(span, marks):
            shown = printable_block(text)
            if roles == "code-edge" and not look.ink.tints:
                shown = " " * len(shown)
            if shown:
                style = look.ink.of(roles + link if span.link is not None else roles, selected=selected)
                segments.append(Segment(shown, style))
                used += cell_len(shown)
    if tinted and used < look.column:
        segments.append(Segment(" " * (look.column - used), look.ink.of("code-block")))
        used = look.column
    rest = look.width - look.margin - used
    if rest > 0:
        segments.append(Segment(" " * rest, plain))
    return Strip(segments, look.margin + used + max(0, rest)).adjust_cell_length(look.width)


def _pieces(span: Span, marks: Iterable[Highlight]) -> Iterator[tuple[str, str, bool]]:
    """A span cut where marks begin and end: its text, its roles with those of the marks, whether it is selected."""
    start, end = span.offset, span.offset + len(span.text)
    inside = [mark for mark in marks if mark.start < end and mark.end > start] if start >= 0 else []
    if not inside:
        yield span.text, span.style, False
        return
    cuts = sorted({start, end, *(place for mark in inside for place in mark[:2] if start < place < end)})
    for begin, stop in pairwise(cuts):
        over = [mark.role for mark in inside if mark.start <= begin and mark.end >= stop]
        roles = " ".join([span.style, *(role for role in over if role != SELECTED)])
        yield span.text[begin - start : stop - start], roles, SELECTED in over


def extent(spans: Sequence[Span]) -> tuple[int, int]:
    """The first offset on a line and the one after its last; (0, 0) where it has no text."""
    starts = [span.offset for span in spans if span.offset >= 0]
    return (min(starts), max(span.offset + len(span.text) for span in spans if span.offset >= 0)) if starts else (0, 0)


def character_at(spans: Sequence[Span], index: int, line: Line) -> tuple[int, int]:
    """The offsets of the character drawn at an index of the line's text, and of the next; the same twice beside it.

    Beside the text the nearest end of the line is meant, which for text from the right is its beginning at the right.
    """
    texts = [span for span in spans if span.offset >= 0 and span.text]
    if not texts:
        return line.offset, line.offset
    place = 0
    begun = False
    for span in spans:
        if span.offset >= 0 and span.text:
            if place <= index < place + len(span.text):
                offset = span.offset + index - place
                return offset, offset + 1
            if begun and index < place:  # between the columns of a table
                return span.offset, span.offset
            begun = begun or index >= place
        place += len(span.text)
    low, high = extent(spans)
    from_the_right = texts[0].offset > texts[-1].offset
    beside = high if begun != from_the_right else low
    return beside, beside


def index_of(spans: Sequence[Span], offset: int) -> int:
    """The index of the line's text at which the character with this offset is drawn, the nearest where it is not."""
    place = 0
    nearest = 0
    for span in spans:
        if span.offset >= 0:
            if span.offset <= offset < span.offset + len(span.text):
                return place + offset - span.offset
            nearest = place + len(span.text) if offset >= span.offset else nearest
        place += len(span.text)
    return nearest


def column_of(spans: Sequence[Span], offset: int) -> int:
    """The cell of the column at which the character with this offset is drawn."""
    return cell_len("".join([span.text for span in spans])[: index_of(spans, offset)])


def column_of_link(spans: Sequence[Span], link: int) -> int:
    """The cell of the column at which a link begins; 0 where it is not drawn."""
    place = 0
    for span in spans:
        if span.link == link:
            return place
        place += cell_len(span.text)
    return 0


def link_at(spans: Sequence[Span], cell: int) -> int | None:
    """The link that is drawn at a cell of the column."""
    place = 0
    for span in spans:
        place += cell_len(span.text)
        if 0 <= cell < place:
            return span.link
    return None
