"""The search index, built again from the articles."""

from __future__ import annotations

import sqlite3

from tuireader.store import indexing, schema
from tuireader.store.connection import BROKEN
from tuireader.store.mending.inspection import is_sound


def rebuild_index(c: sqlite3.Connection, plain_text: indexing.PlainText) -> bool:
    """Make the index anew from the articles; whether all is sound after it."""
    try:
        c.execute("BEGIN IMMEDIATE")
        sql = c.execute("SELECT sql FROM sqlite_master WHERE name = 'search'").fetchone()[0]
        for table in ("search_data", "search_idx", "search_docsize"):
            c.execute(f"DELETE FROM {table}")
        # What an empty index has: without it, FTS5 does not even let it be dropped.
        c.execute("INSERT INTO search_data (id, block) VALUES (1, x''), (10, zeroblob(7))")
        c.execute("REPLACE INTO search_config (k, v) VALUES ('version', 4)")
        c.execute("DROP TABLE search")
        c.execute(sql)
        _fill(c, plain_text)
        c.execute("COMMIT")
        return is_sound(c)
    except BROKEN:
        if c.in_transaction:
            c.execute("ROLLBACK")
        return False


def _fill(c: sqlite3.Connection, plain_text: indexing.PlainText) -> None:
    """Take into an index that is empty all articles but those that wait to be indexed."""
    schema.set_up_index(c)
    for row in c.execute("SELECT id FROM article EXCEPT SELECT article_id FROM unindexed").fetchall():
        indexing.add(c, (each.row for each in indexing.due(c, row, plain_text)))
