"""Asyncio helpers: work in threads, concurrent tasks, safe cleanup under repeated cancellation."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from functools import partial
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future

Result = TypeVar("Result")


_THREADS = 8
"""Maximum number of threads for work."""


class _Threads:
    """Threads that do not delay the end of the program, unlike those of `asyncio.to_thread`."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._idle = threading.Semaphore(0)
        self._count = 0

    def submit(self, job: Callable[[], None]) -> None:
        self._jobs.put(job)
        if not self._idle.acquire(blocking=False) and self._count < _THREADS:
            threading.Thread(target=self._run, name="work", daemon=True).start()
            self._count += 1

    def _run(self) -> None:
        while True:
            self._jobs.get()()
            self._idle.release()


_threads = _Threads()


def settle(future: Future[Result], work: Callable[[], Result]) -> None:
    """Run a function, and set its result or its error on a future."""
    try:
        future.set_result(work())
    except BaseException as error:  # noqa: BLE001 - it is raised where the result is waited for
        future.set_exception(error)


async def in_thread(work: Callable[..., Result], *arguments: Any, **named: Any) -> Result:
    """Run a function in a thread; the end of the program does not wait for it."""
    from concurrent.futures import Future  # the start of the app does without it

    future: Future[Result] = Future()

    def run() -> None:
        if future.set_running_or_notify_cancel():
            settle(future, partial(work, *arguments, **named))

    _threads.submit(run)
    return await asyncio.wrap_future(future)


class PrioritySemaphore:
    """Lets a number of holders in at a time; those that come `first` overtake the others, else in order."""

    def __init__(self, number: int) -> None:
        self.free = number
        """Number of places that nobody holds."""
        self._first: deque[asyncio.Future[None]] = deque()
        self._others: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def held(self, *, first: bool) -> AsyncIterator[None]:
        await self._enter(self._first if first else self._others)
        try:
            yield
        finally:
            self._leave()

    async def _enter(self, waiting: deque[asyncio.Future[None]]) -> None:
        if self.free:
            self.free -= 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # it was its turn already, which goes on to the next
                self._leave()
            raise

    def _leave(self) -> None:
        """Hand the place over to the next."""
        for waiting in (self._first, self._others):
            while waiting:
                turn = waiting.popleft()
                if not turn.done():
                    turn.set_result(None)
                    return
        self.free += 1


async def to_the_end(cleanup: Awaitable[object], *, hurry: Callable[[], object] = lambda: None) -> None:
    """Finish `cleanup` before a cancellation takes effect.

    Each cancellation calls `hurry`, which may shorten the cleanup. There can be several: by a closing screen, by the
    ending app, and by the loop; interrupted cleanup would leave resources open.
    """
    task = asyncio.ensure_future(cleanup)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
            hurry()
    if cancelled is not None:
        if not task.cancelled():
            task.exception()  # noted: whoever cancels wants no other
        raise cancelled
    await task


async def as_done(works: Iterable[Coroutine[Any, Any, Result]]) -> AsyncGenerator[Result, None]:
    """Run coroutines concurrently and yield results as they complete; raises the first error.

    When the iteration ends early, the other coroutines are cancelled, and their cleanup is awaited.
    """
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        for done in asyncio.as_completed(tasks):
            yield await done
    finally:
        for task in tasks:
            task.cancel()
        await to_the_end(asyncio.gather(*tasks, return_exceptions=True))
