"""The mark beside a cache in which a statement met damage: whoever opens it next has it checked (see `recovery`)."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def mark_of(path: Path) -> Path:
    """Where the mark of the cache at `path` is, if it has one."""
    return path.with_name(f"{path.name}.check")


def suspect(path: Path) -> None:
    """Leave the mark that the file should be checked."""
    with suppress(OSError):  # where no mark can be left, nothing could be mended either
        mark_of(path).touch(mode=0o600)


def is_suspect(path: Path) -> bool:
    """Whether the mark is there."""
    return mark_of(path).exists()
