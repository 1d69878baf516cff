"""Articles that came without being indexed are indexed: few at once, many when nobody waits, or before a search."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from tuireader.errors import BusyError, StoreError
from tuireader.store import search

if TYPE_CHECKING:
    import sqlite3

    from tuireader.library.jobs.cache_gateway import Cache

FEW = 500
"""Articles that are indexed at the end of a refresh, while who asked for it waits: that takes a tenth of a second."""
BEFORE_SEARCH = 5.0
"""Seconds that a command indexes for before it searches: some 20,000 articles."""
_STEP = 250
"""Articles of one transaction: others that write wait for some 30 ms."""
_PAUSE = 0.01
"""Seconds between two steps, in which others write."""
_LONGEST = 900.0
"""Seconds after which indexing is ended that does not come to its end."""


def index_step(c: sqlite3.Connection) -> int:
    """Index one batch of the newest unindexed articles; returns its size."""
    if not search.waiting(c):
        return 0
    from tuireader.content.dom.plain_text import plain_text  # heavy

    return search.index_some(c, plain_text, _STEP)


def index_for(c: sqlite3.Connection, seconds: float) -> int:
    """Index for about `seconds`; returns how many articles are still unindexed."""
    until = time.monotonic() + seconds
    with suppress(StoreError):
        while index_step(c) and time.monotonic() < until:
            pass
    return search.waiting(c)


def index_all(c: sqlite3.Connection) -> None:
    """Index what waits, in steps between which others write."""
    with suppress(BusyError):  # the next time goes on
        while index_step(c):
            time.sleep(_PAUSE)


class Meanwhile:
    """Indexes a step at a time while something else is waited for."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._step: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._step is not None:
            await self._step

    def go_on(self) -> None:
        """Index some more, unless that is being done."""
        if self._step is None or self._step.done():
            self._step = asyncio.ensure_future(self._index())

    async def _index(self) -> None:
        with suppress(StoreError):  # the rest is indexed later
            await self._cache.take(index_step)


async def index_few(cache: Cache) -> None:
    """Index what waits, if that is not much."""
    with suppress(StoreError):  # it waits on, and that is said where someone searches
        if 0 < await cache.note(search.waiting) <= FEW:
            while await cache.take(index_step):
                pass


async def index_rest(cache: Cache) -> None:
    """Index what waits, in a process of its own where that is much; cancelling it loses nothing."""
    waits = await cache.read(search.waiting)
    if waits > FEW:
        with suppress(TimeoutError, StoreError):
            await cache.take_apart(index_all, _LONGEST)
    elif waits:
        await index_few(cache)
