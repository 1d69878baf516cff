"""Idle work on the cache: indexing articles, computing their media flags, and maintaining the indexes."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import suppress
from typing import Self

from tuireader.content.dom import sanitize, tree
from tuireader.errors import BusyError, StoreError
from tuireader.library.jobs import cache_gateway
from tuireader.store import articles, duplicates
from tuireader.store.queries import search

FEW = 500
"""Maximum number of pending articles that are indexed at the end of a refresh, in a tenth of a second."""
BEFORE_SEARCH = 5.0
"""Seconds that a command indexes before it searches: some 20,000 articles."""
_BATCH_SIZE = 250
"""Articles of one transaction: other writers wait some 30 ms."""
_LOCK_INTERVAL = 0.01
"""Seconds between two transactions, for other writers."""
_INDEX_TIMEOUT = 900.0
"""Maximum seconds for indexing."""


def index_step(c: sqlite3.Connection) -> int:
    """Index one batch of the newest unindexed articles; returns its size."""
    if not search.waiting(c):
        return 0

    return search.index_some(c, sanitize.plain_text, _BATCH_SIZE)


def index_for(c: sqlite3.Connection, seconds: float) -> int:
    """Index for about `seconds`; returns how many articles are still pending."""
    until = time.monotonic() + seconds
    with suppress(StoreError):
        while index_step(c) and time.monotonic() < until:
            pass
    return search.waiting(c)


def index_all(c: sqlite3.Connection) -> None:
    """Index all pending articles, in batches between which others can write."""
    with suppress(BusyError):  # the next time goes on
        while index_step(c):
            time.sleep(_LOCK_INTERVAL)


class IdleIndexer:
    """Indexes in steps while something else is waited for."""

    def __init__(self, cache: cache_gateway.Cache) -> None:
        self._cache = cache
        self._step: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._step is not None:
            await self._step

    def go_on(self) -> None:
        """Index another batch, unless one is running."""
        if self._step is None or self._step.done():
            self._step = asyncio.ensure_future(self._index())

    async def _index(self) -> None:
        with suppress(StoreError):  # the rest is indexed later
            await self._cache.take(index_step)


async def index_few(cache: cache_gateway.Cache) -> None:
    """Index the pending articles if there are at most `FEW`."""
    with suppress(StoreError):  # it waits on, and that is said where someone searches
        if 0 < await cache.run_quick_job(search.waiting) <= FEW:
            while await cache.take(index_step):
                pass


async def index_rest(cache: cache_gateway.Cache) -> None:
    """Index pending articles, in a process of its own if there are more than `FEW`; cancelling loses nothing."""
    waits = await cache.read(search.waiting)
    if waits > FEW:
        with suppress(TimeoutError, StoreError):
            await cache.take_apart(index_all, _INDEX_TIMEOUT, first=False)
    elif waits:
        await index_few(cache)


_BATCH_INTERVAL = 0.05
"""Seconds between two transactions, for other writers."""
_EXPIRE_BATCH_SIZE = 200
"""Articles whose media flags are computed in one transaction."""
COMMAND_TIMEOUT = 600.0
"""Maximum seconds for idle work in a command that a timer starts."""


async def tend(cache: cache_gateway.Cache, seconds: float | None = None) -> None:
    """Index pending articles, compute missing media flags, then maintain the indexes, for at most `seconds`."""
    until = None if seconds is None else time.monotonic() + seconds
    if until is None:
        await index_rest(cache)
    else:
        with suppress(StoreError):
            while await cache.run_quick_job(index_step) and time.monotonic() < until:
                pass
    await compute_media_flags(cache, until)
    await order_indexes(cache, None if until is None else max(0.0, until - time.monotonic()))


async def compute_media_flags(cache: cache_gateway.Cache, until: float | None = None) -> None:
    """Compute the media flags of articles that have none yet."""
    with suppress(StoreError):
        while await cache.take(_look_at_some) and (until is None or time.monotonic() < until):  # noqa: ASYNC110
            await asyncio.sleep(_BATCH_INTERVAL if until is None else 0)


def _look_at_some(c: sqlite3.Connection) -> int:
    return articles.compute_media_flags(c, tree.extras_of, _EXPIRE_BATCH_SIZE)


async def order_indexes(cache: cache_gateway.Cache, seconds: float | None = None) -> None:
    """Sort shingles into place and merge search index segments, for at most `seconds`.

    Done in short transactions; after a cancellation, or while another program holds the cache, the next run continues.
    """
    until = None if seconds is None else time.monotonic() + seconds
    with suppress(BusyError):
        for step in (duplicates.move_some, search.merge_some):
            while await cache.write(step):
                if until is not None and time.monotonic() > until:
                    return
                await asyncio.sleep(_BATCH_INTERVAL if until is None else 0)
