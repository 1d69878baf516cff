"""Find text as people mean it: without regard to case, accents, or how a quotation mark or a space is set."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import NamedTuple

from tuireader.text.folding import FoldedText, fold


class Match(NamedTuple):
    """A place in the text, from `start` to before `end`, in characters."""

    start: int
    end: int


def matches(text: FoldedText, sought: str, most: int) -> list[Match]:
    """The places in a text that match, in order and apart from each other; no more than `most`."""
    needle = fold(sought)
    found: list[Match] = []
    if not needle.strip():
        return found
    start = text.folded.find(needle)
    while start >= 0 and len(found) < most:
        end = start + len(needle)
        match = Match(*text.span(start, end))
        if not found or match.start >= found[-1].end:
            found.append(match)
        start = text.folded.find(needle, end)
    return found


MOST = 5_000
"""Matches that are counted: more of them are no help to anybody."""


class FindSession:
    """State of a search within a text."""

    def __init__(self, text: str, origin: int) -> None:
        """Begin at the offset `origin`: the first match is the first one from there on."""
        self._searchable = FoldedText(text)
        self.began = origin
        """Where the user was when it began."""
        self.origin = origin
        self.sought = ""
        self.matches: list[Match] = []
        self.current = 0
        """The index of the match that the user is at."""

    @property
    def here(self) -> Match | None:
        return self.matches[self.current] if self.matches else None

    def seek(self, sought: str) -> None:
        """Look for something else, from the origin on and round to the beginning."""
        self.sought = sought
        self.matches = matches(self._searchable, sought, MOST)
        self.current = bisect_left(self.matches, self.origin, key=lambda match: match.start)
        if self.current == len(self.matches):
            self.current = 0

    def step(self, by: int) -> None:
        """Go on to another match, from the last to the first."""
        if self.matches:
            self.current = (self.current + by) % len(self.matches)
            self.origin = self.matches[self.current].start

    def between(self, start: int, end: int) -> list[Match]:
        """The matches that have a character between two offsets."""
        first = bisect_right(self.matches, start, key=lambda match: match.end)
        last = bisect_left(self.matches, end, key=lambda match: match.start)
        return self.matches[first:last]

    def said(self) -> str:
        """How it stands: "3 of 14"."""
        if not self.matches:
            return "no match" if self.sought.strip() else ""
        return f"{self.current + 1} of {len(self.matches)}{'+' if len(self.matches) == MOST else ''}"
