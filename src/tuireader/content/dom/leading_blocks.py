"""The beginning of a long article, to be shown while the rest is still being prepared."""

from __future__ import annotations

import re

from tuireader.text.html_elements import VOID

_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)\b[^<>]*>")
_AROUND = frozenset({"article", "div", "main", "section"})
"""What may be around everything: it may end anywhere within these."""


def beginning(clean_html: str, size: int) -> str:
    """Return as many whole blocks of HTML that `clean` gave as `size` characters have room for; "" where none has."""
    depth = end = 0
    for tag in _TAG.finditer(clean_html, 0, size):
        if tag[2] in VOID or tag[2] in _AROUND:
            continue
        depth += -1 if tag[1] else 1
        if not depth:
            end = tag.end()
    return clean_html[:end]
