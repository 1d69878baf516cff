"""The content of a device's files in a shared folder: all that it knows, with times of change.

A map has subscriptions by address, with a time for each fact, and marks by feed, kind and guid; of a feed that reuses
guids, by the address and title of its articles. Marks of the user and of rules are kinds of their own. Merging takes
the newest time; order and repetition do not matter.

Packed, a map is a line of JSON and arrays of 64-bit numbers, compressed.
"""

from __future__ import annotations

import json
import secrets
import sys
import zlib
from array import array
from collections import defaultdict
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Any, Generic, Literal, NamedTuple, TypeVar, get_args

from tuireader.model.article import Field
from tuireader.text.bounded_json import loads
from tuireader.urls.hosts import absolute, host_of, is_private_name
from tuireader.urls.identity import place
from tuireader.urls.typed_and_shown import split_credentials

BEFORE = 1
"""The time of changes before the sharing, in milliseconds since 1970 like all times."""
_FIRST = 1_767_225_600_000
"""The beginning of 2026: an earlier clock is wrong."""
_CLOCK_LEAD_MAX = 20 * 365 * 86_400_000
"""Maximum lead of a clock. A later time could never be overridden: it is replaced by the earliest."""
_FORMAT = 5
FIELDS: tuple[Field, ...] = get_args(Field)
Mark = Field | Literal["reused"]
"""A field, or the flag of a feed that reuses guids."""
Kind = Mark | Literal["read by rule", "starred by rule"]
"""Kinds of marks: as `Mark`, with the fields for marks by the user, and a kind for each field for marks by rules."""
_BY_RULE: dict[Field, Kind] = {"read": "read by rule", "starred": "starred by rule"}
REUSED: Literal["reused"] = "reused"
_KINDS: tuple[Kind, ...] = (*FIELDS, *_BY_RULE.values(), REUSED)
_MOVES = 20
"""Maximum moves of one feed that are followed."""
_MARKS, _FEEDS = 1_300_000, 20_000
"""Maximum marks and feeds of all devices; beyond, only local ones are kept."""
_NAMES, _ROW = 6_000_000, 150
"""Maximum bytes of addresses and names of all feeds, and bytes of the rest of a feed's row."""
LARGEST = 28_000_000
"""Maximum bytes of an unpacked file: that many marks and names, and some more."""
NAME_MAX = 2_000
"""Maximum characters of a name."""
_LEVEL = 4
_HEAD = 16_000_000
"""Maximum bytes of the line of JSON."""

T = TypeVar("T")

Stamps = dict[int, int]
"""The stamp of each article's mark, by its `key`."""
_SALT = secrets.randbits(63)


def key(guid: int) -> int:
    """The hash of a guid as a key of `Stamps`, and back.

    It depends on a random number, so that the author of a file cannot choose colliding keys.
    """
    return guid ^ _SALT


def stamp(at: int, *, value: bool, is_unasked: bool = False) -> int:
    """Time, author and value of a mark in one number; of two marks the greater one wins."""
    return 4 * at + 2 * (not is_unasked) + value


def time_of(stamp: int) -> int:
    return stamp // 4


def is_by_user(stamp: int) -> bool:
    """Whether the user made a mark."""
    return bool(stamp & 2)


def _in_force(by_user: int, by_rule: int) -> int:
    """The effective one of two marks: the newer one, except that a rule never overrides a mark by the user.

    0: no mark.
    """
    if by_rule < by_user:
        return by_user
    if by_user and by_rule & 1 == by_user & 1:
        return by_rule | 2
    return by_user if by_user & 1 else by_rule


class Fact(NamedTuple, Generic[T]):
    """A fact of a subscription with the time of its change; at equal times the greater value wins."""

    at: int
    value: T


_NO_TEXT = Fact(0, "")


