"""Processes that do jobs on the cache, so that a large refresh uses every core."""

from __future__ import annotations

import asyncio
import gc
import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuireader.async_tools import to_the_end
from tuireader.library.jobs.work import Result, Work, told
from tuireader.store.connection import Connection, connect

if TYPE_CHECKING:
    from concurrent.futures import Future

_CLOSE_TIMEOUT = 10.0
"""Seconds that processes may take to end."""
_NICENESS = 10
"""Keys are answered first, by the process that draws; a command, whose processes are forked, is what is waited for."""
_LOOK = 0.3
"""Seconds between two looks at whether the one that started this process is there."""
_MEMORY = 300_000_000
"""Maximum bytes of data of a process: what others send can take a thousand times its size. Linux alone enforces it."""
_GARBAGE = 100_000
"""Objects between two looks for unused ones in circles, of which feeds leave none."""


class Processes:
    """Processes with a connection each, which end with the program that started them.

    Jobs and results are pickled. Where one ends in the middle of a job, the cache is as it was before the job, and all
    of them end.
    """

    def __init__(self, path: Path, number: int, prepare: Sequence[str] = (), *, are_forked: bool = False) -> None:
        """Start `number` processes that load the modules named in `prepare`; raises OSError.

        Forked, they start in a tenth of the time and share memory. That is safe only before there are threads, and
        while no cache is open.
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
        self._started = [self._submit(os.getpid) for _ in range(number)]  # each starts one

    def _submit(self, work: Any, *arguments: object) -> Future[Any]:
        with _detached():
            return self._executor.submit(work, *arguments)

    async def ready(self) -> None:
        """Wait until one can be given jobs; raises EOFError where they have ended."""
        try:
            await asyncio.wrap_future(self._started[0])
        except BrokenExecutor as error:
            raise EOFError("the processes ended at once") from error

    async def do(self, work: Work[Result]) -> Result:
        """Run a job and return its result or raise its error; EOFError if the processes end, or have ended."""
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
        """Let them end; kill them after a timeout or on cancellation."""
        await to_the_end(self._ended(), hurry=self.kill)

    async def _ended(self) -> None:
        ended = asyncio.ensure_future(asyncio.to_thread(self.dismiss))
        await asyncio.wait([ended], timeout=_CLOSE_TIMEOUT)
        if not ended.done():
            self.kill()
        await ended

    def dismiss(self) -> None:
        """Let them end after what they are doing, and wait for it."""
        self._executor.shutdown(cancel_futures=True)


def can_be_forked() -> bool:
    return sys.platform == "linux" and threading.active_count() == 1


@contextmanager
def _detached() -> Iterator[None]:
    """Start processes to which ctrl+c and stderr mean nothing: the one is for this process, the other may be a screen.

    `multiprocessing` hands the number of stderr on; where the screen has put itself there, that is none.
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
    """Become such a process."""
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
    """End when the process that started this one is gone, however it went: its jobs are no one's any more.

    What is being saved is undone by SQLite.
    """
    while os.name == "posix":
        if os.getppid() != parent:
            os._exit(1)
        time.sleep(_LOOK)


def _do(path: str, work: Work[Any]) -> bytes:
    """Do a job; gives its result and its error, pickled."""
    global _connection  # noqa: PLW0603 - each process has one
    result, error = None, None
    try:
        _connection = _connection or connect(Path(path))
        result = work(_connection)
    except Exception as raised:  # noqa: BLE001 - it is raised where the job is waited for
        error = told(raised)
    return pickle.dumps((result, error), pickle.HIGHEST_PROTOCOL)
