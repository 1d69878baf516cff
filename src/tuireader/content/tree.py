"""HTML as a small tree: what `clean` needs to see what an element holds and what it stands in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape, unescape

DEPTH_MAX = 60
"""Elements nested more deeply are dissolved into their surroundings."""
LISTS_MAX = 12
"""Likewise lists and quotations, which are set further in each time."""

VOID = frozenset({"br", "col", "embed", "hr", "img", "input", "source", "track", "wbr"})
INLINE = frozenset(
    {
        "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "button", "cite", "code", "data", "del", "dfn", "em", "font",
        "i", "img", "input", "ins", "kbd", "label", "mark", "noscript", "option", "picture", "q", "rp", "rt", "ruby",
        "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
    }
)  # fmt: skip
_SET_IN = frozenset({"ul", "ol", "blockquote", "dl"})
_ITEMS = frozenset({"li", "dt", "dd"})

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)([^<>]*)>")
_ATTRIBUTE = re.compile(r'([^\s="]+)="([^"]*)"')
_SPACE = re.compile(r"\s+")


@dataclass(slots=True, eq=False)
class Node:
    """An element, with what it holds: elements and text."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)

    def __getitem__(self, name: str) -> str:
        """The value of an attribute, empty where there is none."""
        return self.attributes.get(name, "")

    def elements(self) -> Iterator[Node]:
        """All elements in it, at any depth, in order."""
        for child in self.children:
            if isinstance(child, Node):
                yield child
                yield from child.elements()

    def text(self) -> str:
        """All text in it."""
        return "".join(child if isinstance(child, str) else child.text() for child in self.children)

    def words(self) -> str:
        """All text in it on one line, blocks kept apart by a space."""
        return _SPACE.sub(" ", "".join(_spaced(self))).strip()

    def has(self, tag: str) -> bool:
        """Whether there is such an element in it."""
        return any(each.tag == tag for each in self.elements())

    def is_empty(self) -> bool:
        """Whether it holds nothing that is seen."""
        return all(
            not child.strip() if isinstance(child, str) else child.tag not in _SEEN and child.is_empty()
            for child in self.children
        )


_SEEN = frozenset({"img", "hr", "input", "iframe", "video", "audio", "embed", "object"})


def parse(html: str) -> Node:
    """Return the tree of well-formed HTML, as nh3 writes it: each tag closed, `<` and `>` nowhere but around tags."""
    root = Node("div")
    stack = [root]  # an element that was dissolved stands for the one that it is dissolved into
    tags = [""]
    set_in, position = 0, 0
    for match in _TAG.finditer(html):
        if match.start() > position:
            stack[-1].children.append(unescape(html[position : match.start()]))
        position = match.end()
        tag = match[2].lower()
        if match[1]:
            if tag in tags:  # always the last, but for what was written by hand
                while tags.pop() != tag:
                    set_in -= stack.pop().tag in _SET_IN
                set_in -= stack.pop().tag in _SET_IN
            continue
        node = _node(tag, match[3], len(stack), set_in)
        if node is not None:
            stack[-1].children.append(node)
        elif tag not in INLINE:
            stack[-1].children.append(Node("br"))
        if tag not in VOID:
            stack.append(node or stack[-1])
            tags.append(tag)
            set_in += stack[-1].tag in _SET_IN
    if position < len(html):
        stack[-1].children.append(unescape(html[position:]))
    return root


def _node(tag: str, attributes: str, depth: int, set_in: int) -> Node | None:
    if depth > DEPTH_MAX or (set_in >= LISTS_MAX and tag in _SET_IN | _ITEMS):
        return None
    return Node(tag, {name.lower(): unescape(value) for name, value in _ATTRIBUTE.findall(attributes)})


def serialise(nodes: list[Node | str]) -> str:
    """Return nodes as HTML."""
    pieces: list[str] = []
    _write(nodes, pieces)
    return "".join(pieces)


def _write(nodes: list[Node | str], pieces: list[str]) -> None:
    for node in nodes:
        if isinstance(node, str):
            pieces.append(escape(node, quote=False))
            continue
        attributes = "".join(f' {name}="{escape(value)}"' for name, value in node.attributes.items())
        pieces.append(f"<{node.tag}{attributes}>")
        if node.tag not in VOID:
            _write(node.children, pieces)
            pieces.append(f"</{node.tag}>")


def _spaced(node: Node) -> Iterator[str]:
    for child in node.children:
        if isinstance(child, str):
            yield child
        elif child.tag in INLINE:
            yield from _spaced(child)
        else:
            yield " "
            yield from _spaced(child)
            yield " "
