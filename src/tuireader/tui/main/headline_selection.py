"""Selecting several articles or sidebar rows, and marking many articles read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from sqlite3 import Connection
from typing import NamedTuple

from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.reading import user_edits
from tuireader.model.article import Headline
from tuireader.model.query import Query
from tuireader.store.queries import article_lists
from tuireader.tui.dialogs import questions
from tuireader.tui.lists import choice_list
from tuireader.tui.lists.side_list import SideList
from tuireader.tui.main.panes import PanesScreen
from tuireader.tui.main.query_controller import QueryController
from tuireader.tui.main.statuses import StatusController
from tuireader.tui.support.safe_text import toast
from tuireader.tui.support.workers import ASKING, start


class SelectController:
    """Selects articles in the headlines; chooses or excludes several rows in the sidebar."""

    def __init__(self, panes: PanesScreen, cache: Cache, choosing: QueryController, say: Callable[[], None]) -> None:
        """`say` is called when the selection changes."""
        self._panes = panes
        self._cache = cache
        self._choosing = choosing
        self._say = say
        self._anchor: int | None = None
        """The article at which a range selection starts."""

    @property
    def ids(self) -> frozenset[int]:
        return self._panes.headlines.selected

    def toggle(self) -> None:
        """Toggle the article under the cursor, and move on in the list; in the sidebar, add the row to the filter."""
        sidebar = self._panes.sidebar
        if self._panes.pane == "sidebar" and sidebar.focused is not None:
            self.choose_too(sidebar.focused)
        elif self.toggle_current() and self._panes.pane == "headlines":
            self._panes.headlines.move_to(self._panes.headlines.cursor + 1)

    def toggle_current(self) -> bool:
        """Toggle the article under the cursor; returns whether there is one."""
        current = self._panes.headlines.current
        if current is not None:
            self._anchor = current.id
            self._select(self.ids ^ {current.id})
        return current is not None

    def select_to(self) -> None:
        """Select the range from the last selected article to the cursor."""
        current = self._panes.headlines.current
        if current is not None and self._panes.pane != "sidebar":
            anchor = current.id if self._anchor is None else self._anchor
            query = self._panes.headlines_pane.listed
            start(
                self._panes,
                partial(self._add, lambda c: article_lists.between(c, query, anchor, current.id)),
                group="select",
            )

    def select_all(self) -> None:
        """Select all articles of the list, or none if all are selected."""
        query = self._panes.headlines_pane.listed
        if len(self.ids) >= self._panes.headlines.row_count() > 0:
            self.clear()
        else:
            start(self._panes, partial(self._add, lambda c: article_lists.ids(c, query)), group="select")

    async def _add(self, find: Callable[[Connection], list[int]]) -> None:
        query = self._panes.headlines_pane.listed
        found = await self._cache.read(find)
        if query == self._panes.headlines_pane.listed:
            self._select(self.ids | frozenset(found))

    def exclude(self) -> None:
        """Toggle the exclusion of the sidebar row under the cursor."""
        sidebar = self._panes.sidebar
        if self._panes.pane == "sidebar" and sidebar.focused is not None:
            self.choose_too(sidebar.focused, excluded=True)

    def choose_too(self, side_list: SideList, *, excluded: bool = False) -> None:
        """Toggle the row under the cursor of a list, as a filter beside others or as an exclusion."""
        wanted = self._panes.sidebar.query_with_pointed(self._choosing.wanted, side_list, excluded=excluded)
        if wanted is not None:
            self._choosing.want(wanted)

    def clear(self) -> bool:
        """Clear the selection; returns whether there was one."""
        self._anchor = None
        was_any = bool(self.ids)
        self._select(frozenset())
        return was_any

    def _select(self, ids: frozenset[int]) -> None:
        self._panes.headlines.select(ids)
        self._say()


Find = Callable[[Connection], list[int]]
MANY_READ = 50
"""Number of articles above which marking all as read asks first."""


class _Way(NamedTuple):
    """A choice of the "mark as read" dialog: its label, and a function that finds its unread articles."""

    words: str
    find: Find


class MarkController:
    """Marks many articles read: the list, the current sidebar row, or a choice from a dialog."""

    def __init__(self, panes: PanesScreen, cache: Cache, statuses: StatusController) -> None:
        self._panes = panes
        self._cache = cache
        self._statuses = statuses

    def mark_all(self) -> None:
        """Mark the selection read, else all articles of the list; in the sidebar, those of the current row."""
        panes = self._panes
        selected, highest = panes.headlines.selected, panes.headlines.highest
        query = panes.headlines_pane.wanted
        if panes.pane == "sidebar" and (pointed := panes.sidebar.query_of_pointed(query)):
            query = pointed
        elif selected:
            self._statuses.mark_read(lambda c: _unread_among(c, selected))
            return
        row = panes.sidebar.focused.pointed if panes.sidebar.focused is not None else None
        every = _Way(row.name if row is not None else "All shown", lambda c: _to_mark(c, query, highest))
        start(self._panes, partial(self._mark_or_ask, every), group=ASKING)

    async def _mark_or_ask(self, every: _Way) -> None:
        """Mark articles read at once if they are few, else show the dialog."""
        if len(await self._cache.read(every.find)) <= MANY_READ:
            self._statuses.mark_read(every.find)
        else:
            await self._ask([every] if self._panes.pane == "sidebar" else self._ways())

    def ask(self) -> None:
        start(self._panes, partial(self._ask, self._ways()), group=ASKING)

    async def _ask(self, ways: list[_Way]) -> None:
        counts = await self._cache.read(lambda c: [len(way.find(c)) for way in ways])
        ways = [way for way, count in zip(ways, counts, strict=True) if count]
        if not ways:
            toast(self._panes, "No unread articles")
            return

        rows = [choice_list.Line(way.words, str(count)) for way, count in zip(ways, filter(None, counts), strict=True)]
        questions.open_dialog(
            self._panes.app,
            questions.ChooseScreen("Mark as read", choice_list.FullHeightList(rows)),
            partial(self._mark, ways),
        )

    def _mark(self, ways: list[_Way], chosen: int | None) -> None:
        if chosen is not None:
            self._statuses.mark_read(ways[chosen].find)

    def _ways(self) -> list[_Way]:
        headlines, query = self._panes.headlines, self._panes.headlines_pane.listed
        current, highest = headlines.current, headlines.highest
        to_mark = partial(_to_mark, highest=highest)
        ways = [_Way("All shown", lambda c: to_mark(c, query))]
        if current is not None:
            ways += [
                _Way("Above the cursor", lambda c: _shown(_beside(c, query, current, -1), highest)),
                _Way("Below the cursor", lambda c: _shown(_beside(c, query, current, 1), highest)),
                _Way("Older than a week", lambda c: to_mark(c, replace(query, until=self._week_ago()))),
                _Way(f"Feed: {current.feed_title}", lambda c: to_mark(c, Query(feeds=(current.feed_id,)))),
            ]
            ways += [
                _Way(f"Author: {name}", partial(to_mark, query=Query(authors=(name,)))) for name in current.authors
            ]
        return ways

    def _week_ago(self) -> datetime:
        return self._panes.headlines.now() - timedelta(days=7)


# Loaded in the thread that needs it.


def _to_mark(c: Connection, query: Query, highest: int | None) -> list[int]:
    """The unread articles of a query up to an id."""
    return _shown(user_edits.to_mark_read(c, query), highest)


def _shown(ids: list[int], highest: int | None) -> list[int]:
    """The ids up to `highest`: newer articles were never shown."""
    return [id_ for id_ in ids if highest is None or id_ <= highest]


def _unread_among(c: Connection, ids: frozenset[int]) -> list[int]:
    return user_edits.with_status(c, ids, "read", value=False)


def _beside(c: Connection, query: Query, current: Headline, step: int) -> list[int]:
    """The unread articles of a list above (-1) or below an article."""
    place = article_lists.rank(c, query, current.id)
    if place is None:
        return []
    ids = article_lists.ids(c, query, 0, place) if step < 0 else article_lists.ids(c, query, place + 1)
    return _unread_among(c, frozenset(ids))
