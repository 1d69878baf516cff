"""Marking many articles read at once: all that is shown, what is above, below or older, a feed, an author."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from sqlite3 import Connection
from typing import TYPE_CHECKING, NamedTuple

from tuireader.library.jobs.cache_gateway import Cache
from tuireader.model.query import Query
from tuireader.tui.support.safe_text import toast
from tuireader.tui.support.workers import ASKING, start

if TYPE_CHECKING:
    from tuireader.model.headline import Headline
    from tuireader.tui.main.panes import PanesScreen
    from tuireader.tui.main.statuses import StatusController

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
        """Mark all that is shown; in the sidebar, all of the row under the cursor; of what is selected, only that."""
        panes = self._panes
        selected = panes.headlines.selected
        if panes.pane == "sidebar" and (query := panes.sidebar.query_of_pointed(panes.headlines_pane.wanted)):
            self._statuses.mark_all_read(query)
        elif selected:
            self._statuses.mark_read(lambda c: _unread_among(c, selected))
        else:
            self._statuses.mark_all_read(panes.headlines_pane.wanted)

    def ask(self) -> None:
        start(self._panes, self._ask, group=ASKING)

    async def _ask(self) -> None:
        ways = self._ways()
        counts = await self._cache.read(lambda c: [len(way.find(c)) for way in ways])
        ways = [way for way, count in zip(ways, counts, strict=True) if count]
        if not ways:
            toast(self._panes, "All of these are read already.")
            return
        from tuireader.tui.lists.choice_list import Line
        from tuireader.tui.screens.choice_dialog import ChooseScreen
        from tuireader.tui.screens.dialog import open_dialog

        rows = [Line(way.words, str(count)) for way, count in zip(ways, filter(None, counts), strict=True)]
        open_dialog(self._panes.app, ChooseScreen("Mark as read", rows), partial(self._mark, ways))

    def _mark(self, ways: list[_Way], chosen: int | None) -> None:
        if chosen is not None:
            self._statuses.mark_read(ways[chosen].find)

    def _ways(self) -> list[_Way]:
        query, current = self._panes.headlines_pane.listed, self._panes.headlines.current
        ways = [_Way("all that is shown", lambda c: _to_mark(c, query))]
        if current is not None:
            ways += [
                _Way("what is above the cursor", lambda c: _beside(c, query, current, -1)),
                _Way("what is below the cursor", lambda c: _beside(c, query, current, 1)),
                _Way("what is older than a week", lambda c: _to_mark(c, replace(query, until=self._week_ago()))),
                _Way(f"this feed: {current.feed_title}", lambda c: _to_mark(c, Query(feeds=(current.feed_id,)))),
            ]
            ways += [
                _Way(f"this author: {name}", partial(_to_mark, query=Query(authors=(name,))))
                for name in current.authors
            ]
        return ways

    def _week_ago(self) -> datetime:
        return self._panes.headlines.now() - timedelta(days=7)


# Loaded in the thread that needs it.


def _to_mark(c: Connection, query: Query) -> list[int]:
    from tuireader.library.reading.status import to_mark_read

    return to_mark_read(c, query)


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