class Subscription(NamedTuple):
    """The state of a subscription: each fact has its own time, and the latest wins."""

    followed: Fact[bool] = Fact(at=0, value=False)
    title: Fact[str] = _NO_TEXT
    """The user's title; "" for the feed's."""
    folder: Fact[str] = _NO_TEXT
    name: Fact[str] = _NO_TEXT
    """The feed's own title."""
    moved: Fact[str] = _NO_TEXT
    """Its new address; "" if it came back, or is followed here again."""

    @property
    def is_followed(self) -> bool:
        return self.followed.value and not self.moved.value

    @property
    def is_ended(self) -> bool:
        return bool(self.followed.at) and not self.followed.value and not self.moved.value

    def merged(self, other: Subscription) -> Subscription:
        pairs: Iterator[tuple[Fact[Any], Fact[Any]]] = zip(self, other, strict=True)
        return Subscription(*map(max, pairs))


def _size(url: str, there: Subscription | None) -> int:
    """Bytes of a feed's row, without its marks."""
    facts = () if there is None else (there.title, there.folder, there.name, there.moved)
    return _ROW + sum(len(text.encode("utf-8", "replace")) for text in (url, *(fact.value for fact in facts)))


class FolderMap:
    """Everything known about subscriptions and marks."""

    def __init__(self) -> None:
        self.subscriptions: dict[str, Subscription] = {}
        self.marks: dict[tuple[str, Kind], Stamps] = {}
        self._count = 0
        self.size = 0
        """Unpacked bytes of its file."""

    def __len__(self) -> int:
        return self._count + len(self.subscriptions)

    def put(self, url: str, there: Subscription) -> bool:
        """Merge a subscription; returns whether that changed anything."""
        before = self.subscriptions.get(url, Subscription())
        self.subscriptions[url] = before.merged(there)
        return self.subscriptions[url] != before

    def _put(self, url: str, there: Subscription, news: FolderMap) -> None:
        if self.put(url, there):
            news.put(url, there)

    def mark(self, feed: str, field: Mark, guid: int, when: int) -> bool:
        """Record a mark unless a newer one of its author is known; returns whether it was recorded."""
        return self._mark(feed, field if field == REUSED or is_by_user(when) else _BY_RULE[field], key(guid), when)

    def _mark(self, feed: str, kind: Kind, at: int, when: int) -> bool:
        stamps = self.marks.setdefault((feed, kind), {})
        before = stamps.get(at)
        if before is None:
            self._count += 1
        elif when <= before:
            return False
        stamps[at] = when
        return True

    def adopt(self, feed: str, kind: Kind, stamps: Stamps) -> bool:
        """Take over marks of a feed and kind without a copy, unless it has some already; returns whether it did."""
        if (feed, kind) in self.marks:
            return False
        self.marks[feed, kind] = stamps
        self._count += len(stamps)
        return True

    def stamps_of(self, feed: str, field: Field, guid: int) -> tuple[int, int]:
        """The user's mark and that of a rule; 0 for none."""
        by_user, by_rule = (self.marks.get((feed, kind), {}).get(key(guid), 0) for kind in (field, _BY_RULE[field]))
        return by_user, by_rule

    def stamp_of(self, feed: str, field: Field, guid: int) -> int:
        """The mark that is in force; 0 if there is none."""
        return _in_force(*self.stamps_of(feed, field, guid))

    def marks_of(self, feed: str) -> Iterator[tuple[Field, Stamps]]:
        """The marks of a feed that are in force, by field."""
        for field in FIELDS:
            by_user, by_rule = (self.marks.get((feed, kind), {}) for kind in (field, _BY_RULE[field]))
            if by_user or by_rule:
                yield field, by_user | {at: _in_force(by_user.get(at, 0), when) for at, when in by_rule.items()}

    def reused(self, feed: str) -> bool:
        """Whether a feed has given a guid to another article."""
        return bool(self.marks.get((feed, REUSED)))

    def merge(self, other: FolderMap) -> FolderMap:
        """Merge another map; returns what was new."""
        news = FolderMap()
        for url, there in other.subscriptions.items():
            before = self.subscriptions.get(url, Subscription()).moved
            self._put(url, there, news)
            older, newer = sorted((before, there.moved))
            # Where one device has seen an earlier move than another, both addresses are of one feed.
            if (
                older.value not in ("", url, newer.value)
                and newer.value
                and not _leads_inside(older.value, newer.value)
            ):
                self._put(older.value, Subscription(moved=newer), news)
        for (feed, kind), stamps in other.marks.items():
            self.merge_marks(feed, kind, stamps, news)
        return news

    def merge_marks(self, feed: str, kind: Kind, stamps: Stamps, news: FolderMap) -> None:
        """Merge marks of a feed; new ones are added to `news`."""
        if stamps and (feed, kind) not in self.marks and (feed, kind) not in news.marks:
            self.adopt(feed, kind, dict(stamps))
            news.adopt(feed, kind, stamps)
            return
        here = self.marks.get((feed, kind), {})
        for at, each in [(at, each) for at, each in stamps.items() if each > here.get(at, 0)]:
            self._mark(feed, kind, at, each)
            news._mark(feed, kind, at, each)

    def has_room(self, other: FolderMap) -> bool:
        """Whether another map can be merged completely."""
        feeds = len(self.subscriptions.keys() | other.subscriptions.keys())
        names = self._size_of_names() + other._size_of_names()
        return self._count + other._count <= _MARKS and feeds <= _FEEDS and names <= _NAMES

    def _size_of_names(self) -> int:
        urls = self.subscriptions.keys() | {feed for feed, _ in self.marks}
        return sum(_size(url, self.subscriptions.get(url)) for url in urls)

    def part(self, here: Mapping[str, AbstractSet[int]]) -> FolderMap:
        """The part of the map about these feeds and articles (`here`: hashes of guids by feed).

        Followed subscriptions of other feeds are included up to half the maximum.
        """
        part = FolderMap()
        for (feed, kind), stamps in self.marks.items():
            guids = here.get(feed, frozenset())
            kept = {at: each for at, each in stamps.items() if key(at) in guids or (kind == REUSED and guids)}
            part.merge_marks(feed, kind, kept, FolderMap())
        feeds, room = _FEEDS // 2, _NAMES // 2
        for url, there in self.subscriptions.items():
            if url in here:
                part.put(url, there)
            elif there.followed.value and feeds and (room := room - _size(url, there)) >= 0:
                part.put(url, there)
                feeds -= 1
        return part

    def address_now(self, url: str) -> str:
        """The address of a feed after its moves; its own if there are more than `_MOVES`, or a circle of them."""
        now = url
        for _ in range(_MOVES):
            there = self.subscriptions.get(now)
            if there is None or not there.moved.value:
                return now
            now = there.moved.value
        return url

    def follow_moves(self) -> FolderMap:
        """Move what is known about moved feeds to their new addresses; returns what changed."""
        news = FolderMap()
        self._unite_spellings(news)
        for url, there in list(self.subscriptions.items()):
            if (now := self.address_now(url)) != url:
                self._put(now, there._replace(moved=_NO_TEXT), news)
        moved = [key for key in self.marks if self.address_now(key[0]) != key[0]]
        for feed, kind in moved:  # where they end, no move begins: none is copied twice
            if self._count + len(self.marks[feed, kind]) <= _MARKS:
                self.merge_marks(self.address_now(feed), kind, self.marks[feed, kind], news)
        return news

    def _unite_spellings(self, news: FolderMap) -> None:
        """Merge feeds followed under two spellings of an address, preferring https."""
        spellings = defaultdict(list)
        for url, there in self.subscriptions.items():
            if there.is_followed:
                spellings[place(url)].append((url.startswith("https:"), there.followed, url))
        for some in spellings.values():
            *others, (_, last, now) = sorted(some)
            for _, followed, url in others:
                self._put(url, Subscription(moved=Fact(max(last.at, followed.at), now)), news)


