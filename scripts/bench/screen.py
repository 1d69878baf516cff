"""A program in a real terminal: what it paints is timed when its bytes arrive, before anything is made of them."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Self

import pyte

from bench.measure import BenchError, TooSlowError


class Screen:
    """A program in a pty of so many columns and rows; `start` is the moment before it was started."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str], *, columns: int = 120, rows: int = 40) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self.raw = bytearray()
        self.start = time.perf_counter()
        self.pid, self._fd = pty.fork()
        if self.pid == 0:  # the child: nothing but the program may follow
            try:
                _set_size(0, columns, rows)
                os.execvpe(command[0], list(command), dict(env))  # noqa: S606 - no shell is meant
            finally:
                os._exit(127)
        self._ended = False
        self.pressed = self.start
        """When a key was pressed last."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the program, gently if it lets us."""
        for number, patience in ((signal.SIGTERM, 5), (signal.SIGKILL, 60)):
            limit = time.perf_counter() + patience
            while not self._ended and time.perf_counter() < limit:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self.pid, number)
                self._drain(0.1)
                self._ended = os.waitpid(self.pid, os.WNOHANG)[0] != 0
        os.close(self._fd)

    def quit(self, key: str) -> None:
        """Press the key that ends the program, and wait until it has ended."""
        self.press(key)
        while self._drain(30) != b"":
            pass
        os.waitpid(self.pid, 0)
        self._ended = True

    def lines(self, columns: slice = slice(None), rows: slice = slice(None)) -> list[str]:
        """What stands on the screen, or in a part of it."""
        across, down = range(self._screen.columns)[columns], range(self._screen.lines)[rows]
        return ["".join(self._screen.buffer[row][column].data for column in across) for row in down]

    @property
    def text(self) -> str:
        """What stands on the screen, as one text."""
        return "\n".join(line.rstrip() for line in self.lines())

    def cells(self) -> list[dict[int, object]]:
        """All cells by row and column, with their colours."""
        return [dict(self._screen.buffer[row]) for row in range(self._screen.lines)]

    def background(self, column: int, row: int) -> str:
        """The background of one cell: a name, `default`, or six hexadecimal digits."""
        return str(self._screen.buffer[row][column].bg)

    def press(self, key: str) -> float:
        """Send a key; give the moment."""
        self.raw.clear()
        self.pressed = time.perf_counter()
        os.write(self._fd, key.encode())
        return self.pressed

    def click(self, column: int, row: int) -> float:
        """Click a cell with the left button; give the moment."""
        return self.press(f"\x1b[<0;{column + 1};{row + 1}M\x1b[<0;{column + 1};{row + 1}m")

    def resize(self, columns: int, rows: int) -> float:
        """Give the window another size; give the moment."""
        self.raw.clear()
        self._screen.resize(rows, columns)
        moment = time.perf_counter()
        _set_size(self._fd, columns, rows)
        os.kill(self.pid, signal.SIGWINCH)
        return moment

    def wait(self, condition: Callable[[Self], bool], timeout: float = 30.0) -> float:
        """Read on until a condition holds; give the moment when the bytes that made it true arrived."""
        limit = time.perf_counter() + timeout
        moment = time.perf_counter()
        while not condition(self):
            if time.perf_counter() > limit:
                raise TooSlowError(f"nothing came within {timeout:.0f} s; the screen shows:\n{self.text}")
            arrived = self._read(0.05)
            if arrived is not None:
                moment = arrived
        return moment

    def last_change(self, columns: slice, rows: slice = slice(None), *, quiet: float) -> float:
        """Read on until a region stays as it is for so many seconds; give the moment of its last change."""
        moment = time.perf_counter()
        last = self.lines(columns, rows)
        while (left := moment + quiet - time.perf_counter()) > 0:
            arrived = self._read(left)
            now = self.lines(columns, rows)
            if arrived is not None and now != last:
                last, moment = now, arrived
        return moment

    def settle(self, quiet: float = 0.15, at_most: float = 10.0) -> None:
        """Read on until nothing more is painted for so many seconds."""
        limit = time.perf_counter() + at_most
        while time.perf_counter() < limit and self._read(quiet) is not None:
            pass

    def _read(self, patience: float) -> float | None:
        data = self._drain(patience)
        if data is None:
            return None
        arrived = time.perf_counter()
        if not data:
            raise BenchError(f"the program ended; the screen shows:\n{self.text}")
        self.raw += data
        self._stream.feed(data)
        return arrived

    def _drain(self, patience: float) -> bytes | None:
        """What came; nothing where the program ended, None where it is silent for so many seconds."""
        if not select.select([self._fd], [], [], patience)[0]:
            return None
        try:
            return os.read(self._fd, 1 << 16)
        except OSError:  # how Linux reports the end of a pty
            return b""


def shows(text: str) -> Callable[[Screen], bool]:
    """Whether these bytes were painted since the last key or start: the cheapest question there is."""
    needle = text.encode()
    return lambda screen: needle in screen.raw


def _set_size(fd: int, columns: int, rows: int) -> None:
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
