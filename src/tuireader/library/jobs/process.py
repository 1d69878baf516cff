"""Another process of this program that does jobs on the cache, so that a large refresh uses every core."""

from __future__ import annotations

import asyncio
import pickle
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self

from tuireader.async_tools import to_the_end
from tuireader.library.jobs import process_main
from tuireader.library.jobs.work import Result, Work

if TYPE_CHECKING:
    from tuireader.library.jobs.forked import Forked

_CLOSE_TIMEOUT = 10.0
"""Seconds that a process may take to close the cache."""

_PIPE_SIZE = 1 << 20
"""Pipe buffer size in bytes."""


class JobProcess:
    """A process with a connection of its own, which ends with the one that started it.

    Jobs and results are pickled. A process that ends in the middle of a job leaves the cache as it was before the job.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, child: _Child) -> None:
        """Use `start` or `adopt`."""
        self._reader, self._writer, self._child = reader, writer, child
        # Locks are given in the order in which they are asked for: jobs and their answers keep theirs.
        self._sending, self._reading = asyncio.Lock(), asyncio.Lock()

    @classmethod
    async def start(cls, path: Path, prepare: Sequence[str] = ()) -> Self:
        """Start a process that is ready to work on the cache at `path`; raises OSError.

        It loads the modules named in `prepare` before its first job.
        """
        # What Python finds there must be what it found here.
        code = (
            f"import sys; sys.path[:] = {sys.path!r};"
            f" from {process_main.__name__} import serve_standard_streams as serve;"
            f" serve({str(path)!r}, {tuple(prepare)!r})"
        )
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            code,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,  # the terminal is the screen's
        )
        assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 - what PIPE gives
        _widen(process.stdin)
        started = cls(process.stdout, process.stdin, _Started(process))
        await started.wait_until_ready()
        return started

    @classmethod
    async def adopt(cls, forked: Forked) -> Self:
        """Give a process that was forked, once it is ready; raises OSError where it has ended."""
        reader, writer = await asyncio.open_connection(sock=forked.channel)
        adopted = cls(reader, writer, _Adopted(forked))
        await adopted.wait_until_ready()
        return adopted

    async def wait_until_ready(self) -> None:
        """Wait until it can be given jobs; raises OSError where it has ended."""
        try:
            await self._answer()
        except BaseException as error:
            self.kill()
            await self.close()
            if isinstance(error, EOFError):
                raise OSError("the process ended at once") from error
            raise

    async def do(self, work: Work[Result]) -> Result:
        """Run a job after the jobs before it, and return its result or raise its error.

        EOFError if the process ends, or has ended.
        """
        job = pickle.dumps(work, pickle.HIGHEST_PROTOCOL)
        async with self._sending:
            with suppress(ConnectionError):  # then there is no answer either
                self._writer.write(process_main.LENGTH.pack(len(job)))
                self._writer.write(job)
                await self._writer.drain()
        async with self._reading:
            result, error = pickle.loads(await self._answer())  # noqa: S301 - of our own making
        if error is not None:
            raise error
        given: Result = result
        return given

    async def _answer(self) -> bytes:
        try:
            (length,) = process_main.LENGTH.unpack(await self._reader.readexactly(process_main.LENGTH.size))
            return await self._reader.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise EOFError("the process has ended") from error

    def kill(self) -> None:
        self._child.kill()

    async def close(self) -> None:
        """Let it close the cache and exit; kill it after a timeout or on cancellation."""
        self._writer.close()
        await to_the_end(self._ended(), hurry=self.kill)

    async def _ended(self) -> None:
        ended = asyncio.ensure_future(self._child.ended())
        await asyncio.wait([ended], timeout=_CLOSE_TIMEOUT)
        if not ended.done():
            self.kill()
        await ended


class _Child(Protocol):
    """What can be done with a process besides giving it jobs."""

    def kill(self) -> None: ...

    async def ended(self) -> None: ...


class _Started:
    """One that was started anew."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            self._process.kill()

    async def ended(self) -> None:
        await self._process.communicate()  # also reads its pipe to the end, which closes that


class _Adopted:
    """One that was forked."""

    def __init__(self, forked: Forked) -> None:
        self._forked = forked

    def kill(self) -> None:
        self._forked.kill()

    async def ended(self) -> None:
        await asyncio.to_thread(self._forked.wait)


def _widen(into: asyncio.StreamWriter) -> None:
    """Make room for a whole job on the way, where the system lets us: else it goes in many small pieces."""
    if sys.platform == "linux":
        import fcntl

        with suppress(OSError):  # more than it lets us
            fcntl.fcntl(into.get_extra_info("pipe").fileno(), fcntl.F_SETPIPE_SZ, _PIPE_SIZE)
