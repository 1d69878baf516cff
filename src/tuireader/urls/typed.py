"""Addresses as people type them."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit, urlunsplit

from tuireader.errors import AddressError
from tuireader.text.printable import printable
from tuireader.urls.hosts import ADDRESS_MAX, absolute_as_typed, host_of
from tuireader.urls.private_network import is_private_name
from tuireader.urls.shown import shown_address

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
        raise AddressError(
            f"“{shown_address(typed[:_SHOWN])}…” is too long: an address has up to {ADDRESS_MAX} characters."
        )
    text = printable(typed).strip(_QUOTES)
    if not text:
        raise AddressError("Type the address of a site, such as example.org.")
    text = _FEED_SCHEME.sub("", text, count=1) if _FEED_SCHEME.match(text) else text
    scheme, rest = _scheme_and_rest(text)
    parts = _parts(rest)
    host = (parts.hostname or "").rstrip(".") if parts else ""
    if parts is None or not _HOST.fullmatch(host) or ".." in host or not (scheme or _is_named(parts)):
        raise AddressError(f"“{shown_address(text)}” is not the address of a site, such as example.org.")
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
            f"“{shown_address(text)}” looks like a file; give the address of a site, such as example.org."
        )
    found = _SCHEME.match(text)
    if found is None or _WITH_PASSWORD.match(text):
        return "", text.lstrip("/")
    scheme = found[1].lower()
    if scheme not in {"http", "https"}:
        raise AddressError(f"“{shown_address(text)}” cannot be opened: only http and https addresses can.")
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
