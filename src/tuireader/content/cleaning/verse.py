"""Verse as sites mark it: text whose lines end, and begin, where the author wants them to."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tuireader.content.dom.flow import Kept, trimmed
from tuireader.content.dom.tree import Node

_VERSE = re.compile(r"(?:^|[\s_-])(?:verse|poem|poetry)(?:$|[\s_-])", re.IGNORECASE)
_INDENT = "\xa0" * 4
"""What sets in the lines of a part of a poem."""
_SPACE = re.compile(r"[ \t\r\n]*(\xa0[ \xa0]+)(?=[^\s\xa0]|$)")
_INDENT_MAX = 16


def indent_of(text: str, content: Sequence[Node | str], place: int) -> tuple[str, str]:
    """Divide text into the space that sets in a line, as lines of verse are, and the rest.

    It is number `place` of some content: a line begins behind a line break; one that is only space is none.
    """
    found = _SPACE.match(text) if "\xa0" in text and _is_break(content, place - 1) else None
    if found is None or (found.end() == len(text) and _is_break(content, place + 1)):
        return "", text
    return "\xa0" * min(len(found[1]), _INDENT_MAX), text[found.end() :]


def _is_break(content: Sequence[Node | str], place: int) -> bool:
    each = content[place] if 0 <= place < len(content) else ""
    return isinstance(each, Node) and each.tag == "br"


def is_verse(pre: Node) -> bool:
    """Whether preformatted text is verse, not code."""
    return _VERSE.search(pre["class"]) is not None


def as_lines(node: Node) -> Kept:
    """Return what preformatted text holds, with a line break for each of its newlines."""
    found: Kept = []
    for child in node.children:
        if isinstance(child, Node):
            found.append(Node(child.tag, child.attributes, as_lines(child)))
            continue
        for number, line in enumerate(child.split("\n")):
            text = line.lstrip(" ")
            found += [*([Node("br")] if number else ()), "\xa0" * (len(line) - len(text)) + text]
    return found


def lines_of(block: Node, indent: str = "") -> Kept:
    """Return the lines of a block of lines, as reStructuredText has them, and of the blocks in it, set in."""
    found: Kept = []
    for child in block.children:
        if isinstance(child, str) or child.tag not in {"div", "p"}:
            found.append(child)
        elif "line-block" in child["class"].split():
            found += lines_of(child, indent + _INDENT)
        else:
            found += [*_set_in(trimmed(child.children), indent), Node("br")]
    return found


def _set_in(line: Kept, indent: str) -> Kept:
    if not line or not isinstance(line[0], str):
        return [indent, *line] if line else []
    return [indent + line[0], *line[1:]]
