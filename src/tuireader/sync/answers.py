"""Validation of JSON responses from untrusted servers, and original addresses of pictures behind their proxies."""

from __future__ import annotations

import logging
import re
from base64 import urlsafe_b64decode
from binascii import Error
from collections.abc import Callable, Iterable
from html import escape
from typing import Any

from tuireader.errors import UNEXPECTED, SyncError
from tuireader.model.fetched import RemoteEntry
from tuireader.text.bounded_json import loads
from tuireader.text.printable import line
from tuireader.urls.hosts import ADDRESS_MAX, absolute, named_host
from tuireader.urls.typed_and_shown import html_without_logins

log = logging.getLogger("tuireader")
_ID_LENGTH_MAX = 2048
"""Maximum characters of a server's id: some use the feed's address."""
_FEEDS_MAX = 20_000
"""Maximum number of feeds of an account."""


def parsed(content: bytes, url: str) -> Any:
    """Parse a response as JSON; raises SyncError if it is not JSON, such as a login page. `url` names the server."""
    try:
        return loads(content.decode("utf-8-sig"))
    except ValueError:
        begins = content.lstrip()[:1]
        what = "a web page" if begins == b"<" else "unreadable data"
        raise SyncError(f"{named_host(url)} returned {what} instead of an API response. Check the address") from None


def rows(value: Any, name: str, url: str) -> list[dict[str, Any]]:
    """The objects in a list: the response itself, or under `name` in it; items of other types are left out.

    Raises SyncError if there is no list.
    """
    return [each for each in _listed(value, name, url) if isinstance(each, dict)]


def every_row(value: Any, name: str, url: str) -> list[dict[str, Any]]:
    """As `rows`, but raises SyncError if any item is not an object."""
    there = _listed(value, name, url)
    if not all(isinstance(each, dict) for each in there):
        raise SyncError(f"{named_host(url)} returned an incomplete list")
    return there


def feed_rows(value: Any, name: str, url: str) -> list[dict[str, Any]]:
    """As `every_row`, for subscriptions: raises SyncError if they are more than `_FEEDS_MAX`."""
    there = every_row(value, name, url)
    if len(there) > _FEEDS_MAX:
        raise SyncError(f"{named_host(url)} returned more than {_FEEDS_MAX:,} feeds")
    return there


def each_once(names: Iterable[str], url: str) -> None:
    """Raise SyncError if a response names a feed twice, which would be ambiguous."""
    some = list(names)
    if len(set(some)) < len(some):
        raise SyncError(f"{named_host(url)} returned a feed twice")


def _listed(value: Any, name: str, url: str) -> list[Any]:
    there = value if not name else value.get(name) if isinstance(value, dict) else None
    if not isinstance(there, list):
        raise SyncError(f"Unexpected response from {named_host(url)}. Check the address")
    return there


def read_each(
    there: Iterable[dict[str, Any]], read: Callable[[dict[str, Any]], RemoteEntry | None]
) -> list[RemoteEntry]:
    """Read articles from rows; one that causes an unexpected error, or is None, is left out."""
    found = []
    for row in there:
        try:
            entry = read(row)
        except UNEXPECTED as error:
            log.warning("an article cannot be read: %r", error)
            continue
        found += [] if entry is None else [entry]
    return found


def address_of(value: object) -> str:
    """A feed's address, "" if it is too long; one outside the web stays unchanged: only the server fetches it."""
    text = text_of(value)
    return absolute(text, "") or line(text, markup=False) if len(text) <= ADDRESS_MAX else ""


def number_of(value: object) -> str:
    """A numeric id as text; "" if it is invalid."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**63:
        return ""
    return str(value)


def id_of(value: object) -> str:
    """A textual id; "" if it is invalid."""
    text = text_of(value)
    return text if text and len(text) <= _ID_LENGTH_MAX and text.isprintable() else ""


def text_of(value: object) -> str:
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


_WORD = re.compile(r"""[^\s"'<>]{60,}""")
_PROXIED = re.compile(r"/proxy/[A-Za-z0-9_-]{43}=/([A-Za-z0-9_-]{8,4000}={0,2})")
_START = re.compile(r"(?<![^=(,])https?://")
_START_MAX = 300
"""Maximum characters of an address before the part of the proxy."""


def html_of(html: str) -> str:
    """HTML without the login of its feed, and with the original addresses of pictures that a proxy serves."""
    return html_without_logins(without_proxy(html))


def without_proxy(html: str) -> str:
    """HTML with the original addresses of pictures that Miniflux's proxy serves.

    The proxy's address is the server's choice, so any host is recognised; only web addresses are accepted as
    originals.
    """
    return _WORD.sub(_with_originals, html) if "/proxy/" in html else html


def _with_originals(found: re.Match[str]) -> str:
    word, done, parts = found[0], 0, []
    for proxied in _PROXIED.finditer(word):
        start = _START.search(word, max(done, proxied.start() - _START_MAX), proxied.start())
        if start is not None:
            parts += [word[done : start.start()], _original(proxied) or word[start.start() : proxied.end()]]
            done = proxied.end()
    return "".join((*parts, word[done:]))


def _original(found: re.Match[str]) -> str:
    try:
        address = urlsafe_b64decode(found[1] + "=" * (-len(found[1]) % 4)).decode()
    except (Error, ValueError):
        return ""
    return escape(absolute(address, ""))
