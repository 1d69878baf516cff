"""Articles as an EPUB book, one chapter each. The only user of EbookLib."""

from __future__ import annotations

import io
import uuid
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from ebooklib import epub

from tuireader.text.bidi import is_right_to_left
from tuireader.text.printable import printable_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

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
    """Its text, as written by `content.export.xhtml`."""
    lang: str
    part: str
    """Its feed, under which it is listed."""


def to_epub(title: str, chapters: Sequence[Chapter], made: datetime) -> bytes:
    """A book of chapters in this order; the contents list the feeds if there are several."""
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
    direction = ' dir="rtl"' if not title.isascii() and is_right_to_left(title) else ""
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
