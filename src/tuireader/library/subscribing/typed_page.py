"""A page that may be an article: whether it is, and making one of it. Pure."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from urllib.parse import urlsplit

from tuireader.library.refreshing.compare import prepare
from tuireader.model.fetched import Page, ParsedEntry, ParsedFeed, Prepared
from tuireader.text.bylines import categories, people
from tuireader.urls.absolute import absolute
from tuireader.urls.identity import is_front_page, is_within, same_place

_FEWEST_WORDS = 10
_META = re.compile(
    rb"""<meta[^>]{0,200}["'](og:type|article:[a-z_]{1,20})["'][^>]{0,200}content=["']([^"'<>]{1,60})["']""",
    re.IGNORECASE,
)
_WORDPRESS = re.compile(
    rb"""<link[^>]{0,300}(?:wp-json|rest_route=)/wp/v2/(posts|pages|categories|tags|users)/\d""", re.IGNORECASE
)
_BODY_CLASSES = re.compile(rb"""<body[^>]{0,400}class=["']([^"'<>]{1,2000})["']""", re.IGNORECASE)
_ONE, _MANY = (
    frozenset({"single", "single-post", "singular", "wp-singular", "post-template", "kind-page"}),
    frozenset({"archive", "blog", "home", "category", "tag", "author", "search", "kind-section", "kind-term"}),
)
"""What generators call a page in the classes of its body: of one article, or of many."""
_TYPES = re.compile(rb"""["']@type["']\s{0,9}:\s{0,9}["'](\w{1,40})["']""")
_ARTICLES = frozenset({b"Article", b"NewsArticle", b"BlogPosting", b"ReportageNewsArticle", b"TechArticle"})
_LISTS = frozenset({b"CollectionPage", b"Blog", b"SearchResultsPage", b"ItemList"})
_LISTING_PATH = re.compile(
    r"/(?:category|categories|tags?|authors?|topics?|labels?)(?:/[^/]+){0,2}/?$"  # what is filed under a name
    r"|/(?:archives?|search|page/\d+)/?$"
    r"|^/\d{4}(?:/\d\d){0,2}/?$",  # a year, a month, a day
    re.IGNORECASE,
)
_UNSEEN = re.compile(
    rb"<(script|style|nav|header|footer|svg|template)\b.*?</\1\s*>|<!--.*?-->", re.IGNORECASE | re.DOTALL
)
_LINKED_HEADING = re.compile(
    rb"""<h[1-4]\b[^>]{0,300}>\s{0,50}<a\s[^>]{0,500}?href=["']([^"'<>]{1,500})["']""", re.IGNORECASE
)
_TAG = re.compile(rb"<[^>]*>")
_FEW_HEADINGS = 2
"""Headings that lead elsewhere, without which a page lists nothing."""
_BEFORE = 0.4
"""The share of a page's words that stands before the first heading that leads elsewhere, if it is an article's."""
_LOOKED_AT = 500_000
"""Bytes of a page."""
_SHORT_LINK = re.compile(rb"""<link[^>]{0,200}rel=["']shortlink["'][^>]{0,200}href=["']([^"'<>]{1,300})["']""")


def article_of(page: Page, site: str, parsed: ParsedFeed | None) -> Prepared | None:
    """The article that a page holds, ready to be saved; None for a front page, a section, or no text to speak of."""
    if is_front_page(page.url) or same_place(page.url, site) or _is_listing(page, parsed):
        return None
    return text_of(page)


def text_of(page: Page) -> Prepared | None:
    """What there is to read on a page, ready to be saved; None where that is nothing to speak of."""
    # Heavy, and few addresses that are typed are an article's.
    from tuireader.content.extraction.extract import main_html

    found = main_html(page.content, page.url)
    if found is None or not found.title:
        return None
    entry = ParsedEntry(
        guid=_guid(page),
        title=found.title,
        link=page.url,
        authors=people(found.authors),
        categories=categories(found.categories),
        published=found.published,
        html=found.html,
    )
    prepared = replace(prepare(entry), excerpt=False)
    return prepared if prepared.words >= _FEWEST_WORDS else None


def _is_listing(page: Page, parsed: ParsedFeed | None) -> bool:
    """Whether a page lists articles: by what it says of itself, else by its address, its headings, the feed's links.

    In doubt it is an article: someone typed its address.
    """
    content = page.content[:_LOOKED_AT]
    if (said := _says(content)) is not None:
        return not said
    if _LISTING_PATH.search(urlsplit(page.url).path):
        return True
    entries = () if parsed is None else parsed.entries
    return sum(is_within(entry.link, page.url) for entry in entries) >= 2 or _is_of_headings(content, page.url)


def _says(content: bytes) -> bool | None:
    """Whether a page says of itself that it is an article, the surest sign first; None where it says neither."""
    if found := _WORDPRESS.search(content):
        return found[1].lower() in (b"posts", b"pages")
    named = {name.lower(): value.lower() for name, value in _META.findall(content)}
    if named.get(b"og:type") == b"article" or any(name.startswith(b"article:") for name in named):
        return True
    body = _BODY_CLASSES.search(content)
    classes = set(body[1].decode("ascii", "replace").lower().split()) if body else set()
    if bool(classes & _ONE) != bool(classes & _MANY):
        return bool(classes & _ONE)
    types = set(_TYPES.findall(content))
    if bool(types & _ARTICLES) != bool(types & _LISTS):
        return bool(types & _ARTICLES)
    return None


def _is_of_headings(content: bytes, url: str) -> bool:
    """Whether its headings lead elsewhere and share the text among them; below an article such headings may stand."""
    seen = _UNSEEN.sub(b" ", content)
    leading = [
        found.start()
        for found in _LINKED_HEADING.finditer(seen)
        if not _leads_home(found[1].decode("utf-8", "replace"), url)
    ]
    if len(leading) < _FEW_HEADINGS:
        return False
    start = max(0, seen.find(b"<body"))
    before, after = (len(_TAG.sub(b" ", part).split()) for part in (seen[start : leading[0]], seen[leading[0] :]))
    return before < _BEFORE * (before + after)


def _leads_home(link: str, url: str) -> bool:
    """Whether the link of a heading leads to the page itself, or to the front of its site: as a title does."""
    target = absolute(html.unescape(link), url)
    return link.startswith("#") or not target or is_front_page(target) or same_place(target, url)


def _guid(page: Page) -> str:
    """What the site's feed would call the article: WordPress names it by its short link. Else the page's address."""
    short = _SHORT_LINK.search(page.content)
    if short is not None and b"?p=" in short[1]:
        return short[1].decode("utf-8", "replace")
    return page.url
