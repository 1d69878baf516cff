"""Looking into files that SQLite has open in this process: in another one.

On POSIX a process loses all its locks on a file as soon as it closes any descriptor of it, SQLite's too. Then another
process may truncate the index of the log, or remove the log, while it is in use. See "How to corrupt an SQLite database
file", 2.2: <https://sqlite.org/howtocorrupt.html>.
"""

from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path

_READ = "import sys; sys.stdout.buffer.write(open(sys.argv[1], 'rb').read(int(sys.argv[2])))"
_COPY = "import shutil, sys; shutil.copyfile(sys.argv[1], sys.argv[2])"


def beginning_of(path: Path, size: int) -> bytes:
    """The first bytes of a file that SQLite has open in this process; empty if it does not exist."""
    return _run(_READ, path, size).stdout


def copy(path: Path, into: Path) -> None:
    """Copy a file that SQLite has open in this process; raises OSError."""
    done = _run(_COPY, path, into)
    if done.returncode:
        raise OSError(errno.EIO, done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2])


def _run(code: str, *arguments: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-I", "-S", "-c", code, *map(str, arguments)], capture_output=True, check=False
    )
