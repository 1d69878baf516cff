"""Workers of a group, calls that wait for quiet, and requests to the web beside the screen."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

from textual.dom import DOMNode
from textual.worker import Worker

from tuireader.library.jobs.cache_gateway import Cache
from tuireader.model.headline import Clock

if TYPE_CHECKING:
    from textual.message_pump import MessagePump
    from textual.timer import Timer

    from tuireader.library.politeness.queue import PoliteQueue

UNHURRIED = 20.0
"""Seconds after the start, or a refresh, when there is time for what nobody waits for."""


BY_HAND = frozenset({"filing", "marking", "rename", "ruling", "select"})
"""The groups of workers that write what the user has done."""
ASKING = "asking"
"""The group of what leads to a dialog: what is typed meanwhile is meant for that."""

AsyncWork = Callable[[], Coroutine[None, None, None]]


def start(node: DOMNode, work: AsyncWork, *, group: str, exclusive: bool = False) -> Worker[None]:
    """Do some work in a worker; where it is `exclusive`, others of its group are cancelled.

    `work` makes the coroutine, and is called as the worker begins: one that is cancelled before that leaves nothing
    that was made and never awaited.
    """
    worker: Worker[None] = node.run_worker(work, group=group, exclusive=exclusive)
    return worker


def is_busy(node: DOMNode, group: str, *, but: Worker[Any] | None = None) -> bool:
    return any(each.group == group and not each.is_finished and each is not but for each in node.workers)


class Stillness:
    """Waits for some seconds, from the beginning again each time that something moves, and then acts."""

    def __init__(self, node: MessagePump, seconds: float, act: Callable[[], None]) -> None:
        """`act` is called as a message of `node`, and no more once that is gone."""
        self._node = node
        self._seconds = seconds
        self._act = act
        self._timer: Timer | None = None

    def moved(self) -> None:
        self.stop()
        self._timer = self._node.set_timer(self._seconds, self._act)

    def stop(self) -> None:
        """Wait no more."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None


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


def give_back_memory() -> None:
    """Give the system back what counting and reading took and let go of: of glibc's own accord most of it stays."""
    if sys.platform == "linux":
        import ctypes  # nothing else needs it

        with suppress(OSError, AttributeError):  # another libc
            ctypes.CDLL(None).malloc_trim(0)