def packed(known: FolderMap, state: str) -> bytes:
    """A map as the content of a file; `state` identifies it. Raises ValueError if it is too large to be accepted."""
    urls = sorted(known.subscriptions.keys() | {feed for feed, _ in known.marks})
    rows, arrays = [], []
    for url in urls:
        counts = []
        for kind in _KINDS:
            stamps = known.marks.get((url, kind), {})
            counts.append(len(stamps))
            arrays += [array("q", map(key, stamps)), array("q", stamps.values())]
        rows.append([url, known.subscriptions.get(url), *counts])
    row = json.dumps({"tuireader": _FORMAT, "state": state, "feeds": rows}, ensure_ascii=False)
    head = row.encode("utf-8", "replace") + b"\n"
    if len(head) > _HEAD or len(head) + sum(8 * len(each) for each in arrays) > LARGEST:
        raise ValueError("it is too large")
    packer = zlib.compressobj(_LEVEL)
    return b"".join([packer.compress(head), *(packer.compress(_bytes(each)) for each in arrays), packer.flush()])


def unpacked(content: bytes, most: int, now: int) -> tuple[FolderMap, str]:
    """Parse a file into its map and state; raises ValueError if invalid, truncated or larger than `most`."""
    try:
        unpacker = zlib.decompressobj()
        whole = unpacker.decompress(content, most + 1)
    except zlib.error as error:
        raise ValueError(str(error)) from None
    if not unpacker.eof or len(whole) > most:
        raise ValueError("it is cut off, or too large")
    head, _, rest = whole.partition(b"\n")
    if len(head) > _HEAD:
        raise ValueError("it names too much")
    row = loads(head.decode())
    if not isinstance(row, dict) or row.get("tuireader") != _FORMAT or not isinstance(row.get("feeds"), list):
        raise ValueError("it is of another kind")
    state = row.get("state")
    known = _map(row["feeds"], memoryview(rest), max(now, _FIRST) + _CLOCK_LEAD_MAX)
    known.size = len(whole)
    return known, state if isinstance(state, str) else ""


