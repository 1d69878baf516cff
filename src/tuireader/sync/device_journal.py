"""The journal that each device keeps in a shared folder: what was done there, a line of JSON each, only ever added to.

A line has the time `at` in milliseconds since 1970, and is a mark (`feed`, `guid`, and `read` or `starred`), what
became of a subscription (`subscribe` with `title` and `folder`, or `unsubscribe`), or a feed that has `moved`.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from tuireader.model.change import Field
from tuireader.urls.absolute import absolute
from tuireader.urls.credentials import split_credentials
from tuireader.urls.hosts import host_of
from tuireader.urls.private import is_private_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_FIELDS: tuple[Field, ...] = get_args(Field)
_LATEST = 2**53
YEAR_3000 = 32_503_680_000_000
"""What claims to be later counts for itself alone: else whatever is done here later would be beyond what is read."""
_MOVES = 20
"""Moves of one feed that are followed."""
_LINE = re.compile(rb"([^\n]++)\n")
_MARKS, _FEEDS = 1_000_000, 20_000
"""Marks, and feeds, of all devices together that are looked at."""
_LONGEST = 20_000
"""Characters of a line."""


class Stamp(NamedTuple):
    """When something was done, and on which device: what has the higher one was done last."""

    at: int
    device: str


class Key(NamedTuple):
    """What an article is known by on all devices."""

    feed: str
    guid: str


class Mark(NamedTuple):
    """One mark of an article."""

    stamp: Stamp
    key: Key
    field: Field
    value: bool


class Subscription(NamedTuple):
    """What became of a subscription."""

    stamp: Stamp
    url: str
    is_followed: bool
    title: str = ""
    """The user's own; empty where it is that of its site."""
    folder: str = ""
    name: str = ""
    """What its site calls it."""


class Moved(NamedTuple):
    """A feed that has another address now."""

    stamp: Stamp
    url: str
    to: str


Line = Mark | Subscription | Moved


def lines_of(content: bytes, device: str, start: int = 0, end: int | None = None) -> Iterator[Line]:
    """The lines of a journal, or of a part of it.

    One that is not whole yet, as it may be while it is copied, is passed over, and so is what is none.
    """
    for found in _LINE.finditer(content, start, len(content) if end is None else end):
        raw = found[1]
        try:
            row = json.loads(raw.decode()) if len(raw) <= _LONGEST else None
        except (ValueError, RecursionError):
            continue
        line = _line(row, device) if isinstance(row, dict) else None
        if line is not None:
            yield line


def _line(row: dict[str, Any], device: str) -> Line | None:
    at = row.get("at")
    if isinstance(at, bool) or not isinstance(at, int) or not 0 < at < _LATEST:
        return None
    stamp = Stamp(at, device)
    if feed := _address(row.get("feed")):
        if moved := _address(row.get("moved")):
            leads_inside = is_private_name(host_of(moved)) and not is_private_name(host_of(feed))
            return None if leads_inside else Moved(stamp, feed, moved)
        return _mark(row, stamp, feed)
    for name in ("subscribe", "unsubscribe"):
        if url := _address(row.get(name)):
            is_followed = name == "subscribe"
            words = (_text(row.get(each)) for each in ("title", "folder", "name"))
            return Subscription(stamp, url, is_followed, *words)
    return None


def _mark(row: dict[str, Any], stamp: Stamp, feed: str) -> Mark | None:
    guid = _text(row.get("guid"))
    for name in _FIELDS:
        if guid and isinstance(row.get(name), bool):
            return Mark(stamp, Key(feed, guid), name, row[name])
    return None


def written(lines: Iterable[Line]) -> bytes:
    """Lines as they are added to a journal; one that would be too long to be read is none."""
    made = (_bytes(line) for line in lines)
    return b"".join(each for each in made if len(each) <= _LONGEST)


def _bytes(line: Line) -> bytes:
    row: dict[str, object] = {"at": line.stamp.at}
    if isinstance(line, Mark):
        row |= {"feed": line.key.feed, "guid": line.key.guid, line.field: line.value}
    elif isinstance(line, Moved):
        row |= {"feed": line.url, "moved": line.to}
    elif line.is_followed:
        row |= {"subscribe": line.url, "title": line.title, "folder": line.folder, "name": line.name}
    else:
        row |= {"unsubscribe": line.url}
    return json.dumps(row, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def _address(value: object) -> str:
    return _bare(value) if isinstance(value, str) else ""


@lru_cache(maxsize=4096)  # a journal of a million marks has few feeds
def _bare(value: str) -> str:
    """An address on the web without a name and a password; empty where it is none."""
    try:
        return split_credentials(absolute(value, ""))[0]
    except ValueError:
        return ""


def _text(value: object) -> str:
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


class Merged:
    """What all devices together have done: of everything, what was done last."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.marks: dict[tuple[Key, Field], Mark] = {}
        self.subscriptions: dict[str, Subscription] = {}
        self.moved: dict[str, Moved] = {}

    def add(self, lines: Iterable[Line]) -> None:
        """Add lines, in any order, and any number of times."""
        for line in lines:
            if isinstance(line, Mark):
                _keep(self.marks, (line.key, line.field), line, _MARKS)
            elif isinstance(line, Subscription):
                _keep(self.subscriptions, line.url, line, _FEEDS)
            else:
                _keep(self.moved, line.url, line, _FEEDS)

    def address_now(self, url: str) -> str:
        """Where the feed of an address is by now: each move counts that is later than the one that led there."""
        at = Stamp(0, "")
        for _ in range(_MOVES):
            line = self.moved.get(url)
            if line is None or line.stamp <= at:
                break
            url, at = line.to, line.stamp
        return url

    def last_marks(self) -> dict[tuple[Key, Field], Mark]:
        """The marks by where their feeds are by now."""
        if not self.moved:
            return self.marks
        found: dict[tuple[Key, Field], Mark] = {}
        for (key, field), mark in self.marks.items():
            now = Key(self.address_now(key.feed), key.guid)
            _keep(found, (now, field), mark, _MARKS)
        return found


def _keep(there: dict[Any, Any], key: Any, line: Any, most: int) -> None:
    before = there.get(key)
    if before is None and len(there) >= most:
        return
    if before is None or before.stamp < line.stamp or (before.stamp == line.stamp and before != line):
        there[key] = line
