"""Miniflux's REST API (https://miniflux.app/docs/api.html): requests and answers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode

from tuireader.errors import SyncError
from tuireader.model.fetched import Entries, ParsedEntry, RemoteEntry, RemoteFeed
from tuireader.sync.answers import (
    address_of,
    each_once,
    feed_rows,
    html_of,
    id_of,
    number_of,
    parsed,
    read_each,
    rows,
    text_of,
)
from tuireader.text.bounded_json import field, items
from tuireader.text.bylines import categories, people
from tuireader.text.printable import line
from tuireader.urls.hosts import absolute, named_host


class Change(NamedTuple):
    """The time and article of the latest change on a server."""

    stamp: str
    """The server's time; "" if there is none."""
    number: int
    """The article id."""


def user_of(content: bytes, url: str) -> str:
    """The user's name in an answer of `/v1/me`; "" if there is none."""
    answer = parsed(content, url)
    return id_of(answer.get("username")) if isinstance(answer, dict) else ""


def feeds_of(content: bytes, url: str) -> list[RemoteFeed]:
    """The subscriptions in an answer of `/v1/feeds`."""
    found = []
    for row in feed_rows(parsed(content, url), "", url):
        number, address = number_of(row.get("id")), address_of(row.get("feed_url"))
        if not (number and address):
            raise SyncError(f"{named_host(url)} returned an unreadable feed")
        folder = field(row, "category")
        site = absolute(row.get("site_url"), "")
        title, name = line(text_of(row.get("title"))), line(text_of(folder.get("title")), markup=False)
        found.append(RemoteFeed(number, address, title, site, name, number_of(folder.get("id"))))
    each_once((feed.server_id for feed in found), url)
    return found


def folders_of(content: bytes, url: str) -> dict[str, str]:
    """Category ids by name in an answer of `/v1/categories`."""
    found = {
        line(text_of(each.get("title")), markup=False): number_of(each.get("id"))
        for each in rows(parsed(content, url), "", url)
    }
    return {name: number for name, number in found.items() if number}


def new_number(content: bytes, url: str, name: str = "id") -> str:
    answer = parsed(content, url)
    return number_of(answer.get(name)) if isinstance(answer, dict) else ""


def entries_of(content: bytes, url: str) -> Entries:
    """The articles in an answer of `/v1/entries`."""
    answer = parsed(content, url)
    there = rows(answer, "entries", url)
    found = read_each(there, _entry)
    total = answer.get("total")
    return Entries(tuple(found), len(there) - len(found), total if isinstance(total, int) else 0)


def _entry(row: dict[str, Any]) -> RemoteEntry | None:
    number, feed = number_of(row.get("id")), number_of(row.get("feed_id"))
    status, link = row.get("status"), absolute(row.get("url"), "")
    guid = text_of(row.get("hash"))[:200] or link
    if not (number and feed and guid) or status not in ("read", "unread"):
        return None
    entry = ParsedEntry(
        guid=guid,
        title=line(text_of(row.get("title"))),
        link=link,
        authors=people([text_of(row.get("author"))]),
        categories=categories(text_of(each) for each in items(row, "tags")),
        published=moment_of(row.get("published_at")),
        html=html_of(text_of(row.get("content"))),
    )
    return RemoteEntry(
        number,
        feed,
        entry,
        read=status == "read",
        starred=row.get("starred") is True,
        changed=moment_of(row.get("changed_at")),
        created=moment_of(row.get("created_at")),
    )


def numbers_of(content: bytes, url: str) -> tuple[list[int], bool]:
    """Ids of all entries in a response, also unreadable ones, and whether it is the last page."""
    answer = parsed(content, url)
    numbers = [int(number) for row in rows(answer, "entries", url) if (number := number_of(row.get("id")))]
    total = answer.get("total") if isinstance(answer, dict) else None
    return numbers, not numbers or (isinstance(total, int) and 0 < total <= len(numbers))


def newest_change(content: bytes, url: str) -> Change:
    """The first article of an answer, and when it changed."""
    for row in rows(parsed(content, url), "entries", url):
        if number := number_of(row.get("id")):
            return Change(_stamp(row.get("changed_at")), int(number))
    return Change("", 0)


def entry_of(content: bytes, url: str) -> RemoteEntry | None:
    """The article in an answer of `/v1/entries/ID`; None if there is none."""
    answer = parsed(content, url)
    return _entry(answer) if isinstance(answer, dict) else None


def is_starred(content: bytes, url: str) -> bool:
    answer = parsed(content, url)
    return isinstance(answer, dict) and answer.get("starred") is True


def text_in(content: bytes, url: str) -> str:
    answer = parsed(content, url)
    return html_of(text_of(answer.get("content"))) if isinstance(answer, dict) else ""


def changed_of(content: bytes, url: str) -> str:
    answer = parsed(content, url)
    return _stamp(answer.get("changed_at")) if isinstance(answer, dict) else ""


def page(
    *, after: int = 0, before: int = 0, changed_after: int = 0, published_after: int = 0, limit: int, feed: str = ""
) -> str:
    """The path of a request for articles, of all feeds or of one.

    With ids greater than `after`, oldest first, or less than `before`, newest first; times are in seconds since 1970.
    """
    asked: dict[str, int | str] = {"limit": limit, "order": "id", "direction": "desc" if before else "asc"}
    if before:
        asked["before_entry_id"] = before
    elif after:
        asked["after_entry_id"] = after
    if published_after:
        asked["published_after"] = published_after
    if changed_after:
        asked["changed_after"] = changed_after
    return f"/v1/{f'feeds/{int(feed)}/' if feed else ''}entries?{urlencode(asked)}"


def newest(by: str) -> str:
    return f"/v1/entries?{urlencode({'limit': 1, 'order': by, 'direction': 'desc'})}"


def marked(numbers: Sequence[str], *, read: bool) -> bytes:
    return body(entry_ids=[int(number) for number in numbers], status="read" if read else "unread")


def body(**what: object) -> bytes:
    return json.dumps(what).encode()


def seconds_of(stamp: str) -> int:
    """A server's time in whole seconds since 1970; 0 if invalid."""
    found = moment_of(stamp)
    return 0 if found is None else int(found.timestamp())


def moment_of(value: object) -> datetime | None:
    """Parse a time (RFC 3339); None if invalid, or in year 1 or 9999, which stand for a missing one."""
    try:
        found = datetime.fromisoformat(_stamp(value))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC) if 1 < found.year < 9999 else None
    except (ValueError, OverflowError):
        return None


def _stamp(value: object) -> str:
    return text_of(value)[:40]
