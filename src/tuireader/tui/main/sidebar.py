"""The sidebar and its counts."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from textual import on, work
from textual.app import ComposeResult
from textual.message import Message

from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.reading import user_edits
from tuireader.model import feed
from tuireader.model import feed as model_feed
from tuireader.model.article import Totals
from tuireader.model.query import Query, SavedSearch
from tuireader.store import feeds, folders, ui_state
from tuireader.store.queries import article_lists, search
from tuireader.tui.chrome import Backdrop
from tuireader.tui.lists.facet_list import FacetList, Facets, prepare
from tuireader.tui.lists.feed_tree import ALL, GROUP, SEARCH, STARRED, UNREAD, VIEW, Branch, FeedTree, Key, tags_branch
from tuireader.tui.lists.side_list import Choice, NameList, SideList
from tuireader.tui.main import query_controller
from tuireader.urls import hosts


@dataclass(frozen=True, slots=True)
class SidebarCounts:
    """Counts in the sidebar for a query; each list ignores its own filter, the tree those of feeds and folders."""

    query: Query
    totals: Totals
    feeds: tuple[model_feed.FeedSummary, ...]
    folders: Mapping[int, str]
    """Folder names by id."""
    branches: Sequence[Branch]
    """The tree of tags, folders and feeds."""
    is_narrowed: bool
    """Whether the query filters by anything but feeds and folders."""
    facets: Mapping[str, Facets]
    """The rows of each other list, by the query field that it filters."""
    unindexed: int
    """Number of articles not in the search index yet."""
    checked: datetime | None
    """When the feeds of the list last answered, as the median: one may be refreshed alone; None if none ever did."""

    def feed(self, feed_id: Hashable) -> model_feed.FeedSummary | None:
        return next((one for one in self.feeds if one.feed.id == feed_id), None)


def count(connection: sqlite3.Connection, query: Query) -> SidebarCounts:
    elsewhere = replace(query, feeds=(), not_feeds=(), folders=(), not_folders=())
    counted = article_lists.feeds(connection, elsewhere)
    every = feeds.current(connection)
    summaries = tuple(model_feed.FeedSummary(feed, *counted.get(feed.id, (0, 0))) for feed in every)
    there = folders.every(connection)
    is_all = not (query.feeds or query.folders)
    meant = [feed for feed in every if is_all or feed.id in query.feeds or feed.folder_id in query.folders]
    checked = sorted(feed.refreshed for feed in meant if feed.refreshed)
    tags = [each for each in article_lists.tags(connection, query) if each.name]
    return SidebarCounts(
        query=query,
        totals=_totals(connection, query),
        feeds=summaries,
        folders={folder.id: folder.title for folder in there},
        branches=(
            tags_branch([Choice(("tags", each.name), each.name, each.unread, each.total, depth=1) for each in tags]),
            *_branches(connection, elsewhere, there, summaries),
        ),
        is_narrowed=_is_narrowed(replace(elsewhere, keep=frozenset())),
        facets={
            "categories": prepare(article_lists.category_columns(connection, query), "No category"),
            "authors": prepare(article_lists.author_columns(connection, query), "No author"),
        },
        unindexed=search.waiting(connection),
        checked=checked[len(checked) // 2] if checked else None,
    )


def _is_narrowed(query: Query) -> bool:
    """Whether a query filters by anything but feeds and folders."""
    return replace(query, apart=False) != Query(order=query.order)


def _branches(
    c: sqlite3.Connection, query: Query, there: Sequence[model_feed.Folder], summaries: Sequence[model_feed.FeedSummary]
) -> Iterator[Branch]:
    """The folders with their feeds, and the feeds without one; a story in several feeds of a folder counts once.

    A single feed has no row; feeds of the same name show their hosts.
    """
    if len(summaries) < 2:
        return
    names = Counter(each.feed.name for each in summaries)
    sums = {folder.id: [0, 0] for folder in there}
    leaves: dict[int, list[Choice]] = {folder.id: [] for folder in there}
    copies = {} if query.apart or not there else article_lists.copies(c, query)
    for each in summaries:
        name = each.feed.name if names[each.feed.name] == 1 else f"{each.feed.name} · {hosts.named_host(each.feed.url)}"
        row = Choice(("feeds", each.feed.id), name, each.unread, each.total, failed=each.is_in_trouble)
        if each.feed.folder_id in leaves:
            leaves[each.feed.folder_id].append(row._replace(depth=1))
            unread, total = copies.get(each.feed.id, (0, 0))
            into = sums[each.feed.folder_id]
            into[0] += each.unread - unread
            into[1] += each.total - total
        else:
            yield Branch(row, section=2)
    for folder in there:
        row = Choice(("folders", folder.id), folder.title, sums[folder.id][0], sums[folder.id][1])
        yield Branch(row, leaves[folder.id], section=2)


def count_searches(connection: sqlite3.Connection) -> tuple[tuple[SavedSearch, ...], list[Choice]]:
    there = tuple(ui_state.searches(connection))
    rows = []
    for each in there:
        total, unread = article_lists.count_unread(connection, user_edits.query_of(each))
        rows.append(Choice((SEARCH, each.id), each.name, unread, total, depth=1))
    return there, rows


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


LOW = 21
"""Lines of a sidebar below which only the tree or the list with the focus is open."""
TREE_LEAST = 4
"""Lines that the tree keeps while another list is open in a low sidebar."""


class Sidebar(Backdrop):
    """The tree of feeds, and lists of categories and authors, with counts."""

    class Counted(Message):
        """The counts of the current query have arrived."""

    class SearchEdited(Message):
        """A saved search has another query."""

        def __init__(self, before: str, query: str) -> None:
            super().__init__()
            self.before = before
            self.query = query

    def __init__(self, cache: Cache, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        """`cache` is read off the loop."""
        super().__init__(id=id)
        self._cache = cache
        self.counts: SidebarCounts | None = None
        self.feed_tree = FeedTree()
        self.categories = FacetList("CATEGORIES", "category", "categories")
        self.authors = FacetList("AUTHORS", "author", "authors")
        self.authors.is_last = True
        self.saved: tuple[SavedSearch, ...] = ()
        self._needs = [0, 0, 0]
        """The lines that each list wanted last."""

    def compose(self) -> ComposeResult:
        yield from self.lists

    @property
    def lists(self) -> list[NameList]:
        return [self.feed_tree, self.categories, self.authors]

    @property
    def shown(self) -> list[NameList]:
        return [side_list for side_list in self.lists if side_list.lines_wanted]

    @property
    def focused(self) -> NameList | None:
        """The list with the focus, on which the keys to filter names and to sort act, too."""
        return next((side_list for side_list in self.lists if side_list.has_focus), None)

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
        """Reset the lists as at a start: no name filters, each at its top, heights by what is shown."""
        self._needs = [0, 0, 0]
        for side_list in self.lists:
            side_list.set_filter("")
            side_list.go_home()
        self.share()

    # What is chosen.

    def choose(self, query: Query) -> None:
        """Mark the rows that a query chooses or excludes."""
        chosen, excluded = _rows_of(query, ""), _rows_of(query, "not_")
        is_all = not (chosen or excluded or _facets_of(query))
        for facets in (self.categories, self.authors):
            facets.set_chosen(getattr(query, facets.field), getattr(query, f"not_{facets.field}"))
        chosen += [(SEARCH, each.id) for each in self._saved_as(query) if is_all]
        chosen += [(VIEW, UNREAD)] * query.unread + [(VIEW, STARRED)] * query.starred
        self.feed_tree.set_chosen([(VIEW, ALL)] if is_all and not chosen else chosen, excluded)

    def _saved_as(self, query: Query) -> list[SavedSearch]:
        """The saved searches with the text of a query."""
        return [each for each in self.saved if each.query == query.text.strip()]

    def query_after(self, query: Query, event: SideList.Chosen) -> Query:
        """The query after a row was chosen; choosing the chosen row again clears it."""
        return self._after(query, event.side_list, event.key, clear=event.key in event.side_list.chosen)

    def _after(self, query: Query, side_list: SideList, key: Hashable, *, clear: bool = False) -> Query:
        field, value = self._place(side_list, key)
        if field == SEARCH:
            return self._with_search(query, value, clear=clear)
        if field == VIEW:
            if value == ALL:
                if self._saved_as(query):
                    return self._with_search(query, None, clear=True)
                return Query(text=query.text, order=query.order)
            on = {UNREAD: value == UNREAD and not clear, STARRED: value == STARRED and not clear}
            return replace(query, unread=on[UNREAD], starred=on[STARRED])
        if field in ("feeds", "folders"):  # a feed is in a folder: one of both
            query = replace(query, feeds=(), folders=())
        return query_controller.with_only(query, field, *([] if clear else [value]))

    def _place(self, side_list: SideList, key: Hashable) -> Key:
        """The query field of a row, or its kind, and its value."""
        if isinstance(side_list, FacetList):
            return side_list.field, key
        assert isinstance(key, tuple)  # noqa: S101 - those of the tree are
        return key

    def _with_search(self, query: Query, id_: Hashable, *, clear: bool) -> Query:
        found = next((each for each in self.saved if each.id == id_), None)
        text = "" if clear or found is None else f"{found.query} "
        order = "newest" if query.order == "best" else query.order
        return Query(text=text, order=order)

    def query_with_pointed(self, query: Query, side_list: SideList, *, excluded: bool) -> Query | None:
        """The query after toggling the row under the cursor as a filter or exclusion; None if there is no row."""
        row = side_list.pointed
        field, value = self._place(side_list, row.key) if row is not None else (GROUP, "")
        if field == VIEW and not excluded and value != ALL:
            return replace(query, unread=query.unread ^ (value == UNREAD), starred=query.starred ^ (value == STARRED))
        if field in (VIEW, GROUP, SEARCH):
            return None
        if field in ("feeds", "folders") and not excluded:
            query = replace(query, folders=()) if field == "feeds" else replace(query, feeds=())
        return query_controller.with_also(query, field, value, excluded=excluded)

    def query_of_pointed(self, query: Query) -> Query | None:
        """The query that choosing the row under the cursor would lead to; None if there is none."""
        focused = self.focused
        row = focused.pointed if focused is not None else None
        if focused is None or row is None or self._place(focused, row.key)[0] == GROUP:
            return None
        return self._after(query, focused, row.key)

    @property
    def pointed_search(self) -> SavedSearch | None:
        """The saved search under the cursor."""
        row = self.feed_tree.pointed if self.feed_tree.has_focus else None
        return next((each for each in self.saved if row is not None and row.key == (SEARCH, each.id)), None)

    @property
    def pointed_feed(self) -> feed.FeedSummary | None:
        """The feed under the cursor; the "all" row stands for the only feed."""
        counts, pointed = self.counts, self.feed_tree.pointed if self.feed_tree.has_focus else None
        if counts is None or pointed is None:
            return None
        field, value = self._place(self.feed_tree, pointed.key)
        if (field, value) == (VIEW, ALL) and len(counts.feeds) == 1:
            return counts.feeds[0]
        return counts.feed(value) if field == "feeds" else None

    @property
    def feeds_to_act_on(self) -> list[feed.Feed]:
        """The chosen feeds if the cursor is on one of them, else the feed under the cursor, or those of the folder."""
        pointed, row = self.pointed_feed, self.feed_tree.pointed if self.feed_tree.has_focus else None
        if self.counts is None or row is None:
            return []
        if pointed is None:
            field, value = self._place(self.feed_tree, row.key)
            return [each.feed for each in self.counts.feeds if field == "folders" and each.feed.folder_id == value]
        marked = self.feed_tree.chosen
        chosen = [each.feed for each in self.counts.feeds if ("feeds", each.feed.id) in marked]
        return chosen if pointed.feed in chosen else [pointed.feed]

    # Counts.

    @work(exclusive=True, group="facets")
    async def count(self, query: Query) -> None:
        """Count for a query; results of an outdated query are discarded."""
        counts = await self._cache.read(partial(count, query=query))
        is_another = self.counts is not None and replace(self.counts.query, keep=query.keep) != query
        self.counts = counts
        self.feed_tree.show_views(counts.totals, failed=len(counts.feeds) == 1 and counts.feeds[0].is_in_trouble)
        self.feed_tree.show_branches(counts.branches, is_narrowed=counts.is_narrowed, is_another=is_another)
        for facets in (self.categories, self.authors):
            facets.show(counts.facets[facets.field], is_another=is_another)
        self.share()
        self.post_message(self.Counted())

    @work(exclusive=True, group="searches")
    async def count_searches(self) -> None:
        before = {each.id: each.query for each in self.saved}
        self.saved, rows = await self._cache.read(count_searches)
        for each in self.saved:
            if (query := before.get(each.id, each.query)) != each.query:
                self.post_message(self.SearchEdited(query, each.query))
        gone = {key for key in self.feed_tree.chosen if key[0] == SEARCH} - {(SEARCH, each.id) for each in self.saved}
        self.feed_tree.set_chosen(self.feed_tree.chosen - gone, self.feed_tree.excluded)
        self.feed_tree.show_searches(rows)
        self.share()
        self.post_message(self.Counted())

    # Filtering names.

    def end_filter(self, facets: NameList, *, kept: bool, entered: bool) -> None:
        """Keep or drop a filter; if it leaves a single name, that is chosen."""
        is_only = len(facets.matches) == 1 and facets.cursor == facets.matches[0]
        if entered and is_only and facets.rows[facets.cursor].key not in facets.chosen:
            facets.action_open()
        elif kept and facets.row_count():
            self.share()
            return
        self.clear_filter(facets)

    def clear_filter(self, facets: NameList) -> None:
        facets.set_filter("")
        self.share()

    # Height.

    def share(self) -> None:
        """Distribute the height among the lists; does nothing while hidden."""
        if not self.size.height:
            return
        needs = [side_list.lines_wanted for side_list in self.lists]
        if self._is_filtered and any(self._needs):  # lists that a filter shortens keep their height
            needs = [max(pair) for pair in zip(needs, self._needs, strict=True)]
        self._needs = needs
        places = range(len(self.lists))
        focused = max(places, key=lambda place: (self.lists[place].has_focus, bool(self.lists[place].filter)))
        for side_list, height in zip(self.lists, shares(needs, self.size.height, focused), strict=True):
            side_list.display = height > 0
            if height:
                side_list.styles.height = height

    @property
    def _is_filtered(self) -> bool:
        """Whether names or articles are filtered, so that lists may be shorter than usual."""
        query = self.counts.query if self.counts is not None else Query()
        has_names = any(side_list.filter for side_list in self.lists)
        return has_names or not query.is_wide or _is_narrowed(replace(query, keep=frozenset()))

    def on_resize(self) -> None:
        self.share()


def shares(needs: Sequence[int], height: int, focused: int) -> list[int]:
    """Divide the height: three fifths for the tree, the rest for the others, whatever has the focus.

    What a list does not need goes to the others. In a low sidebar, the others fold to their heads, and the tree makes
    room for the one with the focus.
    """
    if height < LOW and sum(needs) > height:
        given = [min(need, 1) for need in needs]
        wishes = [(0, needs[0] if not focused else TREE_LEAST), (focused, needs[focused])]
    else:
        rest = height * 2 // 5
        part = rest // max(1, sum(map(bool, needs[1:])))
        spare = int(needs[-1] > 0)  # the last list needs no blank line below it
        parts = [height - rest + spare, *[part] * (len(needs) - 2), part - spare]
        given = [min(need, wished) for need, wished in zip(needs, parts, strict=True)]
        wishes = []
    for place, need in [*wishes, *enumerate(needs)]:
        more = max(0, min(need - given[place], height - sum(given)))
        given[place] += more
    return given


def _rows_of(query: Query, prefix: str) -> list[Key]:
    """The keys of the tree's rows that a query filters by, or excludes (with the prefix "not_")."""
    return [(field, key) for field in ("feeds", "folders", "tags") for key in getattr(query, f"{prefix}{field}")]


def _facets_of(query: Query) -> bool:
    return bool(query.categories or query.not_categories or query.authors or query.not_authors)
