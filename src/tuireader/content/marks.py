"""The marks of Markdown within a paragraph: escaped where they are text, and placed where they take effect.

The converter leaves signs where emphasis and code begin and end. CommonMark does not let a mark open before a space or
close before a letter when punctuation stands inside, so `settle` moves what an author emphasised by a character or two
rather than leave a stray mark on the page.
"""

from __future__ import annotations

import re
import string
import unicodedata
from bisect import bisect_left
from itertools import chain, groupby, pairwise
from typing import TYPE_CHECKING, NamedTuple

from .raising import lowered, raised

if TYPE_CHECKING:
    from collections.abc import Callable

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
    **dict.fromkeys(("strong", "b"), (STRONG, STRONG_END)),
    **dict.fromkeys(("em", "i", "u", "cite", "dfn", "var"), (EM, EM_END)),
    **dict.fromkeys(("del", "s", "strike"), (STRIKE, STRIKE_END)),
    "sup": (SUP, SUP_END),
    "sub": (SUB, SUB_END),
}
"""The signs for the beginning and the end of an element."""

_STYLE_OF = {STRONG: 1, EM: 2, STRIKE: 4, STRONG_END: -1, EM_END: -2, STRIKE_END: -4}
_MARKS = {1: "**", 2: "*", 4: "~~", 8: "_"}
_STYLES = (1, 2, 4)
_UNDERSCORE = 8
"""The style of an emphasis that touches a strong one: three asterisks in a row would be ambiguous."""

_ESCAPED = re.compile(r"[\\`*\[\]]|(?<![^\W_])_|_(?![^\W_])|<(?=[A-Za-z/!?])|&(?=#?\w{1,32};)|^~|~(?=~|$)|(?<=~)~")
# Looking for one class of characters is many times faster than for all of that, and most text has none of them.
_MAY_BE_MARK = re.compile(r"[\\`*\[\]_<&~]")
_TO_SETTLE = re.compile(f"[{SIGNS}[]|  ")
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
# What would be taken for the beginning of a block at the beginning of a line.
_LINE_START = re.compile(
    r"(?:[-+](?=\s|$)|#{1,6}(?=\s|$)|>|:(?=\s|$)|~(?=\s|$)|=+\s*$|[-:|][-:|\s]*$|\|)|(?P<number>\d{1,9})(?=[.)](?:\s|$))"
)
_SPACES = re.compile("[ \\n]+")
_SPACE_KINDS = {"space", "break"}
_NESTING = {0: 0, 4: 1, 1: 2, 2: 3, 8: 3}
"""What is outside where runs are of the same leaves: links, then strikes, then strong, then emphasis."""


def escape(text: str) -> str:
    """The text with a backslash before each character that would be a mark within a paragraph."""
    return _ESCAPED.sub(r"\\\g<0>", text) if _MAY_BE_MARK.search(text) else text


def escape_start(line: str) -> str:
    """The line with a backslash before what would begin a heading, a list, a quotation, a rule or a table."""
    found = _LINE_START.match(line)
    if found is None:
        return line
    at = found.end("number") if found.group("number") else 0
    return f"{line[:at]}\\{line[at:]}"


def settle(text: str) -> str:
    """The Markdown of a paragraph: signs become marks; a break becomes a backslash at the end of its line."""
    text = text.strip(" \n")
    if not _TO_SETTLE.search(text):
        return escape_start(text)
    reader = _Reader()
    reader.read(text)
    leaves = _spaced(reader.leaves)
    leaves = [leaf._replace(content=_fenced(leaf.content)) if leaf.kind == "code" else leaf for leaf in leaves]
    settled = _written(leaves, _Placing(leaves).runs, reader.urls)
    return "\\\n".join([escape_start(line.strip(" ")) for line in settled.split(BREAK) if line.strip()])


class _Leaf(NamedTuple):
    """A piece of a paragraph in one style."""

    kind: str
    """text, space, break, code, image or note."""
    content: str
    style: int = 0
    """The sum of the styles' bits."""
    link: int = 0
    """Which of the paragraph's links it is in, from 1; 0 for none."""


