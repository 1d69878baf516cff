"""Paths of files by the platform's conventions (XDG on Linux): the only user of platformdirs."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from platformdirs import PlatformDirs

from tuireader.errors import TuireaderError

_DIRS = PlatformDirs("tuireader", appauthor=False)


def _folder(kind: str) -> Path:
    try:
        folder: Path = getattr(_DIRS, f"user_{kind}_path")
    except (RuntimeError, KeyError) as error:  # no HOME, and a user that the system does not know
        raise TuireaderError(f"There is no home folder: set HOME, or XDG_{kind.upper()}_HOME, to a folder.") from error
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


def typed(path: str) -> Path:
    """A path that the user typed, with ~ as in a shell; one of nobody stays as it is."""
    return Path(os.path.expanduser(path))  # noqa: PTH111 - Path.expanduser raises for it


def keep_private(path: str | os.PathLike[str]) -> None:
    """Create a file that only its owner can read, or restrict an existing one.

    Errors are left to whoever opens it. On Windows the folder's rights decide.
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
