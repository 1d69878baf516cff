"""What takes back what the user did, kept over a restart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tuireader.store import ui_state

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime, timedelta


def push(c: sqlite3.Connection, step: dict[str, Any], now: datetime) -> int:
    """Keep what takes a step back; gives its number."""
    return ui_state.push_undo(c, step, now)


def forget(c: sqlite3.Connection, number: int) -> None:
    ui_state.remove_undo(c, number)


def pop(c: sqlite3.Connection, now: datetime, age: timedelta) -> dict[str, Any] | None:
    """The last step that is no older than that, which is kept no more; None where there is none."""
    there = ui_state.recent_undo(c, now, age)
    if not there:
        return None
    number, step = there[-1]
    ui_state.remove_undo(c, number)
    return step
