"""The terminal from the first moment on: what is typed while the reader starts is neither shown nor lost.

Loaded before anything else, so only by what costs nothing.
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
"""What opens no reader; `tests/end_to_end/test_early_terminal.py` holds that it names all of these."""

_before: list[list[Any]] = []
"""What the terminal was like, where it was changed: at most one."""
LEAVE = b"\x1b[0m\x1b[?2004l\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1004l\x1b[?7h\x1b[<u\x1b[?1049l\x1b[?25h"
"""Out of the other screen, and out of all that is asked of a terminal there."""
_shown: list[bool] = []
"""Whether the other screen of the terminal is shown, on which nothing of the shell stands: at most one."""


def opens_reader(arguments: Sequence[str]) -> bool:
    """Whether a command line is one that opens the reader, as far as can be told without knowing all of it."""
    if not arguments:
        return True
    first = arguments[0]
    return first == "--linear" or not (first.startswith("-") or first in COMMANDS)


def take_terminal() -> None:
    """Have the terminal keep what is typed, unseen, and Enter as Enter; `restore` undoes it, as does being ended.

    ctrl+c ends the program, as ever; ctrl+z waits until the reader is there. Nothing where there is no terminal, or
    where it is another program's for now.
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


def before() -> list[Any] | None:
    """What the terminal was like, in the form of termios; None where nothing was changed."""
    return _before[0] if _before else None


def show_other_screen(painted: bytes = b"") -> None:
    """Write what goes to the other screen, with what leads there; who is ended from now on leaves it."""
    if termios is not None and not _shown:
        _shown.append(True)
    _write(painted)


def is_other_screen_shown() -> bool:
    """Whether something stands on the other screen that is not the reader's own."""
    return bool(_shown)


def take_over() -> None:
    _shown.clear()


def show_shell() -> None:
    """Return to the shell's screen before printing."""
    while _shown:
        _shown.pop()
        _write(LEAVE)


def restore() -> None:
    """Make the terminal as it was before."""
    show_shell()
    while _before:
        with suppress(OSError, termios.error):
            termios.tcsetattr(0, termios.TCSANOW, _before.pop())


def _leave_alone() -> None:
    """Leave the other screen, and let nothing follow: the reader may just be taking the terminal, in a thread."""
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
        _leave_alone()
    restore()
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    sys.exit(128 + number)  # until the signal comes
