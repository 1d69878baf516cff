"""Where files live, following the platform's customs (XDG on Linux): the only door to platformdirs."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import PlatformDirs

_DIRS = PlatformDirs("tuireader", appauthor=False)


def data_dir() -> Path:
    """The folder of the cache; it may not exist yet."""
    return _DIRS.user_data_path


def config_dir() -> Path:
    """The folder of the configuration; it may not exist yet."""
    return _DIRS.user_config_path


def state_dir() -> Path:
    """The folder of the log; it may not exist yet."""
    return _DIRS.user_state_path


def cache_path() -> Path:
    """The database that holds feeds, articles and what the reader did with them."""
    return data_dir() / "tuireader.db"


def config_path() -> Path:
    """The configuration file, in TOML."""
    return config_dir() / "config.toml"


def log_path() -> Path:
    """The log, written when something goes wrong or when it is asked for: where TUIREADER_LOG says, else as usual."""
    said = os.environ.get("TUIREADER_LOG")
    return Path(os.path.abspath(said)) if said else state_dir() / "tuireader.log"  # noqa: PTH100 - as logging does
