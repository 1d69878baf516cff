"""The blocks of a page: every element with text of its own, numbered in document order. Pure, over lxml's trees."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from tuireader.content.extraction.page import Element, allowed, drop, text_of
from tuireader.text.folding import letters
from tuireader.text.printable import BLOCKS, HEADINGS

_SENTENCES = re.compile("[,.;:!?،؛。、，；！？]")
_WHOLE = frozenset({"pre", *HEADINGS})
"""Elements that are one block, whatever they contain."""
_HOLDERS = BLOCKS | {"body", "dialog", "hr"}


WRAPPER = "data-wrapper"
"""The attribute that marks a paragraph added around loose text between blocks."""


class Block(NamedTuple):
    """An element with text of its own that contains no other block."""

    element: Element
    text: str
    """Its text on one line."""
    key: str
    """Its letters and digits: the same however the text is marked up and spaced."""
    links: int
    """Number of letters of `key` that are inside links."""
    marks: int
    """Number of punctuation marks."""


TEXT_MIN = 90
"""Minimum letters of a block of text, as opposed to a line between other things."""


CELLS = frozenset({"td", "th"})


def kind_of(element: Element) -> tuple[str, ...]:
    """The tags and classes of an element and its parent, which those of its like share."""
    return tuple(str(name) for each in (element, element.getparent()) for name in (each.tag, each.get("class", "")))


def is_text(block: Block, linked: float, least: int = TEXT_MIN) -> bool:
    """Whether a block has at least `least` letters, and less than the share `linked` of them in links."""
    return len(block.key) >= least and block.links < linked * len(block.key)


_SENTENCE_MIN, _STOPS = 40, tuple('.!?…。！？”"')
"""Minimum letters of a short sentence, and its endings."""


def is_sentence(block: Block) -> bool:
    """Whether a block is a sentence or more, however short."""
    return len(block.key) >= _SENTENCE_MIN and block.text.endswith(_STOPS)


_GOES_ON = (":", "：")
"""Endings of a block that introduces the next one."""


def goes_on(block: Block) -> bool:
    """Whether a block introduces the next one."""
    return block.text.endswith(_GOES_ON)


def is_announcement(block: Block) -> bool:
    """Whether a block is a sentence that introduces the next one: a label is not long enough."""
    return goes_on(block) and len(block.key) >= _SENTENCE_MIN


EXCERPT_MIN, _EXCERPT_MAX = 20, 45
"""Minimum and maximum letters of an excerpt by which the beginning of a text is recognized."""


def beginning_of(excerpt: str) -> str:
    """The first letters of an excerpt; "" if they are too few to recognize a text."""
    key = letters(excerpt)[:_EXCERPT_MAX]
    return key if len(key) >= EXCERPT_MIN else ""


Span = tuple[int, int]
"""A range of blocks: the first number, and one past the last."""


class Blocks:
    """The blocks of a page, and the range of blocks in each element."""

    def __init__(self, body: Element) -> None:
        """Number the blocks of a page; wrap loose text between blocks in paragraphs, in place."""
        self._blocks: list[Block] = []
        self.spans: dict[Element, Span] = {}
        """The range of blocks of each element that is or contains a block, in document order."""
        self._holding = _holding(body)
        self._walk(body, is_linked=False)
        self._sizes = [0, *accumulate(len(each.key) for each in self._blocks)]
        self._links = [0, *accumulate(each.links for each in self._blocks)]

    def __len__(self) -> int:
        return len(self._blocks)

    def __iter__(self) -> Iterator[Block]:
        return iter(self._blocks)

    def __getitem__(self, number: int) -> Block:
        return self._blocks[number]

    def size_of(self, chosen: Sequence[bool]) -> int:
        return sum(len(block.key) for block, one in zip(self._blocks, chosen, strict=True) if one)

    def drop(self, unwanted: Sequence[bool]) -> None:
        """Remove, in place, the elements that contain only unwanted blocks."""
        end, dropped = 0, []
        for each, (first, last) in self.spans.items():
            if end <= first < last and all(unwanted[first:last]) and each.tag != "body":
                dropped.append(each)
                end = last
        drop(dropped)

    def size(self, span: Span) -> int:
        return self._sizes[span[1]] - self._sizes[span[0]]

    def link_share(self, span: Span) -> float:
        size = self.size(span)
        return (self._links[span[1]] - self._links[span[0]]) / size if size else 0.0

    def _walk(self, element: Element, *, is_linked: bool) -> None:
        first = len(self._blocks)
        self.spans[element] = (first, first)  # in the order of the page
        if element in self._holding:
            is_linked = is_linked or element.tag == "a"
            for child in _parts(element, self._holding):
                self._walk(child, is_linked=is_linked)
        elif text := text_of(element):
            key = letters(text)
            links = len(key) if is_linked else sum(len(letters(text_of(each))) for each in element.iter("a"))
            self._blocks.append(Block(element, text, key, links, len(_SENTENCES.findall(text))))
        self.spans[element] = (first, len(self._blocks))


def _holding(body: Element) -> set[Element]:
    """The elements that contain blocks, or lines separated by a blank one."""
    holding = {body}
    for each in body.iter():
        if (each.tag in _HOLDERS or (each.tag == "br" and _is_doubled(each))) and each is not body:
            above: list[Element] = []
            for around in each.iterancestors():
                if around in holding:
                    holding.update(above)
                    break
                above = [] if around.tag in _WHOLE else [*above, around]
    return holding


def _is_doubled(line_break: Element) -> bool:
    following = line_break.getnext()
    return following is not None and following.tag == "br" and not (line_break.tail or "").strip()


def _parts(element: Element, holding: set[Element]) -> Iterator[Element]:
    """Yield the parts of an element that contains blocks, with loose text wrapped in paragraphs."""
    before: list[Element | str] = [element.text] if (element.text or "").strip() else []
    element.text = None
    for child in list(element):
        is_break = child.tag == "br" and _is_doubled(child)
        if not (is_break or child.tag in _HOLDERS or child in holding):
            before.append(child)
            if child.tail:
                before.append(child.tail)
            continue
        if before:
            yield from _paragraph(element, child, before)
            before = []
        if not is_break:
            yield child
        if child.tail and child.tail.strip():
            before.append(child.tail)
        child.tail = None
    if before:
        yield from _paragraph(element, None, before)


def _paragraph(around: Element, following: Element | None, run: list[Element | str]) -> Iterator[Element]:
    """Wrap a run of text and inline elements in a paragraph, unless it is empty."""
    elements = [each for each in run if not isinstance(each, str)]
    if not any(isinstance(each, str) and each.strip() for each in run) and all(each.tag == "br" for each in elements):
        return
    paragraph = around.makeelement("p", {WRAPPER: ""})
    if following is None:
        around.append(paragraph)
    else:
        following.addprevious(paragraph)
    last: Element | None = None
    for each in run:
        if not isinstance(each, str):
            each.tail = None
            paragraph.append(each)
            last = each
        elif last is None:
            paragraph.text = (paragraph.text or "") + allowed(each)
        else:
            last.tail = (last.tail or "") + allowed(each)
    yield paragraph
