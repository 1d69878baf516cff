"""Jobs that can be sent to another process, for the tests of who does them."""

from __future__ import annotations

import os
import sqlite3
import time

from tuireader.errors import FetchError, StoreError


def where(_: sqlite3.Connection) -> int:
    """The process that does it; long enough that others wait."""
    time.sleep(0.02)
    return os.getpid()


def subscribe_and_end(c: sqlite3.Connection) -> None:
    """End the process in the middle of a transaction."""
    c.execute("BEGIN IMMEDIATE")
    c.execute("INSERT INTO feed (url, title, site, added) VALUES ('https://half.example/', '', '', 0)")
    os._exit(1)


def fall_silent(_: sqlite3.Connection) -> None:
    """Close the pipe that answers go through, and stay."""
    os.close(1)
    time.sleep(600)


def refuse(_: sqlite3.Connection) -> None:
    """Meet trouble with the file."""
    raise StoreError("The disk is full.")


def cannot_fetch(_: sqlite3.Connection) -> None:
    """Meet trouble with a site, and say where that was met."""
    time.sleep(0.02)
    raise FetchError("There is nothing at this address", status=404, url=f"https://{os.getpid()}.example/")


def fail(_: sqlite3.Connection) -> None:
    """Be a bug."""
    raise LookupError("a bug")


def wait(_: sqlite3.Connection) -> None:
    """Take longer than anyone waits."""
    time.sleep(600)
