"""JSON of others, within limits: an object takes many times its bytes."""

from __future__ import annotations

import json
from typing import Any

MOST = 1_000_000
"""Objects and lists of one text at most."""


def loads(text: str | bytes, *, most: int = MOST) -> Any:
    """Read a text; raises ValueError where it is not JSON, nested too deep, or has too many objects and lists."""
    is_text = isinstance(text, str)
    opened = text.count("{" if is_text else b"{") + text.count("[" if is_text else b"[")  # type: ignore[arg-type]
    if opened > most:
        raise ValueError("too many objects")
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def field(value: dict[str, Any], name: str) -> dict[str, Any]:
    """A nested object; empty if absent."""
    there = value.get(name)
    return there if isinstance(there, dict) else {}


def items(value: dict[str, Any], name: str) -> list[Any]:
    """A nested list; empty if absent."""
    there = value.get(name)
    return there if isinstance(there, list) else []
