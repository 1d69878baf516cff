"""Asynchronous access to the cache: nothing here blocks the loop on disk."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuireader.async_tools import in_thread
from tuireader.errors import BusyError, StoreError
from tuireader.library.jobs import batching
from tuireader.library.jobs import pool as jobs_pool
from tuireader.library.jobs import processes as jobs_processes
from tuireader.model.article import StatusChange
from tuireader.store import statuses, ui_state
from tuireader.store.connection import BUSY_SECONDS, Connection, connect, impatient
from tuireader.store.statuses import UnwrittenChanges

if TYPE_CHECKING:
    from concurrent.futures import Future

    from tuireader.library.jobs.batching import Result, Work


LOCK_POLL_INTERVAL = 0.025
"""Seconds between checks of a lock."""


@dataclass(eq=False, slots=True)
class _Job:
    """A job for the thread that writes to the cache."""

    work: Work[Any]
    future: Future[Any]
    change: StatusChange | None
    """The status change that it writes, which can be kept in a file while the cache is locked; None for other work."""
    is_awaited: bool
    """Whether the caller waits for the result: if the job is still unwritten at the end, the user is told."""


class Writer:
    """One thread that writes jobs in order; jobs cannot be cancelled.

    While another process locks the cache, status changes are kept in a file beside it and retried; if the program ends,
    the next start writes them.
    """

    def __init__(self, path: Path) -> None:
        """Opens nothing before the first job."""
        self._path = path
        self._jobs: deque[_Job] = deque()
        """Pending jobs; the first is being written."""
        self._asked = 0
        """Number of jobs so far."""
        self._changed = threading.Condition()
        self._closing = self._ending = False
        self._thread: threading.Thread | None = None
        self._waiting = UnwrittenChanges(path)
        self._kept: set[int] = set()
        """Ids of jobs whose changes are in the file."""
        self._keeping = threading.Lock()
        """Held while the file is written, so that submitting never waits for that."""

    def submit(
        self, work: Work[Result], change: StatusChange | None = None, *, is_awaited: bool = False
    ) -> Future[Result]:
        """Queue a job for writing; returns the future of its result.

        `change` is the status change that it writes, if any, which is never lost.
        """
        from concurrent.futures import Future

        future: Future[Result] = Future()
        future.set_running_or_notify_cancel()  # who waits for it may be cancelled, the writing is not
        with self._changed:
            self._jobs.append(_Job(work, future, change, is_awaited))
            self._asked += 1
            self._changed.notify_all()
            if self._thread is None:
                # A daemon: at the end of the program `close` waits for it, and no longer than it should.
                self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
                self._thread.start()
        return future

    def change(self, change: StatusChange) -> Future[None]:
        return self.submit(partial(_apply, change=change), change)

    @property
    def is_idle(self) -> bool:
        return not self._jobs

    async def settled(self) -> None:
        """Wait until all queued jobs are written; from now on, none is given up while the cache is locked."""
        self._ending = True
        with suppress(IndexError):  # it is all written by now
            written = asyncio.wrap_future(self._jobs[-1].future)
            await asyncio.wait([written])
            written.exception()

    def close(self, patience: float = BUSY_SECONDS) -> str:
        """Finish pending jobs within `patience` seconds; returns a message about those left, or ""."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._jobs, patience)
        return self.save_pending_changes()

    def save_pending_changes(self) -> str:
        """Save pending status changes in the file beside the cache; returns a message on unwritten jobs, or ""."""
        with self._keeping:
            with self._changed:
                waiting = {id(job): job.change for job in self._jobs if job.change is not None}
                is_more = any(job.is_awaited and job.change is None for job in self._jobs)
            count = len({article_id for change in waiting.values() for article_id in change.ids})
            new = waiting.keys() - self._kept
            try:
                if new:
                    self._waiting.keep([change for key, change in waiting.items() if key in new])
            except OSError as error:
                return (
                    f"{_marks(count)} not saved: {self._path} is locked by another program, and no fallback file"
                    f" could be written ({error.strerror})."
                )
            self._kept |= new
        said = (
            f"{_marks(count)} not saved yet: {self._path} is locked by another program."
            " They will be saved at the next start."
        )
        more = f"Your last change was not saved: {self._path} is locked by another program. Repeat it later."
        return " ".join([said] * bool(count) + [more] * is_more)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._jobs) or self._closing)
                if not self._jobs:
                    return
                job = self._jobs[0]
            self._do(job)
            with self._changed:
                self._jobs.popleft()
                self._changed.notify_all()
            if not self._jobs:
                self._forget_what_waited()

    def _forget_what_waited(self) -> None:
        with self._keeping:
            if not self._jobs:
                self._kept.clear()
                self._waiting.clear()

    def _pause(self, asked: int) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._asked > asked, LOCK_POLL_INTERVAL)

    def _do(self, job: _Job) -> None:
        """Run a job, retrying while the cache is locked: for `BUSY_SECONDS`, or without limit for a status change.

        Before each wait, pending status changes are saved in the file, so that a killed program loses none.
        """
        until = time.monotonic() + BUSY_SECONDS
        if self._kept:  # what comes after a change that is kept is kept as well: else the next start would undo it
            self.save_pending_changes()
        while True:
            try:
                with closing(connect(self._path, patience=0)) as connection:
                    result = job.work(connection)
            except BusyError as error:
                asked = self._asked
                self.save_pending_changes()
                self._pause(asked)
                if job.change is None and not self._ending and time.monotonic() > until:
                    job.future.set_exception(error)
                    return
            except BaseException as error:  # noqa: BLE001 - it is raised where the job is waited for
                job.future.set_exception(error)
                return
            else:
                job.future.set_result(result)
                return


