"""Jobs: functions of a connection, and batches that share a transaction."""

from __future__ import annotations

import asyncio
import sqlite3
import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from tuireader.errors import BusyError, TuireaderError
from tuireader.store.connection import Connection, transaction

if TYPE_CHECKING:
    from concurrent.futures import Future

Result = TypeVar("Result")

Work = Callable[[Connection], Result]
"""Work on a connection; leaves no transaction open."""


async def wait_for(future: Future[Result]) -> Result:
    """Await a job's result; cancelling the wait does not cancel the job."""
    return await asyncio.shield(asyncio.wrap_future(future))


TO_REFRESH = (
    "tuireader.feeds.parse",
    "tuireader.library.refreshing.match_entries",
    "tuireader.library.refreshing.ingest",
)
"""Modules for saving refreshed feeds, which worker processes load before their first job."""
TO_ADD = (*TO_REFRESH, "tuireader.library.subscribing.subscription")
"""Modules for saving new subscriptions, which worker processes load before their first job."""

Write = Callable[["sqlite3.Connection"], Result]
"""Writes what was prepared, in the caller's transaction, and returns the result."""


class BatchJob(ABC, Generic[Result]):
    """A job that can be batched with others of its kind. Picklable."""

    size: int
    """Bytes of its input."""

    @abstractmethod
    def prepare(self, c: sqlite3.Connection) -> Write[Result]:
        """Do all work that needs no transaction; returns the step that writes. May be called again."""

    def conclude(self, c: sqlite3.Connection, results: list[Result]) -> list[Result]:  # noqa: ARG002 - for others
        """Finish a batch, once after all of its jobs were written; returns their results."""
        return results

    def __call__(self, c: sqlite3.Connection) -> Result:
        """Run this job alone, in a transaction of its own."""
        write = self.prepare(c)
        with transaction(c):
            return self.conclude(c, [write(c)])[0]


class Outcome(NamedTuple):
    """The result or the error of a job."""

    result: Any
    error: Exception | None = None

    def __reduce__(self) -> tuple[type[Outcome], tuple[Any, Exception | None]]:
        return Outcome, (self.result, None if self.error is None else picklable_error(self.error))


class Batch:
    """Several jobs as one; returns the outcome of each."""

    def __init__(self, jobs: Sequence[BatchJob[Any]]) -> None:
        self._jobs = jobs

    def __call__(self, c: sqlite3.Connection) -> list[Outcome]:
        """Run the jobs in one transaction; if one fails, run each alone, so that the others succeed.

        If the cache is locked, all fail.
        """
        if len(self._jobs) > 1:
            try:
                writes = [job.prepare(c) for job in self._jobs]
                with transaction(c):
                    return [Outcome(each) for each in self._concluded(c, [write(c) for write in writes])]
            except BusyError as error:  # it was waited for once
                return [Outcome(None, error)] * len(self._jobs)
            except Exception:  # noqa: BLE001, S110 - whose it is shows below, and is told there
                pass
        return [_alone(job, c) for job in self._jobs]

    def _concluded(self, c: sqlite3.Connection, results: list[Any]) -> list[Any]:
        for kind in {type(job) for job in self._jobs}:
            places = [place for place, job in enumerate(self._jobs) if type(job) is kind]
            done = self._jobs[places[0]].conclude(c, [results[place] for place in places])
            for place, result in zip(places, done, strict=True):
                results[place] = result
        return results


def _alone(job: BatchJob[Any], c: sqlite3.Connection) -> Outcome:
    try:
        return Outcome(job(c))
    except Exception as error:  # noqa: BLE001 - it is raised where the job is waited for
        return Outcome(None, error)


def picklable_error(error: Exception) -> Exception:
    """The error itself, or a picklable replacement with the traceback in a note."""
    if isinstance(error, (TuireaderError, MemoryError)):
        return error
    if isinstance(error, SystemError):  # of a C library that has run out of memory
        return MemoryError(str(error))
    instead = RuntimeError(f"{type(error).__name__}: {error}")
    instead.add_note(traceback.format_exc())
    return instead
