"""The way to the web while the screen goes on: imports in a thread, requests on the loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from importlib import import_module
from typing import TYPE_CHECKING

from tuireader.library.jobs.cache_gateway import Cache
from tuireader.model.change import Clock

if TYPE_CHECKING:
    from tuireader.library.politeness.queue import PoliteQueue


class Web:
    """Opens one polite queue for all that the app asks for at a time."""

    def __init__(self, cache: Cache, clock: Clock) -> None:
        """Nothing is loaded before something is asked for."""
        self._cache = cache
        self._clock = clock
        self._opening = asyncio.Lock()
        self._open: AsyncExitStack | None = None
        self._queue: PoliteQueue | None = None
        self._users = 0

    @asynccontextmanager
    async def queue(self, *modules: str) -> AsyncIterator[PoliteQueue]:
        """The queue, once the web and the modules of the library that use it are loaded; the last to leave closes it.

        Raises FetchError if the environment names a proxy that makes no sense.
        """
        # Off the loop: it takes a while.
        await asyncio.to_thread(_load, "tuireader.library.politeness.queue", *modules)
        async with self._opening:
            queue = self._queue or await self._opened()
            self._users += 1
        try:
            yield queue
        finally:
            self._users -= 1
            if not self._users:
                await self._close()

    async def _opened(self) -> PoliteQueue:
        from tuireader.library.politeness.queue import open_queue

        stack = AsyncExitStack()
        self._queue = await stack.enter_async_context(open_queue(self._cache, clock=self._clock))
        self._open = stack
        return self._queue

    async def _close(self) -> None:
        stack, self._open, self._queue = self._open, None, None
        if stack is not None:
            await stack.aclose()


def _load(*modules: str) -> None:
    for module in modules:
        import_module(module)
