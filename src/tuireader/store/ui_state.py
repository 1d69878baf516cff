"""What the program itself remembers from one start to the next, as text under names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuireader.store.row_values import text_of

if TYPE_CHECKING:
    import sqlite3


def load(c: sqlite3.Connection) -> dict[str, str]:
    rows = c.execute("SELECT name, value FROM setting").fetchall()
    return {text_of(name): text_of(value) for name, value in rows}


def value(c: sqlite3.Connection, name: str) -> str | None:
    """What was saved under a name; None where nothing was."""
    row = c.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
    return None if row is None else text_of(row[0])


def save(c: sqlite3.Connection, name: str, value: str) -> None:
    """Remember `value` under `name`, in place of what was there."""
    c.execute(
        "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )
