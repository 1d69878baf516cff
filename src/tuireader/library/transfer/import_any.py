"""Whatever another program has written: lists of feeds, newsboat's folder, pages to be read later, a backup."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tuireader.errors import NotAFeedListError
from tuireader.feeds.decode import decode
from tuireader.feeds.opml import LIMIT, as_utf8
from tuireader.feeds.read_later import read_saved_pages
from tuireader.feeds.url_list import read_killfile, read_url_list
from tuireader.library.transfer import backup, newsboat, saved_pages
from tuireader.library.transfer.import_feeds import ImportedFeed, follow_lines, ignore, import_feeds, read_file
from tuireader.store import feeds
from tuireader.text.sentences import counted
from tuireader.urls.hosts import host_of
from tuireader.urls.identity import place
from tuireader.urls.private_network import is_inside_by_name
from tuireader.urls.shown import shown_address

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from datetime import datetime

    from tuireader.library.transfer.backup import Restored
    from tuireader.library.transfer.saved_pages import KeptPages

_HEAD = 4096
_NAMED = 4
"""Things that are named in a sentence."""


@dataclass(slots=True)
class Imported:
    """What came of an import."""

    feeds: list[ImportedFeed] = field(default_factory=list)
    """What came of each feed, or search, that was named."""
    articles: int = 0
    """Articles that came with newsboat's cache."""
    pages: KeptPages | None = None
    """Of an export of pages to be read later."""
    restored: Restored | None = None
    """Of a backup."""

    @property
    def new_feeds(self) -> list[int]:
        """The ids of the feeds that are followed now, and were not before."""
        return [each.feed_id for each in self.feeds if each.status == "added" and each.feed_id is not None]

    @property
    def inside(self) -> list[str]:
        """The addresses of new feeds that only the user's own network knows."""
        new = (each.outline.url for each in self.feeds if each.status == "added" and each.feed_id is not None)
        return [shown_address(url) for url in new if is_inside_by_name(host_of(url))]

    @property
    def left_out(self) -> list[str]:
        """Names of entries that were not imported."""
        return [
            (f"line {each.line}, " if each.line else "") + shown_address(each.outline.url)
            for each in self.feeds
            if each.status == "unsupported"
        ]

    def said(self) -> list[str]:
        """What came of it, in sentences."""
        if self.restored is not None:
            back = self.restored
            known = f"; {back.known} were here already" if back.known else ""
            return [f"{counted(back.feeds, 'feed')} and {counted(back.articles, 'article')} are back{known}."]
        if self.pages is not None:
            pages = self.pages
            known = f", {pages.known} were here already" if pages.known else ""
            said = [f"{counted(pages.added, 'page')} kept{known}."]
            if pages.without_text:
                bare = counted(pages.without_text, "page")
                said.append(f"{bare} came without text: select them in the reader, and fetch it.")
            return said
        statuses: list[str] = [each.status for each in self.feeds]
        added, there, failed, left = map(statuses.count, ("added", "known", "failed", "unsupported"))
        new = len(self.new_feeds)
        parts = [counted(new, "new feed")]
        rules = sum(each.is_rule and each.status == "added" for each in self.feeds)
        searches = added - new - rules
        parts += [counted(searches, "saved search", "saved searches")] if searches else []
        parts += [counted(rules, "rule")] if rules else []
        parts += [f"{there} already subscribed"] if there else []
        parts += [f"{failed} without a usable address"] if failed else []
        said = [f"{', '.join(parts)}."]
        said += [f"Not taken over: {_named(self.left_out)}."] if left else []
        said += [f"These lead into your own network: {_named(self.inside)}."] if self.inside else []
        if self.articles:
            said.append(f"{counted(self.articles, 'article')} with their marks came with newsboat’s cache.")
        return said


def _named(names: list[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names) if more <= 1 else f"{', '.join(names[:_NAMED])} and {more} more"


def import_path(c: sqlite3.Connection, path: str, now: datetime, tell: Callable[[str], None]) -> Imported:
    """Take in a file or a folder; `tell` is called with what is happening. Raises NotAFeedListError."""
    file = _file(path)
    boat = newsboat.find(file)
    if boat is not None:
        return _newsboat(c, *boat, now, tell)
    if file.is_dir():
        raise NotAFeedListError(f"{shown_address(path)} is a folder without newsboat's urls in it: name a file")
    first = _head(file, path)
    if backup.is_backup(first):
        tell("Reading the backup …")
        with file.open(encoding="utf-8-sig", errors="replace") as lines:
            return Imported(restored=backup.restore(c, backup.lines_of(lines), now, tell))
    if first.startswith(b"PK"):
        pages = saved_pages.read_omnivore(file)
        if pages is None:
            raise NotAFeedListError(f"{shown_address(path)} is an archive of something else: unpack it first")
        return Imported(pages=saved_pages.keep_all(c, pages, now, tell))
    return import_content(c, read_file(path), now, tell)


def import_content(c: sqlite3.Connection, content: bytes, now: datetime, tell: Callable[[str], None]) -> Imported:
    """Import content; `tell` is called with progress. Raises NotAFeedListError."""
    if backup.is_backup(content[:_HEAD]):
        return Imported(restored=backup.restore(c, content.decode("utf-8-sig", "replace").split("\n"), now, tell))
    if len(content) > LIMIT:
        raise NotAFeedListError(f"This file is larger than {LIMIT // 1_000_000} MB")
    content = as_utf8(content)
    pages = read_saved_pages(content)
    if pages is not None:
        return Imported(pages=saved_pages.keep_all(c, pages, now, tell))
    return Imported(import_feeds(c, content, now))


def _file(path: str) -> Path:
    if not path.strip():
        raise NotAFeedListError("There is no file without a name: name one, or - for what comes through a pipe")
    try:
        file = Path(path).expanduser()
    except RuntimeError as error:  # of ~name: there is nobody of this name
        raise NotAFeedListError(f"There is no file {shown_address(path)}") from error
    if not file.exists():
        raise NotAFeedListError(f"There is no file {shown_address(path)}")
    return file


def _head(file: Path, path: str) -> bytes:
    """How a file begins; raises NotAFeedListError where it is none that can be read, or holds no text."""
    if not file.is_file():
        raise NotAFeedListError(f"There is no file {shown_address(path)}")
    try:
        with file.open("rb") as opened:
            first = opened.read(_HEAD)
    except OSError as error:
        raise NotAFeedListError(f"{shown_address(path)} cannot be read: {error.strerror or error}") from error
    if first.startswith(b"SQLite format 3"):
        raise NotAFeedListError(f"{shown_address(path)} is a database: name newsboat's folder, which has its urls too")
    return first


def _newsboat(
    c: sqlite3.Connection, urls: Path, cache: Path | None, now: datetime, tell: Callable[[str], None]
) -> Imported:
    lines = read_url_list(decode(read_file(str(urls))))
    imported = Imported(follow_lines(c, lines, now))
    config = urls.with_name("config")
    if config.is_file():
        said = decode(read_file(str(config)))
        imported.feeds += ignore(c, read_killfile(said), newsboat.extra_tags(lines), now)
    if cache is None:
        return imported
    there = feeds.by_place(c)
    for url, items in newsboat.read_cache(cache):
        tell(f"{imported.articles} articles of newsboat’s cache")
        if (feed_id := there.get(place(url))) is not None:
            imported.articles += newsboat.take_in(c, feed_id, items, now)
    return imported
