"""Import of newsboat's folder: feeds with tags and titles, searches, and the cache with statuses."""

from __future__ import annotations

import os
import sqlite3
import time
from array import array
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from tuireader import paths
from tuireader.errors import NotAFeedListError
from tuireader.feeds.entries import attachments
from tuireader.feeds.url_list import ListedAddress, setting_values
from tuireader.library.refreshing.match_entries import find_entries, guid_here, prepare
from tuireader.model.article import Status
from tuireader.model.fetched import ParsedEntry, Plan, Prepared
from tuireader.model.query import TAGS_MAX, Rule
from tuireader.store import articles, pruning, rules, save_articles, status_outbox, statuses
from tuireader.store.connection import transaction
from tuireader.store.queries import article_lists
from tuireader.store.row_values import lenient
from tuireader.store.save_articles import entry_keys
from tuireader.text.printable import short_line
from tuireader.urls.typed_and_shown import html_without_logins, without_credentials

_BATCH_SIZE, _BATCH_BYTES = 100, 20_000_000
"""Maximum articles, and characters, of one transaction."""
_NAME = 20_000
"""Maximum characters of a guid, an address or a title."""
_LARGEST = 20_000_000
"""Maximum bytes of a value."""
_ARTICLE_MAX = 5_000_000
"""Maximum characters of an article."""
_DEFAULT = 100
"""Maximum characters of a column's default."""
_BATCH_TIMEOUT = 60.0
"""Seconds for reading a batch of articles."""
_PROGRESS_STEPS = 10_000
"""SQLite steps between checks of the clock, and of ctrl+c."""
_FEEDS, _ARTICLES = 20_000, 2_000_000
"""Maximum feeds and articles, the newest."""
_ROWS = """
SELECT feedurl, CASE typeof(pubDate) WHEN 'integer' THEN pubDate ELSE 0 END, rowid FROM rss_item
 WHERE length(feedurl) <= ? ORDER BY rowid DESC LIMIT ?
"""
"""All feeds in one pass: the file may lack newsboat's index."""
_ROW = """
SELECT substr(guid, 1, :name), substr(title, 1, :name), substr(author, 1, :name), substr(url, 1, :name), pubDate,
 substr(content, 1, :text), unread, substr(flags, 1, 100), deleted, substr(enclosure_url, 1, :name),
 substr(enclosure_type, 1, 100) FROM rss_item WHERE rowid = :id
"""

_TITLE = 1000
"""Maximum characters of a feed's title."""
_TITLES = "SELECT rssurl, substr(title, 1, :title) FROM rss_feed WHERE length(rssurl) <= :name LIMIT :most"


class Item(NamedTuple):
    """An article of newsboat's cache."""

    entry: ParsedEntry
    is_read: bool
    flags: str
    is_deleted: bool
    """Whether newsboat has deleted it: then it is not imported, now or later."""


def find(path: Path) -> Path | None:
    """The path of newsboat's feed list; None if the path is not newsboat's folder, list or cache."""
    urls = path / "urls" if path.is_dir() else path.with_name("urls") if path.name == "cache.db" else path
    return urls if urls.name == "urls" and urls.is_file() else None


def cache_of(urls: Path, config: str) -> Path | None:
    """The path of newsboat's cache: what its configuration says, beside its list, or where XDG has data."""
    named = [values[0] for _, values in setting_values(config, "cache-file") if values]
    urls = urls.absolute()
    given = os.environ.get("XDG_DATA_HOME", "")
    data = (*([Path(given)] if given else []), urls.parent.parent.parent / ".local" / "share")
    caches = (
        *map(paths.expand_user, named[-1:]),
        urls.parent / "cache.db",
        *(each / urls.parent.name.lstrip(".") / "cache.db" for each in data),
    )
    return next((each for each in caches if os.path.isfile(each)), None)  # noqa: PTH113 - false for a name that is too long


def extra_tags(lines: list[ListedAddress]) -> dict[int, list[str]]:
    """Tags by line number that are more than folders: any line has them in a later place than the first."""
    others = {tag for line in lines for tag in line.tags[1:]}
    return {line.line: [tag for tag in line.tags if tag in others] for line in lines}


