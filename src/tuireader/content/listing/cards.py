"""Find lists by repeated structure: elements with one link each and a date or heading."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from tuireader.content.extraction.page import Element, text_of
from tuireader.content.listing.card import (
    ALIKE,
    AUTHOR,
    CATEGORY,
    TITLE_MAX,
    Item,
    Link,
    LinkGroup,
    Near,
    ancestors_of,
    beside,
    card_of,
    dated_texts,
    description_of,
    has_heading,
    is_entry,
    is_title_of_article,
    named_in,
    shape_of,
    title_of,
    year_above,
)
from tuireader.content.listing.page_parts import count_words, is_around, seen_texts
from tuireader.text.bylines import categories, people
from tuireader.text.printable import HEADINGS, line
from tuireader.text.written_dates import day_in, day_in_address, is_day_first, without_day
from tuireader.urls.hosts import absolute
from tuireader.urls.identity import Shapes, is_front_page, place, same_site

FEWEST = 3
_HALF, _MOST, _NEARLY_ALL = 0.5, 0.6, 0.8
_FEWEST_WORDS = 1.2
"""Minimum average words of a title."""
_PLAIN_WORDS = 2.5
"""Minimum average words of a title with only a date beside it."""
_PRICED_MAX = 2000
"""Maximum characters of a card that are searched for a price."""
_TITLE_WORDS, _SENTENCES = 3.5, 15
"""Minimum average words of titles, and of the descriptions below them, by which articles without dates are recognized.
"""
_TAG = re.compile(r"<[^<>]*>")
_PRICE = re.compile(
    r"[€$£¥₹]\s?\d|\d\s?(?:€|EUR|USD|kr\b|zł)|\badd to (?:cart|basket)\b|\bin den warenkorb\b", re.IGNORECASE
)
_LINKS_MAX = 4000
_CARDS_MAX = 300
"""Maximum articles of a list."""
_GROUPS_MAX = 40
"""Maximum groups of links."""
_FEW_ELSEWHERE = 0.2
"""Share of articles on other sites below which these are left out of a list."""
_NO_ARTICLE = re.compile(
    r"/(?:tags?|categor(?:y|ies)|topics?|authors?|users?|members?|labels?|page|seite|search|feeds?|rss|atom|login"
    r"|wp-login\.php|wp-admin|comments?|cdn-cgi|privacy|impressum|contact)(?:/|\.|$)"
    r"|\.(?:xml|rss|atom|json|css|js|png|jpe?g|gif|svg|zip|tar|gz|pdf)$"
    r"|[?&](?:tag|cat|author|s|action|oldid|replytocom|paged?)="
    r"|/(?:Special|User|User_talk|Talk|File|Template|Category|Help):",
    re.IGNORECASE,
)
"""Addresses that are not those of articles."""


class _Sums(NamedTuple):
    """Shares of a group's links that have a property of articles, and the average words of a title."""

    dated: float
    headed: float
    entries: float
    told: float
    own: float
    words: float
    priced: float


def score(group: LinkGroup, url: str, body: Element, *, by_name: bool) -> float:
    """Score how much a group of links on the page at `url` looks like a list of articles; 0 or less: not at all.

    `by_name`: parts named as something else were left out. If not, the group needs more evidence.
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


def _sums(group: LinkGroup, url: str) -> _Sums:
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


def _may_be(group: LinkGroup, sums: _Sums, body: Element, *, by_name: bool) -> bool:
    """Whether there is enough evidence for a list of articles: dates, or else descriptions."""
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


def _is_article_around(group: LinkGroup, body: Element, *, by_name: bool) -> bool:
    """Whether a long text surrounds the cards: then they are related links of an article.

    A shorter text is enough if the class names speak against the cards.
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
    """Whether items without dates are articles by their titles and descriptions."""
    count = len(items)
    titles = sum(len(item.title.split()) for item in items) / count
    told = sum(count_words(_TAG.sub(" ", item.html)) >= _SENTENCES for item in items) / count
    return count > FEWEST and titles >= _TITLE_WORDS and told >= 0.9


def share_dated(dates: Sequence[datetime | None]) -> float:
    return share_of(date is not None for date in dates)


def share_of(each: Iterable[bool]) -> float:
    answers = [*each]
    return sum(answers) / max(1, len(answers))


def card_items(tree: Element, url: str, shape: str = "") -> tuple[str, list[Item]]:
    """Return the articles that a page lists by repeated structure (only by `shape`, if given), and its shape.

    Empty if nothing looks like a list of articles.
    """
    body = tree.find("body")
    if body is None:
        return "", []
    for by_name in (True, False):  # where names mislead, dates have to say it
        here = _Finder(tree, body, url, by_name=by_name)
        groups = here.groups()
        if shape:
            groups = [group for group in groups if group.shape == shape]
        for group in groups:
            here.read(group)
            is_known = bool(shape)  # it is where a list was before
            group.score = len(group.items) if is_known else score(group, url, body, by_name=by_name)
        best = max(groups, key=lambda group: group.score, default=None)
        if best is not None and best.score > 0:
            return best.shape, here.with_those_apart(best)
    return "", []


