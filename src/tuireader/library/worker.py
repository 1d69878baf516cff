"""The one thread in which feeds are parsed and saved, one at a time, while the loop goes on."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from tuireader.store.connection import connect

Result = TypeVar("Result")


class Worker:
    """A thread with a connection of its own, which is opened by the first job.

    Leaving the block waits for nothing if it is left by an error or a cancellation: the job that runs is finished in
    the thread, what waits is dropped.
    """

    def __init__(self, path: Path) -> None:
        """Remember where the cache is."""
        self._path = path
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="tuireader-worker")
        self._connection: sqlite3.Connection | None = None

    async def do(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """Run one job and give its result, or raise its error."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, self._run, work)

    async def __aenter__(self) -> Self:
        """Begin; no thread is started yet."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection, in its own thread, after the last job."""
        closed = self._executor.submit(self._close)
        self._executor.shutdown(wait=False)
        if kind is None:
            await asyncio.wrap_future(closed)

    def _run(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        if self._connection is None:
            self._connection = connect(self._path)
        return work(self._connection)

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
