"""Signs that a voice spells out, or leaves out, as words: raised and lowered text, roots, fractions."""

from __future__ import annotations

import re

from tuireader.content.document.linear import is_all, linear_text
from tuireader.content.document.model import Block
from tuireader.text.superscript import LOWERED, RAISED

_FROM_RAISED = {raised: chr(plain) for plain, raised in reversed(RAISED.items())}
_FROM_LOWERED = {lowered: chr(plain) for plain, lowered in reversed(LOWERED.items())}
_NAMED = {"2": "squared", "3": "cubed"}
_MINUS = str.maketrans({"-": "minus ", "−": "minus "})
_ROOTS = {"√": "square root of ", "∛": "cube root of ", "∜": "fourth root of "}
_SIGNS = re.compile(
    rf"(?P<raised>[{''.join(map(chr, _FROM_RAISED))}]+)|(?P<lowered>[{''.join(map(chr, _FROM_LOWERED))}]+)"
    r"|(?P<root>[√∛∜])|(?P<over>(?<=\))/|(?<=\w)/(?=\())"
)
_WORD = re.compile(r"[^\W\d_]{3,}$")
_SYMBOL = re.compile(r"(?:[A-Z][a-z]?|\d)$")
"""The end of what may be the symbol of a chemical element."""
_LOOKED_AT = 20


def spoken(block: Block) -> str:
    text = linear_text(block)
    return text if is_all(block, "code") else _SIGNS.sub(_in_words, text)


def _in_words(found: re.Match[str]) -> str:
    before = found.string[max(0, found.start() - _LOOKED_AT) : found.start()]
    if root := found["root"]:
        return _ROOTS[root]
    if found["over"]:
        return ", over "
    if lowered := found["lowered"]:
        plain = lowered.translate(_FROM_LOWERED)
        return plain if plain.isdecimal() and _SYMBOL.search(before) else f" sub {plain.translate(_MINUS)}"
    plain = found["raised"].translate(_FROM_RAISED)
    if not (before[-1:].isalnum() or before[-1:] in {")", "]", "|"}):
        return plain
    if (before[-1].isdecimal() and plain.isalpha()) or _WORD.search(before):
        return plain if plain.isalpha() else f" {plain}"  # "1st", and the number of a note
    return f" {_NAMED[plain]}" if plain in _NAMED else f" to the power of {plain.translate(_MINUS)}"
