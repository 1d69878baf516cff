"""What the user did last and may take back, also after a restart."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any

from tuireader.store.connection import transaction
from tuireader.store.row_values import number
from tuireader.store.times import seconds

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime, timedelta

_MOST = 100
"""Steps that are kept."""


def push(c: sqlite3.Connection, step: dict[str, Any], now: datetime) -> int:
    """Keep what takes a step back, as values that JSON can hold; gives its number."""
    with transaction(c):
        row = c.execute(
            "INSERT INTO undo (done, step) VALUES (?, ?) RETURNING number",
            (seconds(now), zlib.compress(json.dumps(step).encode(), 1)),
        ).fetchone()
        c.execute("DELETE FROM undo WHERE number <= ?", (row[0] - _MOST,))
    return number(row[0])


def recent(c: sqlite3.Connection, now: datetime, age: timedelta) -> list[tuple[int, dict[str, Any]]]:
    """The steps that are no older than that, the last one last, with their numbers; what cannot be read is left out."""
    rows = c.execute("SELECT number, step FROM undo WHERE done >= ? ORDER BY number", (seconds(now - age),)).fetchall()
    found = []
    for each, packed in rows:
        try:
            step = json.loads(zlib.decompress(packed))
        except (ValueError, TypeError, zlib.error):
            continue
        if isinstance(step, dict):
            found.append((number(each), step))
    return found


def remove(c: sqlite3.Connection, number_: int) -> None:
    with transaction(c):
        c.execute("DELETE FROM undo WHERE number = ?", (number_,))
