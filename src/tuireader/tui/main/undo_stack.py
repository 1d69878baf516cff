"""Marks that the user makes, and taking them back."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple


class UndoStep(NamedTuple):
    """What was done: to which articles, and what they were before (None: that did not change); or to which feed."""

    undone: str
    """What is said when it is undone: "12 marked unread again"."""
    ids: Collection[int] = ()
    read: bool | None = None
    starred: bool | None = None
    feed_id: int | None = None
    """The feed that was unsubscribed from."""


class UndoStack:
    """The marks of this session, the last one on top."""

    LENGTH = 50

    def __init__(self) -> None:
        self._made: list[UndoStep] = []

    def push(self, made: UndoStep) -> None:
        """Remember what was done; the oldest is forgotten in the end."""
        if made.ids or made.feed_id is not None:
            self._made = [*self._made[-self.LENGTH + 1 :], made]

    def pop(self) -> UndoStep | None:
        """What was done last and not undone yet."""
        return self._made.pop() if self._made else None
