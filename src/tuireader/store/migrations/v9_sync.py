"""Room for accounts: how their passwords are got, and what is done to their feeds that they are to be told of.

And when each feed has answered last, whatever came of asking since.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

_STEPS = (
    "ALTER TABLE account ADD COLUMN secret TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE feed ADD COLUMN answered INTEGER",
    "UPDATE feed SET answered = checked WHERE error IS NULL",
    # What was done last of each kind to a feed of an account; one that is gone has no row in `feed` any more.
    """
    CREATE TABLE feed_change (
        account_id INTEGER NOT NULL,
        server_id TEXT NOT NULL,
        url TEXT NOT NULL,
        what TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (account_id, server_id, what)
    ) WITHOUT ROWID
    """,
)


def make_room_for_sync(c: sqlite3.Connection) -> None:
    """Keep what accounts need."""
    for step in _STEPS:
        c.execute(step)
