"""Searches that the user keeps: made of what is on the screen, removed from the sidebar."""

from __future__ import annotations

from functools import partial
from sqlite3 import Connection
from typing import TYPE_CHECKING

from tuireader.library.jobs.cache_gateway import Cache
from tuireader.tui.main.undo_stack import UndoStep
from tuireader.tui.support.safe_text import toast
from tuireader.tui.support.workers import ASKING, start

if TYPE_CHECKING:
    from tuireader.model.query import Query, SavedSearch
    from tuireader.tui.main.panes import PanesScreen
    from tuireader.tui.main.search_prompt import PromptController
    from tuireader.tui.main.statuses import StatusController


class SearchesController:
    """Keeps what is shown as a search, under a name; removes one, to be undone."""

    def __init__(
        self, panes: PanesScreen, cache: Cache, prompts: PromptController, statuses: StatusController, undo_key: str
    ) -> None:
        self._panes = panes
        self._cache = cache
        self._prompts = prompts
        self._statuses = statuses
        self._undo_key = undo_key

    def save(self) -> None:
        """Ask for a name for what is shown; where that is a saved search, its own is there."""
        start(self._panes, self._ask, group=ASKING)

    async def _ask(self) -> None:
        panes = self._panes
        text = await self._text()
        if not text:
            toast(panes, "Choose or search for something first: that is what is saved.")
            return
        there = next((each.name for each in panes.sidebar.saved if each.query == text), "")
        await self._prompts.ask_name(there, f"a name for: {text}", partial(self._save, text))

    async def _text(self) -> str:
        query = self._panes.headlines_pane.wanted
        return await self._cache.read(lambda c: _text_of(c, query))

    def _save(self, text: str, name: str) -> None:
        start(self._panes, partial(self._write, name, text), group="filing")

    async def _write(self, name: str, text: str) -> None:
        before, saved = await self._cache.write(partial(_keep, name=name, text=text))
        if before is None:
            step = UndoStep(f"“{saved.name}” is not saved any more", saved=saved.name)
            said = f"Saved as “{saved.name}”: it is in the sidebar"
        else:
            step = UndoStep(f"“{before.name}” is as before", search=(before.name, before.query))
            said = f"“{saved.name}” is another search now ({self._undo_key} to undo)"
        self._statuses.can_be_undone(step)
        toast(self._panes, said)
        self._panes.sidebar.count_searches()

    def remove(self) -> bool:
        """Remove the saved search under the sidebar's cursor; whether there is one."""
        sidebar = self._panes.sidebar
        row = sidebar.searches.pointed if sidebar.focused is sidebar.searches else None
        found = next((each for each in sidebar.saved if row is not None and each.id == row.key), None)
        if found is None:
            return False
        start(self._panes, partial(self._remove, found), group="filing")
        return True

    async def _remove(self, saved: SavedSearch) -> None:
        await self._cache.write(partial(_remove, id_=saved.id))
        self._statuses.can_be_undone(UndoStep(f"“{saved.name}” is back", search=(saved.name, saved.query)))
        toast(self._panes, f"“{saved.name}” is removed ({self._undo_key} to undo)")
        self._panes.sidebar.count_searches()


# Seldom needed: loaded where it is.


def _text_of(c: Connection, query: Query) -> str:
    from tuireader.library.reading import saved

    return saved.text_of(c, query)


def _keep(c: Connection, name: str, text: str) -> tuple[SavedSearch | None, SavedSearch]:
    """Keep a search; gives what was kept under its name before, and what is now."""
    from tuireader.library.reading import saved

    return saved.named(c, name), saved.keep(c, name, text)


def _remove(c: Connection, id_: int) -> None:
    from tuireader.library.reading import saved

    saved.remove(c, id_)
