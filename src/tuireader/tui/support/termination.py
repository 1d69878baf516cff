"""Termination by a signal or a lost terminal, whatever the program is doing."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue

SECONDS = 1.4
"""Maximum seconds until the end; the rest of the promised two seconds is reserve."""

SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
"""Signals that end the program, as far as the system has them (SIGBREAK: Windows)."""


class Termination:
    """Ends the program in order, or by force if that takes too long.

    The loop may hang: it may wait for a terminal that reads nothing, or for a thread. So a thread of its own waits for
    the signal, passes it on, and kills the process a moment later.
    """

    def __init__(self, begin: Callable[[int], None], last: Callable[[], None]) -> None:
        """`begin` starts the regular end with a status; `last` runs before the process is killed."""
        self._begin = begin
        self._last = last
        self._told: SimpleQueue[int] = SimpleQueue()
        self.is_told = False
        threading.Thread(target=self._wait, name="ending", daemon=True).start()

    def tell(self, status: int) -> None:
        """End with this status; may be called from anywhere and repeatedly. The first call counts."""
        self.is_told = True
        self._told.put(status)  # the one way that is safe within a signal handler, whatever it interrupts

    def listen(self) -> None:
        """Install the signal handlers; does nothing outside the main thread."""
        for name in SIGNALS:
            number = getattr(signal, name, None)
            if number is not None:
                with suppress(ValueError):
                    signal.signal(number, lambda number, _: self.tell(128 + number))

    def hear_no_more(self) -> None:
        """Ignore further signals: the end has begun, and Python could not handle them any more."""
        for name in SIGNALS:
            number = getattr(signal, name, None)
            if number is not None:
                with suppress(ValueError):
                    signal.signal(number, signal.SIG_IGN)

    def _wait(self) -> None:
        status = self._told.get()
        self._begin(status)
        time.sleep(SECONDS)
        try:
            self._last()
        finally:
            os._exit(status)
