"""What is done after the start, when there is time for it."""

from __future__ import annotations

import asyncio
import gc
import sys
from contextlib import suppress

from textual.timer import Timer
from textual.widget import Widget

from tuireader.library.jobs.cache_gateway import Cache
from tuireader.store import connection
from tuireader.tui.support.safe_text import toast
from tuireader.tui.support.workers import start

SOON = 1.5
"""Seconds after the start, or a refresh, when what can be read already is made ready for searches."""
UNHURRIED = 20.0
"""Seconds after the start, or a refresh, when there is time for what nobody waits for."""


def look_for_damage(node: Widget, cache: Cache) -> None:
    """Say it if the cache is damaged where nothing has met it yet; the next start mends it."""

    async def look() -> None:
        if await cache.read(connection.look):
            toast(node, f"{cache.path} is damaged; it is mended when tuireader starts again.", severity="warning")

    start(node, look, group="damage")


class Upkeep:
    """Does what the cache needs when nobody waits, in steps that nobody feels: indexes what came, merges the index."""

    def __init__(self, node: Widget, cache: Cache) -> None:
        self._node = node
        self._cache = cache
        self._timer: Timer | None = None
        self._is_indexing = False

    def later(self) -> None:
        """Do it when there is time: soon what is not in the index yet, then the rest."""
        self.stop()
        self._timer = self._node.set_timer(SOON, self.index)

    def index(self) -> None:
        """Index now what came without it, unless that is under way; after it, and a while, merge the index."""
        self.stop()
        if not self._is_indexing:
            self._is_indexing = True
            start(self._node, self._index, group="index")

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()

    async def _index(self) -> None:
        from tuireader.library.refreshing.index_later import index_rest

        try:
            await index_rest(self._cache)
        finally:
            self._is_indexing = False
        await asyncio.to_thread(give_back_memory)
        self._timer = self._node.set_timer(UNHURRIED, self._merge)

    def _merge(self) -> None:
        start(self._node, self._merge_runs, group="merging", exclusive=True)

    async def _merge_runs(self) -> None:
        from tuireader.library.refreshing.upkeep import look_at_all, order_indexes

        await look_at_all(self._cache)
        await order_indexes(self._cache)


def give_back_memory() -> None:
    """Give the system back what counting and reading took and let go of: of glibc's own accord most of it stays."""
    if sys.platform == "linux":
        import ctypes  # nothing else needs it

        with suppress(OSError, AttributeError):  # another libc
            ctypes.CDLL(None).malloc_trim(0)


def collect_garbage() -> None:
    """Collect garbage, and enable collection if it was postponed."""
    if not gc.isenabled():
        gc.collect()
        gc.freeze()
        gc.enable()
