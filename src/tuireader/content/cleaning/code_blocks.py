"""Code as sites show it: in what language, without colours, line numbers and the tables that hold them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tuireader.content.cleaning.known_by_class import is_part_of_page
from tuireader.content.dom.tree import Node
from tuireader.text.html_elements import INLINE
from tuireader.text.printable import printable_block

_LANGUAGE = re.compile(
    r"(?:^|\s)(?:language-|lang-|lang:|highlight-source-|brush:\s*|sourceCode\s+|highlight\s+)([a-z][\w+#-]{0,29})",
    re.IGNORECASE,
)
_NO_LANGUAGE = frozenset({
    "text", "plaintext", "plain", "none", "nohighlight", "txt", "default", "generic", "auto", "sourcecode",
    "chroma",
})  # fmt: skip
_SHORT_LANGUAGES = frozenset({
    "c", "r", "d", "v", "q", "go", "js", "ts", "py", "rb", "rs", "cs", "fs", "hs", "sh", "ps", "vb", "tf", "kt",
    "ml", "pl", "md",
})  # fmt: skip
_TABLES = frozenset({
    "highlighttable", "rouge-table", "lntable", "codehilitetable", "highlight",
})  # fmt: skip


def listing(pre: Node) -> list[Node | str]:
    """Return a block of code, or nothing where it is empty."""
    text = printable_block("".join(_text(pre)))
    lines = [line.rstrip() for line in text.split("\n")]
    while lines and not lines[0]:
        del lines[0]
    while lines and not lines[-1]:
        del lines[-1]
    if not lines:
        return []
    language = language_of(pre) or next(filter(None, map(language_of, pre.elements())), "")
    code = Node("code", {"class": f"language-{language}"} if language else {}, ["\n".join(lines) + "\n"])
    return [Node("pre", {}, [code])]


def listing_in(table: Node) -> Node | None:
    """Return the block of code for which a table holds line numbers beside it, None if it is another table."""
    blocks = [each for each in table.elements() if each.tag == "pre"]
    cells = sum(each.tag in {"td", "th"} for each in table.elements())
    if not blocks or cells > 2 or not (_TABLES & set(table["class"].split()) or len(blocks) == cells == 2):
        return None
    return blocks[-1]


def language_of(node: Node) -> str:
    """Return the name of the language that an element says its code is in, empty if it says none."""
    for name in ("data-lang", "data-language", "data-enlighter-language"):
        if node[name]:
            return _named(node[name])
    if found := _LANGUAGE.search(node["class"]):
        return _named(found[1])
    given = node["lang"].lower() if node.tag in {"pre", "code"} else ""
    return _named(given) if given in _SHORT_LANGUAGES or (len(given) > 2 and given.isalpha()) else ""


def _named(language: str) -> str:
    language = language.strip().lower()
    return language if re.fullmatch(r"[a-z][\w+#-]{0,29}", language) and language not in _NO_LANGUAGE else ""


def _text(node: Node) -> Iterator[str]:
    """Yield the text of a block of code: what is set as a block in it stands on lines of its own."""
    end = "\n"
    for child in node.children:
        piece = _piece(child)
        is_block = isinstance(child, Node) and child.tag not in INLINE and child.tag != "br"
        if is_block and piece:
            piece = f"{'' if end == chr(10) else chr(10)}{piece}{'' if piece.endswith(chr(10)) else chr(10)}"
        yield piece
        end = piece[-1:] or end


def _piece(child: Node | str) -> str:
    if isinstance(child, str):
        return child
    if child.tag == "br":
        return "\n"
    if is_part_of_page(child) or child.tag in {"button", "select", "textarea"}:
        return ""
    return "".join(_text(child))
