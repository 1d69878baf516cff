"""An article as a document, as Markdown, as HTML; and the languages of feeds."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from typing import NamedTuple

from tuireader.content.cleaning.clean import clean, clean_beginning
from tuireader.content.document import build
from tuireader.content.document.model import Document
from tuireader.content.dom import sanitize
from tuireader.content.layout.paragraph import DOT, byline
from tuireader.content.markdown import annotations as markdown_annotations
from tuireader.content.markdown import convert
from tuireader.errors import NotFoundError
from tuireader.model.article import Article, Status
from tuireader.model.feed import PAGES
from tuireader.model.query import Query
from tuireader.store import articles, feeds, save_articles, site_facts
from tuireader.store.connection import transaction
from tuireader.store.queries import article_lists
from tuireader.text.language_and_hyphenation import count_words, language_of

SUMMARY = 60
"""Maximum words of a text without a picture that may be only a summary."""

LONG = 60_000
"""Characters of HTML from which preparing the whole article is noticeable."""
BEGINNING = 16_000
"""Characters of clean HTML that fill more than a screen."""


class Source(NamedTuple):
    """The HTML of an article, with the base address of its links."""

    body: str
    """HTML as received."""
    url: str
    """The address of its page, or of its site."""


class Endings(NamedTuple):
    """Sentences shown at the end of an incomplete article; "": none."""

    excerpt: str = "This is an excerpt."
    summary: str = ""
    """For a text so short that it may be a summary."""
    given: str = ""
    """Shown below the feed's text if the page's text is saved, too."""
    partial: str = "The article may be incomplete."
    """For a text that has less than half of its page's prose."""

    def of(
        self, article: Article, html: str, source: Source, *, is_given: bool = False, is_of_page: bool = False
    ) -> str:
        """Return the sentence for an article; "" if none is due."""
        if is_given:
            return self.given
        if not article.offline:
            return self.excerpt
        if sanitize.PARTIAL in source.body:
            return self.partial
        is_short = 0 < article.words <= SUMMARY and "<img" not in html
        is_from_feed = article.has_page and article.feed_url != PAGES
        return self.summary if is_short and is_from_feed and not is_of_page else ""


ENDINGS = Endings()


@dataclass(frozen=True, slots=True)
class OpenArticle:
    """An article with everything that the reader shows of it."""

    article: Article
    status: Status
    html: str
    """Clean HTML with absolute links, without the title."""
    markdown: str
    """The same as Markdown."""
    document: Document
    source: Source | None = None
    """The source of the whole article if only its beginning is prepared; see `complete`."""
    is_given: bool = False
    """Whether the feed's text is shown although the page's text is saved."""
    is_of_page: bool = False
    """Whether the text from the article's page is shown, not the feed's."""

    @property
    def whole(self) -> bool:
        return self.source is None


def open_article(
    c: sqlite3.Connection,
    article_id: int,
    *,
    endings: Endings = ENDINGS,
    beginning: bool = False,
    given: bool = False,
) -> OpenArticle:
    """Load an article and prepare it for display; `endings` are sentences shown below an incomplete one.

    With `beginning`, only the start of a long article without a reading position is prepared, which is faster. With
    `given`, the feed's text is used even if the page's text is saved. Raises NotFoundError.
    """
    article, status = articles.get(c, article_id), articles.tagged_status(c, article_id)
    is_here = site_facts.has_full_text(c, article_id)
    is_given = given and is_here
    source = _source(c, article, given=is_given)
    first = _beginning(source) if beginning and not status.position and not is_given else ""
    html = first or _clean(source)
    if is_given:
        article = replace(article, words=_count_words(html))
    is_of_page = is_here and not given
    end = endings.of(article, html, source, is_given=is_given, is_of_page=is_of_page)
    prepared = _prepared(article, html, end, feeds.language(c, article.feed_id))
    rest = source if first else None
    return OpenArticle(article, status, html, *prepared, source=rest, is_given=is_given, is_of_page=is_of_page)


def _count_words(html: str) -> int:
    return count_words(sanitize.plain_text(html))


def _beginning(source: Source) -> str:
    return clean_beginning(*source, BEGINNING) if len(source.body) > LONG else ""


def complete(opened: OpenArticle, *, endings: Endings = ENDINGS) -> OpenArticle:
    """Prepare the whole of an article of which only the beginning was prepared."""
    if opened.source is None:
        return opened
    html = _clean(opened.source)
    end = endings.of(opened.article, html, opened.source, is_given=opened.is_given, is_of_page=opened.is_of_page)
    markdown, document = _prepared(opened.article, html, end, opened.document.lang)
    return replace(opened, html=html, markdown=markdown, document=document, source=None)


def _prepared(article: Article, html: str, end: str, lang: str) -> tuple[str, Document]:
    markdown = convert.to_marked_markdown(html)
    document = build.to_document(markdown, title=article.title, authors=article.authors, excerpt=end, lang=lang)
    return markdown_annotations.without(markdown), document


def markdown_of(c: sqlite3.Connection, article_id: int) -> str:
    """A whole article as Markdown: title, byline, address, text; raises NotFoundError."""
    return convert.to_markdown(html_of(c, article_id))


def html_of(c: sqlite3.Connection, article_id: int) -> str:
    """A whole article as clean HTML with absolute links: title, byline, address, text; raises NotFoundError."""
    article = articles.get(c, article_id)
    return _head_html(article) + _clean(_source(c, article))


def _head_html(article: Article) -> str:
    from html import escape

    said = DOT.join([*byline(article, with_length=False), *article.categories])
    where = escape(article.link)
    rows = [f"<h1>{escape(article.title or 'Untitled')}</h1>", f"<p>{escape(said)}</p>" if said else ""]
    rows.append(f'<p><a href="{where}">{where}</a></p>' if where else "")
    return "\n".join(filter(None, rows)) + "\n"


def _source(c: sqlite3.Connection, article: Article, *, given: bool = False) -> Source:
    body = save_articles.given_html(c, article.id) if given else articles.body(c, article.id)
    return Source(body, article.link or _site(c, article.feed_id))


def _clean(source: Source) -> str:
    return clean(*source)


def _site(c: sqlite3.Connection, feed_id: int) -> str:
    """The address of a feed's site, not of the feed, which may contain a password; "" for a lost feed."""
    try:
        return feeds.get(c, feed_id).site
    except NotFoundError:
        return ""


_SAMPLES = 3
"""Articles of a feed whose language is detected."""
_UNKNOWN = "und"
"""The language tag for several languages, or too little text."""


def learn_language(c: sqlite3.Connection, feed_id: int | None = None) -> None:
    """Detect and save the language of a feed, or of all feeds, that state none."""
    for feed in feeds.every(c) if feed_id is None else [feeds.get(c, feed_id)]:
        if feeds.language(c, feed.id):
            continue
        texts = [
            sanitize.plain_text(articles.body(c, article_id))
            for article_id in article_lists.ids(c, Query(feeds=(feed.id,)), 0, _SAMPLES)
        ]
        if texts:
            found = set(map(language_of, texts)) - {""}
            with transaction(c):
                feeds.set_option(c, feed.id, feeds.FOUND_LANGUAGE, found.pop() if len(found) == 1 else _UNKNOWN)
