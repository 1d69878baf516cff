"""Draw a screen as SVG: every character in its cell, whatever font is at hand; lines and blocks as shapes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from typing import NamedTuple
from unicodedata import bidirectional

from rich.cells import cell_len, split_graphemes
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

CELL, LINE, SIZE, WIDE = 10, 21, 16.6, 19
"""Pixels: of a cell's width and height, and of the type, that of characters two cells wide last."""
MARGIN, BAR, ROUND = 14, 34, 10
"""Pixels: around the screen, of the window's bar, of its corners."""
FONT = "ui-monospace, 'SF Mono', Menlo, 'DejaVu Sans Mono', Consolas, 'Liberation Mono', monospace"

# What a character draws: rectangles in shares of its cell (left, top, width, height); lines are this thick.
_THIN = 0.07
_SHAPES: dict[str, list[tuple[float, float, float, float]]] = {
    "─": [(0, 0.5 - _THIN / 4, 1, _THIN / 2)],
    "│": [(0.5 - _THIN / 2, 0, _THIN, 1)],
    "┬": [(0, 0.5 - _THIN / 4, 1, _THIN / 2), (0.5 - _THIN / 2, 0.5, _THIN, 0.5)],
    "┴": [(0, 0.5 - _THIN / 4, 1, _THIN / 2), (0.5 - _THIN / 2, 0, _THIN, 0.5)],
    "┼": [(0, 0.5 - _THIN / 4, 1, _THIN / 2), (0.5 - _THIN / 2, 0, _THIN, 1)],
    "▌": [(0, 0, 0.5, 1)],
    "▐": [(0.5, 0, 0.5, 1)],
    "▎": [(0, 0, 0.25, 1)],
    "▏": [(0, 0, 0.12, 1)],
    "█": [(0, 0, 1, 1)],
    "▄": [(0, 0.5, 1, 0.5)],
    "▀": [(0, 0, 1, 0.5)],
}


class Run(NamedTuple):
    """Text in one style, from a column on; the columns of each of its characters."""

    text: str
    columns: tuple[int, ...]
    width: int
    style: Style


def svg(strips: Iterable[Strip], *, title: str, paper: str, ink: str) -> str:
    """The screen in a plain window; `paper` and `ink` are the colours of what has none."""
    rows = list(strips)
    columns = max(strip.cell_length for strip in rows)
    width, height = columns * CELL + 2 * MARGIN, len(rows) * LINE + BAR + MARGIN
    body = [piece for y, strip in enumerate(rows) for piece in _row(strip, BAR + y * LINE, paper, ink)]
    dots = "".join(f'<circle cx="{20 + 18 * index}" cy="17" r="5" fill="{ink}" opacity=".28"/>' for index in range(3))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="{FONT}"'
        f' font-size="{SIZE}" role="img" aria-label="{escape(title)}">\n'
        f'<rect width="{width}" height="{height}" rx="{ROUND}" fill="{paper}"/>\n'
        f'<rect x=".5" y=".5" width="{width - 1}" height="{height - 1}" rx="{ROUND}" fill="none"'
        f' stroke="{ink}" stroke-opacity=".22"/>\n{dots}\n'
        '<g style="white-space:pre;direction:ltr;unicode-bidi:bidi-override">\n' + "\n".join(body) + "\n</g>\n</svg>\n"
    )


def _row(strip: Strip, top: int, paper: str, ink: str) -> Iterator[str]:
    for run in _runs(strip):
        color, behind = _colors(run.style, paper, ink)
        left = MARGIN + (run.columns[0] if run.columns else 0) * CELL
        if behind != paper:
            # A hair larger than its cells, so that no seam shows between two of one colour.
            size = f'width="{run.width * CELL + 0.3:g}" height="{LINE + 0.3:g}"'
            yield f'<rect x="{left}" y="{top}" {size} fill="{behind}"/>'
        yield from _shapes(run, top, color)
        yield from _text(run, top, color)


def _runs(strip: Strip) -> Iterator[Run]:
    column = 0
    for text, style, control in Segment.simplify(strip):
        if control or not text:
            continue
        spans, width = split_graphemes(text)
        columns: list[int] = []
        at = column
        for start, end, cells in spans:
            columns += [at] * (end - start)
            at += cells
        yield Run(text, tuple(columns), width, style or Style.null())
        column += width


def _colors(style: Style, paper: str, ink: str) -> tuple[str, str]:
    color, behind = _hex(style.color, ink), _hex(style.bgcolor, paper)
    return (behind, color) if style.reverse else (color, behind)


def _hex(color: Color | None, default: str) -> str:
    if color is None or color.is_default:
        return default
    return str(color.get_truecolor().hex)


def _shapes(run: Run, top: int, color: str) -> Iterator[str]:
    """Neighbours that are drawn alike become one rectangle where they touch."""
    for character, column in zip(run.text, run.columns, strict=True):
        for left, above, wide, high in _SHAPES.get(character, ()):
            x, y = MARGIN + (column + left) * CELL, top + above * LINE
            yield f'<rect x="{x:g}" y="{y:g}" width="{wide * CELL:g}" height="{high * LINE:g}" fill="{color}"/>'


def _text(run: Run, top: int, color: str) -> Iterator[str]:
    look = "".join(
        [
            ' font-weight="700"' if run.style.bold else "",
            ' font-style="italic"' if run.style.italic else "",
            ' opacity=".6"' if run.style.dim else "",
        ]
    )
    lines = [name for name, on in (("underline", run.style.underline), ("line-through", run.style.strike)) if on]
    look += f' text-decoration="{" ".join(lines)}"' if lines else ""
    for start, end in _words(run.text):
        xs = " ".join(f"{MARGIN + column * CELL}" for column in run.columns[start:end])
        y = top + LINE * 0.74
        size = f' font-size="{WIDE}"' if cell_len(run.text[start:end]) == 2 and end - start == 1 else ""
        yield f'<text x="{xs}" y="{y:g}" fill="{color}"{size}{look}>{escape(run.text[start:end])}</text>'


def _words(text: str) -> Iterator[tuple[int, int]]:
    """Stretches without blanks and shapes; wide characters, clusters and what is written from the right alone.

    Some programs that draw SVG place only the first character of a stretch, and turn around what they take for
    right-to-left: a stretch must look the same without being told where each of its characters is.
    """
    start: int | None = None
    for begin, end, width in [*split_graphemes(text)[0], (len(text), len(text), 0)]:
        piece = text[begin:end]
        is_plain = len(piece) == 1 and width == 1 and bidirectional(piece) not in {"R", "AL"}
        is_gap = not piece or piece.isspace() or piece in _SHAPES
        if start is not None and (is_gap or not is_plain):
            yield start, begin
            start = None
        if not is_gap and not is_plain:
            yield begin, end
        elif not is_gap and start is None:
            start = begin
