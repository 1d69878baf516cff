"""robots.txt and sitemaps."""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from protego import Protego

from tuireader.feeds.entries import parse_date
from tuireader.model.fetched import ParsedEntry, ParsedFeed
from tuireader.text.printable import line, unescape
from tuireader.urls.hosts import absolute, host_of
from tuireader.urls.identity import front_of

NAME = "tuireader"
"""This program's name in robots.txt."""
_LARGEST = 500_000
"""Maximum bytes of robots.txt that are parsed, about as many as RFC 9309 requires."""
_RULES, _LONGEST = 1_000, 2_000
"""Maximum number of rules, and characters of each."""
_SITEMAPS = 20
_AGENT = re.compile(r"user[- ]?agent(?:\s*:|\s)(.*)", re.IGNORECASE)
_SITEMAP = re.compile(r"(?:sitemaps?|site-map|host)(?:\s*:|\s)", re.IGNORECASE)


class Robots:
    """The rules of one site. Picklable."""

    def __init__(self, content: bytes = b"") -> None:
        """Parse robots.txt; without content, everything is allowed."""
        self._reduced = _reduced(content[:_LARGEST].decode("utf-8-sig", "replace"))
        self._rules = Protego.parse(self._reduced)

    def __reduce__(self) -> tuple[type[Robots], tuple[bytes]]:
        """Pickle the source, not the parsed rules."""
        return Robots, (self._reduced.encode(),)

    def allows(self, url: str) -> bool:
        """Whether a page may be requested; False for an invalid address."""
        return bool(host_of(url)) and bool(self._rules.can_fetch(url[:_LONGEST], NAME))

    @property
    def pause(self) -> float:
        """Seconds between requests; 0 if not stated."""
        return float(self._rules.crawl_delay(NAME) or 0)

    @property
    def sitemaps(self) -> list[str]:
        return [str(url) for url in dict.fromkeys(self._rules.sitemaps) if host_of(url)][:_SITEMAPS]


def _reduced(text: str) -> str:
    """The rules for this program, else those for all, and the sitemaps, within the limits."""
    own: dict[str, None] = {}
    every: dict[str, None] = {}
    sitemaps: list[str] = []
    groups: list[dict[str, None]] = []
    has_own, is_head = False, False
    for each in text.splitlines():
        line = each.partition("#")[0].strip()
        if not line or len(line) > _LONGEST:
            continue
        if _SITEMAP.match(line):
            sitemaps.append(line)
            continue
        agent = _AGENT.match(line)
        if agent is None:
            is_head = False
            for group in groups:
                if len(group) < _RULES:
                    group[line] = None
            continue
        groups = groups if is_head else []
        is_head = True
        name = agent[1].strip().lower()
        is_own = name.partition("/")[0].strip(" *") == NAME
        has_own |= is_own
        group = own if is_own else every
        if (is_own or name == "*") and all(each is not group for each in groups):
            groups.append(group)
    return "\n".join(["User-agent: *", *(own if has_own else every), *islice(dict.fromkeys(sitemaps), _SITEMAPS)])


LARGEST = 60_000_000
"""Maximum bytes of an unpacked sitemap; the protocol allows 50 MB."""
ADDRESSES_MAX = 50_000
"""Maximum addresses of a file, as in the protocol."""
_OPENS = re.compile(r"<(url|sitemap)\b[^<>]{0,2000}>", re.IGNORECASE)
_CLOSES = {kind: re.compile(rf"</{kind}\b", re.IGNORECASE) for kind in ("url", "sitemap")}
_LOC = re.compile(r"<loc\b[^<>]*>\s*+(?:<!\[CDATA\[\s*+)?([^\s<>\]]{1,2000})", re.IGNORECASE)
_DATE = re.compile(r"<(?:[\w-]{1,20}:)?(?:publication_date|lastmod)\b[^<>]*>\s*+([0-9T:+.Z-]{4,40})", re.IGNORECASE)
_PUBLISHED = re.compile(r"<(?:[\w-]{1,20}:)?publication_date\b[^<>]*>\s*+([0-9T:+.Z-]{4,40})", re.IGNORECASE)
_NOT_ARTICLES = re.compile(
    "categor|tag|author|user|taxonom|image|video|product|attachment|format|page-sitemap|posts?-page", re.IGNORECASE
)
"""Parts of the names of files that list other things than articles."""


