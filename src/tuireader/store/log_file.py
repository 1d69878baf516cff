"""SQLite's log beside the cache (the file that ends in -wal), read by ourselves: what of it SQLite would leave out.

SQLite reads a log up to the first frame that is damaged, takes that for its end, and removes the file when it is done.
All that was committed after it would be gone without a word. See <https://sqlite.org/fileformat.html#walformat>.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

from tuireader.store.connection import PAGE_SIZE

_HEAD, _FRAME = struct.Struct(">8I"), struct.Struct(">6I")
_MAGIC = (0x377F0682, 0x377F0683)
_SIZES = frozenset(1 << power for power in range(9, 17))
_TAKEN, _SALTS = struct.Struct("=I"), struct.Struct(">2I")
_TAKEN_AT, _SALTS_AT = 16, 32
"""Where the file that ends in -shm has how many frames SQLite takes from the log, and of which log that is."""


class Log(NamedTuple):
    """What a log says of itself."""

    salts: tuple[int, int]
    """The numbers that tell its frames from those of the logs that were in this file before."""
    page_size: int
    frames: int
    """How many there are up to the last that ends a transaction, whatever stands between."""
    is_sound: bool
    """Whether its head is; else SQLite takes nothing of it."""


def of(path: Path) -> Path:
    """Where the log of the cache at `path` is, if it has one."""
    return path.with_name(f"{path.name}-wal")


def look(path: Path) -> Log | None:
    """What the log of the cache at `path` holds; None where there is none, or nothing in it."""
    try:
        with of(path).open("rb") as file:
            return _look(file, path.stat().st_size if path.exists() else 0)
    except OSError:
        return None


def _look(file: IO[bytes], size: int) -> Log | None:
    """`size` is that of the cache, in bytes: of what is no log at all, the numbers make no sense beside that."""
    head = file.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    magic, _, page_size, _, *salts, _, _ = _HEAD.unpack(head)
    if page_size not in _SIZES:
        page_size = PAGE_SIZE
    step = _FRAME.size + page_size
    count = (os.fstat(file.fileno()).st_size - _HEAD.size) // step
    sound = magic in _MAGIC and _is_sound(head)
    if count and not sound:  # its frames know better
        salts = list(_FRAME.unpack(file.read(_FRAME.size))[2:4])
    log = Log((salts[0], salts[1]), page_size, 0, sound)
    for number in range(count, 0, -1):
        file.seek(_HEAD.size + (number - 1) * step)
        _, ends, *own = _FRAME.unpack(file.read(_FRAME.size))[:4]
        if 0 < ends <= size // page_size + number and _is_of(log, own):
            return log._replace(frames=number)
    return None


def _is_sound(head: bytes) -> bool:
    """Whether the head of a log is what it was when it was written: its last eight bytes are a sum of the others."""
    words = struct.unpack("<6I" if head[3] == 0x82 else ">6I", head[:24])
    one = two = 0
    for first, second in zip(words[::2], words[1::2], strict=True):
        one = (one + first + two) & 0xFFFFFFFF
        two = (two + second + one) & 0xFFFFFFFF
    return (one, two) == struct.unpack(">2I", head[24:])


def _is_of(log: Log, salts: list[int]) -> bool:
    """Whether a frame is of this log: one of the two numbers may be what is damaged."""
    return salts[0] == log.salts[0] or salts[1] == log.salts[1]


def is_cut(path: Path, before: Log) -> bool:
    """Whether SQLite, which has read the cache here, takes less of the log than there was `before` that.

    What other processes do meanwhile only adds to it, or begins another one.
    """
    try:
        with path.with_name(f"{path.name}-shm").open("rb") as file:
            index = file.read(_SALTS_AT + _SALTS.size)
        (taken,) = _TAKEN.unpack_from(index, _TAKEN_AT)
        salts = _SALTS.unpack_from(index, _SALTS_AT)
    except (OSError, struct.error):
        return False
    return taken < before.frames and salts == before.salts


def merge(cache: Path, into: Path) -> None:
    """Make a copy of a cache with every page in place that its log has; they may be damaged, or not fit together."""
    import shutil

    if cache.exists():
        shutil.copyfile(cache, into)
    else:
        into.touch(mode=0o600)
    log = look(cache)
    if log is None:
        return
    with into.open("r+b") as file, of(cache).open("rb") as frames:
        for number, page in _pages(frames, log):
            file.seek((number - 1) * log.page_size)
            file.write(page)


def _pages(file: IO[bytes], log: Log) -> Iterator[tuple[int, bytes]]:
    """The pages of a log with their numbers, in order, up to its last transaction."""
    step = _FRAME.size + log.page_size
    file.seek(_HEAD.size + (log.frames - 1) * step)
    size = _FRAME.unpack(file.read(_FRAME.size))[1]
    for number in range(log.frames):
        file.seek(_HEAD.size + number * step)
        page, _, *own = _FRAME.unpack(file.read(_FRAME.size))[:4]
        if 0 < page <= size and _is_of(log, own):
            yield page, file.read(log.page_size)
