"""Prose in preformatted text, such as a mail: reflowed in paragraphs, with quotations by level."""

from __future__ import annotations

import re
from itertools import groupby

from tuireader.content.dom.tree import Kept, Node

_WORDS = re.compile(r"(?<!\w)[^\W\d_]+[,.;:!?’'\"”)-]*(?:\s+[\"“(‘']?[^\W_]+[,.;:!?’'\"”)-]*){3}")
"""Four words in a row."""
_CODE = re.compile(r"[{}=|\\]|;$|->|\w\(|^\s*(?:[#$%]|//)")
_LINES_MIN, _SHARE_MIN = 5, 0.7
"""Minimum lines of a text that is prose, and minimum share of it in lines of words."""
_QUOTED = re.compile(r"(?:>\s?)+")
_SIGNATURE_MAX = 8
"""Maximum lines of a signature, which begins with two dashes."""
_LINE_END_MIN = 45
"""Minimum characters of a line that goes on in the next one."""
_LEVELS_MAX, _SEARCHED_MAX = 8, 300
"""Maximum levels of quotation, and maximum characters of a line that are searched."""
_ITEM = re.compile(r"\s*(?:\d{1,3}[.)]|[-*•+])\s")
"""The beginning of an item of a list."""
_PROMPT = re.compile(r"[$%] \w|\w+@[\w.-]+:\S*[$#] ")
"""The prompt of a shell."""


def is_prose(text: str) -> bool:
    """Whether preformatted text is prose in wrapped lines, and not code, verse or a table."""
    lines = [line.lstrip("> ") for line in text.splitlines()]
    lines = [line for line in lines if line]
    if lines and _PROMPT.match(lines[0], 0, _SEARCHED_MAX):
        return False  # a session in a terminal
    worded = sum(len(line) for line in lines if _is_of_words(line))
    is_long = len(lines) >= _LINES_MIN and max(map(len, lines)) >= _LINE_END_MIN
    return is_long and worded >= _SHARE_MIN * sum(map(len, lines))


def _is_of_words(line: str) -> bool:
    return _WORDS.search(line, 0, _SEARCHED_MAX) is not None and _CODE.search(line, 0, _SEARCHED_MAX) is None


def reflowed(text: str) -> Kept:
    """Return prose as paragraphs, quotations as such, and what is no prose within it as it is."""
    every = text.splitlines()
    ends = (at for at in range(max(0, len(every) - _SIGNATURE_MAX - 1), len(every)) if every[at].rstrip() == "--")
    found: Kept = []
    for level, lines in groupby(every[: next(ends, None)], key=_level):
        blocks = _paragraphs([_QUOTED.sub("", line, count=1) if level else line for line in lines])
        for _ in range(level if blocks else 0):
            blocks = [Node("blockquote", {}, blocks)]
        found += blocks
    return found


def _level(line: str) -> int:
    marks = _QUOTED.match(line)
    return min(_LEVELS_MAX, marks[0].count(">")) if marks else 0


def _paragraphs(lines: list[str]) -> Kept:
    found: Kept = []
    for is_blank, group in groupby(lines, key=lambda line: not line.strip()):
        part = list(group)
        if is_blank:
            continue
        if sum(map(_is_of_words, part)) >= len(part) / 2 or (len(part) == 1 and not part[0].startswith("   ")):
            found.append(Node("p", {}, _joined(part)))
        else:
            found.append(Node("pre", {}, [Node("code", {}, ["\n".join(part) + "\n"])]))
    return found


def _joined(lines: list[str]) -> Kept:
    """The lines of a paragraph, joined where they were wrapped."""
    found: Kept = []
    for number, line in enumerate(lines):
        if number:
            is_wrapped = len(lines[number - 1]) >= _LINE_END_MIN and not _ITEM.match(line)
            found += [" "] if is_wrapped else [Node("br")]
        found.append(line.strip())
    return found
