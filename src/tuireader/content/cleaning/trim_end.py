"""Removes boilerplate from the end of an article and rules from its beginning, and recognizes excerpts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from tuireader.content.cleaning.boilerplate import (
    END,
    LABEL,
    MORE,
    MORE_CLASS,
    MORE_END,
    MORE_END_MAX,
    NOTICE,
    ORIGIN,
    REPLY,
    is_share_bar,
    is_share_heading,
    without_links,
)
from tuireader.content.dom.sanitize import ANY_TAG
from tuireader.content.dom.tree import Node, trimmed
from tuireader.text import language_and_hyphenation
from tuireader.text.printable import HEADINGS, unescape
from tuireader.urls.hosts import lead_elsewhere

_BLOCKS_MAX = 30
"""Maximum blocks checked from the end."""
_HEADING_MAX = 80
_SIGN = re.compile(r"[★☆◉⚓∞¶§♥●■□◆◇]{1,3}")
"""Signs at the end of each article of some blogs."""
_ENDED = re.compile(r"[.!?…:\])”’\"。！？]\s*$")


def is_notice(words: str) -> bool:
    """Whether a text is only a notice at the end."""
    return len(words) < 300 and NOTICE.fullmatch(words) is not None


def trim_end(root: Node, base_url: str) -> None:
    """Remove boilerplate from the end, in place."""
    _cut_reply_form(root)
    for _ in range(_BLOCKS_MAX):
        found = next(_from_the_end(root), None)
        if found is None:
            return
        parent, last = found
        is_sign = _SIGN.fullmatch(last.words()) is not None and len([*islice(_from_the_end(root), 2)]) > 1
        if is_sign or _is_closing(last):
            _remove(parent, last)
        elif not (_cut_other_articles(root, base_url) or _cut_read_more(parent, last)):
            return


def trim_beginning(root: Node) -> None:
    """Remove horizontal rules (`hr`) from the beginning, in place."""
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
    """Whether a block is a "first appeared on" notice: a short sentence with one or two links."""
    links = sum(each.tag == "a" for each in block.elements())
    if not 1 <= links <= 3 or len(words) > 600:
        return False
    outside = without_links(block)
    return len(outside) < 160 and ORIGIN.fullmatch(outside) is not None


def _is_reply_heading(block: Node) -> bool:
    return block.tag in HEADINGS and REPLY.fullmatch(block.words()) is not None


def _cut_reply_form(root: Node) -> None:
    """Cut at a reply form's heading, if only notices and labels follow."""
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
    """Cut at a heading such as "Related articles", if only links follow; returns whether there was one.

    Links that all lead to other sites belong to the article.
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
    """Remove a "read more" link from the end of the last block; returns whether there was one."""
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
    """Yield blocks with their parents from the end, including nested containers."""
    for child in reversed(node.children):
        if isinstance(child, Node) and child.tag == "div" and child.children:
            yield from _from_the_end(child)
        elif isinstance(child, Node):
            yield node, child


def _remove(parent: Node, block: Node) -> None:
    """Remove a child; searched from the end."""
    for index in range(len(parent.children) - 1, -1, -1):
        if parent.children[index] is block:
            del parent.children[index]
            return


_EXCERPT_MAX = 200
"""Maximum words of a text whose final ellipsis marks an excerpt."""
_LINK = re.compile(r"<a\b([^<>]*)>((?:[^<]|<(?!/?a\b))*)</a>", re.IGNORECASE)
_ATTACHED = re.compile(r"(?:\n(?:Audio|Video): [^\n]*)+$")

_ATTACHED_MAX = 4000
"""Maximum characters at the end of a text in which lines of attachments are looked for."""


def looks_truncated(html: str, text: str) -> bool:
    """Whether `html` with plain text `text` looks like an excerpt, or only a link."""
    if text.startswith(("Audio: ", "Video: "), text.rfind("\n") + 1):
        at = max(0, len(text) - _ATTACHED_MAX)
        text = text[:at] + _ATTACHED.sub("", text[at:])
    if not text:
        return "<img" not in html.lower()
    if MORE_END.search(text, max(0, len(text) - MORE_END_MAX)) or MORE.fullmatch(text[text.rfind("\n") + 1 :]):
        return True
    if text.endswith(("…", "...")) and language_and_hyphenation.count_words(text) <= _EXCERPT_MAX:
        return True
    link = _last_link(html[-4000:])
    if link is None:
        return False
    last = " ".join(unescape(ANY_TAG.sub("", link[2])).split())
    if len(html) <= 4000 and last == text:
        return True
    ends_with_it = text.endswith(last) and last != ""
    return ends_with_it and bool(MORE_CLASS.search(link[1]) or MORE.fullmatch(last))


def _last_link(html: str) -> re.Match[str] | None:
    end = len(html)
    while (start := max(html.rfind("<a", 0, end), html.rfind("<A", 0, end))) >= 0:
        if found := _LINK.match(html, start):
            return found
        end = start
    return None
