"""Fast parser for ordinary RSS.

feedparser is the reference: a test checks that both give the same articles. Anything unusual (element, attribute, date,
error) is left to feedparser.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from xml.parsers import expat

_ATOM, _CONTENT = "http://www.w3.org/2005/Atom", "http://purl.org/rss/1.0/modules/content/"
_DC, _SY = "http://purl.org/dc/elements/1.1/", "http://purl.org/rss/1.0/modules/syndication/"
_SLASH, _WFW = "http://purl.org/rss/1.0/modules/slash/", "http://wellformedweb.org/CommentAPI/"
_WORDPRESS = "com-wordpress:feed-additions:1"
_ENCODED, _CREATOR, _ATOM_LINK = f"{_CONTENT} encoded", f"{_DC} creator", f"{_ATOM} link"

_BODIES = {"description": "summary", _ENCODED: "content"}
_IN_ITEM = {
    "title", "link", "guid", "pubDate", "category", "comments", _CREATOR, f"{_SLASH} comments",
    f"{_WFW} commentRss", f"{_WORDPRESS} post-id", *_BODIES,
}  # fmt: skip
_SAID = {
    "title": "title", "link": "link", "ttl": "ttl", "generator": "generator", "language": "language",
    f"{_SY} updatePeriod": "sy_updateperiod", f"{_SY} updateFrequency": "sy_updatefrequency",
}  # fmt: skip
"""The relevant elements of a channel, with feedparser's names for them."""
_IN_CHANNEL = {
    "description", "lastBuildDate", "pubDate", "docs", "copyright", "webMaster",
    f"{_WORDPRESS} site", *_SAID,
}  # fmt: skip
_IN_IMAGE = {"url", "title", "link", "width", "height", "description"}
_OFTEN = {"category", _CREATOR}
"""Elements that may repeat in an item."""
_OUTSIDE: tuple[tuple[int, str, dict[str, str]], ...] = ((0, "rss", {"version": "2.0"}), (1, "channel", {}))
"""The elements around items: depth, name, attributes."""
_ATTRIBUTES = {"guid": ["isPermaLink"], "category": ["domain"]}
_LINK_ATTRIBUTES = {"href", "rel", "type"}

_HTTP = re.compile(r"https?://[^/\s<>\";\\^`{|}][^\s<>\";\\^`{|}]*")
_DATE = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d\d?) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (\d{4})"
    r" (\d\d):(\d\d):(\d\d) (?:GMT|UTC|([+-])(\d\d)([0-5]\d))"
)
_MONTHS = {name: n for n, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}  # noqa: SIM905
_C1 = re.compile("[\x80-\x9f]")
_BUFFER = 1 << 16


class _UnusualError(Exception):
    """The feed has something that only feedparser parses."""


@dataclass(frozen=True, slots=True)
class RawFeed:
    """A feed in feedparser's terms: dictionaries of element values."""

    version: str
    """Such as "rss20" or "atom10"; "" for neither."""
    feed: dict[str, Any] = field(default_factory=dict)
    entries: list[dict[str, Any]] = field(default_factory=list)


def read_usual(document: str) -> RawFeed | None:
    """Parse RSS that starts with its outermost element; None if it has anything unusual."""
    if not document.startswith("<rss"):
        return None
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.buffer_size = _BUFFER
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.pieces.append
    try:
        parser.Parse(document, True)  # noqa: FBT003 - that this is all
    except (_UnusualError, expat.ExpatError, ValueError, OverflowError):
        return None
    return reader.raw


