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
        """Do what waits first, and with it so much of what follows as can be done together, `most` jobs in all.

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
