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


def to_mark_read(c: sqlite3.Connection, query: Query) -> list[list[int]]:
    """The ids of the unread articles that a query shows, in the steps in which they are to be marked."""
    return statuses.in_steps(statuses.to_mark(c, query))


def in_steps(ids: Iterable[int]) -> list[list[int]]:
    """Articles in the steps in which they are to be marked, so that nobody waits for all of them."""
    return statuses.in_steps(ids)
