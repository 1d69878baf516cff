"""Trying CSS selectors on the page of a feed's newest article."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from tuireader.content.dom.sanitize import plain_text
from tuireader.content.dom.tree import Node, parse
from tuireader.content.extraction import page as extraction_page
from tuireader.content.extraction.extract import extract_article
from tuireader.content.extraction.page import Selectors
from tuireader.errors import FetchError
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.politeness.queue import PoliteQueue
from tuireader.library.reading.full_text import read_page
from tuireader.model.article import Article
from tuireader.model.fetched import Page
from tuireader.model.query import Query
from tuireader.store import articles, feeds, site_facts
from tuireader.store.queries import article_lists
from tuireader.text.language_and_hyphenation import count_words
from tuireader.urls.hosts import permission_for
from tuireader.urls.typed_and_shown import with_credentials_of

_SAMPLE_SIZE = 20
"""Articles of a feed among which one with a page is sought."""
_SHOWN = 2000
"""Maximum characters shown."""


class Tried(NamedTuple):
    """The text that CSS selectors extract from a page."""

    words: int
    text: str
    """Its beginning as plain text with blank lines between blocks."""
    is_guessed: bool
    """Whether the article was found automatically, since no selector was given or none matched."""


def mistake(css: str) -> str:
    """The error in a selector as a sentence; "" if there is none."""
    return extraction_page.mistake(css)


async def fetch_newest(cache: Cache, queue: PoliteQueue, feed_id: int) -> tuple[Article, Page]:
    """The newest article of a feed that has a page, with the page; raises FetchError."""
    article = await cache.read(partial(_newest, feed_id=feed_id))
    if article is None:
        raise FetchError("No article in this feed has a link")
    feed = await cache.read(partial(feeds.get, feed_id=feed_id))
    url = with_credentials_of(article.link, feed.url)
    return article, await queue.get(url, permission=permission_for(url, feed.url, feed.reach))


def _newest(c: sqlite3.Connection, feed_id: int) -> Article | None:
    some = (articles.get(c, id_) for id_ in article_lists.ids(c, Query(feeds=(feed_id,)), 0, _SAMPLE_SIZE))
    return next((article for article in some if article.has_page), None)


async def try_on(cache: Cache, page: Page, take: str, drop: str) -> Tried:
    """Apply selectors to a page; raises FetchError if that takes too long."""
    return await read_page(cache, _TrySelectors(page, take, drop), page)


@dataclass(frozen=True, slots=True)
class _TrySelectors:
    """Find the article on a page with selectors. Picklable."""

    page: Page
    take: str
    drop: str

    def __call__(self, _: sqlite3.Connection) -> Tried:
        found = extract_article(self.page.content, self.page.url, selectors=Selectors(self.take, self.drop))
        html = "" if found is None else found.html
        words = count_words(plain_text(html))
        return Tried(words, _in_paragraphs(html)[:_SHOWN], is_guessed=found is None or not found.is_chosen)


def _in_paragraphs(html: str) -> str:
    """The text of clean HTML with blank lines between blocks."""
    around = parse(html)
    while len(around.children) == 1 and isinstance(around.children[0], Node):
        around = around.children[0]
    said = (" ".join(each.split()) if isinstance(each, str) else each.words() for each in around.children)
    return "\n\n".join(filter(None, said))


def choose(c: sqlite3.Connection, feed_id: int, take: str, drop: str) -> list[int]:
    """Save the selectors of a feed; returns its articles with outdated full texts, newest first."""
    feeds.set_option(c, feed_id, site_facts.TAKE, take.strip() or None)
    feeds.set_option(c, feed_id, site_facts.DROP, drop.strip() or None)
    return site_facts.complete(c, feed_id)
