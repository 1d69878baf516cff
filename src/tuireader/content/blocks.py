"""The nouns of a page: what an article consists of (blocks) and what is drawn (lines of spans). Plain data.

The document's own text is the text of its blocks, each followed by one newline: `document_text`. Every place on a page
is an offset into it, in characters, so that it does not depend on a width: a reading position, a match, a heading.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

ROLES = (
    # of a stretch of text; several may hold at once
    "strong", "em", "strike", "code", "link", "image", "footnote-mark",
    # of the text of a whole block
    "heading-1", "heading-2", "heading-3", "heading-4", "heading-5", "heading-6", "quote", "term", "caption",
    "footnote", "callout", "code-block", "table-head", "table-label",
    # of a token in a code block, beside "code-block"
    "code-comment", "code-keyword", "code-name", "code-number", "code-operator", "code-string", "code-error",
    # of what heads the page
    "title", "byline",
    # of decoration, which is drawn and not copied
    "margin", "quote-bar", "bullet", "task-open", "task-done", "callout-bar", "code-wrap", "hyphen", "rule",
    "table-rule", "picture-mark",
)  # fmt: skip
"""Every role that a span's style may name."""

DECORATION = -1
"""The offset of a span that is no text of the document."""


class Run(NamedTuple):
    """A stretch of a text, from `start` to before `end`, with the roles and the link it has."""

    start: int
    end: int
    style: str
    link: int | None


class Text(NamedTuple):
    """Text with its runs in order, not overlapping; what no run covers is plain. A newline is a hard break."""

    plain: str
    runs: tuple[Run, ...] = ()
    hyphens: tuple[int, ...] = ()
    """Where a word may be divided with a hyphen (soft hyphens; they are not part of `plain`)."""


NO_TEXT = Text("")


LevelKind: TypeAlias = Literal["quote", "item", "indent", "callout"]


class Level(NamedTuple):
    """One container around a block, drawn as a prefix of its lines."""

    kind: LevelKind
    id: int
    """The same for two blocks in the same container."""
    marker: str = ""
    """A list item's bullet or number, drawn before its first block; right-aligned in `width`."""
    width: int = 2
    """Cells that the prefix takes."""
    role: str = "margin"


@dataclass(frozen=True, slots=True)
class Block:
    """A block that holds no other: containers are the `levels` around it, outermost first."""

    levels: tuple[Level, ...]
    gap: int
    """Blank lines before it."""


@dataclass(frozen=True, slots=True)
class Paragraph(Block):
    """A paragraph; `role` says what kind, if it is not an ordinary one ("term", "caption", "footnote", "callout")."""

    text: Text
    role: str = ""


@dataclass(frozen=True, slots=True)
class HeadingBlock(Block):
    """A heading of level 1 to 6."""

    level: int
    text: Text


@dataclass(frozen=True, slots=True)
class Code(Block):
    """Preformatted text, without its last newline; `language` as the author named it, may be empty."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Table(Block):
    """A table: all rows have as many cells as there are alignments; the header row may be empty."""

    header: tuple[Text, ...]
    rows: tuple[tuple[Text, ...], ...]
    aligns: tuple[Literal["left", "center", "right"], ...]


@dataclass(frozen=True, slots=True)
class Rule(Block):
    """A thematic break."""


@dataclass(frozen=True, slots=True)
class Picture(Block):
    """An image on its own: `image` is its index in the document's images, `text` what stands for it."""

    text: Text
    image: int


class Link(NamedTuple):
    """A link of the document; `target` is the offset it leads to, for one inside the document."""

    text: str
    url: str
    target: int | None = None


class Image(NamedTuple):
    """An image of the document."""

    alt: str
    url: str


class Heading(NamedTuple):
    """A heading for the contents: where it is, as a block and as an offset."""

    level: int
    text: str
    block: int
    offset: int


