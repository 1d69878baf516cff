"""Boxes such as "Note" and "Warning", as the generators of documents write them."""

from __future__ import annotations

from itertools import islice

from tuireader.content.dom.tree import Node

_KINDS = frozenset({
    "admonition", "admonitionblock", "attention", "caution", "danger", "hint", "important", "markdown-alert", "note",
    "tip", "warning",
})  # fmt: skip
_TITLES = frozenset({"admonition-title", "markdown-alert-title", "title"})
_TITLE_WITHIN, _TITLE_MAX = 8, 60
"""Elements among which the title is, and characters that it has at most."""


def take_title(box: Node) -> str:
    """Take the title out of a box, in place; empty where it is no such box. A table around its text is none."""
    if box.tag not in {"div", "aside", "section"} or _KINDS.isdisjoint(box["class"].split()):
        return ""
    parents: list[tuple[Node, Node]] = []
    for around in islice((box, *box.elements()), _TITLE_WITHIN):
        parents += [(around, child) for child in around.children if isinstance(child, Node)]
    for around, child in parents:
        if child.tag == "th" or not _TITLES.isdisjoint(child["class"].split()):
            words = child.words()
            if not 0 < len(words) <= _TITLE_MAX:
                return ""
            around.children = [each for each in around.children if each is not child]
            if table := next((each for each in box.elements() if each.tag == "table"), None):
                table.attributes["role"] = "presentation"
            return words
    return ""
