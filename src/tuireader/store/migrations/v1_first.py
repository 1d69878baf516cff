"""The first schema."""

from __future__ import annotations

import sqlite3

NEWER_INDEX = (3, 43, 0)
"""From here on an index that keeps no text can be deleted from."""

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


def create(c: sqlite3.Connection) -> None:
    """Make all tables."""
    for statement in _FIRST:
        c.execute(statement)
    # An index alone is a third of the size of an index with its own copy of the text.
    contentless = ", content='', contentless_delete=1" if sqlite3.sqlite_version_info >= NEWER_INDEX else ""
    c.execute(
        "CREATE VIRTUAL TABLE search USING fts5"
        f"(title, authors, categories, body, tokenize='unicode61 remove_diacritics 2'{contentless})"
    )
