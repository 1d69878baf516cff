"""The sidebar and its counts."""

from __future__ import annotations

import sqlite3
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from sqlite3 import Connection

from textual import on, work
from textual.app import ComposeResult
from textual.message import Message

from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.reading.user_edits import query_of
from tuireader.model import feed
from tuireader.model.article import Totals
from tuireader.model.feed import FeedSummary, Folder
from tuireader.model.query import Query, SavedSearch
from tuireader.store import articles, feeds, folders, ui_state
from tuireader.store.queries import article_lists, search
from tuireader.tui.chrome import Backdrop
from tuireader.tui.lists.facet_list import (
    ALL,
    STARRED,
    UNREAD,
    FacetList,
    Facets,
    ViewList,
    prepare,
    prepare_feeds,
    prepare_rows,
)
from tuireader.tui.lists.side_list import Choice, SideList
from tuireader.tui.main import query_controller


@dataclass(frozen=True, slots=True)
class SidebarCounts:
    """Counts in the sidebar for a query; each list ignores its own filter."""

    query: Query
    totals: Totals
    feeds: tuple[FeedSummary, ...]
    folders: Mapping[int, str]
    """Folder names by id."""
    facets: Mapping[str, Facets]
    """The rows of each list, by the query field that it filters."""
    unindexed: int
    """Number of articles not in the search index yet."""
    checked: datetime | None
    """When a feed last answered; None if none ever did."""
    newest: datetime | None = None
    """The date of the newest article; None if unknown."""

    def feed(self, feed_id: Hashable) -> FeedSummary | None:
        return next((one for one in self.feeds if one.feed.id == feed_id), None)


def count(connection: sqlite3.Connection, query: Query) -> SidebarCounts:
    counted = article_lists.feeds(connection, query)
    every = [feed for feed in feeds.every(connection) if feed.id not in query.left_feeds]
    summaries = tuple(FeedSummary(feed, *counted.get(feed.id, (0, 0))) for feed in every)
    narrowed = _is_narrowed(replace(query, keep=frozenset()))
    there = folders.every(connection)
    checked = max((feed.refreshed for feed in every if feed.refreshed), default=None)
    return SidebarCounts(
        query=query,
        totals=_totals(connection, query),
        feeds=summaries,
        folders={folder.id: folder.title for folder in there},
        facets={
            "folders": _folders(connection, query, there, summaries, narrowed=narrowed),
            "feeds": prepare_feeds(summaries, narrowed=narrowed),
            "tags": prepare(article_lists.tag_columns(connection, query), ""),
            "categories": prepare(article_lists.category_columns(connection, query), "No category"),
            "authors": prepare(article_lists.author_columns(connection, query), "No author"),
        },
        unindexed=search.waiting(connection),
        checked=checked,
        newest=None if checked else articles.newest_date(connection),
    )


def _is_narrowed(query: Query) -> bool:
    """Whether a query filters by anything but feeds."""
    return replace(query, feeds=(), not_feeds=(), left_feeds=(), apart=False) != Query(order=query.order)


def _folders(
    c: sqlite3.Connection, query: Query, there: Sequence[Folder], feeds: Sequence[FeedSummary], *, narrowed: bool
) -> Facets:
    """The rows of folders, and of feeds without one, with counts; a story in several feeds counts once."""
    if not there:
        return Facets()
    elsewhere = replace(query, folders=(), not_folders=())
    if query.folders or query.not_folders:
        counted = article_lists.feeds(c, elsewhere)
        feeds = [FeedSummary(each.feed, *counted.get(each.feed.id, (0, 0))) for each in feeds]
        narrowed = _is_narrowed(elsewhere)
    sums = {folder.id: [0, 0] for folder in there} | {0: [0, 0]}
    copies = {} if query.apart else article_lists.copies(c, elsewhere)
    for each in feeds:
        into = sums[each.feed.folder_id or 0]
        unread, total = copies.get(each.feed.id, (0, 0))
        into[0] += each.unread - unread
        into[1] += each.total - total
    names = {folder.id: folder.title for folder in there} | {0: "No folder"}
    rows = [
        Choice(id_, names[id_], sums[id_][0], sums[id_][1], is_nameless=not id_) for id_ in sums if id_ or sums[0][1]
    ]
    return prepare_rows(rows, narrowed=narrowed)


def count_searches(connection: sqlite3.Connection) -> tuple[tuple[SavedSearch, ...], Facets]:
    there = tuple(ui_state.searches(connection))
    rows = []
    for each in there:
        total, unread = article_lists.count_unread(connection, query_of(each))
        rows.append(Choice(each.id, each.name, unread, total))
    return there, prepare_rows(rows)


