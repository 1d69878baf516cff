"""Writing what the user does: in one thread, in the order asked for, and never lost."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuireader.errors import BusyError
from tuireader.library.jobs.work import Result, Work
from tuireader.model.headline import StatusChange
from tuireader.store import statuses
from tuireader.store.connection import BUSY_SECONDS, connect
from tuireader.store.statuses import Waiting

if TYPE_CHECKING:
    from concurrent.futures import Future

PAUSE = 0.025
"""Seconds between two looks at whether a lock is gone."""


@dataclass(eq=False, slots=True)
class _Job:
    """Something to write; `change` is what it writes, where it can be kept in a file while the cache is locked."""

    work: Work[Any]
    future: Future[Any]
    change: StatusChange | None


class Writer:
    """One thread that writes, in the order asked for. Nothing that is asked for is called off.

    While another process holds the cache, changes of statuses are kept in a file beside it, and tried again: whatever
    ends this program then, the next start writes them.
    """

    def __init__(self, path: Path) -> None:
        """Nothing is opened before there is something to write."""
        self._path = path
        self._jobs: deque[_Job] = deque()
        """What is not written yet; the first is being written."""
        self._asked = 0
        """How many writes were asked for so far."""
        self._changed = threading.Condition()
        self._closing = False
        self._thread: threading.Thread | None = None
        self._waiting = Waiting(path)
        self._kept: set[int] = set()
        """The jobs, by identity, whose changes are in the file."""
        self._keeping = threading.Lock()
        """Held while the file is written: who asks for a write never waits for that."""

    def submit(self, work: Work[Result], change: StatusChange | None = None) -> Future[Result]:
        """Write soon; the future gives what `work` gives. With the `change` that it writes, it is never lost."""
        from concurrent.futures import Future

        future: Future[Result] = Future()
        future.set_running_or_notify_cancel()  # who waits for it may be cancelled, the writing is not
        with self._changed:
            self._jobs.append(_Job(work, future, change))
            self._asked += 1
            self._changed.notify_all()
            if self._thread is None:
                # A daemon: at the end of the program `close` waits for it, and no longer than it should.
                self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
                self._thread.start()
        return future

    def change(self, change: StatusChange) -> Future[None]:
        return self.submit(lambda c: statuses.apply(c, change), change)

    @property
    def is_idle(self) -> bool:
        return not self._jobs

    async def settled(self) -> None:
        """Wait until all is written that is asked for now."""
        with suppress(IndexError):  # it is all written by now
            written = asyncio.wrap_future(self._jobs[-1].future)
            await asyncio.wait([written])
            written.exception()

    def close(self, patience: float = BUSY_SECONDS) -> str:
        """Finish queued work within `patience` seconds; returns a sentence about changes left over, or ""."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._jobs, patience)
        return self.keep_what_waits()

    def keep_what_waits(self) -> str:
        """Put the changes that are not written yet into the file; gives a sentence about them, if there are any."""
        with self._keeping:
            with self._changed:
                waiting = {id(job): job.change for job in self._jobs if job.change is not None}
            count = len({article_id for change in waiting.values() for article_id in change.ids})
            new = waiting.keys() - self._kept
            try:
                if new:
                    self._waiting.keep([change for key, change in waiting.items() if key in new])
            except OSError as error:
                return (
                    f"{_marks(count)} could not be written: another program holds {self._path}, and the folder takes"
                    f" no file to keep them in ({error.strerror})."
                )
            self._kept |= new
        if not count:
            return ""
        return (
            f"{_marks(count)} could not be written yet: another program holds {self._path}. They are kept beside it,"
            " and written when tuireader starts again."
        )

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
            self._changed.wait_for(lambda: self._asked > asked, PAUSE)

    def _do(self, job: _Job) -> None:
        """Write, again and again while the cache is locked: a change of statuses for as long as it takes.

        Nothing is waited for before what is to be written is kept, also what is asked for meanwhile: what is on the
        screen is not lost by a kill.
        """
        until = time.monotonic() + BUSY_SECONDS
        if self._kept:  # what comes after a change that is kept is kept as well: else the next start would undo it
            self.keep_what_waits()
        while True:
            try:
                with closing(connect(self._path, patience=0)) as connection:
                    result = job.work(connection)
            except BusyError as error:
                asked = self._asked
                self.keep_what_waits()
                self._pause(asked)
                if job.change is None and time.monotonic() > until:
                    job.future.set_exception(error)
                    return
            except BaseException as error:  # noqa: BLE001 - it is raised where the job is waited for
                job.future.set_exception(error)
                return
            else:
                job.future.set_result(result)
                return


def _marks(count: int) -> str:
    return "What you marked" if count == 1 else f"What you did to {count} articles"
