"""Lists found by what repeats on a page: elements that hold one link each, with a date or a heading."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from tuireader.content.extraction.page import Element, write
from tuireader.content.listing.dates import day_in, day_in_address, is_day, is_day_first, without_day
from tuireader.content.listing.model import Item
from tuireader.text.bylines import categories, people
from tuireader.text.html_elements import HEADINGS
from tuireader.text.one_line import line
from tuireader.urls.absolute import absolute
from tuireader.urls.identity import is_front_page, place, same_site
from tuireader.urls.shapes import Shapes

_LINKS_MAX = 4000
_CARDS_MAX = 300
"""Articles of a list that are looked at."""
_DEPTH_MAX = 100
_FEWEST = 3
_HALF, _MOST, _NEARLY_ALL = 0.5, 0.6, 0.8
_FEWEST_WORDS = 1.2
"""Words of a title, on the average."""
_PRICED_MAX = 2000
"""Characters of a card in which a price is looked for."""
"""Articles that make a list."""
_TITLE_MAX = 300
_DATED_MAX, _DATE_MAX = 120, 40
"""Characters of a text that may name a day, and of the beginning of a longer one."""
_TITLE_WORDS, _SENTENCES = 3.5, 15
"""Words of titles, and of what stands below them, by which articles without dates are known."""
_TAG = re.compile(r"<[^<>]*>")
_FEW_ELSEWHERE = 0.2
"""The share of links to other sites below which these are no articles of a list."""
_ALIKE = 2
"""Tags from a link up in which what is set apart from a list is like it."""
_NEAR_MAX = 12
"""Elements beside a card that may belong to it."""
_AROUND_TAGS = frozenset({"nav", "form", "button", "select", "dialog", "noscript", "template"})
_CARD_TAGS = frozenset({"article", "section", "li", "main"})
"""In what a header or a footer is that of an article."""
_AROUND_ROLES = frozenset(
    {"navigation", "search", "contentinfo", "dialog", "menu", "menubar", "complementary", "banner"}
)
_WORD = re.compile(r"[a-z]+")
_AROUND = frozenset(
    {
        "nav", "navbar", "navigation", "navi", "menu", "menubar", "sidebar", "tags", "share", "sharing", "social",
        "toc", "blogroll", "skip", "cookie", "cookies", "login", "search", "widget", "widgets", "newsletter", "toctree",
        "localtoc", "headerlink", "languages", "topbar", "infobox", "navbox", "catlinks", "dropdown", "copyright",
    }
)  # fmt: skip
"""Words in the names of what is on each page of a site; a list of articles may yet stand there."""
_NEVER = frozenset(
    {
        "aside", "breadcrumb", "breadcrumbs", "comment", "comments", "footer", "pager", "paginate", "pagination",
        "popular", "prevnext", "recommended", "related", "sidebar", "tagcloud", "taglist", "trending",
    }
)  # fmt: skip
"""Words in the names of what is never the list that a page is about."""
_LAYOUT = frozenset({"body", "container", "content", "layout", "main", "page", "with", "wrap", "wrapper"})
"""Words that, further on in a name, say that it is what holds several parts."""
_ENTRY = frozenset(
    {
        "post",
        "posts",
        "entry",
        "entries",
        "article",
        "articles",
        "news",
        "story",
        "stories",
        "blog",
        "archive",
        "hentry",
    }
)
_PRICE = re.compile(
    r"[€$£¥₹]\s?\d|\d\s?(?:€|EUR|USD|kr\b|zł)|\badd to (?:cart|basket)\b|\bin den warenkorb\b", re.IGNORECASE
)
_MORE = re.compile(
    r"\W*(?:(?:read|continue|learn|see|view|full)(?: (?:more|reading|on|now|post|article|story|the rest|full))*"
    r"|more|weiter(?:lesen)?|mehr(?: lesen)?|lire(?: la)? (?:suite|plus)|leer más|seguir leyendo|leia mais"
    r"|continua(?: a leggere)?|permalink|link|\d* ?comments?|(?:leave a|no) comments?|читать далее|続きを読む"
    r"|阅读全文|阅读更多|#|¶|\d+)\W{0,3}",
    re.IGNORECASE,
)
"""What a link to an article says that is not its title."""
_NO_ARTICLE = re.compile(
    r"/(?:tags?|categor(?:y|ies)|topics?|authors?|users?|members?|labels?|page|seite|search|feeds?|rss|atom|login"
    r"|wp-login\.php|wp-admin|comments?|cdn-cgi|privacy|impressum|contact)(?:/|\.|$)"
    r"|\.(?:xml|rss|atom|json|css|js|png|jpe?g|gif|svg|zip|tar|gz|pdf)$"
    r"|[?&](?:tag|cat|author|s|action|oldid|replytocom|paged?)="
    r"|/(?:Special|User|User_talk|Talk|File|Template|Category|Help):",
    re.IGNORECASE,
)
"""Addresses that are not of articles."""
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")


class _Link(NamedTuple):
    """A link that may lead to an article."""

    element: Element
    url: str
    place: str
    text: str


class _Sums(NamedTuple):
    """How many of the links of a group have what articles have: shares, and the words of a title."""

    dated: float
    headed: float
    entries: float
    told: float
    own: float
    words: float
    priced: float


@dataclass(slots=True)
class _Group:
    """Links that stand at the same kind of place."""

    shape: str
    links: list[_Link]
    cards: list[Element] = field(default_factory=list)
    beside: list[Element] = field(default_factory=list)
    """What stands beside cards and belongs to them."""
    items: list[Item] = field(default_factory=list)
    score: float = 0.0


def card_items(tree: Element, url: str, shape: str = "") -> tuple[str, list[Item]]:
    """The articles that a page lists by what repeats, with the shape of that; of a `shape` that is known, if given.

    Nothing where nothing looks like a list of articles.
    """
    body = tree.find("body")
    if body is None:
        return "", []
    for by_name in (True, False):  # where names mislead, dates have to say it
        here = _Page(tree, body, url, by_name=by_name)
        groups = here.groups()
        if shape:
            groups = [group for group in groups if group.shape == shape]
        for group in groups:
            here.read(group)
            group.score = here.score(group, is_known=bool(shape))
        best = max(groups, key=lambda group: group.score, default=None)
        if best is not None and best.score > 0:
            return best.shape, here.with_those_apart(best)
    return "", []


class _Page:
    """A page, with what is looked up again and again."""

    def __init__(self, tree: Element, body: Element, url: str, *, by_name: bool) -> None:
        self._body = body
        self._url = url
        self._by_name = by_name
        self._lang = (tree.get("lang") or "").lower()
        self._links = self._all_links(tree)
        self._words = _count("".join(_seen_text(body)))
        self._day_first = is_day_first(_seen_text(body), usually=not self._lang.startswith("en-us"))

    def _all_links(self, tree: Element) -> list[_Link]:
        base = next((each.get("href") for each in tree.iter("base") if each.get("href")), "")
        base = absolute(base, self._url) or self._url
        here = place(self._url)
        found: list[_Link] = []
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
            if _is_around(each, by_name=self._by_name):
                continue
            found.append(_Link(each, bare, where, _text(each)))
        return found

    def groups(self) -> list[_Group]:
        """Links by the tags that they stand in, where several lead to several places."""
        by_shape: dict[str, list[_Link]] = {}
        for link in self._links:
            by_shape.setdefault(_shape(link.element), []).append(link)
        return [
            _Group(shape, links) for shape, links in by_shape.items() if len({link.place for link in links}) >= _FEWEST
        ]

    def with_those_apart(self, group: _Group) -> list[Item]:
        """The articles of a group, with those that are set apart from it, as what is newest may be."""
        known = {place(item.url) for item in group.items}
        shapes, end = Shapes(item.url for item in group.items), group.shape.split("<")[:_ALIKE]
        apart = _Group("", [])
        for link in self._links:
            is_alike = _shape(link.element).split("<")[:_ALIKE] == end or _is_title_of_article(link.element)
            if is_alike and link.place not in known and link.url in shapes:
                apart.links.append(link)
        dated = _share([item.date for item in group.items]) > 0.5
        if dated or not {*HEADINGS}.isdisjoint(end):
            self.read(apart)
        found = {item.url: item for item in apart.items if item.date is not None or not dated}
        every = {item.url: item for item in (*found.values(), *group.items)}
        elsewhere = [item for item in every.values() if not same_site(item.url, self._url)]
        if len(elsewhere) < _FEW_ELSEWHERE * len(every):
            every = {item.url: item for item in every.values() if item not in elsewhere}
        order = {link.url: number for number, link in reversed([*enumerate(self._links)])}
        return sorted(every.values(), key=lambda item: order[item.url])

    def read(self, group: _Group) -> None:
        """Find the card of each link, and what it says."""
        firsts: dict[str, _Link] = {}
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
            for ancestor in _ancestors_of([each for each in group.links if each.place == place_])
        )
        group.cards = [_card(link.element, within) for link in links]
        others = set(group.cards)
        near = [_beside(card, others) for card in group.cards]
        group.beside = [each for one in near for each in (*one.before, *one.after)]
        dates = self._dates(links, group.cards, near)
        group.items = [
            item
            for link, card, beside, date in zip(links, group.cards, near, dates, strict=True)
            if (item := self._item(link, card, beside, date)) is not None
        ]

    def _dates(self, links: Sequence[_Link], cards: Sequence[Element], near: Sequence[_Near]) -> list[datetime | None]:
        """When each appeared: by its card, else by what stands behind all cards, or before them, or by its address."""
        own = [self._day([card], None) for card in cards]
        if _share(own) > 0.5:
            return own
        years = [_year_above(card) for card in cards]
        ways = (
            [self._day([card], year) for card, year in zip(cards, years, strict=True)],
            [self._day(each.after, year, each.tail) for each, year in zip(near, years, strict=True)],
            [self._day(each.before, year, each.head) for each, year in zip(near, years, strict=True)],
            [day_in_address(link.url) for link in links],
        )
        return max((own, *ways), key=_share)

    def _day(self, elements: Iterable[Element], year: int | None, beside: str = "") -> datetime | None:
        elements = list(elements)
        for element in elements:
            for each in element.iter("time"):
                said = each.get("datetime") or _text(each)
                if (moment := day_in(said, day_first=self._day_first, year=year)) is not None:
                    return moment
        for text in (beside, *(text for element in elements for text in _dated_texts(element))):
            if (moment := day_in(text, day_first=self._day_first, year=year)) is not None:
                return moment
        return None

    def _item(self, link: _Link, card: Element, near: _Near, date: datetime | None) -> Item | None:
        title = without_day(_title(link, card))
        if not title:
            return None
        return Item(
            url=link.url,
            title=line(title)[:_TITLE_MAX],
            date=date,
            authors=people(_named(card, _AUTHOR)),
            categories=categories(_named(card, _CATEGORY)),
            html=_said(card, near, title),
        )

    # Whether it is a list of articles.

    def score(self, group: _Group, *, is_known: bool = False) -> float:
        """How much a group looks like a list of articles; 0 and less: not at all.

        `is_known`: it is where a list was before.
        """
        items = group.items
        count = len(items)
        if is_known:
            return count
        if count < _FEWEST or len({item.title for item in items}) < 0.8 * count:
            return 0
        sums = self._sums(group)
        if sums.priced > 0.5 or sums.words < _FEWEST_WORDS or not self._may_be(group, sums):
            return 0
        told = 3 * sums.dated + 2 * sums.headed + 2 * sums.entries + sums.told
        return told + min(sums.words, 6) / 6 + min(count, 20) / 10 + sums.own

    def _sums(self, group: _Group) -> _Sums:
        items, links, cards = group.items, group.links, group.cards
        return _Sums(
            dated=_share_of(item.date is not None for item in items),
            headed=_share_of(_has_heading(link.element) for link in links),
            entries=_share_of(map(_is_entry, cards)),
            told=_share_of(bool(item.html) for item in items),
            own=_share_of(same_site(item.url, self._url) for item in items),
            words=sum(len(item.title.split()) for item in items) / len(items),
            priced=_share_of(_PRICE.search(_text(card)[:_PRICED_MAX]) is not None for card in cards),
        )

    def _may_be(self, group: _Group, sums: _Sums) -> bool:
        """Whether there is enough that speaks for a list of articles: their days, or else what is said of them."""
        items, count = group.items, len(group.items)
        days = {item.date.date() for item in items if item.date is not None}
        is_dated = sums.dated >= _MOST and len(days) >= min(2, count - 1)
        are_entries = sums.entries >= _NEARLY_ALL and (sums.told >= _MOST or count > _FEWEST + 1)
        is_told = sums.headed >= _NEARLY_ALL and (are_entries or (sums.own == 1 and _are_stories(items)))
        if not is_dated and not (is_told and self._by_name):
            return False
        is_of_others = sums.dated >= _NEARLY_ALL and sums.headed >= _HALF  # as a page that gathers what others write
        return (sums.own >= _HALF or is_of_others) and not self._is_article_around(group)

    def _is_article_around(self, group: _Group) -> bool:
        """Whether a long text stands around the cards: then they are what is below, or beside, an article.

        Where their names say that they are something else than the page is about, a short one will do.
        """
        inside = {*group.cards, *group.beside}
        words = 0
        for each in self._body.iter("p", "blockquote", "pre"):
            if _is_around(each) or any(around in inside for around in (each, *each.iterancestors())):
                continue
            words += _count(_text(each))
        mine = sum(_count(_text(each)) for each in inside)
        return (words > 250 and words > 1.5 * mine) or (not self._by_name and words > 60 and words > mine / 2)


def _are_stories(items: Sequence[Item]) -> bool:
    """Whether items without dates are articles by what is said of them: titles of some words, and some sentences."""
    count = len(items)
    titles = sum(len(item.title.split()) for item in items) / count
    told = sum(_count(_TAG.sub(" ", item.html)) >= _SENTENCES for item in items) / count
    return count > _FEWEST and titles >= _TITLE_WORDS and told >= 0.9


def _share(dates: Sequence[datetime | None]) -> float:
    return _share_of(date is not None for date in dates)


def _share_of(each: Iterable[bool]) -> float:
    answers = [*each]
    return sum(answers) / max(1, len(answers))


class _Near(NamedTuple):
    """What stands beside a card and belongs to no other."""

    before: list[Element]
    after: list[Element]
    head: str
    """The text right before it."""
    tail: str
    """The text right behind it."""


def _ancestors_of(links: Sequence[_Link]) -> set[Element]:
    return {around for link in links for around in (link.element, *link.element.iterancestors())}


def _card(link: Element, within: Counter[Element]) -> Element:
    """The largest element around a link that holds no other of its group."""
    card = link
    for number, around in enumerate(link.iterancestors()):
        if within[around] > 1 or around.tag in ("body", "main") or number > _DEPTH_MAX:
            break
        card = around
    return card


def _beside(card: Element, cards: set[Element]) -> _Near:
    """What stands beside a card, up to the next ones."""
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
    return _Near(around[0], around[1], head, card.tail or "")


@lru_cache(maxsize=4096)
def _tokens(names: str) -> frozenset[str]:
    return frozenset(_WORD.findall(names.lower()))


def _is_around(element: Element, *, by_name: bool = True) -> bool:
    """Whether an element stands in what is on each page of a site, by its tags, and `by_name` by what it is called."""
    outwards = [element, *islice(element.iterancestors(), _DEPTH_MAX)]
    for each in outwards:
        if each.tag in ("body", "html"):
            return False
        is_head = each.tag in ("header", "aside", "footer")
        if is_head and not any(around.tag in _CARD_TAGS for around in (*outwards, *each.iterancestors())):
            return True
        if each.tag in _AROUND_TAGS or (each.get("role") or "") in _AROUND_ROLES or _is_hidden(each):
            return True
        if any(_is_called_around(name, by_name=by_name) for name in _names(each)):
            return True
    return False


def _is_hidden(element: Element) -> bool:
    return element.get("hidden") is not None or element.get("aria-hidden") == "true"


def _is_called_around(name: str, *, by_name: bool) -> bool:
    words = _WORD.findall(name.lower())
    if not _LAYOUT.isdisjoint(words[1:]) and words[0] not in _NEVER:  # such as what holds the text and a sidebar
        return False
    if not _NEVER.isdisjoint(words):
        return True
    return by_name and not _AROUND.isdisjoint(words) and _ENTRY.isdisjoint(words)


def _names(element: Element) -> list[str]:
    names = f"{element.get('class') or ''} {element.get('id') or ''}"[:500].split()
    return [name for name in names if not name.startswith(("has-", "no-", "with-", "is-"))]


def _shape(link: Element) -> str:
    """The tags from a link up."""
    tags = [each.tag for each in (link, *link.iterancestors()) if isinstance(each.tag, str)]
    return "<".join(tags[:_DEPTH_MAX])


def _is_entry(card: Element) -> bool:
    """Whether a card is, holds, or is held by what is called an article."""
    some = [card, *list(card.iterdescendants())[:3], *list(card.iterancestors())[:2]]
    return any(
        each.tag == "article" or not _ENTRY.isdisjoint(_tokens(" ".join(_names(each))))
        for each in some
        if isinstance(each.tag, str)
    )


def _has_heading(link: Element) -> bool:
    return any(each.tag in HEADINGS for each in (*list(link.iterancestors())[:3], *link.iterdescendants()))


_AUTHOR = re.compile(r"(?:^|[-_ ])(?:author|byline|p-author)(?:$|[-_ ])", re.IGNORECASE)
_CATEGORY = re.compile(r"(?:^|[-_ ])(?:category|categories|p-category|cat-links)(?:$|[-_ ])", re.IGNORECASE)
_BY = re.compile(r"(?:written |posted )?(?:by|von|par|por|di|door|av)\b:?\s+", re.IGNORECASE)
_TITLED = re.compile(r"(?:^|[-_ ])(?:title|headline|heading)(?:$|[-_ ])", re.IGNORECASE)
_TEXT = re.compile(
    r"(?:^|[-_ ])(?:content|summary|excerpt|body|description|teaser|dek|abstract)(?:$|[-_ ])", re.IGNORECASE
)
_DATED = re.compile(r"(?:^|[-_ ])(?:date|time|published|meta|posted|day)(?:$|[-_ ])", re.IGNORECASE)


def _is_title_of_article(link: Element) -> bool:
    outwards = [*islice(link.iterancestors(), _ALIKE + 2)]
    return any(each.tag in HEADINGS for each in outwards[:2]) and any(each.tag == "article" for each in outwards)


def _called(element: Element, pattern: re.Pattern[str]) -> bool:
    return pattern.search((element.get("class") or "")[:500]) is not None


def _title(link: _Link, card: Element) -> str:
    """What an article is called: a heading in its link or around it, else what the link says."""
    inner = [each for each in link.element.iter() if isinstance(each.tag, str)]
    for some in (
        [each for each in inner if each.tag in HEADINGS],
        [each for each in inner if each is not link.element and _called(each, _TITLED)],
    ):
        if some and (words := " ".join(_texts_without_days(some[0]))):
            return words
    words = link.text
    if words and len(words) <= _TITLE_MAX and not _MORE.fullmatch(words):
        own = _texts_without_days(link.element)
        return (own[0] if own and _holds_blocks(link.element) else " ".join(own)) or words
    label = " ".join((link.element.get("aria-label") or link.element.get("title") or "").split())
    headings = [_text(each) for each in card.iter() if isinstance(each.tag, str) and each.tag in HEADINGS]
    headings = [said for said in headings if said]
    named = [said for said in headings if said in label]
    said = (named or headings[-1:] or [label])[0]
    return said if len(said) <= _TITLE_MAX else ""


def _holds_blocks(element: Element) -> bool:
    return any(each.tag in ("p", "div", "ul", "table") for each in element.iterdescendants())


def _texts_without_days(element: Element) -> list[str]:
    """The text of an element, or its texts, where one of them is nothing but a day, without that."""
    texts = [" ".join(text.split()) for text in element.itertext()]
    if not any(map(is_day, texts)) and not _holds_blocks(element):
        return [said] if (said := _text(element)) else []
    return [text for text in texts if text and not is_day(text)]


def _dated_texts(card: Element) -> Iterator[str]:
    """The texts of a card in which its date may stand, what is called so first."""
    later = []
    for each in card.iter():
        if not isinstance(each.tag, str):
            continue
        if _called(each, _DATED) and len(said := _text(each)) < 200:
            yield said
        if said := each.get("title") or each.get("datetime") or "":
            later.append(said[:60])
    for text in card.itertext():
        bare = " ".join(text.split())
        yield bare if len(bare) < _DATED_MAX else bare[:_DATE_MAX]
    yield from later


def _named(card: Element, pattern: re.Pattern[str]) -> list[str]:
    """The names of who wrote it, or of what it is filed under, as the classes of a card say."""
    found: list[str] = []
    is_author = pattern is _AUTHOR
    for each in card.iter():
        if not isinstance(each.tag, str):
            continue
        rel = (each.get("rel") or "").lower().split()
        if is_author and ("author" in rel or each.get("itemprop") == "author" or _called(each, pattern)):
            found.append(_BY.sub("", _text(each), count=1))
        elif (
            not is_author
            and each.tag == "a"
            and ("category" in rel or _called(each, pattern) or _is_in(each, card, pattern))
        ):
            found.append(_text(each))
    return [name for name in found if 0 < len(name) < 80]


def _is_in(element: Element, card: Element, pattern: re.Pattern[str]) -> bool:
    for around in element.iterancestors():
        if around is card:
            return False
        if _called(around, pattern):
            return True
    return False


def _said(card: Element, near: _Near, title: str) -> str:
    """What a list says of an article, as HTML."""
    for each in card.iterdescendants():
        if isinstance(each.tag, str) and each.tag not in HEADINGS and each.tag != "a" and _called(each, _TEXT):
            text = _text(each)
            if (
                _count(text) > 4
                and text != title
                and not any(inner.tag in HEADINGS and _text(inner) == title for inner in each.iter())
            ):
                return write(each)
    some = [each for each in (card, *near.after) if isinstance(each.tag, str)]
    paragraphs = [
        each
        for element in some
        for each in element.iter("p", "dd")
        if _count(_text(each)) > 4 and not _called(each, _DATED) and not _called(each, _AUTHOR)
    ]
    return "".join(write(each) for each in paragraphs if _text(each) != title)


def _year_above(card: Element) -> int | None:
    """The year in the nearest heading before a card, as archives are divided."""
    at: Element | None = card
    for _ in range(6):
        if at is None or at.tag == "body":
            return None
        for number, each in enumerate(at.itersiblings(preceding=True)):
            if number > 400:
                break
            text = _text(each) if isinstance(each.tag, str) and each.tag != "script" else ""
            if len(text) <= 20 and (found := _YEAR.search(text)):
                return int(found[1])
        at = at.getparent()
    return None


def _text(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _seen_text(body: Element) -> Iterator[str]:
    for each in body.iter():
        if isinstance(each.tag, str) and each.tag not in ("script", "style", "noscript", "template"):
            yield each.text or ""
        yield each.tail or ""


def _count(text: str) -> int:
    return len(text.split())
