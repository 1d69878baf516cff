"""Room for what the user has of feeds, for accounts, and for labels of any kind."""

from __future__ import annotations

import sqlite3

INDEX_TO_BE_BUILT = ("search index", "to be built")
"""The setting that stands for as long as the search index does not have what it should."""

_OF_FEED = (
    "id, url, title, site, added, etag, last_modified, body_hash, checked, due, not_before, pace, failures, error,"
    " gone, moved_to, moved_hits, private"
)
_OF_LINK = "kind, label_id, date, article_id, feed_id, read, starred, place"

_ROOM = (
    # First of all, so that subscriptions stay where they were: at the beginning of the file.
    "CREATE TEMP TABLE kept_feed AS SELECT * FROM feed",
    "DROP TABLE feed",
    """
    CREATE TABLE feed (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        url TEXT NOT NULL,
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
        moved_hits INTEGER NOT NULL DEFAULT 0,
        private INTEGER,
        custom_title TEXT,
        folder_id INTEGER REFERENCES folder (id),
        account_id INTEGER NOT NULL DEFAULT 0 REFERENCES account (id),
        server_id TEXT
    )
    """,
    f"INSERT INTO feed ({_OF_FEED}) SELECT {_OF_FEED} FROM kept_feed",
    "DROP TABLE kept_feed",
    "CREATE UNIQUE INDEX feed_by_url ON feed (account_id, url)",
    # Where feeds and marks are kept besides this machine; the first row is this machine alone.
    """
    CREATE TABLE account (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        url TEXT NOT NULL,
        user TEXT NOT NULL,
        syncs INTEGER NOT NULL DEFAULT 0,
        cursor TEXT NOT NULL
    )
    """,
    "INSERT INTO account (id, kind, name, url, user, cursor) VALUES (0, 'local', '', '', '', '')",
    """
    CREATE TABLE folder (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        account_id INTEGER NOT NULL DEFAULT 0 REFERENCES account (id),
        name TEXT NOT NULL,
        key TEXT NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX folder_by_key ON folder (account_id, key)",
    """
    CREATE TABLE feed_option (
        feed_id INTEGER NOT NULL REFERENCES feed (id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (feed_id, name)
    ) WITHOUT ROWID
    """,
    "ALTER TABLE article ADD COLUMN server_id TEXT",
    "CREATE INDEX article_by_server ON article (server_id) WHERE server_id IS NOT NULL",
    # Marks that accounts are to be told of: the last of each article and field.
    """
    CREATE TABLE journal (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        article_id INTEGER NOT NULL REFERENCES article (id) ON DELETE CASCADE,
        field TEXT NOT NULL,
        value INTEGER NOT NULL,
        changed INTEGER NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX journal_by_article ON journal (article_id, field)",
    # Marks whose article has not come yet.
    """
    CREATE TABLE pending_status (
        account_id INTEGER NOT NULL REFERENCES account (id),
        reference TEXT NOT NULL,
        field TEXT NOT NULL,
        value INTEGER NOT NULL,
        changed INTEGER NOT NULL,
        PRIMARY KEY (account_id, reference, field)
    ) WITHOUT ROWID
    """,
    "CREATE TABLE label (id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, name TEXT NOT NULL, key TEXT NOT NULL)",
    "CREATE UNIQUE INDEX label_by_key ON label (kind, key)",
    # Without references: SQLite would look for them without the kind, row by row. `labels` removes what is gone.
    """
    CREATE TABLE label_article (
        kind INTEGER NOT NULL,
        label_id INTEGER NOT NULL,
        date INTEGER NOT NULL,
        article_id INTEGER NOT NULL,
        feed_id INTEGER NOT NULL,
        read INTEGER NOT NULL,
        starred INTEGER NOT NULL,
        place INTEGER NOT NULL,
        PRIMARY KEY (kind, label_id, date, article_id)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX label_of_article ON label_article (kind, article_id, place)",
    *(
        statement
        for kind, number in (("category", 1), ("author", 2))
        for statement in (
            f"INSERT INTO label (kind, name, key) SELECT {number}, name, key FROM {kind} ORDER BY id",
            f"""
            INSERT INTO label_article ({_OF_LINK})
            SELECT {number}, n.id, l.date, l.article_id, l.feed_id, l.read, l.starred, l.place FROM {kind}_article AS l
            JOIN {kind} AS o ON o.id = l.{kind}_id JOIN label AS n ON n.kind = {number} AND n.key = o.key
            """,
            f"DROP TABLE {kind}_article",
            f"DROP TABLE {kind}",
        )
    ),
)


def make_room(c: sqlite3.Connection) -> None:
    """Room for titles of the user's own, folders, options of feeds, accounts, a journal of marks, labels of any kind.

    The search index is emptied where there was one: it is built again with text folded as it is when it is sought.
    """
    numbers = c.execute("SELECT seq FROM sqlite_sequence WHERE name = 'feed'").fetchone()
    for statement in _ROOM:
        c.execute(statement)
    if numbers is not None:  # no number is given a second time
        c.execute("DELETE FROM sqlite_sequence WHERE name = 'feed'")
        c.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('feed', ?)", numbers)
    if c.execute("SELECT 1 FROM article LIMIT 1").fetchone() is not None:
        c.execute("INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)", INDEX_TO_BE_BUILT)
