"""What jobs have in common: they are functions of a connection to the cache."""

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
    """What a job gives. Whoever waits may be cancelled; the job is not."""
    return await asyncio.shield(asyncio.wrap_future(future))
