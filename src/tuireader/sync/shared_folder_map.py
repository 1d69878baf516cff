"""What a device writes into a shared folder: all that it knows, each entry with the time of its last change.

A map has subscriptions by their addresses, and marks by feed, field and guid. Maps are merged by the newest time, in
any order and any number of times. Packed, a map is a line of JSON and arrays of 64-bit numbers, compressed.
"""

from __future__ import annotations

import json
import sys
import zlib
from array import array
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from tuireader.model.headline import Field
from tuireader.text.bounded_json import loads
from tuireader.urls.hosts import absolute, host_of
from tuireader.urls.private_network import is_private_name
from tuireader.urls.shown import split_credentials

if TYPE_CHECKING:
    from collections.abc import Iterator

YEAR_3000 = 32_503_680_000_000
"""Times are milliseconds since 1970; what claims to be later than this is passed over."""
_FORMAT = 2
_FIELDS: tuple[Field, ...] = get_args(Field)
_MOVES = 20
"""Moves of one feed that are followed."""
_MARKS, _FEEDS = 2_000_000, 20_000
"""Marks, and feeds, of all devices together that are kept."""
_LONGEST = 2_000
"""Characters of a name."""
_LEVEL = 4
_OBJECTS = 1_000_000
"""Objects and lists of the line of JSON, and signs of such in names."""

Stamps = dict[int, int]
"""For each article, by the number of its guid, the stamp of its mark."""


def stamp(at: int, *, value: bool, is_unasked: bool = False) -> int:
    """When an article was marked, whether the user did it, and its value; of two marks the greater one holds."""
    return 4 * at + 2 * (not is_unasked) + value


def time_of(stamp: int) -> int:
    return stamp // 4


def is_asked(stamp: int) -> bool:
    """Whether the user made a mark."""
    return bool(stamp & 2)


class Subscription(NamedTuple):
    """What became of a subscription; of two of one time the greater one holds."""

    at: int
    is_followed: bool
    title: str = ""
    """The user's own; empty where it is that of its site."""
    folder: str = ""
    name: str = ""
    """What its site calls it."""
    moved_to: str = ""
    """Its new address, where it has moved: then it is not followed at this one."""


