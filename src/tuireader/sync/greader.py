"""The Google Reader API: requests and answers, with the quirks of FreshRSS, Miniflux, The Old Reader and others.

There is no standard; all known quirks are handled.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple
from unicodedata import east_asian_width
from urllib.parse import urlencode

from tuireader.errors import SyncError
from tuireader.model.fetched import Entries, ParsedEntry, RemoteEntry, RemoteFeed
from tuireader.sync.answers import (
    address_of,
    each_once,
    every_row,
    feed_rows,
    html_of,
    id_of,
    parsed,
    read_each,
    rows,
    text_of,
)
from tuireader.text.bounded_json import field, items
from tuireader.text.bylines import categories, people
from tuireader.text.printable import line
from tuireader.urls.hosts import absolute, named_host

READ, STARRED = "user/-/state/com.google/read", "user/-/state/com.google/starred"
ALL = "user/-/state/com.google/reading-list"
IDS_AT_ONCE = 10_000
_STATE = re.compile(r"user/[^/]+/state/com\.google/([a-z-]+)")
_HEX = re.compile(r"tag:google\.com,2005:reader/item/([0-9a-fA-F]{1,16})")
Written = Callable[[str], str]
_LONG = "tag:google.com,2005:reader/item/"
_FULL_WIDTH = dict(zip("＆＜＞＂＾？＼／，；", '&<>"^?\\/,;', strict=True))
"""Characters that FreshRSS replaces by full-width forms."""
_IN_TEXTS, _IN_NAMES = re.compile("[＆＜＞＂]"), re.compile(f"[{''.join(_FULL_WIDTH)}]")
"""Patterns of those that it replaces in titles of articles; and in names of feeds and authors."""
_WIDE = frozenset("WF")


class State(NamedTuple):
    """The saved state of an account's sync, stored as its cursor."""

    is_whole: bool = False
    """Whether everything on the server is here, including read articles."""
    unites: bool = False
    """Whether the server was restored, and its articles are not fetched again yet: then statuses are merged."""
    looked: int = 0
    """Articles below this id are checked for corrections next; 0: start with the newest."""

    def text(self) -> str:
        return json.dumps(self)

    @classmethod
    def of(cls, text: str) -> State:
        """Parse the saved cursor; an invalid one starts over."""
        try:
            is_whole, unites, looked = json.loads(text)
            return cls(bool(is_whole), bool(unites), int(looked))
        except (ValueError, TypeError):
            return cls()


def token_in(content: bytes) -> str:
    """The token in a login answer; "" if there is none."""
    found = re.search(rb"^Auth=([!-~]{1,1000})\s*$", content[:10_000], re.MULTILINE)
    return found[1].decode() if found else ""


def user_of(content: bytes, url: str) -> str:
    """The user's name in an answer of `user-info`; "" if there is none."""
    answer = parsed(content, url)
    return id_of(answer.get("userName")) if isinstance(answer, dict) else ""


def write_token_in(content: bytes) -> str:
    """The write token in a response; some servers have none."""
    text = content[:1000].strip()
    return text.decode() if re.fullmatch(rb"[!-~]{1,500}", text) else ""


def is_done(content: bytes) -> bool:
    """True if the server confirmed the change with `OK`."""
    return content[:100].strip() == b"OK"


def feeds_of(content: bytes, url: str, *, is_freshrss: bool = False) -> list[RemoteFeed]:
    """The subscriptions in an answer of `subscription/list`."""
    found, written = [], _unescaper(_IN_NAMES, is_freshrss=is_freshrss)
    for row in feed_rows(parsed(content, url), "subscriptions", url):
        name = id_of(row.get("id"))
        address = address_of(row.get("url") or name.removeprefix("feed/"))
        if not (name.startswith("feed/") and address):
            raise SyncError(f"{named_host(url)} returned an unreadable feed")
        labels = [
            (line(text_of(each.get("label")), markup=False), id_of(each.get("id")))
            for each in items(row, "categories")
            if isinstance(each, dict)
        ]
        folder, folder_id = next((each for each in labels if each[0]), ("", ""))
        title, site = line(text_of(row.get("title"))), absolute(row.get("htmlUrl"), "")
        found.append(RemoteFeed(name, address, written(title), site, folder, folder_id))
    each_once((feed.server_id for feed in found), url)
    return found


def ids_of(content: bytes, url: str) -> tuple[list[str], str]:
    """The article ids in an answer of `stream/items/ids`, and its continuation."""
    answer = parsed(content, url)
    found = [number_of(row.get("id")) for row in every_row(answer, "itemRefs", url)]
    if not all(found):
        raise SyncError(f"{named_host(url)} returned unreadable article IDs")
    return found, continuation_of(answer)


