"""Changes by the user: statuses, tags, undo steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tuireader.store import statuses, ui_state

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable
    from datetime import datetime, timedelta

    from tuireader.model.headline import Field
    from tuireader.model.query import Query


def mark(c: sqlite3.Connection, ids: Iterable[int], *, read: bool | None = None, starred: bool | None = None) -> None:
    statuses.mark(c, ids, read=read, starred=starred)


def to_mark_read(c: sqlite3.Connection, query: Query) -> list[int]:
    return statuses.to_mark(c, query)


def with_status(c: sqlite3.Connection, ids: Iterable[int], field: Field, *, value: bool) -> list[int]:
    """Those of the articles whose `field`, read or starred, is `value`."""
    return statuses.with_status(c, ids, field, value=value)


Marking = statuses.Marking
need_any = statuses.need_any


def tag(c: sqlite3.Connection, ids: Collection[int], names: Iterable[str]) -> list[int]:
    return statuses.tag(c, ids, [*names])


def untag(c: sqlite3.Connection, ids: Collection[int], names: Iterable[str]) -> list[int]:
    return statuses.untag(c, ids, [*names])


def push(c: sqlite3.Connection, step: dict[str, Any], now: datetime) -> int:
    return ui_state.push_undo(c, step, now)


def forget(c: sqlite3.Connection, number: int) -> None:
    ui_state.remove_undo(c, number)


def pop(c: sqlite3.Connection, now: datetime, age: timedelta) -> dict[str, Any] | None:
    """Remove and return the last undo step not older than `age`; None if there is none."""
    there = ui_state.recent_undo(c, now, age)
    if not there:
        return None
    number, step = there[-1]
    ui_state.remove_undo(c, number)
    return step