def _totals(connection: sqlite3.Connection, query: Query) -> Totals:
    """The counts of the views: "all" ignores the chosen feeds and folders, the others stay within them."""
    totals = article_lists.totals(connection, query)
    if not (query.feeds or query.folders):
        return totals
    within = replace(query, unread=False, starred=False, keep=frozenset())
    return Totals(
        all=totals.all,
        unread=article_lists.count(connection, replace(within, unread=True)),
        starred=article_lists.count(connection, replace(within, starred=True)),
    )


LEAST = 4
"""Minimum lines to show rows of a list; below that only its head."""
SHORT_LIST_LINES = 5
"""Lines of a list that is not the tallest: head, three rows, a blank line."""


class Sidebar(Backdrop):
    """Lists of views, saved searches, folders, feeds, tags, categories and authors, with counts."""

    class Counted(Message):
        """The counts of the current query have arrived."""

    def __init__(self, cache: Cache, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        """`cache` is read off the loop."""
        super().__init__(id=id)
        self._cache = cache
        self.counts: SidebarCounts | None = None
        self.views = ViewList(id="views")
        self.searches = FacetList("SEARCHES", "search", by_name=True)
        self.folders = FacetList("FOLDERS", "folder", "folders", by_name=True)
        self.feeds = FacetList("FEEDS", "feed", "feeds", by_name=True)
        self.tags = FacetList("TAGS", "tag", "tags")
        self.categories = FacetList("CATEGORIES", "category", "categories")
        self.authors = FacetList("AUTHORS", "author", "authors")
        self.saved: tuple[SavedSearch, ...] = ()
        self._tallest = self.feeds
        """The tallest list: the one focused last."""
        for facets in self.facets:
            facets.display = False  # until there is something in it

    def compose(self) -> ComposeResult:
        yield from self.lists

    @property
    def lists(self) -> list[SideList]:
        return [self.views, *self.facets]

    @property
    def facets(self) -> list[FacetList]:
        return [self.searches, self.folders, self.feeds, self.tags, self.categories, self.authors]

    @property
    def shown(self) -> list[SideList]:
        return [side_list for side_list in self.lists if side_list.lines_wanted]

    @property
    def focused(self) -> SideList | None:
        return next((side_list for side_list in self.lists if side_list.has_focus), None)

    @property
    def facets_in_use(self) -> FacetList | None:
        """The list that filter and sort keys act on: the focused one, or the first visible if that is the views."""
        focused = self.focused
        if focused is self.views:
            return next((facets for facets in self.facets if facets.lines_wanted), None)
        return focused if isinstance(focused, FacetList) else None

    @on(SideList.Left)
    def _go_on(self, event: SideList.Left) -> None:
        """Move the focus to the list below or above."""
        event.stop()
        shown = self.shown
        index = shown.index(event.side_list) + event.by if event.side_list in shown else -1
        if 0 <= index < len(shown):
            there = shown[index]
            there.move_to(0 if event.by > 0 else there.row_count() - 1)
            there.focus()

    def go_home(self) -> None:
        """Reset the lists as at a start: no name filters, each at its top, the list of feeds tallest."""
        for facets in self.facets:
            facets.set_filter("")
            facets.go_home()
        self._tallest = self.feeds
        self.share()

    # What is chosen.

    def choose(self, query: Query) -> None:
        """Mark the rows that a query chooses or excludes."""
        is_all = True
        for facets in self.facets:
            if facets.field:
                chosen, excluded = getattr(query, facets.field), getattr(query, f"not_{facets.field}")
                facets.set_chosen(chosen, excluded)
                is_all = is_all and not (chosen or excluded)
        saved = [each.id for each in self.saved if is_all and each.query == query.text.strip()]
        self.searches.set_chosen(saved)
        flags = [UNREAD] * query.unread + [STARRED] * query.starred
        self.views.set_chosen([ALL] if is_all and not (flags or saved) else flags)

    def query_after(self, query: Query, event: SideList.Chosen) -> Query:
        """The query after a row was chosen; choosing the chosen row again clears it."""
        side_list, key = event.side_list, event.key
        clear = key in side_list.chosen and not event.onward
        if side_list is self.searches:
            return self._with_search(query, key, clear=clear)
        if isinstance(side_list, FacetList):
            if side_list is self.folders:  # a feed that is chosen may be in another one
                query = replace(query, feeds=())
            return query_controller.with_only(query, side_list.field, *([] if clear else [key]))
        if key == ALL:
            return Query(text=query.text, order=query.order)
        if key == UNREAD:
            return replace(query, unread=not clear, starred=False)
        return replace(query, starred=not clear, unread=False)

    def _with_search(self, query: Query, key: Hashable, *, clear: bool) -> Query:
        found = next((each for each in self.saved if each.id == key), None)
        text = "" if clear or found is None else f"{found.query} "
        order = "newest" if query.order == "best" else query.order
        return Query(text=text, order=order)

    def query_with_pointed(self, query: Query, side_list: SideList, *, excluded: bool) -> Query | None:
        """The query after toggling the row under the cursor as a filter or exclusion; None if there is no row."""
        row = side_list.pointed
        if row is None or side_list is self.searches:
            return None
        if isinstance(side_list, FacetList):
            return query_controller.with_also(query, side_list.field, row.key, excluded=excluded)
        if excluded or row.key == ALL:
            return None
        if row.key == UNREAD:
            return replace(query, unread=not query.unread)
        return replace(query, starred=not query.starred)

    def query_of_pointed(self, query: Query) -> Query | None:
        """The query that choosing the row under the cursor would lead to; None if there is none."""
        focused = self.focused
        row = focused.pointed if focused is not None else None
        if focused is None or row is None:
            return None
        return self.query_after(query, SideList.Chosen(focused, row.key, onward=True))

    @property
    def pointed_feed(self) -> feed.FeedSummary | None:
        """The feed under the cursor; the "all" row stands for the only feed."""
        counts, focused = self.counts, self.focused
        pointed = focused.pointed if focused is not None else None
        if counts is None or pointed is None:
            return None
        if focused is self.views and pointed.key == ALL and len(counts.feeds) == 1:
            return counts.feeds[0]
        return counts.feed(pointed.key) if focused is self.feeds else None

    @property
    def feeds_to_act_on(self) -> list[feed.Feed]:
        """The chosen feeds if the cursor is on one of them, else the feed under the cursor."""
        pointed = self.pointed_feed
        if pointed is None or self.counts is None:
            return []
        chosen = self.feeds.chosen if pointed.feed.id in self.feeds.chosen else frozenset()
        return [each.feed for each in self.counts.feeds if each.feed.id in chosen] or [pointed.feed]

    # Counts.

    @work(exclusive=True, group="facets")
    async def count(self, query: Query) -> None:
        """Count for a query; results of an outdated query are discarded."""
        counts = await self._cache.read(lambda c: _counted(c, query))
        is_another = self.counts is not None and replace(self.counts.query, keep=query.keep) != query
        self.counts = counts
        self.views.show(counts.totals, counts.feeds)
        for facets in self.facets:
            if facets.field:
                facets.show(counts.facets[facets.field], is_another=is_another)
        self.share()
        self.post_message(self.Counted())

    @work(exclusive=True, group="searches")
    async def count_searches(self) -> None:
        self.saved, rows = await self._cache.read(_searches)
        self.searches.set_chosen(self.searches.chosen & {each.id for each in self.saved})  # what is gone has no row
        self.searches.show(rows)
        self.share()
        self.post_message(self.Counted())

    # Filtering names.

    def end_filter(self, facets: FacetList, *, kept: bool, entered: bool) -> None:
        """Keep or drop a filter; if it leaves a single name, that is chosen."""
        if entered and facets.row_count() == 1 and facets.rows[0].key not in facets.chosen:
            facets.action_open()
        elif kept and facets.row_count():
            self.share()
            return
        self.clear_filter(facets)

    def clear_filter(self, facets: FacetList) -> None:
        facets.set_filter("")
        self.share()

    # Height.

    def share(self) -> None:
        """Distribute the height among the lists; does nothing while hidden."""
        if not self.size.height:
            return
        if isinstance(self.focused, FacetList):
            self._tallest = self.focused
        lists = self.lists
        needs = [side_list.lines_wanted for side_list in lists]
        tallest = lists.index(self._tallest)
        focused = next((index for index, side_list in enumerate(lists) if side_list.has_focus), tallest)
        for side_list, height in zip(lists, shares(needs, self.size.height, focused, tallest), strict=True):
            side_list.display = height > 0
            if height:
                side_list.styles.height = height

    def on_resize(self) -> None:
        self.share()


def shares(needs: Sequence[int], height: int, focused: int, tallest: int) -> list[int]:
    """Divide the height among the lists: a fair share for each, the rest for the tallest.

    What the tallest does not need goes to the others, from the top. If even small shares do not fit, the focused list
    gets what it needs and the last ones shrink to their head.
    """
    wanting = [index for index, need in enumerate(needs) if need]
    given = [0] * len(needs)
    if wanting and height < sum(min(needs[index], LEAST) for index in wanting):
        focused = focused if focused in wanting else wanting[0]
        part, tallest = 1, focused
    else:
        parts = range(SHORT_LIST_LINES, LEAST - 1, -1)
        part = next(part for part in parts if sum(min(needs[index], part) for index in wanting) <= height)
    for index in wanting:
        given[index] = min(needs[index], part)
    left = max(0, height - sum(given))
    for index in sorted(wanting, key=lambda index: (index != tallest, index)):
        more = min(left, needs[index] - given[index])
        given[index] += more
        left -= more
    return given


def _counted(connection: Connection, query: Query) -> SidebarCounts:
    # Loaded in the thread that counts first, since the headlines are on the screen before anything is counted.
    return count(connection, query)


def _searches(connection: Connection) -> tuple[tuple[SavedSearch, ...], Facets]:
    return count_searches(connection)