class _Reader:
    """Reads a paragraph with signs into leaves."""

    def __init__(self) -> None:
        self.leaves: list[_Leaf] = []
        self.urls = [""]
        self.depth = dict.fromkeys(_STYLES, 0)
        self.style = 0
        self.link = 0
        self.raised: list[int] = []

    def read(self, text: str) -> None:
        """Read all of a paragraph."""
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
        """Add a leaf in the styles that are open; code beside code is one, for it would not be code otherwise."""
        leaf = _Leaf(kind, content, self.style, self.link)
        last = self.leaves[-1] if self.leaves else None
        if kind == "code" and last is not None and last.kind == "code" and last.link == self.link:
            self.leaves[-1] = leaf._replace(content=last.content + content)
        else:
            self.leaves.append(leaf)

    def text(self, token: str) -> None:
        """Add text; what could stand in the way of a mark at its ends is a leaf of its own."""
        inner = _SPACES.sub(" ", token).strip(" ")
        if token[0] == " ":
            self.add("space", " ")
        if inner:
            for piece in _edges(inner) if self.style else (inner,):
                self.add("text", piece)
            if token[-1] == " ":
                self.add("space", " ")

    def code(self, content: str) -> None:
        """Add code, and the space at its ends beside it."""
        inner = content.strip(" ")
        if content[:1] == " ":
            self.add("space", " ")
        if inner:
            self.add("code", inner)
            if content[-1] == " ":
                self.add("space", " ")

    def sign(self, sign: str) -> None:
        """Note where a style begins or ends."""
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


def _is_mark(character: str) -> bool:
    """Whether CommonMark counts a character as punctuation."""
    return character in string.punctuation or unicodedata.category(character)[0] in "PS"


def _edges(text: str) -> list[str]:
    """The text with the punctuation and space at its ends apart, in runs, so that no escape is divided."""
    first, last = 0, len(text)
    while first < last and (_is_mark(text[first]) or text[first].isspace()):
        first += 1
    while last > first and (_is_mark(text[last - 1]) or text[last - 1].isspace()):
        last -= 1
    before, after = ([piece for piece in re.split(r"(\s+)", part) if piece] for part in (text[:first], text[last:]))
    return [*before, *([text[first:last]] if first < last else []), *after]


def _moved(leaves: list[_Leaf], move: Callable[[str], str]) -> list[_Leaf]:
    """The leaves raised or lowered; as they are where Unicode lacks a character for it."""
    moved = [leaf._replace(content=move(leaf.content)) for leaf in leaves if leaf.kind == "text"]
    changed = len(moved) == len(leaves) and all(
        new.content != old.content for new, old in zip(moved, leaves, strict=True)
    )
    return moved if changed else leaves


def _spaced(leaves: list[_Leaf]) -> list[_Leaf]:
    """The leaves with at most one space between words and none at the ends; a space has what both its sides share."""
    kept: list[_Leaf] = []
    for leaf in leaves:
        if leaf.kind == "space" and (not kept or kept[-1].kind in _SPACE_KINDS):
            continue
        if leaf.kind == "break":
            while kept and kept[-1].kind in _SPACE_KINDS:
                kept.pop()
            if not kept:
                continue
        kept.append(leaf)
    while kept and kept[-1].kind in _SPACE_KINDS:
        kept.pop()
    words = [leaf for leaf in kept if leaf.kind not in _SPACE_KINDS]
    passed = 0
    for index, leaf in enumerate(kept):
        if leaf.kind not in _SPACE_KINDS:
            passed += 1
        elif 0 < passed < len(words):
            before, after = words[passed - 1], words[passed]
            link = before.link if before.link == after.link else 0
            kept[index] = leaf._replace(style=before.style & after.style, link=link)
    return kept


