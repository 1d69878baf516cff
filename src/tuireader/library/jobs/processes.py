"""Worker processes, so that a large refresh uses every core."""

from __future__ import annotations

import asyncio
import gc
import math
import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic

from tuireader.async_tools import to_the_end
from tuireader.library.jobs.batching import Result, Work, picklable_error
from tuireader.store.connection import Connection, connect

if TYPE_CHECKING:
    from concurrent.futures import Future
    from multiprocessing.process import BaseProcess

_CLOSE_TIMEOUT = 10.0
"""Seconds that processes have to end before they are killed."""
_NICENESS = 10
"""Niceness of spawned processes, so that the user interface stays responsive; forked ones keep theirs."""
_PARENT_POLL_INTERVAL = 0.3
"""Seconds between checks of whether the parent exists."""
_MEMORY = 300_000_000
"""Maximum bytes of memory of a worker process, enforced on Linux: parsing can take a thousand times the input."""
_GARBAGE = 100_000
"""Garbage collection threshold of worker processes; it is high, since parsing leaves no reference cycles."""


class WorkerProcesses:
    """Worker processes with a connection each, which end with the program.

    Jobs and results are pickled. If a process ends during a job, the cache is unchanged, and all of them end.
    """

    def __init__(self, path: Path, number: int, prepare: Sequence[str] = (), *, are_forked: bool = False) -> None:
        """Start `number` processes that load the modules in `prepare`; raises OSError.

        Forking takes a tenth of the time and shares memory, but is safe only before there are threads, and while no
        cache is open.
        """
        import multiprocessing
        from concurrent.futures import ProcessPoolExecutor

        self.number = number
        if are_forked:
            for module in prepare:
                import_module(module)
            gc.freeze()  # what is shared stays shared
        with _detached():
            self._executor = ProcessPoolExecutor(
                number,
                multiprocessing.get_context("fork" if are_forked else "spawn"),
                _begin,
                (os.getpid(), tuple(prepare), 0 if are_forked else _NICENESS),
            )
        self._path = str(path)
        self._children: list[BaseProcess] = []
        self._started = [self._submit(os.getpid) for _ in range(number)]  # each starts one

    def _submit(self, work: Any, *arguments: object) -> Future[Any]:
        with _detached():
            return self._executor.submit(work, *arguments)

    async def ready(self) -> None:
        """Wait until one is ready; raises EOFError if they have ended."""
        try:
            await asyncio.wrap_future(self._started[0])
        except BrokenExecutor as error:
            raise EOFError("the processes ended at once") from error
        self._children = list((self._executor._processes or {}).values())  # noqa: SLF001 - none once it is broken

    @property
    def is_overdue(self) -> bool:
        """Whether a process was ended because its CPU time was up; known once they are closed."""
        return any(child.exitcode == -getattr(signal, "SIGXCPU", math.inf) for child in self._children)

    async def do(self, work: Work[Result]) -> Result:
        """Run a job and return its result or raise its error; EOFError if the processes end."""
        try:
            answer = await asyncio.wrap_future(self._submit(_do, self._path, work))
        except BrokenExecutor as broken:
            raise EOFError("a process has ended") from broken
        result, error = pickle.loads(answer)  # noqa: S301 - of our own making
        if error is not None:
            raise error
        given: Result = result
        return given

    def kill(self) -> None:
        for process in list((self._executor._processes or {}).values()):  # noqa: SLF001 - as `kill_workers` from 3.14 on
            process.kill()

    async def close(self) -> None:
        """End the processes after their current jobs; kill them after a timeout or on cancellation."""
        await to_the_end(self._ended(), hurry=self.kill)

    async def _ended(self) -> None:
        ended = asyncio.ensure_future(asyncio.to_thread(self.dismiss))
        await asyncio.wait([ended], timeout=_CLOSE_TIMEOUT)
        if not ended.done():
            self.kill()
        await ended

    def dismiss(self) -> None:
        """Drop queued jobs, and wait until the processes have finished their current ones and ended."""
        self._executor.shutdown(cancel_futures=True)


def can_be_forked() -> bool:
    return sys.platform == "linux" and threading.active_count() == 1


@contextmanager
def _detached() -> Iterator[None]:
    """Make processes that are started in the block ignore ctrl+c and have no stderr, which may be the screen.

    `multiprocessing` passes the descriptor of stderr, which the screen has replaced by an object without one.
    """
    stderr, sys.stderr = sys.stderr, None  # as where there is no console
    is_posix = hasattr(signal, "pthread_sigmask")
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if is_posix else set()
    try:
        yield
    finally:
        if is_posix:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        sys.stderr = stderr


# In such a process.

_connection: Connection | None = None


def _begin(parent: int, prepare: Sequence[str], niceness: int) -> None:
    """Initialise a worker process."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):  # the terminal is the other's
        os.dup2(nowhere, standard)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "SIGTSTP"):
        signal.signal(signal.SIGTSTP, signal.SIG_IGN)  # what is being written comes to its end
    if hasattr(os, "nice"):
        os.nice(niceness)
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY, resource.getrlimit(resource.RLIMIT_DATA)[1]))
    threading.Thread(target=_end_with_parent, args=(parent,), name="parent", daemon=True).start()
    gc.set_threshold(_GARBAGE)
    for module in prepare:
        import_module(module)


def _end_with_parent(parent: int) -> None:
    """End when the parent is gone; SQLite rolls back what is being saved."""
    while os.name == "posix":
        if os.getppid() != parent:
            os._exit(1)
        time.sleep(_PARENT_POLL_INTERVAL)


@dataclass(frozen=True, slots=True)
class Limited(Generic[Result]):
    """A job whose process the system ends after `seconds` of CPU time. Picklable.

    CPU time is limited rather than elapsed time, since processes have to wait on a busy machine.
    """

    work: Work[Result]
    seconds: float

    def __call__(self, c: Connection) -> Result:
        if sys.platform != "win32":
            import resource

            resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
            until = math.ceil(time.process_time() + self.seconds)
            resource.setrlimit(resource.RLIMIT_CPU, (until, resource.getrlimit(resource.RLIMIT_CPU)[1]))
        return self.work(c)


def _do(path: str, work: Work[Any]) -> bytes:
    """Run a job; returns its result and error, pickled."""
    global _connection  # noqa: PLW0603 - each process has one
    result, error = None, None
    try:
        _connection = _connection or connect(Path(path))
        result = work(_connection)
    except Exception as raised:  # noqa: BLE001 - it is raised where the job is waited for
        error = picklable_error(raised)
    return pickle.dumps((result, error), pickle.HIGHEST_PROTOCOL)
