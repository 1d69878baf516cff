"""Markdown's inline marks: escaped in text, and placed where they take effect.

The converter leaves signs where emphasis and code begin and end. CommonMark does not let a mark open before a space or
close before a letter when punctuation is inside, so `settle` moves emphasis by a character or two to avoid stray marks.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from itertools import chain, groupby, pairwise
from typing import NamedTuple

from tuireader.content.markdown.inline_tokens import BREAK, SIGNS, STYLES, Leaf, Reader, is_punctuation, spaced

UNDERSCORE = 8
"""The style of emphasis that touches strong text: three asterisks in a row would be ambiguous."""

_MARKS = {1: "**", 2: "*", 4: "~~", UNDERSCORE: "_"}
_ESCAPED = re.compile(r"[\\`*\[\]]|(?<![^\W_])_|_(?![^\W_])|<(?=[A-Za-z/!?])|&(?=#?\w{1,32};)|^~|~(?=~|$)|(?<=~)~")
# Looking for one class of characters is many times faster than for all of that, and most text has none of them.
_MAY_BE_MARK = re.compile(r"[\\`*\[\]_<&~]")
_TO_SETTLE = re.compile(f"[{SIGNS}[]|  ")
# What would be taken for the beginning of a block at the beginning of a line.
_LINE_START = re.compile(
    r"(?:[-+](?=\s|$)|#{1,6}(?=\s|$)|>|:(?=\s|$)|~(?=\s|$)|=+\s*$|[-:|][-:|\s]*$|\|)|(?P<number>\d{1,9})(?=[.)](?:\s|$))"
)
_NO_BREAK = "\xa0"
_NESTING = {0: 0, 4: 1, 1: 2, 2: 3, UNDERSCORE: 3}
"""The nesting order for runs of the same leaves: links outermost, then strikethrough, strong, emphasis."""


class Run(NamedTuple):
    """A range of leaves between two marks."""

    first: int
    last: int
    """One past its last leaf."""
    style: int
    """The bit of its style; 0 for a link."""


class Placing:
    """Places marks so that all runs nest and their ends are valid in CommonMark."""

    def __init__(self, leaves: list[Leaf]) -> None:
        self.leaves = leaves
        self.runs: dict[int, list[Run]] = {0: _stretches([leaf.link for leaf in leaves])}
        """The runs of each style so far, in order; those of one style do not overlap."""
        for style in STYLES:
            found: list[Run] = []
            for first, last, _ in _stretches([leaf.style & style for leaf in leaves]):
                for piece in self.nested(first, last):
                    start, end = self.shrunk(*piece)
                    mark = self.mark(start, end, style, found) if start < end else 0
                    if mark:
                        found.append(Run(start, end, mark))
            self.runs[style] = found

    def around(self, place: int, runs: list[Run]) -> Run | None:
        at = bisect_left(runs, place, key=_first) - 1
        return runs[at] if at >= 0 and place < runs[at].last else None

    def nested(self, first: int, last: int) -> list[tuple[int, int]]:
        """The range, split where it would cross the end of a run."""
        cuts = {first, last}
        for runs in self.runs.values():
            before, after = self.around(first, runs), self.around(last, runs)
            if before is not None and before.last < last:
                cuts.add(before.last)
            if after is not None and first < after.first:
                cuts.add(after.first)
        return list(pairwise(sorted(cuts)))

    def shrunk(self, first: int, last: int) -> tuple[int, int]:
        """The longest part of a range that can stand between marks."""
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

    def link_from(self, place: int) -> Run | None:
        return self.beginning(place, self.runs[0])

    def link_to(self, place: int) -> Run | None:
        return self.ending(place, self.runs[0])

    def beginning(self, place: int, runs: list[Run]) -> Run | None:
        at = bisect_left(runs, place, key=_first)
        return runs[at] if at < len(runs) and runs[at].first == place else None

    def ending(self, place: int, runs: list[Run]) -> Run | None:
        at = bisect_left(runs, place, key=_first) - 1
        return runs[at] if at >= 0 and runs[at].last == place else None

    def mark(self, first: int, last: int, style: int, found: list[Run]) -> int:
        """The style of the mark for a range; 0 if any would be ambiguous beside those of other runs."""
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
        return UNDERSCORE if is_em else style


def _stretches(values: list[int]) -> list[Run]:
    """The ranges of equal values other than 0."""
    runs = []
    first = 0
    for value, group in groupby(values):
        last = first + sum(1 for _ in group)
        if value:
            runs.append(Run(first, last, 0))
        first = last
    return runs


def _first(run: Run) -> int:
    return run.first


def _fits(inside: str, outside: str) -> bool:
    """Whether a mark may stand between two characters (left- and right-flanking runs of CommonMark)."""
    if inside.isspace() or inside == BREAK:
        return False
    return not is_punctuation(inside) or _is_boundary(outside)


def _is_boundary(character: str) -> bool:
    """Whether CommonMark counts a character, or the edge of a paragraph, as a word boundary."""
    if not character or character in f" {BREAK}" or is_punctuation(character):
        return True
    return unicodedata.category(character) == "Zs"


def _before(index: int, leaves: list[Leaf], *, outside: bool) -> str:
    """The character before a mark at a leaf, outside or inside the link that begins there; "" at the start."""
    if index and (outside or leaves[index - 1].link == leaves[index].link):
        before = leaves[index - 1]
        return ")" if before.link and before.link != leaves[index].link else before.content[-1]
    return "[" if leaves[index].link and not outside else ")" if index else ""


def _after(index: int, leaves: list[Leaf], *, outside: bool) -> str:
    """The character after a mark behind a leaf, outside or inside the link that ends there; "" at the end."""
    last = leaves[index - 1]
    if index < len(leaves) and (outside or leaves[index].link == last.link):
        after = leaves[index]
        return "[" if after.link and after.link != last.link else after.content[0]
    return "]" if last.link and not outside else "[" if index < len(leaves) else ""


def escape(text: str) -> str:
    """Return the text with a backslash before each inline mark."""
    return _ESCAPED.sub(r"\\\g<0>", text) if _MAY_BE_MARK.search(text) else text


def escape_start(line: str) -> str:
    """Return the line with a backslash before what would begin a heading, list, quotation, rule or table.

    Leading space in a line of verse becomes character references: Markdown drops it at the beginning of a paragraph.
    """
    if line.startswith(_NO_BREAK * 2):
        rest = line.lstrip(_NO_BREAK)
        return "&nbsp;" * (len(line) - len(rest)) + rest
    found = _LINE_START.match(line)
    if found is None:
        return line
    at = found.end("number") if found.group("number") else 0
    return f"{line[:at]}\\{line[at:]}"


def settle(text: str) -> str:
    """Return the Markdown of a paragraph: signs become marks; a break becomes a backslash at the end of its line."""
    text = text.strip(" \n")
    if not _TO_SETTLE.search(text):
        return escape_start(text)
    reader = Reader()
    reader.read(text)
    leaves = spaced(reader.leaves)
    leaves = [leaf._replace(content=_fenced(leaf.content)) if leaf.kind == "code" else leaf for leaf in leaves]
    settled = _written(leaves, Placing(leaves).runs, reader.urls)
    return "\\\n".join([escape_start(line.strip(" ")) for line in settled.split(BREAK) if line.strip()])


def _fenced(code: str) -> str:
    """Code between as many backticks as needed."""
    if "`" not in code:
        return f"`{code}`"
    longest = max(len(run) for run in re.findall("`+", code))
    pad = " " if code[0] == "`" or code[-1] == "`" else ""
    return f"{'`' * (longest + 1)}{pad}{code}{pad}{'`' * (longest + 1)}"


def _written(leaves: list[Leaf], runs: dict[int, list[Run]], urls: list[str]) -> str:
    """The leaves with the marks of their runs."""
    opening: dict[int, list[Run]] = {}
    for run in sorted(chain(*runs.values()), key=lambda run: (run.first, -run.last, _NESTING[run.style])):
        opening.setdefault(run.first, []).append(run)
    out: list[str] = []
    stack: list[Run] = []
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


def _would_join(before: Leaf, mark: str, first: str) -> bool:
    """Whether the next character would merge with the mark before it."""
    if first in "~^":
        return mark == {"~": "~~", "^": "["}[first]
    return first in "(:" and before.kind == "note"


def _end(run: Run, out: list[str], leaves: list[Leaf], urls: list[str]) -> str:
    """The mark at the end of a run, kept apart from the text before it."""
    if not run.style:
        return urls[leaves[run.first].link]
    if run.style == 4 and out[-1].endswith("~") and not out[-1].endswith("\\~"):
        out[-1] = out[-1][:-1] + "\\~"
    return _MARKS[run.style]
