"""Entries made ready for the cache, as short to write as a test needs them."""

from __future__ import annotations

import hashlib
import json
import time
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuireader.config import Config, load
from tuireader.errors import ConfigError
from tuireader.library.refreshing.match_entries import known_entries, plan
from tuireader.library.refreshing.upkeep import index_for
from tuireader.library.transfer.backup import backup_rows
from tuireader.model.feed import Feed, Saved
from tuireader.model.fetched import ParsedEntry, ParsedFeed, Plan, Prepared
from tuireader.model.query import Query
from tuireader.store import feeds, save_articles, statuses
from tuireader.store.connection import transaction
from tuireader.store.queries import article_lists, search

if TYPE_CHECKING:
    import sqlite3

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
FEED = "https://example.org/feed"


def ready(
    guid: str, text: str = "Some words.", *, words: int | None = None, excerpt: bool = False, **entry: Any
) -> Prepared:
    """An entry whose plain text is `text` and whose HTML is that in a paragraph; `entry` gives its other fields."""
    fields: dict[str, Any] = {"title": f"Title of {guid}", "html": f"<p>{text}</p>", **entry}
    made = ParsedEntry(guid=guid, **fields)
    digest = hashlib.sha256(repr((made, text)).encode("utf-8", "replace")).digest()
    return Prepared(made, digest, text, len(text.split()) if words is None else words, excerpt)


def of_places(*numbers: int, first: int = 0) -> tuple[ParsedEntry, ...]:
    """Entries of a feed whose guids count the places of its articles."""
    return tuple(
        ParsedEntry(
            str(place), f"Piece {n}", f"https://site.example/{n}", published=NOW - timedelta(days=30 - n),
            html=f"<p>The harbour number {n} opens when the ice of winter {n} has gone.</p>",
        )
        for place, n in enumerate(numbers, first)
    )  # fmt: skip


def fetch(c: sqlite3.Connection, feed: Feed, entries: tuple[ParsedEntry, ...]) -> None:
    """Save what a feed has, as a refresh does."""
    save_plan(c, feed, plan(known_entries(c, feed, entries), ParsedFeed(feed.title, "", entries)))


def ago(**time: float) -> datetime:
    return NOW - timedelta(**time)


def subscribe(c: sqlite3.Connection, url: str = FEED, title: str = "The Example Review") -> Feed:
    return feeds.add(c, url, title=title, site=url.removesuffix("feed"), now=NOW)


def save(c: sqlite3.Connection, *new: Prepared, feed: Feed | None = None, now: datetime = NOW) -> Feed:
    """Save new entries, in a feed's order: the newest first."""
    feed = feed or subscribe(c)
    save_plan(c, feed, Plan(new=new), now)
    return feed


def save_plan(c: sqlite3.Connection, feed: Feed, plan: Plan, now: datetime = NOW) -> Saved:
    """Save what a feed brought, and the feed itself."""
    prepacked = save_articles.Prepacked(plan)
    with transaction(c):
        saved = prepacked.write(c, feed.id, now)
        feeds.record(c, feed)
    return saved


def mark_query(c: sqlite3.Connection, query: Query, *, read: bool = True) -> list[int]:
    """Mark all that a query shows, as the reader does; gives the ids of those that changed."""
    ids = statuses.to_mark(c, query, read=read)
    statuses.mark(c, ids, read=read)
    return ids


def index_all(c: sqlite3.Connection) -> None:
    """Index what waits, also what a process that was orphaned by a kill has still saved meanwhile."""
    for _ in range(50):
        if not index_for(c, 60):
            return
        time.sleep(0.1)
    raise AssertionError(f"{search.waiting(c)} articles still wait")


def backup_of(c: sqlite3.Connection, now: datetime = NOW) -> BytesIO:
    """A backup as a file to be imported."""
    return BytesIO("".join(f"{json.dumps(row)}\n" for row in backup_rows(c, now)).encode())


EVERYTHING = Query()


def titles(c: sqlite3.Connection, query: Query = EVERYTHING) -> list[str]:
    return [headline.title for headline in article_lists.window(c, query, 0, 100)]


def only(c: sqlite3.Connection) -> int:
    """The id of the one article there is."""
    (headline,) = article_lists.window(c, Query(), 0, 2)
    return headline.id


def load_config(path: Path) -> Config:
    """The configuration of a file; raises ConfigError for the first error."""
    config, mistakes = load(path)
    if mistakes:
        raise ConfigError(mistakes[0])
    return config
