"""Whether a page is an article, and extracting it. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from tuireader.content.extraction.extract import extract_article
from tuireader.library.refreshing.match_entries import prepare
from tuireader.model.fetched import Page, ParsedEntry, ParsedFeed, Prepared
from tuireader.text.printable import unescape
from tuireader.urls.hosts import absolute
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
    frozenset({"single", "single-post", "singular", "wp-singular", "post-template", "kind-page", "ns-0"}),
    frozenset(
        {"archive", "blog", "paged", "category", "tag", "author", "search", "kind-section", "kind-term", "ns-14"}
        | {"ns-special"}
    ),
)
"""Body classes by which site generators mark pages of one article, and of many."""
_MAIN_PAGE = re.compile(rb"""["']wgIsMainPage["']\s{0,3}:\s{0,3}(?:true|!0)""")
_TYPES = re.compile(rb"""["']@type["']\s{0,9}:\s{0,9}["'](\w{1,40})["']""")
_ARTICLES = frozenset({b"Article", b"NewsArticle", b"BlogPosting", b"ReportageNewsArticle", b"TechArticle"})
_LISTS = frozenset({b"CollectionPage", b"Blog", b"SearchResultsPage", b"ItemList"})
_ARCHIVE = re.compile(
    r"/archives?(?:/\d{4}(?:/\d\d?){0,2})?(?:\.html?|/)?$"
    r"|/(?:search|page/\d+)/?$|/(?:categories|tags|authors)\.html?$|/index-?\d+\.html?$"
    r"|^/\d{4}(?:/\d\d){0,2}/?$"  # a year, a month, a day
    r"|[?&]do=(?:index|recent|search|media)\b",  # of a wiki
    re.IGNORECASE,
)
"""Addresses of lists; they count even if the page is marked as an article, as site generators may do."""
_FILED = re.compile(r"/(?:category|categories|tags?|authors?|topics?|labels?)(?:/[^/]+){0,2}/?$", re.IGNORECASE)
"""Addresses of category pages, unless the page says that it is an article."""
_INDEX = re.compile(r"^/(?:index|default)\.\w{2,5}$", re.IGNORECASE)
_CANONICAL = re.compile(
    rb"""<link[^>]{0,200}rel=["']?canonical["']?[^>]{0,200}href=["']([^"'<>]{1,1000})["']""", re.IGNORECASE
)
_UNSEEN = re.compile(rb"<(script|style|nav|footer|aside|svg|template|!--)", re.IGNORECASE)
_HEADER = re.compile(rb"<(header)\b", re.IGNORECASE)
_MAIN = re.compile(rb"""<main\b|<[a-z]{1,9}\s[^<>]{0,200}role=["']?main\b""", re.IGNORECASE)
_LINKED_HEADING = re.compile(
    rb"""<h[1-6]\b[^<>]{0,300}+>\s{0,50}+<a\s[^<>]{0,500}?href=["']([^"'<>]{1,500})["']""", re.IGNORECASE
)
_HEADING = re.compile(
    rb"""<h[1-6]\b[^<>]{0,300}+>\s{0,50}+(?:<a\b[^<>]{0,500}+>)?+\s{0,50}+([^<>]{1,300}+)</""", re.IGNORECASE
)
_ANCHOR = re.compile(rb"<(/?)a\b[^<>]{0,5000}>", re.IGNORECASE)
_TAG = re.compile(rb"<[^<>]*>")
_FEW_HEADINGS = 2
"""Minimum headings with links for a page that lists articles."""
_BEFORE = 0.4
"""Minimum share of a page's words before the first linked heading for the page to be an article."""
_HARDLY_ANY = 0.1
"""The same for a page marked as an article."""
_FEW_LINKS = 4
"""Minimum links for a page that lists articles."""
_EXAMINED_BYTES_MAX = 500_000
"""Maximum bytes of a page that are examined."""
_SHORT_LINK = re.compile(rb"""<link[^>]{0,200}rel=["']shortlink["'][^>]{0,200}href=["']([^"'<>]{1,300})["']""")


def article_of(page: Page, site: str, parsed: ParsedFeed | None, *, title: str = "") -> Prepared | None:
    """The article on a page; None for a front page, a section, or too little text.

    `title` is the name of the site, if its feed was not `parsed`.
    """
    if is_front_page(page.url) or same_place(page.url, site) or _is_listing(page, parsed):
        return None
    return text_of(page, site=title if parsed is None else parsed.title, guid=_guid(page))


def text_of(page: Page, *, site: str = "", guid: str = "") -> Prepared | None:
    """The article on a page, ready to save; None if there is too little text.

    `site` is the name of the page's site, if it is known; `guid` that of the article, if it is not its address.
    """
    # Heavy, and few addresses that are typed are an article's.

    found = extract_article(page.content, page.url, site=site)
    if found is None or not found.title:
        return None
    entry = ParsedEntry(
        guid=guid or page.url,
        title=found.title,
        link=page.url,
        authors=found.authors,
        categories=found.categories,
        published=found.published,
        html=found.html,
    )
    prepared = replace(prepare(entry), excerpt=False)
    return prepared if prepared.words >= _FEWEST_WORDS else None


def _is_listing(page: Page, parsed: ParsedFeed | None) -> bool:
    """Whether a page lists articles, by clear signs, else by its structure.

    In doubt it is an article, since its address was typed.
    """
    content, parts = page.content[:_EXAMINED_BYTES_MAX], urlsplit(page.url)
    if found := _WORDPRESS.search(content):
        return found[1].lower() not in (b"posts", b"pages")
    if _ARCHIVE.search(f"{parts.path}?{parts.query}" if parts.query else parts.path) or _MAIN_PAGE.search(content):
        return True
    said = _says(content)
    return _looks_like_listing(content, page.url, parsed) if said is None else not said


def _looks_like_listing(content: bytes, url: str, parsed: ParsedFeed | None) -> bool:
    """Whether a page lists articles, by its address, headings, links, and its feed's addresses."""
    is_filed = _FILED.search(urlsplit(url).path) is not None
    if _seems_article(content) and not (is_filed and _is_website(content)):
        return _is_of_headings(_main_part(content), url, least=_HARDLY_ANY)
    if is_filed or _is_front(content, url):
        return True
    entries = () if parsed is None else parsed.entries
    if sum(is_within(entry.link, url) for entry in entries) >= 2:
        return True
    part = _main_part(content)
    return _is_of_headings(part, url) or _is_of_links(part) or _is_of_entries(part, entries)


def _says(content: bytes) -> bool | None:
    """Whether metadata or classes declare a page as an article (True) or a list (False); None if neither."""
    if _named(content).get(b"article:published_time", b"")[:4] > b"1970":
        return True
    body = _BODY_CLASSES.search(content)
    classes = set(body[1].decode("ascii", "replace").lower().split()) if body else set()
    if bool(classes & _ONE) != bool(classes & _MANY):
        return bool(classes & _ONE)
    types = set(_TYPES.findall(content))
    if types & _LISTS and not types & _ARTICLES:
        return False
    return True if types & _ARTICLES and not types & _LISTS and not _is_website(content) else None


def _seems_article(content: bytes) -> bool:
    """Whether a page has a weak mark of an article, which some generators write into lists, too."""
    named = _named(content)
    if named.get(b"og:type") == b"article" or not _ARTICLES.isdisjoint(_TYPES.findall(content)):
        return True
    return not _is_website(content) and any(name.startswith(b"article:") for name in named)


def _is_website(content: bytes) -> bool:
    return _named(content).get(b"og:type") == b"website"


def _named(content: bytes) -> dict[bytes, bytes]:
    return {name.lower(): value.lower() for name, value in _META.findall(content)}


def _is_front(content: bytes, url: str) -> bool:
    """Whether a page is its site's front page under another address, by its own or its canonical address."""
    said = _CANONICAL.search(content)
    canonical = absolute(unescape(said[1].decode("utf-8", "replace")), url) if said else ""
    return bool(_INDEX.search(urlsplit(url).path)) or (bool(canonical) and is_front_page(canonical))


def _main_part(content: bytes) -> bytes:
    """The main part of a page: without header, navigation and footer.

    From the first `article` to the last; else the `main` element; else everything but the header.
    """
    seen = _without(content, _UNSEEN)
    lower = seen.lower()
    start, end = lower.find(b"<article"), lower.rfind(b"</article")
    if 0 <= start < end:
        return seen[start:end]
    if main := _MAIN.search(seen):
        return seen[main.start() :]
    return _without(seen[max(0, lower.find(b"<body")) :], _HEADER)


def _without(content: bytes, unwanted: re.Pattern[bytes]) -> bytes:
    """A page without some elements; unclosed ones stay. One pass."""
    lower, pieces, at, unclosed = content.lower(), [], 0, set()
    found = unwanted.search(content)
    while found:
        name = found[1].lower()
        close = b"-->" if name == b"!--" else b"</" + name
        end = -1 if name in unclosed else lower.find(close, found.end())
        if end < 0:
            unclosed.add(name)
            pieces.append(content[at : found.end()])
            at = found.end()
        else:
            pieces += [content[at : found.start()], b" "]
            at = lower.find(b">", end) + 1 or len(content)
        found = unwanted.search(content, at)
    return b"".join([*pieces, content[at:]])


def _is_of_headings(part: bytes, url: str, *, least: float = _BEFORE) -> bool:
    """Whether linked headings show that a page part is a list; an article may have some below its text.

    In a list, the share of words before the first of them is less than `least`.
    """
    leading = [
        found.start()
        for found in _LINKED_HEADING.finditer(part)
        if not _leads_home(found[1].decode("utf-8", "replace"), url)
    ]
    if len(leading) < _FEW_HEADINGS:
        return False
    before, after = (_count_words(each) for each in (part[: leading[0]], part[leading[0] :]))
    return before < least * (before + after)


def _is_of_entries(part: bytes, entries: Sequence[ParsedEntry]) -> bool:
    """Whether a page part has several titles of the feed's entries as headings, with most text below them."""
    titles = {_plain(entry.title) for entry in entries} - {""}
    named = [found for found in _HEADING.finditer(part) if _plain(found[1].decode("utf-8", "replace")) in titles]
    if len(named) < _FEW_HEADINGS:
        return False
    before, after = (_count_words(each) for each in (part[: named[0].start()], part[named[0].start() :]))
    return before < _BEFORE * (before + after)


def _plain(text: str) -> str:
    return " ".join(unescape(text).split()).casefold()


def _is_of_links(part: bytes) -> bool:
    links = words = 0
    start: int | None = None
    for found in _ANCHOR.finditer(part):
        if not found[1]:
            start = found.end()
        elif start is not None:
            links, words, start = links + 1, words + _count_words(part[start : found.start()]), None
    return links >= _FEW_LINKS and words > _count_words(part) / 2


def _count_words(part: bytes) -> int:
    return len(_TAG.sub(b" ", part).split())


def _leads_home(link: str, url: str) -> bool:
    target = absolute(unescape(link), url)
    return link.startswith("#") or not target or is_front_page(target) or same_place(target, url)


def _guid(page: Page) -> str:
    """The guid that the site's feed would use: WordPress's short link if it is on the site, else the address."""
    found = _SHORT_LINK.search(page.content)
    short = absolute(unescape(found[1].decode("utf-8", "replace")), page.url) if found is not None else ""
    blog, query, _ = short.partition("?p=")
    return short if query and is_within(page.url, blog) else page.url
