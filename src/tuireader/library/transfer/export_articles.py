"""Articles and feeds as files: JSON, Markdown, EPUB, OPML."""

from __future__ import annotations

import io
import json
import re
import sqlite3
import unicodedata
import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime
from html import escape
from typing import NamedTuple

from ebooklib import epub

from tuireader.content import xhtml
from tuireader.content.layout import paragraph
from tuireader.feeds.opml import Outline, write_opml
from tuireader.library.reading import open_article
from tuireader.model.article import Article, Status
from tuireader.model.query import Query
from tuireader.store import feeds, folders, labels, site_facts
from tuireader.store.queries import article_lists
from tuireader.text import bidi
from tuireader.text.printable import printable, printable_line
from tuireader.urls.hosts import Reach, host_of, is_private_name
from tuireader.urls.typed_and_shown import without_credentials

_STYLE = """\
body { line-height: 1.5; }
h1 { font-size: 1.5em; line-height: 1.2; margin: 1em 0 0.2em; }
p.byline { margin: 0 0 1.5em; font-size: 0.85em; }
blockquote { margin: 1em 1.5em; }
pre { white-space: pre-wrap; font-size: 0.85em; }
table { border-collapse: collapse; }
td, th { border: 1px solid; padding: 0.2em 0.5em; text-align: left; vertical-align: top; }
p.picture, p.caption, p.footnote { font-size: 0.85em; }
"""


class Chapter(NamedTuple):
    """A chapter of a book."""

    title: str
    byline: str
    link: str
    """Its address; may be ""."""
    xhtml: str
    """Its text, as returned by `content.xhtml.to_xhtml`."""
    lang: str
    part: str
    """Its feed, under which it is listed."""


def to_epub(title: str, chapters: Sequence[Chapter], made: datetime) -> bytes:
    """An EPUB with the chapters in the given order; its table of contents is by feed if there are several."""
    book = epub.EpubBook()
    book.set_identifier(
        f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, title + chr(0).join(each.link for each in chapters))}"
    )
    book.set_title(printable_line(title))
    langs = [each.lang for each in chapters if each.lang]
    book.set_language(max(set(langs), key=langs.count) if langs else "en")
    book.add_metadata("DC", "date", made.strftime("%Y-%m-%dT%H:%M:%SZ"))
    book.add_metadata("DC", "publisher", "tuireader")
    for feed in dict.fromkeys(each.part for each in chapters if each.part):
        book.add_author(printable_line(feed), uid=f"creator-{len(book.get_metadata('DC', 'creator'))}")
    style = epub.EpubItem(uid="style", file_name="style.css", media_type="text/css", content=_STYLE)
    book.add_item(style)
    pages = [_page(number, each, style) for number, each in enumerate(chapters, 1)]
    for page in pages:
        book.add_item(page)
    book.toc = _contents(chapters, pages)
    book.add_item(epub.EpubNcx())
    book.add_item(epub.EpubNav())
    book.spine = ["nav", *pages]
    written = io.BytesIO()
    epub.write_epub(written, book, {"raise_exceptions": True})
    return written.getvalue()


def _page(number: int, chapter: Chapter, style: epub.EpubItem) -> epub.EpubHtml:
    title = printable_line(chapter.title) or "Untitled"
    page = epub.EpubHtml(
        uid=f"article-{number}", title=title, file_name=f"article-{number}.xhtml", lang=chapter.lang or None
    )
    direction = ' dir="rtl"' if not title.isascii() and bidi.is_right_to_left(title) else ""
    if direction:
        page.direction = "rtl"
    where = f'<p class="byline"><a href="{escape(chapter.link)}">{escape(chapter.link)}</a></p>' if chapter.link else ""
    page.content = (
        f"<section{direction}><h1>{escape(title, quote=False)}</h1>"
        f'<p class="byline">{escape(printable_line(chapter.byline), quote=False)}</p>{chapter.xhtml}{where}</section>'
    )
    page.add_item(style)
    return page


def _contents(chapters: Sequence[Chapter], pages: Sequence[epub.EpubHtml]) -> list[object]:
    """The table of contents, by feed if there are several."""
    parts: dict[str, list[epub.EpubHtml]] = {}
    for chapter, page in zip(chapters, pages, strict=True):
        parts.setdefault(chapter.part, []).append(page)
    if len(parts) < 2:
        return [*pages]
    return [
        (epub.Section(printable_line(name) or "Articles", href=some[0].file_name), some) for name, some in parts.items()
    ]


_SLUG = re.compile(r"[^\w]+")
_FILE_TITLE_MAX = 60
"""Maximum characters of a title in a file name."""


