"""Articles that are out of sight, the rules that put them there, searches that are kept, and steps to be taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

COUNT_AGAIN = (
    """
    UPDATE feed SET (articles, unread, starred) =
    (SELECT count(*), coalesce(sum(read = 0), 0), coalesce(sum(starred), 0)
     FROM article INDEXED BY article_by_feed WHERE feed_id = feed.id AND aside <> 1)
    """,
    """
    UPDATE label SET (articles, unread) =
    (SELECT count(*), coalesce(sum(read = 0), 0)
     FROM label_article AS l WHERE l.kind = label.kind AND l.label_id = label.id AND l.aside = 0)
    """,
)
"""Counts all there is in the list of each feed, and of each label."""

_STEPS = (
    # 1 where a rule hides it: it is in no list and no count then but in those of what is hidden. 2 where another one
    # tells its story more fully: it is only in the list of its own feed.
    "ALTER TABLE article ADD COLUMN aside INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE label_article ADD COLUMN aside INTEGER NOT NULL DEFAULT 0",
    # The story that it is one of several tellings of; null where it is alone.
    "ALTER TABLE article ADD COLUMN story INTEGER",
    "CREATE INDEX article_by_story ON article (story) WHERE story IS NOT NULL",
    # Some hashes of its title and of parts of its text, by which tellings of one story are found.
    """
    CREATE TABLE shingle (
        hash INTEGER NOT NULL,
        article_id INTEGER NOT NULL,
        PRIMARY KEY (hash, article_id)
    ) WITHOUT ROWID
    """,
    # What an article has besides its text, as bits; null where nobody has looked yet.
    "ALTER TABLE article ADD COLUMN has INTEGER",
    "CREATE INDEX article_not_looked_at ON article (id) WHERE has IS NULL",
    "DROP INDEX article_by_date",
    "DROP INDEX article_by_words",
    "DROP INDEX article_by_feed",
    "DROP INDEX article_unread",
    "DROP INDEX article_starred",
    "CREATE INDEX article_by_date ON article (date) WHERE aside = 0",
    "CREATE INDEX article_by_words ON article (words, date) WHERE aside = 0",
    "CREATE INDEX article_by_feed ON article (feed_id, date, id, read, starred, aside)",
    "CREATE INDEX article_unread ON article (date, id, feed_id, starred) WHERE read = 0 AND aside = 0",
    "CREATE INDEX article_starred ON article (date, id, feed_id, read) WHERE starred = 1 AND aside = 0",
    "CREATE INDEX article_hidden ON article (date, id, feed_id, read, starred) WHERE aside = 1",
    "CREATE INDEX article_told_elsewhere ON article (date, id, feed_id, read, starred) WHERE aside = 2",
    "DROP TRIGGER article_is_gone",
    "DROP TRIGGER article_is_marked",
    "DROP TRIGGER label_is_gone",
    "DROP TRIGGER label_is_marked",
    """
    CREATE TRIGGER article_is_gone AFTER DELETE ON article WHEN OLD.aside <> 1 BEGIN
        UPDATE feed SET articles = articles - 1, unread = unread - (OLD.read = 0), starred = starred - OLD.starred
        WHERE id = OLD.feed_id;
    END
    """,
    """
    CREATE TRIGGER article_is_marked AFTER UPDATE OF read, starred, aside ON article
    WHEN NEW.read <> OLD.read OR NEW.starred <> OLD.starred OR NEW.aside <> OLD.aside BEGIN
        UPDATE feed SET articles = articles + (NEW.aside <> 1) - (OLD.aside <> 1),
            unread = unread + (NEW.read = 0 AND NEW.aside <> 1) - (OLD.read = 0 AND OLD.aside <> 1),
            starred = starred + (NEW.starred AND NEW.aside <> 1) - (OLD.starred AND OLD.aside <> 1)
        WHERE id = NEW.feed_id;
    END
    """,
    """
    CREATE TRIGGER label_is_gone AFTER DELETE ON label_article WHEN OLD.aside = 0 BEGIN
        UPDATE label SET articles = articles - 1, unread = unread - (OLD.read = 0) WHERE id = OLD.label_id;
    END
    """,
    """
    CREATE TRIGGER label_is_marked AFTER UPDATE OF read, aside ON label_article
    WHEN NEW.read <> OLD.read OR NEW.aside <> OLD.aside BEGIN
        UPDATE label SET articles = articles + (NEW.aside = 0) - (OLD.aside = 0),
            unread = unread + (NEW.read = 0 AND NEW.aside = 0) - (OLD.read = 0 AND OLD.aside = 0)
        WHERE id = NEW.label_id;
    END
    """,
    # What is to be done with articles of a feed, of a folder or of all that a query finds; `until` ends it.
    """
    CREATE TABLE rule (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        query TEXT NOT NULL,
        feed_id INTEGER REFERENCES feed (id) ON DELETE CASCADE,
        folder_id INTEGER REFERENCES folder (id) ON DELETE CASCADE,
        actions INTEGER NOT NULL,
        tags TEXT NOT NULL,
        until INTEGER,
        created INTEGER NOT NULL
    )
    """,
    # What a rule did to an article, as bits, so that it can be said and taken back.
    """
    CREATE TABLE rule_article (
        article_id INTEGER NOT NULL REFERENCES article (id) ON DELETE CASCADE,
        rule_id INTEGER NOT NULL REFERENCES rule (id) ON DELETE CASCADE,
        did INTEGER NOT NULL,
        PRIMARY KEY (article_id, rule_id)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX rule_article_by_rule ON rule_article (rule_id, article_id)",
    """
    CREATE TABLE saved_search (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL,
        key TEXT NOT NULL UNIQUE,
        query TEXT NOT NULL
    )
    """,
    # What the user did last, newest last, each with all that is needed to take it back.
    "CREATE TABLE undo (number INTEGER PRIMARY KEY AUTOINCREMENT, done INTEGER NOT NULL, step BLOB NOT NULL)",
)


def make_rules(c: sqlite3.Connection) -> None:
    """Room for rules and what they hide, for searches that are kept, and for what can be undone later."""
    for step in _STEPS:
        c.execute(step)
