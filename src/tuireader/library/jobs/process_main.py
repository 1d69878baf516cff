"""The other end of a process that does jobs on the cache: small, because it is loaded before the first job is done."""

from __future__ import annotations

import gc
import os
import pickle
import signal
import sqlite3
import struct
import sys
import threading
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import IO

from tuireader.library.jobs.work import told
from tuireader.store.connection import connect

LENGTH = struct.Struct(">Q")
"""What stands before each job and each answer."""
_NICENESS = 10
"""Keys are answered first, by the process that draws; a command, whose processes are forked, is what is waited for."""
_LOOK = 0.3
"""Seconds between two looks at whether the one that started this process is there."""
_GARBAGE = 100_000
"""Objects between two looks for unused ones in circles, of which feeds leave none."""


def serve_standard_streams(path: str, prepare: Sequence[str] = ()) -> None:
    """Be such a process that hears and answers where others read and print."""
    jobs, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # nothing else may come between the answers
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    serve(path, prepare, jobs, answers)


def serve(path: str, prepare: Sequence[str], jobs: IO[bytes], answers: IO[bytes]) -> None:
    """Be such a process: load the modules named in `prepare`, then do the jobs that come, until no more can come."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ctrl+c is for the one that started this
    if hasattr(signal, "SIGTSTP"):
        signal.signal(signal.SIGTSTP, signal.SIG_IGN)  # and so is ctrl+z: what is being written comes to its end
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), name="parent", daemon=True).start()
    gc.set_threshold(_GARBAGE)
    for module in prepare:
        import_module(module)
    connection: sqlite3.Connection | None = None
    _send(answers, b"ready")
    while job := _next(jobs):
        result, error = None, None
        try:
            connection = connection or connect(Path(path))
            result = pickle.loads(job)(connection)  # noqa: S301 - of our own making
        except Exception as raised:  # noqa: BLE001 - it is raised where the job is waited for
            error = told(raised)
        _send(answers, pickle.dumps((result, error), pickle.HIGHEST_PROTOCOL))
    if connection is not None:
        connection.close()


def _end_with_parent(parent: int) -> None:
    """End when the process that started this one is gone, however it went: its jobs are no one's any more.

    What is being saved is undone by SQLite. On Windows, the end of the pipe ends this process after its job.
    """
    while os.name == "posix":
        if os.getppid() != parent:
            os._exit(1)
        time.sleep(_LOOK)


def _next(jobs: IO[bytes]) -> bytes:
    head = jobs.read(LENGTH.size)
    return jobs.read(LENGTH.unpack(head)[0]) if len(head) == LENGTH.size else b""


def _send(answers: IO[bytes], answer: bytes) -> None:
    answers.write(LENGTH.pack(len(answer)))
    answers.write(answer)
    answers.flush()
