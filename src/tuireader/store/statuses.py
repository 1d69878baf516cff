"""What the user did with articles: read, starred, and where reading stopped."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tuireader.store.columns import id_list
from tuireader.store.connection import transaction
from tuireader.store.query_sql import select

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from tuireader.model.query import Query
    from tuireader.model.status_change import StatusChange


def apply(c: sqlite3.Connection, change: StatusChange) -> None:
    """Write a change; once more does no harm. Ids that are no longer there are passed over."""
    if change.read is not None or change.starred is not None:
        mark(c, change.ids, read=change.read, starred=change.starred)
    if change.position is not None:
        for article_id in change.ids:
            save_position(c, article_id, change.position)


def mark(c: sqlite3.Connection, ids: Iterable[int], *, read: bool | None = None, starred: bool | None = None) -> None:
    """Set what is given, leave what is None; ids that are no longer there are passed over."""
    with transaction(c):
        _set(c, list(ids), read=read, starred=starred)


def mark_query(c: sqlite3.Connection, query: Query, *, read: bool = True) -> list[int]:
    """Mark all articles that a query shows read, or unread; gives the ids of those that changed, for undoing."""
    if read:
        query = replace(query, unread=True)
    with transaction(c):
        selection = select(c, query, ordered=False)
        ids = [
            row[0]
            for part in selection.parts
            for row in c.execute(part.sql(part.id, f"d.read = {int(not read)}"), part.params).fetchall()
        ]
        _set(c, ids, read=read)
    return ids


def save_position(c: sqlite3.Connection, article_id: int, position: int) -> None:
    """Keep where reading stopped."""
    c.execute("UPDATE article SET position = ? WHERE id = ?", (position, article_id))


def _set(c: sqlite3.Connection, ids: list[int], *, read: bool | None = None, starred: bool | None = None) -> None:
    """Write the marks in the article's row and wherever they are repeated."""
    for column, value in (("read", read), ("starred", starred)):
        if value is None:
            continue
        some = id_list(ids)
        c.execute(
            f"UPDATE article SET {column} = ?1 WHERE id IN (SELECT value FROM json_each(?2)) AND {column} <> ?1",
            (value, some),
        )
        for facet in ("category", "author"):
            c.execute(
                f"UPDATE {facet}_article SET {column} = ?1"
                f" WHERE article_id IN (SELECT value FROM json_each(?2)) AND {column} <> ?1",
                (value, some),
            )
