"""A real terminal for tests: the program runs in a pty, and what it paints is read from a screen."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import pexpect
import pyte

PATIENCE = 30.0
"""Seconds until a screen that does not come is an error; nothing is measured by it."""


class Terminal:
    """`tuireader ARGUMENTS` in a pty of so many columns and rows; a hand waits for `pace` seconds before each key."""

    def __init__(
        self,
        arguments: Sequence[str] = (),
        *,
        columns: int = 120,
        rows: int = 40,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        command: Sequence[str] = (sys.executable, "-m", "tuireader"),
        pace: float | None = 0.05,
    ) -> None:
        self.raw = bytearray()
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._child = pexpect.spawn(
            command[0],
            [*command[1:], *arguments],
            dimensions=(rows, columns),
            env=_environment(env or {}),
            cwd=str(cwd) if cwd else None,
            timeout=PATIENCE,
        )
        self._child.delaybeforesend = pace
        self.pid = int(self._child.pid or 0)
        """The process of the program."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._child.child_fd == -1:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
        else:
            self._child.close(force=True)

    @property
    def text(self) -> str:
        """What stands on the screen now."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    def press(self, *keys: str) -> None:
        """Type keys one after the other."""
        for key in keys:
            self._child.send(key)

    def fileno(self) -> int:
        """The end of the pty that a terminal has."""
        return int(self._child.child_fd)

    def paste(self, text: str) -> None:
        """Paste, as a terminal in bracketed paste mode does."""
        self._child.send(f"\x1b[200~{text}\x1b[201~")

    def resize(self, columns: int, rows: int) -> None:
        """Give the window another size."""
        self._screen.resize(rows, columns)
        self._child.setwinsize(rows, columns)

    def until(self, wanted: str | Callable[[str], bool]) -> str:
        """Read on until a pattern (or a condition) is on the screen; give the screen."""
        done = wanted if callable(wanted) else lambda text: re.search(wanted, text) is not None
        limit = time.monotonic() + PATIENCE
        while not done(self.text):
            if time.monotonic() > limit:
                raise AssertionError(f"{wanted!r} did not appear on:\n{self.text}")
            if not self._read() and not done(self.text):
                raise AssertionError(f"the program ended before {wanted!r} appeared on:\n{self.text}")
        return self.text

    def wait(self) -> int:
        """Read to the end and give the exit status."""
        limit = time.monotonic() + PATIENCE
        while self._read():
            if time.monotonic() > limit:
                raise AssertionError(f"the program has not ended:\n{self.text}")
        self._child.close()
        if self._child.exitstatus is not None:
            return int(self._child.exitstatus)
        return -int(self._child.signalstatus or 0)

    def close_window(self) -> int:
        """Take the terminal away, as closing its window does; wait for all that ran in it, and give the status."""
        process: Any = getattr(self._child, "ptyproc")  # noqa: B009 - pexpect's types do not have it
        process.fileobj.close()  # by its owner, who would close it again, when it is another's by then
        process.closed = True
        self._child.child_fd = process.fd = -1
        limit = time.monotonic() + PATIENCE
        while True:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._child.closed = self._child.terminated = True
                self._until_nothing_runs()
                return os.waitstatus_to_exitcode(status)
            if time.monotonic() > limit:
                raise AssertionError("the program has not ended")
            time.sleep(0.01)

    def kill(self, number: int) -> None:
        """Send a signal to the program."""
        self._child.kill(number)

    def read_on(self) -> None:
        """Read what comes next, if anything comes soon."""
        self._read()

    def _until_nothing_runs(self) -> None:
        """Wait for what the program of the terminal started: a shell ends before its command has, and so may a pool."""
        limit = time.monotonic() + PATIENCE
        while _runs(group=self.pid):
            if time.monotonic() > limit:
                raise AssertionError("a process is left")
            time.sleep(0.01)

    def _read(self) -> bool:
        try:
            data: Any = self._child.read_nonblocking(65536, timeout=0.2)  # bytes, whatever its types say
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.raw += data
        self._stream.feed(data)
        return True


def _runs(*, group: int) -> bool:
    found = subprocess.run(["ps", "-e", "-o", "pgid=,stat="], capture_output=True, text=True, check=True).stdout
    return any(int(pgid) == group and "Z" not in state for pgid, state in map(str.split, found.splitlines()))


def _environment(env: Mapping[str, str]) -> dict[str, str]:
    """The test's own, without the size of a terminal that whoever runs the tests may have left there."""
    inherited = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    return {**inherited, "TERM": "xterm-256color", "COLORTERM": "truecolor", **env}
