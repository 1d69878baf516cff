"""A page in which text can be found as it is typed."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.actions import SkipAction
from textual.message import Message

from tuireader.content.document.model import Document, document_text
from tuireader.text.printable import printable
from tuireader.tui.article.find_session import FindSession
from tuireader.tui.article.page_layout import HEAD, Place
from tuireader.tui.article.paint import Highlight
from tuireader.tui.article.selection import MousePage

_LONGEST = 200
"""Characters that can be typed."""


class FindPage(MousePage):
    """The page and its search: the last row is where it is typed."""

    @dataclass
    class Found(Message, namespace="article_view"):
        """The search stands otherwise: what is sought ("" when it ended), and how it stands ("3 of 14")."""

        sought: str
        said: str

    def __init__(self, *, id: str | None = None, reorder: bool | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, reorder=reorder)
        self.finding: FindSession | None = None
        """The search, while there is one."""
        self.typing = False
        """Whether keys go into what is sought."""

    def highlights_in(self, place: Place, start: int, end: int) -> list[Highlight]:
        """What was found on a line, and what is selected."""
        marks = super().highlights_in(place, start, end)
        if self.finding is None or place.block == HEAD:
            return marks
        here = self.finding.here
        found = self.finding.between(start, end)
        return [*(Highlight(*match, "match-here" if match == here else "match") for match in found), *marks]

    def action_find(self) -> None:
        """Let what is to be found be typed."""
        if self._document is None:
            raise SkipAction
        self.end_find()
        self.typing = True
        self.find("")

    def find(self, sought: str) -> None:
        """Mark all places that match, and show the first one from where the reader was when it began."""
        if self._document is None:
            return
        if self.finding is None:
            self.finding = FindSession(document_text(self._document), self.position)
        self.finding.seek(sought)
        self._show_match()

    def go_on_with(self, document: Document) -> None:
        """Look in what has come, too."""
        super().go_on_with(document)
        if self.finding is not None:
            began, sought = self.finding.began, self.finding.sought
            self.finding = FindSession(document_text(document), began)
            self.finding.seek(sought)

    def _show_match(self) -> None:
        finding, page = self.finding, self._page
        if finding is None or page is None:
            return
        if finding.here is not None:
            place = page.place_of(finding.here.start)
            if place not in self._sight:
                self.go_to(page.walk(place, -(self.rows // 3)))
        elif finding.began != self.position:
            self.go_to(page.at_offset(finding.began))
        self.refresh()
        self.post_message(self.Found(finding.sought, finding.said()))

    def end_find(self, *, back: bool = False) -> None:
        """Forget what was found; `back` returns to where the reader was when it began."""
        finding, self.finding = self.finding, None
        self.typing = False
        if finding is not None:
            if back and self._page is not None:
                self.go_to(self._page.at_offset(finding.began))
            self.refresh()
            self.post_message(self.Found("", ""))

    def action_next_match(self) -> None:
        """To the next match."""
        self._step_match(1)

    def action_previous_match(self) -> None:
        """To the match before."""
        self._step_match(-1)

    def _step_match(self, by: int) -> None:
        if self.finding is None or not self.finding.sought:
            raise SkipAction
        self.finding.step(by)
        self._show_match()

    # Typing.

    def on_key(self, event: events.Key) -> None:
        """Take what is typed, while it is."""
        finding = self.finding
        if not self.typing or finding is None:
            return
        sought = finding.sought
        if event.is_printable and event.character is not None:
            self._type(sought + event.character)
        elif event.key in {"backspace", "ctrl+h"}:
            self._type(sought[:-1]) if sought else self.end_find(back=True)
        elif event.key == "ctrl+w":
            self._type(sought.rstrip().rpartition(" ")[0])
        elif event.key == "ctrl+u":
            self._type("")
        elif event.key in {"down", "up", "ctrl+n", "ctrl+p", "ctrl+g"}:
            if sought:  # else there is nothing to step through, and the key must not go on to others either
                self._step_match(-1 if event.key in {"up", "ctrl+p"} else 1)
        elif event.key == "enter":
            self._keep()
        elif event.key == "escape":
            self.end_find(back=True)
        else:
            return
        event.stop()
        event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        """Take what is pasted, likewise."""
        if self.typing and self.finding is not None:
            event.stop()
            self._type(self.finding.sought + event.text)

    def on_blur(self) -> None:
        """Whoever goes elsewhere is done with typing."""
        if self.typing:
            self._keep()

    def _type(self, sought: str) -> None:
        self.find(printable(sought)[:_LONGEST])

    def _keep(self) -> None:
        """Leave what was found marked, and let keys be keys again; nothing is found when nothing was typed."""
        self.typing = False
        if self.finding is None or not self.finding.matches:
            self.end_find()
        self.refresh()
