"""The terminal from the first moment on: keys typed while the reader starts are neither echoed nor lost.

Loaded before anything else, so it imports as little as possible.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

try:
    import termios
    import tty
except ImportError:  # not POSIX: there, the terminal stays as it is until the reader takes it
    termios = None  # type: ignore[assignment]

COMMANDS = frozenset({
    "account", "add", "backfill", "config", "download", "export", "feed", "feeds", "import", "list", "mark", "path",
    "prune", "refresh", "remove", "rules", "search", "searches", "show", "sync",
})  # fmt: skip
"""Commands that do not open the reader; `tests/end_to_end/test_early_terminal.py` checks that it is complete."""

_before: list[list[Any]] = []
"""The terminal's original settings (termios) as the only entry; empty if they are unchanged."""
LEAVE = b"\x1b[0m\x1b[?2004l\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1004l\x1b[?7h\x1b[<u\x1b[?1049l\x1b[?25h"
"""Leaves the alternate screen, and resets all modes set there."""
_shown: list[bool] = []
"""One entry if the alternate screen is on; else empty."""


def opens_reader(arguments: Sequence[str]) -> bool:
    """Whether a command line opens the reader, as far as can be told without parsing it."""
    if not arguments:
        return True
    first = arguments[0]
    return first == "--linear" or not (first.startswith("-") or first in COMMANDS)


def take_terminal() -> None:
    """Turn off echo and line buffering, so that typed keys are kept for the reader; `restore` and signals undo it.

    ctrl+c ends the program as usual; ctrl+z is off until the reader has started. Does nothing without a terminal, or
    if the program is in the background.
    """
    if termios is None or _before or not (os.isatty(0) and os.isatty(1)):
        return
    with suppress(OSError, termios.error):
        if os.tcgetpgrp(0) != os.getpgrp():
            return
        before, changed = termios.tcgetattr(0), termios.tcgetattr(0)
        changed[tty.IFLAG] &= ~(termios.ICRNL | termios.IXON)  # ctrl+s and ctrl+q are keys
        changed[tty.LFLAG] &= ~(termios.ECHO | termios.ICANON)
        changed[tty.CC][termios.VSUSP] = b"\0"
        _before.append(before)  # with the handlers first: a signal may come as soon as the terminal is changed
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, _end)
        termios.tcsetattr(0, termios.TCSANOW, changed)


def original_settings() -> list[Any] | None:
    """The terminal's original settings (termios); None if unchanged."""
    return _before[0] if _before else None


def show_other_screen(painted: bytes = b"") -> None:
    """Switch to the alternate screen by writing `painted`; `restore` and signals leave the screen from now on."""
    if termios is not None and not _shown:
        _shown.append(True)
    _write(painted)


def is_other_screen_shown() -> bool:
    """Whether the alternate screen still shows the startup frame, and the reader has not taken it over."""
    return bool(_shown)


def take_over() -> None:
    _shown.clear()


def show_shell() -> None:
    """Return to the normal screen before printing."""
    while _shown:
        _shown.pop()
        _write(LEAVE)


def restore() -> None:
    """Leave the alternate screen, and restore the original settings of the terminal."""
    show_shell()
    while _before:
        with suppress(OSError, termios.error):
            termios.tcsetattr(0, termios.TCSANOW, _before.pop())


def _leave_for_good() -> None:
    """Leave the alternate screen and discard all later output, even if a thread is just starting the reader."""
    with suppress(OSError):
        terminal, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        _write(LEAVE, terminal)


def _write(data: bytes, to: int = 1) -> None:
    with suppress(OSError):  # a terminal that is gone shows nothing
        while data:
            data = data[os.write(to, data) :]


def _end(number: int, _frame: object) -> None:
    if _shown:
        _shown.clear()
        _leave_for_good()
    restore()
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    sys.exit(128 + number)  # until the signal comes
