"""clean: from the HTML of a feed or a page to the HTML of an article.

How bodies end that are not the end of the article (notices, reply forms) is looked for at the end only, and counts only
where it is all that a block says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from math import inf

from tuireader.content.cleaning import block_rules, media
from tuireader.content.cleaning.boilerplate_classes import is_share_bar, is_share_heading, is_tracker, without_links
from tuireader.content.cleaning.context import Context, Rule
from tuireader.content.cleaning.phrases import END, FOR_READERS_ALOUD, LABEL, MORE, NOTICE, ORIGIN, REPLY
from tuireader.content.dom.sanitize import shortened, tree_of
from tuireader.content.dom.tree import Kept, Node, around, beginning, parse, serialise, trimmed
from tuireader.content.maths.formulas import from_tex
from tuireader.text.html_elements import HEADINGS, MARKS, SECTIONS
from tuireader.text.printable import printable_line
from tuireader.urls.hosts import lead_elsewhere

_TO_THE_TOP = re.compile(
    r"(?:(?:back )?to (?:the )?)?top(?: of page)?|nach oben|haut(?: de page)?|arriba", re.IGNORECASE
)
_PERMALINK = re.compile(r"[#¶§🔗⚓\s]*|(?:perma)?link(?: to this (?:heading|section|headline))?|anchor", re.IGNORECASE)
_SIGNS = frozenset("¶§🔗⚓")
_ADMONITION = re.compile(r"(?:^|/)(?:note|tip|warning|caution|important)\.(?:png|svg|gif)$")
"""The signs that DocBook sets before a box whose heading says the same."""
_QUOTES = frozenset("\"'“”„«»‘’‚‹›「『")
_VERBATIM = frozenset({"code", "kbd", "samp", "tt"})
_LABEL_MAX = 60
_BUTTON = re.compile(r"(?:^|[\s_-])(?:button|btn)(?:[\s_-]|$)", re.IGNORECASE)
_RENAMED = {"b": "strong", "i": "em", "strike": "s", "tt": "code", "acronym": "abbr", "dfn": "em"}


def marked(context: Context, node: Node) -> Kept:
    """Text with a mark of its own."""
    context.verbatim += node.tag in _VERBATIM
    content = context.children(node)
    context.verbatim -= node.tag in _VERBATIM
    if context.tag == "td" and not content and (mark := _mark(node["class"])):
        return [mark]
    if Node("p", {}, content).is_empty() and node["id"] not in context.targets:
        return content
    tag = _RENAMED.get(node.tag, node.tag)
    if len(content) == 1 and isinstance(content[0], Node) and content[0].tag == tag:
        return content
    return around(Node(tag, context.attributes(node)), content)


def quoted(context: Context, node: Node) -> Kept:
    """A quotation within a paragraph; where it has marks of its own, no others are put around it."""
    return context.children(node) if node.words()[:1] in _QUOTES else marked(context, node)


def unmarked(context: Context, node: Node) -> Kept:
    """Text without any: only its name may matter."""
    if context.tag == "td" and not node.words() and (mark := _mark(node["class"])):
        return [mark]
    if len(node.words()) <= _LABEL_MAX and FOR_READERS_ALOUD.fullmatch(node.words()):
        return []
    name = node["id"] if node["id"] in context.targets else ""
    if (is_block := _formula(node)) is not None:
        return [media.formula_node(from_tex(_delimited(node.words()), block=is_block))]
    content = context.children(node)
    return around(Node("span", {"id": name}), content) if name else content


def _formula(node: Node) -> bool | None:
    """Whether a span that is all of a formula is a block; None where it is none."""
    classes = set(node["class"].split()) if node["class"] else set()
    return "display" in classes if "math" in classes and classes & {"inline", "display"} else None


def _mark(names: str) -> str:
    """The mark that an icon is, by what it is called; empty where that says neither."""
    words = set(re.findall("[a-z]+", names.lower()))
    return (
        "✓"
        if words & {"check", "checkmark", "tick", "yes"}
        else "✗"
        if words & {"cross", "no", "times", "xmark"}
        else ""
    )


def _delimited(text: str) -> str:
    """TeX without the marks around it."""
    for opening, closing in (("\\(", "\\)"), ("\\[", "\\]"), ("$$", "$$"), ("$", "$")):
        if text.startswith(opening) and text.endswith(closing) and len(text) > len(opening) * 2:
            return text[len(opening) : -len(closing)]
    return text


def link(context: Context, node: Node) -> Kept:
    """A link, if it leads anywhere and can be seen."""
    content = context.children(node)
    text = Node("p", {}, content)
    address = context.address(node["href"])
    if "#" in node["href"] and (_is_permalink(text, context.tag) or _is_to_the_top(text, node["href"])):
        return []
    name = next((each for each in (node["id"], node["name"]) if each in context.targets), "")
    if text.is_empty() or not address:
        return [*([Node("span", {"id": name})] if name else ()), *content]
    attributes = {"href": address, **({"id": name} if name else {})}
    if title := printable_line(node["title"]):
        attributes["title"] = title
    shown = around(Node("a", attributes), content)
    # Buttons are apart although nothing is written between them.
    return [" ", *shown, " "] if _BUTTON.search(node["class"]) else shown


def _is_permalink(text: Node, tag: str) -> bool:
    """Whether a link is no more than the address of the place where it stands."""
    words = text.words()
    in_name = (tag in HEADINGS or tag == "dt") and _PERMALINK.fullmatch(words) is not None
    return (in_name or words in _SIGNS) and not text.has("img")


def _is_to_the_top(text: Node, href: str) -> bool:
    """Whether a link only leads to the beginning of the page."""
    words = text.words() or " ".join(each["alt"] for each in text.elements() if each.tag == "img")
    return href.startswith("#") and _TO_THE_TOP.fullmatch(words.strip()) is not None


def picture(context: Context, node: Node) -> Kept:
    """A picture."""
    if is_tracker(node) or _ADMONITION.search(node["src"]):
        return []
    if (instead := media.as_text(node)) is not None:
        return [instead]
    address = context.address(media.source_of(node))
    attributes = {"alt": media.alternative(node), "title": printable_line(node["title"])}
    if context.tag == "td" and not attributes["alt"]:
        attributes["alt"] = _mark(f"{node['class']} {node['src']} {node['title']}") or "▣"
    repeated = address == context.last_picture != ""
    if not (address or attributes["alt"]) or repeated:
        return []
    context.last_picture = address
    sign = media.SIGN if media.is_small(node) else ""
    shown = {"src": address, "alt": attributes["alt"], "title": attributes["title"], "class": sign}
    return [Node("img", {name: value for name, value in shown.items() if value or name == "alt"})]


def played(context: Context, node: Node) -> Kept:
    """A film, sound, or a page within the page."""
    address = context.address(media.address_of(node))
    if not address.startswith(("http:", "https:")) or is_tracker(node):
        return context.children(node) if node.tag == "object" else []
    return [Node("p", {}, [media.linked(node, address)])]


def checkbox(context: Context, node: Node) -> Kept:
    """A box to tick at the beginning of an item; other fields of forms are none of the article."""
    if context.tag != "li" or node["type"].lower() != "checkbox":
        return []
    return [Node("input", {"type": "checkbox", **({"checked": ""} if "checked" in node.attributes else {})})]


def empty(_context: Context, node: Node) -> Kept:
    return [Node(node.tag)]


def button(context: Context, node: Node) -> Kept:
    """A button is none of the article, but for the one that unfolds what its heading is above."""
    return context.children(node) if context.tag in HEADINGS or context.tag == "dt" else []


def nothing(_context: Context, _node: Node) -> Kept:
    return []


_BLOCKS_MAX = 30
"""So many blocks from the end are looked at."""

_HEADING_MAX = 80
_ENDED = re.compile(r"[.!?…:\])”’\"。！？]\s*$")
_UNMARKED = frozenset({"span", "font", "bdi", "bdo", "big", "time", "label"})
"""Elements without a meaning for their text."""
_MARKED = (MARKS - _UNMARKED - {"a"}) | {"rp", "rt", "ruby"}
_RULES: dict[str, Rule] = {
    **dict.fromkeys(SECTIONS, block_rules.container),
    **dict.fromkeys(("p", *HEADINGS), block_rules.paragraph),
    **dict.fromkeys(("summary", "legend"), block_rules.strong_paragraph),
    **dict.fromkeys(("ul", "ol"), block_rules.listed),
    **dict.fromkeys(("li", "dt", "dd"), block_rules.item),
    "dl": block_rules.definitions,
    "blockquote": block_rules.quote,
    "pre": block_rules.code_block,
    "figure": block_rules.figure,
    **dict.fromkeys(("figcaption", "caption"), block_rules.caption),
    "table": block_rules.table,
    **dict.fromkeys(("tr", "thead", "tbody", "tfoot"), block_rules.part_of_table),
    **dict.fromkeys(("td", "th"), block_rules.cell),
    **dict.fromkeys(_MARKED, marked),
    **dict.fromkeys(_UNMARKED, unmarked),
    "q": quoted,
    "a": link,
    "img": picture,
    **dict.fromkeys(("iframe", "video", "audio", "embed", "object"), played),
    "input": checkbox,
    **dict.fromkeys(("br", "hr", "wbr"), empty),
    **dict.fromkeys(("select", "option", "textarea", "source", "col"), nothing),
    "button": button,
}
"""The rule of each element; of others the content is kept."""


def is_notice(words: str) -> bool:
    """Whether that is all that a block at the end says, and it is not of the article."""
    return len(words) < 300 and NOTICE.fullmatch(words) is not None


def trim_end(root: Node, base_url: str) -> None:
    """Take from the end what is not the end of the article, in place."""
    _cut_reply_form(root)
    for _ in range(_BLOCKS_MAX):
        found = next(_from_the_end(root), None)
        if found is None:
            return
        parent, last = found
        if _is_closing(last):
            _remove(parent, last)
        elif not (_cut_other_articles(root, base_url) or _cut_read_more(parent, last)):
            return


def trim_beginning(root: Node) -> None:
    """Take rules from the beginning, in place."""
    around: Node | str = root
    while isinstance(around, Node) and around.children:
        first = around.children[0]
        if isinstance(first, Node) and first.tag == "hr":
            del around.children[0]
        else:
            around = first if isinstance(first, Node) and first.tag == "div" else ""


def _is_closing(block: Node) -> bool:
    if block.tag == "hr" or block.is_empty() or is_share_bar(block):
        return True
    if block.tag not in {"p", "div"} and block.tag not in HEADINGS:
        return False
    words = block.words()
    return is_notice(words) or is_share_heading(block) or _is_reply_heading(block) or _is_origin(block, words)


def _is_origin(block: Node, words: str) -> bool:
    """Whether a block says where the article appeared first: a short sentence around one or two links."""
    links = sum(each.tag == "a" for each in block.elements())
    if not 1 <= links <= 3 or len(words) > 600:
        return False
    outside = without_links(block)
    return len(outside) < 160 and ORIGIN.fullmatch(outside) is not None


def _is_reply_heading(block: Node) -> bool:
    return block.tag in HEADINGS and REPLY.fullmatch(block.words()) is not None


def _cut_reply_form(root: Node) -> None:
    """Cut the article before a heading such as "Leave a Reply", if only notices and labels of a form follow."""
    after: list[tuple[Node, Node]] = []
    for parent, block in islice(_from_the_end(root), _BLOCKS_MAX):
        after.append((parent, block))
        if _is_reply_heading(block):
            for each in after:
                _remove(*each)
            return
        words = block.words()
        if words and not (is_notice(words) or LABEL.fullmatch(words)):
            return


def _cut_other_articles(root: Node, base_url: str) -> bool:
    """Cut the article before a heading such as "Related articles", if only links follow; whether it was there.

    Links of which none leads to the site are of the article: what its author has read.
    """
    after: list[tuple[Node, Node]] = []
    for parent, block in islice(_from_the_end(root), _BLOCKS_MAX):
        after.append((parent, block))
        words = block.words()
        if len(after) > 1 and len(words) <= _HEADING_MAX and END.fullmatch(words) and not block.has("a"):
            links = (each["href"] for _, after_it in after for each in after_it.elements() if each["href"])
            if lead_elsewhere(links, base_url):
                return False
            for each in after:
                _remove(*each)
            return True
        if not block.is_empty() and (not block.has("a") or any(map(str.isalpha, without_links(block)))):
            break
    return False


def _cut_read_more(parent: Node, block: Node) -> bool:
    """Take a link to the rest of the article from the end of the last block; whether there was one."""
    if block.tag not in {"p", "div"} or not any(each.tag == "a" for each in block.elements()):
        return False
    if MORE.fullmatch(block.words()):
        _remove(parent, block)
        return True
    last = block.children[-1]
    if isinstance(last, str) or not any(each.tag == "a" for each in (last, *last.elements())):
        return False
    before = Node("p", {}, block.children[:-1]).words()
    if not MORE.fullmatch(last.words()) or not _ENDED.search(before):
        return False
    block.children = trimmed(block.children[:-1])
    return True


def _from_the_end(node: Node) -> Iterator[tuple[Node, Node]]:
    """Yield the blocks of a container with their parents, the last first, also those of containers within it."""
    for child in reversed(node.children):
        if isinstance(child, Node) and child.tag == "div" and child.children:
            yield from _from_the_end(child)
        elif isinstance(child, Node):
            yield node, child


def _remove(parent: Node, block: Node) -> None:
    """Remove a block that is one of the last."""
    for index in range(len(parent.children) - 1, -1, -1):
        if parent.children[index] is block:
            del parent.children[index]
            return


def tidy(root: Node, base_url: str, *, has_tex: bool = False, most: float = inf) -> bool:
    """Keep of a tree what an article is made of, in place; in its containers there are then only blocks.

    Of about `most` characters of text; gives whether that is all.
    """
    context = Context(root, base_url, _RULES, has_tex=has_tex, most=most)
    root.children = context.blocks(root)
    return context.left > 0


def clean(html: str, base_url: str = "", *, has_tex: bool = False) -> str:
    """Return the HTML of an article without what is dangerous, what is not of the article, and what no page shows.

    Links are absolute, seen from `base_url`. Frames, films and sound are links. What is longer than `SIZE_MAX`
    characters is cut off, and the text says so. With `has_tex`, what stands between dollars is a formula.
    """
    return serialise(clean_tree(html, base_url, has_tex=has_tex).children)


def clean_beginning(html: str, base_url: str, size: int) -> str:
    """Return the first whole blocks of what `clean` gives, at most `size` characters, in a fraction of the time.

    Empty where that is not much less than all of it.
    """
    root = tree_of(shortened(html)[0])
    is_all = tidy(root, base_url, most=2 * size)
    trim_beginning(root)
    found = serialise(root.children)
    return "" if is_all or len(found) <= size else beginning(found, size)


def clean_tree(html: str, base_url: str = "", *, has_tex: bool = False) -> Node:
    """Return the same as a tree."""
    html, notice = shortened(html)
    root = tree_of(html)
    tidy(root, base_url, has_tex=has_tex)
    trim_beginning(root)
    trim_end(root, base_url)
    root.children += parse(notice).children
    return root
