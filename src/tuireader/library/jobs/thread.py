"""The one thread in which feeds are parsed and saved, one at a time, while the loop goes on."""

from __future__ import annotations

import asyncio
import queue
import threading
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tuireader.library.jobs.work import Result, Work
from tuireader.store.connection import Connection, connect

_Job = tuple[Future[Any], Work[Any]]


class JobThread:
    """A thread with a connection of its own, which is opened by the first job.

    Nobody who quits waits for it: a feed is saved in one transaction or not at all, so the thread may be cut off with
    the program. Leaving the block by an error or a cancellation drops the jobs that wait, and waits for none.
    """

    def __init__(self, path: Path) -> None:
        """Remember where the cache is."""
        self._path = path
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closed: Future[None] = Future()
        self._closed.set_running_or_notify_cancel()  # who no longer waits for the end calls nothing off
        # A thread of ThreadPoolExecutor would be waited for when the program ends.
        self._thread = threading.Thread(target=self._run, name="tuireader-worker", daemon=True)

    async def do(self, work: Work[Result]) -> Result:
        """Run one job and give its result, or raise its error."""
        job: Future[Result] = Future()
        self._jobs.put((job, work))
        return await asyncio.wrap_future(job)

    async def __aenter__(self) -> Self:
        self._thread.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the thread end after the jobs that are still wanted; its connection is closed there."""
        self._jobs.put(None)
        if kind is None:
            await asyncio.wrap_future(self._closed)

    def _run(self) -> None:
        connection: Connection | None = None
        while (item := self._jobs.get()) is not None:
            job, work = item
            if not job.set_running_or_notify_cancel():
                continue
            try:
                connection = connection or connect(self._path)
                job.set_result(work(connection))
            except BaseException as error:  # noqa: BLE001 - it is raised where the job is waited for
                job.set_exception(error)
            del item, job, work  # while it waits for the next, it keeps nothing of the last
        if connection is not None:
            connection.close()
        self._closed.set_result(None)
