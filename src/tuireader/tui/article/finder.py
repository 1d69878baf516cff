"""Finding text in a page as it is typed."""

from __future__ import annotations

from collections.abc import Callable

from textual import events

from tuireader.content.document.model import Document, document_text
from tuireader.text.printable import printable
from tuireader.tui.article.find_session import FindSession
from tuireader.tui.article.page_layout import HEAD
from tuireader.tui.article.page_view import PageView
from tuireader.tui.article.paint import Highlight
from tuireader.tui.support.viewport import Place

_LONGEST = 200
"""Characters that can be typed."""


class Finder:
    """Takes what is typed, leads to what matches, and keeps it marked."""

    def __init__(self, view: PageView, changed: Callable[[], None]) -> None:
        """`changed` is called when the search stands otherwise."""
        self._view = view
        self._changed = changed
        self.session: FindSession | None = None
        """The search, while there is one."""
        self.typing = False
        """Whether keys go into what is sought."""

    @property
    def sought(self) -> str:
        """What is sought; empty where nothing is."""
        return self.session.sought if self.session is not None else ""

    @property
    def said(self) -> str:
        return self.session.said() if self.session is not None else ""

    def highlights(self, place: Place, start: int, end: int) -> list[Highlight]:
        """Matches on a line between two offsets."""
        if self.session is None or place.item == HEAD:
            return []
        here = self.session.here
        found = self.session.between(start, end)
        return [Highlight(*match, "match-here" if match == here else "match") for match in found]

    def begin(self) -> None:
        """Open the find prompt."""
        self.end()
        self.typing = True
        self.find("")

    def find(self, sought: str) -> None:
        """Mark all places that match, and show the first one from where the user was when it began."""
        document = self._view.document
        if document is None:
            return
        if self.session is None:
            self.session = FindSession(document_text(document), self._view.position)
        self.session.seek(sought)
        self._show()

    def go_on_with(self, document: Document) -> None:
        """Look in more of the document, too."""
        if self.session is not None:
            began, sought = self.session.began, self.session.sought
            self.session = FindSession(document_text(document), began)
            self.session.seek(sought)

    def step(self, by: int) -> bool:
        """Go to the next match, or to the one before (-1); whether anything is sought."""
        if self.session is None or not self.session.sought:
            return False
        self.session.step(by)
        self._show()
        return True

    def end(self, *, back: bool = False) -> None:
        """Clear the search; `back` returns to the starting position."""
        session, self.session = self.session, None
        self.typing = False
        if session is not None:
            if back and self._view.page is not None:
                self._view.go_to(self._view.page.at_offset(session.began))
            self._view.refresh()
            self._changed()

    def keep(self) -> None:
        """Close the prompt and keep matches highlighted."""
        if not self.typing:
            return
        self.typing = False
        if self.session is None or not self.session.matches:
            self.end()
        self._view.refresh()

    def _show(self) -> None:
        session, page = self.session, self._view.page
        if session is None or page is None:
            return
        if session.here is not None:
            place = page.place_of(session.here.start)
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
        """Take a key while something is typed; whether it was taken."""
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
        """Take what is pasted while something is typed; whether it was taken."""
        if not self.typing or self.session is None:
            return False
        self._type(self.session.sought + text)
        return True

    def _type(self, sought: str) -> None:
        self.find(printable(sought)[:_LONGEST])
