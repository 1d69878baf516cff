"""Jobs that wait in a line, of which several at its head can be done together."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tuireader.errors import StoreError
from tuireader.library.jobs.together import Joint, Outcome, Together
from tuireader.library.jobs.work import Result, Work

BYTES_TOGETHER = 1_000_000
"""Bytes, about, that jobs take in together: others wait for the lock meanwhile."""

ENDED = "The process that was reading it has ended; it will be read the next time."

Do = Callable[[Work[Any]], Awaitable[Any]]


@dataclass(eq=False, slots=True)
class Job:
    """Something to do, and who waits for it."""

    work: Work[Any]
    done: asyncio.Future[Any]
    is_suspect: bool = False
    """A process has ended with this one and others: it is done alone, and by no thread of ours."""

    def settle(self, outcome: Outcome) -> None:
        """Give what came of it to who waits for it, if anyone still does."""
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

    def __len__(self) -> int:
        """How many jobs wait."""
        return len(self._jobs)

    async def put(self, work: Work[Result]) -> Result:
        """Ask for something, and wait for what comes of it."""
        done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._jobs.append(Job(work, done))
        self._has_some.set()
        return await done

    async def wait(self) -> None:
        """Wait until there is something to do."""
        await self._has_some.wait()

    def fail_suspects(self) -> None:
        """Say of the jobs that may have ended a process that they did."""
        for job in [job for job in self._jobs if job.is_suspect]:
            job.settle(_ended())
            self._jobs.remove(job)

    async def do_some(self, do: Do, most: int) -> None:
        """Do what waits first, and with it so much of what follows as can be done together, `most` jobs in all.

        EOFError where the process has ended that did it.
        """
        jobs = self._take(most)
        if not jobs:
            return
        try:
            outcomes = await _do(jobs, do)
        except EOFError:
            # What it was given may be what ended it: that must not be tried in this process, and not with others.
            if len(jobs) == 1:
                jobs[0].settle(_ended())
            else:
                for job in reversed(jobs):
                    job.is_suspect = True
                    self._jobs.appendleft(job)
                self._has_some.set()
            raise
        except asyncio.CancelledError:
            for job in jobs:
                job.settle(_ended())
            raise
        for job, outcome in zip(jobs, outcomes, strict=True):
            job.settle(outcome)

    def _take(self, most: int) -> list[Job]:
        """The first job that is still wanted, and those after it that can be done together with it."""
        jobs: list[Job] = []
        size = 0
        while self._jobs and len(jobs) < most and size < BYTES_TOGETHER:
            job = self._jobs[0]
            is_joint = isinstance(job.work, Joint) and not job.is_suspect
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


def _ended() -> Outcome:
    return Outcome(None, StoreError(ENDED))


async def _do(jobs: Sequence[Job], do: Do) -> list[Outcome]:
    if len(jobs) > 1:
        outcomes: list[Outcome] = await do(Together([job.work for job in jobs if isinstance(job.work, Joint)]))
        return outcomes
    try:
        return [Outcome(await do(jobs[0].work))]
    except EOFError:
        raise
    except Exception as error:  # noqa: BLE001 - it is raised where the job is waited for
        return [Outcome(None, error)]
