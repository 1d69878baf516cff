"""Marking articles read, unread, starred or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuireader.store import statuses

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from tuireader.model.query import Query


def mark(c: sqlite3.Connection, ids: Iterable[int], *, read: bool | None = None, starred: bool | None = None) -> None:
    """Set what is given on these articles, leave what is None."""
    statuses.mark(c, ids, read=read, starred=starred)


def mark_all_read(c: sqlite3.Connection, query: Query) -> tuple[int, ...]:
    """Mark all that a query shows read; gives the ids of those that were not: what it takes to undo it."""
    return tuple(statuses.mark_query(c, query, read=True))
