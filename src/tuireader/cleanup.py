"""Letting go of what a task holds, in peace: a task may be cancelled again while it does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable


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