def continuation_of(answer: Any) -> str:
    """The continuation token, used only in the next request."""
    there = answer.get("continuation") if isinstance(answer, dict) else None
    return id_of(str(there)) if isinstance(there, str | int) and not isinstance(there, bool) and there else ""


def number_of(value: object) -> str:
    """An article id in decimal digits, in whichever form a server writes it; "" if invalid.

    Some forms are signed decimal, others unsigned hexadecimal.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or len(value) > len(_LONG) + 32:
        return ""
    if found := _HEX.fullmatch(value):
        number = int(found[1], 16)
    elif re.fullmatch(r"-?[0-9]{1,20}", value):
        number = int(value) & (2**64 - 1)
    else:
        return ""
    return str(number) if 0 < number < 2**64 else ""


def long_form(number: str) -> str:
    return f"{_LONG}{int(number):016x}"


def entries_of(content: bytes, url: str, *, is_freshrss: bool = False) -> Entries:
    """The articles in an answer of `stream/items/contents`."""
    there = rows(parsed(content, url), "items", url)
    found = read_each(there, partial(_entry, is_freshrss=is_freshrss))
    return Entries(tuple(found), len(there) - len(found), len(there))


def _entry(row: dict[str, Any], *, is_freshrss: bool) -> RemoteEntry | None:
    written, named = (_unescaper(each, is_freshrss=is_freshrss) for each in (_IN_TEXTS, _IN_NAMES))
    number, feed = number_of(row.get("id")), id_of(field(row, "origin").get("streamId"))
    if not (number and feed):
        return None
    names = [text_of(each) for each in items(row, "categories")]
    states = {found[1] for each in names if (found := _STATE.fullmatch(each))}
    # Labels are the folder of its feed and the user's own: what the site files it under stands beside them, if at all.
    plain = [each for each in names if not each.startswith("user/")]
    link, title = _link(row), written(line(text_of(row.get("title"))))
    authors = text_of(row.get("author"))  # a semicolon in a name is full-width where names are joined with them
    content = text_of(field(row, "content").get("content")) or text_of(field(row, "summary").get("content"))
    entry = ParsedEntry(
        guid=f"{link} {title}" if link else f"{_LONG}{number}",
        title=title,
        link=link,
        authors=people(map(named, authors.split("; ") if is_freshrss else [authors])),
        categories=categories(written(each) for each in plain),
        published=_moment(row.get("published")),
        updated=None,
        html=html_of(content),
    )
    return RemoteEntry(number, feed, entry, read="read" in states, starred="starred" in states)


def _link(row: dict[str, Any]) -> str:
    for name in ("canonical", "alternate"):
        for each in items(row, name):
            if isinstance(each, dict) and (link := absolute(each.get("href"), "")):
                return link
    return ""


def _moment(value: object) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 10**11:
        return None
    return datetime.fromtimestamp(int(value), UTC)


def _original(text: str, replaced: re.Pattern[str]) -> str:
    """A text in which FreshRSS's full-width forms are replaced by the original characters.

    Next to wide characters they are original themselves, and stay.
    """

    def original(found: re.Match[str]) -> str:
        before, after = text[found.start() - 1 : found.start()], text[found.end() : found.end() + 1]
        is_own = _is_wide(after) or (_is_wide(before) and not after.isspace())
        return found[0] if is_own else _FULL_WIDTH[found[0]]

    return replaced.sub(original, text)


def _is_wide(char: str) -> bool:
    return bool(char) and char not in _FULL_WIDTH and east_asian_width(char) in _WIDE


def _unescaper(replaced: re.Pattern[str], *, is_freshrss: bool) -> Written:
    """The function that restores characters which FreshRSS replaced; for other servers, it changes nothing."""
    return partial(_original, replaced=replaced) if is_freshrss else str


def ids_address(
    stream: str, *, without: str = "", only: str = "", continuation: str = "", most: int = IDS_AT_ONCE
) -> str:
    """The path of a request for the ids of at most `most` articles in a stream.

    `without`, `only`: a state that they must not or must have; `continuation`: where the last response ended.
    """
    asked = {"output": "json", "s": stream, "n": str(most)}
    asked |= {"xt": without} if without else {}
    asked |= {"it": only} if only else {}
    asked |= {"c": continuation} if continuation else {}
    return f"/reader/api/0/stream/items/ids?{urlencode(asked)}"


def form(*pairs: tuple[str, str]) -> bytes:
    """A form body; names may repeat."""
    return urlencode(pairs).encode()


def label(name: str) -> str:
    return f"user/-/label/{name}"
