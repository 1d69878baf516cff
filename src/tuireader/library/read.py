"""read: an article as a document, as Markdown, as HTML, and its full text from its page.

Imports what is heavy where it is used: this module itself is loaded by commands that must start fast.
"""

from __future__ import annotations

import asyncio
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from tuireader.errors import FetchError, NotFoundError
from tuireader.store import articles, feeds

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from tuireader.content.document.model import Document
    from tuireader.model import Article, Feed, Page, Status
    from tuireader.web import Client

Result = TypeVar("Result")

EXCERPT = "This is an excerpt."

LONG = 60_000
"""Characters of clean HTML from which on preparing all of it takes longer than an eye notices."""
BEGINNING = 16_000
"""Characters of it that are more than a screen shows."""


@dataclass(frozen=True, slots=True)
class OpenArticle:
    """An article with all that a page of it needs."""

    article: Article
    status: Status
    html: str
    """Its text as `html_of` gives it."""
    markdown: str
    """Its text as `markdown_of` gives it."""
    document: Document
    whole: bool = True
    """Whether `markdown` and `document` have all of the text; if not, `complete` gives the rest."""


def open_article(
    c: sqlite3.Connection, article_id: int, *, excerpt: str = EXCERPT, beginning: bool = False
) -> OpenArticle:
    """Bring an article into the form that is laid out; `excerpt` is what its end says if the rest is not here.

    With `beginning`, of a long article that is read from its top only that, in a fraction of the time. Raises
    NotFoundError.
    """
    article, status = articles.get(c, article_id), articles.status(c, article_id)
    html = _clean_html(c, article)
    first = _beginning(html) if beginning and not status.position else ""
    return OpenArticle(article, status, html, *_prepared(article, first or html, excerpt), whole=not first)


def _beginning(html: str) -> str:
    from tuireader.content.dom.leading_blocks import beginning

    return beginning(html, BEGINNING) if len(html) > LONG else ""


def complete(opened: OpenArticle, *, excerpt: str = EXCERPT) -> OpenArticle:
    """The whole article of which there is the beginning."""
    markdown, document = _prepared(opened.article, opened.html, excerpt)
    return replace(opened, markdown=markdown, document=document, whole=True)


def _prepared(article: Article, html: str, excerpt: str) -> tuple[str, Document]:
    from tuireader.content.document.build import to_document
    from tuireader.content.markdown.convert import to_markdown

    markdown = to_markdown(html)
    end = "" if article.offline else excerpt
    return markdown, to_document(markdown, title=article.title, authors=article.authors, excerpt=end)


def markdown_of(c: sqlite3.Connection, article_id: int) -> str:
    """The text of an article as Markdown, without its title; raises NotFoundError."""
    from tuireader.content.markdown.convert import to_markdown

    return to_markdown(html_of(c, article_id))


def html_of(c: sqlite3.Connection, article_id: int) -> str:
    """The text of an article as clean HTML with absolute links, without its title; raises NotFoundError."""
    return _clean_html(c, articles.get(c, article_id))


def _clean_html(c: sqlite3.Connection, article: Article) -> str:
    from tuireader.content.cleaning.clean import clean

    return clean(articles.body(c, article.id), article.link or _site(c, article.feed_id))


def _site(c: sqlite3.Connection, feed_id: int) -> str:
    """The address of a feed's site, not of the feed itself, which may hold a password; of a feed that is lost, none."""
    try:
        return feeds.get(c, feed_id).site
    except NotFoundError:
        return ""


async def fetch_full_text(path: Path, client: Client, article_id: int, *, clock: Callable[[], datetime]) -> None:
    """Fetch an article's page and keep the text that is on it; raises FetchError where there is none to be had."""
    from tuireader import web
    from tuireader.library import waiting
    from tuireader.urls.credentials import with_credentials_of
    from tuireader.urls.private import private_ok_for

    async def in_cache(work: Callable[[sqlite3.Connection], Result]) -> Result:
        return await asyncio.to_thread(_in_cache, path, work)

    article, feed = await in_cache(partial(_article, article_id=article_id))
    if not article.link.startswith(("http://", "https://")):
        raise FetchError("This article has no address to fetch its text from")
    url = with_credentials_of(article.link, feed.url)
    private_ok = private_ok_for(url, feed.url, private=feed.private)
    async with waiting.heeding(in_cache, url, clock=clock):
        page = await web.get(client, url, private_ok=private_ok, clock=clock)
    await in_cache(partial(keep_full_text, article_id=article_id, page=page))


def _in_cache(path: Path, work: Callable[[sqlite3.Connection], Result]) -> Result:
    from tuireader.store.connection import connect

    with closing(connect(path)) as c:
        return work(c)


def _article(c: sqlite3.Connection, article_id: int) -> tuple[Article, Feed]:
    article = articles.get(c, article_id)
    return article, feeds.get(c, article.feed_id)


def keep_full_text(c: sqlite3.Connection, article_id: int, page: Page) -> None:
    """Keep the text that is on an article's page; raises FetchError where there is none, or less than is here."""
    from tuireader.content.dom.plain_text import plain_text
    from tuireader.content.extraction.extract import main_html
    from tuireader.text.word_count import count_words
    from tuireader.urls.hosts import host_of

    article = articles.get(c, article_id)
    found = main_html(page.content, page.url)
    text = "" if found is None else plain_text(found.html)
    words = count_words(text)
    if found is None or not words:
        raise FetchError(f"{host_of(page.url)} has no article on its page that can be made out")
    if words < article.words:
        raise FetchError(f"{host_of(page.url)} has no more of this article on its page than its feed gave")
    articles.save_full_text(c, article.id, found.html, text, words)
