"""A document for screen readers and braille: visual structure becomes words.

Blocks follow each other without containers, tables or rules; each states its kind, and links their numbers.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, islice
from typing import NamedTuple

from tuireader.content.document.model import (
    NO_TEXT,
    Block,
    Code,
    Document,
    HeadingBlock,
    Level,
    Link,
    Paragraph,
    Picture,
    Rule,
    Run,
    Table,
    Text,
    block_text,
    links_out,
    short_label,
    text_length,
)
from tuireader.text.folding import LOWERED, RAISED
from tuireader.text.sentences import counted

_DRAWN = {**dict.fromkeys(range(0x2500, 0x25A0), " "), ord("▣"): " "}
"""Box-drawing characters, which screen readers spell out."""
_ROLES = {"term": "Term: ", "caption": "Caption: ", "callout": "Note: "}
_TASKS = {"task-open": "To do: ", "task-done": "Done: "}
_NOTE = "footnote-mark"


@dataclass(frozen=True, slots=True)
class Linear:
    """A document in linear form for screen readers, with conversion of offsets from and to its source."""

    document: Document
    source: Document
    origins: tuple[int, ...]
    """The source block of each block."""
    before: tuple[int, ...]
    """Characters before the source's text in each block, such as "Heading 2: "; -1 without such text."""

    def from_source(self, offset: int) -> int:
        """Convert an offset in the source to one in the linear document."""
        if not self.origins or offset <= 0:
            return 0
        block = self.source.block_at(offset)
        first = bisect_left(self.origins, block)
        inside = offset - self.source.starts[block]
        for index in range(first, len(self.origins)):
            if self.origins[index] != block or not inside:
                break
            if self.before[index] >= 0:
                room = text_length(self.document.blocks[index])
                return self.document.starts[index] + min(self.before[index] + inside, room)
        return self.document.starts[min(first, len(self.origins) - 1)]

    def to_source(self, offset: int) -> int:
        """Convert an offset in the linear document to one in the source."""
        if not self.origins or offset <= 0:
            return 0
        index = self.document.block_at(offset)
        block, before = self.origins[index], self.before[index]
        inside = offset - self.document.starts[index] - before if before >= 0 else 0
        return self.source.starts[block] + max(0, min(inside, text_length(self.source.blocks[block])))


def to_linear(document: Document) -> Linear:
    """The linear form of a document, with the same links, pictures and headings."""
    numbers = _link_numbers(document)
    said = list(_said(document, numbers))
    blocks = tuple(each.block for each in said)
    starts = tuple(accumulate((text_length(block) + 1 for block in blocks), initial=0))
    origins = tuple(each.origin for each in said)
    headings = tuple(
        heading._replace(block=at, offset=starts[at])
        for heading in document.headings
        for at in (bisect_left(origins, heading.block),)
    )
    made = replace(document, blocks=blocks, starts=starts[:-1], length=starts[-1], headings=headings)
    linear = Linear(made, document, origins, tuple(each.before for each in said))
    links = tuple(
        link if link.target is None else link._replace(target=linear.from_source(link.target))
        for link in document.links
    )
    return replace(linear, document=replace(made, links=links))


def numbered_links(document: Document) -> list[Link]:
    return [document.links[index] for index in links_out(document.links)]


def _link_numbers(document: Document) -> dict[int, int]:
    numbers = {(link.text, link.url): number for number, link in enumerate(numbered_links(document), 1)}
    return {index: numbers[link.text, link.url] for index, link in enumerate(document.links) if link.target is None}


def linear_text(block: Block) -> str:
    return "\n".join(line.rstrip() for line in block_text(block).split("\n"))


class _LinearBlock(NamedTuple):
    block: Block
    origin: int
    before: int = -1


@dataclass(slots=True)
class _Container:
    """A container: a level, or a list with its items."""

    key: tuple[int | str, ...]
    level: Level
    count: int = 0
    """Number of items of a list; 0 for others."""
    at: int = 0
    """Number of items opened."""
    name: str = ""
    """The name of a container that is no list."""

    @property
    def end(self) -> str:
        return "End of list." if self.count else f"End of {self.name}." if self.name else ""


