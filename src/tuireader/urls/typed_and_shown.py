"""Addresses as the user types them, and as they are shown: completing them, and removing passwords."""

from __future__ import annotations

import base64
import ipaddress
import re
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from tuireader.errors import AddressError
from tuireader.text.printable import printable
from tuireader.urls.hosts import ADDRESS_MAX, absolute_as_typed, host_of, is_private_name, same_host

_QUOTES = "<>\"'“”‘’«»„ "
_FEED_SCHEME = re.compile(r"feed:(?://)?", re.IGNORECASE)
# A colon and a number are a port.
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):(?!\d{1,5}(?:[/?#]|$))", re.IGNORECASE)
_WITH_PASSWORD = re.compile(r"(?!mailto:)[^/?#:@]+:[^/?#@]+@", re.IGNORECASE)
_SCHEME_GIVEN = re.compile(r"\s*+(?:feed:\s*+)?+(?://)?+\s*+https?:", re.IGNORECASE)
_FILE = re.compile(r"/(?!/)|~|\\|\.{1,2}/|[a-z]:[\\/]", re.IGNORECASE)
_HOST = re.compile(r"(?![-.])[\w.-]{1,253}|[0-9a-f:.]+", re.IGNORECASE)
_NUMBERS = re.compile(r"[\d.]+|[0-9a-f.]*:[0-9a-f:.]*", re.IGNORECASE)
_SHOWN = 60
_LOCAL = (".localhost", ".local", ".lan", ".internal", ".home.arpa", ".onion")


def normalise_address(typed: str) -> str:
    """The typed text as a full http(s) address; raises AddressError.

    A leading "feed:" is dropped. Without a scheme: https, but http for single words, bare numbers and local names.
    Fragments are dropped.
    """
    if len(typed) > ADDRESS_MAX:
        raise AddressError(f"“{shown_address(typed[:_SHOWN])}…” is too long (over {ADDRESS_MAX} characters).")
    text = printable(typed).strip(_QUOTES)
    if not text:
        raise AddressError("Enter an address, such as example.org.")
    text = _FEED_SCHEME.sub("", text, count=1) if _FEED_SCHEME.match(text) else text
    scheme, rest = _scheme_and_rest(text)
    parts = _parts(rest)
    host = (parts.hostname or "").rstrip(".") if parts else ""
    if parts is None or not _HOST.fullmatch(host) or ".." in host or not (scheme or _is_named(parts)):
        raise AddressError(f"“{shown_address(text)}” is not an address. Try something like example.org.")
    local = "." not in host or host.endswith(_LOCAL) or _NUMBERS.fullmatch(host) is not None
    user, at, place = parts.netloc.rpartition("@")
    whole = (scheme or ("http" if local else "https"), f"{user}{at}{place.lower()}", parts.path or "/", parts.query, "")
    return absolute_as_typed(urlunsplit(whole), "")


def addresses_to_try(typed: str) -> list[str]:
    """Full addresses to try: https before http without a scheme, except for local servers.

    Raises AddressError.
    """
    url = normalise_address(typed)
    if _SCHEME_GIVEN.match(typed):
        return [url]
    rest = url.partition("://")[2]
    host = host_of(url)
    schemes = ["http", "https"] if is_private_name(host) or _is_ip(host) else ["https", "http"]
    return [f"{scheme}://{rest}" for scheme in schemes]


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _scheme_and_rest(text: str) -> tuple[str, str]:
    """Split into "http", "https" or "", and the rest without leading slashes."""
    if _FILE.match(text):
        raise AddressError(
            f"“{shown_address(text)}” looks like a file; enter the address of a site, such as example.org."
        )
    found = _SCHEME.match(text)
    if found is None or _WITH_PASSWORD.match(text):
        return "", text.lstrip("/")
    scheme = found[1].lower()
    if scheme not in {"http", "https"}:
        raise AddressError(f"Cannot open “{shown_address(text)}”: not an http or https address.")
    return scheme, text[found.end() :].lstrip("/\\")


def _parts(rest: str) -> SplitResult | None:
    try:
        parts = urlsplit(f"http://{rest}")
        _ = parts.port
    except ValueError:
        return None
    return parts


def _is_named(parts: SplitResult) -> bool:
    """Whether a host without scheme is plausible: a single word only with a port, or as localhost."""
    host = parts.hostname or ""
    return "." in host or ":" in host or host == "localhost" or parts.port is not None


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


_SHOWN_MAX = 500
"""Maximum characters of a displayed address."""


def shown_address(typed: str) -> str:
    """Typed text for display, without anything that may be a password.

    A password with a "/" makes the address invalid. So if there is a colon before an @, everything before the last @ is
    removed.
    """
    typed = typed if len(typed) <= _SHOWN_MAX else f"{typed[:_SHOWN_MAX]}…"
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
    """A text without users and passwords in its addresses.

    Also in one that the program has taken for a path or a name.
    """
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
    """The user in the address `kept`, if `given`, another spelling of it, has another user; else ""."""
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
    """Whether a password for the address `given` may be sent to `url`: same host, and not from https to http."""
    downgraded = urlsplit(given).scheme == "https" and urlsplit(url).scheme != "https"
    return same_host(given, url) and not downgraded


def basic_authorization(name: str, password: str) -> str:
    """The Authorization header for a name and a password (RFC 7617, UTF-8)."""
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode("ascii")
