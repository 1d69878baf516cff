"""Cleaning rules for blocks: paragraphs, lists, quotes, code, figures and tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, pairwise, zip_longest
from typing import TypeGuard

from tuireader.content.cleaning.boilerplate import ADVERT, BUTTON, TRAIL, TRAIL_OR_NOTE, is_boilerplate, without_links
from tuireader.content.cleaning.context import Context, as_lines, is_verse, lines_of
from tuireader.content.cleaning.media import UNNAMED, is_picture, is_sign
from tuireader.content.cleaning.plain_prose import is_prose, reflowed
from tuireader.content.dom.tree import Kept, Node, in_blocks, is_block, only_nodes, trimmed, trimmed_lines
from tuireader.text.language_and_hyphenation import count_words
from tuireader.text.printable import HEADINGS, INLINE, SECTIONS, printable_block
from tuireader.urls.hosts import same_host

_ADMONITIONS_KINDS = frozenset({
    "admonition", "admonitionblock", "attention", "caution", "danger", "hint", "important", "markdown-alert", "note",
    "tip", "warning",
})  # fmt: skip
_TITLES = frozenset({"admonition-title", "markdown-alert-title", "title"})
_TITLE_WITHIN, _TITLE_MAX = 8, 60
"""Elements searched for a box's title, and maximum characters of it."""
_LINES, _TITLE_LINE_MAX = frozenset({"p", "div"}), 300
"""Blocks that are lines of a title, and its maximum characters."""

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
_LINE = re.compile(r"(?:^|[\s_-])line(?:\s|$)")
"""A class of elements that are one line of code."""
_NUMBERS_MIN = 3
"""Minimum lines with numbers."""
_TABLES = frozenset({
    "highlighttable", "rouge-table", "lntable", "codehilitetable", "highlight",
})  # fmt: skip
_ALIGNED = re.compile(r"text-align\s*:\s*(left|right|center)", re.IGNORECASE)
_PROSE = 40
"""Words in a cell from which a table is only layout."""
_CONTENTS_MIN = 2
"""Minimum links of a table of contents."""
_TRAIL_MAX = 300
_PULLED = re.compile(r"pull-?_?quote", re.IGNORECASE)
_EDIT = re.compile(
    r"(?<!\s)\s*+\[\s*(?:edit(?: source)?|bearbeiten|modifier|editar|modifica|править|編集|编辑)\s*\]\s*$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d{1,6}")
_START = re.compile(r"-?\d{1,6}")
_LIST_STYLE = re.compile(r"list-style(?:-type)?\s*:[^;]{0,40}?\b((?:lower|upper)-(?:alpha|latin|roman))", re.IGNORECASE)
_KINDS = {
    "lower-alpha": "a", "lower-latin": "a", "upper-alpha": "A", "upper-latin": "A", "lower-roman": "i",
    "upper-roman": "I",
}  # fmt: skip
_NOTICE_MIN = 5
"""Minimum words of a notice in the title of a collapsible part."""
_BELOW_HEADING = frozenset({"p", "ul", "ol", "dl", "pre", "table", "figure", "blockquote"})
_INGREDIENTS = frozenset({"ingredients", "recipeIngredient"})
_WITH_CODE = frozenset({"blockquote", "dd", "div", "li"})
_BOLD_MAX, _STOPS = 70, frozenset('.!?…:;,。！？：；、”"')
"""Maximum characters of bold words that are a heading, and endings of a sentence or of an introduction."""
_SHOWN_IN_FIGURES = frozenset({"img", "table", "pre", "blockquote"})


def take_title(box: Node) -> str:
    """Remove and return the title of an admonition box; "" if there is none."""
    if box.tag not in {"div", "aside", "section"} or _ADMONITIONS_KINDS.isdisjoint(box["class"].split()):
        return ""
    parents: list[tuple[Node, Node]] = []
    for around in islice((box, *box.elements()), _TITLE_WITHIN):
        parents += [(around, child) for child in around.children if isinstance(child, Node)]
    for around, child in parents:
        if child.tag == "th" or not _TITLES.isdisjoint(child["class"].split()):
            words = child.words()
            if not 0 < len(words) <= _TITLE_MAX:
                return ""
            around.children = [each for each in around.children if each is not child]
            if table := next((each for each in box.elements() if each.tag == "table"), None):
                table.attributes["role"] = "presentation"
            return words
    return ""


