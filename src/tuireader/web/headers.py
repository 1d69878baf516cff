"""Parsing response headers, and making request headers. Pure; names in lower case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import unquote

from tuireader.model.feed import Validators
from tuireader.urls.shown import basic_authorization

DAY = 86_400
LONGEST_RETRY_AFTER = 7 * DAY
"""A longer wait is probably an error."""

LONGEST_VALIDATOR = 2048
"""Maximum characters; common servers accept headers of 8 kB."""
_DIGITS = 8
"""Maximum digits of a plausible number of pages."""

RawHeaders = Sequence[tuple[bytes, bytes]]


class ResponseHeaders:
    """Response headers by lower-case name, decoded as latin-1."""

    def __init__(self, raw: RawHeaders) -> None:
        self._pairs = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in raw]

    def first(self, name: str) -> str | None:
        return next((value for key, value in self._pairs if key == name), None)

    def joined(self, name: str) -> str:
        """All values of a header joined with commas; "" if absent (RFC 9110, 5.3)."""
        return ", ".join(value for key, value in self._pairs if key == name)


def validators(headers: ResponseHeaders) -> Validators:
    """ETag and Last-Modified exactly as sent; without those too long for a request."""
    etag, modified = headers.first("etag") or "", headers.first("last-modified") or ""
    return Validators(*(value if 0 < len(value) <= LONGEST_VALIDATOR else None for value in (etag, modified)))


def validator_headers(validators: Validators) -> list[tuple[bytes, bytes]]:
    """Headers for a conditional request, byte for byte."""
    asked = [(b"If-None-Match", validators.etag), (b"If-Modified-Since", validators.last_modified)]
    return [(name, value.encode("latin-1")) for name, value in asked if value is not None]


def total_pages(headers: ResponseHeaders) -> int | None:
    """Number of pages of a WordPress list; None if not stated."""
    said = (headers.first("x-wp-totalpages") or "").strip()
    return int(said) if said.isascii() and said.isdecimal() and len(said) < _DIGITS else None


def fresh_for(headers: ResponseHeaders, now: datetime) -> int | None:
    """Seconds of freshness (RFC 9111, 4.2), 0 to 86,400; None if not stated."""
    directives = _directives(headers.joined("cache-control"))
    if "no-cache" in directives or "no-store" in directives:
        return 0
    if "max-age" in directives:
        seconds = _seconds(directives["max-age"])
        if seconds is not None:
            return _clamp(seconds - (_seconds(headers.first("age") or "") or 0), DAY)
    expires = headers.first("expires")
    if expires is None:
        return None
    at = _http_date(expires)
    return 0 if at is None else _clamp((at - _sent_at(headers, now)).total_seconds(), DAY)


def retry_after(headers: ResponseHeaders, now: datetime) -> int | None:
    """Seconds of Retry-After (RFC 9110, 10.2.3), at most a week; None if absent or invalid."""
    value = headers.first("retry-after")
    if value is None:
        return None
    seconds = _seconds(value)
    if seconds is None:
        at = _http_date(value)
        if at is None:
            return None
        return _clamp((at - _sent_at(headers, now)).total_seconds(), LONGEST_RETRY_AFTER)
    return _clamp(seconds, LONGEST_RETRY_AFTER)


def _sent_at(headers: ResponseHeaders, now: datetime) -> datetime:
    return _http_date(headers.first("date") or "") or now


def _directives(value: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in value.split(","))
    return {name.strip().lower(): argument.strip().strip('"') for name, _, argument in pairs}


def _seconds(value: str) -> int | None:
    value = value.strip()
    digits = value.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()):
        return None
    # More digits than any clamp: Python refuses to read numbers of thousands of digits.
    return (-1 if digits != value else 1) * int(digits[:18])


def _http_date(value: str) -> datetime | None:
    try:
        parsed = parsedate_to_datetime(value.strip())
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _clamp(seconds: float, most: int) -> int:
    return int(min(max(seconds, 0), most))


def authorization_of(userinfo: str) -> str:
    """The Authorization header for a `name:password` as written in an address (RFC 7617, UTF-8)."""
    name, _, password = userinfo.partition(":")
    return basic_authorization(unquote(name), unquote(password))
