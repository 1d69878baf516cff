"""The runs of the search index: each save adds one, and they are merged in small steps when nobody waits."""

from __future__ import annotations

import sqlite3

STEP_PAGES = 64
"""Pages of the index that one step writes: some 20 ms."""
_DONE = 2
"""Changes with which a merge has done something, as SQLite has it."""


def merge_some(c: sqlite3.Connection) -> bool:
    """Merge some of the runs; whether there may be more to merge.

    Left to itself, the index merges all runs of a level in the transaction of one save, when there are 256: of
    a million articles that takes half a minute, once in a year, and marks fail meanwhile.
    """
    before = c.total_changes
    c.execute("INSERT INTO search (search, rank) VALUES ('merge', ?)", (STEP_PAGES,))
    return c.total_changes - before >= _DONE
