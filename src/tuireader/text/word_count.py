"""Word counts for reading times."""

from __future__ import annotations

import re

from tuireader.text.printable import without_plain

_WIDE = re.compile(
    "[\u2e80-\u2fff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003ffff]"
)
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")

_SCRIPTS = re.compile(_WIDE.pattern[:-1] + _UNSPACED.pattern[1:])


def count_words(text: str) -> int:
    """The number of words for the reading time.

    Without spaces between words, two characters of Chinese and Japanese, or five of Thai, Lao, Khmer and Burmese count
    as one.
    """
    return _count_scripts(text) if _has_scripts(text) else len(text.split())


def count_tidied(text: str) -> int:
    """The same for text from `tidied`, with single separators."""
    if _has_scripts(text):
        return _count_scripts(text)
    return text.count(" ") + text.count("\n") + 1 if text else 0


def _has_scripts(text: str) -> bool:
    return not text.isascii() and _SCRIPTS.search(without_plain(text)) is not None


def _count_scripts(text: str) -> int:
    text, wide = _WIDE.subn(" ", text)
    text, unspaced = _UNSPACED.subn(" ", text)
    spaced = sum(any(map(str.isalnum, word)) for word in text.split())  # what is left may be punctuation
    return spaced + (wide + 1) // 2 + (unspaced + 4) // 5
