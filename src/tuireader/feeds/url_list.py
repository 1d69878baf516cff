"""Lists of addresses, one a line: plain ones, and newsboat's `urls` file with its tags and titles. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

from tuireader.text.printable import printable

_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"?|(#.*)|(\S+)')
_ESCAPED = re.compile(r"\\(.)")
_OTHERS = {
    "exec:": "the output of a program: not taken over, since tuireader runs none",
    "filter:": "a feed that goes through a program: not taken over, since tuireader runs none",
}
_LONGEST = 10_000
"""Characters of a line that are looked at."""


class ListedAddress(NamedTuple):
    """A line of a list."""

    line: int
    """Its number, from 1."""
    url: str
    title: str
    """What the user calls it; may be empty."""
    tags: tuple[str, ...]
    """In newsboat's order."""
    unsupported: str = ""
    """Why it cannot be followed, where it cannot."""
    search: tuple[str, str] | None = None
    """The name and the expression of a search of newsboat's."""
    is_hidden: bool = False
    """Newsboat does not list it: only searches show what it brings."""


def read_url_list(text: str) -> list[ListedAddress]:
    """What each line says that says anything; `#` begins a comment.

    Behind an address may be tags, in quotes where they have spaces. One that begins with `~` is a title; one that
    begins with `!` is no tag, and hides the feed from newsboat's list.
    """
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        words = list(words_of_line(line[:_LONGEST]))
        if not words:
            continue
        url, *rest = words
        if rest and "://" not in url and ":" not in url.partition(".")[0]:
            continue  # a sentence, or a line of a log: an address without a scheme stands alone
        tags = [word for word in rest if word and word[0] not in "~!"]
        is_hidden = any(word.startswith("!") for word in rest)
        title = next((word[1:] for word in rest if word.startswith("~")), "")
        why = next((said for begin, said in _OTHERS.items() if url.startswith(begin)), "")
        search = _search(url)
        tags = [printable(tag) for tag in tags]
        found.append(ListedAddress(number, url, printable(title), tuple(tags), why, search, is_hidden))
    return found


def _search(url: str) -> tuple[str, str] | None:
    """The name and the expression of `query:Name:expression`."""
    kind, _, rest = url.partition(":")
    name, _, expression = rest.partition(":")
    return (printable(name), expression) if kind == "query" else None


def words_of_line(line: str) -> list[str]:
    """The words of a line: those in quotation marks are one; `#` begins a comment."""
    words = []
    for quoted in _WORD.finditer(line):
        if quoted[2] is not None:
            break
        words.append(quoted[3] if quoted[3] is not None else _ESCAPED.sub(r"\1", quoted[1]))
    return words
