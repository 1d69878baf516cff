"""Articles and feeds as files: JSON, Markdown, EPUB, OPML."""

from __future__ import annotations

import io
import json
import os
import re
import sqlite3
import stat
import unicodedata
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from html import escape
from itertools import count
from pathlib import Path
from typing import NamedTuple

from ebooklib import epub

from tuireader import paths
from tuireader.content import xhtml
from tuireader.content.layout import paragraph
from tuireader.errors import TuireaderError
from tuireader.feeds.opml import Outline, write_opml
from tuireader.library.reading import open_article
from tuireader.library.transfer import backup
from tuireader.model.article import Article, Status
from tuireader.model.feed import Feed
from tuireader.model.query import Query
from tuireader.store import feeds, folders, labels, site_facts
from tuireader.store.queries import article_lists
from tuireader.text import bidi
from tuireader.text.printable import printable, printable_line
from tuireader.text.sentences import counted, dated
from tuireader.urls.hosts import Reach, host_of, is_private_name
from tuireader.urls.typed_and_shown import shown_address, without_credentials

_STYLE = """\
body { line-height: 1.5; }
a { color: inherit; }
h1 { font-size: 1.5em; line-height: 1.2; margin: 1em 0 0.2em; }
section.title { margin-top: 30%; text-align: center; }
p.byline { margin: 0 0 1.5em; font-size: 0.85em; }
blockquote { margin: 1em 1.5em; }
pre { white-space: pre-wrap; font-size: 0.85em; }
table { border-collapse: collapse; }
td, th { border: 1px solid; padding: 0.2em 0.5em; text-align: left; vertical-align: top; }
p.picture, p.caption, p.footnote { font-size: 0.85em; }
"""


_UNKNOWN = "und"
"""The code of a language that is not known."""
_AUTHORS_MAX = 20
"""Maximum authors named in a book's metadata."""


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
    authors: tuple[str, ...] = ()


def to_epub(title: str, chapters: Sequence[Chapter], made: datetime) -> bytes:
    """An EPUB with the chapters in the given order; its table of contents is by feed if there are several."""
    book = epub.EpubBook()
    book.set_identifier(
        f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, title + chr(0).join(each.link for each in chapters))}"
    )
    book.set_title(printable_line(title))
    langs = [each.lang for each in chapters if each.lang]
    book.set_language(max(set(langs), key=langs.count) if langs else _UNKNOWN)
    book.add_metadata("DC", "date", made.strftime("%Y-%m-%dT%H:%M:%SZ"))
    book.add_metadata("DC", "publisher", "tuireader")
    feeds_of = dict.fromkeys(each.part for each in chapters if each.part)
    authors = dict.fromkeys(author for each in chapters for author in each.authors)
    for number, name in enumerate([*authors][:_AUTHORS_MAX] or feeds_of):
        book.add_author(printable_line(name), uid=f"creator-{number}")
    for feed in feeds_of if authors else ():
        book.add_metadata("DC", "contributor", printable_line(feed))
    style = epub.EpubItem(uid="style", file_name="style.css", media_type="text/css", content=_STYLE)
    book.add_item(style)
    pages = [_page(number, each, style) for number, each in enumerate(chapters, 1)]
    for page in pages:
        book.add_item(page)
    book.toc = _contents(chapters, pages)
    book.add_item(epub.EpubNcx())
    book.add_item(epub.EpubNav())
    front = _title_page(title, len(chapters), feeds_of, made, style)
    book.add_item(front)
    book.spine = [front, "nav", *pages]
    written = io.BytesIO()
    epub.write_epub(written, book, {"raise_exceptions": True})
    return written.getvalue()


def _title_page(title: str, chapters: int, parts: Iterable[str], made: datetime, style: epub.EpubItem) -> epub.EpubHtml:
    page = epub.EpubHtml(uid="title", title=printable_line(title), file_name="title.xhtml")
    lines = [counted(chapters, "article"), dated(made), *map(printable_line, parts)]
    said = "".join(f'<p class="byline">{escape(line, quote=False)}</p>' for line in lines)
    page.content = f'<section class="title"><h1>{escape(printable_line(title), quote=False)}</h1>{said}</section>'
    page.add_item(style)
    return page


