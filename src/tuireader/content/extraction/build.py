"""From the blocks that were chosen to HTML: the page's own elements, with what is shown among them."""

from __future__ import annotations

from html import escape

from tuireader.content.extraction.blocks import WRAPPER, Blocks
from tuireader.content.extraction.page import Element, drop, write

_SCOPE = ("lang", "dir")
_SHOWN = frozenset({"img", "picture", "video", "audio", "iframe", "embed", "object", "hr", "figure", "math"})
_CELLS = frozenset({"td", "th"})


def html_of(blocks: Blocks, chosen: list[bool]) -> str:
    """Return the HTML of the blocks that were chosen, in what holds them on the page; the page is used up."""
    numbers = [number for number, one in enumerate(chosen) if one]
    if not numbers:
        return ""
    builder = _Builder(blocks, chosen)
    root = _common(blocks, numbers)
    builder.prune(root)
    for each in list(root.iter("p")):
        if each.attrib.pop(WRAPPER, None) is not None and _is_alone(each):
            each.tag = "span"  # text of an item, say, beside a list: it was in no paragraph
    return _in_its_language(root)


def _in_its_language(root: Element) -> str:
    """Return an element as HTML, within the language and the direction that its page says for it."""
    said = {name: next((v for each in (root, *root.iterancestors()) if (v := each.get(name))), "") for name in _SCOPE}
    scope = "".join(f' {name}="{escape(value)}"' for name, value in said.items() if value)
    return f"<div{scope}>{write(root)}</div>" if scope else write(root)


def _is_alone(paragraph: Element) -> bool:
    beside = (paragraph.getprevious(), paragraph.getnext())
    return not any(each is not None and each.tag == "p" for each in beside)


def _common(blocks: Blocks, numbers: list[int]) -> Element:
    """Return the innermost element that holds all of these blocks."""
    first, last = (blocks[number].element for number in (numbers[0], numbers[-1]))
    holders = [first, *first.iterancestors()]
    others = {last, *last.iterancestors()}
    return next(each for each in holders if each in others)


class _Builder:
    def __init__(self, blocks: Blocks, chosen: list[bool]) -> None:
        self.blocks = blocks
        self.chosen = chosen
        numbers = [number for number, one in enumerate(chosen) if one]
        self.first, self.last = numbers[0], numbers[-1]

    def prune(self, element: Element) -> None:
        """Drop, in place, all of an element that is not of the article."""
        for child in list(element):
            span = self.blocks.spans.get(child)
            if span is None:
                continue  # within a paragraph
            first, last = span
            if child.tag in _CELLS and (first == last or self._is_of_data(element)):
                continue  # each stands below the head of its column
            if first == last:
                if not self.is_shown(child, first):
                    drop(child)
            elif not any(self.chosen[first:last]):
                drop(child)
            elif last - first > 1 or child is not self.blocks[first].element:
                self.prune(child)

    def _is_of_data(self, row: Element) -> bool:
        """Whether a row has no more than a block in each cell, of which at least half are chosen."""
        spans = [self.blocks.spans.get(each, (0, 0)) for each in row if each.tag in _CELLS]
        filled = [first for first, last in spans if last - first == 1]
        return all(last - first <= 1 for first, last in spans) and 2 * sum(map(self.chosen.__getitem__, filled)) >= len(
            filled
        )

    def is_shown(self, element: Element, at: int) -> bool:
        """Whether something without text is a picture or the like within the article."""
        if not (self.first <= at <= self.last):
            return False
        return element.tag in _SHOWN or any(each.tag in _SHOWN for each in element.iter())
