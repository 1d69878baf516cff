"""What the screen remembers from one time to the next: the theme, the measure, how lists are sorted."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path
from typing import TypeVar

Setting = TypeVar("Setting", str, int, bool)


class Memory:
    """Small settings in a JSON file; what cannot be read or kept is forgotten, never an error."""

    def __init__(self, path: Path | None) -> None:
        """Read the file where there is one; None remembers for this time only."""
        self._path = path
        self._settings: dict[str, object] = _read(path) if path else {}

    def get(self, name: str, default: Setting) -> Setting:
        """A setting of the default's own type, else the default."""
        value = self._settings.get(name, default)
        return value if type(value) is type(default) else default

    def put(self, name: str, value: Setting) -> None:
        """Keep a setting, at once."""
        if self._settings.get(name) == value:
            return
        self._settings[name] = value
        if self._path is not None:
            try:
                _write(self._path, self._settings)
            except OSError as error:
                logging.getLogger("tuireader").warning("settings not kept: %s", error)


def _read(path: Path) -> dict[str, object]:
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return settings if isinstance(settings, dict) else {}


def _write(path: Path, settings: dict[str, object]) -> None:
    """Write beside and rename, so that two programs at once never leave half a file."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    beside.write_text(json.dumps(settings, indent=1, sort_keys=True), encoding="utf-8")
    beside.replace(path)