def _page(number: int, chapter: Chapter, style: epub.EpubItem) -> epub.EpubHtml:
    title = printable_line(chapter.title) or "Untitled"
    page = epub.EpubHtml(
        uid=f"article-{number}", title=title, file_name=f"article-{number}.xhtml", lang=chapter.lang or _UNKNOWN
    )
    direction = ' dir="rtl"' if not title.isascii() and bidi.is_right_to_left(title) else ""
    if direction:
        page.direction = "rtl"
    if "<math" in chapter.xhtml:
        page.properties.append("mathml")
    where = f'<p class="byline"><a href="{escape(chapter.link)}">{escape(chapter.link)}</a></p>' if chapter.link else ""
    page.content = (
        f"<section{direction}><h1>{escape(title, quote=False)}</h1>"
        f'<p class="byline">{escape(printable_line(chapter.byline), quote=False)}</p>{chapter.xhtml}{where}</section>'
    )
    page.add_item(style)
    return page


def _contents(chapters: Sequence[Chapter], pages: Sequence[epub.EpubHtml]) -> list[object]:
    """The table of contents, by feed if there are several."""
    parts: dict[str, list[epub.Link]] = {}
    for chapter, page in zip(chapters, pages, strict=True):
        said = paragraph.DOT.join([page.title, *map(printable_line, chapter.authors[:1])])
        parts.setdefault(chapter.part, []).append(epub.Link(page.file_name, said, page.id))
    if len(parts) < 2:
        return [each for some in parts.values() for each in some]
    return [(epub.Section(printable_line(name) or "Articles", href=some[0].href), some) for name, some in parts.items()]


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
        chapters.append(
            Chapter(
                article.title, said, link, xhtml.to_xhtml(opened.document), lang, article.feed_title, article.authors
            )
        )
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

    def left_out(self) -> list[str]:
        """A sentence on each kind of thing that is not in the list."""
        said = [_passwords(self.without_password)]
        if self.pages:
            pages = counted(self.pages, "watched page")
            said.append(f"Not exported: {pages} without a feed. A JSON backup includes them.")
        if self.outside:
            said.append(f"Not exported: {counted(self.outside, 'feed')} without a web address.")
        if self.inside:
            said.append(f"Not exported: {counted(self.inside, 'feed')} on your local network.")
        return [each for each in said if each]


def passwords_left_out(every: Iterable[Feed]) -> str:
    """A sentence on the passwords of feeds, which are not exported; "" if there are none."""
    return _passwords(sum(without_credentials(feed.url) != feed.url for feed in every))


def _passwords(of: int) -> str:
    return f"Passwords of {counted(of, 'feed')} were not exported. Enter them again after importing." if of else ""


def export_feeds(c: sqlite3.Connection, now: datetime, *, folder_id: int | None = None) -> ExportedFeeds:
    """Export all feeds, or those of a folder, as OPML with folders and the user's titles, by folder and name."""
    names = {folder.id: folder.name for folder in folders.every(c)}
    every = [feed for feed in feeds.current(c) if not feed.holds_pages and folder_id in (None, feed.folder_id)]
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


SUFFIXES = {"opml": ".opml", "json": ".jsonl", "epub": ".epub", "markdown": ""}
"""The formats, and the suffixes of their files; Markdown is a folder of files."""

Tell = Callable[[str], None]
"""Receives the progress."""


def _tell_nobody(_: str) -> None:
    return None


def mistake(path: Path, form: str) -> str:
    """Why nothing can be written to a path, as a sentence; "" if it can.

    Anything but a regular file or a folder is refused.
    """
    shown = shown_address(str(path))
    with _write_errors(path):
        if form == "markdown":
            return f"{shown} is not a directory." if path.exists() and not path.is_dir() else ""
        if not path.name or path.is_dir():
            return f"{shown} is a directory: enter a file name."
        if not path.parent.is_dir():
            return f"{shown_address(str(path.parent))} does not exist."
        cache = paths.cache_path()
        is_beside = path.name.startswith(cache.name) and cache.parent.exists() and path.parent.samefile(cache.parent)
        if is_beside or (cache.exists() and path.exists() and path.samefile(cache)):
            return f"{shown} belongs to the database: enter another file name."
        return f"{shown} is not a file." if path.is_symlink() or (path.exists() and not path.is_file()) else ""


