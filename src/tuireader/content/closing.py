"""How bodies end that are not the end of the article: notices, reply forms, links to the rest of it.

Everything here is looked for at the end only, and counts only where it is all that a block says.
"""

from __future__ import annotations

import re

from tuireader.content.junk import is_share_bar, is_share_heading, without_links
from tuireader.content.phrases import LABEL, MORE, NOTICE, ORIGIN, REPLY
from tuireader.content.tree import Node

_BLOCKS_MAX = 30
"""So many blocks from the end are looked at."""

_HEADING = re.compile("h[1-6]")
_ENDED = re.compile(r"[.!?…:\])”’\"。！？]\s*$")


def is_notice(words: str) -> bool:
    """Whether that is all that a block at the end says, and it is not of the article."""
    return len(words) < 300 and NOTICE.fullmatch(words) is not None


def trim_end(root: Node) -> None:
    """Take from the end what is not the end of the article, in place."""
    _cut_reply_form(root)
    for _ in range(_BLOCKS_MAX):
        blocks = _blocks(root)
        if not blocks:
            return
        parent, last = blocks[-1]
        if _is_closing(last):
            parent.children.remove(last)
        elif not _cut_read_more(parent, last):
            return


def _is_closing(block: Node) -> bool:
    if block.tag == "hr" or block.is_empty() or is_share_bar(block):
        return True
    if block.tag not in {"p", "div"} and not _HEADING.fullmatch(block.tag):
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
    return _HEADING.fullmatch(block.tag) is not None and REPLY.fullmatch(block.words()) is not None


def _cut_reply_form(root: Node) -> None:
    """Cut the article before a heading such as "Leave a Reply", if only notices and labels of a form follow."""
    blocks = [each for each in _blocks(root)[-_BLOCKS_MAX:] if not each[1].is_empty()]
    for index in range(len(blocks) - 1, -1, -1):
        block = blocks[index][1]
        if _is_reply_heading(block):
            for parent, each in blocks[index:]:
                parent.children.remove(each)
            return
        words = block.words()
        if not (is_notice(words) or LABEL.fullmatch(words)):
            return


def _cut_read_more(parent: Node, block: Node) -> bool:
    """Take a link to the rest of the article from the end of the last block; whether there was one."""
    if block.tag not in {"p", "div"} or not any(each.tag == "a" for each in block.elements()):
        return False
    if MORE.fullmatch(block.words()):
        parent.children.remove(block)
        return True
    last = block.children[-1]
    if isinstance(last, str) or not any(each.tag == "a" for each in (last, *last.elements())):
        return False
    before = Node("p", {}, block.children[:-1]).words()
    if not MORE.fullmatch(last.words()) or not _ENDED.search(before):
        return False
    del block.children[-1]
    return True


def _blocks(node: Node) -> list[tuple[Node, Node]]:
    """The blocks in a container with their parents, also those in containers within it."""
    found: list[tuple[Node, Node]] = []
    for child in node.children:
        if isinstance(child, Node):
            found += _blocks(child) if child.tag == "div" else [(node, child)]
    return found
