"""Another process of this program that does jobs on the cache, so that a large refresh uses every core."""

from __future__ import annotations

import asyncio
import gc
import os
import pickle
import signal
import sqlite3
import struct
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Self, TypeVar

from tuireader.errors import StoreError
from tuireader.store.connection import connect

Result = TypeVar("Result")

_LENGTH = struct.Struct(">Q")
_READY = b"ready"
_NICENESS = 5
"""Keys are answered first, by the process that draws."""
_GARBAGE = 100_000
"""Objects between two looks for unused ones in circles, of which feeds leave none."""
_FAREWELL = 10.0
"""Seconds that a process may take to close the cache."""


class Process:
    """A process with a connection of its own, which ends with the one that started it.

    Jobs and results are pickled. A process that ends in the middle of a job leaves the cache as it was before the job.
    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        """Use `start`."""
        self._process = process

    @classmethod
    async def start(cls, path: Path) -> Self:
        """Give a process that is ready to work on the cache at `path`; raises OSError where there is none."""
        # What Python finds there must be what it found here.
        code = f"import sys; sys.path[:] = {sys.path!r}; from {__name__} import serve; serve({str(path)!r})"
        started = cls(
            await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                code,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,  # the terminal is the screen's
            )
        )
        try:
            await started._answer()
        except BaseException as error:
            started.kill()
            await started.close()
            if isinstance(error, EOFError):
                raise OSError("the process ended at once") from error
            raise
        return started

    async def do(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """Do one job, one at a time, and give its result, or raise its error; EOFError if the process has ended."""
        job = pickle.dumps(work, pickle.HIGHEST_PROTOCOL)
        into = self._process.stdin
        assert into is not None  # noqa: S101 - says to the type checker what PIPE gives
        with suppress(ConnectionError):  # then there is no answer either
            into.write(_LENGTH.pack(len(job)))
            into.write(job)
            await into.drain()
        result, error = pickle.loads(await self._answer())  # noqa: S301 - of our own making
        if error is not None:
            raise error
        given: Result = result
        return given

    async def _answer(self) -> bytes:
        out = self._process.stdout
        assert out is not None  # noqa: S101 - likewise
        try:
            (length,) = _LENGTH.unpack(await out.readexactly(_LENGTH.size))
            return await out.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise EOFError("the process has ended") from error

    def kill(self) -> None:
        """End it at once."""
        with suppress(ProcessLookupError):
            self._process.kill()

    async def close(self) -> None:
        """Let it close the cache and end."""
        assert self._process.stdin is not None  # noqa: S101 - likewise
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), _FAREWELL)
        except (TimeoutError, asyncio.CancelledError):
            self.kill()
            raise


def serve(path: str) -> None:
    """Be such a process: do the jobs that come, until no more can come."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ctrl+c is for the one that started this
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    gc.set_threshold(_GARBAGE)
    jobs, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # nothing else may come between the answers
    import tuireader.library.intake  # noqa: F401 - so that it is there when it says that it is ready

    connection: sqlite3.Connection | None = None
    _send(answers, _READY)
    while job := _next(jobs):
        result, error = None, None
        try:
            connection = connection or connect(Path(path))
            result = pickle.loads(job)(connection)  # noqa: S301 - of our own making
        except Exception as raised:  # noqa: BLE001 - it is raised where the job is waited for
            error = _told(raised)
        _send(answers, pickle.dumps((result, error), pickle.HIGHEST_PROTOCOL))
    if connection is not None:
        connection.close()


def _next(jobs: IO[bytes]) -> bytes:
    head = jobs.read(_LENGTH.size)
    return jobs.read(_LENGTH.unpack(head)[0]) if len(head) == _LENGTH.size else b""


def _send(answers: IO[bytes], answer: bytes) -> None:
    answers.write(_LENGTH.pack(len(answer)))
    answers.write(answer)
    answers.flush()


def _told(error: Exception) -> Exception:
    """The error as it can be sent: where it happened is lost on the way, and said in a note instead."""
    if isinstance(error, StoreError):
        return StoreError(str(error))
    told = RuntimeError(f"{type(error).__name__}: {error}")
    told.add_note(traceback.format_exc())
    return told
