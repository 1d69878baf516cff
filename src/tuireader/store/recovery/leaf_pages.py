"""Rows read directly from the leaf pages of a damaged file, where the pages that lead to them are lost.

Leaf pages are recognised by their first byte, and each row states its number of columns
(https://www.sqlite.org/fileformat2.html). Deleted rows may be found too: only ids that are known to exist from
elsewhere should be read.
"""

from __future__ import annotations

import struct
from contextlib import suppress
from pathlib import Path
from typing import Any

from tuireader.paths import content_of

_LEAF = 0x0D
_HEADER = 100
"""Bytes before the first page's own header."""
_LARGEST = 50_000_000
"""Maximum bytes of a row; more means damage."""

_INTEGERS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}


class Leaves:
    """All readable rows of a database file, by shape and rowid.

    The shape of a row is its number of columns and the type of its second value.
    """

    def __init__(self, path: Path, page_size: int) -> None:
        """Scan the pages of the file; rows are read on request."""
        self._data = content_of(path)
        self._size = page_size
        self._places: dict[tuple[int, type], dict[int, int]] = {}
        for start in range(0, len(self._data) - page_size + 1, page_size):
            self._look_at(start)

    def row(self, number: int, columns: int, second: type) -> list[Any] | None:
        """The values of a row with `columns` columns whose second value has type `second`, or None."""
        at = self._places.get((columns, second), {}).get(number)
        if at is not None:
            with suppress(ValueError, IndexError, struct.error):
                return _values(self._payload(at))
        return None

    def _look_at(self, start: int) -> None:
        head = start + (_HEADER if start == 0 else 0)
        if self._data[head] != _LEAF:
            return
        count = int.from_bytes(self._data[head + 3 : head + 5], "big")
        for cell in range(min(count, self._size // 4)):
            pointer = head + 8 + 2 * cell
            at = start + int.from_bytes(self._data[pointer : pointer + 2], "big")
            try:
                _, after = varint(self._data, at)
                number, after = varint(self._data, after)
                kinds = _kinds(self._data[after : after + 200])[0]
                shape = len(kinds), _type(kinds[1])
            except (ValueError, IndexError):
                continue
            if 0 < number < 2**62:
                self._places.setdefault(shape, {})[number] = at

    def _payload(self, at: int) -> bytes:
        """A row's bytes, following its chain of overflow pages."""
        length, after = varint(self._data, at)
        _, after = varint(self._data, after)
        if not 0 < length < _LARGEST:
            raise ValueError(length)
        most = self._size - 35
        if length <= most:
            return self._data[after : after + length]
        least = (self._size - 12) * 32 // 255 - 23
        local = least + (length - least) % (self._size - 4)
        local = local if local <= most else least
        parts = [self._data[after : after + local]]
        left, following = length - local, self._data[after + local : after + local + 4]
        while left > 0:
            page = int.from_bytes(following, "big")
            start = (page - 1) * self._size
            if page < 1 or start + self._size > len(self._data):
                raise ValueError(page)
            parts.append(self._data[start + 4 : start + 4 + min(left, self._size - 4)])
            left -= self._size - 4
            following = self._data[start : start + 4]
        return b"".join(parts)


def varint(data: bytes, at: int) -> tuple[int, int]:
    """A varint of one to nine bytes, and the position after it."""
    value = 0
    for step in range(8):
        byte = data[at + step]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + step + 1
    return value << 8 | data[at + 8], at + 9


def _kinds(record: bytes) -> tuple[list[int], int]:
    """The serial types of a row's values, and where the values start."""
    length, at = varint(record, 0)
    if not 2 <= length <= len(record):
        raise ValueError(length)
    kinds = []
    while at < length:
        kind, at = varint(record, at)
        kinds.append(kind)
    return kinds, length


def _type(kind: int) -> type:
    """The Python type of a serial type; NoneType for NULL."""
    if kind == 0:
        return type(None)
    return int if kind < 12 else str if kind % 2 else bytes


def _values(record: bytes) -> list[Any]:
    kinds, at = _kinds(record)
    values: list[Any] = []
    for kind in kinds:
        value, length = _value(record, at, kind)
        if at + length > len(record):
            raise ValueError(kind)
        values.append(value)
        at += length
    return values


def _value(record: bytes, at: int, kind: int) -> tuple[Any, int]:
    """Decode a value of a record; returns it and its length in bytes."""
    if kind == 0:
        return None, 0
    if kind in (8, 9):
        return kind - 8, 0
    if length := _INTEGERS.get(kind):
        return int.from_bytes(record[at : at + length], "big", signed=True), length
    if kind == 7:
        return struct.unpack(">d", record[at : at + 8])[0], 8
    if kind < 12:
        raise ValueError(kind)
    length = (kind - 12) // 2
    content = record[at : at + length]
    return (content.decode("utf-8", "replace") if kind % 2 else content), length
