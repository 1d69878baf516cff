"""SQLite's write-ahead log (-wal) read directly, to find commits that SQLite would drop.

SQLite reads a log only up to the first damaged frame, and later deletes the file; all commits after that frame are
lost without an error. How many frames the log had is in its index (the -shm file), which survives a killed program,
but which SQLite rebuilds when it opens the cache: so it must be read before. See <https://sqlite.org/walformat.html>.
"""

from __future__ import annotations

import os
import sqlite3
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, NamedTuple

from tuireader.paths import size_of
from tuireader.store.connection import BROKEN, BUSY_SECONDS, PAGE_SIZE

_HEAD, _FRAME = struct.Struct(">8I"), struct.Struct(">6I")
_INDEX = struct.Struct("=3I2BH2I8s8s8s")
_INDEX_VERSION = 3_007_000
_WRITTEN_AT = 2 * _INDEX.size
_INDEX_SIZE = _WRITTEN_AT + 4
"""Bytes of the log's index that are read."""
_MAGIC = (0x377F0682, 0x377F0683)
_SIZES = frozenset(1 << power for power in range(9, 17))


class Log(NamedTuple):
    """A description of a write-ahead log: its frames, each of which holds a page."""

    salts: bytes
    """Salts that distinguish its frames from older ones in the same file."""
    page_size: int
    frames: int
    """Number of valid frames."""
    pages: int
    """Number of pages of the cache with the log."""
    is_known: bool
    """Whether this comes from the log's index; else from the frames, up to the last commit."""


