"""A run of the program that is killed at a request: `python -m support.sync_killed CACHE ACCOUNT USER PASSWORD NUMBER`.

The program is killed before its request of this number, or after it, where the number has a half: 3 or 3.5.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.politeness.queue import open_queue
from tuireader.library.syncing.detect import server_of
from tuireader.library.syncing.server import Login
from tuireader.library.syncing.sync import sync
from tuireader.model.article import utc_now
from tuireader.store import accounts


async def run(path: Path, account_id: int, login: Login, number: float) -> int:
    """Sync once; the number of requests, where it was not killed."""
    cache, asked = Cache(path), 0
    async with open_queue(cache, clock=utc_now) as queue:
        send = queue.send

        async def counted(*given: Any, **more: Any) -> Any:
            nonlocal asked
            asked += 1
            if asked == number:
                os.kill(os.getpid(), signal.SIGKILL)
            came = await send(*given, **more)
            if asked + 0.5 == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return came

        queue.send = counted  # type: ignore[method-assign]
        account = await cache.read(lambda c: accounts.get(c, account_id))
        events = [e async for e in sync(cache, account, lambda: server_of(queue, account, login), clock=utc_now)]
    assert events[-1].status == "done", events[-1]
    cache.close()
    return asked


if __name__ == "__main__":
    cache_path, account_id, user, password, number = sys.argv[1:]
    print(asyncio.run(run(Path(cache_path), int(account_id), Login(user, password), float(number))))  # noqa: T201
