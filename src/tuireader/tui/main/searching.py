"""Searching: what is typed at the bottom of the screen, and what it finds; filters and orders of the lists."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, get_args

from textual import on, work
from textual.widget import Widget

from tuireader.model import Order
from tuireader.tui.lists.facet_list import FacetList
from tuireader.tui.lists.headline_list import HeadlineList
from tuireader.tui.main.lists import ListsScreen
from tuireader.tui.support.background import off_loop

if TYPE_CHECKING:
    from sqlite3 import Connection

    from tuireader.model import Excerpt
    from tuireader.tui.chrome.prompt import Prompt

SEARCH, FILTER = "search", "filter"
"""What the prompt is for."""

ORDERS: tuple[Order, ...] = get_args(Order)


class SearchingScreen(ListsScreen):
    """Narrows the lists by what is typed, and sorts them."""

    _filtered: FacetList | None = None
    """The list of names that is being filtered."""
    _prompt: Prompt | None = None
    """What is typed into, while it is."""

    async def action_search(self) -> None:
        """Search the headlines; in a list of names, find one."""
        focused = self.focused
        if isinstance(focused, FacetList):
            self._filtered = focused
            await self.ask(FILTER, focused.filter, "a part of the name")
        else:
            if self.pane == "article" and self.panes_beside < 3:
                self.show_pane("headlines")
            self._load_contexts()
            await self.ask(SEARCH, self.wanted.text, 'words, "a phrase", -without, author:, category:')

    async def ask(self, purpose: str, text: str, hint: str) -> None:
        """Let the reader type something at the bottom of the screen; what is typed at once is typed there too."""
        if self._prompt is None and self.is_mounted:  # a key may come before there is a screen
            from tuireader.tui.chrome.prompt import Prompt

            self._prompt = Prompt(purpose, text, hint)
            self.hint_bar.display = False
            await self.mount(self._prompt, after=self.hint_bar)
            self.set_focus(self._prompt.line)

    def on_prompt_changed(self, event: Prompt.Changed) -> None:
        """Filter or search by what is typed so far."""
        if event.purpose == FILTER and self._filtered is not None:
            self._filter(self._filtered, event.text)
        elif event.purpose == SEARCH:
            self.search_for(event.text)  # the next letter stops what is then no longer wanted

    def _filter(self, facets: FacetList, text: str) -> None:
        facets.set_filter(text)
        self.sidebar.share()

    def _filter_typed(self, facets: FacetList, event: Prompt.Closed) -> None:
        """Keep a filter that leaves several names; the only name that one leaves is what the reader wants."""
        if event.entered and facets.row_count() == 1 and facets.rows[0].key not in facets.chosen:
            facets.action_open()
        elif event.kept:
            return
        self._filter(facets, "")

    def search_for(self, text: str) -> None:
        """Show what is found, the best first."""
        searching = bool(text.strip())
        order = self.wanted.order
        if searching and not self.wanted.text.strip():
            order = "best"
        elif not searching and order == "best":
            order = "newest"
        query = replace(self.wanted, text=text, order=order)
        if query != self.wanted:
            self.want(query, stay=not searching)

    async def on_prompt_closed(self, event: Prompt.Closed) -> None:
        """Keep what was typed or give it up, and go back to where the reader was."""
        prompt, self._prompt = self._prompt, None
        if prompt is None:  # enter, and the focus that went away with it, close it twice
            return
        if event.purpose == FILTER and self._filtered is not None:
            self._filter_typed(self._filtered, event)
            self._return_to(prompt, self._filtered)
        elif event.purpose == SEARCH:
            if not event.kept:
                self.search_for("")
            self._return_to(prompt, self.headlines)
        else:
            self._return_to(prompt, self.article)
        self.hint_bar.display = not self.zen
        await prompt.remove()

    def _return_to(self, prompt: Prompt, widget: Widget) -> None:
        """Give the focus back, if it is still in the prompt: the reader may have clicked elsewhere."""
        if self.focused is None or prompt in self.focused.ancestors:
            self.set_focus(widget)

    @work(group="loading")
    async def _load_contexts(self) -> None:
        """Load what shows the words in their texts while the reader begins to type."""
        await asyncio.to_thread(import_module, "tuireader.content.dom.plain_text")

    @on(HeadlineList.ContextWanted)
    def _want_contexts(self, event: HeadlineList.ContextWanted) -> None:
        self._read_contexts(event.ids, self.listed.text, self.headlines.context_width)

    @work(exclusive=True, group="contexts")
    async def _read_contexts(self, ids: tuple[int, ...], text: str, width: int) -> None:
        """Look in the texts of the headlines in sight for what was searched for."""

        def read(connection: Connection) -> dict[int, Excerpt]:
            from tuireader.tui.main.sidebar_counts import find_contexts

            return find_contexts(connection, ids, text, width)

        found = await off_loop(self.path, read)
        if text == self.listed.text:
            self.headlines.set_contexts(found)

    def action_sort(self) -> None:
        """Sort the headlines another way; in a list of names, by count or by name."""
        focused = self.focused
        if isinstance(focused, FacetList):
            focused.sort(by_name=not focused.by_name)
            return
        orders = [order for order in ORDERS if order != "best" or self.wanted.text.strip()]
        following = orders[(orders.index(self.wanted.order) + 1) % len(orders)]
        self.want(replace(self.wanted, order=following))

    def action_back(self) -> None:
        """Back; out of a search or a filter first."""
        focused = self.focused
        if isinstance(focused, FacetList) and focused.filter:
            self._filter(focused, "")
        elif self.pane == "headlines" and self.wanted.text and focused is self.headlines:
            self.search_for("")
        else:
            super().action_back()
