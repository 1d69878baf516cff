"""Find text as people mean it: without regard to case, accents, or how a quotation mark or a space is set."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from typing import NamedTuple

from tuireader.text.folding import fold, fold_character


class Match(NamedTuple):
    """A place in the text, from `start` to before `end`, in characters."""

    start: int
    end: int


class FoldedText:
    """A text made ready to be searched again and again, as a search is typed."""

    def __init__(self, text: str) -> None:
        """Fold the text once, and keep where folding changes the number of characters, to find the way back."""
        letters = {character: fold_character(character) for character in set(text)}
        self._folded = text.translate({ord(character): folded for character, folded in letters.items()})
        # From each of these places on, up to the next one, characters stand one for one.
        self._folded_places = [0]
        self._places = [0]
        uneven = "".join(character for character, folded in letters.items() if len(folded) != 1)
        shift = 0
        for found in re.finditer(f"[{re.escape(uneven)}]", text) if uneven else ():
            place = found.start()
            shift += len(letters[text[place]]) - 1
            self._places.append(place + 1)
            self._folded_places.append(place + 1 + shift)

    def matches(self, sought: str, most: int) -> list[Match]:
        """The places that match, in order and apart from each other; no more than `most`."""
        needle = fold(sought)
        found: list[Match] = []
        if not needle.strip():
            return found
        start = self._folded.find(needle)
        while start >= 0 and len(found) < most:
            end = start + len(needle)
            # Behind the last character stand the marks that were folded away with it: they belong to the match.
            match = Match(self._place(start), max(self._place(end - 1) + 1, self._place(end)))
            if not found or match.start >= found[-1].end:
                found.append(match)
            start = self._folded.find(needle, end)
        return found

    def _place(self, folded: int) -> int:
        """Where in the text the character stands that became the one at `folded`."""
        run = bisect_right(self._folded_places, folded) - 1
        place = self._places[run] + folded - self._folded_places[run]
        # One character that became several is all of them.
        return min(place, self._places[run + 1] - 1) if run + 1 < len(self._places) else place


MOST = 5_000
"""Matches that are counted: more of them are no help to anybody."""


class FindSession:
    """A search in one text, as it is typed and gone through."""

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
        """The match that the user is at."""
        return self.matches[self.current] if self.matches else None

    def seek(self, sought: str) -> None:
        """Look for something else, from the origin on and round to the beginning."""
        self.sought = sought
        self.matches = self._searchable.matches(sought, MOST)
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
