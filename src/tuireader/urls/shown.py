"""Addresses for display and logs: never with a password. Pure."""

from __future__ import annotations

import base64
import re
from urllib.parse import unquote, urlsplit, urlunsplit

from tuireader.urls.hosts import same_host


def without_credentials(url: str) -> str:
    """A valid address without user and password; use `shown_address` for typed text."""
    return re.sub(r"^([^/?#]*//)[^/?#]*@", r"\1", url)


_LOGIN = re.compile(
    r"""(["'=]|,\s{1,3})(https?://)[^\s/"'<>?#@&]{1,300}(?:@|&(?:commat|#0{0,5}64|#x0{0,5}40);)""", re.IGNORECASE
)


def html_without_logins(html: str) -> str:
    """HTML without users and passwords in the addresses of its attributes."""
    return _LOGIN.sub(r"\1\2", html)


_AT = "@\N{FULLWIDTH COMMERCIAL AT}\N{SMALL COMMERCIAL AT}"
"""Characters typed as @; the last two on East Asian keyboards."""


_LONGEST = 500
"""Maximum characters of a displayed address."""


def shown_address(typed: str) -> str:
    """Typed text for display, without anything that may be a password.

    A password with a "/" makes the address invalid. So if there is a colon before an @, everything before the last @ is
    removed.
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
    """A text without what stands before the host in its addresses, also of one that was taken for a path or a name."""
    if not re.search(f"[{_AT}]", text):
        return text
    text = re.sub(rf"(:/|//)[^\s/@\"'<>]*[{_AT}]", r"\1", text)
    return re.sub(rf"(?<![^\s/\"'<>“])(?!mailto:)[^\s/@\"'<>“:]++:[^\s/@\"'<>]+[{_AT}]", "", text)


def split_credentials(url: str) -> tuple[str, str | None]:
    """The address without credentials and fragment, and the credentials as written, if any.

    Raises ValueError for invalid addresses.
    """
    parts = urlsplit(url)
    userinfo, at, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=host, fragment="")), userinfo if at else None


def kept_user(kept: str, given: str) -> str:
    """The user in an address, if there is another one in its other spelling; "" if not."""
    here, there = ((split_credentials(url)[1] or "").partition(":")[0] for url in (kept, given))
    return unquote(here) if here and there and here != there else ""


def with_credentials_of(url: str, typed: str) -> str:
    """`url` with the name and password of `typed`, if they may be sent there (see `may_go_along`)."""
    try:
        userinfo = split_credentials(typed)[1]
        parts = urlsplit(url)
    except ValueError:
        return url
    if not userinfo or "@" in parts.netloc or not may_go_along(typed, url):
        return url
    return urlunsplit(parts._replace(netloc=f"{userinfo}@{parts.netloc}"))


def may_go_along(given: str, url: str) -> bool:
    """Whether a password for one address may be sent to another: same host, and never down to http."""
    downgraded = urlsplit(given).scheme == "https" and urlsplit(url).scheme != "https"
    return same_host(given, url) and not downgraded


def basic_authorization(name: str, password: str) -> str:
    """The Authorization header for a name and a password (RFC 7617, UTF-8)."""
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode("ascii")
