"""Opening the cache for the first time in a process, with repair of the file or its write-ahead log if damaged."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tuireader.content.dom import sanitize
from tuireader.errors import DamagedError, StoreError
from tuireader.store import connection
from tuireader.store.connection import Connection, connect, must_be_files
from tuireader.store.recovery import recover, write_ahead_log
from tuireader.store.statuses import write_what_waits


def open_cache(path: Path, *, tell: Callable[[str], None] = lambda _: None) -> Connection:
    """Open the cache at `path`, and repair it first if it is damaged; the caller closes the connection.

    While it is open, `connect` opens further connections. A repair may take long: `tell` is called with a message. The
    connection's `notice` has messages about the repair and other problems. Raises StoreError if the cache cannot be
    opened.
    """
    must_be_files(path)
    _finish_what_was_begun(path)
    said = ""
    if connection.is_suspect(path):
        try:
            said = _mend(path, tell)
        except StoreError as error:  # what can be read without being mended is read
            said = str(error)
    try:
        c, of_log = _connect(path, tell)
    except DamagedError:
        said = _mend(path, tell)
        c, of_log = _connect(path, tell)
    try:
        c.notice = " ".join(filter(None, (said, of_log, c.notice)))
        if any(path.parent.glob(f"{path.name}.marks-*")):
            c.notice = " ".join(filter(None, (c.notice, write_what_waits(c, path))))
    except BaseException:
        c.close()
        raise
    return c


def _connect(path: Path, tell: Callable[[str], None]) -> tuple[Connection, str]:
    """Open the cache, after repairing its write-ahead log if that is damaged; returns it with a message, or ""."""
    if not _has_log(path):
        return connect(path), ""

    log = write_ahead_log.look(path)
    if log is None or (path.exists() and not path.is_file()):
        return connect(path), ""
    # Where it is another one by now, another process is just beginning it anew.
    if write_ahead_log.is_broken(path, log) and write_ahead_log.look(path) == log:
        return _mended_log(path, log, tell, lambda: None)
    probe = write_ahead_log.probe(path)
    if probe is None:
        return connect(path), ""

    with closing(probe):
        if write_ahead_log.is_cut(path, log, probe, beginning_of):
            return _mended_log(path, log, tell, probe.close)
        return connect(path), ""


def _has_log(path: Path) -> bool:
    return any(os.path.exists(f"{path}{suffix}") for suffix in ("-wal", "-shm"))  # noqa: PTH110 - no more than a look


def _mended_log(
    path: Path, log: write_ahead_log.Log, tell: Callable[[str], None], close: Callable[[], None]
) -> tuple[Connection, str]:
    said = recover.mend_log(path, log, sanitize.plain_text, tell, close=close, copy=copy)
    return connect(path), said


def _mend(path: Path, tell: Callable[[str], None]) -> str:
    return recover.mend(path, sanitize.plain_text, tell)


def _finish_what_was_begun(path: Path) -> None:
    """Complete a repair that was interrupted between two steps."""
    mended = path.with_name(f"{path.name}.mended")
    source = path.with_name(f"{path.name}.mending-source")
    if connection.is_suspect(path) and not path.exists() and not source.exists():
        if mended.exists():
            mended.replace(path)
        else:  # nothing was there to be mended
            connection.mark_of(path).unlink(missing_ok=True)


_READ = "import sys; sys.stdout.buffer.write(open(sys.argv[1], 'rb').read(int(sys.argv[2])))"
_COPY = "import shutil, sys; shutil.copyfile(sys.argv[1], sys.argv[2])"


def beginning_of(path: Path, size: int) -> bytes:
    """Read the first bytes of a file that SQLite has open; b"" if it does not exist.

    A separate process reads it, since closing the file in this one would release SQLite's locks.
    """
    return _run(_READ, path, size).stdout


def copy(path: Path, into: Path) -> None:
    """Copy a file that SQLite has open; raises OSError.

    A separate process copies it, since closing the file in this one would release SQLite's locks.
    """
    done = _run(_COPY, path, into)
    if done.returncode:
        raise OSError(errno.EIO, done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2])


def _run(code: str, *arguments: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-I", "-S", "-c", code, *map(str, arguments)], capture_output=True, check=False
    )
