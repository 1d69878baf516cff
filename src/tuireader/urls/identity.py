"""Whether two addresses mean the same site, feed or article, despite spelling. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote, urlsplit, urlunsplit

_TRACKING = re.compile(
    r"utm_\w+|fbclid|gclid|dclid|msclkid|yclid|mc_cid|mc_eid|igshid|ref_src|at_(?:medium|campaign)|_hs(?:enc|mi)",
    re.IGNORECASE,
)
_SIMPLE = re.compile(r"https?://(?:www\.)?((?!www\.)[a-z0-9-]+(?:\.[a-z0-9-]+)*(?:/[\w.~/-]*)?)", re.ASCII)
"""Most addresses: normalised by cutting off beginning and end."""
_REMEMBERED = 16
"""Addresses whose normalised forms are remembered: one is compared with many, and may be long."""
_ESCAPE = re.compile(r"%([0-9a-fA-F]{2})")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_END_OF_HOST = re.compile(r"[/?#]")
_DEFAULT_PORT = re.compile(r":(?:80|443)?$")


def without_tracking(url: str) -> str:
    """The address without its fragment and tracking parameters."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    kept = [each for each in parts.query.split("&") if not _TRACKING.fullmatch(each.partition("=")[0])]
    return urlunsplit(parts._replace(query="&".join(kept), fragment=""))


@lru_cache(_REMEMBERED)
def place(url: str) -> str:
    """The normalised form of an address, the same for all its spellings.

    Without scheme, www., default port, trailing slash, tracking and password; lower-case host; minimal escapes in
    capitals.
    """
    if simple := _SIMPLE.fullmatch(url):
        return simple[1].rstrip("/")
    bare = without_tracking(url.strip())
    bare = bare.partition("://")[2] or bare.removeprefix("//")
    found = _END_OF_HOST.search(bare)
    host, rest = (bare[: found.start()], bare[found.start() :]) if found else (bare, "")
    host = _DEFAULT_PORT.sub("", host.rpartition("@")[2].lower()).removeprefix("www.").rstrip(".")
    path, mark, query = rest.partition("?")
    return host + _evenly_escaped(path).rstrip("/") + mark + _evenly_escaped(query)


def _evenly_escaped(text: str) -> str:
    def even(match: re.Match[str]) -> str:
        sign = chr(int(match[1], 16))
        return sign if sign in _PLAIN else match[0].upper()

    if "%" in text:
        text = _ESCAPE.sub(even, text)
    return text if text.isascii() else _NOT_ASCII.sub(lambda run: quote(run[0]), text)


def path_of(url: str) -> str:
    """The normalised address without its host: it stays when a site moves to another domain."""
    there = place(url)
    found = _END_OF_HOST.search(there)
    return there[found.start() :] if found else ""


def without_scheme(guid: str) -> str:
    """A guid without http:// or https://: feeds that switched to https changed nothing else."""
    return guid.removeprefix("https://").removeprefix("http://")


def same_name(name: str) -> str:
    """The normalised form of a guid: of an address that of `place`, else without case and spaces."""
    return place(name) if "://" in name else " ".join(name.split()).casefold()


def same_place(one: str, other: str) -> bool:
    """Whether two addresses mean the same place; False for ""."""
    return bool(one) and bool(other) and place(one) == place(other)


def same_site(one: str, other: str) -> bool:
    return bool(one) and bool(other) and _END_OF_HOST.split(place(one))[0] == _END_OF_HOST.split(place(other))[0]


def of_one_site(one: str, other: str) -> bool:
    """Whether two addresses are of one host, or of a host and one below it, as `feeds.site.example` is."""
    ours, theirs = (_END_OF_HOST.split(place(url))[0] if url else "" for url in (one, other))
    return bool(ours and theirs) and (f".{ours}".endswith(f".{theirs}") or f".{theirs}".endswith(f".{ours}"))


def is_front_page(url: str) -> bool:
    """Whether an address has neither path nor query."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.path in {"", "/"} and not parts.query


def front_of(url: str) -> str:
    """The address of a page's site; "" if there is none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}/" if parts.netloc else ""


def names_part(url: str) -> bool:
    """Whether an address names a part of its page, as of a comment; what counts readers there has an equals sign."""
    fragment = url.partition("#")[2]
    return bool(fragment) and "=" not in fragment


def is_within(url: str, folder: str) -> bool:
    return place(url).startswith(place(folder) + "/")
