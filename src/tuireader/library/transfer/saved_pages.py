"""Pages that other programs kept to be read later, among the pages that are kept here."""

from __future__ import annotations

import zipfile
import zlib
from lzma import LZMAError
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tuireader.errors import NotAFeedListError
from tuireader.feeds.read_later import SavedPage, from_omnivore
from tuireader.model.feed import PAGES, PAGES_TITLE
from tuireader.model.fetched import ParsedEntry, Plan
from tuireader.model.headline import Status
from tuireader.store import articles, feeds, labels, statuses
from tuireader.store.connection import transaction
from tuireader.urls.identity import place

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from datetime import datetime

_AT_ONCE = 100
_UNPACKED, _LARGEST = 300_000_000, 20_000_000
"""Bytes of an export when it is unpacked, and of one file in it."""
_METADATA, _MOST = 4_000_000, 200_000
"""Bytes of a list of pages, and pages in all."""


class KeptPages(NamedTuple):
    """What came of an export."""

    added: int
    known: int
    without_text: int
    """Of those that were added, how many have no text yet."""


def keep_all(
    c: sqlite3.Connection, pages: list[SavedPage], now: datetime, tell: Callable[[str], None] = lambda _: None
) -> KeptPages:
    """Save pages with their tags and marks; known ones only get tags and stars.

    A page of a feed that is subscribed to becomes an article of that. `tell` is called with how far it is.
    """
    followed = feeds.by_place(c)
    kept_in: int | None = None
    added = known = without = 0
    for start in range(0, len(pages), _AT_ONCE):
        tell(f"{start} of {len(pages)} pages")
        with transaction(c):
            for page in {page.url: page for page in pages[start : start + _AT_ONCE]}.values():
                there = articles.by_link(c, page.url)
                if there is None:
                    feed_id = followed.get(place(page.feed)) if page.feed else None
                    if feed_id is None:
                        kept_in = kept_in or feeds.add(c, PAGES, title=PAGES_TITLE, site="", now=now).id
                    there = _keep(c, feed_id or kept_in or 0, page, now)
                    added += 1
                    without += not page.html.strip()
                else:
                    known += 1
                    if page.is_starred:
                        statuses.mark(c, [there], starred=True)
                    if page.html.strip() and not articles.get(c, there).offline:
                        _complete(c, there, page.html)
                if page.tags:
                    labels.add_tags(c, [there], page.tags)
    return KeptPages(added, known, without)


def _complete(c: sqlite3.Connection, article_id: int, html: str) -> None:
    """Give a page that had none its text."""
    from tuireader.content.dom.plain_text import plain_text
    from tuireader.text.word_count import count_tidied

    text = plain_text(html)
    articles.save_full_text(c, article_id, html, text, count_tidied(text))


def _keep(c: sqlite3.Connection, feed_id: int, page: SavedPage, now: datetime) -> int:
    from tuireader.library.refreshing.match_entries import prepare

    entry = ParsedEntry(
        page.guid or page.url, page.title or page.url, page.url, page.authors, published=page.published, html=page.html
    )
    status = Status(read=page.is_read, starred=page.is_starred)
    prepared = prepare(entry, status=status, date=page.added or page.published, excerpt=not page.html.strip())
    articles.save_entries(c, feed_id, Plan(new=(prepared,)), now)
    return articles.known(c, feed_id, [entry.guid])[entry.guid].id


def read_omnivore(path: Path) -> list[SavedPage] | None:
    """The pages of an export of Omnivore's, which is a ZIP; None where it is another one. Raises NotAFeedListError."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            names = [info.filename for info in members]
            rows = sorted(each for each in names if Path(each).name.startswith("metadata") and each.endswith(".json"))
            if not rows:
                return None
            is_too_large = max(info.file_size for info in members) > _LARGEST
            if is_too_large or sum(info.file_size for info in members) > _UNPACKED:
                raise NotAFeedListError(f"{path} unpacks to more than {_UNPACKED // 1_000_000} MB")
            texts = {Path(each).stem: _text(archive, each) for each in names if each.endswith(".html")}
            found: list[SavedPage] = []
            for each in rows:
                listed = _text(archive, each, _METADATA + 1)
                if len(listed) > _METADATA:
                    raise NotAFeedListError(f"{path}: {each} is larger than {_METADATA // 1_000_000} MB")
                found += from_omnivore(listed, texts)
                if len(found) > _MOST:
                    raise NotAFeedListError(f"{path} has more than {_MOST} pages")
            return found
    except (zipfile.BadZipFile, zlib.error, LZMAError, OSError, NotImplementedError, RuntimeError, EOFError) as error:
        raise NotAFeedListError(f"{path} cannot be unpacked: {error}") from error


def _text(archive: zipfile.ZipFile, name: str, most: int = _LARGEST) -> str:
    with archive.open(name) as member:  # what it says of its size may be a lie
        return member.read(most).decode("utf-8", "replace")
