"""Select the article by a user's CSS selectors. The only module that imports cssselect."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from cssselect import HTMLTranslator, SelectorError

from tuireader.content.extraction.page import Element, drop, write

LONGEST = 500
"""Maximum characters of a selector."""
STEPS_MAX = 20
"""Maximum combinators of a selector, whose time grows exponentially with their number."""
_STEP = re.compile(r"[^\s>+~,]\s*[\s>+~](?!=)\s*(?=[^\s>+~,])")


class Selectors(NamedTuple):
    """CSS selectors for the article and for parts to remove; empty if not set."""

    take: str = ""
    drop: str = ""


NONE = Selectors()


def mistake(css: str) -> str:
    """Return what is wrong with a selector, as a sentence; empty if it is valid."""
    if len(css) > LONGEST:
        return f"A selector has at most {LONGEST} characters."
    if len(_STEP.findall(css)) > STEPS_MAX:
        return f"A selector has at most {STEPS_MAX} steps from one element to the next."
    try:
        _path(css)
    except (SelectorError, ValueError, RecursionError, OverflowError):
        return "This is no CSS selector."
    return ""


def without(tree: Element, css: str) -> None:
    """Remove the elements that a selector matches, in place."""
    body = tree.find("body")
    drop([each for each in _matches(tree, css) if each is not tree and each is not body])


def selected(tree: Element, css: str) -> str:
    """The HTML matched by a selector, in document order without nesting; empty if none."""
    found = list(_matches(tree, css))
    chosen = set(found)
    return "".join(write(each) for each in found if not any(around in chosen for around in each.iterancestors()))


def _matches(tree: Element, css: str) -> Iterator[Any]:
    if css and not mistake(css):
        yield from (each for each in tree.xpath(_path(css)) if isinstance(each.tag, str))


@cache
def _path(css: str) -> str:
    return HTMLTranslator().css_to_xpath(css) if css.strip() else "/.."
