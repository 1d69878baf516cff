"""Addresses as they may be shown and logged: never with a password. Pure."""

from __future__ import annotations

import base64
import re
from urllib.parse import urlsplit, urlunsplit

from tuireader.urls.hosts import same_host


def without_credentials(url: str) -> str:
    """A checked address without user and password; use `shown_address` for typed text."""
    return re.sub(r"^([^/?#]*//)[^/?#]*@", r"\1", url)


_AT = "@\N{FULLWIDTH COMMERCIAL AT}\N{SMALL COMMERCIAL AT}"
"""What people type for an @; the last two where their keyboard is set to East Asian widths."""


_LONGEST = 500
"""Characters of an address that are shown."""


def shown_address(typed: str) -> str:
    """Typed text made safe to show: without anything that may be a password.

    Passwords with signs in them that end a host, such as "/", make no address that can be taken apart. So where there
    is a colon before an @, all goes that stands before the last @.
    """
    typed = typed if len(typed) <= _LONGEST else f"{typed[:_LONGEST]}…"
    start = re.match(r"\s*(?:feed:|mailto:)?(?:(?:[a-z][a-z0-9+.-]*:)?[/\\]{2,})?", typed, re.IGNORECASE)
    lead = start[0] if start else ""
    rest = typed[len(lead) :]
    before, at, after = re.sub(f"[{_AT}]", "@", rest).rpartition("@")
    if not at and lead.endswith(("/", "\\")) and (colon := re.match(r"[^/?#\[\]:]*:(?!\d{1,5}(?:[/?#]|$))", rest)):
        return lead + colon[0][:-1]  # what stands in the place of a port may be a password without its host
    if not at or not (":" in before or (lead.endswith(("/", "\\")) and not re.search(r"[/?#\\]", before))):
        return typed
    return lead + after


def without_passwords(text: str) -> str:
    return re.sub(rf"//[^\s/@\"'<>]*[{_AT}]", "//", text) if re.search(f"[{_AT}]", text) else text


def split_credentials(url: str) -> tuple[str, str | None]:
    """The address without `name:password@` and without `#fragment`, and the `name:password` as written, if any.

    Raises ValueError for what cannot be taken apart.
    """
    parts = urlsplit(url)
    userinfo, at, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=host, fragment="")), userinfo if at else None


def with_credentials_of(url: str, typed: str) -> str:
    """Return `url` with the name and password of `typed`, if they may be sent there (see `may_go_along`)."""
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
