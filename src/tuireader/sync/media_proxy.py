"""Pictures that a server fetches for its users, at their own addresses again."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from binascii import Error
from html import escape

from tuireader.urls.absolute import absolute

_PROXIED = re.compile(r"""https?://[^\s"'<>]{1,300}?/proxy/[A-Za-z0-9_-]{43}=/([A-Za-z0-9_-]{8,4000}={0,2})""")


def without_proxy(html: str) -> str:
    """HTML in which pictures that came through the proxy of Miniflux have the addresses that they have on the web.

    The proxy is where that server says that it is, which need not be where we ask; what it names is only taken where it
    is an address on the web.
    """
    return _PROXIED.sub(_original, html) if "/proxy/" in html else html


def _original(found: re.Match[str]) -> str:
    try:
        address = urlsafe_b64decode(found[1] + "=" * (-len(found[1]) % 4)).decode()
    except (Error, ValueError):
        return found[0]
    return escape(absolute(address, "")) or found[0]
