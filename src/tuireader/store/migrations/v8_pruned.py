"""What was removed to make room is not taken in again where its feed still has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

_STEPS = (
    """
    CREATE TABLE pruned (
        feed_id INTEGER NOT NULL REFERENCES feed (id) ON DELETE CASCADE,
        guid_key INTEGER NOT NULL,
        PRIMARY KEY (feed_id, guid_key)
    ) WITHOUT ROWID
    """,
)


def remember_what_was_pruned(c: sqlite3.Connection) -> None:
    """Keep the guids of articles that were removed, and nothing else of them."""
    for step in _STEPS:
        c.execute(step)
