"""Helpers for background workers, the request queue that they share, and the stored settings of the interface."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from importlib import import_module
from typing import Any, TypeVar

from textual.dom import DOMNode
from textual.message_pump import MessagePump
from textual.timer import Timer
from textual.worker import Worker

from tuireader.async_tools import in_thread
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.politeness import queue as politeness_queue
from tuireader.model.article import Clock

IDLE_DELAY = 20.0
"""Seconds after a start or a refresh until idle work begins."""


USER_WRITE_GROUPS = frozenset({"filing", "marking", "rename", "ruling", "select"})
"""Worker groups that write changes of the user."""
ASKING = "asking"
"""The worker group that opens dialogs; keys wait for it."""

AsyncWork = Callable[[], Coroutine[None, None, None]]


def start(node: DOMNode, work: AsyncWork, *, group: str, exclusive: bool = False) -> Worker[None]:
    """Run work in a worker; if `exclusive`, others of its group are cancelled.

    `work` makes the coroutine when the worker begins, so that a cancelled worker leaves none that was never awaited.
    """
    worker: Worker[None] = node.run_worker(work, group=group, exclusive=exclusive)
    return worker


def is_busy(node: DOMNode, group: str, *, but: Worker[Any] | None = None) -> bool:
    return any(each.group == group and not each.is_finished and each is not but for each in node.workers)


class Debounce:
    """Debounces: runs an action after some seconds without a restart."""

    def __init__(self, node: MessagePump, seconds: float, act: Callable[[], Any]) -> None:
        """`act` is called as a message of `node`, and not after that is gone."""
        self._node = node
        self._seconds = seconds
        self._act = act
        self._timer: Timer | None = None

    def restart(self) -> None:
        self.stop()
        self._timer = self._node.set_timer(self._seconds, self._act)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None


class Web:
    """Opens one polite request queue, which all concurrent users share; the last one closes it."""

    def __init__(self, cache: Cache, clock: Clock) -> None:
        """Loads nothing before the first request."""
        self._cache = cache
        self._clock = clock
        self._opening = asyncio.Lock()
        self._open: AsyncExitStack | None = None
        self._queue: politeness_queue.PoliteQueue | None = None
        self._users = 0

    @asynccontextmanager
    async def queue(self, *modules: str) -> AsyncIterator[politeness_queue.PoliteQueue]:
        """The queue, once the modules that use it are loaded; it is closed by the last user.

        Raises FetchError if the environment names an invalid proxy.
        """
        # Off the loop: it takes a while.
        await in_thread(_load, "tuireader.library.politeness.queue", *modules)
        async with self._opening:
            queue = self._queue or await self._opened()
            self._users += 1
        try:
            yield queue
        finally:
            self._users -= 1
            if not self._users:
                await self._close()

    async def _opened(self) -> politeness_queue.PoliteQueue:
        stack = AsyncExitStack()
        self._queue = await stack.enter_async_context(politeness_queue.open_queue(self._cache, clock=self._clock))
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
    """Return free memory to the system: by itself, glibc keeps most of it."""
    if sys.platform == "linux":
        import ctypes  # nothing else needs it

        with suppress(OSError, AttributeError):  # another libc
            ctypes.CDLL(None).malloc_trim(0)


Setting = TypeVar("Setting", str, int, bool)


class UiState:
    """Small settings, stored as text; values that cannot be parsed count as unset."""

    def __init__(self, settings: Mapping[str, str], keep: Callable[[str, str], object]) -> None:
        """Start with saved values; `keep` is called with each change."""
        self._settings = dict(settings)
        self._keep = keep

    def get(self, name: str, default: Setting) -> Setting:
        """A setting, with the default's type."""
        text = self._settings.get(name)
        if text is None:
            return default
        if isinstance(default, bool):
            return text == "yes"
        try:
            return type(default)(text)
        except ValueError:
            return default

    def put(self, name: str, value: Setting) -> None:
        text = ("yes" if value else "no") if isinstance(value, bool) else str(value)
        if self._settings.get(name) != text:
            self._settings[name] = text
            self._keep(name, text)
