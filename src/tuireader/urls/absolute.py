"""Addresses as they stand in feeds and pages, made absolute."""

from __future__ import annotations

import re
from urllib.parse import quote, urljoin, urlsplit

from tuireader.text.printable import printable

_UNSAFE = re.compile(r"[^\x21\x23-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e\xa1-\U0010ffff]")

# An address that means the same wherever it stands, and in which nothing is to be escaped.
_WHOLE = re.compile(r"https?://[a-z0-9][a-z0-9.-]*(?::[0-9]{1,4})?(?:/[\w/.~%+-]*(?:\?[\w=&.~%+-]+)?)?", re.ASCII)


def absolute(link: object, base: str) -> str:
    """Return `link` as an absolute http(s) address, seen from `base`; empty where it is none."""
    if not isinstance(link, str) or not link.strip():
        return ""
    if _WHOLE.fullmatch(link):
        return link
    try:
        address = urljoin(base, printable(link).strip())
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:  # such as http://[
        return ""
    if parts.scheme not in {"http", "https"} or not host:
        return ""
    return _UNSAFE.sub(_quoted, address)


def _quoted(match: re.Match[str]) -> str:
    return quote(match[0], safe="")
