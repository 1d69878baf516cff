"""Counts beside each feed and label, and which articles the search index does not have yet."""

from __future__ import annotations

import sqlite3

from tuireader.store.migrations.v2_to_v4 import MERGE_FROM

COUNT_AGAIN = (
    """
    UPDATE feed SET (articles, unread, starred) =
    (SELECT count(*), coalesce(sum(read = 0), 0), coalesce(sum(starred), 0)
     FROM article INDEXED BY article_by_feed WHERE feed_id = feed.id)
    """,
    """
    UPDATE label SET (articles, unread) =
    (SELECT count(*), coalesce(sum(read = 0), 0)
     FROM label_article AS l WHERE l.kind = label.kind AND l.label_id = label.id)
    """,
)
"""Counts all there is."""

# What is inserted is counted by who inserts it, many rows at a time: triggers would take a tenth of a refresh for it.
_STEPS = (
    *(
        f"ALTER TABLE {table} ADD COLUMN {column} INTEGER NOT NULL DEFAULT 0"
        for table, columns in (("feed", ("articles", "unread", "starred")), ("label", ("articles", "unread")))
        for column in columns
    ),
    *COUNT_AGAIN,
    """
    CREATE TRIGGER article_is_gone AFTER DELETE ON article BEGIN
        UPDATE feed SET articles = articles - 1, unread = unread - (OLD.read = 0), starred = starred - OLD.starred
        WHERE id = OLD.feed_id;
    END
    """,
    """
    CREATE TRIGGER article_is_marked AFTER UPDATE OF read, starred ON article
    WHEN NEW.read <> OLD.read OR NEW.starred <> OLD.starred BEGIN
        UPDATE feed SET unread = unread + OLD.read - NEW.read, starred = starred + NEW.starred - OLD.starred
        WHERE id = NEW.feed_id;
    END
    """,
    """
    CREATE TRIGGER label_is_gone AFTER DELETE ON label_article BEGIN
        UPDATE label SET articles = articles - 1, unread = unread - (OLD.read = 0) WHERE id = OLD.label_id;
    END
    """,
    """
    CREATE TRIGGER label_is_marked AFTER UPDATE OF read ON label_article WHEN NEW.read <> OLD.read BEGIN
        UPDATE label SET unread = unread + OLD.read - NEW.read WHERE id = NEW.label_id;
    END
    """,
    "CREATE TABLE unindexed (article_id INTEGER PRIMARY KEY REFERENCES article (id) ON DELETE CASCADE)",
)


def count_and_index_later(c: sqlite3.Connection) -> None:
    """Counts are kept where they are asked for; articles may be in the index later than in the lists."""
    for step in _STEPS:
        c.execute(step)
    c.execute("INSERT INTO search (search, rank) VALUES ('usermerge', ?)", (MERGE_FROM,))
