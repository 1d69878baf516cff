"""Counts of articles under a query: by category, by author, by feed, and in all.

Those of all articles, and of all that are unread, are kept beside each feed and label; others are counted.
"""

from __future__ import annotations

from array import array
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from tuireader.model.article import Facet, FacetColumns, Totals
from tuireader.model.names import Names
from tuireader.model.query import Query
from tuireader.store import expiry, labels
from tuireader.store.query_sql import Part, rows_of, scan, select
from tuireader.store.row_values import id_list, text_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from tuireader.store.labels import Kind

_AT_ONCE = 200
_BY_FEED = "article AS d INDEXED BY article_by_feed"
"""All articles in an index that has all that counts need: a tenth of the table."""


def categories(c: sqlite3.Connection, query: Query) -> list[Facet]:
    """The categories of a query's articles, whichever it asks for or leaves out; "" is for those that have none.

    Those with the most articles come first.
    """
    return _listed(category_columns(c, query))


def authors(c: sqlite3.Connection, query: Query) -> list[Facet]:
    """The authors of a query's articles, whichever it asks for or leaves out; "" is for those that have none.

    Those with the most articles come first.
    """
    return _listed(author_columns(c, query))


def tags(c: sqlite3.Connection, query: Query) -> list[Facet]:
    """The tags of a query's articles, whichever it asks for or leaves out; those with the most articles come first."""
    return _listed(tag_columns(c, query))


def category_columns(c: sqlite3.Connection, query: Query) -> FacetColumns:
    return _facets(c, "category", replace(query, categories=(), not_categories=(), keep=frozenset()))


def author_columns(c: sqlite3.Connection, query: Query) -> FacetColumns:
    return _facets(c, "author", replace(query, authors=(), not_authors=(), keep=frozenset()))


def tag_columns(c: sqlite3.Connection, query: Query) -> FacetColumns:
    return _facets(c, "tag", replace(query, tags=(), not_tags=(), keep=frozenset()))


def _listed(columns: FacetColumns) -> list[Facet]:
    return [Facet(*each) for each in zip(*columns, strict=True)]


def feeds(c: sqlite3.Connection, query: Query) -> dict[int, tuple[int, int]]:
    """Unread and total articles by the id of the feed, whichever feeds the query asks for or leaves out.

    They are those of the list of each feed alone: `copies` are among them.
    """
    query = replace(query, feeds=(), not_feeds=(), keep=frozenset())
    kept = _kept(query)
    if kept is not None:
        rows = c.execute(f"SELECT id, unread, {kept} FROM feed").fetchall()
        return {id_: (unread, total) for id_, unread, total in rows if total}
    return _by_feed(c, _parts(c, replace(query, apart=True)))


def copies(c: sqlite3.Connection, query: Query) -> dict[int, tuple[int, int]]:
    query = replace(query, feeds=(), not_feeds=(), keep=frozenset(), apart=True)
    return _by_feed(c, select(c, query, ordered=False).parts[1:])


def _by_feed(c: sqlite3.Connection, parts: Sequence[Part]) -> dict[int, tuple[int, int]]:
    if not parts:
        return {}
    rows = " UNION ALL ".join(part.sql("d.feed_id AS feed_id, d.read AS read") for part in parts)
    sql = f"SELECT feed_id, sum(read = 0), count(*) FROM ({rows}) GROUP BY feed_id"
    return {feed: (unread, total) for feed, unread, total in c.execute(sql, _params(parts)).fetchall()}


def totals(c: sqlite3.Connection, query: Query) -> Totals:
    """How many there are, unread and starred, whichever feed or folder, and read or not, the query asks for."""
    query = replace(query, feeds=(), folders=(), unread=False, starred=False, keep=frozenset())
    if _kept(query) is not None:
        columns = "coalesce(sum(articles), 0), coalesce(sum(unread), 0), coalesce(sum(starred), 0)"
        every = c.execute(f"SELECT {columns} FROM feed").fetchone()
        apart = "SELECT coalesce(sum(unread), 0) FROM feed WHERE id IN (SELECT value FROM json_each(?))"
        quiet = c.execute(apart, (id_list(expiry.quiet_feeds(c)),)).fetchone()[0]
        # What another article tells more fully counts in its feed alone.
        columns = "count(*), coalesce(sum(read = 0), 0), coalesce(sum(starred), 0)"
        copies = c.execute(
            f"SELECT {columns} FROM article INDEXED BY article_told_elsewhere WHERE aside = 2"
        ).fetchone()
        all_, unread, starred = (one - other for one, other in zip(every, copies, strict=True))
        return Totals(all_, max(0, unread - quiet), starred)
    columns = "count(*), coalesce(sum(d.read = 0), 0), coalesce(sum(d.starred = 1), 0)"
    found = [c.execute(part.sql(columns), part.params).fetchone() for part in _parts(c, query)]
    return Totals(*map(sum, zip((0, 0, 0), *found, strict=True)))


def _kept(query: Query) -> Literal["articles", "unread"] | None:
    """The column in which the count of a query's articles is kept; None where they have to be counted."""
    query = replace(query, without_quiet=False) if not query.unread else query
    if query == Query(order=query.order):
        return "articles"
    return "unread" if query == Query(order=query.order, unread=True) else None


def _parts(c: sqlite3.Connection, query: Query) -> Sequence[Part]:
    whole = scan(c, query, Part(_BY_FEED))
    return (whole,) if whole is not None else select(c, query, ordered=False).parts


def _params(parts: Sequence[Part]) -> tuple[Any, ...]:
    return tuple(value for part in parts for value in part.params)


def _facets(c: sqlite3.Connection, kind: Kind, query: Query) -> FacetColumns:
    kept = _kept(query)
    if kept is not None:
        return _columns(c, *labels.counted(kind, kept))
    counts = "sum(d.read = 0) AS unread, count(*) AS total"
    whole = scan(c, query, rows_of(kind))
    parts: Sequence[Part] = (whole,) if whole is not None else select(c, query, ordered=False).parts
    if whole is not None:
        grouped = whole.sql(f"d.label_id AS label, {counts}") + " GROUP BY d.label_id"
    else:
        if not parts:
            return FacetColumns(Names(), array("q"), array("q"))
        rows = " UNION ALL ".join(part.sql(f"{part.id} AS id, d.read AS read") for part in parts)
        grouped = (
            f"SELECT l.label_id AS label, {counts} FROM ({rows}) AS d"
            " CROSS JOIN label_article AS l INDEXED BY label_of_article ON l.article_id = d.id"
            f" AND l.kind = {labels.NUMBERS[kind]} GROUP BY l.label_id"
        )
    sql = (
        f"SELECT n.name, g.unread, g.total FROM ({grouped}) AS g JOIN label AS n ON n.id = g.label"
        " ORDER BY g.total DESC, n.key"
    )
    return _columns(c, sql, _params(parts))


def _columns(c: sqlite3.Connection, sql: str, params: tuple[Any, ...]) -> FacetColumns:
    """Read name, unread and total, few rows at a time: what is read and let go of would stand between what stays."""
    columns = FacetColumns(Names(), array("q"), array("q"))
    cursor = c.execute(sql, params)
    while rows := cursor.fetchmany(_AT_ONCE):
        for name, unread, total in rows:
            columns.names.append(text_of(name))
            columns.unread.append(unread)
            columns.totals.append(total)
    return columns
