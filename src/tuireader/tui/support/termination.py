"""Ending from outside: a signal, or a terminal that is gone. Whatever the program is in the middle of, it ends."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue

SECONDS = 1.4
"""From being told to the end, at most: the rest of the two seconds that are promised is for a slow machine."""

SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
"""What tells a program to end; those that the system has. SIGBREAK is Windows's."""


class Termination:
    """Lets the program end well when it is told to, and ends it if it does not.

    The loop may be unable to hear: it may wait for a terminal that takes nothing, a thread may not come to its end. So
    a thread of its own waits for the word, passes it on, and a moment later takes the process away.
    """

    def __init__(self, begin: Callable[[int], None], last: Callable[[], None]) -> None:
        """`begin` has the program end with a status; `last` does what must be done before it is taken away."""
        self._begin = begin
        self._last = last
        self._told: SimpleQueue[int] = SimpleQueue()
        self.is_told = False
        threading.Thread(target=self._wait, name="ending", daemon=True).start()

    def tell(self, status: int) -> None:
        """End with this status; may be called from anywhere, as often as it comes. The first time counts."""
        self.is_told = True
        self._told.put(status)  # the one way that is safe within a signal handler, whatever it interrupts

    def listen(self) -> None:
        """Be told by signals; a program that is not in the main thread is told by none."""
        for name in SIGNALS:
            number = getattr(signal, name, None)
            if number is not None:
                with suppress(ValueError):
                    signal.signal(number, lambda number, _: self.tell(128 + number))

    def hear_no_more(self) -> None:
        """Let further signals change nothing: it ends as it was told first, and on its way out Python would not hear.

        To be called once it was told: a moment after that, it ends whatever happens.
        """
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
