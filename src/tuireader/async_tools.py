"""Asyncio tasks side by side, and letting go of what they hold: a task may be cancelled again while it does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Iterable
from typing import Any, TypeVar

Result = TypeVar("Result")


async def to_the_end(cleanup: Awaitable[object], *, hurry: Callable[[], object] = lambda: None) -> None:
    """Wait until `cleanup` has come to its end, and only then be cancelled, where the task was meanwhile.

    Each cancellation calls `hurry`, which has the cleanup end soon. A screen that is taken down cancels its work once,
    the app that ends once more, and the loop a third time: what was interrupted then would stay open.
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

    However the iteration ends, all that is left is cancelled, and has let go of what it holds.
    """
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        for done in asyncio.as_completed(tasks):
            yield await done
    finally:
        for task in tasks:
            task.cancel()
        await to_the_end(asyncio.gather(*tasks, return_exceptions=True))
