"""Cleaning the HTML of an article."""

from __future__ import annotations

import re
from math import inf

from tuireader.content.cleaning import block_rules, media
from tuireader.content.cleaning.boilerplate import ADVERT, FOR_READERS_ALOUD, is_tracker
from tuireader.content.cleaning.context import Context, Rule, leads_to_heading
from tuireader.content.cleaning.trim_end import trim_beginning, trim_end
from tuireader.content.dom.sanitize import shortened, tree_of
from tuireader.content.dom.tree import Kept, Node, around, beginning, parse, serialise
from tuireader.content.maths.formulas import from_tex
from tuireader.text.language_and_hyphenation import count_words
from tuireader.text.printable import HEADINGS, MARKS, SECTIONS, printable_line

_TO_THE_TOP = re.compile(
    r"(?:(?:back )?to (?:the )?)?top(?: of page)?|nach oben|haut(?: de page)?|arriba", re.IGNORECASE
)
_PERMALINK = re.compile(r"[#¶§🔗⚓\s]*|(?:perma)?link(?: to this (?:heading|section|headline))?|anchor", re.IGNORECASE)
_SIGNS = frozenset("¶§🔗⚓")
_ADMONITION = re.compile(r"(?:^|/)(?:note|tip|warning|caution|important)\.(?:png|svg|gif)$")
"""DocBook's icons before admonitions, which repeat the heading."""
_QUOTES = frozenset("\"'“”„«»‘’‚‹›「『")
_VERBATIM = frozenset({"code", "kbd", "samp", "tt"})
_SPACES_MAX = 4
"""Maximum spaces of code without anything else, which are shown as signs."""
_LABEL_MAX = 60
_MARKS_MAX = 6
"""Maximum depth of inline markup; deeper elements lose their tags, since each piece of text gets all marks."""
_QUESTION_MIN = 3
"""Minimum words of a question on a button."""
_BUTTON = re.compile(r"(?:^|[\s_-])(?:button|btn)(?:[\s_-]|$)", re.IGNORECASE)
_RENAMED = {"b": "strong", "i": "em", "strike": "s", "tt": "code", "acronym": "abbr", "dfn": "em"}


def marked(context: Context, node: Node) -> Kept:
    """Clean an element of inline markup, such as emphasis or code."""
    context.verbatim += node.tag in _VERBATIM
    context.marks += 1
    content = context.children(node)
    context.marks -= 1
    context.verbatim -= node.tag in _VERBATIM
    if context.marks >= _MARKS_MAX:
        return content
    if context.tag == "td" and not content and (mark := _check_or_cross(node["class"])):
        return [mark]
    if Node("p", {}, content).is_empty() and node["id"] not in context.targets:
        spaces = sum(len(each) for each in content if isinstance(each, str))
        is_seen = node.tag in _VERBATIM and 0 < spaces <= _SPACES_MAX
        return [Node("code", {}, ["␣" * spaces])] if is_seen else content
    tag = _RENAMED.get(node.tag, node.tag)
    if len(content) == 1 and isinstance(content[0], Node) and content[0].tag == tag:
        return content
    return around(Node(tag, context.attributes(node)), content)


def quoted(context: Context, node: Node) -> Kept:
    """An inline quote; quotation marks are added unless it has its own."""
    return context.children(node) if node.words()[:1] in _QUOTES else marked(context, node)


def unmarked(context: Context, node: Node) -> Kept:
    """Clean an element without meaning for its text, such as `span`; its id is kept if it is a link's target."""
    if context.tag == "td" and not node.words() and (mark := _check_or_cross(node["class"])):
        return [mark]
    if len(node.words()) <= _LABEL_MAX and FOR_READERS_ALOUD.fullmatch(node.words()):
        return []
    name = node["id"] if node["id"] in context.targets else ""
    if (is_block := _formula(node)) is not None:
        return [media.formula_node(from_tex(_delimited(node.words()), block=is_block))]
    content = context.children(node)
    return around(Node("span", {"id": name}), content) if name else content


def _formula(node: Node) -> bool | None:
    """Whether a formula is a block; None if the span is no formula."""
    classes = set(node["class"].split()) if node["class"] else set()
    return "display" in classes if "math" in classes and classes & {"inline", "display"} else None


def _check_or_cross(names: str) -> str:
    """A check mark or cross for an icon's name; "" if it is neither."""
    words = set(re.findall("[a-z]+", names.lower()))
    return (
        "✓"
        if words & {"check", "checkmark", "tick", "yes"}
        else "✗"
        if words & {"cross", "no", "times", "xmark"}
        else ""
    )


def _delimited(text: str) -> str:
    """TeX without its delimiters."""
    for opening, closing in (("\\(", "\\)"), ("\\[", "\\]"), ("$$", "$$"), ("$", "$")):
        if text.startswith(opening) and text.endswith(closing) and len(text) > len(opening) * 2:
            return text[len(opening) : -len(closing)]
    return text