class FolderMap:
    """All that a device knows of subscriptions and marks."""

    def __init__(self) -> None:
        self.subscriptions: dict[str, Subscription] = {}
        self.marks: dict[tuple[str, Field], Stamps] = {}
        self._count = 0
        self.size = 0
        """Bytes of the file that it was read from, unpacked."""

    def __len__(self) -> int:
        return self._count + len(self.subscriptions)

    def put(self, url: str, there: Subscription) -> bool:
        """Put a subscription, unless a newer one is known; whether it was put."""
        before = self.subscriptions.get(url)
        if before is not None and before >= there:
            return False
        if before is None and len(self.subscriptions) >= _FEEDS and not self._forget_ended():
            return False
        self.subscriptions[url] = there
        return True

    def _forget_ended(self) -> bool:
        """Make room: forget the oldest of the subscriptions that have ended; whether there were any."""
        ended = sorted((each.at, url) for url, each in self.subscriptions.items() if not each.is_followed)
        for _, url in ended[: _FEEDS // 10 or 1]:
            del self.subscriptions[url]
        return bool(ended)

    def mark(self, feed: str, field: Field, guid: int, when: int) -> bool:
        """Put a mark, unless a newer one is known; whether it was put."""
        stamps = self.marks.setdefault((feed, field), {})
        before = stamps.get(guid)
        if before is None:
            if self._count >= _MARKS:
                return False
            self._count += 1
        elif before >= when:
            return False
        stamps[guid] = when
        return True

    def stamp_of(self, feed: str, field: Field, guid: int) -> int:
        return self.marks.get((feed, field), {}).get(guid, 0)

    def merge(self, other: FolderMap) -> FolderMap:
        """Take over what is newer in another map; gives that."""
        news = FolderMap()
        for url, there in other.subscriptions.items():
            if self.put(url, there):
                news.put(url, there)
        for (feed, field), stamps in other.marks.items():
            self.merge_marks(feed, field, stamps, news)
        return news

    def merge_marks(self, feed: str, field: Field, stamps: Stamps, news: FolderMap) -> None:
        """Take over the marks of a feed that are newer, and put them into `news`."""
        here = self.marks.get((feed, field), {})
        newer = {guid: each for guid, each in stamps.items() if each > here.get(guid, 0)}
        for guid, each in newer.items():
            if self.mark(feed, field, guid, each):
                news.mark(feed, field, guid, each)

    def address_now(self, url: str) -> str:
        """The current address of a feed after its moves."""
        for _ in range(_MOVES):
            there = self.subscriptions.get(url)
            if there is None or not there.moved_to:
                break
            url = there.moved_to
        return url

    def follow_moves(self) -> FolderMap:
        """Give the marks of feeds that have moved to their new addresses; what changed by that."""
        news = FolderMap()
        moved = [key for key in self.marks if self.address_now(key[0]) != key[0]]
        for feed, field in moved:
            self.merge_marks(self.address_now(feed), field, self.marks[feed, field], news)
        return news


def packed(known: FolderMap, state: str) -> bytes:
    """A map as a file; `state` names the moment of it."""
    urls = sorted(known.subscriptions.keys() | {feed for feed, _ in known.marks})
    rows, arrays = [], []
    for url in urls:
        counts = []
        for field in _FIELDS:
            stamps = known.marks.get((url, field), {})
            counts.append(len(stamps))
            arrays += [array("q", stamps.keys()), array("q", stamps.values())]
        rows.append([url, _bounded(known.subscriptions.get(url)), *counts])
    head = json.dumps({"tuireader": _FORMAT, "state": state, "feeds": rows}, ensure_ascii=True).encode() + b"\n"
    packer = zlib.compressobj(_LEVEL)
    return b"".join([packer.compress(head), *(packer.compress(_bytes(each)) for each in arrays), packer.flush()])


def _bounded(there: Subscription | None) -> Subscription | None:
    if there is None:
        return None
    return there._replace(title=there.title[:_LONGEST], folder=there.folder[:_LONGEST], name=there.name[:_LONGEST])


def unpacked(content: bytes, most: int) -> tuple[FolderMap, str]:
    """Parse a file into its map and state; raises ValueError if invalid, truncated or larger than `most`."""
    try:
        unpacker = zlib.decompressobj()
        whole = unpacker.decompress(content, most + 1)
    except zlib.error as error:
        raise ValueError(str(error)) from None
    if not unpacker.eof or len(whole) > most:
        raise ValueError("it is cut off, or too large")
    head, _, rest = whole.partition(b"\n")
    row = loads(head.decode(), most=_OBJECTS)
    if not isinstance(row, dict) or row.get("tuireader") != _FORMAT or not isinstance(row.get("feeds"), list):
        raise ValueError("it is of another kind")
    state = row.get("state")
    known = _map(row["feeds"], memoryview(rest))
    known.size = len(whole)
    return known, state if isinstance(state, str) else ""


def _map(rows: list[Any], rest: memoryview) -> FolderMap:
    known, limit = FolderMap(), stamp(YEAR_3000, value=False, is_unasked=True)
    for row in rows:
        url, there, counts = _row(row)
        for field, count in zip(_FIELDS, counts, strict=True):
            guids, stamps = _numbers(rest[: 8 * count]), _numbers(rest[8 * count : 16 * count])
            if len(guids) != count or len(stamps) != count:
                raise ValueError("it is cut off")
            rest = rest[16 * count :]
            if url:
                found = {guid: each for guid, each in zip(guids, stamps, strict=True) if 4 <= each < limit}
                known.merge_marks(url, field, found, FolderMap())
        if url and there is not None:
            known.put(url, there)
    return known


def _row(row: object) -> tuple[str, Subscription | None, list[int]]:
    if not isinstance(row, list) or len(row) != 2 + len(_FIELDS):
        raise ValueError("it is of another kind")
    url, there, *counts = row
    if not all(type(count) is int and 0 <= count <= _MARKS for count in counts):
        raise ValueError("it is of another kind")
    url = _address(url)
    return url, _subscription(url, there), counts


def _subscription(url: str, row: object) -> Subscription | None:
    """What a row says of a subscription; None where it says nothing that can be."""
    if not isinstance(row, list) or len(row) != len(Subscription._fields):
        return None
    at, is_followed, *words = row
    if type(at) is not int or not 0 < at < YEAR_3000 or not isinstance(is_followed, bool):
        return None
    title, folder, name, moved_to = map(_text, words)
    if moved_to:
        to = _address(moved_to)
        if not to or (is_private_name(host_of(to)) and not is_private_name(host_of(url))):  # it leads inside
            return None
        return Subscription(at, is_followed=False, moved_to=to)
    return Subscription(at, is_followed, title, folder, name)


def _bytes(numbers: array[int]) -> bytes:
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def _numbers(content: memoryview) -> array[int]:
    numbers = array("q")
    numbers.frombytes(content[: len(content) // 8 * 8])
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def _address(value: object) -> str:
    return _bare(value) if isinstance(value, str) else ""


@lru_cache(maxsize=4096)
def _bare(value: str) -> str:
    """An address on the web without a name and a password; empty where it is none."""
    try:
        return split_credentials(absolute(value, ""))[0]
    except ValueError:
        return ""


def _text(value: object) -> str:
    return value[:_LONGEST].encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def marks_of(known: FolderMap, feed: str) -> Iterator[tuple[Field, Stamps]]:
    """The marks of a feed, by field."""
    for field in _FIELDS:
        if stamps := known.marks.get((feed, field)):
            yield field, stamps
