"""JSON of others, within limits: an object takes many times its bytes."""

from __future__ import annotations

import json
import re
from typing import Any

MOST = 1_000_000
"""Objects and lists of one text at most."""


def loads(text: str | bytes, *, most: int = MOST) -> Any:
    """Read a text; raises ValueError where it is not JSON, nested too deep, or has too many objects and lists."""
    if _opened(text) > most and _opened(_without_strings(text)) > most:
        raise ValueError("too many objects")
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def _opened(text: str | bytes) -> int:
    return text.count("{") + text.count("[") if isinstance(text, str) else text.count(b"{") + text.count(b"[")


def _without_strings(text: str | bytes) -> str:
    known = text if isinstance(text, str) else text.decode("utf-8", "replace")
    return re.sub(r'"(?:[^"\\]++|\\.)*+"?', "", known, flags=re.DOTALL)


def field(value: dict[str, Any], name: str) -> dict[str, Any]:
    """A nested object; empty if absent."""
    there = value.get(name)
    return there if isinstance(there, dict) else {}


def items(value: dict[str, Any], name: str) -> list[Any]:
    """A nested list; empty if absent."""
    there = value.get(name)
    return there if isinstance(there, list) else []
