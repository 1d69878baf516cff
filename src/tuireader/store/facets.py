"""Counts of articles under a query: by category, by author, by feed, and in all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tuireader.model import Facet, Query, Totals
from tuireader.store.listing import count
from tuireader.store.selection import select

if TYPE_CHECKING:
    import sqlite3


def categories(c: sqlite3.Connection, query: Query) -> list[Facet]:
    """The categories of a query's articles, whichever categories it asks for; "" is for those that have none."""
    return _facets(c, "category", replace(query, categories=(), keep=frozenset()))


def authors(c: sqlite3.Connection, query: Query) -> list[Facet]:
    """The authors of a query's articles, whichever authors it asks for; "" is for those that have none."""
    return _facets(c, "author", replace(query, authors=(), keep=frozenset()))


def feeds(c: sqlite3.Connection, query: Query) -> dict[int, tuple[int, int]]:
    """Unread and total articles by the id of the feed, whichever feed the query asks for."""
    found: dict[int, tuple[int, int]] = {}
    for part in select(c, replace(query, feed=None, keep=frozenset())).parts:
        sql = part.sql("d.feed_id, sum(d.read = 0), count(*)") + " GROUP BY d.feed_id"
        found |= {feed: (unread, total) for feed, unread, total in c.execute(sql, part.params).fetchall()}
    return found


def totals(c: sqlite3.Connection, query: Query) -> Totals:
    """How many articles there are, unread and starred, whichever feed, and read or not, the query asks for."""
    query = replace(query, feed=None, unread=False, starred=False, keep=frozenset())
    return Totals(
        all=count(c, query),
        unread=count(c, replace(query, unread=True)),
        starred=count(c, replace(query, starred=True)),
    )


def _facets(c: sqlite3.Connection, facet: str, query: Query) -> list[Facet]:
    """The facets by the number of their articles, then by name."""
    found = []
    for part in select(c, query).parts:
        rows = part.sql(f"{part.id} AS id")
        sql = (
            f"SELECT n.name, unread, total FROM (SELECT l.{facet}_id AS facet, sum(l.read = 0) AS unread,"
            f" count(*) AS total FROM ({rows}) AS s JOIN {facet}_article AS l ON l.article_id = s.id"
            f" GROUP BY l.{facet}_id) JOIN {facet} AS n ON n.id = facet"
        )
        found += [Facet(*row) for row in c.execute(sql, part.params).fetchall()]
    return sorted(found, key=lambda one: (-one.total, one.name.casefold()))
