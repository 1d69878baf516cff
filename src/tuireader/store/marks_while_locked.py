"""Changes of statuses that wait: in a file beside the cache while that is locked, until the next start at most.

Each process that has to wait has a file of its own, which it holds locked for as long as it lives. A file that nobody
holds was left behind by a process that ended before it could write.
"""

from __future__ import annotations

import errno
import logging
import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from tuireader.errors import StoreError
from tuireader.model.status_change import StatusChange
from tuireader.store import statuses

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator
    from pathlib import Path

log = logging.getLogger("tuireader")


class Waiting:
    """The file of this process, made when it is first needed."""

    def __init__(self, path: Path) -> None:
        """`path` is that of the cache."""
        self._cache = path
        self._path: Path | None = None
        self._file: int | None = None

    def keep(self, changes: Iterable[StatusChange]) -> None:
        """Add changes to the file, safe from a crash of this process or of the machine; raises OSError."""
        import json  # the start of the program does without it

        lines = "".join(f"{json.dumps((list(change.ids), *change[1:]))}\n" for change in changes).encode()
        if self._file is None:
            path = self._cache.with_name(f"{self._cache.name}.marks-{os.getpid()}-{time.time_ns()}")
            self._file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND, 0o600)
            self._path = path
            lock(self._file)
        before = os.fstat(self._file).st_size
        if os.write(self._file, lines) < len(lines):
            os.ftruncate(self._file, before)  # half a line would spoil the next
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(self._file)

    def clear(self) -> None:
        """All of them are written: there is nothing to keep any more."""
        if self._file is not None and self._path is not None:
            _remove(self._file, self._path)
            self._file = self._path = None


def _remove(descriptor: int, path: Path) -> None:
    """Close and remove a file; emptied before, because on Windows one that anyone has open cannot be removed."""
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
    with suppress(OSError):
        os.close(descriptor)
    with suppress(OSError):
        path.unlink()


def write_what_waits(c: sqlite3.Connection, path: Path) -> None:
    """Write the changes that ended processes left beside the cache at `path`; what cannot be written now stays."""
    try:
        left = [each for each in path.parent.glob(f"{path.name}.marks-*") if each.is_file()]
        left.sort(key=lambda each: each.name.rpartition("-")[2])
    except OSError:
        return
    for file in left:
        with suppress(OSError, StoreError):
            _write_one(c, file)


def _write_one(c: sqlite3.Connection, file: Path) -> None:
    descriptor = os.open(file, os.O_RDWR)
    written = False
    try:
        if lock(descriptor):  # else its process is still there
            for change in _read(descriptor):
                statuses.apply(c, change)
            written = True
    finally:
        if written:
            _remove(descriptor, file)
        else:
            os.close(descriptor)


def _read(descriptor: int) -> Iterator[StatusChange]:
    """The changes in a file; a line that is not whole was never acknowledged."""
    import json

    with os.fdopen(os.dup(descriptor), "r", encoding="utf-8", errors="replace") as lines:
        for line in lines:
            try:
                yield _change(*json.loads(line))
            except (ValueError, TypeError, RecursionError):  # the process ended while it wrote it
                log.warning("a mark that waited cannot be read: %.100s", line)


def _change(ids: list[object], read: object, starred: object, position: object) -> StatusChange:
    """A change of what stands in a line; raises ValueError or TypeError where that is none."""
    numbers = tuple(each for each in ids if isinstance(each, int) and 0 < each < 2**63)
    return StatusChange(
        numbers,
        read if isinstance(read, bool) else None,
        starred if isinstance(starred, bool) else None,
        position if isinstance(position, int) and 0 <= position < 2**40 else None,
    )


def lock(descriptor: int) -> bool:
    """Whether an open file could be locked, at once; for this process alone, until it is closed."""
    try:
        if os.name == "posix":
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    except OSError:
        return False
    return True
