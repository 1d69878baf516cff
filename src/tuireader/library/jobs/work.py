"""What jobs have in common: functions of a connection, and the modules that processes load for them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from tuireader.store.connection import Connection

if TYPE_CHECKING:
    from concurrent.futures import Future


Result = TypeVar("Result")

Work = Callable[[Connection], Result]
"""Something to do on a connection to the cache; it leaves no transaction open."""


async def wait_for(future: Future[Result]) -> Result:
    """Await a job's result; cancelling the wait does not cancel the job."""
    return await asyncio.shield(asyncio.wrap_future(future))


TO_REFRESH = (
    "tuireader.feeds.parse",
    "tuireader.library.refreshing.compare",
    "tuireader.library.refreshing.match_entries",
    "tuireader.library.refreshing.ingest",
)
"""What taking in a feed needs, the first time that there is something in it: most refreshes bring nothing."""
TO_ADD = (*TO_REFRESH, "tuireader.library.subscribing.take_in")
"""What taking in a feed needs that is new."""
