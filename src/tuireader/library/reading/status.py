"""Marking articles read, unread, starred or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuireader.store import statuses

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from tuireader.model.change import Field
    from tuireader.model.query import Query


def mark(c: sqlite3.Connection, ids: Iterable[int], *, read: bool | None = None, starred: bool | None = None) -> None:
    """Set what is given on these articles, leave what is None."""
    statuses.mark(c, ids, read=read, starred=starred)


def to_mark_read(c: sqlite3.Connection, query: Query) -> list[int]:
    return statuses.to_mark(c, query)


def with_status(c: sqlite3.Connection, ids: Iterable[int], field: Field, *, value: bool) -> list[int]:
    """Which of these articles are read, or starred; or are not."""
    return statuses.with_status(c, ids, field, value=value)


Marking = statuses.Marking
"""Marks many articles, step by step."""