def _apply(c: sqlite3.Connection, change: StatusChange) -> None:
    """Write a status change; raises NotFoundError if the marked articles no longer exist."""
    statuses.apply(c, change)
    if change.position is None:
        statuses.need_any(c, change.ids)


def _marks(count: int) -> str:
    return "Your last change" if count == 1 else f"Your changes to {count} articles"


PROGRESS_STEPS = 20_000
"""SQLite steps, taking some tenths of a millisecond, between checks of whether a read was cancelled."""


class Cache:
    """Access to the cache file without blocking the event loop.

    `read` runs in a thread with a connection of its own, and can be cancelled. `write` runs jobs in order in one
    thread, and cannot be cancelled. `take` runs slow jobs that parse and save downloaded content, in a thread or in
    worker processes.
    """

    def __init__(self, path: Path, *, processes: int | None = None) -> None:
        """Open nothing before the first job; `path` is the cache file.

        `processes` is the maximum number of worker processes; None: as many as are useful on this machine.
        """
        self.path = path
        self._processes = processes
        self._writer = Writer(path)
        self._pool: jobs_pool.JobPool | None = None
        self._forked: jobs_processes.WorkerProcesses | None = None
        self._pool_users = 0
        self._opening_pool = asyncio.Lock()
        """Held while the pool opens, so that there is only one."""
        self._cancelled_reads: set[asyncio.Future[Any]] = set()
        """Cancelled reads whose threads still run."""

    async def read(self, work: Work[Result]) -> Result:
        """Run `work` in a thread over a connection of its own; cancellation interrupts the statement."""
        unwanted = threading.Event()

        def run() -> Result:
            with closing(connect(self.path)) as connection:
                # Unlike `interrupt`, this also stops a statement that begins only after it was asked for.
                connection.set_progress_handler(unwanted.is_set, PROGRESS_STEPS)
                return work(connection)

        task = asyncio.ensure_future(in_thread(run))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            unwanted.set()
            self._cancelled_reads.add(task)
            task.add_done_callback(self._take_note)
            raise

    def _take_note(self, task: asyncio.Future[Any]) -> None:
        self._cancelled_reads.discard(task)
        if not task.cancelled():
            task.exception()

    async def write(self, work: Work[Result]) -> Result:
        """Run `work` in the writer, in order, and wait for it; cancelling the wait does not cancel the work.

        Raises BusyError if another program holds the cache for too long.
        """
        return await batching.wait_for(self._writer.submit(work, is_awaited=True))

    def change(self, change: StatusChange) -> Future[None]:
        """Queue a status change for writing; it is never lost, even while another program locks the cache."""
        return self._writer.change(change)

    def remember(self, connection: Connection, name: str, value: str) -> None:
        """Save a setting, through `connection` if possible: who watches the cache there does not notice a change."""
        if self.is_idle:  # else it would overtake an older value
            with suppress(StoreError), impatient(connection):
                ui_state.save(connection, name, value)
                return
        self.write_soon(partial(ui_state.save, name=name, value=value))

    def submit(self, work: Work[Result], change: StatusChange | None = None) -> Future[Result]:
        """Queue `work` for the writer thread; returns the future of its result.

        `change` is the status change that it writes, if any, which is never lost.
        """
        return self._writer.submit(work, change)

    def write_soon(self, work: Work[object]) -> None:
        self._writer.submit(work)

    def fork(self, prepare: Sequence[str], expected: int) -> None:
        """Fork worker processes if enough jobs are expected; must be called before any thread starts.

        They load the modules in `prepare`, and serve the first pool that is opened.
        """
        if expected > jobs_pool.BACKLOG and jobs_processes.can_be_forked() and (number := jobs_pool.useful_processes()):
            with suppress(OSError):  # there is no room for them
                self._forked = jobs_processes.WorkerProcesses(self.path, number, prepare, are_forked=True)

    async def take(self, work: Work[Result]) -> Result:
        """Run `work`, which is slow and picklable, in a thread or in a process of the pool.

        Raises StoreError if the process ends during it.
        """
        async with self.pool() as pool:
            return await pool.take(work)

    async def take_apart(self, work: Work[Result], seconds: float, *, first: bool = True) -> Result:
        """Run picklable `work` that may hang in a process of its own, which is ended after `seconds` of CPU time.

        Raises TimeoutError then, or for too much memory, with the cache unchanged; StoreError if the process ends.
        `first` jobs overtake others.
        """
        async with self.pool() as pool:
            return await pool.take_apart(work, seconds, first=first)

    async def run_quick_job(self, work: Work[Result]) -> Result:
        async with self.pool() as pool:
            return await pool.do(work)

    @asynccontextmanager
    async def pool(self, *, prepare: Sequence[str] = (), expected: int = 0) -> AsyncIterator[jobs_pool.JobPool]:
        """Hold the job pool open; concurrent users share one pool, which closes when the last of them leaves.

        Worker processes load the modules in `prepare` before their first job; they are started at once if enough jobs
        are `expected`. If the last user leaves with an error or a cancellation, pending jobs are dropped.
        """
        async with self._opening_pool:
            pool = self._pool
            if pool is None:
                forked, self._forked = self._forked, None
                pool = await jobs_pool.JobPool(
                    self.path, processes=self._processes, prepare=prepare, forked=forked
                ).__aenter__()
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

    async def reads_ended(self) -> None:
        """Wait for the threads of cancelled reads: the last connection to close writes the log into the file."""
        await asyncio.gather(*self._cancelled_reads, return_exceptions=True)

    def save_pending_changes(self) -> str:
        """Save pending status changes in a file beside the cache; returns a message on unwritten jobs, or ""."""
        return self._writer.save_pending_changes()

    def close(self, patience: float = BUSY_SECONDS) -> str:
        """Finish pending jobs within `patience` seconds; returns a message about those left, or ""."""
        if self._forked is not None:
            self._forked.dismiss()
        return self._writer.close(patience)
