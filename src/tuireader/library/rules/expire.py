"""Unread that stays small: what is old, or too much of a feed, is marked read; nothing is removed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tuireader.store import pruning, statuses

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from datetime import datetime


def expire(
    c: sqlite3.Connection, now: datetime, after: int, above: int, pause: Callable[[float], None] = time.sleep
) -> int:
    """Mark what has expired, in steps between which others write; how many articles that are."""
    marking = statuses.Marking(pruning.expired(c, now, after=after, above=above), read=True, is_unasked=True)
    count = len(marking.left)
    while count and marking.step(c):
        pause(marking.PAUSE)
    return count
