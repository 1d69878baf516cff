"""The pool that parses and saves pages: one thread, or processes on all cores if there are many pages."""

from __future__ import annotations

import asyncio
import logging
import os
import queue
import sys
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tuireader.async_tools import PrioritySemaphore, to_the_end
from tuireader.errors import StoreError
from tuireader.library.jobs.batching import Batch, BatchJob, Outcome, Result, Work
from tuireader.library.jobs.processes import Limited, WorkerProcesses
from tuireader.store.connection import Connection, connect

_Job = tuple[Future[Any], Work[Any]]


class JobThread:
    """A thread with its own connection, opened by the first job.

    It does not delay quitting: each feed is saved in one transaction, so the thread may be stopped with the program.
    Leaving the block by an error or a cancellation drops pending jobs.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closed: Future[None] = Future()
        self._closed.set_running_or_notify_cancel()  # who no longer waits for the end calls nothing off
        # A thread of ThreadPoolExecutor would be waited for when the program ends.
        self._thread = threading.Thread(target=self._run, name="tuireader-worker", daemon=True)

    async def do(self, work: Work[Result]) -> Result:
        """Run one job; returns its result or raises its error."""
        job: Future[Result] = Future()
        self._jobs.put((job, work))
        return await asyncio.wrap_future(job)

    async def __aenter__(self) -> Self:
        self._thread.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the thread after the queued jobs that were not cancelled; wait for it unless there was an error."""
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


BATCH_BYTES = 1_000_000
"""Approximate maximum bytes of jobs in one transaction, which makes other writers wait for the lock."""

ENDED = "Worker process ended unexpectedly. Will retry at the next refresh."

Do = Callable[[Work[Any]], Awaitable[Any]]
log = logging.getLogger("tuireader")
BACKLOG = 4
"""Number of pending page jobs above which worker processes are started."""
PROCESSES_MAX = 4
"""Maximum number of processes, since they write in turn."""
APART = 2
"""Maximum number of jobs in processes of their own at a time."""
BUSY_FACTOR = 6
"""Ratio of a job's limit of elapsed time to that of CPU time: on a busy machine, processes wait."""
_PREFETCH = 2
"""Batches handed to each process at a time, so that it need not wait for the next one."""
BATCH_SIZE = 8
"""Maximum number of pages saved in one transaction."""
_ISOLATED_TIMEOUT = 600.0
"""Maximum seconds for a job of a crashed process that is tried again in a process of its own."""
_NOTES = 64
"""Maximum number of quick jobs written in one transaction."""


@dataclass(eq=False, slots=True)
class Job:
    """A queued job and its future."""

    work: Work[Any]
    done: asyncio.Future[Any]

    def settle(self, outcome: Outcome) -> None:
        """Set the outcome on the future, unless its waiter was cancelled."""
        if self.done.cancelled():
            return
        if outcome.error is None:
            self.done.set_result(outcome.result)
        else:
            self.done.set_exception(outcome.error)


class JobQueue:
    """A queue of jobs for worker processes."""

    def __init__(self) -> None:
        self._jobs: deque[Job] = deque()
        self._has_some = asyncio.Event()
        self.suspects: list[Job] = []
        """Jobs of a crashed worker process: one of them may be the cause, so none is run in the main process."""

    def __len__(self) -> int:
        return len(self._jobs)

    async def put(self, work: Work[Result]) -> Result:
        """Add a job, and wait for its result."""
        done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._jobs.append(Job(work, done))
        self._has_some.set()
        return await done

    async def wait(self) -> None:
        await self._has_some.wait()

    async def do_some(self, do: Do, most: int) -> None:
        """Run the first job through `do`, batched with later ones that can share its transaction, at most `most`.

        Raises EOFError if the worker process ends; the jobs are then added to `suspects`.
        """
        jobs = self._take(most)
        if not jobs:
            return
        try:
            outcomes = await _do(jobs, do)
        except EOFError:
            self.suspects += jobs
            raise
        except asyncio.CancelledError:
            for job in jobs:
                job.settle(ended())
            raise
        for job, outcome in zip(jobs, outcomes, strict=True):
            job.settle(outcome)

    def _take(self, most: int) -> list[Job]:
        """Remove and return the first job that was not cancelled, and those that can be batched with it."""
        jobs: list[Job] = []
        size = 0
        while self._jobs and len(jobs) < most and size < BATCH_BYTES:
            job = self._jobs[0]
            is_joint = isinstance(job.work, BatchJob)
            if jobs and not is_joint:
                break
            self._jobs.popleft()
            if job.done.cancelled():
                continue
            jobs.append(job)
            if not is_joint:
                break
            size += job.work.size  # type: ignore[attr-defined]  # it is joint
        if not self._jobs:
            self._has_some.clear()
        return jobs


