"""What the panes show beside the headlines: all counts under a query. Run off the loop: they look at every article."""

from __future__ import annotations

import sqlite3
from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import datetime

from tuireader.model.article import Totals
from tuireader.model.feed import FeedSummary
from tuireader.model.query import Query
from tuireader.store import articles, feeds, indexing, label_counts
from tuireader.tui.lists.facet_list import Facets, prepare, prepare_feeds


@dataclass(frozen=True, slots=True)
class SidebarCounts:
    """Counts under one query; each pane's leave out what that pane itself chooses."""

    query: Query
    totals: Totals
    feeds: tuple[FeedSummary, ...]
    feed_rows: Facets
    categories: Facets
    authors: Facets
    unindexed: int
    """Articles that no search finds yet."""
    checked: datetime | None
    """When any feed was last asked for, and answered."""

    def feed(self, feed_id: Hashable) -> FeedSummary | None:
        """A feed of these, by its id."""
        return next((one for one in self.feeds if one.feed.id == feed_id), None)


def count(connection: sqlite3.Connection, query: Query) -> SidebarCounts:
    """Count everything that the sidebar shows."""
    counted = label_counts.feeds(connection, query)
    every = [feed for feed in feeds.every(connection) if feed.id not in query.not_feeds]
    summaries = tuple(FeedSummary(feed, *counted.get(feed.id, (0, 0))) for feed in every)
    narrowed = bool(query.unread or query.starred or query.categories or query.authors or query.text.strip())
    return SidebarCounts(
        query=query,
        totals=_totals(connection, query),
        feeds=summaries,
        feed_rows=prepare_feeds(summaries, narrowed=narrowed),
        categories=prepare(label_counts.category_columns(connection, query), "No category"),
        authors=prepare(label_counts.author_columns(connection, query), "No author"),
        unindexed=indexing.waiting(connection),
        checked=max((feed.checked for feed in every if feed.checked and not feed.error), default=None),
    )


def _totals(connection: sqlite3.Connection, query: Query) -> Totals:
    """All leaves the feed, as choosing it does; unread and starred stay in the feed that is chosen."""
    totals = label_counts.totals(connection, query)
    if not query.feeds:
        return totals
    within = replace(query, unread=False, starred=False, keep=frozenset())
    return Totals(
        all=totals.all,
        unread=articles.count(connection, replace(within, unread=True)),
        starred=articles.count(connection, replace(within, starred=True)),
    )
