"""Whether two addresses mean the same site, feed or article, as people and publishers write them. Pure."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

_TRACKING = re.compile(
    r"utm_\w+|fbclid|gclid|dclid|msclkid|yclid|mc_cid|mc_eid|igshid|ref_src|at_(?:medium|campaign)|_hs(?:enc|mi)",
    re.IGNORECASE,
)
_SIMPLE = re.compile(r"https?://(?:www\.)?((?!www\.)[a-z0-9-]+(?:\.[a-z0-9-]+)*(?:/[\w.~/-]*)?)", re.ASCII)
"""Most addresses: there is nothing about them to be made even but their beginning and their end."""
_ESCAPE = re.compile(r"%([0-9a-fA-F]{2})")
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_END_OF_HOST = re.compile(r"[/?#]")
_DEFAULT_PORT = re.compile(r":(?:80|443)?$")


def without_tracking(url: str) -> str:
    """The address without fragment and without the parameters that only say where a click came from."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    query = parts.query
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if not _TRACKING.fullmatch(name)]
    if len(kept) < len(pairs):
        query = urlencode(kept)
    return urlunsplit(parts._replace(query=query, fragment=""))


def place(url: str) -> str:
    """What spellings of one address have in common.

    No scheme, no www., no usual port, no last slash, no tracking, no password; a host in lower case, and each sign
    escaped that has to be, in capitals, and no other.
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

    if not text.isascii():
        text = "".join(char if char.isascii() else quote(char) for char in text)
    return _ESCAPE.sub(even, text) if "%" in text else text


def path_of(url: str) -> str:
    """An address without its host, as `place` gives it: what stays when a site moves to another domain."""
    there = place(url)
    found = _END_OF_HOST.search(there)
    return there[found.start() :] if found else ""


def without_scheme(guid: str) -> str:
    """A guid without http:// or https:// in front: feeds that went over to https changed nothing else in theirs."""
    return guid.removeprefix("https://").removeprefix("http://")


def same_name(name: str) -> str:
    """What spellings of a guid have in common: of an address, those of `place`; else its case and its space."""
    return place(name) if "://" in name else " ".join(name.split()).casefold()


def same_place(one: str, other: str) -> bool:
    """Whether two addresses lead to the same place; an empty one leads nowhere."""
    return bool(one) and bool(other) and place(one) == place(other)


def same_site(one: str, other: str) -> bool:
    return bool(one) and bool(other) and _END_OF_HOST.split(place(one))[0] == _END_OF_HOST.split(place(other))[0]


def is_front_page(url: str) -> bool:
    """Whether an address is that of a whole site: no path, no query."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.path in {"", "/"} and not parts.query


def front_of(url: str) -> str:
    """The address of the site that a page belongs to; empty where it has none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}/" if parts.netloc else ""


def is_within(url: str, folder: str) -> bool:
    return place(url).startswith(place(folder) + "/")
