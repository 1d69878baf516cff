"""Pruning: removing old articles, shrinking the file, and marking expired articles read."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from tuireader.store import pruning, statuses
from tuireader.store.pruning import Limits
from tuireader.store.queries import search
from tuireader.text.sentences import counted

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import AsyncGenerator, Callable, Sequence
    from datetime import datetime

    from tuireader.library.jobs.cache_gateway import Cache


_AT_ONCE = 500
"""Articles of one transaction."""


class Wanted(NamedTuple):
    """What pruning would remove."""

    ids: tuple[int, ...]
    feeds: int
    size: int
    """Approximate bytes."""

    @property
    def said(self) -> str:
        where = f" of {counted(self.feeds, 'feed')}" if self.feeds > 1 else ""
        return f"{counted(len(self.ids), 'article')}{where}, {in_megabytes(self.size)}"


def in_megabytes(size: int) -> str:
    """A number of bytes in words."""
    if size < 100_000:
        return f"{size / 1000:,.0f} kB"
    return f"{size / 1_000_000:,.1f} MB" if size < 100_000_000 else f"{size / 1_000_000:,.0f} MB"


def look(c: sqlite3.Connection, now: datetime, limits: Limits) -> Wanted:
    """Articles beyond the limits that may be removed: read, and neither starred nor tagged."""
    found = pruning.prunable(c, now, limits)
    ids = tuple(each.id for each in found)
    return Wanted(ids, len({each.feed_id for each in found}), sum(each.size for each in found))


async def prune(cache: Cache, ids: Sequence[int]) -> AsyncGenerator[int, None]:
    """Remove articles in batches, in order; yields how many are removed so far.

    Ending the iteration leaves the rest.
    """
    done = 0
    for start in range(0, len(ids), _AT_ONCE):
        done += await cache.take(partial(pruning.prune, ids=ids[start : start + _AT_ONCE]))
        yield done


async def give_back(cache: Cache) -> int:
    """Shrink the file to its content; returns the bytes saved.

    Needs as much free disk space meanwhile. Raises BusyError if another program holds the cache.
    """
    before, whole = _takes(cache), True
    while await cache.take(partial(search.merge_some, whole=whole)):  # the index leaves out what was removed
        whole = False
    await cache.take(_vacuum)
    return max(0, before - _takes(cache))


def _takes(cache: Cache) -> int:
    log = cache.path.with_name(f"{cache.path.name}-wal")
    return sum(each.stat().st_size for each in (cache.path, log) if each.exists())


def _vacuum(c: sqlite3.Connection) -> None:
    c.execute("VACUUM")
    c.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def expire(
    c: sqlite3.Connection, now: datetime, after: int, above: int, pause: Callable[[float], None] = time.sleep
) -> int:
    """Mark expired articles read, in short transactions; returns how many."""
    marking = statuses.Marking(pruning.expired(c, now, after=after, above=above), read=True, is_unasked=True)
    count = len(marking.left)
    while count and marking.step(c):
        pause(marking.PAUSE)
    return count
