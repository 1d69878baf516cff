"""What takes back what the user did, kept over a restart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tuireader.store import undo

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime, timedelta


def push(c: sqlite3.Connection, step: dict[str, Any], now: datetime) -> int:
    """Keep what takes a step back; gives its number."""
    return undo.push(c, step, now)


def forget(c: sqlite3.Connection, number: int) -> None:
    undo.remove(c, number)


def pop(c: sqlite3.Connection, now: datetime, age: timedelta) -> dict[str, Any] | None:
    """The last step that is no older than that, which is kept no more; None where there is none."""
    there = undo.recent(c, now, age)
    if not there:
        return None
    number, step = there[-1]
    undo.remove(c, number)
    return step
