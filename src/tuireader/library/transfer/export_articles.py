"""Export of articles as Markdown or as a book, and of feeds as OPML."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from tuireader.feeds.opml import Outline, write_opml
from tuireader.library.reading import open_article
from tuireader.store import articles, feeds, folders, labels, site_facts
from tuireader.text.printable import printable
from tuireader.urls.hosts import host_of
from tuireader.urls.private_network import Reach, is_private_name
from tuireader.urls.shown import without_credentials

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from tuireader.model.article import Article
    from tuireader.model.headline import Status
    from tuireader.model.query import Query


_SLUG = re.compile(r"[^\w]+")
_LONGEST = 60
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
    slug = _SLUG.sub("-", plain)[:_LONGEST].strip("-") or "untitled"
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
    from tuireader.content.export.xhtml import address, to_xhtml
    from tuireader.content.layout.head import DOT, byline
    from tuireader.library.transfer.epub import Chapter, to_epub

    chapters = []
    for article_id in ids:
        opened = open_article.open_article(c, article_id)
        article = opened.article
        said = DOT.join([article.feed_title, *byline(article, with_length=False)])
        link = address(article.link) if article.has_page else ""
        lang = feeds.language(c, article.feed_id)
        chapters.append(Chapter(article.title, said, link, to_xhtml(opened.document), lang, article.feed_title))
    parts = [*dict.fromkeys(chapter.part for chapter in chapters)]
    return to_epub(printable(title), sorted(chapters, key=lambda chapter: parts.index(chapter.part)), made)


def ids_of(c: sqlite3.Connection, query: Query) -> list[int]:
    return articles.ids(c, query)


class ExportedFeeds(NamedTuple):
    """A list of feeds as a file."""

    content: bytes
    feeds: int
    """Number of feeds in it."""
    without_password: int
    """Number of feeds whose credentials were left out."""
    inside: int
    """Number of feeds left out, since others gave their addresses, which are private."""
    pages: int
    """Number of followed pages left out, since they are no feeds."""
    outside: int
    """Number of feeds left out, since their addresses are not on the web: other programs may run such a one."""


def export_feeds(c: sqlite3.Connection, now: datetime, *, folder_id: int | None = None) -> ExportedFeeds:
    """All feeds, or those of a folder, with folders and the user's titles, by folder and name."""
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