_NEWS = re.compile(r"<news:title\b[^<>]{0,200}>((?:<!\[CDATA\[)?[^<>]{1,2000})", re.IGNORECASE)
_NEWS_NAME = re.compile(r"<news:name\b[^<>]{0,200}>((?:<!\[CDATA\[)?[^<>]{1,300})", re.IGNORECASE)
_NEWS_MAX = 1000
"""Maximum addresses of a news sitemap, as in the protocol."""
_BEGINNING = 5000


class Listed(NamedTuple):
    """A page listed in a sitemap."""

    url: str
    date: datetime | None
    """When it was published or changed."""


class Sitemap(NamedTuple):
    """The content of a sitemap file."""

    pages: tuple[Listed, ...] = ()
    maps: tuple[Listed, ...] = ()
    """Further files, if it is an index."""


def read_sitemap(content: bytes) -> Sitemap:
    """Parse a sitemap, which is XML or a list of addresses, one a line; empty if it is neither."""
    text = _unpacked(content).decode("utf-8", "replace")
    if "<" not in text:
        lines = (each.strip() for each in text.splitlines()[:ADDRESSES_MAX])
        return Sitemap(tuple(Listed(each, None) for each in lines if each.startswith(("http://", "https://"))))
    pages: list[Listed] = []
    maps: list[Listed] = []
    for kind, found in _entries(text):
        location = _LOC.search(found)
        if location is None:
            continue
        dated = _PUBLISHED.search(found) or _DATE.search(found)
        listed = Listed(unescape(location[1]), parse_date(dated[1]) if dated else None)
        (pages if kind == "url" else maps).append(listed)
        if len(pages) + len(maps) >= ADDRESSES_MAX:
            break
    return Sitemap(tuple(pages), tuple(maps))


def _unpacked(content: bytes) -> bytes:
    if not content.startswith(b"\x1f\x8b"):
        return content[:LARGEST]
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
            return packed.read(LARGEST)
    except (OSError, EOFError, zlib.error):
        return b""


def may_list_articles(url: str) -> bool:
    """Whether a sitemap may list articles, judged by its file name."""
    return _NOT_ARTICLES.search(url.partition("?")[0].rpartition("/")[2]) is None


def _entries(text: str) -> Iterator[tuple[str, str]]:
    """Yield the kind (`url` or `sitemap`) and the content of each entry; stops at an unclosed one. One pass."""
    at = 0
    while (opens := _OPENS.search(text, at)) is not None:
        kind = opens[1].lower()
        closes = _CLOSES[kind].search(text, opens.end())
        if closes is None:
            return
        yield kind, text[opens.end() : closes.start()]
        at = closes.end()


def lists_news(text: str) -> bool:
    """Whether a text is a news sitemap (https://developers.google.com/search/docs/crawling-indexing/sitemaps)."""
    return "<urlset" in text[:_BEGINNING] and "<news:title" in text[: 10 * _BEGINNING]


def parse_news(text: str, url: str) -> ParsedFeed:
    """The articles of a news sitemap: titles and dates, without texts."""
    entries = []
    for _, found in islice(_entries(text), _NEWS_MAX):
        address, title = _LOC.search(found), _NEWS.search(found)
        link = absolute(unescape(address[1]), url) if address else ""
        said = _PUBLISHED.search(found)
        if link and title:
            when = parse_date(said[1]) if said else None
            entries.append(ParsedEntry(link, _line(title[1]), link, published=when, summary=True))
    name = _NEWS_NAME.search(text)
    entries.sort(key=lambda entry: entry.published.timestamp() if entry.published else 0, reverse=True)
    return ParsedFeed(_line(name[1]) if name else "", front_of(url), tuple(entries))


def _line(text: str) -> str:
    bare = text.strip().removeprefix("<![CDATA[").partition("]]")[0]
    return line(unescape(bare))