def clean_code(pre: Node) -> list[Node | str]:
    """A code block, or what it holds if that is prose; nothing if it is empty."""
    text = "\t".join(map(printable_block, "".join(_text(pre)).split("\t")))
    text = "\n".join(trimmed_lines(_without_numbers([line.rstrip() for line in text.split("\n")])))
    if not text:
        return []
    language = language_of(pre) or next(filter(None, map(language_of, pre.elements())), "")
    is_marked = language or any(each.tag in {"code", "samp", "kbd"} for each in pre.elements())
    if not is_marked and is_prose(text):
        return reflowed(text.expandtabs(4))
    code = Node("code", {"class": f"language-{language}"} if language else {}, [text + "\n"])
    return [Node("pre", {}, [code])]


def listing_in(table: Node) -> Node | None:
    """The code block of a table with line numbers; None for other tables."""
    blocks = [each for each in table.elements() if each.tag == "pre"]
    cells = sum(each.tag in {"td", "th"} for each in table.elements())
    if not blocks or cells > 2 or not (_TABLES & set(table["class"].split()) or len(blocks) == cells == 2):
        return None
    return blocks[-1]


def language_of(node: Node) -> str:
    """The language named by a code element; "" if there is none."""
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
    """Yield the text of a code block, with line breaks around nested blocks and after elements of one line."""
    end, is_line_over = "\n", False
    for child in node.children:
        piece = _piece(child)
        has_end = piece.endswith("\n")
        is_line = isinstance(child, Node) and _LINE.search(child["class"]) is not None
        is_block = isinstance(child, Node) and child.tag not in INLINE and child.tag != "br"
        if is_block and piece:
            piece = f"{'' if end == chr(10) else chr(10)}{piece}{'' if piece.endswith(chr(10)) else chr(10)}"
        elif (is_line_over or (is_line and end.strip())) and (piece or is_line) and not piece.startswith("\n"):
            piece = f"\n{piece}"
        if piece or is_line:
            is_line_over = is_line and not has_end
        yield piece
        end = piece[-1:] or end


def _without_numbers(lines: list[str]) -> list[str]:
    """Lines without those that only number the lines below them."""
    numbers = 0
    kept = list[str]()
    for line in lines:
        if line.strip() == str(numbers + 1):
            numbers += 1
        else:
            kept.append(line)
    return kept if numbers >= _NUMBERS_MIN and 2 * numbers >= len(lines) - 1 and any(kept) else lines


def _piece(child: Node | str) -> str:
    if isinstance(child, str):
        return child
    if child.tag == "br":
        return "\n"
    if is_boilerplate(child) or child.tag in {"button", "select", "textarea"}:
        return ""
    return "".join(_text(child))


def container(context: Context, node: Node) -> Kept:
    """Clean a container: its blocks, in a `div` if its language or direction matters; a titled box becomes a quote."""
    if language := language_of(node):
        for each in node.elements():
            if each.tag == "pre":
                each.attributes.setdefault("data-language", language)
    if title := take_title(node):
        named = Node("p", {}, [Node("strong", {}, [title])])
        return [Node("blockquote", context.attributes(node), [named, *context.blocks(node)])]
    if "line-block" in node["class"].split():
        return paragraph(context, Node("p", node.attributes, lines_of(node)))
    if (node.tag == "aside" or _PULLED.search(node["class"])) and context.is_repeated(node):
        return []
    _list_ingredients(node)
    blocks, attributes = context.blocks(node), context.attributes(node)
    return [Node("div", attributes, blocks)] if attributes and blocks else blocks


def _list_ingredients(node: Node) -> None:
    """Make lists of what microdata calls ingredients: amount and name may be blocks of their own."""
    if not any(map(_is_ingredient, node.children)):
        return
    children: Kept = []
    items: Kept = []
    for child in node.children:
        if _is_ingredient(child):
            if not items:
                children.append(Node("ul", {}, items))
            items.append(Node("li", {}, [child.words()]))
        elif isinstance(child, Node) or child.strip():
            children.append(child)
            items = []
    node.children = children


def _is_ingredient(child: Node | str) -> TypeGuard[Node]:
    return isinstance(child, Node) and child.tag in SECTIONS and not _INGREDIENTS.isdisjoint(child["itemprop"].split())


