"""The model of a list of articles on a page, and reading of its cards: the elements around each article's link."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Literal, NamedTuple

from tuireader.content.extraction.page import Element, text_of, write
from tuireader.content.listing.page_parts import DEPTH_MAX, ENTRY, count_words, names_of, words_of
from tuireader.text.printable import HEADINGS
from tuireader.text.written_dates import is_day

Tier = Literal["stated", "marked", "cards"]
"""How a list is found: JSON-LD, microformats, or repeated structure."""


@dataclass(frozen=True, slots=True)
class Item:
    """One article of a list; fields may be empty."""

    url: str
    title: str
    date: datetime | None = None
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    html: str = ""
    """Its description or full text, as raw HTML."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The articles that a page lists, in its order."""

    tier: Tier
    shape: str
    """The repeated structure: the tags from an article's link up; empty if found in another way."""
    title: str
    """The title of the page."""
    items: tuple[Item, ...]
    language: str = ""


TITLE_MAX = 300
_DATED_MAX, _DATE_MAX = 120, 40
"""Maximum characters of a text that may contain a date, and of the beginning of a longer one."""
ALIKE = 2
"""Number of tags, from the link up, that an article outside the list must share with those in it."""
_NEAR_MAX = 12
"""Maximum elements beside a card that may belong to it."""
_MORE = re.compile(
    r"\W*(?:(?:read|continue|learn|see|view|full)(?: (?:more|reading|on|now|post|article|story|the rest|full))*"
    r"|more|weiter(?:lesen)?|mehr(?: lesen)?|lire(?: la)? (?:suite|plus)|leer más|seguir leyendo|leia mais"
    r"|continua(?: a leggere)?|permalink|link|\d* ?comments?|(?:leave a|no) comments?|читать далее|続きを読む"
    r"|阅读全文|阅读更多|#|¶|\d+)\W{0,3}",
    re.IGNORECASE,
)
"""Labels of a link to an article that are not its title."""
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
AUTHOR = re.compile(r"(?:^|[-_ ])(?:author|byline|p-author)(?:$|[-_ ])", re.IGNORECASE)
CATEGORY = re.compile(r"(?:^|[-_ ])(?:category|categories|p-category|cat-links)(?:$|[-_ ])", re.IGNORECASE)
_BY = re.compile(r"(?:written |posted )?(?:by|von|par|por|di|door|av)\b:?\s+", re.IGNORECASE)
_TITLED = re.compile(r"(?:^|[-_ ])(?:title|headline|heading)(?:$|[-_ ])", re.IGNORECASE)
_TEXT = re.compile(
    r"(?:^|[-_ ])(?:content|summary|excerpt|body|description|teaser|dek|abstract)(?:$|[-_ ])", re.IGNORECASE
)
DATED = re.compile(r"(?:^|[-_ ])(?:date|time|published|meta|posted|day)(?:$|[-_ ])", re.IGNORECASE)


class Link(NamedTuple):
    """A link that may lead to an article."""

    element: Element
    url: str
    place: str
    text: str


@dataclass(slots=True)
class LinkGroup:
    """Links in the same position of the tree."""

    shape: str
    links: list[Link]
    cards: list[Element] = field(default_factory=list)
    beside: list[Element] = field(default_factory=list)
    """The neighbours of cards that belong to them."""
    items: list[Item] = field(default_factory=list)
    score: float = 0.0


class Near(NamedTuple):
    """The neighbours of a card that belong to no other card."""

    before: list[Element]
    after: list[Element]
    head: str
    """The text right before it."""
    tail: str
    """The text right after it."""


def ancestors_of(links: Sequence[Link]) -> set[Element]:
    return {around for link in links for around in (link.element, *link.element.iterancestors())}


def card_of(link: Element, within: Counter[Element]) -> Element:
    """The largest element around a link that contains no other link of its group."""
    card = link
    for number, around in enumerate(link.iterancestors()):
        if within[around] > 1 or around.tag in ("body", "main") or number > DEPTH_MAX:
            break
        card = around
    return card


def beside(card: Element, cards: set[Element]) -> Near:
    """The neighbours of a card, up to the next cards."""
    around: list[list[Element]] = [[], []]
    for found, preceding in zip(around, (True, False), strict=True):
        for each in card.itersiblings(preceding=preceding):
            if each in cards or len(found) >= _NEAR_MAX:
                break
            if isinstance(each.tag, str):
                found.append(each)
    previous = card.getprevious()
    parent = card.getparent()
    head = (previous.tail if previous is not None else parent.text if parent is not None else "") or ""
    return Near(around[0], around[1], head, card.tail or "")


def shape_of(link: Element) -> str:
    tags = [each.tag for each in (link, *link.iterancestors()) if isinstance(each.tag, str)]
    return "<".join(tags[:DEPTH_MAX])


def is_entry(card: Element) -> bool:
    """Whether a card is, contains, or is inside an element named as an article."""
    some = [card, *list(card.iterdescendants())[:3], *list(card.iterancestors())[:2]]
    return any(
        each.tag == "article" or not ENTRY.isdisjoint(words_of(" ".join(names_of(each))))
        for each in some
        if isinstance(each.tag, str)
    )


