"""The nouns of a document: what an article consists of. Plain data.

The document's own text is the text of its blocks, each followed by one newline: `document_text`. Every place on a page
is an offset into it, in characters, so that it does not depend on a width: a reading position, a match, a heading.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias


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
    list: int = 0
    """The number of the list that an item is of."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block that holds no other: containers are the `levels` around it, outermost first."""

    levels: tuple[Level, ...]
    gap: int
    """Blank lines before it."""
    lang: str = field(default="", kw_only=True)
    """The language of its text, as in "de" or "pt-BR", where it is known."""
    direction: str = field(default="", kw_only=True)
    """"rtl" or "ltr" where the author says so."""


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
    is_picture: bool = False
    """Whether it is a picture of the document that it leads to: the author made no link of it."""


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
    lang: str = ""
    """The language of those blocks that do not say theirs, where it is known."""

    def block_at(self, offset: int) -> int:
        """Return the index of the block at an offset, or 0."""
        return max(0, bisect_right(self.starts, offset) - 1)


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
    return "".join([block_text(block) + "\n" for block in document.blocks])


def links_out(links: Sequence[Link]) -> list[int]:
    """Return which links lead out of a document, by their indices: each address once under each text."""
    seen: set[tuple[str, str]] = set()
    indices = []
    for index, link in enumerate(links):
        if link.target is None and (link.text, link.url) not in seen:
            seen.add((link.text, link.url))
            indices.append(index)
    return indices
