"""Blocks, and what flows within them."""

from __future__ import annotations

import re
from typing import TypeAlias

from tuireader.content.dom.tree import Node
from tuireader.text.html_elements import HEADINGS, INLINE, VOID

Kept: TypeAlias = list[Node | str]
"""What is kept of an element: nothing, one node, or what it held."""

_PARAGRAPHS = frozenset({"p", *HEADINGS})
_SPACE = " \t\n\r\f"


def is_block(child: Node | str) -> bool:
    """Whether something is a block, not part of a paragraph."""
    return isinstance(child, Node) and child.tag not in INLINE and (child.tag == "hr" or child.tag not in VOID)


def in_blocks(content: Kept) -> Kept:
    """Return content as blocks: what stands between them is put into paragraphs."""
    found: Kept = []
    run: Kept = []
    for child in [*content, Node("hr")]:
        if not is_block(child):
            run.append(child)
            continue
        paragraph = Node("p", {}, trimmed(run))
        if not paragraph.is_empty():
            found.append(paragraph)
        found.append(child)
        run = []
    return found[:-1]


def around(outer: Node, content: Kept) -> Kept:
    """Put a mark or a link around content; around each of its blocks, since they cannot stand in it."""
    if not any(map(is_block, content)):
        outer.children = content
        return [outer]
    found: Kept = []
    for block in in_blocks(content):
        if isinstance(block, Node) and block.tag in _PARAGRAPHS:
            block.children = [Node(outer.tag, dict(outer.attributes), block.children)]
            outer.attributes.pop("id", None)
        found.append(block)
    return found


def trimmed(content: Kept) -> Kept:
    """Return content without space and line breaks at its ends."""
    start, end = 0, len(content)
    while start < end and _is_blank(content[start]):
        start += 1
    while end > start and _is_blank(content[end - 1]):
        end -= 1
    found = content[start:end]
    if found and isinstance(found[0], str):
        found[0] = found[0].lstrip(_SPACE)
    if found and isinstance(found[-1], str):
        found[-1] = found[-1].rstrip(_SPACE)
    return found


def _is_blank(child: Node | str) -> bool:
    return not child.strip() if isinstance(child, str) else child.tag == "br"


def only_nodes(content: Kept) -> list[Node]:
    return [child for child in content if isinstance(child, Node)]


_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)\b[^<>]*>")
_AROUND = frozenset({"article", "div", "main", "section"})
"""What may be around everything: it may end anywhere within these."""


def beginning(clean_html: str, size: int) -> str:
    """Return as many whole blocks of HTML that `clean` gave as `size` characters have room for; "" where none has."""
    depth = end = 0
    for tag in _TAG.finditer(clean_html, 0, size):
        if tag[2] in VOID or tag[2] in _AROUND:
            continue
        depth += -1 if tag[1] else 1
        if not depth:
            end = tag.end()
    return clean_html[:end]
