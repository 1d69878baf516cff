"""The prose of a page, and the blocks around its article: by their names, as teasers, as buttons. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, islice

from tuireader.content.cleaning.boilerplate import BUTTON
from tuireader.content.extraction.blocks import CELLS, Block, Blocks, Span, is_sentence, is_text
from tuireader.content.extraction.boilerplate_names import SURELY_AROUND, reasons
from tuireader.content.extraction.page import Element, lead_away, outwards, text_of
from tuireader.text.printable import HEADINGS
from tuireader.urls.identity import place

_OVERLAYS = frozenset({"alertdialog", "consent", "cookie", "cookies", "dialog", "gdpr"})
"""Words for what covers a page at first."""
_TITLES_MAX = 3
"""Maximum titles that are looked for in what may be an overlay."""
_COMMENTS = frozenset({"disqus", "respond"})
_MAIN_MIN = 400
"""Minimum letters of prose by which a part is the main one."""
_FEW_LINKS = 0.25
"""Maximum share of prose in links."""
_REMOVED_SHARE_MAX = 0.4
"""Maximum share of the letters outside links that one name can remove."""
_LEFT_MIN = 250
"""Minimum letters outside links that must remain of a page, comments not counted."""
_TEASERS_MIN, _TEASERS_SHARE = 3, 0.8
"""Minimum teasers of a list of teasers, and their minimum share of its parts."""
_TEASER_BLOCKS, _TEASER_TITLE, _TEASER_TEXT = 9, 8, 260
"""Maximum blocks of a teaser, minimum letters of its title, and maximum letters of the rest."""
_NAME_MIN = 6
"""Minimum characters of the last part of an address that tells its chapters from other pages."""
_LINES = frozenset({"dd", "dt", "li", "p"})
_NO_TEASERS = frozenset({"figure", "ol", "ul"})
"""Elements that are no teasers: pictures of a text, and lists in it."""
_ROWS = CELLS | {"tr"}
_FIGURE = re.compile(r"[\W\d_]*(?:\d\s?[kKmM])?[\W\d_]*")
"""A number, or only signs."""
_LINKS = frozenset({
    "breadcrumb", "breadcrumbs", "more on", "pager", "pagination", "read more", "table of", "tagcloud", "taglist",
    "tags", "toc", "tocs",
})  # fmt: skip
"""Words for lists of links."""
_TEXT_MIN = 400
"""Minimum letters of prose in a part that is no list of links."""
_STARS = [*"12345"]
"""The items of a list that is a rating."""
_BUTTON_MAX = 80
_TAG, _PIXEL = re.compile("<[^<>]+>"), re.compile("<img [^<>]{0,20}src=.(?:https?:)?//")
_DATA_MARKS, _DATA_EVERY = 8, 100
"""Minimum marks of JSON in a block of data, and maximum characters for each."""
_NO_BUTTONS = frozenset({*HEADINGS, "dd", "dt", "pre", "td", "th"})


class Prose:
    """The prose of a page: its long blocks with few links, outside of what covers the page at first."""

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks
        self.named = [
            (span, said) for each, span in blocks.spans.items() if span[0] < span[1] and (said := reasons(each))
        ]
        """The range of each element that is named as around the article, with its reasons."""
        sizes = [len(block.key) if is_text(block, _FEW_LINKS) else 0 for block in blocks]
        headings = [number for number, block in enumerate(blocks) if block.element.tag == "h1"]
        self.overlays = [
            (first, last)
            for first, last in _apart(span for span, said in self.named if not said.isdisjoint(_OVERLAYS))
            if not any(first <= number < last for number in headings[:_TITLES_MAX])
        ]
        """The ranges of what covers the page at first."""
        for first, last in self.overlays:
            sizes[first:last] = [0] * (last - first)
        self._before = [0, *accumulate(sizes)]
        self.whole = self._before[-1]
        """Its letters in all."""
        self.unnamed = self.whole - sum(map(self.within, _apart(span for span, _ in self.named)))
        """The letters outside of all named parts."""
        self._titles = (headings[0], headings[-1]) if headings else (-1, -1)
        self._outside_comments = _sentences(blocks, [span for span, _ in self.named])
        self._by_names: dict[frozenset[str], int] = {}
        """The prose in all parts of the same names; in parts within others it counts once."""
        ends: dict[frozenset[str], int] = {}
        for span, said in self.named:
            if span[0] >= ends.get(said, 0):
                ends[said] = span[1]
                self._by_names[said] = self._by_names.get(said, 0) + self.within(span)

    def within(self, span: Span) -> int:
        """The letters of prose in a range of blocks."""
        return self._before[span[1]] - self._before[span[0]]

    def is_unlinked(self, span: Span) -> bool:
        """Whether there is prose in a range of blocks, and hardly any link."""
        return self.within(span) > 0 and self._blocks.link_share(span) < _FEW_LINKS

    def of(self, chosen: Sequence[bool]) -> int:
        """The letters of prose in the chosen blocks."""
        return sum(self.within((number, number + 1)) for number, one in enumerate(chosen) if one)

    def is_main(self, span: Span, said: frozenset[str]) -> bool:
        """Whether a part, or all parts of its names, hold most of the prose, or a part holds all titles with prose.

        Then its names say nothing. Comments may hold more than a short article: they are the main part only where there
        is hardly any other prose.
        """
        size = self.within(span)
        if _are_comments(said):
            return size > self._outside_comments < _LEFT_MIN
        is_most = 2 * max(size, self._by_names[said]) > self.whole
        return size >= _MAIN_MIN and (is_most or span[0] <= self._titles[0] <= self._titles[1] < span[1])


def _are_comments(names: Iterable[str]) -> bool:
    return any(name in _COMMENTS or "comment" in name for name in names)


def _sentences(blocks: Blocks, named: Sequence[Span]) -> int:
    """The letters of sentences, however short, outside all named parts."""
    outside = [
        len(block.key) if is_sentence(block) and block.links < _FEW_LINKS * len(block.key) else 0 for block in blocks
    ]
    for first, last in _apart(named):
        outside[first:last] = [0] * (last - first)
    return sum(outside)


def _apart(spans: Iterable[Span]) -> list[Span]:
    """The ranges that lie in no other one of them; they come in document order."""
    found: list[Span] = []
    for span in spans:
        if not found or span[0] >= found[-1][1]:
            found.append(span)
    return found


_BESIDE_PIECES, _BESIDE_MAX = 20, 200
"""Maximum pieces and characters of the text around a number."""


def blocks_around(blocks: Blocks, prose: Prose, bodies: list[Span], url: str) -> list[bool]:
    """Return, for each block, whether it is around the article, and not part of it.

    Names that would remove most of the text are ignored. Elements with the same names count together, since a theme
    may mark each paragraph. `bodies` are the ranges named as article text: of names that mark no part of them, more is
    removed. `url` is the address of the page.
    """
    found = [_is_button(block) or _is_data(block) for block in blocks]
    plain = [0, *accumulate(len(block.key) - block.links for block in blocks)]
    for first, last in (*_removed(prose, bodies, plain), *prose.overlays):
        found[first:last] = [True] * (last - first)
    left = sum(len(block.key) - block.links for block, out in zip(blocks, found, strict=True) if not out)
    for teasers in _teasers(blocks, url):
        size = sum(plain[last] - plain[first] for first, last in teasers)
        if size <= min(_REMOVED_SHARE_MAX * plain[-1], left - _LEFT_MIN):
            left -= size
            for first, last in teasers:
                found[first:last] = [True] * (last - first)
    return found


def _removed(prose: Prose, bodies: list[Span], plain: Sequence[int]) -> Iterator[Span]:
    """Yield the ranges of the parts that are removed for their names; `plain` are the letters before each block."""
    starts = {first for first, _ in bodies}
    named_before = [0, *accumulate(number in starts for number in range(len(plain) - 1))]

    def is_elsewhere(parts: list[Span]) -> bool:
        """Whether the page names article text, but none in these parts."""
        return bool(bodies) and not any(named_before[last] - named_before[first] for first, last in parts)

    groups: dict[frozenset[str], list[Span]] = {}
    for span, said in prose.named:
        if said <= _LINKS and (prose.within(span) >= _TEXT_MIN or prose.is_unlinked(span)):
            continue  # whatever it is called, it is text
        if is_elsewhere([span]) or not prose.is_main(span, said):
            groups.setdefault(said, []).append(span)
    for said, spans in groups.items():
        parts = _apart(spans)
        size = sum(plain[last] - plain[first] for first, last in parts)
        is_sure = _are_comments(said) or not said.isdisjoint(SURELY_AROUND)
        left = 0 if is_elsewhere(parts) else _LEFT_MIN
        if size <= max(_REMOVED_SHARE_MAX * plain[-1], plain[-1] - left if is_sure else 0):
            yield from parts


def _is_button(block: Block) -> bool:
    """Whether a block is only a button label or an advertisement notice."""
    if len(block.text) > _BUTTON_MAX or block.element.tag in _NO_BUTTONS or not BUTTON.fullmatch(block.text):
        return False
    if block.element.tag == "li" and block.text in _STARS:
        items = islice(block.element.getparent().iterchildren("li"), len(_STARS) + 1)
        return [text_of(each) for each in items] in (_STARS, _STARS[::-1])
    if _FIGURE.fullmatch(block.text) and (block.element.tag != "div" or _has_words_beside(block)):
        return False
    around = tuple(outwards(block.element, 2))
    if block.links == 0 and any(each.tag == "li" for each in around):
        return False
    return not any(each.tag in _NO_BUTTONS for each in around[1:])


def _is_data(block: Block) -> bool:
    """Whether a block is the source of a tracking pixel, or the JSON of an attribute that was not closed."""
    if block.element.tag not in _NO_BUTTONS and _PIXEL.search(block.text) and not _TAG.sub("", block.text).strip():
        return True
    if block.element.tag in _NO_BUTTONS or not any(mark in block.text for mark in ('":"', '":{', "<\\/")):
        return False
    marks = block.text.count('":') + block.text.count("\\u00") + block.text.count("<\\/")
    return marks >= _DATA_MARKS and marks * _DATA_EVERY >= len(block.text)


def _has_words_beside(block: Block) -> bool:
    """Whether a number is in a small part with a few words: that of an ingredient, say."""
    beside = " ".join("".join(islice(block.element.getparent().itertext(), _BESIDE_PIECES)).split())
    return len(beside) <= _BESIDE_MAX and any(map(str.isalpha, beside)) and not BUTTON.fullmatch(beside)


def _teasers(blocks: Blocks, url: str) -> Iterator[list[Span]]:
    """Yield the ranges of lists of teasers: sibling elements, each short, with a linked title.

    Lists that link to other sites are kept: they are the subject of a newsletter or round-up. So are the chapters of
    the page, whose addresses are below its own.
    """
    tables = {table for each in blocks.spans if each.tag == "th" for table in each.iterancestors("table")}
    for element in blocks.spans:
        groups: dict[tuple[str, str], list[Element]] = {}
        for child in element if len(element) >= _TEASERS_MIN else ():
            if child.tag not in _NO_TEASERS and (span := blocks.spans.get(child)) and span[0] < span[1]:
                groups.setdefault((child.tag, child.get("class", "")), []).append(child)
        for parts in groups.values():
            if parts[0].tag in _ROWS and next(parts[0].iterancestors("table"), None) in tables:
                continue  # of a table with headings, and not of a page's layout
            spans = [blocks.spans[part] for part in parts]
            teasers = [span for span in spans if _is_teaser(span, blocks)] if len(spans) >= _TEASERS_MIN else []
            are_most = len(teasers) >= max(_TEASERS_MIN, _TEASERS_SHARE * len(spans))
            if are_most and not lead_away(parts, url) and not _are_chapters(parts, url):
                yield teasers


def _are_chapters(parts: Sequence[Element], url: str) -> bool:
    """Whether most parts link to addresses below that of the page."""
    name = place(url).partition("?")[0].rpartition("/")[2]
    if len(name) < _NAME_MIN:
        return False
    below = [any(f"/{name}/" in link.get("href", "") for link in part.iter("a")) for part in parts]
    return sum(below) > len(parts) / 2


def _is_teaser(span: Span, blocks: Blocks) -> bool:
    """Whether some blocks are a linked title with hardly more than a sentence or two."""
    first, last = span
    if last - first > _TEASER_BLOCKS or blocks.link_share(span) == 0:
        return False
    parts = [blocks[number] for number in range(first, last)]
    if sum(len(block.key) - block.links for block in parts) > _TEASER_TEXT:
        return False
    if len(parts) > 1:
        return any(block.links >= 0.8 * len(block.key) >= _TEASER_TITLE and _leads_on(block) for block in parts)
    return parts[0].element.tag not in _LINES.union(HEADINGS) and parts[0].links >= _TEASER_TITLE


def _leads_on(block: Block) -> bool:
    """Whether a linked block leads to another page: the titles of folded parts are links within theirs."""
    links = [*block.element.iter("a"), *block.element.iterancestors("a")]
    return any(not link.get("href", "").startswith("#") for link in links)
