"""What stands at the edges of an article's part of a page: lines that say when it appeared and where it is filed."""

from __future__ import annotations

import re

from tuireader.content.dom.tree import Node
from tuireader.text.html_elements import INLINE

_LENGTH_MAX = 300
_FILED = re.compile(r"/(?:tags?|categor(?:y|ies)|topics?|labels?|archives?)(?:/|[?#]|$)", re.IGNORECASE)
_FILED_CLASSES = frozenset({"post-tag", "p-category", "tag", "category", "tag-link", "category-link"})
_LABELS = re.compile(
    r"(?:(?:posted|published|updated|modified|created|last|on|in|at|by|and|date|tags?|tagged|categor(?:y|ies)|filed|under"
    r"|topics?|one|\d{1,4}|min(?:ute)?s?|read(?:ing)?(?:\s+time)?|words?)(?![^\W_])|[\W_])*",
    re.IGNORECASE,
)


def trim_edges(part: Node) -> None:
    """Take out, in place, what only says when an article appeared and where it is filed, before and after its text."""
    _trim(part, backwards=False)
    _trim(part, backwards=True)


def _trim(part: Node, *, backwards: bool) -> bool:
    """Trim one edge; say whether the text was reached."""
    children = part.children[::-1] if backwards else part.children
    kept: list[Node | str] = []
    reached = False
    for number, child in enumerate(children):
        if isinstance(child, Node) and _files(child):
            continue
        kept.append(child)
        if isinstance(child, str):
            reached = bool(child.strip())
        elif child.tag in {"div", "section", "article", "main", "header", "hgroup"}:
            reached = _trim(child, backwards=backwards)
        else:
            reached = not child.is_empty() and (backwards or child.tag != "h1")
        if reached:
            kept += children[number + 1 :]
            break
    part.children = kept[::-1] if backwards else kept
    return reached


def _files(node: Node) -> bool:
    """Whether all that a block says is a time, or names of categories and tags."""
    if (node.tag in INLINE and node.tag != "time") or len(node.words()) > _LENGTH_MAX or node.has("img"):
        return False
    marks = _marks(node)
    return bool(marks) and _LABELS.fullmatch(_without(node, {id(each) for each in marks}).words()) is not None


def _marks(node: Node) -> list[Node]:
    """The times and the links to categories and tags in a node."""
    return [each for each in (node, *node.elements()) if each.tag == "time" or (each.tag == "a" and _is_filed(each))]


def _is_filed(link: Node) -> bool:
    return _FILED.search(link["href"]) is not None or not _FILED_CLASSES.isdisjoint(link["class"].split())


def _without(node: Node, parts: set[int]) -> Node:
    """A node without some parts of it, which are named by their ids."""
    if id(node) in parts:
        return Node(node.tag)
    kept = [each if isinstance(each, str) else _without(each, parts) for each in node.children]
    return Node(node.tag, {}, kept)
