"""HTML as a tree: parsing, serialising, text, wrapping content in blocks, and flags for the media in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from typing import TypeAlias

from tuireader.model.query import ENCLOSURE, PICTURE
from tuireader.text.printable import HEADINGS, INLINE, VOID, unescape

DEPTH_MAX = 60
"""Maximum depth; deeper elements are merged into their parents."""
LISTS_MAX = 12
"""Maximum depth of lists and quotes, which are indented."""

_SET_IN = frozenset({"ul", "ol", "blockquote", "dl"})
_ITEMS = frozenset({"li", "dt", "dd"})

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)([^<>]*)>")
# The names that are kept are short; without a limit, each letter of a long run would be tried for a beginning.
_ATTRIBUTE = re.compile(r'([^\s="]{1,40})="([^"]*)"')


_BLANK = re.compile(r"[\s\u200b-\u200d\u2060\ufeff]*")
"""Text of which nothing is seen."""


@dataclass(slots=True, eq=False)
class Node:
    """An element with its children: elements and text."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)

    def __getitem__(self, name: str) -> str:
        """An attribute's value; "" if absent."""
        return self.attributes.get(name, "")

    def elements(self) -> Iterator[Node]:
        """All descendants in document order."""
        waiting = self.children[::-1]
        while waiting:
            child = waiting.pop()
            if isinstance(child, Node):
                yield child
                waiting += reversed(child.children)

    def words(self) -> str:
        """The text in one line, with spaces between blocks."""
        pieces: list[str] = []
        _spell(self, pieces)
        return " ".join("".join(pieces).split())

    def has(self, tag: str) -> bool:
        return any(each.tag == tag for each in self.elements())

    def is_empty(self) -> bool:
        """Whether it contains nothing visible."""
        return all(
            _BLANK.fullmatch(child) if isinstance(child, str) else child.tag not in _SEEN and child.is_empty()
            for child in self.children
        )


_SEEN = frozenset({"img", "hr", "input", "iframe", "video", "audio", "embed", "object"})


def parse(html: str) -> Node:
    """Parse well-formed HTML as nh3 writes it: all tags closed, `<` and `>` only around tags."""
    builder = _Builder()
    position = 0
    for match in _TAG.finditer(html):
        if match.start() > position:
            builder.add_text(unescape(html[position : match.start()]))
        position = match.end()
        if match[1]:
            builder.end(match[2].lower())
        else:
            builder.start(match[2].lower(), match[3])
    if position < len(html):
        builder.add_text(unescape(html[position:]))
    return builder.stack[0]


class _Builder:
    def __init__(self) -> None:
        self.stack = [Node("div")]
        """Open elements; a merged element is replaced by its parent."""
        self.tags = [""]
        self.set_in = 0

    def add_text(self, text: str) -> None:
        """Add text; white space is dropped at the start of a line inside merged elements."""
        if not (self.dissolved() and not text.strip() and self.ends_line()):
            self.stack[-1].children.append(text)

    def start(self, tag: str, attributes: str) -> None:
        """Open an element, or merge it if it is too deep: a block then becomes a line."""
        node = None
        if len(self.stack) <= DEPTH_MAX and not (self.set_in >= LISTS_MAX and (tag in _SET_IN or tag in _ITEMS)):
            node = Node(tag, {name.lower(): unescape(value) for name, value in _ATTRIBUTE.findall(attributes)})
            self.stack[-1].children.append(node)
        elif tag not in INLINE and not self.ends_line():
            self.stack[-1].children.append(Node("br"))
        if tag not in VOID:
            self.stack.append(node or self.stack[-1])
            self.tags.append(tag)
            self.set_in += self.stack[-1].tag in _SET_IN

    def end(self, tag: str) -> None:
        """Close an element and everything open inside it."""
        if tag in self.tags:
            while self.tags[-1] != tag:
                self.close()
            self.close()

    def close(self) -> None:
        self.tags.pop()
        self.set_in -= self.stack.pop().tag in _SET_IN

    def dissolved(self) -> bool:
        return len(self.stack) > 1 and self.stack[-1] is self.stack[-2]

    def ends_line(self) -> bool:
        last = self.stack[-1].children[-1] if self.stack[-1].children else None
        return last is None or (isinstance(last, Node) and last.tag == "br")


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


def _spell(node: Node, pieces: list[str]) -> None:
    for child in node.children:
        if isinstance(child, str):
            pieces.append(child)
        elif child.tag in INLINE:
            _spell(child, pieces)
        else:
            pieces.append(" ")
            _spell(child, pieces)
            pieces.append(" ")


Kept: TypeAlias = list[Node | str]
"""The replacement of an element: nothing, a node, or its children."""

_PARAGRAPHS = frozenset({"p", *HEADINGS})
_SPACE = " \t\n\r\f"


def is_block(child: Node | str) -> bool:
    """Whether a node is a block."""
    return isinstance(child, Node) and child.tag not in INLINE and (child.tag == "hr" or child.tag not in VOID)


def in_blocks(content: Kept) -> Kept:
    """Content as blocks: inline content is put into paragraphs."""
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
    """Wrap content in an inline element; if it contains blocks, wrap the content of each paragraph in it instead."""
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


def trimmed_lines(lines: list[str]) -> list[str]:
    """Lines without blank ones at both ends."""
    filled = [number for number, line in enumerate(lines) if line.strip()]
    return lines[filled[0] : filled[-1] + 1] if filled else []


def trimmed(content: Kept) -> Kept:
    """Content without spaces and line breaks at its ends."""
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


_OPEN_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)\b[^<>]*>")
_AROUND = frozenset({"article", "div", "main", "section"})
"""Containers of whole articles: a beginning may end between the blocks within them."""


def beginning(clean_html: str, size: int) -> str:
    """The first whole blocks of clean HTML that fit into `size` characters; "" if none does."""
    depth = end = 0
    for tag in _OPEN_TAG.finditer(clean_html, 0, size):
        if tag[2] in VOID or tag[2] in _AROUND:
            continue
        depth += -1 if tag[1] else 1
        if not depth:
            end = tag.end()
    return clean_html[:end]


_PICTURE = re.compile(r"<(?:img|picture)\b(?![^>]{0,120}\b(?:width|height)\s*=\s*[\"']?[01]\b)")
"""A picture, but no tracking pixel."""
_SHOWN = re.compile(r"<(?:audio|video)\b")
_ATTACHED = re.compile(r">(?:audio|video): ")
"""Audio and video links, as `feeds.entries.attachments` adds them."""
_FILE = re.compile(r"\.(?:mp3|m4a|m4b|aac|ogg|oga|opus|flac|wav|mp4|m4v|webm|ogv|mkv|mov)\b")
_TAG_LENGTH_MAX = 1000
"""Maximum characters of a tag up to its address."""


def extras_of(html: str) -> int:
    """The media flags of HTML as bits; see `model.query.MEDIA_FLAGS`."""
    html = html.lower()  # patterns that heed case, and begin with a sign, take a third of the time
    is_shown = _SHOWN.search(html) or _ATTACHED.search(html)
    has_enclosure = is_shown or any(_is_linked(html, found.start()) for found in _FILE.finditer(html))
    return PICTURE * bool(_PICTURE.search(html)) + ENCLOSURE * bool(has_enclosure)


def _is_linked(html: str, at: int) -> bool:
    tag = html[max(0, at - _TAG_LENGTH_MAX) : at].rpartition("<")[2]
    return tag.startswith("a ") and "href" in tag and ">" not in tag
