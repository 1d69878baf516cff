"""What newsboat's `config` file says of articles that are not to be shown: its killfile. Pure."""

from __future__ import annotations

from typing import NamedTuple

from tuireader.feeds.url_list import words_of_line

_LONGEST = 10_000
"""Characters of a line that are looked at."""


class Ignored(NamedTuple):
    """An `ignore-article` of newsboat's."""

    line: int
    """Its number, from 1."""
    feed: str
    """The address of the feed that it is for; "*" for all."""
    expression: str


def read_killfile(text: str) -> list[Ignored]:
    """The articles that are to be ignored, in their order."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("ignore-article"):
            _, *rest = words_of_line(line[:_LONGEST])
            if len(rest) > 1:
                found.append(Ignored(number, rest[0], rest[1]))
    return found
