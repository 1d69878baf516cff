"""Block attributes that Markdown cannot express, in front of the block's text between two noncharacters.

Language, direction, a list marker that is no plain number, and terms that share a definition.
"""

from __future__ import annotations

import re

_START, _END, _SPACE = "\ufde0", "\ufde1", "\u205f"
"""The delimiters, and a trailing space that keeps a quotation mark at the start of a paragraph."""
_BESIDE = re.compile(f"{_START}([^{_END}]*){_END}{_SPACE}?")


def marked(text: str, **values: str) -> str:
    """Prefix text with its block attributes, if it has any."""
    said = ";".join(f"{name}={value}" for name, value in values.items() if value)
    return f"{_START}{said}{_END}{_SPACE}{text}" if said else text


def taken(text: str) -> tuple[dict[str, str], str]:
    """Return the attributes in a text, and the text without them; joined lines may each have some."""
    values: dict[str, str] = {}
    if _START in text:
        for said in _BESIDE.findall(text):
            values |= dict(each.split("=", 1) for each in said.split(";"))
        text = without(text)
    return values, text


def without(text: str) -> str:
    return _BESIDE.sub("", text) if _START in text else text
