"""Selecting several articles or rows of the sidebar, and marking articles read by a choice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from sqlite3 import Connection
from typing import TYPE_CHECKING, NamedTuple

from tuireader.library.jobs.cache_gateway import Cache
from tuireader.model.query import Query
from tuireader.store import articles
from tuireader.tui.support.safe_text import toast
from tuireader.tui.support.workers import ASKING, start

if TYPE_CHECKING:
    from tuireader.model.headline import Headline
    from tuireader.tui.lists.side_list import SideList
    from tuireader.tui.main.panes import PanesScreen
    from tuireader.tui.main.query_controller import QueryController
    from tuireader.tui.main.statuses import StatusController


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


Find = Callable[[Connection], list[int]]


class _Way(NamedTuple):
    """Something that can be marked: how it is called, and what finds the unread articles of it."""

    words: str
    find: Find


class MarkController:
    """Marks all that is meant read: what is shown, or what a row of the sidebar stands for, or what is chosen of it."""

    def __init__(self, panes: PanesScreen, cache: Cache, statuses: StatusController) -> None:
        self._panes = panes
        self._cache = cache
        self._statuses = statuses

    def mark_all(self) -> None:
        """Mark all shown articles read; in the sidebar, those of the current row; with a selection, only that."""
        panes = self._panes
        selected, highest = panes.headlines.selected, panes.headlines.highest
        query = panes.headlines_pane.wanted
        if panes.pane == "sidebar" and (pointed := panes.sidebar.query_of_pointed(query)):
            query = pointed
        elif selected:
            self._statuses.mark_read(lambda c: _unread_among(c, selected))
            return
        self._statuses.mark_read(lambda c: _to_mark(c, query, highest))

    def ask(self) -> None:
        start(self._panes, self._ask, group=ASKING)

    async def _ask(self) -> None:
        ways = self._ways()
        counts = await self._cache.read(lambda c: [len(way.find(c)) for way in ways])
        ways = [way for way, count in zip(ways, counts, strict=True) if count]
        if not ways:
            toast(self._panes, "Nothing here is unread.")
            return
        from tuireader.tui.lists.choice_list import Line, WholeList
        from tuireader.tui.screens.dialog import ChooseScreen, open_dialog

        rows = [Line(way.words, str(count)) for way, count in zip(ways, filter(None, counts), strict=True)]
        open_dialog(self._panes.app, ChooseScreen("Mark as read", WholeList(rows)), partial(self._mark, ways))

    def _mark(self, ways: list[_Way], chosen: int | None) -> None:
        if chosen is not None:
            self._statuses.mark_read(ways[chosen].find)

    def _ways(self) -> list[_Way]:
        headlines, query = self._panes.headlines, self._panes.headlines_pane.listed
        current, highest = headlines.current, headlines.highest
        to_mark = partial(_to_mark, highest=highest)
        ways = [_Way("all that is shown", lambda c: to_mark(c, query))]
        if current is not None:
            ways += [
                _Way("what is above the cursor", lambda c: _beside(c, query, current, -1)),
                _Way("what is below the cursor", lambda c: _beside(c, query, current, 1)),
                _Way("what is older than a week", lambda c: to_mark(c, replace(query, until=self._week_ago()))),
                _Way(f"this feed: {current.feed_title}", lambda c: to_mark(c, Query(feeds=(current.feed_id,)))),
            ]
            ways += [
                _Way(f"this author: {name}", partial(to_mark, query=Query(authors=(name,)))) for name in current.authors
            ]
        return ways

    def _week_ago(self) -> datetime:
        return self._panes.headlines.now() - timedelta(days=7)


# Loaded in the thread that needs it.


def _to_mark(c: Connection, query: Query, highest: int | None) -> list[int]:
    """The unread articles of a query, up to an id: what came later was never shown."""
    from tuireader.library.reading.status import to_mark_read

    return [id_ for id_ in to_mark_read(c, query) if highest is None or id_ <= highest]


def _unread_among(c: Connection, ids: frozenset[int]) -> list[int]:
    from tuireader.library.reading.status import with_status

    return with_status(c, ids, "read", value=False)


def _beside(c: Connection, query: Query, current: Headline, step: int) -> list[int]:
    """The unread articles of a list that are above one (-1) or below it."""
    from tuireader.store import articles

    place = articles.rank(c, query, current.id)
    if place is None:
        return []
    ids = articles.ids(c, query, 0, place) if step < 0 else articles.ids(c, query, place + 1)
    return _unread_among(c, frozenset(ids))
