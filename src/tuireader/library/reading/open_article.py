"""An article as a document, as Markdown, as HTML.

Imports what is heavy where it is used: this module itself is loaded by commands that must start fast.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from tuireader.errors import NotFoundError
from tuireader.model.feed import PAGES
from tuireader.store import articles, feeds

if TYPE_CHECKING:
    import sqlite3

    from tuireader.content.document.model import Document
    from tuireader.model.article import Article, Status

SUMMARY = 60
"""Words up to which a text without a picture may be only a summary, although nothing in it says so."""

LONG = 60_000
"""Characters of clean HTML from which on preparing all of it takes longer than an eye notices."""
BEGINNING = 16_000
"""Characters of it that are more than a screen shows."""


class Endings(NamedTuple):
    """The sentences at the end of what is not, or may not be, the whole article; empty: none."""

    excerpt: str = "This is an excerpt."
    summary: str = ""
    """For what is so short that it may be only a summary."""

    def of(self, article: Article, html: str) -> str:
        """The one for an article."""
        if not article.offline:
            return self.excerpt
        is_short = 0 < article.words <= SUMMARY and "<img" not in html
        is_from_feed = article.has_page and article.feed_url != PAGES
        return self.summary if is_short and is_from_feed else ""


ENDINGS = Endings()


@dataclass(frozen=True, slots=True)
class OpenArticle:
    """An article with all that a page of it needs."""

    article: Article
    status: Status
    html: str
    """Its text as clean HTML with absolute links, without its title."""
    markdown: str
    """The same as Markdown."""
    document: Document
    whole: bool = True
    """Whether `markdown` and `document` have all of the text; if not, `complete` gives the rest."""


def open_article(
    c: sqlite3.Connection,
    article_id: int,
    *,
    endings: Endings = ENDINGS,
    beginning: bool = False,
) -> OpenArticle:
    """Bring an article into the form that is laid out; `endings` is what its end says if the rest is not here.

    With `beginning`, of a long article that is read from its top only that, in a fraction of the time. Raises
    NotFoundError.
    """
    article, status = articles.get(c, article_id), articles.status(c, article_id)
    html = _clean_html(c, article)
    first = _beginning(html) if beginning and not status.position else ""
    lang = feeds.language(c, article.feed_id)
    return OpenArticle(article, status, html, *_prepared(article, first or html, endings, lang), whole=not first)


def _beginning(html: str) -> str:
    from tuireader.content.dom.leading_blocks import beginning

    return beginning(html, BEGINNING) if len(html) > LONG else ""


def complete(opened: OpenArticle, *, endings: Endings = ENDINGS) -> OpenArticle:
    """The whole article of which there is the beginning."""
    markdown, document = _prepared(opened.article, opened.html, endings, opened.document.lang)
    return replace(opened, markdown=markdown, document=document, whole=True)


def _prepared(article: Article, html: str, endings: Endings, lang: str) -> tuple[str, Document]:
    from tuireader.content.document.build import to_document
    from tuireader.content.markdown.beside import without
    from tuireader.content.markdown.convert import to_marked_markdown

    markdown, end = to_marked_markdown(html), endings.of(article, html)
    document = to_document(markdown, title=article.title, authors=article.authors, excerpt=end, lang=lang)
    return without(markdown), document


def markdown_of(c: sqlite3.Connection, article_id: int) -> str:
    """A whole article as Markdown: title, byline, address, text; raises NotFoundError."""
    from tuireader.content.markdown.convert import to_markdown

    return to_markdown(html_of(c, article_id))


def html_of(c: sqlite3.Connection, article_id: int) -> str:
    """A whole article as clean HTML with absolute links: title, byline, address, text; raises NotFoundError."""
    article = articles.get(c, article_id)
    return _head_html(article) + _clean_html(c, article)


def _head_html(article: Article) -> str:
    from html import escape

    from tuireader.content.layout.head import DOT, byline

    said = DOT.join([*byline(article, with_length=False), *article.categories])
    where = escape(article.link)
    rows = [f"<h1>{escape(article.title or 'Untitled')}</h1>", f"<p>{escape(said)}</p>" if said else ""]
    rows.append(f'<p><a href="{where}">{where}</a></p>' if where else "")
    return "\n".join(filter(None, rows)) + "\n"


def _clean_html(c: sqlite3.Connection, article: Article) -> str:
    from tuireader.content.cleaning.clean import clean

    return clean(articles.body(c, article.id), article.link or _site(c, article.feed_id))


def _site(c: sqlite3.Connection, feed_id: int) -> str:
    """The address of a feed's site, not of the feed itself, which may hold a password; of a feed that is lost, none."""
    try:
        return feeds.get(c, feed_id).site
    except NotFoundError:
        return ""
