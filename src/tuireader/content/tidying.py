"""What of the tree of an article is kept, and as what."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias
from urllib.parse import unquote, urljoin, urlsplit

from tuireader.content import block_rules as block
from tuireader.content import inline_rules as inline
from tuireader.content.flow import HEADINGS, Kept, in_blocks, is_block
from tuireader.content.junk import is_part_of_page, is_share_bar, is_share_heading, is_share_link
from tuireader.content.tree import Node
from tuireader.text.printable import printable, printable_block

SCHEMES = frozenset(
    {
        "http", "https", "mailto", "ftp", "ftps", "gemini", "gopher", "git", "irc", "ircs", "magnet", "matrix",
        "news", "nntp", "sip", "sips", "sms", "ssh", "tel", "xmpp",
    }
)  # fmt: skip
"""Of links that stay links; which of them open is decided where they are opened."""

_LANGUAGE_TAG = re.compile(r"[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8}){0,5}")


def tidy(root: Node, base_url: str) -> None:
    """Keep of a tree what an article is made of, in place; in its containers there are then only blocks."""
    tidier = Tidier(root, base_url)
    root.children = tidier.blocks(root)


class Tidier:
    """What the rules for elements share: what links lead to, and where in the article they are."""

    def __init__(self, root: Node, base_url: str) -> None:
        elements = list(root.elements())
        links = [each for each in elements if each.tag == "a"]
        named = {each["id"] or each["name"] for each in elements if each["id"] or (each.tag == "a" and each["name"])}
        self.base = base_url
        self.targets = {target for link in links if (target := self.fragment(link["href"])) in named}
        """The names of elements that links in the article lead to."""
        self.shares = any(map(is_share_link, links))
        self.tag = ""
        """The block that is being read, where that makes a difference: a heading or an item."""
        self.last_picture = ""

    def children(self, node: Node) -> Kept:
        """What is kept of what an element holds."""
        found: Kept = []
        for child in node.children:
            if isinstance(child, str):
                found.append(printable_block(child))
            elif self.shares and is_share_bar(child):
                _drop_share_heading(found)
            elif not is_part_of_page(child):
                found += _RULES.get(child.tag, Tidier.children)(self, child)
        return found

    def blocks(self, node: Node) -> Kept:
        """Likewise, as blocks only."""
        return in_blocks(self.children(node))

    def attributes(self, node: Node) -> dict[str, str]:
        """What matters of any element: its name if a link leads to it, its language and direction."""
        if not node.attributes:
            return {}
        found = {"id": node["id"]} if node["id"] in self.targets else {}
        if node["dir"].lower() in {"rtl", "ltr", "auto"}:
            found["dir"] = node["dir"].lower()
        if _LANGUAGE_TAG.fullmatch(node["lang"]):
            found["lang"] = node["lang"]
        return found

    def fragment(self, href: str) -> str:
        """The name that a link within the article leads to; empty for a link to elsewhere."""
        place, _, name = href.strip().partition("#")
        return unquote(name) if not place or place == self.base.partition("#")[0] else ""

    def address(self, href: str) -> str:
        """An absolute address, or the name of a place in the article behind a "#"; empty where there is neither."""
        if (name := self.fragment(href)) and name in self.targets:
            return f"#{name}"
        if not href.strip():
            return ""
        try:
            address = urljoin(self.base, printable(href).strip())
            scheme = urlsplit(address).scheme
        except ValueError:
            return ""
        return address.replace(" ", "%20") if scheme in SCHEMES or not scheme else ""


def _drop_share_heading(found: Kept) -> None:
    while found and isinstance(found[-1], str) and not found[-1].strip():
        del found[-1]
    if found and isinstance(found[-1], Node) and is_block(found[-1]) and is_share_heading(found[-1]):
        del found[-1]


_CONTAINERS = frozenset(
    {
        "div", "section", "article", "main", "header", "footer", "aside", "nav", "address", "center", "details",
        "hgroup", "fieldset", "form",
    }
)  # fmt: skip
_MARKED = frozenset(
    {
        "abbr", "acronym", "b", "cite", "code", "del", "dfn", "em", "i", "ins", "kbd", "mark", "q", "rp", "rt", "ruby",
        "s", "samp", "small", "strike", "strong", "sub", "sup", "tt", "u", "var",
    }
)  # fmt: skip

_Rule: TypeAlias = Callable[[Tidier, Node], Kept]
_RULES: dict[str, _Rule] = {
    **dict.fromkeys(_CONTAINERS, block.container),
    **dict.fromkeys(("p", *HEADINGS), block.paragraph),
    **dict.fromkeys(("summary", "legend"), block.strong_paragraph),
    **dict.fromkeys(("ul", "ol"), block.listed),
    **dict.fromkeys(("li", "dt", "dd"), block.item),
    "dl": block.definitions,
    "blockquote": block.quote,
    "pre": block.code_block,
    "figure": block.figure,
    **dict.fromkeys(("figcaption", "caption"), block.caption),
    "table": block.table,
    **dict.fromkeys(("tr", "thead", "tbody", "tfoot"), block.part_of_table),
    **dict.fromkeys(("td", "th"), block.cell),
    **dict.fromkeys(_MARKED, inline.marked),
    **dict.fromkeys(("span", "font", "bdi", "bdo", "big", "time", "label"), inline.unmarked),
    "a": inline.link,
    "img": inline.picture,
    **dict.fromkeys(("iframe", "video", "audio", "embed", "object"), inline.played),
    "input": inline.checkbox,
    **dict.fromkeys(("br", "hr", "wbr"), inline.empty),
    **dict.fromkeys(("button", "select", "option", "textarea", "source", "col"), inline.nothing),
}
"""What is done with elements; of all others what they hold is kept."""
