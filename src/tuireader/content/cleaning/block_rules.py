"""What becomes of the blocks of an article: paragraphs, lists, quotations, code, figures and tables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tuireader.content.cleaning.code_blocks import language_of, listing, listing_in
from tuireader.content.dom.flow import Kept, in_blocks, is_block, only_nodes, trimmed
from tuireader.content.dom.tree import Node

if TYPE_CHECKING:
    from tuireader.content.cleaning.context import Context

_ALIGNED = re.compile(r"text-align\s*:\s*(left|right|center)", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,6}")
_SHOWN_IN_FIGURES = frozenset({"img", "table", "pre", "blockquote"})


def container(context: Context, node: Node) -> Kept:
    """A division of the page: what it holds matters, and the direction of its text."""
    if language := language_of(node):
        for each in node.elements():
            if each.tag == "pre":
                each.attributes.setdefault("data-language", language)
    blocks, attributes = context.blocks(node), context.attributes(node)
    return [Node("div", attributes, blocks)] if attributes and blocks else blocks


def paragraph(context: Context, node: Node) -> Kept:
    """A paragraph or a heading."""
    outer, context.tag = context.tag, node.tag if node.tag != "p" else context.tag
    content = trimmed(context.children(node))
    context.tag = outer
    if any(map(is_block, content)):
        return in_blocks(content)
    found = Node(node.tag, context.attributes(node), content)
    return [] if found.is_empty() else [found]


def strong_paragraph(context: Context, node: Node) -> Kept:
    """What is seen of a part that can be folded, or the name of a group of fields."""
    strong = Node("strong", {}, trimmed(context.children(node)))
    return [] if strong.is_empty() else [Node("p", {}, [strong])]


def quote(context: Context, node: Node) -> Kept:
    """A quotation."""
    blocks = context.blocks(node)
    return [Node("blockquote", context.attributes(node), blocks)] if blocks else []


def listed(context: Context, node: Node) -> Kept:
    """A list: what it holds is in its items, also what was beside them."""
    items: list[Node | str] = []
    for child in context.children(node):
        if isinstance(child, Node) and child.tag == "li":
            items.append(child)
        elif isinstance(child, Node) or child.strip():
            if not items:
                items.append(Node("li"))
            items[-1].children.append(child)  # type: ignore[union-attr]  # there are only items
    start = {"start": node["start"]} if node.tag == "ol" and _NUMBER.fullmatch(node["start"]) else {}
    return [Node(node.tag, {**start, **context.attributes(node)}, items)] if items else []


def definitions(context: Context, node: Node) -> Kept:
    """A definition list; what stands beside its terms is of the last."""
    content = [child for child in context.children(node) if isinstance(child, Node) or child.strip()]
    return [Node("dl", context.attributes(node), content)] if content else []


def item(context: Context, node: Node) -> Kept:
    """An item of a list, or a term and what it means."""
    outer, context.tag = context.tag, node.tag
    found = Node(node.tag, context.attributes(node), trimmed(context.children(node)))
    context.tag = outer
    return [] if found.is_empty() else [found]


def code_block(_context: Context, node: Node) -> Kept:
    """Preformatted text."""
    return listing(node)


def figure(context: Context, node: Node) -> Kept:
    """A figure; without a picture or the like it is no more than what it holds."""
    found = Node("figure", context.attributes(node), context.children(node))
    if found.is_empty():
        return []
    if any(each.tag in _SHOWN_IN_FIGURES for each in found.elements()):
        return [found]
    for child in found.children:
        if isinstance(child, Node) and child.tag == "figcaption":
            child.tag = "p"
    return in_blocks(found.children)


def caption(context: Context, node: Node) -> Kept:
    """A caption."""
    found = Node(node.tag, {}, trimmed(context.children(node)))
    return [] if found.is_empty() else [found]


def table(context: Context, node: Node) -> Kept:
    """A table, unless it only puts things side by side or numbers lines of code."""
    if (code := listing_in(node)) is not None:
        return listing(code)
    inside = [each.tag for each in node.elements()]
    rows, cells = inside.count("tr"), inside.count("td") + inside.count("th")
    if node["role"] == "presentation" or cells <= rows or "table" in inside:
        return unpacked(context, node)
    found = Node("table", context.attributes(node), list(only_nodes(context.children(node))))
    return [] if found.is_empty() else [found]


def unpacked(context: Context, node: Node) -> Kept:
    """What the cells of a table hold, one after another."""
    found: Kept = []
    for child in only_nodes(node.children):
        found += context.blocks(child) if child.tag in {"td", "th", "caption"} else unpacked(context, child)
    return found


def part_of_table(context: Context, node: Node) -> Kept:
    """A row, or a group of rows."""
    return [Node(node.tag, {}, list(only_nodes(context.children(node))))]


def cell(context: Context, node: Node) -> Kept:
    """A cell of a table."""
    found = _ALIGNED.search(node["style"])
    align = found[1].lower() if found else node["align"].lower()
    attributes = {"align": align} if align in {"left", "right", "center"} else {}
    attributes |= {name: node[name] for name in ("colspan", "rowspan") if _NUMBER.fullmatch(node[name])}
    return [Node(node.tag, attributes | context.attributes(node), trimmed(context.children(node)))]
