"""What a page says about its article: a title, names, a time."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from html import unescape

from tuireader.content.printable import printable

_PUBLISHED = re.compile(
    r"""(?:["']article:published_time["']\s{1,9}content\s{0,9}=\s{0,9}|"datePublished"\s{0,9}:\s{0,9}"""
    r"""|itemprop=["']datePublished["'][^<>]{0,200}?\s(?:content|datetime)=)["']([\dT:.+Z -]{10,40})["']""",
    re.IGNORECASE,
)
_NO_CATEGORY = frozenset({"uncategorized", "uncategorised"})
_TITLE = re.compile(r"<title[^<>]{0,200}>([^<>]{1,1000})</title", re.IGNORECASE)
_OG_TITLE = re.compile(
    r"""<meta\s[^<>]{0,200}property=["']og:title["'][^<>]{0,200}?\s"""
    r"""content=(?:"([^"<>]{1,1000})"|'([^'<>]{1,1000})')""",
    re.IGNORECASE,
)
_PARTS = re.compile(r"\s+[|–—·•»:-]+\s+")
_NOT_LETTERS = re.compile(r"[\W_]+")


def title_of(page: str, headings: Iterable[str], found: str | None) -> str:
    """Return the title of an article: a heading of its own that the page is called after, else what was `found`.

    What was found may be a heading of something else on the page: then the page's own title is better.
    """
    title, og_title = _TITLE.search(page[:100_000]), _OG_TITLE.search(page[:100_000])
    called = [line(unescape(match[1] or match[2] or "")) for match in (og_title,) if match]
    called += [line(unescape(title[1]))] if title else []
    for heading in (*headings, found or ""):
        if (key := letters(heading)) and any(key in letters(each) for each in called):
            return line(heading)
    return _PARTS.split(called[0])[0] if called else line(found or "")


def published(page: str, day: str | None) -> datetime | None:
    """Return when an article appeared: the day that trafilatura finds, and the time if the page says it of that day."""
    try:
        found = datetime.fromisoformat(day).replace(tzinfo=UTC) if day else None
    except ValueError:
        found = None
    for text in _PUBLISHED.findall(page)[:3]:
        try:
            moment = datetime.fromisoformat(text.strip())
        except ValueError:
            continue
        moment = moment.replace(tzinfo=moment.tzinfo or UTC)
        if moment.year > 1 and (found is None or moment.date() == found.date()):
            return moment.astimezone(UTC)
    return found


def line(text: str) -> str:
    """Return text as one printable line."""
    return " ".join(printable(text).split())


def names(given: Iterable[str]) -> tuple[str, ...]:
    """Return names, each once."""
    found: dict[str, str] = {}
    for name in map(line, given):
        if name and len(name) <= 200 and "://" not in name:
            found.setdefault(name.casefold(), name)
    return tuple(found.values())


def categories(given: Iterable[str]) -> tuple[str, ...]:
    """Return categories, each once, and "Uncategorized" only where there is no other."""
    found = names(given)
    return tuple(name for name in found if name.casefold() not in _NO_CATEGORY) or found[:1]


def letters(text: str) -> str:
    """Return the letters and digits of a text: what remains the same however it is marked and spaced."""
    return _NOT_LETTERS.sub("", text).casefold()
