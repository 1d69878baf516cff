"""The gate to the cache for whatever runs on an event loop: nothing here makes the loop wait for the disk."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from tuireader.library.jobs.work import Result, Work, wait_for
from tuireader.library.jobs.writer import Writer
from tuireader.model.headline import StatusChange
from tuireader.store import ui_state
from tuireader.store.connection import BUSY_SECONDS, connect

if TYPE_CHECKING:
    from concurrent.futures import Future
    from pathlib import Path

    from tuireader.library.jobs.pool import JobPool
    from tuireader.library.jobs.processes import Processes

STEPS = 20_000
"""Steps of SQLite between two looks at whether a read is still wanted: some tenths of a millisecond."""


class Cache:
    """Reads, writes and takes in, away from the event loop.

    `read` is for what is shown: it has a connection of its own and is stopped when nobody waits for it any more.
    `write` is for what the user does: one thread, in the order asked for, nothing called off. `take` is for what the
    web brings: parsed and saved in a thread, or in processes where much comes at once.
    """

    def __init__(self, path: Path, *, processes: int | None = None) -> None:
        """`path` is that of the cache; nothing is opened before there is something to do.

        At most so many `processes` take in; None: as many as keep all cores busy.
        """
        self.path = path
        self._processes = processes
        self._writer = Writer(path)
        self._pool: JobPool | None = None
        self._forked: Processes | None = None
        self._pool_users = 0
        self._opening_pool = asyncio.Lock()
        """Held while the pool opens: whoever comes meanwhile gets the same one."""

    async def read(self, work: Work[Result]) -> Result:
        """Run `work` in a thread over a connection of its own; when cancelled, the statement that runs is stopped."""
        unwanted = threading.Event()

        def run() -> Result:
            with closing(connect(self.path)) as connection:
                # Unlike `interrupt`, this also stops a statement that begins only after it was asked for.
                connection.set_progress_handler(unwanted.is_set, STEPS)
                return work(connection)

        task = asyncio.ensure_future(asyncio.to_thread(run))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            unwanted.set()
            task.add_done_callback(_take_note)
            raise

    async def write(self, work: Work[Result]) -> Result:
        """Run `work` in the writer, in order, and wait for it; cancelling the wait does not cancel the work.

        BusyError where another program holds the cache for too long.
        """
        return await wait_for(self._writer.submit(work))

    def change(self, change: StatusChange) -> Future[None]:
        """Write a change of statuses soon; it is never lost, also where another program holds the cache."""
        return self._writer.change(change)

    def remember(self, name: str, value: str) -> None:
        self.soon(partial(ui_state.save, name=name, value=value))

    def written(self, work: Work[Result]) -> Future[Result]:
        """Run `work` in the writer, in order; returns its future."""
        return self._writer.submit(work)

    def soon(self, work: Work[object]) -> None:
        self._writer.submit(work)

    def fork(self, prepare: Sequence[str], expected: int) -> None:
        """Fork worker processes if enough jobs are expected; must be called before any thread starts.

        They load the modules named in `prepare`, and work for whoever opens the pool first.
        """
        from tuireader.library.jobs.pool import PILE, useful_processes
        from tuireader.library.jobs.processes import Processes, can_be_forked

        if expected > PILE and can_be_forked() and (number := useful_processes()):
            with suppress(OSError):  # there is no room for them
                self._forked = Processes(self.path, number, prepare, are_forked=True)

    async def take(self, work: Work[Result]) -> Result:
        """Run `work`, which takes a while and can be pickled, in a thread or in a process of the pool.

        StoreError where the process has ended in the middle of it.
        """
        async with self.pool() as pool:
            return await pool.take(work)

    async def take_apart(self, work: Work[Result], seconds: float) -> Result:
        """Run `work`, which may hang, in a process of its own with a deadline of `seconds`. It must be picklable.

        TimeoutError after them: then the cache is as it was.
        """
        async with self.pool() as pool:
            return await pool.take_apart(work, seconds)

    async def note(self, work: Work[Result]) -> Result:
        async with self.pool() as pool:
            return await pool.do(work)

    @asynccontextmanager
    async def pool(self, *, prepare: Sequence[str] = (), expected: int = 0) -> AsyncIterator[JobPool]:
        """Hold the job pool open; concurrent users share one pool.

        Its processes load the modules named in `prepare` before their first job; they are started at once where so
        many jobs are `expected` that it is worth it. When the last one leaves, it ends: at once where that one leaves
        by an error or a cancellation.
        """
        from tuireader.library.jobs.pool import JobPool  # the start of the app does without it

        async with self._opening_pool:
            pool = self._pool
            if pool is None:
                forked, self._forked = self._forked, None
                pool = await JobPool(self.path, processes=self._processes, prepare=prepare, forked=forked).__aenter__()
                self._pool = pool
            pool.expect(expected)
            self._pool_users += 1
        error: BaseException | None = None
        try:
            yield pool
        except BaseException as raised:
            error = raised
            raise
        finally:
            self._pool_users -= 1
            if not self._pool_users:
                self._pool = None  # whoever comes from here on opens another one
                await pool.__aexit__(type(error) if error else None, error, None)

    # The end.

    @property
    def is_idle(self) -> bool:
        return self._writer.is_idle

    async def settled(self) -> None:
        await self._writer.settled()

    def keep_what_waits(self) -> str:
        """Keep what is not written yet in a file beside the cache; a sentence about it, if there is anything."""
        return self._writer.keep_what_waits()

    def close(self, patience: float = BUSY_SECONDS) -> str:
        """Finish what was asked for, for so many seconds; then a sentence about what waits, if there is anything."""
        if self._forked is not None:
            self._forked.dismiss()
        return self._writer.close(patience)


def _take_note(task: asyncio.Task[Any]) -> None:
    if not task.cancelled():
        task.exception()
