"""The nouns of a document: what an article consists of. Plain data.

The document's own text is the text of its blocks, each followed by one newline: `document_text`. Every place on a page
is an offset into it, in characters, so that it does not depend on a width: a reading position, a match, a heading.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, takewhile
from typing import Literal, NamedTuple, TypeAlias

NOTE = "footnote-mark"
"""The role of a footnote's mark."""
_LABEL_MAX = 40
"""Maximum characters of a column heading that is repeated in each row."""


class Run(NamedTuple):
    """A range of a text, from `start` to before `end`, with its styles and link."""

    start: int
    end: int
    style: str
    link: int | None


class Text(NamedTuple):
    """Text with ordered, disjoint runs; a newline is a hard break."""

    plain: str
    runs: tuple[Run, ...] = ()
    hyphens: tuple[int, ...] = ()
    """Offsets of possible hyphens (soft hyphens, which are not part of `plain`)."""


NO_TEXT = Text("")


LevelKind: TypeAlias = Literal["quote", "item", "indent", "callout"]


class Level(NamedTuple):
    """A container around a block, drawn as a prefix of its lines."""

    kind: LevelKind
    id: int
    """Equal for blocks in the same container."""
    marker: str = ""
    """A bullet or number, drawn before the first block, right-aligned in `width`."""
    width: int = 2
    """Cells of the prefix."""
    role: str = "margin"
    list: int = 0
    """The number of an item's list."""


@dataclass(frozen=True, slots=True)
class Block:
    """A leaf block; its containers are its `levels`, outermost first."""

    levels: tuple[Level, ...]
    gap: int
    """Blank lines before it."""
    lang: str = field(default="", kw_only=True)
    """The language of its text, such as "de" or "pt-BR", if known."""
    direction: str = field(default="", kw_only=True)
    """"rtl" or "ltr" if stated."""


@dataclass(frozen=True, slots=True)
class Paragraph(Block):
    """A paragraph; `role` is its kind unless ordinary ("term", "caption", "footnote", "callout")."""

    text: Text
    role: str = ""
    formula: str = field(default="", kw_only=True)
    """The TeX or MathML of a paragraph that is a formula."""


@dataclass(frozen=True, slots=True)
class HeadingBlock(Block):
    """A heading of level 1 to 6."""

    level: int
    text: Text


@dataclass(frozen=True, slots=True)
class Code(Block):
    """Preformatted text without the last newline; `language` as stated, or ""."""

    text: str
    language: str = ""
    source: str = ""
    """The text with its tabs, if it has any: for copies."""


@dataclass(frozen=True, slots=True)
class Table(Block):
    """A table: rows have as many cells as there are alignments; the header row may be empty."""

    header: tuple[Text, ...]
    rows: tuple[tuple[Text, ...], ...]
    aligns: tuple[Literal["left", "center", "right"], ...]


@dataclass(frozen=True, slots=True)
class Rule(Block):
    """A thematic break."""


@dataclass(frozen=True, slots=True)
class Picture(Block):
    """A picture block: `image` is its index, `text` its alternative."""

    text: Text
    image: int


class Link(NamedTuple):
    """A link; `target` is the offset of a target in the document."""

    text: str
    url: str
    target: int | None = None
    is_picture: bool = False
    """Whether it leads to a picture, without a link by the author."""


class Image(NamedTuple):
    """An image of the document."""

    alt: str
    url: str


class Heading(NamedTuple):
    """A heading for the contents: block and offset."""

    level: int
    text: str
    block: int
    offset: int


@dataclass(frozen=True, slots=True)
class Document:
    """A document, independent of any width."""

    title: str
    authors: tuple[str, ...]
    blocks: tuple[Block, ...]
    links: tuple[Link, ...]
    images: tuple[Image, ...]
    headings: tuple[Heading, ...]
    starts: tuple[int, ...]
    """The offset of each block."""
    length: int
    lang: str = ""
    """The default language of blocks, if known."""
    hyphenated: frozenset[str] = frozenset()
    """Other languages in which words are divided: each takes a dictionary to be loaded."""

    def block_at(self, offset: int) -> int:
        """Return the index of the block at an offset, or 0."""
        return max(0, bisect_right(self.starts, offset) - 1)


def short_label(label: str) -> str:
    """A column heading, shortened to be repeated in each row of a long table."""
    return label if len(label) <= _LABEL_MAX else f"{label[: _LABEL_MAX - 1].rstrip()}…"


def block_text(block: Block) -> str:
    """A block's text as counted in offsets; a tab follows table cells, a newline rows."""
    if isinstance(block, Paragraph | HeadingBlock | Picture):
        return block.text.plain
    if isinstance(block, Code):
        return block.text
    if isinstance(block, Table):
        rows = (block.header, *block.rows)
        return "\n".join("\t".join(cell.plain for cell in row) for row in rows)
    return ""


def sections(document: Document) -> Iterator[tuple[int, range]]:
    """Yield the block of each heading, with the blocks of its section: all up to the next heading of its level."""
    stack: list[Heading] = []
    for heading in (*document.headings, Heading(0, "", len(document.blocks), document.length)):
        while stack and heading.level <= stack[-1].level:
            block = stack.pop().block
            yield block, range(block + 1, heading.block)
        stack.append(heading)


def stops(document: Document) -> Iterator[tuple[int, int]]:
    """Yield what the keyboard cursor stops at, with its offset: links; code and tables as the complement of a block."""
    for number, (block, start) in enumerate(zip(document.blocks, document.starts, strict=True)):
        if isinstance(block, Code | Table):
            yield start, ~number
        cells = [cell for row in (block.header, *block.rows) for cell in row] if isinstance(block, Table) else []
        at, last = start, None
        for text in cells or ([block.text] if isinstance(block, Paragraph | HeadingBlock | Picture) else []):
            for run in text.runs:
                if run.link is not None and run.link != last:
                    yield at + run.start, run.link
                last = run.link if run.link is not None else last
            at += len(text.plain) + 1


def note_at(document: Document, offset: int) -> range:
    """The blocks of the footnote that begins at an offset; none if there is no note."""
    first = document.block_at(offset)
    marks = [level.id for level in document.blocks[first].levels if level.role == NOTE]
    inside = takewhile(
        lambda block: marks and marks[0] in (level.id for level in block.levels), document.blocks[first:]
    )
    return range(first, first + sum(1 for _ in inside))


def part_of(document: Document, blocks: range) -> Document:
    """Some blocks as a document of their own, with the same links, and no headings."""
    part = (replace(document.blocks[blocks.start], gap=0), *document.blocks[blocks.start + 1 : blocks.stop])
    *starts, length = 0, *accumulate(text_length(block) + 1 for block in part)
    return replace(document, blocks=part, headings=(), starts=tuple(starts), length=length)


def text_length(block: Block) -> int:
    """Characters of a block in the document's text, without the newline after it."""
    return len(block_text(block))


def document_text(document: Document) -> str:
    return "".join([block_text(block) + "\n" for block in document.blocks])


def links_out(links: Sequence[Link]) -> list[int]:
    """Indices of outgoing links, each address once per text."""
    seen: set[tuple[str, str]] = set()
    indices = []
    for index, link in enumerate(links):
        if link.target is None and (link.text, link.url) not in seen:
            seen.add((link.text, link.url))
            indices.append(index)
    return indices
