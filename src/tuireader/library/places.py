"""Whether two addresses mean the same site, feed or article, as people and publishers write them. Pure."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|mc_cid|mc_eid|igshid|ref_src", re.IGNORECASE)


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
    """What spellings of one address have in common: no scheme, no www., no last slash, no tracking, no password."""
    bare = without_tracking(url.strip())
    bare = bare.partition("://")[2] or bare
    host, slash, rest = bare.partition("/")
    host = host.rpartition("@")[2].lower().removeprefix("www.").rstrip(".")
    return (host + slash + rest).rstrip("/")


def same_place(one: str, other: str) -> bool:
    """Whether two addresses lead to the same place; an empty one leads nowhere."""
    return bool(one) and bool(other) and place(one) == place(other)


def same_site(one: str, other: str) -> bool:
    """Whether two addresses are on the same host, with or without www."""
    return bool(one) and bool(other) and place(one).partition("/")[0] == place(other).partition("/")[0]


def is_front_page(url: str) -> bool:
    """Whether an address is that of a whole site: no path, no query."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.path in {"", "/"} and not parts.query


def is_within(url: str, folder: str) -> bool:
    """Whether an address lies below another, as an article below its section."""
    return place(url).startswith(place(folder) + "/")