def ended() -> Outcome:
    return Outcome(None, StoreError(ENDED))


async def _do(jobs: Sequence[Job], do: Do) -> list[Outcome]:
    try:
        if len(jobs) > 1:
            outcomes: list[Outcome] = await do(Batch([job.work for job in jobs if isinstance(job.work, BatchJob)]))
            return outcomes
        return [Outcome(await do(jobs[0].work))]
    except EOFError:
        raise
    except Exception as error:  # noqa: BLE001 - it is raised where the jobs are waited for
        return [Outcome(None, error)] * len(jobs)


class JobPool:
    """Runs quick jobs in a thread, and jobs that save pages in the same thread or in worker processes.

    Leaving the block by an error or a cancellation drops pending jobs and kills the processes: each feed is saved in
    one transaction.
    """

    def __init__(
        self,
        path: Path,
        *,
        processes: int | None = None,
        prepare: Sequence[str] = (),
        forked: WorkerProcesses | None = None,
    ) -> None:
        """`processes` is the maximum number of worker processes; None: as many as are useful on this machine.

        They load the modules in `prepare` before their first job. `forked` processes are used if given.
        """
        self._forked = forked
        self._prepare = prepare
        self._path = path
        self._most = useful_processes() if processes is None else processes
        self._thread = JobThread(path)
        self._pages, self._notes = JobQueue(), JobQueue()
        self._tasks: set[asyncio.Task[None]] = set()
        self._at_work: WorkerProcesses | None = None
        """The processes that take pages; None: the thread does."""
        self._open: list[WorkerProcesses] = []
        self._starting = False
        self._apart = PrioritySemaphore(APART)

    async def do(self, work: Work[Result]) -> Result:
        """Run a quick job in the thread; returns its result or raises its error."""
        if not isinstance(work, BatchJob):
            return await self._thread.do(work)
        return await self._notes.put(work)

    async def take(self, work: Work[Result]) -> Result:
        self.expect(len(self._pages) + 1)
        return await self._pages.put(work)

    async def take_apart(self, work: Work[Result], seconds: float, *, first: bool = True) -> Result:
        """Run a job that may hang in a process of its own, which is ended after `seconds` of CPU time.

        Raises TimeoutError then, after `BUSY_FACTOR` times as many seconds in all, or for too much memory; StoreError
        if the process ends otherwise. If no process can be started, the thread runs the job.
        `first` jobs, whose results the user is waiting for, overtake others.
        """
        async with self._apart.held(first=first):
            try:
                process = await self._started(1)
            except OSError as error:
                log.debug("a process could not be started: %s", error)
                return await self._thread.do(work)
            return await self._do_apart(process, work, seconds)

    async def _do_apart(self, process: WorkerProcesses, work: Work[Result], seconds: float) -> Result:
        try:
            async with asyncio.timeout(seconds * BUSY_FACTOR):
                return await process.do(Limited(work, seconds))
        except EOFError:
            await process.close()
            raise (TimeoutError if process.is_overdue else StoreError(ENDED)) from None
        except MemoryError as error:
            process.kill()
            raise TimeoutError from error
        except (TimeoutError, asyncio.CancelledError):
            process.kill()
            raise
        finally:
            await self._close(process)

    async def _started(self, number: int, prepare: Sequence[str] = ()) -> WorkerProcesses:
        """Start processes, and wait until one is ready; raises OSError."""
        processes = WorkerProcesses(self._path, number, prepare)
        self._open.append(processes)
        try:
            await processes.ready()
        except BaseException as error:
            processes.kill()
            await self._close(processes)
            if isinstance(error, EOFError):
                raise OSError(str(error)) from error
            raise
        return processes

    async def _close(self, processes: WorkerProcesses) -> None:
        await processes.close()
        with suppress(ValueError):
            self._open.remove(processes)

    def expect(self, pages: int) -> None:
        """Start worker processes if there are more than `BACKLOG` pages."""
        if not self._starting and self._most and pages > BACKLOG:
            self._starting = True
            self._start_task(self._start())

    async def __aenter__(self) -> Self:
        await self._thread.__aenter__()
        if self._forked is not None:
            self._starting = True
            self._open.append(self._forked)
            self._give_pages_to(self._forked)
        else:
            self._start_task(self._while_alone())
        self._start_task(self._run_quick_jobs())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop handing out jobs, close the processes, and end the thread; after an error, kill the processes."""
        for task in self._tasks:
            task.cancel()
        if kind is not None:
            self._kill()
        await to_the_end(self._let_go(), hurry=self._kill)
        await self._thread.__aexit__(kind, error, trace)

    async def _let_go(self) -> None:
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(each.close() for each in self._open), return_exceptions=True)

    def _kill(self) -> None:
        for each in self._open:
            each.kill()

    def _start_task(self, task: Coroutine[Any, Any, None]) -> None:
        self._tasks.add(asyncio.create_task(task))

    async def _while_alone(self) -> None:
        """Run page jobs in the thread until there are worker processes."""
        while self._at_work is None:
            await self._pages.wait()
            await self._pages.do_some(self._thread.do, BATCH_SIZE)

    async def _run_quick_jobs(self) -> None:
        """Run quick batch jobs in the thread, several in a transaction."""
        while True:
            await self._notes.wait()
            await self._notes.do_some(self._thread.do, _NOTES)

    async def _start(self) -> None:
        try:
            self._give_pages_to(await self._started(self._most, self._prepare))
        except OSError as error:
            log.debug("processes could not be started: %s", error)

    def _give_pages_to(self, processes: WorkerProcesses) -> None:
        self._at_work = processes
        for _ in range(processes.number * _PREFETCH):
            self._start_task(self._supply_processes(processes))

    async def _supply_processes(self, processes: WorkerProcesses) -> None:
        """Hand pages to processes until they end."""
        while self._at_work is processes:
            await self._pages.wait()
            share = -(-len(self._pages) // (processes.number * _PREFETCH))
            try:
                await self._pages.do_some(processes.do, max(1, min(share, BATCH_SIZE)))
            except EOFError:
                if self._at_work is processes:
                    log.debug("a process has ended too early")
                    self._at_work = None
                    self._start_task(self._while_alone())
                self._start_task(self._try_suspects())

    async def _try_suspects(self) -> None:
        """Run the jobs of a crashed process again, one at a time, in a new process; only the cause fails."""
        process: WorkerProcesses | None = None
        async with self._apart.held(first=False):
            while self._pages.suspects:
                job = self._pages.suspects.pop()
                try:
                    process = process or await self._started(1)
                    async with asyncio.timeout(_ISOLATED_TIMEOUT):
                        job.settle(Outcome(await process.do(job.work)))
                    continue
                except (EOFError, OSError, TimeoutError):  # without a process, it must not be done by this one
                    job.settle(ended())
                except asyncio.CancelledError:
                    for each in (job, *self._pages.suspects):
                        each.settle(ended())
                    raise
                except Exception as error:  # noqa: BLE001 - it is raised where the job is waited for
                    job.settle(Outcome(None, error))
                    continue
                if process is not None:
                    process.kill()
                    await self._close(process)
                    process = None
            if process is not None:
                await self._close(process)
        self._starting = False


def useful_processes() -> int:
    """The number of useful worker processes: one per core, at most `PROCESSES_MAX`; 0 on a single core."""
    if not sys.executable or getattr(sys, "frozen", False):  # there is no Python to start another one with
        return 0
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(PROCESSES_MAX, cores) if cores > 1 else 0