def _fenced(code: str) -> str:
    """Code between as many backticks as it takes."""
    if "`" not in code:
        return f"`{code}`"
    longest = max(len(run) for run in re.findall("`+", code))
    pad = " " if code[0] == "`" or code[-1] == "`" else ""
    return f"{'`' * (longest + 1)}{pad}{code}{pad}{'`' * (longest + 1)}"


class _Run(NamedTuple):
    """A stretch of leaves between two marks."""

    first: int
    last: int
    """The leaf after its last."""
    style: int
    """The bit of its style; 0 for a link."""


class _Placing:
    """Finds where marks take effect: all runs nested, and with ends that CommonMark accepts."""

    def __init__(self, leaves: list[_Leaf]) -> None:
        self.leaves = leaves
        self.runs: dict[int, list[_Run]] = {0: _stretches([leaf.link for leaf in leaves])}
        """The runs of each style so far, in order; those of one style do not overlap."""
        for style in _STYLES:
            found: list[_Run] = []
            for first, last, _ in _stretches([leaf.style & style for leaf in leaves]):
                for piece in self.nested(first, last):
                    start, end = self.shrunk(*piece)
                    mark = self.mark(start, end, style, found) if start < end else 0
                    if mark:
                        found.append(_Run(start, end, mark))
            self.runs[style] = found

    def around(self, place: int, runs: list[_Run]) -> _Run | None:
        """The run that a place is within, neither at its beginning nor at its end."""
        at = bisect_left(runs, place, key=_first) - 1
        return runs[at] if at >= 0 and place < runs[at].last else None

    def nested(self, first: int, last: int) -> list[tuple[int, int]]:
        """The stretch, divided where it would cross the end of a run."""
        cuts = {first, last}
        for runs in self.runs.values():
            before, after = self.around(first, runs), self.around(last, runs)
            if before is not None and before.last < last:
                cuts.add(before.last)
            if after is not None and first < after.first:
                cuts.add(after.first)
        return list(pairwise(sorted(cuts)))

    def shrunk(self, first: int, last: int) -> tuple[int, int]:
        """The longest part of a stretch that can stand between marks."""
        leaves, whole = self.leaves, (first, last)
        while first < last:
            link = self.link_from(first)
            inside = link is not None and link.last <= last and (link.first, link.last) != whole
            opening = "[" if inside else leaves[first].content[0]
            if _fits(opening, _before(first, leaves, outside=inside)):
                break
            first = link.last if link is not None and inside else first + 1
        while first < last:
            link = self.link_to(last)
            inside = link is not None and first <= link.first and (link.first, link.last) != whole
            closing = ")" if inside else leaves[last - 1].content[-1]
            if _fits(closing, _after(last, leaves, outside=inside)):
                break
            last = max(first, link.first) if link is not None and inside else last - 1
        link = self.link_from(first)
        if link is not None and link.last == last and (first, last) != whole:
            # What is left is one link: the marks go into it.
            return self.shrunk(first, last)
        return first, last

    def link_from(self, place: int) -> _Run | None:
        """The link that begins at a place."""
        return self.beginning(place, self.runs[0])

    def link_to(self, place: int) -> _Run | None:
        """The link that ends at a place."""
        return self.ending(place, self.runs[0])

    def beginning(self, place: int, runs: list[_Run]) -> _Run | None:
        """The run that begins at a place."""
        at = bisect_left(runs, place, key=_first)
        return runs[at] if at < len(runs) and runs[at].first == place else None

    def ending(self, place: int, runs: list[_Run]) -> _Run | None:
        """The run that ends at a place."""
        at = bisect_left(runs, place, key=_first) - 1
        return runs[at] if at >= 0 and runs[at].last == place else None

    def mark(self, first: int, last: int, style: int, found: list[_Run]) -> int:
        """The style of the mark for a stretch; 0 where any would be mistaken beside those of other runs."""
        others = [runs for name, runs in self.runs.items() if name]
        touching = [*(self.ending(first, runs) for runs in others), *(self.beginning(last, runs) for runs in others)]
        if any(touching) or (found and found[-1].last == first):
            return 0
        begins = any(self.beginning(first, runs) for runs in others)
        ends = any(self.ending(last, runs) for runs in others)
        if not (begins or ends):
            return style
        # A mark between two others is punctuation beside punctuation: the outer one needs a word's boundary outside.
        is_em = style == 2
        free_before = _is_boundary(_before(first, self.leaves, outside=True)) or not (begins or is_em)
        free_after = _is_boundary(_after(last, self.leaves, outside=True)) or not (ends or is_em)
        if not (free_before and free_after):
            return 0
        return _UNDERSCORE if is_em else style