@dataclass(frozen=True, slots=True)
class Document:
    """An article ready to be laid out at any width."""

    title: str
    authors: tuple[str, ...]
    blocks: tuple[Block, ...]
    links: tuple[Link, ...]
    images: tuple[Image, ...]
    headings: tuple[Heading, ...]
    starts: tuple[int, ...]
    """The offset of each block."""
    length: int
    """Characters of the document's text."""

    def block_at(self, offset: int) -> int:
        """The index of the block that holds an offset (0 where there is none)."""
        return max(0, bisect_right(self.starts, offset) - 1)


class Span(NamedTuple):
    """A piece of a line in one style."""

    text: str
    style: str = ""
    """Roles, separated by spaces: see `ROLES`."""
    link: int | None = None
    """Index in the document's links."""
    offset: int = DECORATION
    """Where its text is in the document's text; `DECORATION` for bars, bullets, margins."""


class Line(NamedTuple):
    """A line of the page: what is drawn before its text, a stretch of a text, and what is drawn after.

    Most lines only say which stretch of which text they show, because an article has thousands of them: their spans
    are made when they are painted.
    """

    prefix: tuple[Span, ...]
    """What is drawn first. All there is, in lines that put several texts side by side (of tables)."""
    block: int
    base: int
    """The offset of the first character of the source."""
    end: str = "\n"
    """What the text has between this line and the next: "\n", " " where a line was wrapped, "" inside a word."""
    source: Text = NO_TEXT
    first: int = 0
    """Where the line begins in its source."""
    last: int = 0
    """Before where the line ends in its source."""
    style: str = ""
    suffix: tuple[Span, ...] = ()

    @property
    def offset(self) -> int:
        """Characters of the document's text before this line."""
        return self.base + self.first

    @property
    def spans(self) -> tuple[Span, ...]:
        """What is drawn, left to right. Spans with text hold the document's characters, one for one."""
        return self.prefix + cut(self.source, self.first, self.last, self.style, self.base) + self.suffix

    @property
    def drawn(self) -> str:
        """All that is drawn, decoration included."""
        return "".join([span.text for span in self.spans])

    @property
    def text(self) -> str:
        """What copying gives: the text without decoration, but with the space between the columns of a table."""
        spans = self.spans
        shown = [index for index, span in enumerate(spans) if span.offset >= 0]
        if not shown:
            return ""
        inner = spans[shown[0] : shown[-1] + 1]
        return "".join([span.text for span in inner if span.offset >= 0 or span.style == "margin"])


def cut(text: Text, start: int, end: int, style: str, base: int) -> tuple[Span, ...]:
    """The spans of a text from `start` to before `end`; `base` is the offset of the text's first character."""
    if start >= end:
        return ()
    runs = text.runs
    if not runs:
        return (Span(text.plain[start:end], style, None, base + start),)
    spans = []
    at = start
    for index in range(bisect_right(runs, start, key=_end), len(runs)):
        run = runs[index]
        if run.start >= end:
            break
        if run.start > at:
            spans.append(Span(text.plain[at : run.start], style, None, base + at))
            at = run.start
        stop = min(run.end, end)
        both = f"{style} {run.style}" if style and run.style else style or run.style
        spans.append(Span(text.plain[at:stop], both, run.link, base + at))
        at = stop
    if at < end:
        spans.append(Span(text.plain[at:end], style, None, base + at))
    return tuple(spans)


def _end(run: Run) -> int:
    return run.end


def block_text(block: Block) -> str:
    """The text of a block: what counts for offsets; cells of a table are followed by a tab, rows by a newline."""
    if isinstance(block, Paragraph | HeadingBlock | Picture):
        return block.text.plain
    if isinstance(block, Code):
        return block.text
    if isinstance(block, Table):
        rows = (block.header, *block.rows)
        return "\n".join("\t".join(cell.plain for cell in row) for row in rows)
    return ""


def text_length(block: Block) -> int:
    """How many characters of the document's text a block has, the newline after it not counted."""
    return len(block_text(block))


def document_text(document: Document) -> str:
    """The document's own text: its blocks, each followed by a newline."""
    return "".join([block_text(block) + "\n" for block in document.blocks])
