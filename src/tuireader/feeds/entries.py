"""Common parts of all feed formats: identity, title, body, dates."""

from __future__ import annotations

import calendar
import html
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from itertools import islice
from urllib.parse import unquote, urlsplit

from tuireader.model.fetched import ParsedEntry
from tuireader.text.printable import line, printable
from tuireader.urls.hosts import absolute, short_host
from tuireader.urls.identity import without_scheme

UNTITLED = "Untitled"

_TITLE_WORDS = 10
_WRAPPED = 55
"""Length from which a line of plain text counts as wrapped."""
_GUID_MAX = 2000
_SEARCHED_MAX = 4000
_HIDDEN = re.compile(r"<(script|style)\b.*?(?:</\1[^<>]{0,99}>?|$)", re.IGNORECASE | re.DOTALL)
_MARK = re.compile("[0-9a-f]{16}")
_ANY_TAG = re.compile(r"<[^<>]*>")
_PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")


def with_unique_guids(entries: Iterable[ParsedEntry]) -> tuple[ParsedEntry, ...]:
    """Entries with unique guids, and with titles; exact duplicates are dropped.

    If entries share a guid, a digest of their content is appended to it, so that guids do not depend on the order.
    """
    named = [entry if entry.guid else replace(entry, guid=_guid(entry)) for entry in dict.fromkeys(entries)]
    for facts in (_link_and_title, _moment, _body):  # what is least likely to change comes first
        shared = {guid for guid, times in Counter(without_scheme(each.guid) for each in named).items() if times > 1}
        if not shared:
            break
        named = [replace(e, guid=_marked(e, facts)) if without_scheme(e.guid) in shared else e for e in named]
    return tuple({e.guid: e if e.title else replace(e, title=_title(e)) for e in named}.values())


def other_name(entry: ParsedEntry) -> str:
    """The guid without the digest that `settled` has appended; else the guid with the digest it would append."""
    alone, _, mark = entry.guid.rpartition("#")
    if alone and _MARK.fullmatch(mark):
        return alone
    return _marked(entry, _link_and_title)


def is_marked(guid: str) -> bool:
    """Whether `settled` has appended a digest to a guid because other entries share it."""
    return _MARK.fullmatch(guid.rpartition("#")[2]) is not None


def guid_with_digest(guid: str, link: str, title: str) -> str:
    of_both = f"{link}\n{title}"
    return f"{guid}#{_digest(of_both)[:16]}"


def _marked(entry: ParsedEntry, facts: Callable[[ParsedEntry], str]) -> str:
    return f"{entry.guid}#{_digest(facts(entry))[:16]}"


def _title(entry: ParsedEntry) -> str:
    """A title for an untitled entry: its first words, else the end of its address."""
    return first_words(entry.html) or title_of_address(entry.link)


def title_of_address(link: str) -> str:
    """The title of an entry that has neither title nor text: the end of its address."""
    slug = unquote(urlsplit(link).path).rstrip("/").rpartition("/")[2]
    return line(slug.partition(".")[0].replace("-", " ").replace("_", " ")) or UNTITLED


def identity(text: object) -> str:
    """A feed's guid of an entry in storable form, a digest if it is very long; "" for other types."""
    if isinstance(text, bool) or not isinstance(text, (str, int)):
        return ""
    guid = printable(str(text)).strip()
    return guid if len(guid) <= _GUID_MAX else f"sha256:{_digest(guid)}"


def first_words(body: str) -> str:
    """The first words of an HTML body; "" if it has none."""
    text = _ANY_TAG.sub(" ", _HIDDEN.sub(" ", body[:_SEARCHED_MAX])).partition("<")[0]
    words = line(text, markup=False).split()
    title = " ".join(words[:_TITLE_WORDS])
    if len(title) > 80:  # a script without spaces, or an address
        return title[:60] + "…"
    if len(words) > _TITLE_WORDS:
        return title.rstrip(" ,;:–—-") + "…"
    return title if title.strip(".… ") else ""


def as_html(text: str) -> str:
    """Plain text as HTML: paragraphs stay, and lines unless they are wrapped."""
    paragraphs = _PARAGRAPHS.split(html.escape(text.strip().replace("\r\n", "\n"), quote=False))
    return "".join(f"<p>{_lines(each.splitlines())}</p>" for each in paragraphs if each.strip())


