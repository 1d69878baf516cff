"""Where a feed has more than its newest entries: what it says itself (RFC 5005), and pages that can be asked for."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

Says = Literal["complete", "archived", "paged", ""]
"""What a feed says of itself: it is all there is; it names what is older; it names its next page; nothing."""

_COMPLETE = re.compile(rb"<(?:[\w.-]{1,20}:)?complete\s{0,9}/?>(?:\s{0,9}</)?", re.IGNORECASE)
_HISTORY = b"http://purl.org/syndication/history/1.0"
_ARCHIVED = re.compile(rb"""\brel\s{0,9}=\s{0,9}["']prev-archive["']""", re.IGNORECASE)
_LOOKED_AT = 100_000


def says(content: bytes, older: str | None) -> Says:
    """What a feed says of its completeness; `older` is the address that it names for what is older."""
    start = content[:_LOOKED_AT]
    if _HISTORY in start and _COMPLETE.search(start):
        return "complete"
    if older is None:
        return ""
    return "archived" if _ARCHIVED.search(content) else "paged"


def page_address(url: str, number: int, name: str = "paged") -> str:
    """The address of a page of a list, by the parameter that says which; also of one that names another page."""
    parts = urlsplit(url)
    query = [(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if key != name]
    return urlunsplit(parts._replace(query=urlencode([*query, (name, str(number))], safe="/"), fragment=""))
