"""Paths of the program's folders and files, and functions that open files so that only their owner can read them."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from platformdirs import PlatformDirs

from tuireader.errors import TuireaderError

_DIRS = PlatformDirs("tuireader", appauthor=False)


def _folder(kind: str) -> Path:
    try:
        folder: Path = getattr(_DIRS, f"user_{kind}_path")
    except (RuntimeError, KeyError) as error:  # no HOME, and a user that the system does not know
        raise TuireaderError(f"No home directory: set HOME or XDG_{kind.upper()}_HOME.") from error
    return folder


def data_dir() -> Path:
    return _folder("data")


def config_dir() -> Path:
    return _folder("config")


def state_dir() -> Path:
    return _folder("state")


def cache_path() -> Path:
    return data_dir() / "tuireader.db"


def config_path() -> Path:
    return config_dir() / "config.toml"


def log_path() -> Path:
    """The log file: TUIREADER_LOG, else the default path."""
    said = os.environ.get("TUIREADER_LOG")
    return Path(os.path.abspath(said)) if said else state_dir() / "tuireader.log"  # noqa: PTH100 - as logging does


def expand_user(path: str) -> Path:
    """Expand ~ in a path that the user typed; ~name of an unknown user stays unchanged."""
    return Path(os.path.expanduser(path))  # noqa: PTH111 - Path.expanduser raises for it


def keep_private(path: str | os.PathLike[str]) -> None:
    """Create a file that only its owner can read, or restrict an existing one.

    Errors are ignored, since opening the file reports them. Does nothing on Windows, where the folder's permissions
    apply.
    """
    if os.name != "posix":
        return
    with suppress(OSError):
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            state = os.stat(path)  # noqa: PTH116 - no Path is needed for it
            if stat.S_ISREG(state.st_mode) and state.st_mode & 0o077:
                os.chmod(path, stat.S_IMODE(state.st_mode) & ~0o077)  # noqa: PTH101 - as above


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """A new private file for the block to write; at the end of the block it is renamed to `path`.

    Whatever was there is replaced, also a link.
    """
    import tempfile

    descriptor, name = tempfile.mkstemp(prefix=f".{path.name[:50]}.", suffix=".part", dir=path.parent)
    os.close(descriptor)
    part = Path(name)
    try:
        yield part
        os.replace(part, path)  # noqa: PTH105 - as everywhere
    finally:
        part.unlink(missing_ok=True)


_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)

_DENSE, _LEAST = 16, 64_000_000
"""Maximum ratio of length to size on disk (above 1 on compressing file systems), and bytes always allowed."""


def open_own(path: str | os.PathLike[str], flags: int = os.O_RDONLY, *, largest: int | None = None) -> int:
    """Open a file of the user and return its descriptor; raises OSError if it is unsafe or too large.

    Safe are only regular files without links, which nobody else owns or can write to; `largest` is in bytes. With
    O_CREAT only the owner can read the file; an existing one is restricted too.
    """
    return _checked(path, flags, largest, is_own=True)


def open_shared(path: str | os.PathLike[str], flags: int = os.O_RDONLY) -> int:
    return _checked(path, flags, None, is_own=False)


def _checked(path: str | os.PathLike[str], flags: int, largest: int | None, *, is_own: bool) -> int:
    descriptor = os.open(path, flags | _NO_LINK, 0o600)
    about = os.fstat(descriptor)
    error, is_written = 0, bool(flags & (os.O_WRONLY | os.O_RDWR) and flags & os.O_CREAT)
    if not stat.S_ISREG(about.st_mode):
        error = errno.EINVAL
    elif about.st_nlink > 1:
        error = errno.EMLINK
    elif is_own and os.name == "posix" and (about.st_uid != os.geteuid() or (about.st_mode & 0o022 and not is_written)):
        error = errno.EPERM
    elif largest is not None and about.st_size > largest:
        error = errno.EFBIG
    if error:
        os.close(descriptor)
        raise OSError(error, os.strerror(error), os.fspath(path))
    if is_own and is_written and about.st_mode & 0o077 and os.name == "posix":
        os.fchmod(descriptor, 0o600)
    return descriptor


def size_of(about: os.stat_result) -> int:
    data = 512 * getattr(about, "st_blocks", about.st_size // 512 + 1)
    return min(about.st_size, _DENSE * data + _LEAST)


def content_of(path: str | os.PathLike[str]) -> bytes:
    with open(path, "rb") as file:  # noqa: PTH123 - no Path is needed for it
        return file.read(size_of(os.fstat(file.fileno())))