def _lines(lines: list[str]) -> str:
    wrapped = all(len(each) > _WRAPPED for each in lines[:-1])
    return (" " if wrapped else "<br>").join(lines)


_FILES_MAX = 200
"""Maximum files of an entry: each is looked for in its body."""


def attachments(files: Iterable[tuple[str, str, str]], body: str, base: str) -> str:
    """Links, as HTML, to audio and video (address, media type, title) that the body does not contain."""
    found = []
    for address, media_type, title in islice(files, _FILES_MAX):
        url = html.escape(absolute(address, base))
        kind = media_type.partition("/")[0].lower()
        if url and kind in {"audio", "video"} and url not in body:
            label = title or url.partition("?")[0].rpartition("/")[2] or short_host(url)
            found.append(f'<p><a href="{url}">{kind.capitalize()}: {html.escape(line(label), quote=False)}</a></p>')
    return "".join(dict.fromkeys(found))


def _guid(entry: ParsedEntry) -> str:
    if entry.link:
        return entry.link
    said = _moment(entry) + entry.title
    return f"sha256:{_digest(said or _body(entry))}"


def _link_and_title(entry: ParsedEntry) -> str:
    return f"{entry.link}\n{entry.title}"


def _moment(entry: ParsedEntry) -> str:
    moment = entry.published or entry.updated
    return moment.isoformat() if moment else ""


def _body(entry: ParsedEntry) -> str:
    return entry.html


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


_YEAR_ZERO = re.compile(r"(?<!\d)0000(?![\d:])")
_EPOCH = re.compile(r"(\d{9,10})(?:\d{3})?(?:\.\d*)?")
_ZONES = {
    "+0100": "BST CET MEZ MET WEST", "+0200": "CEST EET MESZ MEST SAST", "+0300": "EEST MSK", "+0800": "AWST HKT SGT",
    "+0900": "JST KST", "+1000": "AEST", "+1100": "AEDT", "+1200": "NZST", "+1300": "NZDT", "-0300": "ART BRT",
    "-0800": "AKDT", "-0900": "AKST", "-1000": "HST",
}  # fmt: skip
_OFFSETS = {name: offset for offset, names in _ZONES.items() for name in names.split()}
"""Names of zones that stand for one offset, besides those of RFC 822."""
_ZONE = re.compile(r"(?<=\d )[A-Z]{3,4}\Z")
_HALF_DAY = re.compile(r"\b(\d{1,2})(:\d{2}(?::\d{2})?) ?([AP])\.?M\b\.?", re.IGNORECASE)
_FIRST_YEAR, _LAST_YEAR = 1971, 9998
"""Years outside are errors: missing dates are written as year 1 or 1970."""


def parse_date(text: object) -> datetime | None:
    """The moment in a text, in UTC; None if there is none, or it is before 1971.

    Without a zone, UTC is assumed. Reads ISO 8601 (RFC 3339, W3C), RFC 822, and seconds or milliseconds since 1970.
    """
    if isinstance(text, (int, float)) and not isinstance(text, bool):
        text = f"{text:.0f}" if abs(text) < 1e15 else ""
    if not isinstance(text, str) or not 6 <= len(text.strip()) <= 100 or _YEAR_ZERO.search(text):
        return None
    text = _HALF_DAY.sub(_of_24, text.strip())
    text = _ZONE.sub(lambda zone: _OFFSETS.get(zone[0], zone[0]), text)
    if found := _EPOCH.fullmatch(text):
        return _in_utc(datetime.fromtimestamp(int(found[1]), UTC))
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return _in_utc(read(text))
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None


def _of_24(found: re.Match[str]) -> str:
    """Convert a matched time with AM or PM to the 24-hour clock."""
    return f"{int(found[1]) % 12 + 12 * (found[3] in 'Pp')}{found[2]}"


def from_tuple(fields: Sequence[int]) -> datetime | None:
    """The UTC moment of a time tuple; None if it is invalid."""
    try:
        return _in_utc(datetime.fromtimestamp(calendar.timegm(tuple(fields)), UTC))
    except (ValueError, OverflowError, OSError):
        return None


def _in_utc(moment: datetime) -> datetime | None:
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
