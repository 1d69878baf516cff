"""Whether what repeats on a page is a list of articles. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from tuireader.content.extraction.page import Element, text_of
from tuireader.content.listing.around import is_around
from tuireader.content.listing.card import Group, has_heading, is_entry
from tuireader.content.listing.element_text import count_words
from tuireader.content.listing.model import Item
from tuireader.urls.identity import same_site

FEWEST = 3
_HALF, _MOST, _NEARLY_ALL = 0.5, 0.6, 0.8
_FEWEST_WORDS = 1.2
"""Words of a title, on the average."""
_PLAIN_WORDS = 2.5
"""The same, where nothing but a day stands beside a title."""
_PRICED_MAX = 2000
"""Characters of a card in which a price is looked for."""
_TITLE_WORDS, _SENTENCES = 3.5, 15
"""Words of titles, and of what stands below them, by which articles without dates are known."""
_TAG = re.compile(r"<[^<>]*>")
_PRICE = re.compile(
    r"[€$£¥₹]\s?\d|\d\s?(?:€|EUR|USD|kr\b|zł)|\badd to (?:cart|basket)\b|\bin den warenkorb\b", re.IGNORECASE
)


class _Sums(NamedTuple):
    """How many of the links of a group have what articles have: shares, and the words of a title."""

    dated: float
    headed: float
    entries: float
    told: float
    own: float
    words: float
    priced: float


def score(group: Group, url: str, body: Element, *, by_name: bool) -> float:
    """How much a group of links on the page at `url` looks like a list of articles; 0 and less: not at all.

    `by_name`: what is called something else was left out. Where it was not, more has to speak for the group.
    """
    items = group.items
    count = len(items)
    if count < FEWEST or len({item.title for item in items}) < _NEARLY_ALL * count:
        return 0
    sums = _sums(group, url)
    if sums.priced > _HALF or sums.words < _FEWEST_WORDS or not _may_be(group, sums, body, by_name=by_name):
        return 0
    told = 3 * sums.dated + 2 * sums.headed + 2 * sums.entries + sums.told
    return told + min(sums.words, 6) / 6 + min(count, 20) / 10 + sums.own


def _sums(group: Group, url: str) -> _Sums:
    items, links, cards = group.items, group.links, group.cards
    return _Sums(
        dated=share_of(item.date is not None for item in items),
        headed=share_of(has_heading(link.element) for link in links),
        entries=share_of(map(is_entry, cards)),
        told=share_of(bool(item.html) for item in items),
        own=share_of(same_site(item.url, url) for item in items),
        words=sum(len(item.title.split()) for item in items) / len(items),
        priced=share_of(_PRICE.search(text_of(card)[:_PRICED_MAX]) is not None for card in cards),
    )


def _may_be(group: Group, sums: _Sums, body: Element, *, by_name: bool) -> bool:
    """Whether there is enough that speaks for a list of articles: their days, or else what is said of them."""
    items, count = group.items, len(group.items)
    days = {item.date.date() for item in items if item.date is not None}
    is_plain = not (sums.headed >= _HALF or sums.entries >= _HALF or sums.told >= _HALF)
    is_dated = sums.dated >= _MOST and len(days) >= min(2, count - 1)
    if is_plain and (sums.words < _PLAIN_WORDS or sums.dated < _NEARLY_ALL):
        is_dated = False
    are_entries = sums.entries >= _NEARLY_ALL and (sums.told >= _MOST or count > FEWEST + 1)
    is_told = sums.headed >= _NEARLY_ALL and (are_entries or (sums.own == 1 and _are_stories(items)))
    if not is_dated and not (is_told and by_name):
        return False
    is_of_others = sums.dated >= _NEARLY_ALL and sums.headed >= _HALF  # as a page that gathers what others write
    return (sums.own >= _HALF or is_of_others) and not _is_article_around(group, body, by_name=by_name)


def _is_article_around(group: Group, body: Element, *, by_name: bool) -> bool:
    """Whether a long text stands around the cards: then they are what is below, or beside, an article.

    Where their names say that they are something else than the page is about, a short one will do.
    """
    inside = {*group.cards, *group.beside}
    words = 0
    for each in body.iter("p", "blockquote", "pre"):
        if is_around(each) or any(around in inside for around in (each, *each.iterancestors())):
            continue
        words += count_words(text_of(each))
    mine = sum(count_words(text_of(each)) for each in inside)
    return (words > 250 and words > 1.5 * mine) or (not by_name and words > 60 and words > mine / 2)


def _are_stories(items: Sequence[Item]) -> bool:
    """Whether items without dates are articles by what is said of them: titles of some words, and some sentences."""
    count = len(items)
    titles = sum(len(item.title.split()) for item in items) / count
    told = sum(count_words(_TAG.sub(" ", item.html)) >= _SENTENCES for item in items) / count
    return count > FEWEST and titles >= _TITLE_WORDS and told >= 0.9


def share_dated(dates: Sequence[datetime | None]) -> float:
    return share_of(date is not None for date in dates)


def share_of(each: Iterable[bool]) -> float:
    answers = [*each]
    return sum(answers) / max(1, len(answers))
