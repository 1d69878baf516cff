"""What a person has chosen on the pages of a site by CSS selectors. The only door to cssselect."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from cssselect import HTMLTranslator, SelectorError

from tuireader.content.extraction.page import Element, drop, write

LONGEST = 500
"""Characters of a selector."""
STEPS_MAX = 20
"""Combinators of a selector: with many, the time that they take grows beyond all measure."""
_STEP = re.compile(r"[^\s>+~,]\s*[\s>+~](?!=)\s*(?=[^\s>+~,])")


class Selectors(NamedTuple):
    """What of a page is the article, and what is not: CSS selectors; empty where nothing is chosen."""

    take: str = ""
    drop: str = ""


NONE = Selectors()


def mistake(css: str) -> str:
    """What is wrong with a selector, as a sentence; empty where nothing is."""
    if len(css) > LONGEST:
        return f"A selector has at most {LONGEST} characters."
    if len(_STEP.findall(css)) > STEPS_MAX:
        return f"A selector has at most {STEPS_MAX} steps from one element to the next."
    try:
        _path(css)
    except SelectorError as error:
        return f"This is no CSS selector: {error}".rstrip(".") + "."
    except (ValueError, RecursionError, OverflowError):
        return "This is no CSS selector."
    return ""


def without(tree: Element, css: str) -> None:
    """Take out of a tree, in place, what a selector matches."""
    body = tree.find("body")
    for each in _matches(tree, css):
        if each is not tree and each is not body:
            drop(each)


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