def paragraph(context: Context, node: Node) -> Kept:
    """Clean a paragraph or a heading; pictures at its edges get paragraphs of their own."""
    content = trimmed(context.children_in(context.tag if node.tag == "p" else node.tag, node))
    found = Node(node.tag, context.attributes(node), content)
    if any(map(is_block, content)) and not (node.tag in HEADINGS and _in_line(found)):
        return in_blocks(content)
    if node.tag in HEADINGS:
        return _heading(found)
    return [] if found.is_empty() or _is_trail(found, context.base) else _apart(found)


def _in_line(node: Node) -> bool:
    """Join the paragraphs and pictures of a short title in one line; False if it has other blocks."""
    line: Kept = []
    rest = node.children[::-1]
    while rest:
        child = rest.pop()
        if isinstance(child, Node) and (child.tag in _LINES or (child.tag == "figure" and not child.words())):
            rest += [" ", *reversed(child.children), " "]
        elif is_block(child):
            return False
        elif isinstance(child, Node) or child.strip() or (line and line[-1] != " "):
            line.append(child)
    if len(node.words()) > _TITLE_LINE_MAX:
        return False
    node.children = trimmed(line)
    return True


def _heading(node: Node) -> Kept:
    """A heading without its edit link, followed by the pictures in it."""
    pictures = [child for child in node.children if isinstance(child, Node) and is_picture(child)]
    node.children = trimmed([each for each in node.children if isinstance(each, str) or not is_picture(each)])
    if node.children and isinstance(node.children[-1], str):
        node.children[-1] = _EDIT.sub("", node.children[-1])
    return [*([] if node.is_empty() else [node]), *(Node("p", {}, [each]) for each in pictures)]


def _is_trail(paragraph: Node, base_url: str) -> bool:
    """Whether a paragraph only links to another article of the site, or announces an advertisement."""
    if any(isinstance(each, str) and len(each) > 2 * _TRAIL_MAX for each in paragraph.children):
        return False
    words = paragraph.words()
    if len(words) > _TRAIL_MAX:
        return False
    if ADVERT.fullmatch(words):
        return True
    links = [each for each in paragraph.elements() if each.tag == "a"]
    label = without_links(paragraph) if links else ""
    if not label or TRAIL.fullmatch(label) is None:
        return False
    # A list of what someone read or heard has the same words, and leads elsewhere.
    return TRAIL_OR_NOTE.fullmatch(label) is None or any(same_host(each["href"], base_url) for each in links)


def _apart(paragraph: Node) -> Kept:
    """A paragraph, with pictures at its edges in paragraphs of their own."""
    content = paragraph.children
    for at in (0, -1):
        edge = content[at] if len(content) > 1 else None
        if isinstance(edge, Node) and is_picture(edge) and not is_sign(edge):
            rest = trimmed(content[1:] if at == 0 else content[:-1])
            beside = rest[at] if rest else ""
            has_line = isinstance(content[1 if at == 0 else -2], Node) and content[1 if at == 0 else -2].tag == "br"  # type: ignore[union-attr]
            if rest and not has_line and not (isinstance(beside, Node) and is_picture(beside)):
                parts = [Node("p", {}, [edge]), *_apart(Node("p", paragraph.attributes, rest))]
                return parts if at == 0 else [*parts[1:], parts[0]]
    return [paragraph]


def raise_headings(root: Node) -> None:
    """Turn short bold paragraphs above text into headings, in place."""
    for around in (root, *(each for each in root.children if isinstance(each, Node) and each.tag == "div")):
        blocks = [each for each in around.children if isinstance(each, Node)]
        for block, following in pairwise(blocks):
            if _is_bold(block) and following.tag in _BELOW_HEADING and not _is_bold(following):
                block.tag, block.children = "h3", block.children[0].children  # type: ignore[union-attr]  # it is strong


def drop_languages(root: Node) -> None:
    """Remove, in place, the paragraph above a code block that only names its language."""
    for around in (root, *(each for each in root.elements() if each.tag in _WITH_CODE)):
        pairs = zip_longest(around.children, around.children[1:], fillvalue="")
        around.children = [child for child, following in pairs if not _names_language(child, following)]


def _names_language(block: Node | str, following: Node | str) -> bool:
    if isinstance(block, str) or isinstance(following, str) or (block.tag, following.tag) != ("p", "pre"):
        return False
    return block.words().lower() in map(language_of, following.elements())


def _is_bold(block: Node) -> bool:
    """Whether a paragraph is a few bold words without a stop at the end."""
    if block.tag != "p" or len(block.children) != 1 or not isinstance(block.children[0], Node):
        return False
    words = block.words()
    is_short = 1 < len(words) <= _BOLD_MAX and words[-1] not in _STOPS and any(map(str.isalpha, words))
    return block.children[0].tag == "strong" and is_short and not block.has("img") and not block.has("br")


