"""Names and passwords in addresses: taken out, put in, and where they may go. Pure."""

from __future__ import annotations

import base64
from urllib.parse import urlsplit, urlunsplit

from tuireader.urls.hosts import same_host


def split_credentials(url: str) -> tuple[str, str | None]:
    """The address without `name:password@` and without `#fragment`, and the `name:password` as written, if any.

    Raises ValueError for what cannot be taken apart.
    """
    parts = urlsplit(url)
    userinfo, at, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=host, fragment="")), userinfo if at else None


def with_credentials_of(url: str, typed: str) -> str:
    """`url` with the name and password of `typed`, where they may go along: see `may_go_along`."""
    try:
        userinfo = split_credentials(typed)[1]
        parts = urlsplit(url)
    except ValueError:
        return url
    if not userinfo or "@" in parts.netloc or not may_go_along(typed, url):
        return url
    return urlunsplit(parts._replace(netloc=f"{userinfo}@{parts.netloc}"))


def may_go_along(given: str, url: str) -> bool:
    """Whether a password given for one address may be sent to the other: the same host, and never down to http."""
    downgraded = urlsplit(given).scheme == "https" and urlsplit(url).scheme != "https"
    return same_host(given, url) and not downgraded


def basic_authorization(name: str, password: str) -> str:
    """The Authorization header's value for a name and a password (RFC 7617, UTF-8)."""
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode("ascii")
