"""Searches that are kept under a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuireader.errors import NotFoundError
from tuireader.model.query import SavedSearch
from tuireader.store.connection import transaction
from tuireader.store.keys import name_key, tidy
from tuireader.store.row_values import number, text_of

if TYPE_CHECKING:
    import sqlite3


def put(c: sqlite3.Connection, name: str, query: str) -> SavedSearch:
    """Keep a search under a name; what was kept under it, whatever its case, is replaced."""
    with transaction(c):
        row = c.execute(
            "INSERT INTO saved_search (name, key, query) VALUES (?, ?, ?)"
            " ON CONFLICT (key) DO UPDATE SET name = excluded.name, query = excluded.query RETURNING id, name, query",
            (tidy(name), name_key(name), query.strip()),
        ).fetchone()
    return SavedSearch(row[0], row[1], row[2])


def every(c: sqlite3.Connection) -> list[SavedSearch]:
    rows = c.execute("SELECT id, name, query FROM saved_search ORDER BY key").fetchall()
    return [SavedSearch(number(id_), text_of(name), text_of(query)) for id_, name, query in rows]


def find(c: sqlite3.Connection, name: str) -> SavedSearch:
    """The one of this name, whatever its case; NotFoundError where there is none."""
    found = next((each for each in every(c) if name_key(each.name) == name_key(name)), None)
    if found is None:
        raise NotFoundError(f"There is no saved search “{name}”.")
    return found


def remove(c: sqlite3.Connection, id_: int) -> None:
    with transaction(c):
        c.execute("DELETE FROM saved_search WHERE id = ?", (id_,))