def strong_paragraph(context: Context, node: Node) -> Kept:
    """A strong paragraph; of a title with headings, these and notices, without the version or link beside them."""
    children = trimmed(context.children(node))
    within = list(Node("div", {}, children).elements())
    if headings := [each for each in within if each.tag in HEADINGS]:
        target = next((each["id"] for each in within if each["id"]), "")
        headings[0].attributes |= {"id": target} if target else {}
        notices = [each for each in children if isinstance(each, Node) and each.tag == "p" and _is_notice(each)]
        return [*headings, *notices]
    strong = Node("strong", {}, children)
    if strong.is_empty() or (node.tag == "summary" and BUTTON.fullmatch(strong.words())):
        return []
    return [Node("p", {}, [strong])] if _in_line(strong) else children


def _is_notice(node: Node) -> bool:
    return count_words(without_links(node)) >= _NOTICE_MIN


def quote(context: Context, node: Node) -> Kept:
    """A quote, unless it is a pull quote."""
    if context.is_repeated(node):
        return []
    blocks = context.blocks(node)
    return [Node("blockquote", context.attributes(node), blocks)] if blocks else []


def listed(context: Context, node: Node) -> Kept:
    """Clean a list; stray content goes into the item before it, and a table of contents is dropped."""
    items: list[Node | str] = []
    for child in context.children(node):
        if isinstance(child, Node) and child.tag == "li":
            items.append(child)
        elif isinstance(child, Node) or child.strip():
            if not items:
                items.append(Node("li"))
            items[-1].children.append(child)  # type: ignore[union-attr]  # there are only items
    if _is_contents(context, node):
        context.drop_contents_heading = True
        return []
    numbering = {}
    if node.tag == "ol":
        _drop_numbers(items)
        numbering = {"start": node["start"]} if _START.fullmatch(node["start"]) else {}
        numbering |= {"type": kind} if (kind := _kind(node)) else {}
        numbering |= {"reversed": ""} if "reversed" in node.attributes else {}
    return [Node(node.tag, {**numbering, **context.attributes(node)}, items)] if items else []


def _drop_numbers(items: Kept) -> None:
    """Drop the first paragraph of each item if all are the numbers of the items: the list gives its own."""
    nodes = [each for each in items if isinstance(each, Node)]
    firsts = [next(each.elements(), each) for each in nodes]
    if len(firsts) > 1 and all(
        each.tag == "p" and each.words() in {f"{number}", f"{number}.", f"{number})"}
        for number, each in enumerate(firsts, 1)
    ):
        for each, first in zip(nodes, firsts, strict=True):
            each.children = [child for child in each.children if child is not first]


def _kind(node: Node) -> str:
    """The numbering style of a list, unless it is decimal."""
    if node["type"] in {"a", "A", "i", "I"}:
        return node["type"]
    found = _LIST_STYLE.search(node["style"])
    return _KINDS.get(found[1].lower(), "") if found else ""


def _is_contents(context: Context, node: Node) -> bool:
    """Whether a list is a table of contents, which is shown elsewhere."""
    links = [each for each in node.elements() if each.tag == "a"]
    if len(links) < _CONTENTS_MIN or not all(context.fragment(each["href"]) in context.headings for each in links):
        return False
    return not any(map(str.isalpha, without_links(node)))


def definitions(context: Context, node: Node) -> Kept:
    """Clean a definition list; nothing if it is empty."""
    content = [child for child in context.children(node) if isinstance(child, Node) or child.strip()]
    return [Node("dl", context.attributes(node), content)] if content else []


def _separate_kinds(term: Node) -> None:
    """Insert " : " before each classifier of a term, as style sheets do."""
    before: Node | None = None
    content: Kept = []
    for child in term.children:
        if isinstance(child, Node):
            is_kind = "classifier" in child["class"].split()
            if is_kind and before is not None and "classifier-delimiter" not in before["class"].split():
                content.append(" : ")
            before = child
        content.append(child)
    term.children = content


def item(context: Context, node: Node) -> Kept:
    """A list item, or a term or its definition."""
    value = {"value": node["value"]} if node.tag == "li" and _START.fullmatch(node["value"]) else {}
    if node.tag == "dt":
        _separate_kinds(node)
    found = Node(node.tag, {**value, **context.attributes(node)}, trimmed(context.children_in(node.tag, node)))
    return [] if found.is_empty() else [found]


