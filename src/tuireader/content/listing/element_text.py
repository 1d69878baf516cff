"""The words of elements, and of their names. Pure, over lxml's trees."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from tuireader.content.extraction.page import Element

_WORD = re.compile(r"[a-z]+")
_NAMES_MAX = 500
_OF_PAGE = ("has-", "no-", "with-", "is-")
"""How classes begin that say what else an element has, or how it is shown."""


def seen_texts(body: Element) -> Iterator[str]:
    """The texts of a page that somebody may see."""
    for each in body.iter():
        if isinstance(each.tag, str) and each.tag not in ("script", "style", "noscript", "template"):
            yield each.text or ""
        yield each.tail or ""


def count_words(text: str) -> int:
    return len(text.split())


def names_of(element: Element) -> list[str]:
    names = f"{element.get('class') or ''} {element.get('id') or ''}"[:_NAMES_MAX].split()
    return [name for name in names if not name.startswith(_OF_PAGE)]


@lru_cache(maxsize=4096)
def words_of(name: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(name.lower()))
