"""Who takes in pages: one thread; and as soon as pages pile up, processes on all cores in its place."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from tuireader.async_tools import to_the_end
from tuireader.errors import StoreError
from tuireader.library.jobs.process import JobProcess
from tuireader.library.jobs.thread import JobThread
from tuireader.library.jobs.work import Joint, Outcome, Result, Together, Work

if TYPE_CHECKING:
    from tuireader.library.jobs.forked import Forked


BYTES_TOGETHER = 1_000_000
"""Bytes, about, that jobs take in together: others wait for the lock meanwhile."""

ENDED = "The process that was reading it has ended; it will be read the next time."

Do = Callable[[Work[Any]], Awaitable[Any]]
log = logging.getLogger("tuireader")
PILE = 4
"""Pages that wait, before processes are worth their start."""
MOST = 4
"""Processes at most: they write in turn."""
APART = 2
"""Jobs at most that are done in processes of their own at a time."""
_AHEAD = 2
"""Times that a process is given pages before it has answered: it need not wait for the next."""
TOGETHER = 8
"""Pages at most that are saved in one transaction."""
_LONGEST = 600.0
"""Seconds at most for a job that is tried apart."""
_NOTES = 64
"""Notes at most that are written in one transaction."""


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


class Line:
    """Jobs in the order in which they were asked for."""

    def __init__(self) -> None:
        """Nothing waits."""
        self._jobs: deque[Job] = deque()
        self._has_some = asyncio.Event()
        self.suspects: list[Job] = []
        """Jobs that a process was given, and ended: one of them may be why. None must be tried in this process."""

    def __len__(self) -> int:
        return len(self._jobs)

    async def put(self, work: Work[Result]) -> Result:
        """Ask for something, and wait for what comes of it."""
        done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._jobs.append(Job(work, done))
        self._has_some.set()
        return await done

    async def wait(self) -> None:
        await self._has_some.wait()

    async def do_some(self, do: Do, most: int) -> None:
        """Run the first job, batched with the jobs after it that can share its transaction, at most `most`.

        EOFError where the process has ended that did it: what it was given are `suspects` then.
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
        """The first job that is still wanted, and those after it that can be done together with it."""
        jobs: list[Job] = []
        size = 0
        while self._jobs and len(jobs) < most and size < BYTES_TOGETHER:
            job = self._jobs[0]
            is_joint = isinstance(job.work, Joint)
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
            outcomes: list[Outcome] = await do(Together([job.work for job in jobs if isinstance(job.work, Joint)]))
            return outcomes
        return [Outcome(await do(jobs[0].work))]
    except EOFError:
        raise
    except Exception as error:  # noqa: BLE001 - it is raised where the jobs are waited for
        return [Outcome(None, error)] * len(jobs)