def has_heading(link: Element) -> bool:
    return any(each.tag in HEADINGS for each in (*list(link.iterancestors())[:3], *link.iterdescendants()))


def is_title_of_article(link: Element) -> bool:
    outwards = [*islice(link.iterancestors(), ALIKE + 2)]
    return any(each.tag in HEADINGS for each in outwards[:2]) and any(each.tag == "article" for each in outwards)


def is_called(element: Element, pattern: re.Pattern[str]) -> bool:
    return pattern.search((element.get("class") or "")[:500]) is not None


def title_of(link: Link, card: Element) -> str:
    """The title of an article: a heading in or around its link, else the link's label."""
    inner = [each for each in link.element.iter() if isinstance(each.tag, str)]
    for some in (
        [each for each in inner if each.tag in HEADINGS],
        [each for each in inner if each is not link.element and is_called(each, _TITLED)],
    ):
        if some and (words := " ".join(_texts_without_days(some[0]))):
            return words
    words = link.text
    if words and len(words) <= TITLE_MAX and not _MORE.fullmatch(words):
        own = _texts_without_days(link.element)
        return (own[0] if own and _holds_blocks(link.element) else " ".join(own)) or words
    label = " ".join((link.element.get("aria-label") or link.element.get("title") or "").split())
    headings = [text_of(each) for each in card.iter() if isinstance(each.tag, str) and each.tag in HEADINGS]
    headings = [said for said in headings if said]
    named = [said for said in headings if said in label]
    said = (named or headings[-1:] or [label])[0]
    return said if len(said) <= TITLE_MAX else ""


def _holds_blocks(element: Element) -> bool:
    return any(each.tag in ("p", "div", "ul", "table") for each in element.iterdescendants())


def _texts_without_days(element: Element) -> list[str]:
    """The texts of an element without one that is only a date."""
    texts = [" ".join(text.split()) for text in element.itertext()]
    if not any(map(is_day, texts)) and not _holds_blocks(element):
        return [said] if (said := text_of(element)) else []
    return [text for text in texts if text and not is_day(text)]


def dated_texts(card: Element) -> Iterator[str]:
    """The texts of a card that may contain its date, those named as dates first."""
    later = []
    for each in card.iter():
        if not isinstance(each.tag, str):
            continue
        if is_called(each, DATED) and len(said := text_of(each)) < 200:
            yield said
        if said := each.get("title") or each.get("datetime") or "":
            later.append(said[:60])
    for text in card.itertext():
        bare = " ".join(text.split())
        yield bare if len(bare) < _DATED_MAX else bare[:_DATE_MAX]
    yield from later


def named_in(card: Element, pattern: re.Pattern[str]) -> list[str]:
    """Names marked as author or category by class names."""
    found: list[str] = []
    is_author = pattern is AUTHOR
    for each in card.iter():
        if not isinstance(each.tag, str):
            continue
        rel = (each.get("rel") or "").lower().split()
        if is_author and ("author" in rel or each.get("itemprop") == "author" or is_called(each, pattern)):
            found.append(_BY.sub("", text_of(each), count=1))
        elif (
            not is_author
            and each.tag == "a"
            and ("category" in rel or is_called(each, pattern) or _is_in(each, card, pattern))
        ):
            found.append(text_of(each))
    return [name for name in found if 0 < len(name) < 80]


def _is_in(element: Element, card: Element, pattern: re.Pattern[str]) -> bool:
    for around in element.iterancestors():
        if around is card:
            return False
        if is_called(around, pattern):
            return True
    return False


def description_of(card: Element, near: Near, title: str) -> str:
    """The description of an article in a list, as HTML."""
    for each in card.iterdescendants():
        if isinstance(each.tag, str) and each.tag not in HEADINGS and each.tag != "a" and is_called(each, _TEXT):
            text = text_of(each)
            if (
                count_words(text) > 4
                and text != title
                and not any(inner.tag in HEADINGS and text_of(inner) == title for inner in each.iter())
            ):
                return write(each)
    some = [each for each in (card, *near.after) if isinstance(each.tag, str)]
    paragraphs = [
        each
        for element in some
        for each in element.iter("p", "dd")
        if count_words(text_of(each)) > 4 and not is_called(each, DATED) and not is_called(each, AUTHOR)
    ]
    return "".join(write(each) for each in paragraphs if text_of(each) != title)


def year_above(card: Element) -> int | None:
    """The year in the nearest heading before a card, as in archives divided by year."""
    at: Element | None = card
    for _ in range(6):
        if at is None or at.tag == "body":
            return None
        for number, each in enumerate(at.itersiblings(preceding=True)):
            if number > 400:
                break
            text = text_of(each) if isinstance(each.tag, str) and each.tag != "script" else ""
            if len(text) <= 20 and (found := _YEAR.search(text)):
                return int(found[1])
        at = at.getparent()
    return None
