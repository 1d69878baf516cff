"""What jobs have in common: functions of a connection, and batches of them that share a transaction."""

from __future__ import annotations

import asyncio
import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from tuireader.errors import BusyError, TuireaderError
from tuireader.store.connection import Connection, transaction

if TYPE_CHECKING:
    import sqlite3
    from concurrent.futures import Future


Result = TypeVar("Result")

Work = Callable[[Connection], Result]
"""Something to do on a connection to the cache; it leaves no transaction open."""


async def wait_for(future: Future[Result]) -> Result:
    """Await a job's result; cancelling the wait does not cancel the job."""
    return await asyncio.shield(asyncio.wrap_future(future))


TO_REFRESH = (
    "tuireader.feeds.parse",
    "tuireader.library.refreshing.match_entries",
    "tuireader.library.refreshing.ingest",
)
"""What taking in a feed needs, the first time that there is something in it: most refreshes bring nothing."""
TO_ADD = (*TO_REFRESH, "tuireader.library.subscribing.take_in")
"""What taking in a feed needs that is new."""

Write = Callable[["sqlite3.Connection"], Result]
"""Writes what was prepared, inside a transaction of the caller's, and gives what came of it."""


class Joint(ABC, Generic[Result]):
    """A job that can be done with others of its kind. It can be pickled."""

    size: int
    """Bytes that it takes in."""

    @abstractmethod
    def prepare(self, c: sqlite3.Connection) -> Write[Result]:
        """Prepare outside the transaction; returns the write step. May be called again."""

    def conclude(self, c: sqlite3.Connection, results: list[Result]) -> list[Result]:  # noqa: ARG002 - for others
        """Do what is done once for all jobs of a kind that were written in a transaction; gives their results."""
        return results

    def __call__(self, c: sqlite3.Connection) -> Result:
        """Do it alone."""
        write = self.prepare(c)
        with transaction(c):
            return self.conclude(c, [write(c)])[0]


class Outcome(NamedTuple):
    """What came of a job: its result, or its error."""

    result: Any
    error: Exception | None = None

    def __reduce__(self) -> tuple[type[Outcome], tuple[Any, Exception | None]]:
        return Outcome, (self.result, None if self.error is None else told(self.error))


class Together:
    """Several jobs as one, which gives the outcome of each."""

    def __init__(self, jobs: Sequence[Joint[Any]]) -> None:
        self._jobs = jobs

    def __call__(self, c: sqlite3.Connection) -> list[Outcome]:
        """Do them in one transaction; where one fails, each alone: it never fails the others."""
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


def _alone(job: Joint[Any], c: sqlite3.Connection) -> Outcome:
    try:
        return Outcome(job(c))
    except Exception as error:  # noqa: BLE001 - it is raised where the job is waited for
        return Outcome(None, error)


def told(error: Exception) -> Exception:
    """The error as it can be sent to another process: where it happened is lost on the way, and said in a note."""
    if isinstance(error, (TuireaderError, MemoryError)):
        return error
    instead = RuntimeError(f"{type(error).__name__}: {error}")
    instead.add_note(traceback.format_exc())
    return instead
