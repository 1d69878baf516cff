"""Scores of how likely elements hold the article, and the text and metadata that trafilatura finds."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from functools import cached_property, partial
from itertools import islice
from typing import Any

from htmldate import find_date
from trafilatura import bare_extraction
from trafilatura.metadata import examine_meta, extract_author, extract_title
from trafilatura.utils import decode_file

from tuireader.content.cleaning.boilerplate import END
from tuireader.content.extraction.blocks import Block, Blocks, Span, goes_on, is_sentence, is_text, kind_of
from tuireader.content.extraction.boilerplate_names import is_one_of_many, weight
from tuireader.content.extraction.page import Element, lead_away, outwards, uncrowded
from tuireader.errors import UNEXPECTED
from tuireader.text.printable import HEADINGS

_SHORTEST = 20
"""Minimum letters of a block that scores."""
_LEVELS = 5
"""How many ancestors a block scores for."""
_BY_TAG = {
    **dict.fromkeys(("article", "main", "div"), 5),
    **dict.fromkeys(("pre", "td", "blockquote"), 3),
    **dict.fromkeys(("address", "ol", "ul", "dl", "dd", "dt", "li", "form"), -3),
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6", "th"), -5),
}
_AS_GOOD = 0.75
"""Share of the best score from which an element is as good."""
_AS_GOOD_MIN = 3
"""How many elements as good as the best make their container the best."""
_PARTS_OF_TEXT = frozenset({"blockquote", "dd", "dl", "dt", "li", "ol", "p", "pre", "table", "tbody", "tr", "ul"})
"""Elements that are part of an article, never the whole."""
_SECTIONS_DEEP = 5
"""How many ancestors of the best element are searched for sections."""
_HEADED, _SECTION_MIN = 2, 100
"""Maximum blocks of a section before its heading, and minimum letters."""
_BESIDE = 0.2
"""Minimum share of the best score of a sibling that belongs to the article."""
_TRIED = 5
_CONDITIONAL = frozenset({"div", "section", "ul", "ol", "dl", "fieldset", "header", "article", "details", "form"})
_LISTS = frozenset({"ul", "ol", "dl"})
_CALLED_LISTS = frozenset({"list"})
"""The word in the names of lists that says nothing more."""
_FEW_LINKS, _MANY_LINKS, _NEARLY_ALL = 0.33, 0.5, 0.75
"""Maximum shares of text in links: of prose, of a list, and of anything."""
_REMOVED_SHARE_MAX = 0.4
"""Maximum share of the best element's text that can be removed as unlike the article."""
_PROSE = 10
"""Punctuation marks outside links from which a part is prose, whatever its names."""


def best_part(blocks: Blocks, around: list[bool]) -> tuple[Element | None, list[bool]]:
    """Return the element that most likely holds the article, and its blocks with those of siblings that belong to it.

    Blocks `around` the article are excluded. None if no block scores.
    """
    points = _points(blocks, around)
    chosen = [False] * len(blocks)
    if not points:
        return None, chosen
    scored = {each: found * (1 - blocks.link_share(blocks.spans[each])) for each, found in points.items()}
    best = _whole(_shared(scored), blocks, around)
    for first, last in _with_siblings(best, scored, blocks):
        for number in range(first, last):
            chosen[number] = not around[number]
    return best, chosen


