"""What the user did with articles: read, starred, and where reading stopped."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from tuireader.model.clock import utc_now
from tuireader.store import duplicates, labels, status_outbox
from tuireader.store.connection import transaction
from tuireader.store.query_sql import select
from tuireader.store.row_values import id_list

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from tuireader.model.change import Field, StatusChange
    from tuireader.model.query import Query


AT_FIRST, AT_LEAST = 200, 20
"""Articles that are marked in the first transaction of many, and in each at least."""
SECONDS = 0.05
"""For about so long a transaction takes that marks many."""


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
    marking = Marking(ids, read=read, starred=starred, now=now)
    while marking.step(c):
        if not c.in_transaction:
            time.sleep(marking.PAUSE)


class Marking:
    """Marks many articles in steps that nobody waits long for.

    How many that are depends on where they stand in the file: of what is next to each other, many more.
    """

    PAUSE = 0.005
    """Seconds between two steps, in which others write."""

    def __init__(
        self,
        ids: Iterable[int],
        *,
        read: bool | None = None,
        starred: bool | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """Set what is given, leave what is None."""
        self.left = list(ids)
        """The articles that are not marked yet."""
        self._read, self._starred, self._now = read, starred, now
        self._size = AT_FIRST

    def step(self, c: sqlite3.Connection) -> bool:
        """Mark some of them in one transaction; whether any are left."""
        some = self.left[: self._size]
        begun = time.monotonic()
        with transaction(c):
            _set(c, some, read=self._read, starred=self._starred, now=self._now)
        took = max(time.monotonic() - begun, SECONDS / 4, 1e-6)
        del self.left[: self._size]
        wanted = int(self._size * SECONDS / took)
        self._size = max(AT_LEAST, self._size // 2, min(wanted, self._size * 2))
        return bool(self.left)


def to_mark(c: sqlite3.Connection, query: Query, *, read: bool = True) -> list[int]:
    """The ids of the articles that a query shows which are not read, or not unread, as they stand in the file."""
    if read:
        query = replace(query, unread=True)
    return sorted(
        row[0]
        for part in select(c, query, ordered=False).parts
        for row in c.execute(part.sql(part.id, f"d.read = {int(not read)}"), part.params).fetchall()
    )


def save_position(c: sqlite3.Connection, article_id: int, position: int) -> None:
    c.execute("UPDATE article SET position = ? WHERE id = ?", (position, article_id))


def _set(
    c: sqlite3.Connection,
    ids: list[int],
    *,
    read: bool | None = None,
    starred: bool | None = None,
    now: Callable[[], datetime],
) -> None:
    marks: dict[Field, bool | None] = {"read": read, "starred": starred}
    ids = duplicates.with_others(c, ids)
    for field, value in marks.items():
        if value is not None:
            some = id_list(ids)
            status_outbox.note(c, some, field, int(value), now())
            labels.write_status(c, field, int(value), some)


def with_status(c: sqlite3.Connection, ids: Iterable[int], field: Field, *, value: bool) -> list[int]:
    """Which of these articles are read, or starred; or are not."""
    rows = c.execute(
        f"SELECT id FROM article WHERE id IN (SELECT value FROM json_each(?)) AND {field} = ?", (id_list(ids), value)
    )
    return [row[0] for row in rows.fetchall()]
