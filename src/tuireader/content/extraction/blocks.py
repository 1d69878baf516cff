"""The blocks of a page: everything with text of its own, numbered as it stands. Pure, over lxml's trees."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from tuireader.content.extraction.page import Element, allowed, drop, text_of
from tuireader.text.folding import letters
from tuireader.text.html_elements import BLOCKS, HEADINGS

_SENTENCES = re.compile("[,.;:!?،؛。、，；！？]")
_WHOLE = frozenset({"pre", *HEADINGS})
"""What is one block, whatever stands in it."""
_HOLDERS = BLOCKS | {"body", "dialog", "hr"}


WRAPPER = "data-wrapper"
"""The mark of a paragraph that was put around text which stood between blocks."""


class Block(NamedTuple):
    """An element with text of its own, and no block in it."""

    element: Element
    text: str
    """On one line."""
    key: str
    """Its letters and digits: what remains the same however it is marked and spaced."""
    links: int
    """How many of these are in links."""
    marks: int
    """How many marks of punctuation there are in it."""


TEXT_MIN = 90
"""Letters of a block that is text, not a line between other things."""


def is_text(block: Block, linked: float) -> bool:
    return len(block.key) >= TEXT_MIN and block.links < linked * len(block.key)


Span = tuple[int, int]
"""From one block to before another, by their numbers."""


class Blocks:
    """The blocks of a page, and which of them each element holds."""

    def __init__(self, body: Element) -> None:
        """Number the blocks of a page; text that stands between blocks is put, in place, into paragraphs."""
        self._blocks: list[Block] = []
        self.spans: dict[Element, Span] = {}
        """Which blocks the elements have that are blocks or hold some, in the order of the page."""
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
        """Take, in place, those elements out of the page that hold nothing but blocks that are unwanted."""
        end = 0
        for each, (first, last) in self.spans.items():
            if end <= first < last and all(unwanted[first:last]) and each.tag != "body":
                drop(each)
                end = last

    def size(self, span: Span) -> int:
        return self._sizes[span[1]] - self._sizes[span[0]]

    def links(self, span: Span) -> float:
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
    """The elements that hold blocks, or lines with a blank one between."""
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
    """Yield the parts of an element that holds blocks, with what stands between these in paragraphs."""
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
    """Put a run of text and of elements within lines into a paragraph, unless there is nothing in it."""
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