class TextFile(NamedTuple):
    """A file of the export."""

    name: str
    text: str
    date: int
    """The article's date, in seconds since 1970."""


def markdown_files(c: sqlite3.Connection, ids: Sequence[int]) -> Iterator[TextFile]:
    """Each article as Markdown with front matter (YAML), under a stable file name."""
    for article_id in ids:
        opened = open_article.open_article(c, article_id)
        head = _front_matter(opened.article, opened.status, labels.tags_of(c, [article_id]).get(article_id, []))
        text = f"{head}\n{opened.markdown.strip()}\n"
        yield TextFile(name_of(opened.article), text, int(opened.article.date.timestamp()))


def name_of(article: Article) -> str:
    """A file name: date, title, and a hash against clashes."""
    import hashlib

    plain = unicodedata.normalize("NFKD", printable(article.title)).encode("ascii", "ignore").decode().lower()
    slug = _SLUG.sub("-", plain)[:_FILE_TITLE_MAX].strip("-") or "untitled"
    told_by = hashlib.blake2b(f"{article.feed_url}\0{article.guid}".encode("utf-8", "replace"), digest_size=4)
    return f"{article.date:%Y-%m-%d}-{slug}-{told_by.hexdigest()}.md"


def _front_matter(article: Article, status: Status, names: Sequence[str]) -> str:
    """Metadata of an article as YAML, with values in JSON, which is valid YAML."""
    rows: list[tuple[str, object]] = [
        ("title", article.title),
        ("authors", list(article.authors)),
        ("date", article.date.strftime("%Y-%m-%dT%H:%M:%SZ")),
        ("link", article.link),
        ("feed", article.feed_title),
        ("categories", list(article.categories)),
        ("tags", list(names)),
        ("read", status.read),
        ("starred", status.starred),
    ]
    said = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in rows if value or value is False]
    return "\n".join(["---", *said, "---", ""])


def book(c: sqlite3.Connection, title: str, ids: Sequence[int], made: datetime) -> bytes:
    """Articles as an EPUB, grouped by feed in the order of first appearance."""
    chapters = []
    for article_id in ids:
        opened = open_article.open_article(c, article_id)
        article = opened.article
        said = paragraph.DOT.join([article.feed_title, *paragraph.byline(article, with_length=False)])
        link = xhtml.address(article.link) if article.has_page else ""
        lang = feeds.language(c, article.feed_id)
        chapters.append(Chapter(article.title, said, link, xhtml.to_xhtml(opened.document), lang, article.feed_title))
    parts = [*dict.fromkeys(chapter.part for chapter in chapters)]
    return to_epub(printable(title), sorted(chapters, key=lambda chapter: parts.index(chapter.part)), made)


def ids_of(c: sqlite3.Connection, query: Query) -> list[int]:
    return article_lists.ids(c, query)


class ExportedFeeds(NamedTuple):
    """A list of feeds as a file."""

    content: bytes
    feeds: int
    """Number of feeds in it."""
    without_password: int
    """Number of feeds whose credentials were left out."""
    inside: int
    """Number of feeds left out because their addresses are private and not from the user."""
    pages: int
    """Number of followed pages left out, since they are no feeds."""
    outside: int
    """Number of feeds left out because their addresses are not http or https: other programs might execute them."""


def export_feeds(c: sqlite3.Connection, now: datetime, *, folder_id: int | None = None) -> ExportedFeeds:
    """Export all feeds, or those of a folder, as OPML with folders and the user's titles, by folder and name."""
    names = {folder.id: folder.name for folder in folders.every(c)}
    every = [feed for feed in feeds.every(c) if not feed.holds_pages and folder_id in (None, feed.folder_id)]
    page_lists = site_facts.page_list_feeds(c)
    by_url: dict[str, Outline] = {}
    without_password = inside = pages = outside = 0
    for feed in every:
        if feed.id in page_lists:
            pages += 1
        elif not feed.url.startswith(("http://", "https://")):
            outside += 1
        elif feed.reach is Reach.PUBLIC and is_private_name(host_of(feed.url)):
            inside += 1  # an import would take it for the user's own word
        else:
            url, folder = without_credentials(feed.url), names.get(feed.folder_id or 0, "")
            without_password += url != feed.url
            # What two accounts follow is there once.
            by_url.setdefault(url, Outline(url, feed.name, folder, without_credentials(feed.site)))
    outlines = sorted(by_url.values(), key=lambda outline: outline.folder.casefold())
    content = write_opml("Subscriptions", outlines, now)
    return ExportedFeeds(content, len(outlines), without_password, inside, pages, outside)
