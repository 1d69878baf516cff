"""What Markdown cannot say of a block travels with it, between two characters that are part of no text.

Its language, its direction, the marker of an item that is no plain number, a term that means what the next does.
"""

from __future__ import annotations

import re

_START, _END, _SPACE = "\ufde0", "\ufde1", "\u205f"
"""Space at the end: what follows is read as at the beginning of a paragraph, where a mark may stand before a quote."""
_BESIDE = re.compile(f"{_START}([^{_END}]*){_END}{_SPACE}?")


def marked(text: str, **values: str) -> str:
    """Prefix text with its block attributes, if it has any."""
    said = ";".join(f"{name}={value}" for name, value in values.items() if value)
    return f"{_START}{said}{_END}{_SPACE}{text}" if said else text


def taken(text: str) -> tuple[dict[str, str], str]:
    """Return what is known of a text, and the text itself: where lines were put together it may be known of each."""
    values: dict[str, str] = {}
    if _START in text:
        for said in _BESIDE.findall(text):
            values |= dict(each.split("=", 1) for each in said.split(";"))
        text = without(text)
    return values, text


def without(text: str) -> str:
    return _BESIDE.sub("", text) if _START in text else text
