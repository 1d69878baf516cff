"""What of the tree of an article is kept, and as what."""

from __future__ import annotations

from tuireader.content.cleaning import block_rules as block
from tuireader.content.cleaning import inline_rules as inline
from tuireader.content.cleaning.context import Context, Rule
from tuireader.content.dom.tree import Node
from tuireader.text.html_elements import HEADINGS, MARKS, SECTIONS


def tidy(root: Node, base_url: str, *, has_tex: bool = False) -> None:
    """Keep of a tree what an article is made of, in place; in its containers there are then only blocks."""
    root.children = Context(root, base_url, _RULES, has_tex=has_tex).blocks(root)


_UNMARKED = frozenset({"span", "font", "bdi", "bdo", "big", "time", "label"})
"""What says nothing of the text that it holds."""
_MARKED = (MARKS - _UNMARKED - {"a"}) | {"rp", "rt", "ruby"}

_RULES: dict[str, Rule] = {
    **dict.fromkeys(SECTIONS, block.container),
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
    **dict.fromkeys(_UNMARKED, inline.unmarked),
    "q": inline.quoted,
    "a": inline.link,
    "img": inline.picture,
    **dict.fromkeys(("iframe", "video", "audio", "embed", "object"), inline.played),
    "input": inline.checkbox,
    **dict.fromkeys(("br", "hr", "wbr"), inline.empty),
    **dict.fromkeys(("select", "option", "textarea", "source", "col"), inline.nothing),
    "button": inline.button,
}
"""What is done with elements; of all others what they hold is kept."""