class JobPool:
    """A thread for what is quick, and for pages whatever is best.

    Leaving the block by an error or a cancellation drops the jobs that wait and ends the processes at once: a feed is
    saved in one transaction or not at all.
    """

    def __init__(
        self,
        path: Path,
        *,
        processes: int | None = None,
        prepare: Sequence[str] = (),
        forked: Sequence[Forked] = (),
    ) -> None:
        """Work on the cache at `path`; with so many processes at most, or as many as keep all cores busy.

        Processes load the modules named in `prepare` before their first job. Where some were `forked`, no others are
        started.
        """
        self._forked = list(forked)
        self._prepare = prepare
        self._path = path
        self._most = useful_processes() if processes is None else processes
        self._thread = JobThread(path)
        self._pages, self._notes = Line(), Line()
        self._tasks: set[asyncio.Task[None]] = set()
        self._processes: list[JobProcess] = []
        self._at_work = 0
        self._starting = False
        self._apart = asyncio.Semaphore(APART)

    async def do(self, work: Work[Result]) -> Result:
        """Do something quick in the thread, and give its result, or raise its error."""
        if not isinstance(work, Joint):
            return await self._thread.do(work)
        return await self._notes.put(work)

    async def take(self, work: Work[Result]) -> Result:
        self.expect(len(self._pages) + 1)
        return await self._pages.put(work)

    async def take_apart(self, work: Work[Result], seconds: float) -> Result:
        """Run a job that may hang in a process of its own, which is killed after `seconds`.

        TimeoutError then, StoreError where the process has ended by itself. Where no process can be started, the thread
        does it.
        """
        async with self._apart:
            try:
                process = await JobProcess.start(self._path)
            except OSError as error:
                log.debug("a process could not be started: %s", error)
                return await self._thread.do(work)
            return await self._do_apart(process, work, seconds)

    async def _do_apart(self, process: JobProcess, work: Work[Result], seconds: float) -> Result:
        self._processes.append(process)
        try:
            async with asyncio.timeout(seconds):
                return await process.do(work)
        except EOFError:
            raise StoreError(ENDED) from None
        except (TimeoutError, asyncio.CancelledError):
            process.kill()
            raise
        finally:
            self._processes.remove(process)
            await process.close()

    def expect(self, pages: int) -> None:
        """Start processes if this many pages are worth it."""
        if not self._starting and self._most and pages > PILE:
            self._starting = True
            for _ in range(self._most):
                self._start_task(self._process(partial(JobProcess.start, self._path, self._prepare)))

    async def __aenter__(self) -> Self:
        """Start the thread."""
        await self._thread.__aenter__()
        self._start_task(self._while_alone())
        self._start_task(self._write_notes())
        for _ in self._forked:
            self._starting = True
            self._start_task(self._process(lambda: JobProcess.adopt(self._forked.pop())))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let all end after what is still wanted."""
        for task in self._tasks:
            task.cancel()
        if kind is not None:
            self._kill()
        await to_the_end(self._let_go(), hurry=self._kill)
        await self._thread.__aexit__(kind, error, trace)

    async def _let_go(self) -> None:
        await asyncio.gather(*self._tasks, return_exceptions=True)
        while self._forked:
            await asyncio.to_thread(self._forked.pop().dismiss)
        await asyncio.gather(*(process.close() for process in self._processes), return_exceptions=True)

    def _kill(self) -> None:
        for process in self._processes:
            process.kill()

    def _start_task(self, task: Coroutine[Any, Any, None]) -> None:
        self._tasks.add(asyncio.create_task(task))

    async def _while_alone(self) -> None:
        """The thread takes pages for as long as there is no process."""
        while not self._at_work:
            await self._pages.wait()
            await self._pages.do_some(self._thread.do, TOGETHER)

    async def _write_notes(self) -> None:
        """The thread writes notes, as many as wait by then."""
        while True:
            await self._notes.wait()
            await self._notes.do_some(self._thread.do, _NOTES)

    async def _process(self, start: Callable[[], Awaitable[JobProcess]]) -> None:
        """A process takes pages until it ends."""
        try:
            process = await start()
        except OSError as error:
            log.debug("a process could not be started: %s", error)
            return
        self._processes.append(process)
        self._at_work += 1
        try:
            async with asyncio.TaskGroup() as feeding:
                for _ in range(_AHEAD):
                    feeding.create_task(self._feed(process))
        except* EOFError:
            log.debug("a process has ended too early")
            process.kill()  # it may only have closed its end of the pipe
            suspects, self._pages.suspects = self._pages.suspects, []
            for job in suspects:
                self._start_task(self._try_apart(job))
        self._at_work -= 1
        if not self._at_work:
            self._start_task(self._while_alone())

    async def _try_apart(self, job: Job) -> None:
        """Do a job in a process of its own: one with which that ends as well is why the first one did."""
        try:
            async with self._apart:
                process = await JobProcess.start(self._path)
                job.settle(Outcome(await self._do_apart(process, job.work, _LONGEST)))
        except OSError:  # no process, and it must not be done by this one
            job.settle(ended())
        except Exception as error:  # noqa: BLE001 - it is raised where the job is waited for
            job.settle(Outcome(None, error))
        except asyncio.CancelledError:
            job.settle(ended())
            raise

    async def _feed(self, process: JobProcess) -> None:
        while True:
            await self._pages.wait()
            share = -(-len(self._pages) // (self._at_work * _AHEAD))
            await self._pages.do_some(process.do, max(1, min(share, TOGETHER)))


def useful_processes() -> int:
    """A process for each core; none where there is one core."""
    if not sys.executable or getattr(sys, "frozen", False):  # there is no Python to start another one with
        return 0
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(MOST, cores) if cores > 1 else 0