def give_tags(c: sqlite3.Connection, feed_id: int, names: Sequence[str], now: datetime) -> None:
    """Tag all articles of a feed, also future ones; at most `TAGS_MAX` tags."""
    rule = Rule("", tags=tuple(names[:TAGS_MAX]), feed_id=feed_id)
    if not names or any((each.query, each.tags) == ("", rule.tags) for each in rules.of_feed(c, feed_id)):
        return
    kept = rules.add(c, rule, now)
    rules.apply(c, kept, article_lists.ids(c, rules.query_of(kept)))


def read_cache(path: Path) -> Iterator[tuple[str, list[Item]]]:
    """The articles of newsboat's cache, newest first, in batches with their feed's address.

    Raises NotAFeedListError if it cannot be read, or yields more text than its size allows, as a malicious file may.
    """
    left = sum(file.stat().st_size for file in (path, path.with_name(f"{path.name}-wal")) if file.is_file())
    with _opened(path) as (c, clock):
        if not _is_plain_table(c, "rss_item"):
            raise NotAFeedListError(f"{path} is not a newsboat cache")
        for url, ids in _by_feed(c).items():
            clock.begin()
            some: list[Item] = []
            size = 0
            for id_ in ids:
                row = c.execute(_ROW, {"id": id_, "name": _NAME, "text": _ARTICLE_MAX}).fetchone()
                left -= sum(len(value) for value in row if isinstance(value, str))
                if left < 0:
                    raise NotAFeedListError(f"{path} is not a newsboat cache: its texts exceed its size")
                some.append(_item(row))
                size += len(some[-1].entry.html)
                if len(some) == _BATCH_SIZE or size > _BATCH_BYTES:
                    yield str(url), some
                    some, size = [], 0
                    clock.begin()
            if some:
                yield str(url), some


def read_titles(path: Path) -> dict[str, str]:
    """The titles of feeds in newsboat's cache, by address; raises NotAFeedListError."""
    with _opened(path) as (c, _):
        if not _is_plain_table(c, "rss_feed"):
            return {}
        rows = c.execute(_TITLES, {"name": _NAME, "title": _TITLE, "most": _FEEDS}).fetchall()
    return {str(url): _line(title) for url, title in rows}


@contextmanager
def _opened(path: Path) -> Iterator[tuple[sqlite3.Connection, _Clock]]:
    """Open newsboat's cache to read, with limits; raises NotAFeedListError."""
    others = (path.with_name(f"{path.name}-{suffix}") for suffix in ("wal", "journal", "shm"))
    if odd := next((each for each in (path, *others) if each.exists() and not each.is_file()), None):
        raise NotAFeedListError(f"{odd} is not a regular file")
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)) as c:
            c.text_factory = lenient
            clock = _Clock()
            c.set_progress_handler(
                clock.is_late, _PROGRESS_STEPS
            )  # before the first statement: a schema may be endless, too
            c.execute("PRAGMA trusted_schema = OFF")
            c.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LARGEST)
            yield c, clock
    except sqlite3.Error as error:
        raise NotAFeedListError(f"Cannot read {path}: {error}") from error


def _is_plain_table(c: sqlite3.Connection, name: str) -> bool:
    """Whether there is a table without odd columns.

    A computed column, or a long default for each row, may take for ever, and all the memory. One that is called rowid
    would hide the number of the row.
    """
    kind = c.execute("SELECT type FROM sqlite_master WHERE name = ?", (name,)).fetchone()
    columns = c.execute(f"PRAGMA table_xinfo({name})").fetchall()
    is_odd = any(row[6] or len(str(row[4] or "")) > _DEFAULT or row[1].lower() == "rowid" for row in columns)
    return kind == ("table",) and not is_odd