def wal_path(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def look(path: Path) -> Log | None:
    """The log of a cache, if it has frames that were not written to the cache yet; None if not, or if unknown."""
    index = _index(_beginning_of(_index_of(path), _INDEX_SIZE))
    if index is not None:
        log, written = index
        return log if written < log.frames else None
    try:
        return _by_its_frames(path)
    except OSError:
        return None


def _beginning_of(path: Path, size: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(size)
    except OSError:
        return b""


def _index_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-shm")


def _index(data: bytes) -> tuple[Log, int] | None:
    """Parse the index of a log, whose head is stored twice with a checksum; None if it is damaged.

    Also returns how many frames were written to the cache already; they are included in `Log.frames`.
    """
    head = data[: _INDEX.size]
    if len(data) < _INDEX_SIZE or head != data[_INDEX.size : _WRITTEN_AT]:
        return None
    version, _, _, is_made, _, page_size, frames, pages, _, salts, total = _INDEX.unpack(head)
    if version != _INDEX_VERSION or not is_made or _sum("=", head[:-8]) != struct.unpack("=2I", total):
        return None
    written = struct.unpack_from("=I", data, _WRITTEN_AT)[0]
    size = page_size if page_size > 1 else 1 << 16
    return Log(salts, size, frames, pages, is_known=True), written


def _by_its_frames(path: Path) -> Log | None:
    with wal_path(path).open("rb") as file:
        head = file.read(_HEAD.size)
        size = path.stat().st_size if path.exists() else 0
        page_size = struct.unpack_from(">I", head, 8)[0] if len(head) == _HEAD.size else PAGE_SIZE
        page_size = page_size if page_size in _SIZES else PAGE_SIZE
        count = max(0, size_of(os.fstat(file.fileno())) - _HEAD.size) // (_FRAME.size + page_size)
        salts = head[16:24]
        if not _is_sound(head) and count:  # its frames know better
            salts = file.read(_FRAME.size)[8:16]
        log = Log(salts, page_size, 0, 0, is_known=False)
        for number in range(count, 0, -1):
            _, ends, own = _frame(file, log, number)
            if 0 < ends <= size // log.page_size + number and _is_of(log, own):
                return log._replace(frames=number, pages=ends)
    return None


def _frame(file: IO[bytes], log: Log, number: int) -> tuple[int, int, bytes]:
    """A frame, counted from 1: page number, size of the database after a commit (else 0), and salts."""
    file.seek(_HEAD.size + (number - 1) * (_FRAME.size + log.page_size))
    head = file.read(_FRAME.size)
    page, ends = struct.unpack_from(">2I", head) if len(head) == _FRAME.size else (0, 0)
    return page, ends, head[8:16]


def _is_sound(head: bytes) -> bool:
    """Whether the log header matches its checksum."""
    if len(head) < _HEAD.size or _HEAD.unpack(head)[0] not in _MAGIC:
        return False
    return _sum("<" if head[3] == 0x82 else ">", head[:24]) == struct.unpack(">2I", head[24:])


def _sum(order: str, data: bytes) -> tuple[int, int]:
    one = two = 0
    for first, second in struct.iter_unpack(f"{order}2I", data):
        one = (one + first + two) & 0xFFFFFFFF
        two = (two + second + one) & 0xFFFFFFFF
    return one, two


def _is_of(log: Log, salts: bytes) -> bool:
    return salts[:4] == log.salts[:4] or salts[4:] == log.salts[4:]


def is_broken(path: Path, log: Log) -> bool:
    """Whether SQLite would ignore and delete the whole log, or parts of it are missing."""
    if not path.exists() or not path.stat().st_size:
        return True
    try:
        with wal_path(path).open("rb") as file:
            head = file.read(_HEAD.size)
            size = os.fstat(file.fileno()).st_size
    except OSError:
        return True
    whole = size >= _HEAD.size + log.frames * (_FRAME.size + log.page_size)
    return not (whole and _is_sound(head) and (head[16:24] == log.salts or not log.is_known))


def probe(path: Path) -> sqlite3.Connection | None:
    """Open a connection that keeps the write-ahead log in place until it is closed; None if impossible."""
    try:
        c = sqlite3.connect(path, isolation_level=None, timeout=BUSY_SECONDS)
    except BROKEN:
        return None
    try:
        c.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
    except BROKEN:
        c.close()
        return None
    return c


def is_cut(path: Path, log: Log, probe: sqlite3.Connection, read: Callable[[Path, int], bytes]) -> bool:
    """Whether SQLite, which has opened the cache as `probe`, uses fewer frames than the log had.

    `read` gives the first bytes of a file that SQLite has open in this process, without closing it here: with that
    SQLite would lose its locks. Looked at once more when nobody writes: what is written is in the log before it counts.
    """
    if not _takes_less(path, log, read):
        return False
    try:
        probe.execute("BEGIN IMMEDIATE")
        cut = _takes_less(path, log, read)
        probe.execute("ROLLBACK")
    except BROKEN:
        return False
    return cut


def _takes_less(path: Path, log: Log, read: Callable[[Path, int], bytes]) -> bool:
    """Whether the index of the log has fewer frames now than `log`.

    Other processes only add frames, or begin another log. If `log` was derived from its frames, a commit before its
    last frame must be missing: a damaged last transaction may be one that was never completed.
    """
    index = _index(read(_index_of(path), _INDEX_SIZE))
    if index is None:
        return False
    now, _ = index
    if now.salts != log.salts or now.frames >= log.frames:
        return False
    if log.is_known:
        return True
    with wal_path(path).open("rb") as file:
        return any(_frame(file, log, number)[1] for number in range(now.frames + 1, log.frames))


def merge(cache: Path, log: Log, into: Path) -> None:
    """Copy a cache with all pages of its log applied; they may be damaged or inconsistent."""
    import shutil

    if cache.exists():
        shutil.copyfile(cache, into)
    if not wal_path(cache).exists():
        return
    with into.open("r+b") as file, wal_path(cache).open("rb") as frames:
        for number, page in _pages(frames, log):
            file.seek((number - 1) * log.page_size)
            file.write(page)


def _pages(file: IO[bytes], log: Log) -> Iterator[tuple[int, bytes]]:
    """The pages of a log with their numbers, in order, up to its last commit."""
    for number in range(1, log.frames + 1):
        page, _, own = _frame(file, log, number)
        data = file.read(log.page_size)
        if 0 < page <= log.pages and len(data) == log.page_size and (log.is_known or _is_of(log, own)):
            yield page, data
