"""The search index, built again from the articles."""

from __future__ import annotations

import sqlite3

from tuireader.store import indexing, ui_state
from tuireader.store.connection import BROKEN, transaction
from tuireader.store.mending.inspection import is_sound
from tuireader.store.migrations.v2_to_v4 import INDEX_SETTINGS
from tuireader.store.migrations.v5_make_room import INDEX_TO_BE_BUILT


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


def build_index(c: sqlite3.Connection, plain_text: indexing.PlainText) -> None:
    """Make the index of an older schema anew; it stays as it is until the new one is there."""
    with transaction(c):
        if ui_state.value(c, INDEX_TO_BE_BUILT[0]) is not None:  # another process may have been faster
            _empty(c)
            _fill(c, plain_text)


def _empty(c: sqlite3.Connection) -> None:
    """Empty a sound index where it stands."""
    sql = c.execute("SELECT sql FROM sqlite_master WHERE name = 'search'").fetchone()[0]
    # One that keeps no text has a command of its own for it.
    c.execute("INSERT INTO search (search) VALUES ('delete-all')" if "content=''" in sql else "DELETE FROM search")


def _fill(c: sqlite3.Connection, plain_text: indexing.PlainText) -> None:
    """Take into an index that is empty all articles but those that wait to be indexed."""
    for name, value in INDEX_SETTINGS:
        c.execute("INSERT INTO search (search, rank) VALUES (?, ?)", (name, value))
    for row in c.execute("SELECT id FROM article EXCEPT SELECT article_id FROM unindexed").fetchall():
        indexing.add(c, (each.row for each in indexing.due(c, row, plain_text)))
    c.execute("DELETE FROM setting WHERE name = ?", INDEX_TO_BE_BUILT[:1])
