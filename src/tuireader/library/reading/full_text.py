"""The whole text of an article, fetched from its page."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tuireader.errors import FetchError
from tuireader.store import articles, feeds

if TYPE_CHECKING:
    import sqlite3

    from tuireader.library.jobs.off_loop import Cache
    from tuireader.library.politeness.queue import PoliteQueue
    from tuireader.model.article import Article
    from tuireader.model.feed import Feed
    from tuireader.model.fetched import Page


async def fetch_full_text(cache: Cache, queue: PoliteQueue, article_id: int) -> None:
    """Fetch an article's page and keep the text that is on it; raises FetchError where there is none to be had."""
    from tuireader.urls.credentials import with_credentials_of
    from tuireader.urls.private import permission_for

    article, feed = await cache.read(partial(_article, article_id=article_id))
    if not article.has_page:
        raise FetchError("This article has no address to fetch its text from")
    url = with_credentials_of(article.link, feed.url)
    permission = permission_for(url, feed.url, feed.reach)
    page = await queue.get(url, permission=permission)
    await cache.take(partial(keep_full_text, article_id=article_id, page=page))


def _article(c: sqlite3.Connection, article_id: int) -> tuple[Article, Feed]:
    article = articles.get(c, article_id)
    return article, feeds.get(c, article.feed_id)


def keep_full_text(c: sqlite3.Connection, article_id: int, page: Page, *, times: int = 1) -> None:
    """Keep the text that is on an article's page; raises FetchError where there is none, or less than is here.

    With `times`, it must be so many times as long as what is here.
    """
    from tuireader.content.dom.plain_text import plain_text
    from tuireader.content.extraction.extract import main_html
    from tuireader.text.word_count import count_words
    from tuireader.urls.hosts import named_host

    article = articles.get(c, article_id)
    found = main_html(page.content, page.url)
    text = "" if found is None else plain_text(found.html)
    words = count_words(text)
    if found is None or not words:
        raise FetchError(f"{named_host(page.url)} has no article on its page that can be made out")
    if words < times * article.words:
        raise FetchError(f"{named_host(page.url)} has no more of this article on its page than its feed gave")
    articles.save_full_text(c, article.id, found.html, text, words)