def export_to(
    c: sqlite3.Connection, *, form: str, path: Path, query: Query, only: Collection[int], now: datetime
) -> list[str]:
    """Export all feeds, everything, or the articles of a list, by the format; returns what to say.

    `only`: ids of the articles to be exported, in the order of the list; empty for all of the list.
    """
    if form == "opml":
        exported = export_feeds(c, now)
        return [*exported.left_out(), *feeds_to(path, exported)]
    if form == "json":
        said = passwords_left_out(feeds.current(c))
        return [*filter(None, [said]), *backup_to(c, path, now)]
    ids = ids_of(c, query)
    if only:
        ids = [each for each in ids if each in only] or [*only]  # the open article may be in another list
    if not ids:
        return ["The list has no articles to export."]
    return markdown_to(c, path, ids) if form == "markdown" else book_to(c, path, ids, now)


def feeds_to(path: Path, exported: ExportedFeeds) -> list[str]:
    """Write a list of feeds; returns what to say."""
    return _write(path, exported.content, counted(exported.feeds, "feed"))


def backup_to(
    c: sqlite3.Connection, path: Path, now: datetime, ids: Sequence[int] | None = None, tell: Tell = _tell_nobody
) -> list[str]:
    """Write a backup of everything, or of some articles; returns what to say."""
    written = 0
    with (
        closing(backup.backup_rows(c, now, ids)) as rows,
        _write_errors(path),
        paths.written_whole(path) as part,
        part.open("w", encoding="utf-8") as file,
    ):
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            written += row["type"] == "article"
            if not written % 100:
                tell(f"{written} articles")
    return [f"Exported {counted(written, 'article')} to {printable(str(path))}."]


def book_to(
    c: sqlite3.Connection,
    path: Path,
    ids: Sequence[int],
    now: datetime,
    tell: Tell = _tell_nobody,
    *,
    title: str | None = None,
) -> list[str]:
    """Write a book with a chapter for each article; returns what to say."""
    tell(f"Exporting {counted(len(ids), 'article')}…")
    content = book(c, title or f"Articles, {now.astimezone():%Y-%m-%d}", ids, now)
    return _write(path, content, counted(len(ids), "article"))


def markdown_to(c: sqlite3.Connection, folder: Path, ids: Sequence[int], tell: Tell = _tell_nobody) -> list[str]:
    """Write each article as a file in a folder; returns what to say."""
    kept = 0
    with _write_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for number, file in enumerate(markdown_files(c, ids), 1):
            with paths.written_whole(folder / file.name) as part:
                part.write_text(file.text, "utf-8", "replace")
                os.utime(part, (file.date, file.date))
                kept += _keep_edited(folder / file.name, file)
            tell(f"{number}/{len(ids)} articles")
    said = [f"Exported {counted(len(ids), 'article')} to {printable(str(folder))}."]
    return said if not kept else [*said, f"{counted(kept, 'file')} changed since the last export: kept as “….md~1”."]


def _keep_edited(path: Path, file: TextFile) -> bool:
    """Rename a file at a path unless it is an unchanged earlier export, and return whether it was renamed.

    An unchanged one is known by its modification time or its text.
    """
    try:
        about = path.lstat()
    except FileNotFoundError:
        return False
    text = file.text.encode("utf-8", "replace")
    if stat.S_ISREG(about.st_mode) and (int(about.st_mtime) == file.date or _holds(path, about.st_size, text)):
        return False
    name = next(name for number in count(1) if not (name := path.with_name(f"{path.name}~{number}")).exists())
    path.rename(name)
    return True


def _holds(path: Path, size: int, content: bytes) -> bool:
    """Whether the file at a path, of this size, has this content."""
    if size != len(content):
        return False
    try:
        with os.fdopen(paths.open_shared(path), "rb") as opened:
            return opened.read(size) == content
    except OSError:  # something else stands there by now
        return False


def _write(path: Path, content: bytes, what: str) -> list[str]:
    with _write_errors(path), paths.written_whole(path) as part:
        part.write_bytes(content)
    return [f"Exported {what} to {printable(str(path))}."]


@contextmanager
def _write_errors(path: Path) -> Iterator[None]:
    """Turn an OSError in the block into a TuireaderError that says that `path` cannot be written."""
    try:
        yield
    except OSError as error:
        raise TuireaderError(f"Cannot write {shown_address(str(path))}: {error.strerror}.") from error