def _said(document: Document, numbers: dict[int, int]) -> Iterator[_LinearBlock]:
    """Yield the blocks of the linear document."""
    around: list[_Container] = []
    for index, block in enumerate(document.blocks):
        wanted = _containers(block.levels)
        same = 0
        while same < min(len(around), len(wanted)) and around[same].key == wanted[same].key:
            same += 1
        yield from _endings(around[same:], index - 1)
        del around[same:]
        prefix = ""
        for container in wanted[same:]:
            if container.key[-1] in _LISTS:
                container.count = _items(document.blocks, index, len(container.key) - 2)
                yield _LinearBlock(_paragraph(f"{prefix}List of {container.count}."), index)
                prefix = ""
            else:
                if container.level.kind == "quote":
                    container.name = "box" if is_all(block, "strong") else "quote"  # its title comes first
                    prefix += f"{container.name.capitalize()}: "
                prefix += _opening(container.level, around[-1] if around else None)
            around.append(container)
        yield from _of_block(block, index, prefix, numbers)
    yield from _endings(around, len(document.blocks) - 1)


_LISTS = ("bullets", "numbers")


def _endings(ended: Sequence[_Container], index: int) -> Iterator[_LinearBlock]:
    return (_LinearBlock(_paragraph(each.end), index) for each in reversed(ended) if each.end)


def _containers(levels: tuple[Level, ...]) -> list[_Container]:
    """The containers of a block, outermost first."""
    found: list[_Container] = []
    key: tuple[int | str, ...] = ()
    for level in levels:
        if kind := _list_kind(level):
            found.append(_Container((*key, level.list, kind), level))
        key = (*key, level.id)
        found.append(_Container(key, level))
    return found


def _list_kind(level: Level) -> str:
    """The type of an item's list; "" for other levels."""
    if level.kind != "item" or level.role == _NOTE:
        return ""
    return "numbers" if level.marker[:1].isalnum() else "bullets"


def _items(blocks: Sequence[Block], index: int, depth: int) -> int:
    """The number of items of the list that starts with a block, at nesting level `depth`."""
    levels = blocks[index].levels
    outer, kind = [level.id for level in levels[:depth]], (_list_kind(levels[depth]), levels[depth].list)
    items: set[int] = set()
    for block in islice(blocks, index, None):
        levels = block.levels
        if len(levels) <= depth or [level.id for level in levels[:depth]] != outer:
            break
        if (_list_kind(levels[depth]), levels[depth].list) != kind:
            break
        items.add(levels[depth].id)
    return len(items)


def is_all(block: Block, style: str) -> bool:
    text = block.text if isinstance(block, Paragraph) else NO_TEXT
    return len(text.runs) == 1 and text.runs[0].style == style and text.runs[0][:2] == (0, len(text.plain))


def _opening(level: Level, around: _Container | None) -> str:
    """The words that announce a level."""
    if level.kind != "item":
        return ""
    if level.role == _NOTE:
        return f"Footnote {level.marker}: "
    if level.role in _TASKS:
        return _TASKS[level.role]
    if around is None or around.key[-1] != "bullets":
        return f"{level.marker} "
    around.at += 1
    return f"{around.at} of {around.count}: "


def _of_block(block: Block, index: int, prefix: str, numbers: dict[int, int]) -> Iterator[_LinearBlock]:
    """Yield the linear blocks made of a source block; `prefix` announces its containers."""
    scope = (block.lang, "ltr")  # in the order of speech, whatever the language
    if isinstance(block, HeadingBlock):
        before = f"{prefix}Heading {block.level}: "
        text = _text([before, block.text], numbers)
        yield _LinearBlock(
            HeadingBlock((), _AIR, block.level, text, lang=block.lang, direction="ltr"), index, len(before)
        )
    elif isinstance(block, Paragraph):
        before = prefix + _ROLES.get(block.role, "")
        yield _LinearBlock(_paragraph(_text([before, block.text], numbers), *scope), index, len(before))
    elif isinstance(block, Picture):
        before = prefix + ("Picture: " if block.text.plain != "picture" else "")
        text = block.text if block.text.plain != "picture" else block.text._replace(plain="Picture")
        yield _LinearBlock(_paragraph(_text([before, text], numbers), *scope), index, len(before))
    elif isinstance(block, Table):
        yield from (_LinearBlock(_paragraph(text, *scope), index) for text in _rows(block, prefix, numbers))
    elif isinstance(block, Code):
        yield from _code(block, index, prefix)
    elif isinstance(block, Rule):
        yield _LinearBlock(_paragraph(prefix + "Break."), index)


_AIR = 1
"""Blank lines before a heading, where readers pause."""


def _code(block: Code, index: int, prefix: str) -> Iterator[_LinearBlock]:
    lines = block.text.split("\n")
    kind = f"Code in {block.language}" if block.language else "Code"
    yield _LinearBlock(_paragraph(f"{prefix}{kind}, {counted(len(lines), 'line')}:"), index)
    yield _LinearBlock(
        Paragraph((), 0, Text(block.text.translate(_DRAWN), (Run(0, len(block.text), "code", None),))), index, 0
    )
    yield _LinearBlock(_paragraph("End of code."), index)