def _points(blocks: Blocks, around: list[bool]) -> dict[Element, float]:
    points: dict[Element, float] = {}
    for number, block in enumerate(blocks):
        if around[number] or len(block.key) < _SHORTEST:
            continue
        given = 1 + block.marks + min(len(block.text) // 100, 3)
        for level, each in enumerate(islice(block.element.iterancestors(), _LEVELS)):
            if each.tag == "html":
                break
            if each not in points:
                points[each] = _BY_TAG.get(each.tag, 0) + weight(each)
            points[each] += given / (1, 2, 6, 9, 12)[level]
    return points


def _shared(scored: dict[Element, float]) -> Element:
    """Return the best element, or the container of several elements as good."""
    ranked = sorted(scored, key=scored.__getitem__, reverse=True)[:_TRIED]
    best = ranked[0]
    good = [set(each.iterancestors()) for each in ranked[1:] if scored[each] >= _AS_GOOD * scored[best]]
    if len(good) >= _AS_GOOD_MIN:
        for each in best.iterancestors():
            if each.tag in {"body", "html"}:
                break
            if sum(each in around for around in good) >= _AS_GOOD_MIN:
                return each
    return best


def _whole(part: Element, blocks: Blocks, around: list[bool]) -> Element:
    """Return the container of all sections of the document, if an element is or is in one of them.

    Sections are sibling elements of one kind, each with a heading, and none an article of its own.
    """
    while part.tag in _PARTS_OF_TEXT and (around_it := part.getparent()) is not None:
        part = around_it
    best = part
    for each in outwards(part, _SECTIONS_DEEP):
        holder = each.getparent()
        if each.tag == "body" or holder is None:
            break
        if _is_section(each, blocks, around) and any(
            other is not each
            and (other.tag, other.get("class")) == (each.tag, each.get("class"))
            and _is_section(other, blocks, around)
            for other in holder
        ):
            best = holder
    return _with_alike(best, blocks, around)


def _with_alike(part: Element, blocks: Blocks, around: list[bool]) -> Element:
    """Return the container of a part of the page, and of the blocks below headings like its own in the main element."""
    mains = (each for each in part.iterancestors() if each.tag in {"main", "body"} or each.get("role") == "main")
    main = next(mains, None)
    span, within = blocks.spans[part], blocks.spans.get(main, (0, 0))
    headings = [
        (number, kind_of(blocks[number].element))
        for number in range(*within)
        if blocks[number].element.tag in HEADINGS and blocks[number].element.get("class") and not around[number]
    ]
    while kinds := {kind for number, kind in headings if span[0] <= number < span[1]}:
        alike = [number for number, kind in headings if kind in kinds]
        if span[0] <= alike[0] and alike[-1] < span[1]:
            break
        holders = {blocks[alike[-1]].element, *blocks[alike[-1]].element.iterancestors(), main}
        first = set(blocks[alike[0]].element.iterancestors())
        part = next(each for each in outwards(part, 1000) if each in holders and each in first)
        span = blocks.spans[part]
    return part


def _is_section(element: Element, blocks: Blocks, around: list[bool]) -> bool:
    """Whether an element is a section of a document: with a heading, text below it, and no article inside."""
    span = blocks.spans.get(element)
    is_kind = element.tag == "section" or (element.tag == "div" and element.get("class"))
    if not is_kind or span is None or is_one_of_many(element):
        return False
    numbers = [number for number in range(*span) if not around[number]]
    with_heading = any(blocks[number].element.tag in HEADINGS for number in numbers[:_HEADED])
    text = sum(len(blocks[number].key) for number in numbers if 2 * blocks[number].links < len(blocks[number].key))
    return with_heading and text >= _SECTION_MIN


def _with_siblings(best: Element, scored: dict[Element, float], blocks: Blocks) -> Iterator[Span]:
    """Yield the ranges of the best element and of similar siblings."""
    yield blocks.spans[best]
    around = best.getparent()
    if around is None or best.tag == "body":
        return
    enough = max(10.0, scored.get(best, 0) * _BESIDE)
    classes = best.get("class", "")
    for each in around:
        span = blocks.spans.get(each)
        if each is best or span is None or span[0] == span[1]:
            continue
        bonus = scored.get(best, 0) * _BESIDE if classes and each.get("class") == classes else 0
        if (each in scored and scored[each] + bonus >= enough) or (each.tag == "p" and _is_prose(span, blocks)):
            yield span


def _is_prose(span: Span, blocks: Blocks) -> bool:
    size, links = blocks.size(span), blocks.link_share(span)
    return (size > 60 and links < 0.25) or (links == 0 and blocks[span[0]].text.endswith("."))


def _is_table(part: Element) -> bool:
    """Whether a part contains a table, whose cells are kept or removed only together."""
    return next(part.iter("table"), None) is not None


def _is_of_text(part: Element, before: Block | None, url: str) -> bool:
    """Whether links within the text belong to it: in order, to other sites, or under a heading of the article."""
    if part.tag == "ol" or lead_away([part], url):
        return True
    return before is not None and before.element.tag in HEADINGS and not END.fullmatch(before.text)


def unlike(best: Element, blocks: Blocks, matched: list[bool], url: str) -> Iterator[int]:
    """Yield the blocks within the best element that are unlike an article: mostly links, or a form.

    Blocks `matched` by trafilatura's text are kept in parts that no class name speaks against.
    """
    within = blocks.spans[best]
    whole = blocks.size(within)
    text = [number for number in range(*within) if matched[number] and is_text(blocks[number], _MANY_LINKS)]
    conditional = [
        (each, span)
        for each, span in blocks.spans.items()
        if each.tag in _CONDITIONAL and within[0] <= span[0] < span[1] <= within[1] and each is not best
    ]
    prose = {  # the kinds of parts that are kept for their sentences
        (each.tag, each.get("class"))
        for each, span in conditional
        if each.get("class") and blocks.link_share(span) == 0 and any(is_sentence(blocks[at]) for at in range(*span))
    }
    for each, span in conditional:
        links, named = blocks.link_share(span), weight(each, but=_CALLED_LISTS if each.tag in _LISTS else ())
        before = blocks[span[0] - 1] if span[0] else None
        if before is not None and goes_on(before):
            continue
        is_within = bool(text) and text[0] < span[0] < text[-1]
        if named >= 0 and (_is_table(each) or (is_within and _is_of_text(each, before, url))):
            continue
        if blocks.size(span) > _REMOVED_SHARE_MAX * whole or links <= (0 if named < 0 else _FEW_LINKS):
            continue
        if next(each.iterancestors("summary"), None) is not None:
            continue  # the heading of what it folds
        parts = range(*span)
        if (
            sum(blocks[number].marks for number in parts if 2 * blocks[number].links < len(blocks[number].key))
            >= _PROSE
        ):
            continue
        if (
            (is_within or (each.tag, each.get("class")) in prose)
            and links <= _FEW_LINKS
            and any(
                is_sentence(blocks[number]) and blocks[number].links <= _FEW_LINKS * len(blocks[number].key)
                for number in parts
            )
        ):
            continue  # a note, or one of several answers
        is_list = each.tag in _LISTS or named > 0
        if named < 0 or (span[1] - span[0] > 1 and links > (_MANY_LINKS if is_list else _FEW_LINKS)):
            yield from (each for each in parts if named < 0 or links > _NEARLY_ALL or not matched[each])


__all__ = ["Facts", "decode_file", "trafilatura_text"]
log = logging.getLogger("tuireader")


def trafilatura_text(tree: Element) -> str:
    """Return the article's text as trafilatura finds it, favouring recall; "" if it finds none."""
    _silence()
    tree = uncrowded(tree)
    found = _asked(
        lambda: bare_extraction(tree, fast=True, favor_recall=True, include_comments=False, with_metadata=False)
    )
    return "" if found is None or isinstance(found, dict) else found.text or ""


def _asked(find: Callable[[], Any]) -> Any:
    """The result of a call of the library; None if it raises, as for some pages."""
    try:
        return find()
    except UNEXPECTED as error:
        log.info("a page without a second opinion: %r", error)
        return None


class Facts:
    """The metadata that trafilatura finds on the page at `url`, each item on request; empty if not found."""

    def __init__(self, tree: Element, url: str) -> None:
        _silence()
        self._tree = uncrowded(tree)
        self._url = url

    @cached_property
    def _said(self) -> Any:
        return _asked(lambda: examine_meta(self._tree))

    @cached_property
    def title(self) -> str:
        return getattr(self._said, "title", None) or _asked(lambda: extract_title(self._tree)) or ""

    @cached_property
    def description(self) -> str:
        return getattr(self._said, "description", None) or ""

    @cached_property
    def authors(self) -> list[str]:
        said = getattr(self._said, "author", None) or ""
        return (said if " " in said else _asked(lambda: extract_author(self._tree)) or "").split("; ")

    @cached_property
    def day(self) -> str:
        find = partial(find_date, self._tree, extensive_search=False, original_date=True, url=self._url)
        return _asked(find) or ""


def _silence() -> None:
    """Silence the library's warnings, which would be printed over the screen."""
    for name in ("trafilatura", "htmldate", "courlan"):
        logger = logging.getLogger(name)
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())
