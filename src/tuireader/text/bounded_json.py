"""Parsing untrusted JSON within limits: parsed objects take many times the bytes of their text."""

from __future__ import annotations

import json
import re
from math import isfinite
from typing import Any

VALUES_MAX = 1_000_000
"""Maximum number of objects and lists in a text, and of values in them."""
_VALUES = 4
"""Number of values allowed per allowed object or list."""
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_ESCAPED = re.compile(r"\\\\|\\u[dD][89abAB]\w\w\\u[dD][c-fC-F]\w\w|(\\u[dD][89a-fA-F]\w\w)", re.ASCII)
"""Escapes in JSON: of a backslash, of a surrogate pair, and of a lone surrogate (the group)."""


def loads(text: str | bytes, *, most: int = VALUES_MAX) -> Any:
    """Parse JSON; raises ValueError if it is invalid, nested too deep, or has too many objects, lists or values.

    Numbers that are not finite, such as NaN or 1e999, become None; lone surrogates become U+FFFD.
    """
    known = text if isinstance(text, str) else text.decode("utf-8", "replace")
    if _HALF.search(known):
        known = _ESCAPED.sub(lambda match: match[0] if match[1] is None else r"\ufffd", known)
    if not _is_bounded(known, most) and not _is_bounded(_without_strings(known), most):
        raise ValueError("too many objects or values")
    try:
        return json.loads(known, parse_float=_finite, parse_constant=lambda _: None)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def _finite(number: str) -> float | None:
    value = float(number)
    return value if isfinite(value) else None


def _is_bounded(text: str, most: int) -> bool:
    return text.count("{") + text.count("[") <= most and text.count(",") <= min(VALUES_MAX, _VALUES * most)


def _without_strings(known: str) -> str:
    return re.sub(r'"(?:[^"\\]++|\\.)*+"?', "", known, flags=re.DOTALL)


def field(value: dict[str, Any], name: str) -> dict[str, Any]:
    """A nested object; {} if absent."""
    there = value.get(name)
    return there if isinstance(there, dict) else {}


def items(value: dict[str, Any], name: str) -> list[Any]:
    """A nested list; [] if absent."""
    there = value.get(name)
    return there if isinstance(there, list) else []