class _Finder:
    """Finds groups of alike links on a page, and reads the articles that they lead to from their cards."""

    def __init__(self, tree: Element, body: Element, url: str, *, by_name: bool) -> None:
        self._body = body
        self._url = url
        self._by_name = by_name
        self._lang = (tree.get("lang") or "").lower()
        self._links = self._all_links(tree)
        self._day_first = is_day_first(seen_texts(body), usually=not self._lang.startswith("en-us"))

    def _all_links(self, tree: Element) -> list[Link]:
        base = next((each.get("href") for each in tree.iter("base") if each.get("href")), "")
        base = absolute(base, self._url) or self._url
        here = place(self._url)
        found: list[Link] = []
        for each in self._body.iter("a"):
            href = (each.get("href") or "").strip()
            if not href or href.startswith("#") or len(found) >= _LINKS_MAX:
                continue
            there = absolute(href, base)
            if not there.startswith(("http://", "https://")):
                continue
            bare = there.partition("#")[0]
            where = place(bare)
            if where == here or is_front_page(bare) or _NO_ARTICLE.search(where):
                continue
            if is_around(each, by_name=self._by_name):
                continue
            found.append(Link(each, bare, where, text_of(each)))
        return found

    def groups(self) -> list[LinkGroup]:
        """Links grouped by the tags around them: the largest groups with several targets."""
        by_shape: dict[str, list[Link]] = {}
        for link in self._links:
            by_shape.setdefault(shape_of(link.element), []).append(link)
        found = [
            LinkGroup(shape, links)
            for shape, links in by_shape.items()
            if len({link.place for link in links}) >= FEWEST
        ]
        return sorted(found, key=lambda group: -len(group.links))[:_GROUPS_MAX]

    def with_those_apart(self, group: LinkGroup) -> list[Item]:
        """The articles of a group, with featured ones outside it."""
        known = {place(item.url) for item in group.items}
        shapes, end = Shapes(item.url for item in group.items), group.shape.split("<")[:ALIKE]
        apart = LinkGroup("", [])
        for link in self._links:
            is_alike = shape_of(link.element).split("<")[:ALIKE] == end or is_title_of_article(link.element)
            if is_alike and link.place not in known and link.url in shapes:
                apart.links.append(link)
        dated = share_dated([item.date for item in group.items]) > 0.5
        if dated or not {*HEADINGS}.isdisjoint(end):
            self.read(apart)
        found = {item.url: item for item in apart.items if item.date is not None or not dated}
        every = {item.url: item for item in (*found.values(), *group.items)}
        elsewhere = [item for item in every.values() if not same_site(item.url, self._url)]
        if len(elsewhere) < _FEW_ELSEWHERE * len(every):
            every = {item.url: item for item in every.values() if item not in elsewhere}
        order = {link.url: number for number, link in reversed([*enumerate(self._links)])}
        return sorted(every.values(), key=lambda item: order[item.url])

    def read(self, group: LinkGroup) -> None:
        """Find the card of each link of the group, and set the group's cards and items."""
        firsts: dict[str, Link] = {}
        for link in group.links:
            if link.place in firsts:
                if not firsts[link.place].text and link.text:
                    firsts[link.place] = link
            elif len(firsts) < _CARDS_MAX:
                firsts[link.place] = link
        links = [*firsts.values()]
        within = Counter(
            ancestor
            for place_ in firsts
            for ancestor in ancestors_of([each for each in group.links if each.place == place_])
        )
        group.cards = [card_of(link.element, within) for link in links]
        others = set(group.cards)
        near = [beside(card, others) for card in group.cards]
        group.beside = [each for one in near for each in (*one.before, *one.after)]
        dates = self._dates(links, group.cards, near)
        group.items = [
            item
            for link, card, beside, date in zip(links, group.cards, near, dates, strict=True)
            if (item := self._item(link, card, beside, date)) is not None
        ]

    def _dates(self, links: Sequence[Link], cards: Sequence[Element], near: Sequence[Near]) -> list[datetime | None]:
        """The date of each article: from its card, else from the text after or before all cards, or its address."""
        own = [self._day([card], None) for card in cards]
        if share_dated(own) > 0.5:
            return own
        years = [year_above(card) for card in cards]
        ways = (
            [self._day([card], year) for card, year in zip(cards, years, strict=True)],
            [self._day(each.after, year, each.tail) for each, year in zip(near, years, strict=True)],
            [self._day(each.before, year, each.head) for each, year in zip(near, years, strict=True)],
            [day_in_address(link.url) for link in links],
        )
        return max((own, *ways), key=share_dated)

    def _day(self, elements: Iterable[Element], year: int | None, beside: str = "") -> datetime | None:
        elements = list(elements)
        for element in elements:
            for each in element.iter("time"):
                said = each.get("datetime") or text_of(each)
                if (moment := day_in(said, day_first=self._day_first, year=year)) is not None:
                    return moment
        for text in (beside, *(text for element in elements for text in dated_texts(element))):
            if (moment := day_in(text, day_first=self._day_first, year=year)) is not None:
                return moment
        return None

    def _item(self, link: Link, card: Element, near: Near, date: datetime | None) -> Item | None:
        title = without_day(title_of(link, card))
        if not title:
            return None
        return Item(
            url=link.url,
            title=line(title)[:TITLE_MAX],
            date=date,
            authors=people(named_in(card, AUTHOR)),
            categories=categories(named_in(card, CATEGORY)),
            html=description_of(card, near, title),
        )
