"""The whole text of an article, fetched from its page."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from tuireader.errors import FetchError, TuireaderError
from tuireader.store import articles, feeds
from tuireader.tasks import as_done

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import AsyncGenerator, Sequence

    from tuireader.content.extraction.extract import Extracted
    from tuireader.library.jobs.off_loop import Cache
    from tuireader.library.jobs.work import Result, Work
    from tuireader.library.politeness.queue import PoliteQueue
    from tuireader.model.article import Article
    from tuireader.model.feed import Feed
    from tuireader.model.fetched import Page


DEADLINE = 20.0
"""Seconds in which the article on a page has to be found."""
_AT_ONCE = 16
"""Articles whose texts are fetched at a time, of all sites."""
_MUCH = 2
"""How many times as long the text of a page is, if what the feed gave as the whole is only the beginning of it."""


class Fetched(NamedTuple):
    """What came of fetching the text of an article."""

    article_id: int
    error: str | None = None


async def fetch_full_texts(cache: Cache, queue: PoliteQueue, ids: Sequence[int]) -> AsyncGenerator[Fetched, None]:
    """Fetch the texts of several articles, in their order, as their sites bear it; yields what came of each.

    Ending the iteration ends all requests at once.
    """
    hands = asyncio.Semaphore(_AT_ONCE)

    async def fetch(article_id: int) -> Fetched:
        async with hands:
            try:
                await fetch_full_text(cache, queue, article_id, first=False)
            except TuireaderError as error:
                return Fetched(article_id, str(error))
        return Fetched(article_id)

    async with aclosing(as_done(map(fetch, ids))) as events:
        async for event in events:
            yield event


async def fetch_full_text(cache: Cache, queue: PoliteQueue, article_id: int, *, first: bool = True) -> None:
    """Fetch an article's page and keep the text that is on it; raises FetchError where there is none to be had.

    What is `first` goes before all else that is asked of its site.
    """
    from tuireader.urls.credentials import with_credentials_of
    from tuireader.urls.private import permission_for

    article, feed = await cache.read(partial(_article, article_id=article_id))
    if not article.has_page:
        raise FetchError("This article has no address to fetch its text from")
    url = with_credentials_of(article.link, feed.url)
    permission = permission_for(url, feed.url, feed.reach)
    page = await queue.get(url, permission=permission, first=first)
    await read_page(cache, partial(keep_full_text, article_id=article_id, page=page), page)


async def read_page(cache: Cache, work: Work[Result], page: Page) -> Result:
    """Do a job that finds the article on a page; raises FetchError where that takes too long, as a page may intend."""
    from tuireader.urls.hosts import named_host

    try:
        return await cache.take_apart(work, DEADLINE)
    except TimeoutError:
        raise FetchError(f"{named_host(page.url)} has a page that takes too long to be read") from None


def _article(c: sqlite3.Connection, article_id: int) -> tuple[Article, Feed]:
    article = articles.get(c, article_id)
    return article, feeds.get(c, article.feed_id)


def keep_full_text(c: sqlite3.Connection, article_id: int, page: Page) -> None:
    """Keep the text that is on an article's page; raises FetchError where there is none, or less than is here."""
    from tuireader.urls.hosts import named_host

    article = articles.get(c, article_id)
    found = _on(page, articles.body(c, article_id))
    if found is None:
        raise FetchError(f"{named_host(page.url)} has no article on its page that can be made out")
    if found.words < article.words:
        raise FetchError(f"{named_host(page.url)} has no more of this article on its page than its feed gave")
    _keep(c, article, found)


def complete(c: sqlite3.Connection, article_id: int, page: Page) -> None:
    """Take from an article's page, which is here, what its feed left out: its names, and the text where that is longer.

    What the feed gave as the whole is replaced only by a text that is much longer.
    """
    article, body = articles.get(c, article_id), articles.body(c, article_id)
    found = _on(page, body)
    if found is None:
        return
    if found.words >= article.words * (_MUCH if article.offline else 1):
        _keep(c, article, found)
    elif any(names := _missing_names(article, found)):
        from tuireader.content.dom.plain_text import plain_text

        text = plain_text(body)
        articles.add_names(c, article.id, text, authors=names.authors, categories=names.categories)


class _Found(NamedTuple):
    """What is on a page, with its plain text and the number of its words."""

    extracted: Extracted
    text: str
    words: int


def _on(page: Page, body: str) -> _Found | None:
    """The article on a page whose feed gives `body`; None where there is no word of one."""
    from tuireader.content.dom.plain_text import plain_text
    from tuireader.content.extraction.extract import main_html
    from tuireader.text.word_count import count_words

    extracted = main_html(page.content, page.url, excerpt=plain_text(body))
    text = "" if extracted is None else plain_text(extracted.html)
    words = count_words(text)
    return _Found(extracted, text, words) if extracted is not None and words else None


def _keep(c: sqlite3.Connection, article: Article, found: _Found) -> None:
    names, html = _missing_names(article, found), found.extracted.html
    articles.save_full_text(
        c, article.id, html, found.text, found.words, authors=names.authors, categories=names.categories
    )


class _Names(NamedTuple):
    """What an article is to be filed under besides."""

    authors: tuple[str, ...]
    categories: tuple[str, ...]


def _missing_names(article: Article, found: _Found) -> _Names:
    """Of an article of which its feed names no author, or no category, those that its page names."""
    return _Names(
        () if article.authors else found.extracted.authors,
        () if article.categories else found.extracted.categories,
    )
