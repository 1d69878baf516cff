"""A page whose links can be stepped through and followed, with the keyboard and the mouse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.actions import SkipAction
from textual.message import Message

from tuireader.tui.article.find import FindPage

if TYPE_CHECKING:
    from tuireader.content.document.model import Link


class LinkPage(FindPage):
    """The page and its links."""

    @dataclass
    class LinkHovered(Message, namespace="article_view"):
        """The pointer came to a link, or left one (None)."""

        url: str | None

    @dataclass
    class LinkFocused(Message, namespace="article_view"):
        """The keyboard came to a link, or left one (None)."""

        url: str | None

    @dataclass
    class OpenLink(Message, namespace="article_view"):
        """A link is to be opened: any address, as the article has it."""

        url: str

    def jump_to(self, offset: int) -> None:
        """Show a place of the text."""
        raise NotImplementedError

    @property
    def links(self) -> Sequence[Link]:
        """The links of the article."""
        return self._document.links if self._document is not None else ()

    @property
    def link_shown(self) -> Link | None:
        """The link that the pointer is on, else the one that the keyboard is on."""
        index = self._here if self._hover is None else self._hover
        return None if index is None or index >= len(self.links) else self.links[index]

    def action_next_link(self) -> None:
        """To the next link on the page; behind the last, the key goes on to others."""
        self._step_link(1)

    def action_previous_link(self) -> None:
        """To the link before on the page."""
        self._step_link(-1)

    def _links_in_sight(self) -> list[int]:
        """The links in sight, each once, in order."""
        links = [span.link for place in self._sight for span in self.spans_of(place) if span.link is not None]
        return list(dict.fromkeys(links))

    def _step_link(self, by: int) -> None:
        links = self._links_in_sight()
        index = links.index(self._here) + by if self._here in links else 0 if by > 0 else len(links) - 1
        if not 0 <= index < len(links):
            self._focus_link(None)
            raise SkipAction
        self._focus_link(links[index])

    def _focus_link(self, link: int | None) -> None:
        if link != self._here:
            self._here = link
            self.refresh()
            self.post_message(self.LinkFocused(None if link is None else self.links[link].url))

    def scrolled(self) -> None:
        """Let go of a link that is no longer in sight."""
        super().scrolled()
        if self._here is not None and self._here not in self._links_in_sight():
            self._focus_link(None)

    def action_open_link(self) -> None:
        """Open the link that the keyboard is on."""
        if self._here is None:
            raise SkipAction
        self.follow(self._here)

    def link_clicked(self, link: int) -> None:
        """Open the link that was clicked."""
        self.follow(link)

    def link_hovered(self, link: int | None) -> None:
        """Tell the address below the pointer."""
        self.post_message(self.LinkHovered(None if link is None else self.links[link].url))

    def follow(self, link: int) -> None:
        """Jump to where a link of the document leads, or ask for its address to be opened."""
        target = self.links[link].target
        if target is None:
            self.post_message(self.OpenLink(self.links[link].url))
        else:
            self.jump_to(target)

    def action_clear(self) -> None:
        """Let go of what was found, else of the link or of what is selected; else the key goes on to others."""
        if self.finding is not None:
            self.end_find()
        elif self._here is not None:
            self._focus_link(None)
        elif self.text_selection is not None:
            self.screen.clear_selection()
        else:
            raise SkipAction
