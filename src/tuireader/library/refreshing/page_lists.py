"""Followed pages: extracting entries from the list on a page, or from its changes."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from tuireader.content.dom.sanitize import plain_text
from tuireader.content.dom.tree import Node, parse, serialise
from tuireader.content.extraction.extract import extract_article
from tuireader.content.extraction.page import Selectors
from tuireader.content.listing.card import Listing
from tuireader.content.listing.find import find_again, find_list
from tuireader.errors import NotAFeedError
from tuireader.model.feed import PageList
from tuireader.model.fetched import Page, ParsedEntry, ParsedFeed
from tuireader.model.query import Query
from tuireader.store import articles, save_articles, site_facts
from tuireader.store.queries import article_lists
from tuireader.text.language_and_hyphenation import count_words
from tuireader.urls.hosts import named_host
from tuireader.urls.identity import place

_WHOLE = 300
"""Words from which an excerpt on a list may be the whole article."""
_KNOWN = 50
"""Number of a feed's newest articles by which its list on the page is recognised."""
_EDITIONS = 1000
"""Maximum editions of a page among which the last one is looked for."""


def read(
    c: sqlite3.Connection, feed_id: int, page: Page, learned: PageList, now: datetime
) -> tuple[ParsedFeed, PageList]:
    """Extract the entries of a followed page; returns them, and the updated facts about its list.

    A list that has moved on the page is searched for, and recognised by known articles. Raises NotAFeedError if it is
    not found.
    """
    if learned.followed == "page":
        return text_of(c, feed_id, page, now), learned

    listing = find_again(page.content, page.url, learned.followed, learned.shape)
    if listing is None:
        found = find_list(page.content, page.url)
        listing = found if found is not None and _is_known(c, feed_id, found) else None
    if listing is None:
        since = learned.different_since or now
        there = since.astimezone()
        raise NotAFeedError(
            f"No articles on the page at {named_host(page.url)} since {there.day} {there:%B}: its layout changed."
            " Add its address again to update"
        )
    return as_feed(listing, page), PageList(listing.tier, listing.shape)


def noted(learned: PageList, now: datetime) -> PageList:
    return learned if learned.different_since else replace(learned, different_since=now)


def as_feed(listing: Listing, page: Page) -> ParsedFeed:
    """Return the articles that a page lists as a feed."""
    entries = tuple(
        ParsedEntry(
            guid=item.url,
            title=item.title,
            link=item.url,
            authors=item.authors,
            categories=item.categories,
            published=item.date,
            html=item.html,
            summary=count_words(plain_text(item.html)) < _WHOLE,
        )
        for item in listing.items
    )
    return ParsedFeed(listing.title, page.url, entries, language=listing.language)


def _is_known(c: sqlite3.Connection, feed_id: int, listing: Listing) -> bool:
    """Whether a list has any of the feed's newest articles; True if the feed has none."""
    newest = article_lists.ids(c, Query(feeds=(feed_id,)), 0, _KNOWN)
    links = {place(articles.get(c, id_).link) for id_ in newest}
    return not links or any(place(item.url) in links for item in listing.items)


def text_of(c: sqlite3.Connection, feed_id: int, page: Page, now: datetime) -> ParsedFeed:
    """The text of a page as one entry, new parts first; no entry if it has not changed.

    Raises NotAFeedError if the page has no text.
    """
    everything = Selectors("body", "nav, footer, form")
    listing = find_list(page.content, page.url)
    found = None if listing is not None else extract_article(page.content, page.url)
    found = found or extract_article(page.content, page.url, selectors=everything)
    if found is not None and listing is not None:  # what it lists is the text: no article of it is
        found = replace(found, title=listing.title or found.title, authors=(), categories=())
    if found is None or not plain_text(found.html).strip():
        raise NotAFeedError(f"No text found on the page at {named_host(page.url)}.")
    last, named = _last_edition(c, feed_id)
    digest = _digest(plain_text(found.html))
    if named.endswith(f"-{digest}"):
        return ParsedFeed(found.title, page.url, ())
    before = save_articles.given_html(c, last) if last else ""
    guid = f"{page.url}#{_digest(named)}-{digest}"  # what is as it was some time ago has changed, too
    html = _with_news(before, found.html) if before else found.html
    entry = ParsedEntry(guid, found.title, page.url, found.authors, found.categories, published=now, html=html)
    return ParsedFeed(found.title, page.url, (entry,))


def _last_edition(c: sqlite3.Connection, feed_id: int) -> tuple[int, str]:
    """Id and guid of the latest saved edition of a page; 0 and "" if there is none.

    A guid names the edition before; the latest is the newest that no other guid names. Dates alone may mislead, since
    a clock may have been ahead or an edition may be from a backup.
    """
    found = site_facts.newest(c, feed_id, _EDITIONS)
    followed = {guid.rpartition("#")[2].partition("-")[0] for _, guid in found}
    return next(((id_, guid) for id_, guid in found if _digest(guid) not in followed), (0, ""))


def _digest(text: str) -> str:
    return hashlib.sha256(" ".join(text.split()).encode("utf-8", "replace")).hexdigest()[:12]


_HOLDERS = frozenset({"ul", "ol", "div", "section", "blockquote", "dl"})
_MARK = "<hr><h2>Current page</h2>"
"""Separates what is new from the whole page."""


def _with_news(before: str, now: str) -> str:
    """The HTML of a page, preceded by its new blocks and the removed ones."""
    old, new = [*_blocks(parse(before.rpartition(_MARK)[2]))], [*_blocks(parse(now))]
    there, here = {words for words, _ in old}, {words for words, _ in new}
    fresh = [node for words, node in new if words not in there]
    gone = [node for words, node in old if words not in here]
    parts = [f"<h2>{title}</h2>{serialise(some)}" for title, some in (("New", fresh), ("Removed", gone)) if some]
    return f"{''.join(parts)}{_MARK}{now}" if parts else now


def _blocks(around: Node) -> Iterator[tuple[str, Node | str]]:
    """The innermost blocks of clean HTML with their words; each list item becomes a list."""
    for child in around.children:
        if isinstance(child, Node) and child.tag in _HOLDERS:
            for words, node in _blocks(child):
                is_item = isinstance(node, Node) and node.tag == "li"
                yield words, Node(child.tag if child.tag in ("ul", "ol") else "ul", {}, [node]) if is_item else node
            continue
        words = " ".join((child if isinstance(child, str) else child.words()).split())
        if words:
            yield words, child
