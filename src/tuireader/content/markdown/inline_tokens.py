"""Split a paragraph with style signs, which the converter has left, into leaves: pieces of text in one style."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from tuireader.text.folding import lowered, raised

# Noncharacters of Unicode: never part of a text.
STRONG, STRONG_END = "\ufdd0", "\ufdd1"
EM, EM_END = "\ufdd2", "\ufdd3"
STRIKE, STRIKE_END = "\ufdd4", "\ufdd5"
CODE, CODE_END = "\ufdd6", "\ufdd7"
SUP, SUP_END = "\ufdd8", "\ufdd9"
SUB, SUB_END = "\ufdda", "\ufddb"
BREAK = "\ufddc"
NOTE, NOTE_END = "\ufddd", "\ufdde"
IMAGE = "\ufddf"
SIGNS = "".join(map(chr, range(0xFDD0, 0xFDF0)))

PAIRS = {
    **dict.fromkeys(("strong", "b", "mark"), (STRONG, STRONG_END)),
    **dict.fromkeys(("em", "i", "u", "ins", "cite", "dfn", "var"), (EM, EM_END)),
    **dict.fromkeys(("del", "s", "strike"), (STRIKE, STRIKE_END)),
    "sup": (SUP, SUP_END),
    "sub": (SUB, SUB_END),
}
"""The signs at the beginning and the end of an element."""

STYLES = (1, 2, 4)
"""The style bits of strong, emphasised and struck text."""
_STYLE_OF = {STRONG: 1, EM: 2, STRIKE: 4, STRONG_END: -1, EM_END: -2, STRIKE_END: -4}
_TOKEN = re.compile(
    rf"(?P<code>{CODE}[^{CODE_END}]*{CODE_END})"
    rf"|(?P<note>{NOTE}[^{NOTE_END}]*{NOTE_END})"
    rf"|{IMAGE}(?P<image>!\[(?:\\.|[^\[\]\\])*\]\((?:\\.|[^()\\\s])*\))"
    r"|(?P<link>\[)"
    r"|(?P<end>\]\((?:\\.|[^()\\\s])*\))"
    rf"|(?P<sign>[{SIGNS}])"
    rf"|(?P<text>(?:[^\\\[\]!{SIGNS}]+|\\.|!(?!\[))+|.)",
    re.DOTALL,
)
_FIGURES_FIRST = re.compile(r"(\d+)([^\W\d_]{1,6})")
"""Digits before letters, as in CO2eq: only the digits are lowered, since not all letters have such a form."""
_SPACES = re.compile("[ \\n]+")
SPACE_KINDS = {"space", "break"}


class Leaf(NamedTuple):
    """A piece of a paragraph in one style."""

    kind: str
    """text, space, break, code, image or note."""
    content: str
    style: int = 0
    """The sum of the styles' bits."""
    link: int = 0
    """The number of the paragraph's link that it is in, from 1; 0 for none."""


class Reader:
    """Reads a paragraph with signs into leaves."""

    def __init__(self) -> None:
        self.leaves: list[Leaf] = []
        self.urls = [""]
        self.depth = dict.fromkeys(STYLES, 0)
        self.style = 0
        self.link = 0
        self.raised: list[int] = []

    def read(self, text: str) -> None:
        """Read a whole paragraph."""
        for match in _TOKEN.finditer(text):
            kind, token = str(match.lastgroup), match.group()
            if kind == "text":
                self.text(token)
            elif kind == "sign":
                self.sign(token)
            elif kind == "link":
                self.link = len(self.urls)
                self.urls.append("]()")
            elif kind == "end":
                self.urls[self.link] = token
                self.link = 0
            elif kind == "code":
                self.code(token[1:-1])
            else:
                self.add(kind, token.strip(NOTE + NOTE_END + IMAGE))

    def add(self, kind: str, content: str) -> None:
        """Add a leaf in the open styles; adjacent code is merged, since Markdown would not read two pieces as code."""
        leaf = Leaf(kind, content, self.style, self.link)
        last = self.leaves[-1] if self.leaves else None
        if kind == "code" and last is not None and last._replace(content=content) == leaf:
            self.leaves[-1] = leaf._replace(content=last.content + content)
        else:
            self.leaves.append(leaf)

    def text(self, token: str) -> None:
        """Add text, with the space at its ends outside it."""
        inner = _SPACES.sub(" ", token).strip(" ")
        if token[0] == " ":
            self.add("space", " ")
        if inner:
            self.add("text", inner)
            if token[-1] == " ":
                self.add("space", " ")

    def code(self, content: str) -> None:
        """Add code, with the space at its ends outside it."""
        inner = content.strip(" ")
        if content[:1] == " ":
            self.add("space", " ")
        if inner:
            self.add("code", inner)
            if content[-1] == " ":
                self.add("space", " ")

    def sign(self, sign: str) -> None:
        """Handle a sign: begin or end a style, break the line, or raise or lower the text since a former sign."""
        if sign in _STYLE_OF:
            step = _STYLE_OF[sign]
            self.depth[abs(step)] += 1 if step > 0 else -1
            self.style = sum(bit for bit, depth in self.depth.items() if depth > 0)
        elif sign == BREAK:
            self.add("break", BREAK)
        elif sign in {SUP, SUB}:
            self.raised.append(len(self.leaves))
        elif sign in {SUP_END, SUB_END} and self.raised:
            first = self.raised.pop()
            self.leaves[first:] = _moved(self.leaves[first:], raised if sign == SUP_END else lowered)


def _moved(leaves: list[Leaf], move: Callable[[str], str]) -> list[Leaf]:
    """Superscript or subscript text in Unicode; unchanged if a character has no such form."""
    if len(leaves) > 1 and all(leaf._replace(content="") == leaves[0]._replace(content="") for leaf in leaves):
        together = move("".join(leaf.content for leaf in leaves))
        return [leaves[0]._replace(content=together)] if leaves[0].kind == "text" else leaves
    if len(leaves) == 1 and (found := _FIGURES_FIRST.fullmatch(leaves[0].content)):
        return [leaves[0]._replace(content=move(found[1]) + found[2])]
    moved = [leaf._replace(content=move(leaf.content)) for leaf in leaves if leaf.kind == "text"]
    changed = len(moved) == len(leaves) and all(
        new.content != old.content for new, old in zip(moved, leaves, strict=True)
    )
    return moved if changed else leaves


def spaced(leaves: list[Leaf]) -> list[Leaf]:
    """The leaves with at most one space between words and none at the ends; a space has its neighbours' style."""
    kept: list[Leaf] = []
    for leaf in leaves:
        if leaf.kind == "space" and (not kept or kept[-1].kind in SPACE_KINDS):
            continue
        if leaf.kind == "break":
            while kept and kept[-1].kind in SPACE_KINDS:
                kept.pop()
            if not kept:
                continue
        kept.append(leaf)
    while kept and kept[-1].kind in SPACE_KINDS:
        kept.pop()
    words = [leaf for leaf in kept if leaf.kind not in SPACE_KINDS]
    passed = 0
    for index, leaf in enumerate(kept):
        if leaf.kind not in SPACE_KINDS:
            passed += 1
        elif 0 < passed < len(words):
            before, after = words[passed - 1], words[passed]
            link = before.link if before.link == after.link else 0
            kept[index] = leaf._replace(style=before.style & after.style, link=link)
    return kept
