"""A cache that is damaged: noticing it, setting it aside, and reading from it what can still be read.

Nothing is ever deleted. When a statement meets damage, a mark beside the file says so; whoever opens it next has SQLite
check the whole of it, which is too slow to do every time.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    Subscription = tuple[str, str, str, int]
    """Address, title, site, when added."""


def suspect(path: Path) -> None:
    """Leave the mark that the file should be checked."""
    with suppress(OSError):  # where no mark can be left, no new file could be begun either
        _mark(path).touch()


def is_suspect(path: Path) -> bool:
    """Whether the mark is there."""
    return _mark(path).exists()


def is_sound(path: Path) -> bool:
    """Have SQLite check the whole file; the mark goes where it finds nothing."""
    try:
        with closing(sqlite3.connect(path)) as c:
            sound: bool = c.execute("PRAGMA integrity_check(1)").fetchone()[0] == "ok"
    except sqlite3.DatabaseError as error:
        sound = (getattr(error, "sqlite_errorcode", 0) & 0xFF) not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
    if sound:
        with suppress(OSError):
            _mark(path).unlink(missing_ok=True)
    return sound


def set_aside(path: Path) -> tuple[Path, list[Subscription]]:
    """Move the file to a name of its own beside it; gives that name and the subscriptions that can be read from it."""
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    path.rename(aside)
    for suffix in ("-wal", "-shm"):
        beside = path.with_name(path.name + suffix)
        if beside.exists():
            beside.rename(aside.with_name(aside.name + suffix))
    _mark(path).unlink(missing_ok=True)
    return aside, _subscriptions(aside)


def _mark(path: Path) -> Path:
    return path.with_name(f"{path.name}.check")


def _subscriptions(path: Path) -> list[Subscription]:
    """What can be read of them, row by row up to where the damage is."""
    found: list[Subscription] = []
    address = f"{path.absolute().as_uri()}?mode=ro"
    with suppress(sqlite3.Error), closing(sqlite3.connect(address, uri=True)) as c:
        c.execute("PRAGMA writable_schema = ON")  # reads of a file that ends too early what is there
        c.text_factory = lambda text: text.decode("utf-8", "replace")
        # In the table's own order: an index may be the part that is damaged, and sorting would read all before any.
        for url, title, site, added in c.execute("SELECT url, title, site, added FROM feed NOT INDEXED"):
            if all(isinstance(text, str) for text in (url, title, site)) and isinstance(added, int):
                found.append((url, title, site, added))
    return found
