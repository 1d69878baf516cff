"""Selecting several articles, for the next key to act upon all of them; and several rows of the sidebar."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tuireader.library.jobs.cache_gateway import Cache
from tuireader.store import articles
from tuireader.tui.support.safe_text import toast
from tuireader.tui.support.workers import start

if TYPE_CHECKING:
    from collections.abc import Callable
    from sqlite3 import Connection

    from tuireader.tui.lists.side_list import SideList
    from tuireader.tui.main.panes import PanesScreen
    from tuireader.tui.main.query_controller import QueryController


class SelectController:
    """Selects articles in the list of headlines, and chooses or leaves out rows of the sidebar beside others."""

    def __init__(self, panes: PanesScreen, cache: Cache, choosing: QueryController, say: Callable[[], None]) -> None:
        """`say` is called when something else is selected."""
        self._panes = panes
        self._cache = cache
        self._choosing = choosing
        self._say = say
        self._anchor: int | None = None
        """The article from which a range reaches."""

    @property
    def ids(self) -> frozenset[int]:
        return self._panes.headlines.selected

    def toggle(self) -> None:
        """Select the article under the cursor, or no more, and go on to the next; in the sidebar, choose a row too."""
        sidebar = self._panes.sidebar
        if self._panes.pane == "sidebar" and sidebar.focused is not None:
            self.choose_too(sidebar.focused)
        elif self.toggle_current():
            self._panes.headlines.move_to(self._panes.headlines.cursor + 1)

    def toggle_current(self) -> bool:
        """Select the article under the cursor, or no more; whether there is one."""
        current = self._panes.headlines.current
        if current is not None:
            self._anchor = current.id
            self._select(self.ids ^ {current.id})
        return current is not None

    def toggle_to(self) -> None:
        """Select all from the article that was selected last to the one under the cursor."""
        current = self._panes.headlines.current
        if current is not None and self._panes.pane != "sidebar":
            anchor = current.id if self._anchor is None else self._anchor
            query = self._panes.headlines_pane.listed
            start(
                self._panes,
                partial(self._add, lambda c: articles.between(c, query, anchor, current.id)),
                group="select",
            )

    def select_all(self) -> None:
        """Select all that is shown; where all of it is selected, nothing."""
        query = self._panes.headlines_pane.listed
        if len(self.ids) >= self._panes.headlines.row_count() > 0:
            self.clear()
        else:
            start(self._panes, partial(self._add, lambda c: articles.ids(c, query)), group="select")

    async def _add(self, find: Callable[[Connection], list[int]]) -> None:
        query = self._panes.headlines_pane.listed
        found = await self._cache.read(find)
        if query == self._panes.headlines_pane.listed:
            self._select(self.ids | frozenset(found))

    def exclude(self) -> None:
        """Leave the row under the sidebar's cursor out, or no more."""
        sidebar = self._panes.sidebar
        if self._panes.pane == "sidebar" and sidebar.focused is not None:
            self.choose_too(sidebar.focused, excluded=True)
        else:
            toast(self._panes, "In the sidebar, this leaves the row under the cursor out.")

    def choose_too(self, side_list: SideList, *, excluded: bool = False) -> None:
        """Choose the row under the cursor of a list beside others, or leave it out; or no more."""
        wanted = self._panes.sidebar.query_with_pointed(self._choosing.wanted, side_list, excluded=excluded)
        if wanted is not None:
            self._choosing.want(wanted)

    def clear(self) -> bool:
        """Select nothing; whether something was."""
        self._anchor = None
        was_any = bool(self.ids)
        self._select(frozenset())
        return was_any

    def _select(self, ids: frozenset[int]) -> None:
        self._panes.headlines.select(ids)
        self._say()