def _rows(table: Table, prefix: str, numbers: dict[int, int]) -> Iterator[Text]:
    """Yield a table row by row, each cell with its column's heading."""
    columns, rows = counted(len(table.aligns), "column"), counted(len(table.rows), "row")
    yield Text(f"{prefix}Table of {columns} and {rows}.")
    heads = [" ".join(cell.plain.split()) for cell in table.header]
    short = [*map(short_label, heads)]
    for number, row in enumerate(table.rows, 1):
        pieces: list[str | Text] = [f"Row {number}: "]
        for head, cell in zip(heads if number == 1 else short, row, strict=True):
            if cell.plain.strip():
                pieces += ["; " if len(pieces) > 1 else "", f"{head}: " if head else "", cell]
        yield _text([*pieces, "." if len(pieces) > 1 else "empty."], numbers, in_row=True)
    yield Text("End of table.")


def _paragraph(text: Text | str, lang: str = "", direction: str = "") -> Paragraph:
    return Paragraph((), 0, Text(text) if isinstance(text, str) else text, lang=lang, direction=direction)


def _text(pieces: Sequence[str | Text], numbers: dict[int, int], *, in_row: bool = False) -> Text:
    """Texts joined, with words for their styles."""
    plain: list[str] = []
    runs: list[Run] = []
    length = 0

    def put(text: str) -> None:
        nonlocal length
        plain.append(text)
        length += len(text)

    for piece in pieces:
        source = piece if isinstance(piece, Text) else NO_TEXT
        words = source.plain if isinstance(piece, Text) else piece
        words = (words.replace("\n", " ") if in_row else words).translate(_DRAWN)
        at = 0
        for number, run in enumerate(source.runs):
            put(words[at : run.start])
            opening = next((_BEFORE[role] for role in run.style.split() if role in _BEFORE), "")
            put(opening)
            runs.append(Run(length, length + run.end - run.start, run.style, run.link))
            put(words[run.start : run.end])
            at = run.end
            following = source.runs[number + 1] if number + 1 < len(source.runs) else None
            goes_on = following is not None and following.start == run.end and following.link == run.link
            if opening:
                put(")")
            elif run.link in numbers and not goes_on:
                put(f" (link {numbers[run.link]})")
        put(words[at:])
    return Text("".join(plain), tuple(runs))


_BEFORE = {_NOTE: " (note ", "strike": "(struck out: "}
"""Words before a styled range; a bracket closes it."""

_FROM_RAISED = {raised: chr(plain) for plain, raised in reversed(RAISED.items())}
_FROM_LOWERED = {lowered: chr(plain) for plain, lowered in reversed(LOWERED.items())}
_NAMED = {"2": "squared", "3": "cubed"}
_MINUS = str.maketrans({"-": "minus ", "−": "minus "})
_ROOTS = {"√": "square root of ", "∛": "cube root of ", "∜": "fourth root of "}
_SIGNS = re.compile(
    rf"(?P<raised>[{''.join(map(chr, _FROM_RAISED))}]+)|(?P<lowered>[{''.join(map(chr, _FROM_LOWERED))}]+)"
    r"|(?P<root>[√∛∜])|(?P<over>(?<=\))/|(?<=\w)/(?=\())"
)
_WORD = re.compile(r"[^\W\d_]{3,}$")
_SYMBOL = re.compile(r"(?:[A-Z][a-z]?|\d)$")
"""The end of a possible chemical symbol."""
_CONTEXT_LENGTH = 20


def spoken(block: Block) -> str:
    text = linear_text(block)
    return text if is_all(block, "code") else _SIGNS.sub(_in_words, text)


def _in_words(found: re.Match[str]) -> str:
    before = found.string[max(0, found.start() - _CONTEXT_LENGTH) : found.start()]
    if root := found["root"]:
        return _ROOTS[root]
    if found["over"]:
        return ", over "
    if lowered := found["lowered"]:
        plain = lowered.translate(_FROM_LOWERED)
        return plain if plain.isdecimal() and _SYMBOL.search(before) else f" sub {plain.translate(_MINUS)}"
    plain = found["raised"].translate(_FROM_RAISED)
    if not (before[-1:].isalnum() or before[-1:] in {")", "]", "|"}):
        return plain
    if (before[-1].isdecimal() and plain.isalpha()) or _WORD.search(before):
        return plain if plain.isalpha() else f" {plain}"  # "1st", and the number of a note
    return f" {_NAMED[plain]}" if plain in _NAMED else f" to the power of {plain.translate(_MINUS)}"