def _map(rows: list[Any], rest: memoryview, latest: int) -> FolderMap:
    known, limit = FolderMap(), stamp(latest, value=False, is_unasked=True)
    for row in rows:
        url, there, counts = _row(row, latest)
        for kind, count in zip(_KINDS, counts, strict=True):
            guids, stamps = _numbers(rest[: 8 * count]), _numbers(rest[8 * count : 16 * count])
            if len(guids) != count or len(stamps) != count:
                raise ValueError("it is cut off")
            rest = rest[16 * count :]
            if url:
                found = {
                    key(guid): each if each < limit else 4 * BEFORE + each % 4
                    for guid, each in zip(guids, stamps, strict=True)
                    if each >= 4
                }
                if not known.adopt(url, kind, found):
                    known.merge_marks(url, kind, found, FolderMap())
                del found
        if url and there is not None:
            known.put(url, there)
    return known


def _row(row: object, latest: int) -> tuple[str, Subscription | None, list[int]]:
    if not isinstance(row, list) or len(row) != 2 + len(_KINDS):
        raise ValueError("it is of another kind")
    url, there, *counts = row
    if not all(type(count) is int and count >= 0 for count in counts):
        raise ValueError("it is of another kind")
    url = _address(url)
    return url, _subscription(url, there, latest), counts


def _subscription(url: str, row: object, latest: int) -> Subscription | None:
    """The subscription in a row; None if it is invalid."""
    if not isinstance(row, list) or len(row) != len(Subscription._fields):
        return None
    followed, title, folder, name, moved = (_fact(each, latest) for each in row)
    if not isinstance(followed.value, bool):
        followed = Subscription().followed
    if moved.value:
        to = _address(moved.value)
        if not to or _leads_inside(url, to):
            return None
        moved = Fact(moved.at, to)
    return Subscription(followed, *(Fact(each.at, _text(each.value)) for each in (title, folder, name, moved)))


def _leads_inside(url: str, to: str) -> bool:
    return is_private_name(host_of(to)) and not is_private_name(host_of(url))


def _fact(row: object, latest: int) -> Fact[Any]:
    if not isinstance(row, list) or len(row) != len(Fact._fields) or type(row[0]) is not int or row[0] <= 0:
        return _NO_TEXT
    return Fact(row[0] if row[0] < latest else BEFORE, row[1])


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
    """A web address without credentials; "" if it is none."""
    try:
        return split_credentials(absolute(value, ""))[0]
    except ValueError:
        return ""


def _text(value: object) -> str:
    return value[:NAME_MAX].encode("utf-8", "replace").decode() if isinstance(value, str) else ""
