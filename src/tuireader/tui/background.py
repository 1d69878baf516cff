"""Work on the cache that must not delay a key: reading in threads, writing in one thread, in order."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from tuireader.store.connection import connect

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

Result = TypeVar("Result")
Work = Callable[[sqlite3.Connection], Result]


STRIDE = 20_000
"""Steps of SQLite between two looks at whether the work is still wanted: some tenths of a millisecond."""


async def off_loop(path: Path, work: Work[Result]) -> Result:
    """Run `work` in a thread over a connection of its own; when cancelled, the statement that runs is stopped too."""
    unwanted = threading.Event()

    def run() -> Result:
        with closing(connect(path)) as connection:
            # Unlike `interrupt`, this also stops a statement that begins only after it was asked for.
            connection.set_progress_handler(unwanted.is_set, STRIDE)
            return work(connection)

    task = asyncio.ensure_future(asyncio.to_thread(run))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        unwanted.set()
        task.add_done_callback(_forget)
        raise


def _forget(task: asyncio.Task[Any]) -> None:
    """Take note of the error of work that no one waits for any more, which is that it was stopped."""
    if not task.cancelled():
        task.exception()


class Writer:
    """One thread that writes, in the order asked for; what was asked for is written also when the program ends."""

    def __init__(self, path: Path) -> None:
        """Nothing is opened before there is something to write."""
        self._path = path
        self._executor: ThreadPoolExecutor | None = None

    def submit(self, work: Work[Result]) -> Future[Result]:
        """Write soon; the future gives what `work` gives."""
        if self._executor is None:
            from concurrent.futures import ThreadPoolExecutor

            self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="writer")
        return self._executor.submit(self._run, work)

    async def write(self, work: Work[Result]) -> Result:
        """Write, and wait for it without holding anything."""
        return await asyncio.wrap_future(self.submit(work))

    def close(self) -> None:
        """Finish what was asked for."""
        if self._executor is not None:
            self._executor.shutdown(wait=True)

    def _run(self, work: Work[Result]) -> Result:
        with closing(connect(self._path)) as connection:
            return work(connection)
