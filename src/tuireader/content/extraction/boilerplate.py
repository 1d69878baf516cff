"""Which blocks of a page stand around its article: menus, comments, advertisements, other articles, buttons."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

from tuireader.content.cleaning.phrases import BUTTON
from tuireader.content.extraction.blocks import Block, Blocks, Span
from tuireader.content.extraction.page import Element, lead_away, outwards
from tuireader.content.extraction.part_names import SURELY_AROUND, reasons
from tuireader.text.html_elements import HEADINGS

_MOST = 0.4
"""The share of the letters outside of links that is never taken for something around the article."""
_LEFT_MIN = 250
"""Such letters that must be left of a page without its comments."""
_TEASERS_MIN, _TEASERS_SHARE = 3, 0.8
"""Teasers that make a list of them, and the share of its parts that they are."""
_TEASER_BLOCKS, _TEASER_TITLE, _TEASER_TEXT = 9, 8, 260
"""Blocks of a teaser at most, letters of its title at least, and of the rest at most."""
_LINES = frozenset({"dd", "dt", "li", "p"})
_BUTTON_MAX = 80
_NO_BUTTONS = frozenset({*HEADINGS, "dd", "dt", "pre", "td", "th"})


def found_in(blocks: Blocks, bodies: list[Span], url: str) -> list[bool]:
    """Say of each block whether it is of something around the article; what holds most of the text never is.

    What is called the same counts together: a theme may mark each paragraph in this way. `bodies` are what is called
    the body of an article: where there is one elsewhere, much may stand around it. `url` is the address of the page.
    """
    found = [_is_button(block) for block in blocks]
    plain = [0, *accumulate(len(block.key) - block.links for block in blocks)]
    groups: dict[frozenset[str], list[Span]] = {}
    for each, span in blocks.spans.items():
        if span[0] < span[1] and (said := reasons(each)):
            spans = groups.setdefault(said, [])
            if not spans or span[0] >= spans[-1][1]:
                spans.append(span)
    for said, spans in groups.items():
        size = sum(plain[last] - plain[first] for first, last in spans)
        is_sure = not said.isdisjoint(SURELY_AROUND)
        is_elsewhere = bodies and not any(first <= body[0] < last for first, last in spans for body in bodies)
        most = max(_MOST * plain[-1], plain[-1] - (0 if is_elsewhere else _LEFT_MIN) if is_sure else 0)
        if size <= most:
            for first, last in spans:
                found[first:last] = [True] * (last - first)
    for teasers in _teasers(blocks, url):
        if sum(plain[last] - plain[first] for first, last in teasers) <= _MOST * plain[-1]:
            for first, last in teasers:
                found[first:last] = [True] * (last - first)
    return found


def _is_button(block: Block) -> bool:
    """True if a block is only a button label or an advertisement notice."""
    if len(block.text) > _BUTTON_MAX or block.element.tag in _NO_BUTTONS or not BUTTON.fullmatch(block.text):
        return False
    if not any(map(str.isalpha, block.text)) and block.element.tag != "div":
        return False
    around = tuple(outwards(block.element, 2))
    if block.links == 0 and any(each.tag == "li" for each in around):
        return False
    return not any(each.tag in _NO_BUTTONS for each in around[1:])


def _teasers(blocks: Blocks, url: str) -> Iterator[list[Span]]:
    """Yield which blocks are of lists of other articles: parts of one kind side by side, each short, under a link.

    What leads to other sites is no such list: it is what the article tells of, in a letter or a round-up.
    """
    for element in blocks.spans:
        groups: dict[tuple[str, str], list[Element]] = {}
        for child in element if len(element) >= _TEASERS_MIN else ():
            if (span := blocks.spans.get(child)) and span[0] < span[1]:
                groups.setdefault((child.tag, child.get("class", "")), []).append(child)
        for parts in groups.values():
            spans = [blocks.spans[part] for part in parts]
            teasers = [span for span in spans if _is_teaser(span, blocks)] if len(spans) >= _TEASERS_MIN else []
            if len(teasers) >= max(_TEASERS_MIN, _TEASERS_SHARE * len(spans)) and not lead_away(parts, url):
                yield teasers


def _is_teaser(span: Span, blocks: Blocks) -> bool:
    """Whether some blocks are a title that is a link, and hardly more than a sentence or two."""
    first, last = span
    if last - first > _TEASER_BLOCKS or blocks.links(span) == 0:
        return False
    parts = [blocks[number] for number in range(first, last)]
    if sum(len(block.key) - block.links for block in parts) > _TEASER_TEXT:
        return False
    if len(parts) > 1:
        return any(block.links >= 0.8 * len(block.key) >= _TEASER_TITLE for block in parts)
    return parts[0].element.tag not in _LINES.union(HEADINGS) and parts[0].links >= _TEASER_TITLE
