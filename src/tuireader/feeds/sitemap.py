"""Sitemaps (https://www.sitemaps.org/protocol.html): all addresses of a site, also in several files, gzip, or news."""

from __future__ import annotations

import gzip
import html
import io
import re
import zlib
from datetime import datetime
from typing import NamedTuple

from tuireader.feeds.dates import parse_date

LARGEST = 60_000_000
"""Bytes of an unpacked sitemap: the protocol allows 50 MB."""
MOST = 50_000
"""Addresses of one file: the protocol allows no more."""
_ENTRY = re.compile(r"<(url|sitemap)\b[^<>]*>(.*?)</\1\s*>", re.DOTALL | re.IGNORECASE)
_LOC = re.compile(r"<loc\b[^<>]*>\s*(?:<!\[CDATA\[)?\s*([^\s<>\]]{1,2000})", re.IGNORECASE)
_DATE = re.compile(r"<(?:[\w-]{1,20}:)?(?:publication_date|lastmod)\b[^<>]*>\s*([0-9T:+.Z-]{4,40})", re.IGNORECASE)
_PUBLISHED = re.compile(r"<(?:[\w-]{1,20}:)?publication_date\b[^<>]*>\s*([0-9T:+.Z-]{4,40})", re.IGNORECASE)
_NOT_ARTICLES = re.compile(
    r"(?:categor|tag|author|user|taxonom|image|video|product|attachment|format)[\w-]*[^/]*$|page-sitemap|posts?-page",
    re.IGNORECASE,
)
"""Names of files that list something else than articles."""


class Listed(NamedTuple):
    """An address of a sitemap."""

    url: str
    date: datetime | None
    """When it was published, or changed."""


class Sitemap(NamedTuple):
    """What one file lists."""

    pages: tuple[Listed, ...] = ()
    maps: tuple[Listed, ...] = ()
    """Other files, where it is an index."""


def read_sitemap(content: bytes) -> Sitemap:
    """What a sitemap lists; nothing where it is none. A list of addresses, one a line, is one too."""
    text = _unpacked(content).decode("utf-8", "replace")
    if "<" not in text:
        lines = (each.strip() for each in text.splitlines()[:MOST])
        return Sitemap(tuple(Listed(each, None) for each in lines if each.startswith(("http://", "https://"))))
    pages: list[Listed] = []
    maps: list[Listed] = []
    for found in _ENTRY.finditer(text):
        location = _LOC.search(found[2])
        if location is None:
            continue
        dated = _PUBLISHED.search(found[2]) or _DATE.search(found[2])
        listed = Listed(html.unescape(location[1]), parse_date(dated[1]) if dated else None)
        (pages if found[1].lower() == "url" else maps).append(listed)
        if len(pages) + len(maps) >= MOST:
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
    """Whether the name of a file does not say that it lists something else."""
    return _NOT_ARTICLES.search(url.partition("?")[0]) is None
