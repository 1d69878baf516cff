"""An article as a document, as Markdown, as HTML.

Imports what is heavy where it is used: this module itself is loaded by commands that must start fast.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tuireader.errors import NotFoundError
from tuireader.store import articles, feeds

if TYPE_CHECKING:
    import sqlite3

    from tuireader.content.document.model import Document
    from tuireader.model.article import Article, Status

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