class _Reader:
    """Event handler that builds what feedparser would."""

    def __init__(self) -> None:
        self.raw = RawFeed("rss20")
        self.pieces: list[str] = []
        self._path: list[str] = []
        self._attributes: dict[str, str] = {}
        self._seen: set[str] = set()
        """Elements that the item, or the channel, already has."""
        self._seen_in_channel: set[str] = set()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        path = self._path
        depth = len(path)
        if depth == 3 and path[2] == "item":
            self._start_in_item(name, attributes)
        elif depth == 2:
            self._start_in_channel(name, attributes)
        elif depth == 3 and path[2] == "image":
            _expect(name in _IN_IMAGE and not attributes)
        else:
            _expect((depth, name, attributes) in _OUTSIDE)
        path.append(name)
        self.pieces.clear()

    def _start_in_item(self, name: str, attributes: dict[str, str]) -> None:
        _expect(name in _IN_ITEM and (not attributes or list(attributes) == _ATTRIBUTES.get(name)))
        if name not in _OFTEN:
            # A description after the content would be more content, and what comes twice is told apart by its depth.
            _expect(name not in self._seen and not (name == "description" and _ENCODED in self._seen))
            self._seen.add(name)
        self._attributes = attributes

    def _start_in_channel(self, name: str, attributes: dict[str, str]) -> None:
        if name == _ATOM_LINK:
            _expect(attributes.keys() <= _LINK_ATTRIBUTES and _is_http(attributes.get("href", "")))
            rel = attributes.get("rel", "alternate").lower()
            _expect(rel != "alternate")
            self.raw.feed.setdefault("links", []).append({"href": attributes["href"], "rel": rel})
            return
        _expect(not attributes and (name in _IN_CHANNEL or name in {"item", "image"}))
        if name == "item":
            self._seen = set()
            self.raw.entries.append({})
            return
        _expect(name not in self._seen_in_channel)
        self._seen_in_channel.add(name)

    def end(self, name: str) -> None:
        path = self._path
        path.pop()
        depth = len(path)
        if depth == 3 and path[2] == "item":
            self._end_in_item(name)
        elif depth == 2 and name in _SAID:
            text = _text("".join(self.pieces))
            _expect(name != "link" or _is_http(text))
            _expect(name != "title" or "<" not in text)
            self.raw.feed[_SAID[name]] = text
            if name == "link":
                self.raw.feed.setdefault("links", []).append({"href": text, "rel": "alternate"})
        self.pieces.clear()

    def _end_in_item(self, name: str) -> None:
        entry = self.raw.entries[-1]
        text = "".join(self.pieces)
        if name in _BODIES:
            _body(entry, _BODIES[name], text)
        elif name == "category":
            _category(entry, _text(text), self._attributes.get("domain"))
        elif name == _CREATOR:
            author = _text(text)
            entry.setdefault("authors", []).append({"text": author} if author else {})
        elif name == "pubDate":
            entry["published"] = text.strip()
            entry["published_parsed"] = _moment(entry["published"])
        elif name == "title":
            entry["title"] = _text(text)
            _expect("<" not in entry["title"])  # there feedparser guesses whether that is markup
        elif name == "link":
            entry["link"] = text.strip()
            _expect(_is_http(entry["link"]))
            entry.setdefault("links", []).append({"href": entry["link"], "rel": "alternate"})
        elif name == "guid":
            _guid(entry, _text(text), is_link=self._attributes.get("isPermaLink", "true") == "true")


def _body(entry: dict[str, Any], kind: str, text: str) -> None:
    text = text.strip()
    _expect(text.isascii() or not _C1.search(text))
    if kind == "content":
        entry["content"] = [{"value": text, "type": "text/html"}]
        entry.setdefault("summary", text)
    else:
        entry["summary"] = text
        entry["summary_detail"] = {"type": "text/html"}


def _category(entry: dict[str, Any], name: str, scheme: str | None) -> None:
    tags = entry.setdefault("tags", [])
    if scheme:
        tags.append({"term": None, "scheme": scheme, "label": None})
    if name and tags and not tags[-1]["term"]:
        tags[-1]["term"] = name
    elif name:
        tags.append({"term": name, "scheme": None, "label": None})


def _guid(entry: dict[str, Any], guid: str, *, is_link: bool) -> None:
    entry["id"] = guid
    if is_link:
        _expect(_is_http(guid))
        entry.setdefault("link", guid)


def _text(text: str) -> str:
    text = text.strip()
    if text.isascii():
        return text
    with suppress(UnicodeError):  # UTF-8 that somebody took for Latin-1
        text = text.encode("iso-8859-1").decode("utf-8")
    _expect(not _C1.search(text))
    return text


def _moment(text: str) -> tuple[int, ...] | None:
    if not text:
        return None
    found = _DATE.fullmatch(text)
    _expect(found is not None)
    assert found is not None  # noqa: S101 - tells the type checker
    day, month, year, hour, minute, second, sign, hours, minutes = found.groups()
    away = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    _expect(away <= timedelta(hours=14))
    zone = timezone(-away if sign == "-" else away)
    moment = datetime(int(year), _MONTHS[month], int(day), int(hour), int(minute), int(second), tzinfo=zone)
    return tuple(moment.astimezone(UTC).timetuple())


def _is_http(text: str) -> bool:
    return text.isascii() and _HTTP.fullmatch(text) is not None


def _expect(usual: object) -> None:
    if not usual:
        raise _UnusualError
