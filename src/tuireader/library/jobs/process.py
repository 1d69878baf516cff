"""Another process of this program that does jobs on the cache, so that a large refresh uses every core."""

from __future__ import annotations

import asyncio
import pickle
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

from tuireader.library.jobs import process_main
from tuireader.library.jobs.work import Result, Work
from tuireader.tasks import to_the_end

_CLOSE_TIMEOUT = 10.0
"""Seconds that a process may take to close the cache."""

_PIPE_SIZE = 1 << 20
"""Pipe buffer size in bytes."""


class JobProcess:
    """A process with a connection of its own, which ends with the one that started it.

    Jobs and results are pickled. A process that ends in the middle of a job leaves the cache as it was before the job.
    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        """Use `start`."""
        self._process = process
        # Locks are given in the order in which they are asked for: jobs and their answers keep theirs.
        self._sending, self._reading = asyncio.Lock(), asyncio.Lock()

    @classmethod
    async def start(cls, path: Path, prepare: Sequence[str] = ()) -> Self:
        """Give a process that is ready to work on the cache at `path`; raises OSError where there is none.

        It loads the modules named in `prepare` before its first job.
        """
        # What Python finds there must be what it found here.
        code = (
            f"import sys; sys.path[:] = {sys.path!r};"
            f" from {process_main.__name__} import serve; serve({str(path)!r}, {tuple(prepare)!r})"
        )
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
        started._widen()
        try:
            await started._answer()
        except BaseException as error:
            started.kill()
            await started.close()
            if isinstance(error, EOFError):
                raise OSError("the process ended at once") from error
            raise
        return started

    async def do(self, work: Work[Result]) -> Result:
        """Do a job after those that it was given before, and give its result, or raise its error.

        EOFError if the process ends, or has ended.
        """
        job = pickle.dumps(work, pickle.HIGHEST_PROTOCOL)
        into = self._process.stdin
        assert into is not None  # noqa: S101 - says to the type checker what PIPE gives
        async with self._sending:
            with suppress(ConnectionError):  # then there is no answer either
                into.write(process_main.LENGTH.pack(len(job)))
                into.write(job)
                await into.drain()
        async with self._reading:
            result, error = pickle.loads(await self._answer())  # noqa: S301 - of our own making
        if error is not None:
            raise error
        given: Result = result
        return given

    async def _answer(self) -> bytes:
        out = self._process.stdout
        assert out is not None  # noqa: S101 - as above
        try:
            (length,) = process_main.LENGTH.unpack(await out.readexactly(process_main.LENGTH.size))
            return await out.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise EOFError("the process has ended") from error

    def _widen(self) -> None:
        """Make room for a whole job on the way, where the system lets us: else it goes in many small pieces."""
        if sys.platform == "linux":
            import fcntl

            assert self._process.stdin is not None  # noqa: S101 - as above
            pipe = self._process.stdin.get_extra_info("pipe")
            with suppress(OSError):  # more than it lets us
                fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_SIZE)

    def kill(self) -> None:
        """End it at once."""
        with suppress(ProcessLookupError):
            self._process.kill()

    async def close(self) -> None:
        """Let it close the cache and end; end it if it does not, or if who waits for that is cancelled."""
        assert self._process.stdin is not None  # noqa: S101 - as above
        self._process.stdin.close()
        await to_the_end(self._ended(), hurry=self.kill)

    async def _ended(self) -> None:
        ended = asyncio.ensure_future(self._process.communicate())  # also reads its pipe to the end, which closes that
        await asyncio.wait([ended], timeout=_CLOSE_TIMEOUT)
        if not ended.done():
            self.kill()
        await ended
