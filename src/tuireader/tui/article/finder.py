"""Find in a page while typing, ignoring case, accents and kinds of quotes."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import NamedTuple

from textual import events

from tuireader.content.document.model import Document, document_text
from tuireader.text.folding import FoldedText, fold
from tuireader.text.printable import printable
from tuireader.tui.article.page_layout import HEAD
from tuireader.tui.article.page_view import PageView
from tuireader.tui.article.paint import Highlight
from tuireader.tui.support.viewport import Place


class Match(NamedTuple):
    """A match in the text, from `start` to before `end`, in characters."""

    start: int
    end: int


def matches(text: FoldedText, sought: str, most: int) -> list[Match]:
    """The matches in a text in order, without overlaps; at most `most`."""
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


MATCHES_MAX = 5_000
"""Maximum number of matches counted."""


class FindSession:
    """State of a search within a text."""

    def __init__(self, text: str, origin: int, words: Sequence[tuple[int, int]] = ()) -> None:
        """`origin` is the offset from which the first match is sought; `words` are the matches without a text."""
        self._words = [Match(*span) for span in words]
        self._searchable = FoldedText(text)
        self.began = origin
        """The offset at which the search began."""
        self.origin = origin
        self.sought = ""
        self.matches: list[Match] = []
        self.current = 0
        """The index of the current match."""

    @property
    def is_empty(self) -> bool:
        """Whether there is neither a search text nor a match."""
        return not (self.sought or self.matches)

    @property
    def here(self) -> Match | None:
        return self.matches[self.current] if self.matches else None

    def seek(self, sought: str) -> None:
        """Search for another text, from the origin, wrapping around."""
        self.sought = sought
        self.matches = matches(self._searchable, sought, MATCHES_MAX) if sought else self._words
        self.current = bisect_left(self.matches, self.origin, key=lambda match: match.start)
        if self.current == len(self.matches):
            self.current = 0

    def step(self, by: int) -> None:
        """Move to another match, wrapping around."""
        if self.matches:
            self.current = (self.current + by) % len(self.matches)
            self.origin = self.matches[self.current].start

    def between(self, start: int, end: int) -> list[Match]:
        """The matches that overlap a range of offsets."""
        first = bisect_right(self.matches, start, key=lambda match: match.end)
        last = bisect_left(self.matches, end, key=lambda match: match.start)
        return self.matches[first:last]

    def said(self) -> str:
        """The position of the current match, such as "3 of 14" or "no match"; "" without a search text."""
        if not self.matches:
            return "No matches" if self.sought.strip() else ""
        return f"{self.current + 1} of {len(self.matches)}{'+' if len(self.matches) == MATCHES_MAX else ''}"


_QUERY_MAX = 200
"""Maximum length of the search text."""


class Finder:
    """Handles the find prompt of a page, moves to matches and highlights them."""

    def __init__(
        self, view: PageView, changed: Callable[[], None], words: Callable[[], Sequence[tuple[int, int]]]
    ) -> None:
        """`changed` is called when the text or the current match changes.

        `words` gives the spans of the words of the search that led here: they are the matches until a text is typed.
        """
        self._view = view
        self._words = words
        self._changed = changed
        self.session: FindSession | None = None
        self.typing = False
        """Whether the prompt is open."""

    @property
    def sought(self) -> str:
        """The search text; "" if there is no search."""
        return self.session.sought if self.session is not None else ""

    @property
    def said(self) -> str:
        return self.session.said() if self.session is not None else ""

    def highlights(self, place: Place, start: int, end: int) -> list[Highlight]:
        if self.session is None or place.item == HEAD:
            return []
        here = self.session.here
        found = self.session.between(start, end)
        return [Highlight(*match, "match-here" if match == here else "match") for match in found]

    def begin(self) -> None:
        self.end()
        self.typing = True
        self.find("")

    def find(self, sought: str) -> None:
        """Highlight all matches, and show the first one from the starting position."""
        document = self._view.document
        if document is None:
            return
        if self.session is None:
            self.session = FindSession(document_text(document), self._view.position, self._words())
        self.session.seek(sought)
        self._show()

    def go_on_with(self, document: Document) -> None:
        """Extend the search to a longer version of the document."""
        if self.session is not None:
            before = self.session
            self.session = FindSession(document_text(document), before.began, self._words())
            self.session.origin = before.here.start if before.here is not None else before.origin
            self.session.seek(before.sought)

    def step(self, by: int) -> bool:
        """Move to the next match, or the previous one (-1); returns whether there is a search."""
        if self.session is None or self.session.is_empty:
            return False
        self.session.step(by)
        self._show()
        return True

    def end(self, *, back: bool = False) -> None:
        session, self.session = self.session, None
        self.typing = False
        if session is not None:
            if back and self._view.page is not None:
                self._view.go_to(self._view.page.at_offset(session.began))
            self._view.refresh()
            self._changed()

    def keep(self) -> None:
        if not self.typing:
            return
        self.typing = False
        if self.session is None or self.session.is_empty:
            self.end()
        self._view.refresh()
        self._changed()

    def _show(self) -> None:
        session = self.session
        if session is None or self._view.page is None:
            return
        place = self._view.shown_place(session.here.start) if session.here is not None else None
        page = self._view.page
        if place is not None:
            if self._view.is_linear:
                self._view.go_to(place)
            elif place not in self._view.sight:
                self._view.go_to(page.walk(place, -(self._view.rows // 3)))
        elif session.began != self._view.position:
            self._view.go_to(page.at_offset(session.began))
        self._view.refresh()
        self._changed()

    # Typing.

    def take_key(self, event: events.Key) -> bool:
        """Handle a key while the prompt is open; returns whether it was used."""
        if not self.typing or self.session is None:
            return False
        sought = self.session.sought
        if event.is_printable and event.character is not None:
            self._type(sought + event.character)
        elif event.key in {"backspace", "ctrl+h"}:
            self._type(sought[:-1]) if sought else self.end(back=True)
        elif event.key == "ctrl+w":
            self._type(sought.rstrip().rpartition(" ")[0])
        elif event.key == "ctrl+u":
            self._type("")
        elif event.key in {"down", "up", "ctrl+n", "ctrl+p", "ctrl+g"}:
            self.step(-1 if event.key in {"up", "ctrl+p"} else 1)  # where nothing is sought it goes to no one else
        elif event.key == "enter":
            self.keep()
        elif event.key == "escape":
            self.end(back=True)
        else:
            return False
        return True

    def take_paste(self, text: str) -> bool:
        """Handle pasted text while the prompt is open; returns whether it was used."""
        if not self.typing or self.session is None:
            return False
        self._type(self.session.sought + text)
        return True

    def _type(self, sought: str) -> None:
        self.find(printable(sought)[:_QUERY_MAX])
