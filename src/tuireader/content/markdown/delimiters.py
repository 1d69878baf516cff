"""Where the marks of a paragraph take effect: runs of leaves, nested, with ends that CommonMark accepts."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from itertools import groupby, pairwise
from typing import NamedTuple

from tuireader.content.markdown.inline_tokens import STYLES, Leaf, is_punctuation
from tuireader.content.markdown.sentinels import BREAK

UNDERSCORE = 8
"""The style of an emphasis that touches a strong one: three asterisks in a row would be ambiguous."""


class Run(NamedTuple):
    """A stretch of leaves between two marks."""

    first: int
    last: int
    """The leaf after its last."""
    style: int
    """The bit of its style; 0 for a link."""


class Placing:
    """Finds where marks take effect: all runs nested, and with ends that CommonMark accepts."""

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
        return UNDERSCORE if is_em else style


def _stretches(values: list[int]) -> list[Run]:
    """The stretches of the same value that is not 0."""
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
    """Whether CommonMark counts a character as the end of a word; there is none at the ends of a paragraph."""
    if not character or character in f" {BREAK}" or is_punctuation(character):
        return True
    return unicodedata.category(character) == "Zs"


def _before(index: int, leaves: list[Leaf], *, outside: bool) -> str:
    """The character before a mark at a leaf, outside the link that begins there or in it; nothing at the start."""
    if index and (outside or leaves[index - 1].link == leaves[index].link):
        before = leaves[index - 1]
        return ")" if before.link and before.link != leaves[index].link else before.content[-1]
    return "[" if leaves[index].link and not outside else ")" if index else ""


def _after(index: int, leaves: list[Leaf], *, outside: bool) -> str:
    """The character after a mark behind a leaf, outside the link that ends there or in it; nothing at the end."""
    last = leaves[index - 1]
    if index < len(leaves) and (outside or leaves[index].link == last.link):
        after = leaves[index]
        return "[" if after.link and after.link != last.link else after.content[0]
    return "]" if last.link and not outside else "[" if index < len(leaves) else ""
