"""Painting of page lines as styled strips, and conversion between columns, characters of a line and text offsets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.strip import Strip
from textual.widget import Widget

from tuireader.content.layout.line import Line, Span
from tuireader.content.layout.paragraph import visual
from tuireader.text.printable import printable_block
from tuireader.tui.themes import readable

STATES = ("link-hover", "link-here", "match", "match-here", "thumb", "message", "foot", "typed")
"""Roles that the view adds to those of the layout."""

ORNAMENT = frozenset({"margin", "quote-bar", "rule", "table-rule", "thumb", "code-edge"})
"""Roles without text, which may have less contrast."""

_REVERSE = Style(reverse=True)


class Look(NamedTuple):
    """How a role looks: tones of the theme ("" keeps what it has) and a text style, as Rich writes them."""

    tone: str = ""
    style: str = ""
    paper: str = ""
    """The tone of the background."""
    share: float = 1.0
    """The share of that tone in the background, 0 to 1.

    Below 1 it is a tint, which "ansi" themes cannot show: they show one of the accent in reverse.
    """


_LOOKS: Mapping[str, Look] = {
    "title": Look("mark", "bold"),
    **dict.fromkeys(("rule", "table-rule", "quote-bar"), Look("rule")),
    "thumb": Look("control"),
    **dict.fromkeys(("strong", "term", "table-head", "heading-3"), Look(style="bold")),
    **dict.fromkeys(("em", "heading-4", "heading-5", "heading-6"), Look(style="italic")),
    "strike": Look(style="strike"),
    **dict.fromkeys(("heading-1", "heading-2"), Look("ink-bright", "bold")),
    **dict.fromkeys(("quote", "footnote", "code-operator"), Look("ink-soft")),
    **dict.fromkeys(("caption", "code-comment"), Look("ink-faint", "italic")),
    **dict.fromkeys(
        (
            "source", "byline", "table-label", "message", "foot", "image", "bullet", "task-open", "picture-mark",
            "code-wrap", "hyphen",
        ),
        Look("ink-faint"),
    ),
    **dict.fromkeys(("callout-bar", "task-done", "footnote-mark", "code-keyword"), Look("mark")),
    **dict.fromkeys(("code", "code-block"), Look(paper="ink", share=0.07)),
    "code-string": Look("success"),
    "code-number": Look("warning"),
    "code-error": Look(style="underline"),
    "link": Look("mark", "underline"),
    "link-hover": Look(paper="mark", share=0.18),
    "link-here": Look("background", "bold not underline", "mark"),
    "match": Look(paper="mark", share=0.25),
    "match-here": Look("background", "bold", "mark"),
}  # fmt: skip
"""The look of each role that has one. Not component classes, of which each would be styled at the start."""


class RoleStyles:
    """The styles of roles, cached until the theme changes."""

    def __init__(self, widget: Widget) -> None:
        """Take the widget's current colours."""
        self._tones = widget.app.theme_variables
        self._selection = widget.screen.get_component_styles("screen--selection")
        self._paper = widget.background_colors[1]
        self._text = widget.styles.color
        self._styles: dict[tuple[str, bool], Style] = {}

    @property
    def tints(self) -> bool:
        return self._paper.ansi is None

    def of(self, roles: str, *, selected: bool = False) -> Style:
        """The style of text with these roles (separated by spaces, later ones override)."""
        style = self._styles.get((roles, selected))
        if style is None:
            style = self._styles[roles, selected] = self._mix(roles.split(), selected=selected)
        return style

    def _mix(self, roles: list[str], *, selected: bool) -> Style:
        color, paper, attributes = self._text, self._paper, Style.null()
        for role in roles:
            look = _LOOKS.get(role, Look())
            if role == "code-edge":
                block = _LOOKS["code-block"]
                color = _over(paper, self._tone(block.paper, block.share))
            elif look.tone:
                color = self._tone(look.tone)
            attributes += Style.parse(look.style)
            if look.paper and (paper.ansi is None or look.share == 1):
                paper = _over(paper, self._tone(look.paper, look.share))
            elif look.paper == "mark":
                attributes += _REVERSE
        if selected and self._selection.has_rule("background"):
            paper = _over(paper, self._selection.background)
        return attributes + Style.from_color(
            color.rich_color if ORNAMENT.issuperset(roles) and roles else legible(color, paper, self._text).rich_color,
            paper.rich_color,
        )

    def _tone(self, name: str, share: float = 1.0) -> Color:
        return Color.parse(self._tones[name]).multiply_alpha(share)


def _over(paper: Color, color: Color) -> Color:
    return color if paper.ansi is not None else paper + color


def legible(color: Color, paper: Color, text: Color) -> Color:
    """The colour, moved towards the text colour, then towards black or white, until it is readable.

    Terminal colours ("ansi" themes) stay, since their values are unknown.
    """
    if color.ansi is not None or paper.ansi is not None:
        return color
    color = paper + color
    if text.ansi is None:
        for percent in range(0, 100, 10):
            candidate = color.blend(text, percent / 100, alpha=1)
            if readable(candidate, paper) == candidate:
                return candidate
    return readable(color, paper)


SELECTED = "selected"


class Highlight(NamedTuple):
    """A range of text drawn differently: a match or a selection."""

    start: int
    end: int
    role: str


class PaintContext(NamedTuple):
    """The context for painting a line; the same for all lines of a frame."""

    ink: RoleStyles
    margin: int
    """Width of the left margin in cells."""
    column: int
    width: int
    height: int
    thumb: tuple[int, int]
    hover: int | None = None
    """The link under the pointer."""
    here: int | None = None
    """The link under the keyboard cursor."""


def drawn(line: Line, *, reorder: bool) -> Sequence[Span]:
    return visual(line, apart=True) if reorder else line.spans


def paint(spans: Sequence[Span], look: PaintContext, marks: Sequence[Highlight], *, tinted: bool = False) -> Strip:
    """A line as a strip of the widget's width; `tinted` extends the background of code to the end of the column."""
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
    """Split a span at highlights: text, roles including those of the highlights, whether selected."""
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
    """Start and end offset of a line's text; (0, 0) without text."""
    starts = [span.offset for span in spans if span.offset >= 0]
    return (min(starts), max(span.offset + len(span.text) for span in spans if span.offset >= 0)) if starts else (0, 0)


def character_at(spans: Sequence[Span], index: int, line: Line) -> tuple[int, int]:
    """The offsets before and after the character at an index of a drawn line.

    Beside the text, both are the offset of its nearest end; in right-to-left text, the right end is the start.
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
    """The index in the line of the character at an offset, or the nearest one."""
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
    return cell_len("".join([span.text for span in spans])[: index_of(spans, offset)])


def column_of_link(spans: Sequence[Span], link: int) -> int:
    """The column of the first cell of a link; 0 if it is not on the line."""
    place = 0
    for span in spans:
        if span.link == link:
            return place
        place += cell_len(span.text)
    return 0


def link_at(spans: Sequence[Span], cell: int) -> int | None:
    place = 0
    for span in spans:
        place += cell_len(span.text)
        if 0 <= cell < place:
            return span.link
    return None
