"""A page that may be an article: whether it is, and making one of it. Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urlsplit

from tuireader.library.refreshing.compare import prepare
from tuireader.model.fetched import Page, ParsedEntry, ParsedFeed, Prepared
from tuireader.text.bylines import categories, people
from tuireader.urls.identity import is_front_page, is_within, same_place

_FEWEST_WORDS = 10
_META = re.compile(
    rb"""<meta[^>]{0,200}["'](og:type|article:published_time)["'][^>]{0,200}content=["']([^"'<>]{1,60})["']""",
    re.IGNORECASE,
)
_LINKED_HEADING = re.compile(rb"<h[1-3]\b[^>]{0,300}>\s{0,50}<a\s", re.IGNORECASE)
_LISTING_PATH = re.compile(
    r"/(?:category|categories|tags?|authors?|topics?|labels?)(?:/[^/]+){0,2}/?$"  # what is filed under a name
    r"|/(?:archives?|search|page/\d+)/?$"
    r"|^/\d{4}(?:/\d\d){0,2}/?$",  # a year, a month, a day
    re.IGNORECASE,
)
_SHORT_LINK = re.compile(rb"""<link[^>]{0,200}rel=["']shortlink["'][^>]{0,200}href=["']([^"'<>]{1,300})["']""")


def article_of(page: Page, site: str, parsed: ParsedFeed | None) -> Prepared | None:
    """The article that a page holds, ready to be saved; None for a front page, a section, or no text to speak of."""
    if is_front_page(page.url) or same_place(page.url, site) or _is_listing(page, parsed):
        return None
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
    """Whether a page lists articles: by what it says of itself, else by its address, its headings, the feed's links."""
    said = {name.lower(): value.lower() for name, value in _META.findall(page.content)}
    if said.get(b"og:type") == b"article" or b"article:published_time" in said:
        return False
    if said.get(b"og:type") == b"website" or _LISTING_PATH.search(urlsplit(page.url).path):
        return True
    entries = () if parsed is None else parsed.entries
    below = sum(is_within(entry.link, page.url) for entry in entries)
    return below >= 2 or len(_LINKED_HEADING.findall(page.content)) >= 3


def _guid(page: Page) -> str:
    """What the site's feed would call the article: WordPress names it by its short link. Else the page's address."""
    short = _SHORT_LINK.search(page.content)
    if short is not None and b"?p=" in short[1]:
        return short[1].decode("utf-8", "replace")
    return page.url
