"""Hyphenation of words (pyphen)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyphen  # type: ignore[import-untyped]


_LONG_WORD = re.compile(r"[^\W\d_]{6,60}")
"""Words worth hyphenating."""
_TOKEN = re.compile(r"\S+")
_ADDRESS = re.compile(r"://|[^\W_]\.[^\W_]|@")
"""Parts of addresses and file names."""
_BEFORE, _AFTER = 2, 3
"""Minimum letters before and after a hyphen."""
_TEXT_MAX = 100_000


def divisions(text: str, language: str, apart: Iterable[tuple[int, int]] = ()) -> tuple[int, ...]:
    """Offsets at which words can be hyphenated; none if the language is unknown.

    Words in the ranges `apart` stay whole, and so do words with signs, such as addresses.
    """
    dictionary = _dictionary(language)
    if dictionary is None or len(text) > _TEXT_MAX:
        return ()
    stretches = sorted([*apart, *(token.span() for token in _TOKEN.finditer(text) if _ADDRESS.search(token[0]))])
    found: list[int] = []
    at, reach = 0, 0
    for word in _LONG_WORD.finditer(text):
        start, end = word.span()
        while at < len(stretches) and stretches[at][0] < end:
            reach = max(reach, stretches[at][1])
            at += 1
        if reach <= start and _is_of_word(text, start, end):
            found += [start + place for place in _places(word[0], language)]
    return tuple(found)


def _is_of_word(text: str, start: int, end: int) -> bool:
    return text[start - 1 : start] not in _TIES_BEFORE and text[end : end + 1] not in _TIES_AFTER


_TIES_BEFORE = frozenset("/_.@:#\\=&?%~0123456789")
_TIES_AFTER = frozenset("/_@\\=&0123456789")


@lru_cache(maxsize=20_000)
def _places(word: str, language: str) -> tuple[int, ...]:
    dictionary = _dictionary(language)
    places = [] if dictionary is None else dictionary.positions(word)
    return tuple(int(place) for place in places if _BEFORE <= place <= len(word) - _AFTER)


@lru_cache(maxsize=32)
def _dictionary(language: str) -> pyphen.Pyphen | None:
    """The hyphenation dictionary of a language; None if there is none."""
    if not language:
        return None
    import pyphen

    name = pyphen.language_fallback(language)
    return pyphen.Pyphen(lang=name) if name else None