def code_block(context: Context, node: Node) -> Kept:
    """Clean preformatted text; around tables, but those of marked code, it is only a container."""
    if "table" in (within := {each.tag for each in node.elements()}) and "code" not in within:
        return container(context, Node("div", node.attributes, node.children))
    return paragraph(context, Node("p", node.attributes, as_lines(node))) if is_verse(node) else clean_code(node)


def figure(context: Context, node: Node) -> Kept:
    """Clean a figure; only its content is left if there is no picture, table, code or quote in it."""
    found = Node("figure", context.attributes(node), context.children(node))
    if found.is_empty():
        return []
    _name_after_caption(found)
    if any(each.tag in _SHOWN_IN_FIGURES for each in found.elements()):
        return [found]
    for child in found.children:
        if isinstance(child, Node) and child.tag == "figcaption":
            child.tag = "p"
    return in_blocks(found.children)


def _name_after_caption(figure: Node) -> None:
    """Name a video or audio link after its caption if it has no name."""
    captions = [each for each in figure.elements() if each.tag == "figcaption"]
    played = [each for each in figure.elements() if each.tag == "a" and UNNAMED.fullmatch(each.words())]
    if len(captions) == len(played) == 1 and (words := captions[0].words()) and len(words) <= _TRAIL_MAX:
        played[0].children = [f"{played[0].words().partition(':')[0]}: {words}"]
        figure.children = [each for each in figure.children if each is not captions[0]]


def caption(context: Context, node: Node) -> Kept:
    found = Node(node.tag, {}, trimmed(context.children(node)))
    return [] if found.is_empty() else [found]


def table(context: Context, node: Node) -> Kept:
    """A table, unless it is used for layout or line numbers."""
    if (code := listing_in(node)) is not None:
        return clean_code(code)
    inside = [each.tag for each in node.elements()]
    rows, cells = inside.count("tr"), inside.count("td") + inside.count("th")
    if node["role"] == "presentation" or cells <= rows or "table" in inside or _is_prose(node):
        return unpacked(context, node)
    _drop_labels(node)
    found = Node("table", context.attributes(node), list(only_nodes(context.children(node))))
    return [] if found.is_empty() else [found]


def _drop_labels(table: Node) -> None:
    """Remove the names of columns from the cells below them, where a page repeats them for narrow screens."""
    names: list[str] = []
    for row in (each for each in table.elements() if each.tag == "tr"):
        cells = [each for each in row.children if isinstance(each, Node) and each.tag in {"td", "th"}]
        if not names:
            names = [cell.words() for cell in cells] if all(cell.tag == "th" for cell in cells) else []
            continue
        for cell, name in zip(cells, names, strict=False):
            label = next((each for each in cell.children if isinstance(each, Node) or each.strip()), None)
            if isinstance(label, Node) and name and label.words().rstrip(":") == name and cell.words() != name:
                cell.children = [each for each in cell.children if each is not label]


def _is_prose(node: Node) -> bool:
    """True if a table without headers is used for layout: a cell holds much text."""
    inside = list(node.elements())
    if any(each.tag == "th" for each in inside):
        return False
    return any(each.tag == "td" and count_words(each.words()) >= _PROSE for each in inside)


def unpacked(context: Context, node: Node) -> Kept:
    """The content of a table's cells, one after another."""
    found: Kept = []
    for child in only_nodes(node.children):
        found += context.blocks(child) if child.tag in {"td", "th", "caption"} else unpacked(context, child)
    return found


def part_of_table(context: Context, node: Node) -> Kept:
    """The rows of a part of a table, or the cells of a row, unless they are all empty."""
    found = Node(node.tag, {}, list(only_nodes(context.children(node))))
    is_spanned = any(each["rowspan"] or each["colspan"] for each in found.elements())
    return [] if node.tag == "tr" and found.is_empty() and not is_spanned else [found]


def cell(context: Context, node: Node) -> Kept:
    """Clean a table cell, keeping its alignment and spans."""
    found = _ALIGNED.search(node["style"])
    align = found[1].lower() if found else node["align"].lower()
    attributes = {"align": align} if align in {"left", "right", "center"} else {}
    attributes |= {name: node[name] for name in ("colspan", "rowspan") if _NUMBER.fullmatch(node[name])}
    return [Node(node.tag, attributes | context.attributes(node), trimmed(context.children_in("td", node)))]
