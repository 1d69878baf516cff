"""Processes that are forked from this one, which has neither threads nor an event loop yet.

They start in a tenth of the time that a new Python takes, and share its memory. That is safe only before there are
threads, and while no cache is open: SQLite's connections must not be carried over.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from tuireader.library.jobs import process_main


class Forked:
    """A process that has been forked, and the socket through which it is given jobs."""

    def __init__(self, pid: int, channel: socket.socket) -> None:
        """Use `fork`."""
        self._pid = pid
        self._is_there = True
        self.channel = channel

    def kill(self) -> None:
        """End it at once."""
        if self._is_there:
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)

    def wait(self) -> None:
        """Wait until it has ended."""
        if self._is_there:
            with suppress(ChildProcessError):
                os.waitpid(self._pid, 0)
            self._is_there = False

    def dismiss(self) -> None:
        self.channel.close()
        self.wait()


def fork(path: Path, prepare: Sequence[str], number: int) -> list[Forked]:
    """Fork `number` processes that work on the cache at `path`, with the `prepare` modules loaded.

    None where that is not safe.
    """
    if sys.platform != "linux" or threading.active_count() > 1:
        return []
    for module in prepare:
        import_module(module)
    gc.freeze()  # what is shared stays shared
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    forked: list[Forked] = []
    for _ in range(number):
        here, there = socket.socketpair()
        try:
            pid = os.fork()
        except OSError:  # there is no room for another one
            here.close()
            there.close()
            break
        if not pid:
            _serve(path, there, [here, *(each.channel for each in forked)])
        there.close()
        forked.append(Forked(pid, here))
    return forked


def _serve(path: Path, channel: socket.socket, others: Sequence[socket.socket]) -> None:
    """Be such a process; this does not come back."""
    try:
        for each in others:
            each.close()
        nowhere = os.open(os.devnull, os.O_RDWR)
        for standard in range(3):  # the terminal is the other's
            os.dup2(nowhere, standard)
        process_main.serve(str(path), (), channel.makefile("rb"), channel.makefile("wb"))
        os._exit(0)
    finally:
        os._exit(1)
