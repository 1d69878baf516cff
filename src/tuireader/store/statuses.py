"""What the user did with articles: read, starred, and where reading stopped."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from tuireader.model.clock import utc_now
from tuireader.store import labels, sync_journal
from tuireader.store.columns import id_list
from tuireader.store.connection import transaction
from tuireader.store.query_sql import select

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from tuireader.model.change import Field
    from tuireader.model.query import Query
    from tuireader.model.status_change import StatusChange


AT_ONCE = 2000
"""Articles that are marked in one transaction: some 20 ms."""
PAUSE = 0.005
"""Seconds between two of them, in which others write."""


def apply(c: sqlite3.Connection, change: StatusChange) -> None:
    """Write a change; once more does no harm. Ids that are no longer there are passed over."""
    if change.read is not None or change.starred is not None:
        mark(c, change.ids, read=change.read, starred=change.starred)
    if change.position is not None:
        for article_id in change.ids:
            save_position(c, article_id, change.position)


def mark(
    c: sqlite3.Connection,
    ids: Iterable[int],
    *,
    read: bool | None = None,
    starred: bool | None = None,
    now: Callable[[], datetime] = utc_now,
) -> None:
    """Set what is given, leave what is None; ids that are no longer there are passed over.

    What an account is to be told of is noted in the journal, as done `now`. Many are marked in steps, between which
    others can write.
    """
    for number, some in enumerate(in_steps(ids)):
        if number and not c.in_transaction:
            time.sleep(PAUSE)
        with transaction(c):
            _set(c, some, read=read, starred=starred, now=now)


def in_steps(ids: Iterable[int]) -> list[list[int]]:
    """Articles, so many at a time as are marked without making others wait."""
    every = list(ids)
    return [every[at : at + AT_ONCE] for at in range(0, len(every), AT_ONCE)]


def to_mark(c: sqlite3.Connection, query: Query, *, read: bool = True) -> list[int]:
    """The ids of the articles that a query shows which are not read, or not unread."""
    if read:
        query = replace(query, unread=True)
    return [
        row[0]
        for part in select(c, query, ordered=False).parts
        for row in c.execute(part.sql(part.id, f"d.read = {int(not read)}"), part.params).fetchall()
    ]


def mark_query(
    c: sqlite3.Connection, query: Query, *, read: bool = True, now: Callable[[], datetime] = utc_now
) -> list[int]:
    """Mark all articles that a query shows read, or unread; gives the ids of those that changed, for undoing."""
    ids = to_mark(c, query, read=read)
    mark(c, ids, read=read, now=now)
    return ids


def save_position(c: sqlite3.Connection, article_id: int, position: int) -> None:
    """Keep where reading stopped."""
    c.execute("UPDATE article SET position = ? WHERE id = ?", (position, article_id))


def take_over(c: sqlite3.Connection, article_id: int, field: Field, *, value: bool) -> bool:
    """Write a mark that an account tells of, inside a transaction of the caller's; whether it changed anything."""
    row = c.execute(f"SELECT {field} FROM article WHERE id = ?", (article_id,)).fetchone()
    if row is None or bool(row[0]) is value:
        return False
    _write(c, field, int(value), id_list([article_id]))
    return True


def _set(
    c: sqlite3.Connection,
    ids: list[int],
    *,
    read: bool | None = None,
    starred: bool | None = None,
    now: Callable[[], datetime],
) -> None:
    marks: dict[Field, bool | None] = {"read": read, "starred": starred}
    for field, value in marks.items():
        if value is not None:
            some = id_list(ids)
            sync_journal.note(c, some, field, int(value), now())
            _write(c, field, int(value), some)


def _write(c: sqlite3.Connection, field: Field, value: int, ids: str) -> None:
    """Write a mark in the articles' rows and wherever it is repeated."""
    c.execute(
        f"UPDATE article SET {field} = ?1 WHERE id IN (SELECT value FROM json_each(?2)) AND {field} <> ?1", (value, ids)
    )
    labels.repeat_status(c, field, value, ids)
