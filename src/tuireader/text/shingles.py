"""Similarity of texts by shingles (hashes of short runs of words), and sketches to find candidates."""

from __future__ import annotations

import re
import zlib
from functools import lru_cache
from typing import Any, NamedTuple

from tuireader.text.printable import without_plain

_KEPT_CHARACTERS = 1200
"""Number of leading characters of a text that its sketch is made from."""
_KEPT = 4
"""Number of hashes in a sketch, the lowest ones: similar texts share most of them."""
_FIRST_UNSPACED = "\u3040"
_UNSPACED = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_ANCHORED = re.compile(r"\b[^\W\d_]{6,}+\W++\w++\W++\w++\W++\w++")
"""A longer word and the next three: shingles chosen by the text itself. No backtracking."""
_SIGNS = f"[{_UNSPACED}]{{8}}"
"""Eight characters of a script without spaces, as a shingle."""
_WORD = rf"[{_UNSPACED}]|\w+"
"""A word, or a character of a script without spaces; compiled on first use, since the start does not need it."""
_RUN = 4
_TITLE_WORDS, _TITLE_SIGNS = 3, 12
"""Minimum length of a title that is used to find candidates."""
_SOME, _LITTLE = 8, 0.1
"""Minimum shingles of a text to compare them, and share below which texts are unlike."""
_HALF = 0.5
"""Minimum share of a text that another version of it retains."""
COMPARED_MAX = 30_000
"""Maximum characters of a text that are compared."""
_CACHE_SIZE = 24
"""Number of texts whose shingles and words are remembered: one is compared with several."""


class Sketch(NamedTuple):
    """A sketch of a text, to find similar ones."""

    hashes: tuple[int, ...] = ()
    """Hashes of runs of its words (even), and of its title if that is specific (odd)."""


class Likeness(NamedTuple):
    """The similarity of two texts, from 0 to 1."""

    of_both: float
    """Share of all shingles of both."""
    of_shorter: float
    """Share of the shorter one's shingles."""
    shingles: int
    """Number of the shorter one's shingles."""


def sketch(title: str, text: str) -> Sketch:
    """The sketch of an article; hashes of its shingles are even, that of its title is odd."""
    start = text[:_KEPT_CHARACTERS].lower()
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
    first, second = _all_shingles(one), _all_shingles(other)
    shorter = min(len(first), len(second))
    if not shorter:
        return Likeness(0.0, 0.0, 0)
    common = len(first & second)
    return Likeness(common / (len(first) + len(second) - common), common / shorter, shorter)


def retained(old: str, new: str) -> float:
    """The share of an old plain text, from 0 to 1, that a new one contains: by shingles, or words if short."""
    before, after = _all_shingles(old), _all_shingles(new)
    if len(before) < _SOME:
        return _share(_words_of(old[:COMPARED_MAX]), _words_of(new[:COMPARED_MAX]))
    return _share(before, after)


def _share(before: frozenset[Any], after: frozenset[Any]) -> float:
    return len(before & after) / len(before) if before else 1.0


def has_other(one: str, other: str) -> bool:
    """Whether at least half of one of two plain texts stands in the other; a very short one has to be the same."""
    shorter, longer = sorted((one, other), key=len)
    return one == other != "" or (not is_short(shorter, _RUN) and retained(shorter, longer) >= _HALF)


def completes(old: str, new: str) -> bool:
    """Whether a new plain text contains at least half of an old one, so that it can replace it."""
    return retained(old, new) >= _HALF


def is_short(text: str, words: int) -> bool:
    """Whether a plain text has fewer than `words` words, or characters of a script without spaces."""
    return len(re.findall(_WORD, text[:_KEPT_CHARACTERS])) < words


def is_unlike(one: str, other: str) -> bool:
    """Whether two plain texts have almost nothing in common; for short ones, less than half of their words."""
    alike = likeness(one, other)
    if alike.shingles >= _SOME:
        return alike.of_shorter < _LITTLE
    words, others = (set(re.findall(_WORD, text.casefold())) for text in (one, other))
    shorter = min(len(words), len(others))
    return shorter >= _RUN and len(words & others) < shorter / 2


def _all_shingles(text: str) -> frozenset[int]:
    return _shingles_of(text[:COMPARED_MAX])


@lru_cache(_CACHE_SIZE)
def _words_of(text: str) -> frozenset[str]:
    return frozenset(re.findall(_WORD, text.casefold()))


@lru_cache(_CACHE_SIZE)
def _shingles_of(text: str) -> frozenset[int]:
    words = re.findall(_WORD, text.casefold())
    runs = (words[at : at + _RUN] for at in range(max(1, len(words) - _RUN + 1) if words else 0))
    return frozenset(hash(tuple(run)) for run in runs)
