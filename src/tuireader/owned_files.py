"""Opening files beside the database, in a folder where others may write.

Only regular files of the user with a single name are opened: no links, no pipes. Loaded first, so it imports as little
as possible.
"""

from __future__ import annotations

import errno
import os
import stat

_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)

_DENSE, _LEAST = 16, 64_000_000
"""Maximum ratio of length to size on disk, which compressing file systems exceed; and bytes always allowed."""


def open_own(path: str | os.PathLike[str], flags: int = os.O_RDONLY, *, largest: int | None = None) -> int:
    """Open a file of the user's own and return its descriptor; raises OSError for any other, or above `largest` bytes.

    With O_CREAT only the owner can read it; an existing file is restricted too.
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
