"""Short texts that feeds write in every way there is, such as titles, as one printable line."""

from __future__ import annotations

import html
import re

from tuireader.text.html_elements import HEADINGS, MARKS
from tuireader.text.printable import printable_line

_LENGTH_MAX = 1000

# What titles are marked up with: of "The <nav> element" the tag is what it is about.
_BLOCKS = frozenset({*HEADINGS, "p", "div", "li", "ul", "ol", "blockquote", "pre", "center"})
_VOID = frozenset({"br", "img", "wbr", "hr"})
_KNOWN = MARKS | _BLOCKS | _VOID
_SPACED = _BLOCKS | {"br", "hr"}
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,11})(?=[\s/>])[^<>]*>")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")

# Nothing to decode, to fold or to drop.
_SIMPLE = re.compile(r"[!-%'-;=?-~]+(?: [!-%'-;=?-~]+)*|")


def line(text: str, *, markup: bool = True) -> str:
    """Return a short text as one printable line: tags gone if it may hold `markup`, entities decoded, space folded.

    Only tags that are in pairs are taken for markup: in "How to use <b>" the tag is what the text is about.
    """
    if len(text) <= _LENGTH_MAX and _SIMPLE.fullmatch(text):
        return text
    if markup and "<" in text:
        text = _without_tags(text)
    for _ in range(2):  # escaped twice is common
        if "&" not in text or not _ENTITY.search(text):
            break
        text = html.unescape(text)
    folded = printable_line(text)
    return folded if len(folded) <= _LENGTH_MAX else folded[: _LENGTH_MAX - 1] + "…"


def _without_tags(text: str) -> str:
    seen: dict[str, set[str]] = {}
    for slash, name in _TAG.findall(text):
        seen.setdefault(name.lower(), set()).add(slash)

    def replaced(match: re.Match[str]) -> str:
        name = match[2].lower()
        if name not in _KNOWN or not (len(seen[name]) == 2 or name in _VOID):
            return match[0]
        return " " if name in _SPACED else ""

    return _TAG.sub(replaced, text)
