"""How alike two texts are, and what finds texts that may be: hashes of short runs of words (shingles)."""

from __future__ import annotations

import re
import zlib
from typing import NamedTuple

from tuireader.text.printable import without_plain

_LOOKED_AT = 1200
"""Characters of a text whose shingles are kept: edits rarely leave nothing of them."""
_KEPT = 4
"""Hashes that are kept of a text, the lowest: of two texts that are alike most are the same."""
_FIRST_UNSPACED = "\u3040"
_UNSPACED = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_ANCHORED = re.compile(r"\b[^\W\d_]{6,}+\W++\w++\W++\w++\W++\w++")
"""A longer word and the three behind it: one of several shingles, chosen by the text itself. It never looks back."""
_SIGNS = f"[{_UNSPACED}]{{8}}"
"""The same of scripts that put no spaces between words."""
_WORD = rf"[{_UNSPACED}]|\w+"
"""Compiled when it is first needed: the start of the app does not wait for it."""
_RUN = 4
_TITLE_WORDS, _TITLE_SIGNS = 3, 12
"""A title that is shorter says too little to find others by."""
_SOME, _LITTLE = 8, 0.1
"""Shingles of a text that is not short, and what it has in common at least with one that is not wholly another."""
_LONGEST = 200_000
"""Characters of a text that is compared."""


class Sketch(NamedTuple):
    """What is kept of a text to find others by."""

    hashes: tuple[int, ...] = ()
    """Of its words, and last of its title, where that says enough."""


class Likeness(NamedTuple):
    """What two texts have in common, of 1."""

    of_both: float
    """Of all that either has."""
    of_shorter: float
    """Of the shorter one."""
    shingles: int
    """How many the shorter one has."""


def sketch(title: str, text: str) -> Sketch:
    """What is kept of an article; the hashes of words are even numbers, that of a title is odd."""
    start = text[:_LOOKED_AT].lower()
    pieces = _ANCHORED.findall(start)
    if max(without_plain(start), default="") >= _FIRST_UNSPACED:
        pieces += re.findall(_SIGNS, start)
    encoded = "\0".join(pieces).encode("utf-8", "replace").split(b"\0") if pieces else ()
    found = sorted(set(map(zlib.crc32, encoded)))[:_KEPT]
    hashes = [each << 1 for each in found]
    key = title_key(title)
    if len(key) >= _TITLE_SIGNS and (key.count(" ") >= _TITLE_WORDS - 1 or not key.isascii()):
        hashes.append((zlib.crc32(key.encode("utf-8", "replace")) << 1) | 1)
    return Sketch(tuple(hashes))


def title_key(title: str) -> str:
    return " ".join(re.findall(_WORD, title.casefold()))


def likeness(one: str, other: str) -> Likeness:
    """How alike two plain texts are."""
    first, second = _all_shingles(one), _all_shingles(other)
    shorter = min(len(first), len(second))
    if not shorter:
        return Likeness(0.0, 0.0, 0)
    common = len(first & second)
    return Likeness(common / len(first | second), common / shorter, shorter)


def retained(old: str, new: str) -> float:
    """The share of an old plain text that a new one still has; of a short text, that of its words."""
    before, after = _all_shingles(old), _all_shingles(new)
    if len(before) < _SOME:
        before, after = (set(map(hash, re.findall(_WORD, text[:_LONGEST].casefold()))) for text in (old, new))
    return len(before & after) / len(before) if before else 1.0


def is_unlike(one: str, other: str) -> bool:
    """Whether two plain texts have next to nothing in common; of short ones, that is less than half of their words."""
    alike = likeness(one, other)
    if alike.shingles >= _SOME:
        return alike.of_shorter < _LITTLE
    words, others = (set(re.findall(_WORD, text.casefold())) for text in (one, other))
    shorter = min(len(words), len(others))
    return shorter >= _RUN and len(words & others) < shorter / 2


def _all_shingles(text: str) -> set[int]:
    words = re.findall(_WORD, text[:_LONGEST].casefold())
    runs = (words[at : at + _RUN] for at in range(max(1, len(words) - _RUN + 1) if words else 0))
    return {hash(tuple(run)) for run in runs}
