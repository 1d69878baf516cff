"""The tables, as migrations numbered by `PRAGMA user_version`.

One source of truth: `article` holds what is true of an article. `category_article` and `author_article` repeat its
date, feed, read and starred beside each category and author, so that a list or a count under a category reads one
narrow, ordered run of rows and nothing else. Only `saving` and `statuses` write those columns, and a property test
holds that they agree. An article without category or author is filed under id 0, whose name is empty.

Times are whole seconds since 1970 in UTC.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from tuireader.store.keys import link_key

if TYPE_CHECKING:
    from collections.abc import Callable

APPLICATION_ID = 0x74756952
"""`tuiR`: marks the file as tuireader's."""

OLDEST_SQLITE = (3, 35, 0)
"""What the statements of the store need: RETURNING."""

NEWER_INDEX = (3, 43, 0)
"""From here on an index that keeps no text can be deleted from."""

RUNS_MAX = 256
"""Runs of the search index, of one level, that are merged into one of the next."""

INDEX_SETTINGS = (("automerge", 0), ("crisismerge", RUNS_MAX))
"""Options of the search index, which go with it when it is made anew."""

_FIRST = (
    """
    CREATE TABLE feed (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        url TEXT NOT NULL UNIQUE,
        title TEXT NOT NULL,
        site TEXT NOT NULL,
        added INTEGER NOT NULL,
        etag TEXT,
        last_modified TEXT,
        body_hash BLOB,
        checked INTEGER,
        due INTEGER,
        not_before INTEGER,
        pace INTEGER,
        failures INTEGER NOT NULL DEFAULT 0,
        error TEXT,
        gone INTEGER NOT NULL DEFAULT 0,
        moved_to TEXT,
        moved_hits INTEGER NOT NULL DEFAULT 0
    )
    """,
    """
    CREATE TABLE article (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        feed_id INTEGER NOT NULL REFERENCES feed (id),
        read INTEGER NOT NULL DEFAULT 0,
        starred INTEGER NOT NULL DEFAULT 0,
        date INTEGER NOT NULL,
        words INTEGER NOT NULL,
        offline INTEGER NOT NULL,
        position INTEGER NOT NULL DEFAULT 0,
        published INTEGER,
        updated INTEGER,
        guid_key INTEGER NOT NULL,
        link_key INTEGER NOT NULL,
        digest BLOB NOT NULL,
        title TEXT NOT NULL,
        link TEXT NOT NULL,
        guid TEXT NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX article_by_guid ON article (feed_id, guid_key)",
    "CREATE INDEX article_by_link ON article (link_key)",
    # Where more columns follow the date, the id stands before them: lists are in the order of date and id.
    "CREATE INDEX article_by_date ON article (date)",
    "CREATE INDEX article_by_words ON article (words, date)",
    "CREATE INDEX article_by_feed ON article (feed_id, date, id, read, starred)",
    "CREATE INDEX article_unread ON article (date, id, feed_id, starred) WHERE read = 0",
    "CREATE INDEX article_starred ON article (date, id, feed_id, read) WHERE starred = 1",
    """
    CREATE TABLE body (
        article_id INTEGER PRIMARY KEY REFERENCES article (id) ON DELETE CASCADE,
        html BLOB NOT NULL,
        full_html BLOB,
        full_text BLOB
    )
    """,
    *(
        statement
        for facet in ("category", "author")
        for statement in (
            f"CREATE TABLE {facet} (id INTEGER PRIMARY KEY, name TEXT NOT NULL, key TEXT NOT NULL UNIQUE)",
            f"INSERT INTO {facet} (id, name, key) VALUES (0, '', '')",
            f"""
            CREATE TABLE {facet}_article (
                {facet}_id INTEGER NOT NULL REFERENCES {facet} (id),
                date INTEGER NOT NULL,
                article_id INTEGER NOT NULL REFERENCES article (id) ON DELETE CASCADE,
                feed_id INTEGER NOT NULL,
                read INTEGER NOT NULL,
                starred INTEGER NOT NULL,
                place INTEGER NOT NULL,
                PRIMARY KEY ({facet}_id, date, article_id)
            ) WITHOUT ROWID
            """,
            f"CREATE INDEX {facet}_of_article ON {facet}_article (article_id, place)",
        )
    ),
    "CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
)


def _create(c: sqlite3.Connection) -> None:
    for statement in _FIRST:
        c.execute(statement)
    # An index alone is a third of the size of an index with its own copy of the text.
    contentless = ", content='', contentless_delete=1" if sqlite3.sqlite_version_info >= NEWER_INDEX else ""
    c.execute(
        "CREATE VIRTUAL TABLE search USING fts5"
        f"(title, authors, categories, body, tokenize='unicode61 remove_diacritics 2'{contentless})"
    )


def _add_what_hosts_are(c: sqlite3.Connection) -> None:
    """Whether feeds are inside the user's own network (NULL: not known yet), and who asked to be left alone."""
    c.execute("ALTER TABLE feed ADD COLUMN private INTEGER")
    c.execute(
        "CREATE TABLE hold (place TEXT PRIMARY KEY, noted INTEGER NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID"
    )


def _merge_seldom(c: sqlite3.Connection) -> None:
    """Every feed that brings something adds a run to the index: they are merged when there are very many.

    A search looks into each run, which takes microseconds; merging them early and often took a third of a refresh.
    """
    for name, value in INDEX_SETTINGS:
        c.execute("INSERT INTO search (search, rank) VALUES (?, ?)", (name, value))


def _know_links_by_their_place(c: sqlite3.Connection) -> None:
    """An address is the same whatever the case of its host, its escapes and its tracking: the keys are made anew."""
    c.create_function("place_key", 1, link_key, deterministic=True)
    c.execute("UPDATE article SET link_key = place_key(link)")


MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (
    _create,
    _add_what_hosts_are,
    _merge_seldom,
    _know_links_by_their_place,
)
"""Each takes the file from the version that is its place to the next, inside a transaction of the caller's."""


Description = list[tuple[str, str, str, "str | None"]]
"""Kind, name, table and SQL of all that a file has, in SQLite's own order."""


def expected(version: int) -> Description:
    """What a sound file of this version has."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as c:
        for migrate in MIGRATIONS[:version]:
            migrate(c)
        return described(c)


def described(c: sqlite3.Connection | sqlite3.Cursor) -> Description:
    """The same of a file that is open."""
    return c.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY rowid").fetchall()