def _by_feed(c: sqlite3.Connection) -> dict[object, list[int]]:
    """The rows of the articles of each feed, the newest first."""
    found: dict[object, tuple[array[int], array[int]]] = {}
    for url, date, id_ in c.execute(_ROWS, (_NAME, _ARTICLES)):
        if url not in found and len(found) == _FEEDS:
            continue
        dates, ids = found.setdefault(url, (array("q"), array("q")))
        dates.append(date)
        ids.append(id_)
    return {url: [id_ for _, id_ in sorted(zip(*rows, strict=True), reverse=True)] for url, rows in found.items()}


class _Clock:
    """Interrupts statements that take too long, and lets Python handle ctrl+c."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        self._until = time.monotonic() + _BATCH_TIMEOUT

    def is_late(self) -> bool:
        return time.monotonic() > self._until


def _item(row: tuple[object, ...]) -> Item:
    guid, title, author, url, date, content, unread, flags, deleted, enclosure, kind = row
    html = html_without_logins(_text(content))
    attached = _text(enclosure)
    if attached and attached not in html:
        html += attachments([(attached, _text(kind), "")], html, _text(url))
    seconds = date if isinstance(date, int) and 0 < date < 2**33 else 0
    entry = ParsedEntry(
        guid=without_credentials(_text(guid) or _text(url)),
        title=_line(title),
        link=without_credentials(_text(url)),
        authors=tuple(filter(None, [_line(author)])),
        published=datetime.fromtimestamp(seconds, UTC) if seconds else None,
        html=html,
    )
    return Item(entry, unread != 1, "".join(sorted(set(_text(flags)))), bool(deleted))


def take_in(
    c: sqlite3.Connection, feed_id: int, items: list[Item], now: datetime, up_to: int | None = None
) -> tuple[int, int]:
    """Save articles of newsboat's cache with their statuses; returns the numbers of new and of changed known ones.

    Only articles with ids up to `up_to` are matched, so that those of the import are not matched with each other.
    Flagged articles are starred and get a tag per flag. Statuses of known articles are merged.
    """
    with transaction(c):
        gone = {
            key: int(min(each.entry.published or now, now).timestamp())  # what comes later is another
            for each in items
            if each.is_deleted
            for key in entry_keys(each.entry)
        }
        pruning.remember(c, feed_id, gone.items())
        items = _named_as_here(c, feed_id, up_to, [item for item in items if not item.is_deleted])
        there = save_articles.known(c, feed_id, [item.entry.guid for item in items])
        new = [item for item in items if item.entry.guid not in there]
        saved = save_articles.Prepacked(Plan(new=tuple(map(_prepared, new))), index_later=True).write(c, feed_id, now)
        ids = save_articles.known(c, feed_id, [item.entry.guid for item in items])
        marked = [(ids[item.entry.guid].id, item) for item in items if item.entry.guid in ids]
        before = articles.marks_of(c, {each.id for each in there.values()})
        statuses.came_marked(c, [ids[item.entry.guid].id for item in new if item.entry.guid in ids])
        statuses.mark_undated(c, [id_ for id_, item in marked if item.is_read], "read")
        statuses.mark_undated(c, [id_ for id_, item in marked if item.flags], "starred")
        for id_, item in marked:
            if item.flags:
                statuses.tag(c, [id_], [f"flag {flag}" for flag in item.flags])
        changed = articles.count_changed(c, before)
        for rule in rules.of_feed(c, feed_id):
            if not rule.query:  # the tags of all of its articles
                rules.apply(c, rule, saved.new, status_outbox.undated)
    return len(saved.new), changed


def _named_as_here(c: sqlite3.Connection, feed_id: int, up_to: int | None, items: list[Item]) -> list[Item]:
    """Give articles the guids that they have here: newsboat makes up guids, and feeds reuse theirs."""
    found = find_entries(c, feed_id, [item.entry for item in items], up_to=up_to)
    return [item._replace(entry=replace(item.entry, guid=guid_here(item.entry, found))) for item in items]


def _prepared(item: Item) -> Prepared:
    return prepare(item.entry, status=Status(read=item.is_read, starred=bool(item.flags)))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _line(value: object) -> str:
    return short_line(_text(value))
