"""Jobs that can be sent to another process, for the tests of who does them."""

from __future__ import annotations

import os
import re
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass

from tuireader.errors import FetchError, StoreError
from tuireader.library.jobs.batching import BatchJob
from tuireader.store import ui_state


def where(_: sqlite3.Connection) -> int:
    """The process that does it; long enough that others wait."""
    time.sleep(0.02)
    return os.getpid()


def subscribe_and_end(c: sqlite3.Connection) -> None:
    """End the process in the middle of a transaction."""
    c.execute("BEGIN IMMEDIATE")
    c.execute("INSERT INTO feed (url, title, site, added) VALUES ('https://half.example/', '', '', 0)")
    os._exit(1)


def refuse(_: sqlite3.Connection) -> None:
    """Meet trouble with the file."""
    raise StoreError("The disk is full.")


def cannot_fetch(_: sqlite3.Connection) -> None:
    """Meet trouble with a site, and say where that was met."""
    time.sleep(0.02)
    raise FetchError("Nothing found at this address", status=404, url=f"https://{os.getpid()}.example/")


def fail(_: sqlite3.Connection) -> None:
    """Be a bug."""
    raise LookupError("a bug")


def wait(_: sqlite3.Connection, seconds: float = 600) -> None:
    """Take longer than anyone waits."""
    time.sleep(seconds)


def compute(_: sqlite3.Connection) -> None:
    """Take all of a core, without the interpreter's leave."""
    re.fullmatch("(a|a)*b", "a" * 100)


@dataclass(frozen=True)
class Note(BatchJob[tuple[int, int]]):
    """Keep a setting; gives the process that did it, and how many had been kept in the same transaction before it."""

    name: str
    then: str = ""
    """"fail" while it is written, "fail early", or "end" the process."""
    size: int = 1

    def prepare(self, _: sqlite3.Connection) -> Callable[[sqlite3.Connection], tuple[int, int]]:
        time.sleep(0.02)
        if self.then == "fail early":
            raise LookupError("a bug")
        return self._write

    def _write(self, c: sqlite3.Connection) -> tuple[int, int]:
        before = c.total_changes
        ui_state.save(c, self.name, str(before))
        if self.then == "fail":
            raise LookupError("a bug")
        if self.then == "end":
            os._exit(1)
        return os.getpid(), before


def take_memory(_: sqlite3.Connection) -> int:
    return len(bytearray(600_000_000))


def fail_in_a_library(_: sqlite3.Connection) -> None:
    """As expat does without memory."""
    raise SystemError("error return without exception set")
