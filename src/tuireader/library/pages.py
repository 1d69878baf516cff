"""A page that may be an article: whether it is, and making one of it. Pure."""

from __future__ import annotations

import re
from dataclasses import replace

from tuireader.library.places import is_front_page, is_within, same_place
from tuireader.library.plan import prepare
from tuireader.model import Page, ParsedEntry, ParsedFeed, Prepared

_FEWEST_WORDS = 10
_KIND = re.compile(rb"""<meta[^>]{0,200}["']og:type["'][^>]{0,200}content=["']([\w.]{1,40})["']""", re.IGNORECASE)
_SHORT_LINK = re.compile(rb"""<link[^>]{0,200}rel=["']shortlink["'][^>]{0,200}href=["']([^"'<>]{1,300})["']""")


def article_of(page: Page, site: str, parsed: ParsedFeed | None) -> Prepared | None:
    """The article that a page holds, ready to be saved; None for a front page, a section, or no text to speak of."""
    if is_front_page(page.url) or same_place(page.url, site) or _is_listing(page, parsed):
        return None
    from tuireader.content.extract import main_html  # heavy, and few addresses that are typed are an article's

    found = main_html(page.content, page.url)
    if found is None or not found.title:
        return None
    entry = ParsedEntry(
        guid=_guid(page),
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
    kind = _KIND.search(page.content)
    if kind is not None and kind[1].lower() == b"website":
        return True
    entries = () if parsed is None else parsed.entries
    return sum(is_within(entry.link, page.url) for entry in entries) >= 2


def _guid(page: Page) -> str:
    """What the site's feed would call the article: WordPress names it by its short link. Else the page's address."""
    short = _SHORT_LINK.search(page.content)
    if short is not None and b"?p=" in short[1]:
        return short[1].decode("utf-8", "replace")
    return page.url
