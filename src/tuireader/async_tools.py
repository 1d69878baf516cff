"""Asyncio helpers for concurrent tasks and safe cleanup under repeated cancellation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Iterable
from typing import Any, TypeVar

Result = TypeVar("Result")


async def to_the_end(cleanup: Awaitable[object], *, hurry: Callable[[], object] = lambda: None) -> None:
    """Finish `cleanup` before a cancellation takes effect.

    Each cancellation calls `hurry`, which may shorten the cleanup. Closing a screen cancels its work, the ending app
    does so again, and the loop a third time; interrupted cleanup would leave resources open.
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

    When the iteration ends, remaining ones are cancelled, and their cleanup is finished.
    """
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        for done in asyncio.as_completed(tasks):
            yield await done
    finally:
        for task in tasks:
            task.cancel()
        await to_the_end(asyncio.gather(*tasks, return_exceptions=True))