def _stretches(values: list[int]) -> list[_Run]:
    """The stretches of the same value that is not 0."""
    runs = []
    first = 0
    for value, group in groupby(values):
        last = first + sum(1 for _ in group)
        if value:
            runs.append(_Run(first, last, 0))
        first = last
    return runs


def _first(run: _Run) -> int:
    return run.first


def _fits(inside: str, outside: str) -> bool:
    """Whether a mark may stand between two characters (left- and right-flanking runs of CommonMark)."""
    if inside.isspace() or inside == BREAK:
        return False
    return not _is_mark(inside) or _is_boundary(outside)


def _is_boundary(character: str) -> bool:
    """Whether CommonMark counts a character as the end of a word; there is none at the ends of a paragraph."""
    return not character or character in f" {BREAK}" or _is_mark(character) or unicodedata.category(character) == "Zs"


def _before(index: int, leaves: list[_Leaf], *, outside: bool) -> str:
    """The character before a mark at a leaf, outside the link that begins there or in it; nothing at the start."""
    if index and (outside or leaves[index - 1].link == leaves[index].link):
        before = leaves[index - 1]
        return ")" if before.link and before.link != leaves[index].link else before.content[-1]
    return "[" if leaves[index].link and not outside else ")" if index else ""


def _after(index: int, leaves: list[_Leaf], *, outside: bool) -> str:
    """The character after a mark behind a leaf, outside the link that ends there or in it; nothing at the end."""
    last = leaves[index - 1]
    if index < len(leaves) and (outside or leaves[index].link == last.link):
        after = leaves[index]
        return "[" if after.link and after.link != last.link else after.content[0]
    return "]" if last.link and not outside else "[" if index < len(leaves) else ""


def _written(leaves: list[_Leaf], runs: dict[int, list[_Run]], urls: list[str]) -> str:
    """The leaves with the marks of their runs."""
    opening: dict[int, list[_Run]] = {}
    for run in sorted(chain(*runs.values()), key=lambda run: (run.first, -run.last, _NESTING[run.style])):
        opening.setdefault(run.first, []).append(run)
    out: list[str] = []
    stack: list[_Run] = []
    for index, leaf in enumerate(leaves):
        while stack and stack[-1].last == index:
            out.append(_end(stack.pop(), out, leaves, urls))
        for run in opening.get(index, ()):
            if not run.style and out and out[-1].endswith("!"):
                out[-1] = out[-1][:-1] + "\\!"
            out.append(_MARKS.get(run.style, "["))
            stack.append(run)
        if out and _would_join(leaves[index - 1], out[-1], leaf.content[0]):
            out.append("\\")
        out.append(leaf.content)
    while stack:
        out.append(_end(stack.pop(), out, leaves, urls))
    return "".join(out)


def _would_join(before: _Leaf, mark: str, first: str) -> bool:
    """Whether the first character of a leaf would lengthen or change what was written before it."""
    if first in "~^":
        return mark == {"~": "~~", "^": "["}[first]
    return first in "(:" and before.kind == "note"


def _end(run: _Run, out: list[str], leaves: list[_Leaf], urls: list[str]) -> str:
    """The mark at the end of a run; text before it must not lengthen the mark."""
    if not run.style:
        return urls[leaves[run.first].link]
    if run.style == 4 and out[-1].endswith("~") and not out[-1].endswith("\\~"):
        out[-1] = out[-1][:-1] + "\\~"
    return _MARKS[run.style]
