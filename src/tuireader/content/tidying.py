"""What of the tree of an article is kept, and as what."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias
from urllib.parse import unquote, urljoin, urlsplit

from tuireader.content import media
from tuireader.content.junk import is_part_of_page, is_share_bar, is_share_heading, is_share_link, is_tracker
from tuireader.content.listings import language_of, listing, listing_in
from tuireader.content.printable import printable, printable_block
from tuireader.content.tree import INLINE, VOID, Node

Kept: TypeAlias = list[Node | str]

SCHEMES = frozenset(
    {
        "http", "https", "mailto", "ftp", "ftps", "gemini", "gopher", "git", "irc", "ircs", "magnet", "matrix",
        "news", "nntp", "sip", "sips", "sms", "ssh", "tel", "xmpp",
    }
)  # fmt: skip
"""Of links that stay links; which of them open is decided where they are opened."""

_PERMALINK = re.compile(r"[#¶§🔗⚓\s]*|(?:perma)?link(?: to this (?:heading|section|headline))?|anchor", re.IGNORECASE)
_RENAMED = {"b": "strong", "i": "em", "strike": "s", "tt": "code", "acronym": "abbr", "dfn": "em"}
_ALIGNED = re.compile(r"text-align\s*:\s*(left|right|center)", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,6}")
_LANGUAGE_TAG = re.compile(r"[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8}){0,5}")
_SHOWN_IN_FIGURES = frozenset({"img", "table", "pre", "blockquote"})


def tidy(root: Node, base_url: str) -> None:
    """Keep of a tree what an article is made of, in place; in its containers there are then only blocks."""
    tidier = _Tidier(root, base_url)
    root.children = tidier.blocks(root)


class _Tidier:
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
                found += _HANDLERS.get(child.tag, _Tidier.children)(self, child)
        return found

    def blocks(self, node: Node) -> Kept:
        """Likewise, as blocks only."""
        return in_blocks(self.children(node))

    # Blocks

    def container(self, node: Node) -> Kept:
        """A division of the page: what it holds matters, and the direction of its text."""
        if language := language_of(node):
            for each in node.elements():
                if each.tag == "pre":
                    each.attributes.setdefault("data-language", language)
        blocks, attributes = self.blocks(node), self.attributes(node)
        return [Node("div", attributes, blocks)] if attributes and blocks else blocks

    def paragraph(self, node: Node) -> Kept:
        """A paragraph or a heading."""
        outer, self.tag = self.tag, node.tag if node.tag != "p" else self.tag
        content = _trimmed(self.children(node))
        self.tag = outer
        if any(map(is_block, content)):
            return in_blocks(content)
        found = Node(node.tag, self.attributes(node), content)
        return [] if found.is_empty() else [found]

    def strong_paragraph(self, node: Node) -> Kept:
        """What is seen of a part that can be folded, or the name of a group of fields."""
        strong = Node("strong", {}, _trimmed(self.children(node)))
        return [] if strong.is_empty() else [Node("p", {}, [strong])]

    def quote(self, node: Node) -> Kept:
        """A quotation."""
        blocks = self.blocks(node)
        return [Node("blockquote", self.attributes(node), blocks)] if blocks else []

    def listed(self, node: Node) -> Kept:
        """A list: what it holds is in its items, also what was beside them."""
        items: list[Node | str] = []
        for child in self.children(node):
            if isinstance(child, Node) and child.tag == "li":
                items.append(child)
            elif isinstance(child, Node) or child.strip():
                if not items:
                    items.append(Node("li"))
                items[-1].children.append(child)  # type: ignore[union-attr]  # there are only items
        start = {"start": node["start"]} if node.tag == "ol" and _NUMBER.fullmatch(node["start"]) else {}
        return [Node(node.tag, {**start, **self.attributes(node)}, items)] if items else []

    def definitions(self, node: Node) -> Kept:
        """A definition list; what stands beside its terms is of the last."""
        content = [child for child in self.children(node) if isinstance(child, Node) or child.strip()]
        return [Node("dl", self.attributes(node), content)] if content else []

    def item(self, node: Node) -> Kept:
        """An item of a list, or a term and what it means."""
        outer, self.tag = self.tag, node.tag
        found = Node(node.tag, self.attributes(node), _trimmed(self.children(node)))
        self.tag = outer
        return [] if found.is_empty() else [found]

    def code_block(self, node: Node) -> Kept:
        """Preformatted text."""
        return listing(node)

    def figure(self, node: Node) -> Kept:
        """A figure; without a picture or the like it is no more than what it holds."""
        found = Node("figure", self.attributes(node), self.children(node))
        if found.is_empty():
            return []
        if any(each.tag in _SHOWN_IN_FIGURES for each in found.elements()):
            return [found]
        for child in found.children:
            if isinstance(child, Node) and child.tag == "figcaption":
                child.tag = "p"
        return in_blocks(found.children)

    def caption(self, node: Node) -> Kept:
        """A caption."""
        found = Node(node.tag, {}, _trimmed(self.children(node)))
        return [] if found.is_empty() else [found]

    # Tables

    def table(self, node: Node) -> Kept:
        """A table, unless it only puts things side by side or numbers lines of code."""
        if (code := listing_in(node)) is not None:
            return listing(code)
        inside = [each.tag for each in node.elements()]
        rows, cells = inside.count("tr"), inside.count("td") + inside.count("th")
        if node["role"] == "presentation" or cells <= rows or "table" in inside:
            return self.unpacked(node)
        found = Node("table", self.attributes(node), list(_only_nodes(self.children(node))))
        return [] if found.is_empty() else [found]

    def unpacked(self, node: Node) -> Kept:
        """What the cells of a table hold, one after another."""
        found: Kept = []
        for child in _only_nodes(node.children):
            found += self.blocks(child) if child.tag in {"td", "th", "caption"} else self.unpacked(child)
        return found

    def part_of_table(self, node: Node) -> Kept:
        """A row, or a group of rows."""
        return [Node(node.tag, {}, list(_only_nodes(self.children(node))))]

    def cell(self, node: Node) -> Kept:
        """A cell of a table."""
        found = _ALIGNED.search(node["style"])
        align = found[1].lower() if found else node["align"].lower()
        attributes = {"align": align} if align in {"left", "right", "center"} else {}
        attributes |= {name: node[name] for name in ("colspan", "rowspan") if _NUMBER.fullmatch(node[name])}
        return [Node(node.tag, attributes | self.attributes(node), _trimmed(self.children(node)))]

    # Within paragraphs

    def marked(self, node: Node) -> Kept:
        """Text with a mark of its own."""
        content = self.children(node)
        if Node("p", {}, content).is_empty() and node["id"] not in self.targets:
            return content
        return _around(Node(_RENAMED.get(node.tag, node.tag), self.attributes(node)), content)

    def unmarked(self, node: Node) -> Kept:
        """Text without any: only its name may matter."""
        name = node["id"] if node["id"] in self.targets else ""
        content = self.children(node)
        return _around(Node("span", {"id": name}), content) if name else content

    def link(self, node: Node) -> Kept:
        """A link, if it leads anywhere and can be seen."""
        content = self.children(node)
        text = Node("p", {}, content)
        address = self.address(node["href"])
        if self.tag in _HEADINGS and "#" in node["href"] and _PERMALINK.fullmatch(text.words()) and not text.has("img"):
            return []
        name = next((each for each in (node["id"], node["name"]) if each in self.targets), "")
        if text.is_empty() or not address:
            return [*([Node("span", {"id": name})] if name else ()), *content]
        attributes = {"href": address, **({"id": name} if name else {})}
        if title := " ".join(printable(node["title"]).split()):
            attributes["title"] = title
        return _around(Node("a", attributes), content)

    def picture(self, node: Node) -> Kept:
        """A picture."""
        if is_tracker(node):
            return []
        if (instead := media.as_text(node)) is not None:
            return [instead]
        address = self.address(media.source_of(node))
        attributes = {name: " ".join(printable(node[name]).split()) for name in ("alt", "title")}
        repeated = address == self.last_picture != ""
        if not (address or attributes["alt"]) or repeated:
            return []
        self.last_picture = address
        shown = {"src": address, "alt": attributes["alt"], "title": attributes["title"]}
        return [Node("img", {name: value for name, value in shown.items() if value or name == "alt"})]

    def played(self, node: Node) -> Kept:
        """A film, sound, or a page within the page."""
        address = self.address(media.address_of(node))
        if not address.startswith(("http:", "https:")) or is_tracker(node):
            return self.children(node) if node.tag == "object" else []
        return [media.linked(node, address)]

    def checkbox(self, node: Node) -> Kept:
        """A box to tick at the beginning of an item; other fields of forms are none of the article."""
        if self.tag != "li" or node["type"].lower() != "checkbox":
            return []
        return [Node("input", {"type": "checkbox", **({"checked": ""} if "checked" in node.attributes else {})})]

    def empty(self, node: Node) -> Kept:
        """A line break, a rule, or a place where a word may be broken."""
        return [Node(node.tag)]

    def nothing(self, _node: Node) -> Kept:
        """A field of a form, and what can be chosen in it."""
        return []

    # Attributes

    def attributes(self, node: Node) -> dict[str, str]:
        """What matters of any element: its name if a link leads to it, its language and direction."""
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
        try:
            address = urljoin(self.base, printable(href).strip())
            scheme = urlsplit(address).scheme
        except ValueError:
            return ""
        return address.replace(" ", "%20") if scheme in SCHEMES or not scheme else ""


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
        paragraph = Node("p", {}, _trimmed(run))
        if not paragraph.is_empty():
            found.append(paragraph)
        found.append(child)
        run = []
    return found[:-1]


def _around(outer: Node, content: Kept) -> Kept:
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


def _trimmed(content: Kept) -> Kept:
    """Return content without space and line breaks at its ends."""
    start, end = 0, len(content)
    while start < end and _is_blank(content[start]):
        start += 1
    while end > start and _is_blank(content[end - 1]):
        end -= 1
    return content[start:end]


def _is_blank(child: Node | str) -> bool:
    return not child.strip() if isinstance(child, str) else child.tag == "br"


def _only_nodes(content: Kept) -> list[Node]:
    return [child for child in content if isinstance(child, Node)]


def _drop_share_heading(found: Kept) -> None:
    while found and isinstance(found[-1], str) and not found[-1].strip():
        del found[-1]
    if found and isinstance(found[-1], Node) and is_block(found[-1]) and is_share_heading(found[-1]):
        del found[-1]


_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_PARAGRAPHS = frozenset({"p", *_HEADINGS})
_Handler: TypeAlias = Callable[[_Tidier, Node], Kept]
_HANDLERS: dict[str, _Handler] = {
    **dict.fromkeys(
        {
            "div",
            "section",
            "article",
            "main",
            "header",
            "footer",
            "aside",
            "nav",
            "address",
            "center",
            "details",
            "hgroup",
            "fieldset",
            "form",
        },
        _Tidier.container,
    ),
    **dict.fromkeys(_PARAGRAPHS, _Tidier.paragraph),
    **dict.fromkeys(("summary", "legend"), _Tidier.strong_paragraph),
    **dict.fromkeys(("ul", "ol"), _Tidier.listed),
    **dict.fromkeys(("li", "dt", "dd"), _Tidier.item),
    "dl": _Tidier.definitions,
    "blockquote": _Tidier.quote,
    "pre": _Tidier.code_block,
    "figure": _Tidier.figure,
    **dict.fromkeys(("figcaption", "caption"), _Tidier.caption),
    "table": _Tidier.table,
    **dict.fromkeys(("tr", "thead", "tbody", "tfoot"), _Tidier.part_of_table),
    **dict.fromkeys(("td", "th"), _Tidier.cell),
    **dict.fromkeys(
        {
            "abbr",
            "acronym",
            "b",
            "cite",
            "code",
            "del",
            "dfn",
            "em",
            "i",
            "ins",
            "kbd",
            "mark",
            "q",
            "rp",
            "rt",
            "ruby",
            "s",
            "samp",
            "small",
            "strike",
            "strong",
            "sub",
            "sup",
            "tt",
            "u",
            "var",
        },
        _Tidier.marked,
    ),
    **dict.fromkeys(("span", "font", "bdi", "bdo", "big", "time", "label"), _Tidier.unmarked),
    "a": _Tidier.link,
    "img": _Tidier.picture,
    **dict.fromkeys(("iframe", "video", "audio", "embed", "object"), _Tidier.played),
    "input": _Tidier.checkbox,
    **dict.fromkeys(("br", "hr", "wbr"), _Tidier.empty),
    **dict.fromkeys(("button", "select", "option", "textarea", "source", "col"), _Tidier.nothing),
}
