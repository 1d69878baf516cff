"""Counts for the sidebar under a query. Run off the loop: counting looks at every article."""

from __future__ import annotations

import sqlite3
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tuireader.library.reading.saved import query_of
from tuireader.model.article import Totals
from tuireader.model.feed import FeedSummary, Folder
from tuireader.model.query import Query, SavedSearch
from tuireader.store import articles, feeds, folders, ui_state
from tuireader.store.queries import article_lists, search
from tuireader.tui.lists.facet_list import Facets, prepare, prepare_feeds, prepare_rows
from tuireader.tui.lists.side_list import Choice


@dataclass(frozen=True, slots=True)
class SidebarCounts:
    """Counts under one query; each pane ignores its own filter."""

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
    """Folders and the rows without a folder, with the counts of their feeds; a story in several feeds counts once."""
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
        total, unread = articles.count_unread(connection, query_of(each))
        rows.append(Choice(each.id, each.name, unread, total))
    return there, prepare_rows(rows)


def _totals(connection: sqlite3.Connection, query: Query) -> Totals:
    """Counts for the views: all ignores the chosen feed; unread and starred stay within the chosen feed or folder."""
    totals = article_lists.totals(connection, query)
    if not (query.feeds or query.folders):
        return totals
    within = replace(query, unread=False, starred=False, keep=frozenset())
    return Totals(
        all=totals.all,
        unread=articles.count(connection, replace(within, unread=True)),
        starred=articles.count(connection, replace(within, starred=True)),
    )
