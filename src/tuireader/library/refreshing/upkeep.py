"""What the cache needs after much came in, done when nobody waits for it."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from tuireader.errors import BusyError, StoreError
from tuireader.library.refreshing.index_later import index_rest, index_step
from tuireader.store import articles, duplicates, search

if TYPE_CHECKING:
    import sqlite3

    from tuireader.library.jobs.cache_gateway import Cache

_PAUSE = 0.05
"""Seconds between two steps, in which others write."""
_AT_ONCE = 200
"""Articles that are looked at in one step."""
LONGEST = 600.0
"""Seconds that a command of a timer takes for it."""


async def tend(cache: Cache, seconds: float | None = None) -> None:
    """Index pending articles, then maintain the indexes, for at most `seconds`."""
    until = None if seconds is None else time.monotonic() + seconds
    if until is None:
        await index_rest(cache)
    else:
        with suppress(StoreError):
            while await cache.note(index_step) and time.monotonic() < until:
                pass
    await look_at_all(cache, until)
    await order_indexes(cache, None if until is None else max(0.0, until - time.monotonic()))


async def look_at_all(cache: Cache, until: float | None = None) -> None:
    """Compute the media flags of articles that have none yet."""
    with suppress(StoreError):
        while await cache.take(_look_at_some) and (until is None or time.monotonic() < until):  # noqa: ASYNC110
            await asyncio.sleep(_PAUSE if until is None else 0)


def _look_at_some(c: sqlite3.Connection) -> int:
    from tuireader.content.dom.media_flags import extras_of  # loaded where it is needed

    return articles.look_at_some(c, extras_of, _AT_ONCE)


async def order_indexes(cache: Cache, seconds: float | None = None) -> None:
    """Sort shingles into place and merge search index runs, for at most `seconds`.

    It is done in steps between which others write. Nothing is lost where it is cancelled, or where another program
    holds the cache: the next time goes on.
    """
    until = None if seconds is None else time.monotonic() + seconds
    with suppress(BusyError):
        for step in (duplicates.move_some, search.merge_some):
            while await cache.write(step):
                if until is not None and time.monotonic() > until:
                    return
                await asyncio.sleep(_PAUSE if until is None else 0)
