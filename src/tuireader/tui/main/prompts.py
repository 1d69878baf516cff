"""What is typed at the bottom of the screen: a search of the headlines, or a part of a name in the sidebar."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.widget import Widget

from tuireader.tui.chrome.bottom_bar import BottomBar
from tuireader.tui.lists.facet_list import FacetList
from tuireader.tui.main.sidebar import Sidebar

if TYPE_CHECKING:
    from tuireader.tui.chrome.prompt import Prompt

SEARCH, FILTER = "search", "filter"
"""What the prompt is for."""


class PromptController:
    """Asks for a search or a filter, and applies it while it is typed."""

    def __init__(self, bottom: BottomBar, sidebar: Sidebar, search: Callable[[str], None]) -> None:
        """`search` is called with the text that headlines are searched for so far."""
        self._bottom = bottom
        self._sidebar = sidebar
        self._search = search
        self._filtered: FacetList | None = None
        """The list of names that is being filtered."""

    async def ask_for_search(self, text: str) -> None:
        """Ask what to search for; `text` is what is searched for already."""
        await self._bottom.ask(SEARCH, text, 'words, "a phrase", -without, author:, category:')

    async def ask_for_filter(self, facets: FacetList) -> None:
        """Ask for a part of a name in a list."""
        self._filtered = facets
        await self._bottom.ask(FILTER, facets.filter, "a part of the name")

    def changed(self, event: Prompt.Changed) -> None:
        """Filter or search by what is typed so far."""
        if event.purpose == FILTER and self._filtered is not None:
            self._sidebar.filter(self._filtered, event.text)
        elif event.purpose == SEARCH:
            self._search(event.text)  # the next letter stops what is then no longer wanted

    async def closed(self, event: Prompt.Closed, headlines: Widget) -> None:
        """Keep what was typed or give it up, and go back to where the user was: to the names, or the headlines."""
        if not self._bottom.is_asking:  # enter, and the focus that went away with it, close it twice
            return
        target: Widget = headlines
        if event.purpose == FILTER and self._filtered is not None:
            target = self._filtered
            self._sidebar.end_filter(self._filtered, kept=event.kept, entered=event.entered)
        elif not event.kept:
            self._search("")
        if not self._bottom.has_lost_focus:
            self._bottom.screen.set_focus(target)
        await self._bottom.end()
