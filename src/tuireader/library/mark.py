"""Marking articles read, unread, starred or not, and undoing it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tuireader.store import statuses

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from tuireader.model import Query


@dataclass(frozen=True, slots=True)
class Undo:
    """What a mark changed: enough to take it back."""

    ids: tuple[int, ...]
    """The articles that changed, and no others."""
    read: bool
    """What they were before."""

    def __len__(self) -> int:
        """How many articles changed."""
        return len(self.ids)


def mark(c: sqlite3.Connection, ids: Iterable[int], *, read: bool | None = None, starred: bool | None = None) -> None:
    """Set what is given on these articles, leave what is None."""
    statuses.mark(c, ids, read=read, starred=starred)


def mark_all_read(c: sqlite3.Connection, query: Query) -> Undo:
    """Mark all that a query shows read."""
    return Undo(tuple(statuses.mark_query(c, query, read=True)), read=False)


def undo(c: sqlite3.Connection, done: Undo) -> None:
    """Take a mark back."""
    statuses.mark(c, done.ids, read=done.read)