def link(context: Context, node: Node) -> Kept:
    """A link, if it has a target and a text."""
    content = context.children(node)
    text = Node("p", {}, content)
    address = context.address(node["href"])
    if "#" in node["href"] and (_is_permalink(text, context.tag) or _is_to_the_top(text, node["href"])):
        return []
    name = next((each for each in (node["id"], node["name"]) if each in context.targets), "")
    if text.is_empty() or not address or (context.tag in HEADINGS and leads_to_heading(node)):
        return [*([Node("span", {"id": name})] if name else ()), *content]
    attributes = {"href": address, **({"id": name} if name else {})}
    if title := printable_line(node["title"]):
        attributes["title"] = title
    shown = around(Node("a", attributes), content)
    # Buttons are apart although nothing is written between them.
    return [" ", *shown, " "] if _BUTTON.search(node["class"]) else shown


def _is_permalink(text: Node, tag: str) -> bool:
    """Whether a link is only a permalink."""
    words = text.words()
    in_name = (tag in HEADINGS or tag == "dt") and _PERMALINK.fullmatch(words) is not None
    return (in_name or words in _SIGNS) and not text.has("img")


def _is_to_the_top(text: Node, href: str) -> bool:
    """Whether a link leads to the top of the page."""
    words = text.words() or " ".join(each["alt"] for each in text.elements() if each.tag == "img")
    return href.startswith("#") and _TO_THE_TOP.fullmatch(words.strip()) is not None


def picture(context: Context, node: Node) -> Kept:
    """Clean a picture, or replace it by the text that it stands for; trackers and repeated pictures are dropped."""
    if is_tracker(node) or _ADMONITION.search(node["src"]):
        return []
    if (instead := media.as_text(node)) is not None:
        return [instead]
    address = context.address(media.source_of(node))
    attributes = {"alt": media.alternative(node), "title": printable_line(node["title"])}
    if context.tag == "td" and not attributes["alt"]:
        attributes["alt"] = _check_or_cross(f"{node['class']} {node['src']} {node['title']}") or "▣"
    repeated = address == context.last_picture if address else node["alt"] in context.alternatives
    if not (address or attributes["alt"]) or repeated:
        return []
    context.last_picture = address
    sign = media.SIGN if media.is_small(node) else ""
    shown = {"src": address, "alt": attributes["alt"], "title": attributes["title"], "class": sign}
    return [Node("img", {name: value for name, value in shown.items() if value or name == "alt"})]


def played(context: Context, node: Node) -> Kept:
    """Video, audio, or a frame, as a link."""
    address = context.address(media.address_of(node))
    if not address.startswith(("http:", "https:")) or is_tracker(node) or ADVERT.fullmatch(node["title"]):
        return context.children(node) if node.tag == "object" else []
    link = media.linked(node, address)
    if link["href"] in context.played:
        return []  # again, for those without scripts
    context.played.add(link["href"])
    return [Node("p", {}, [link])]


def checkbox(context: Context, node: Node) -> Kept:
    """A checkbox at the start of an item; other form fields are dropped."""
    if context.tag != "li" or node["type"].lower() != "checkbox":
        return []
    return [Node("input", {"type": "checkbox", **({"checked": ""} if "checked" in node.attributes else {})})]


def empty(_context: Context, node: Node) -> Kept:
    return [Node(node.tag)]


def button(context: Context, node: Node) -> Kept:
    """A button is dropped, unless it is the heading of a collapsible part: in a heading, with one, or a question."""
    if context.tag in HEADINGS or context.tag == "dt" or any(each.tag in HEADINGS for each in node.elements()):
        return context.children(node)
    words = node.words()
    is_question = words.endswith(("?", "？")) and count_words(words) >= _QUESTION_MIN
    return block_rules.strong_paragraph(context, node) if is_question else []


def nothing(_context: Context, _node: Node) -> Kept:
    return []


_UNMARKED = frozenset({"span", "font", "bdi", "bdo", "big", "time", "label"})
"""Elements without meaning for their text."""
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
"""The rule of each element; others keep their content."""


def tidy(root: Node, base_url: str, *, has_tex: bool = False, most: float = inf) -> bool:
    """Clean a tree in place, up to about `most` characters of text; returns whether that is everything."""
    context = Context(root, base_url, _RULES, has_tex=has_tex, most=most)
    root.children = context.blocks(root)
    block_rules.raise_headings(root)
    block_rules.drop_languages(root)
    return context.left > 0


def clean(html: str, base_url: str = "", *, has_tex: bool = False) -> str:
    """Clean the HTML of an article: no active content, no boilerplate, no hidden parts.

    Links become absolute, based on `base_url`; frames, video and audio become links. HTML beyond `SIZE_MAX` characters
    is cut off, with a notice at the end. `has_tex`: text between dollar signs is TeX.
    """
    return serialise(clean_tree(html, base_url, has_tex=has_tex).children)


def clean_beginning(html: str, base_url: str, size: int) -> str:
    """The first whole blocks of the result of `clean`, at most `size` characters, in a fraction of the time.

    "" if the article is hardly longer.
    """
    root = tree_of(shortened(html)[0])
    is_all = tidy(root, base_url, most=2 * size)
    trim_beginning(root)
    found = serialise(root.children)
    return "" if is_all or len(found) <= size else beginning(found, size)


def clean_tree(html: str, base_url: str = "", *, has_tex: bool = False) -> Node:
    """The result of `clean` as a tree."""
    html, notice = shortened(html)
    root = tree_of(html)
    tidy(root, base_url, has_tex=has_tex)
    trim_beginning(root)
    trim_end(root, base_url)
    root.children += parse(notice).children
    return root
