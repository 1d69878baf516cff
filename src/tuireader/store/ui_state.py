"""What is remembered between starts: screen state, undo steps, saved searches."""

from __future__ import annotations

import sqlite3
import zlib
from datetime import datetime, timedelta
from typing import Any

from tuireader.errors import NotFoundError
from tuireader.model.query import SavedSearch
from tuireader.store.connection import transaction
from tuireader.store.queries.query_language import check_length
from tuireader.store.row_values import name_key, number, seconds, text_of, tidy


def load(c: sqlite3.Connection) -> dict[str, str]:
    rows = c.execute("SELECT name, value FROM setting").fetchall()
    return {text_of(name): text_of(value) for name, value in rows}


def value(c: sqlite3.Connection, name: str) -> str | None:
    """The value saved under a name; None if there is none."""
    row = c.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
    return None if row is None else text_of(row[0])


def save(c: sqlite3.Connection, name: str, value: str) -> None:
    c.execute(
        "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )


_UNDO_STEPS_MAX = 100
"""Maximum number of undo steps."""


def push_undo(c: sqlite3.Connection, step: dict[str, Any], now: datetime) -> int:
    """Save an undo step in JSON types; returns its number."""
    import json

    with transaction(c):
        row = c.execute(
            "INSERT INTO undo (done, step) VALUES (?, ?) RETURNING number",
            (seconds(now), zlib.compress(json.dumps(step).encode(), 1)),
        ).fetchone()
        c.execute("DELETE FROM undo WHERE number <= ?", (row[0] - _UNDO_STEPS_MAX,))
    return number(row[0])


def recent_undo(c: sqlite3.Connection, now: datetime, age: timedelta) -> list[tuple[int, dict[str, Any]]]:
    """Undo steps no older than `age`, the last one last, with their numbers; unreadable ones are left out."""
    import json

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


def remove_undo(c: sqlite3.Connection, number_: int) -> None:
    with transaction(c):
        c.execute("DELETE FROM undo WHERE number = ?", (number_,))


def put_search(c: sqlite3.Connection, name: str, query: str) -> SavedSearch:
    """Save a search under a name, replacing one of the same name; raises QueryError if it is too long."""
    check_length(query)
    with transaction(c):
        row = c.execute(
            "INSERT INTO saved_search (name, key, query) VALUES (?, ?, ?)"
            " ON CONFLICT (key) DO UPDATE SET name = excluded.name, query = excluded.query RETURNING id, name, query",
            (tidy(name), name_key(name), query.strip()),
        ).fetchone()
    return SavedSearch(row[0], row[1], row[2])


def searches(c: sqlite3.Connection) -> list[SavedSearch]:
    rows = c.execute("SELECT id, name, query FROM saved_search ORDER BY key").fetchall()
    return [SavedSearch(number(id_), text_of(name), text_of(query)) for id_, name, query in rows]


def find_search(c: sqlite3.Connection, name: str) -> SavedSearch:
    """The search of this name, ignoring case; raises NotFoundError."""
    found = next((each for each in searches(c) if name_key(each.name) == name_key(name)), None)
    if found is None:
        raise NotFoundError(f"No saved search named “{name}”.")
    return found


def remove_search(c: sqlite3.Connection, id_: int) -> None:
    with transaction(c):
        c.execute("DELETE FROM saved_search WHERE id = ?", (id_,))
