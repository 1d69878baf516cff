"""Lists of feeds as other programs write them (OPML): the only door to listparser. Pure."""

from __future__ import annotations

from typing import NamedTuple

import listparser

from tuireader.errors import NotAFeedListError
from tuireader.text.printable import printable

LIMIT = 16_000_000
"""Bytes of a list."""


class Outline(NamedTuple):
    """A feed of a list."""

    url: str
    title: str
    """What the list calls it; may be empty."""
    folder: str
    """The folder that it is in, with slashes between a folder and those within; may be empty."""


def read_opml(content: bytes) -> list[Outline]:
    """The feeds of a list, each address once, in their order; raises NotAFeedListError where it names none."""
    if len(content) > LIMIT:
        raise NotAFeedListError(f"This list is larger than {LIMIT // 1_000_000} MB")
    found = listparser.parse(content)
    outlines = [
        Outline(feed["url"].strip(), printable(feed["title"]), "/".join(map(printable, _folder(feed["categories"]))))
        for feed in found["feeds"]
        if feed["url"].strip()
    ]
    if not outlines:
        raise NotAFeedListError("There are no feeds in this file; a list of feeds is OPML, as other readers export it")
    return outlines


def _folder(categories: list[list[str]]) -> list[str]:
    return [name for name in categories[0] if name] if categories else []
