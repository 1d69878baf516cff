"""The list of a query: windows, length, positions, and counts by category, author and feed."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

from tuireader.model import article
from tuireader.model.article import Headline, Names
from tuireader.model.query import Order, Query
from tuireader.store import feeds as store_feeds
from tuireader.store import labels, pruning
from tuireader.store.labels import Kind, names_of, split_names
from tuireader.store.queries.query_sql import NOT_ASIDE, Part, Selection, doubled, rows_of, scan, select
from tuireader.store.row_values import id_list, number, seconds, stamp, text_of

_WEIGHTS = "10.0, 5.0, 3.0, 1.0"
"""Weights of a match in title, authors, categories and body."""


def window(c: sqlite3.Connection, query: Query, offset: int, limit: int) -> list[Headline]:
    """At most `limit` headlines of a query from an offset."""
    return headlines(c, ids(c, query, offset, limit))


def ids(c: sqlite3.Connection, query: Query, offset: int = 0, limit: int = -1) -> list[int]:
    """At most `limit` ids of a query from an offset; all if `limit` is negative."""
    selection = select(c, query)
    if selection.match:
        return _ids_by_match(c, selection, offset, limit)
    return _walk(c, selection, query.order, down=_descending(query.order), limit=limit, offset=offset)


def beside(c: sqlite3.Connection, query: Query, headline: Headline | None, step: int, limit: int) -> list[Headline]:
    """The nearest headlines after one in a query's list (`step` 1) or before it (-1), in the list's order.

    At most `limit`; without a headline, those at the beginning (1) or end (-1) of the list. The position of the
    headline is that at which it was read, even if the article was changed or removed since.
    """
    selection = select(c, query)
    if selection.match:
        return beside_among(c, _ids_by_match(c, selection), headline, step, limit)
    place = None if headline is None else _place_of(headline, query.order)
    down = _descending(query.order) is (step > 0)
    return headlines(c, _walk(c, selection, query.order, down=down, beyond=place, limit=limit)[::step])


def beside_among(
    c: sqlite3.Connection, found: list[int], headline: Headline | None, step: int, limit: int
) -> list[Headline]:
    onward = found[::step] if headline is None else _onward(found, headline.id, step)
    return headlines(c, onward[:limit][::step])


def has_to_be_ranked(c: sqlite3.Connection, query: Query) -> bool:
    return query.order == "best" and bool(select(c, query).match)


def headlines(c: sqlite3.Connection, ids: Sequence[int]) -> list[Headline]:
    """The headlines of articles in this order; missing articles are left out."""
    rows = c.execute(
        f"SELECT a.id, a.feed_id, {store_feeds.NAME}, a.title, {names_of('author')}, a.date, a.words, a.read,"
        " a.starred, coalesce(a.published, a.updated, a.page_date) IS NOT NULL, a.offline,"
        " CASE WHEN a.story IS NULL THEN 1"
        " ELSE (SELECT count(DISTINCT o.feed_id) FROM article AS o WHERE o.story = a.story"
        f" AND o.feed_id NOT IN (SELECT feed_id FROM feed_option WHERE name = '{store_feeds.LEAVING}')) END"
        " FROM json_each(?) AS w CROSS JOIN article AS a ON a.id = w.value LEFT JOIN feed AS f ON f.id = a.feed_id",
        (id_list(ids),),
    ).fetchall()
    found = {row[0]: _headline(row) for row in rows}
    return [found[id_] for id_ in ids if id_ in found]


def count(c: sqlite3.Connection, query: Query) -> int:
    parts = [part.counted() for part in select(c, query, ordered=False).parts]
    return sum(c.execute(part.sql("count(*)"), part.params).fetchone()[0] for part in parts)


def highest_id(c: sqlite3.Connection) -> int:
    return c.execute("SELECT coalesce(max(id), 0) FROM article").fetchone()[0]  # type: ignore[no-any-return]


def count_unread(c: sqlite3.Connection, query: Query) -> tuple[int, int]:
    """Count a query's articles, and the unread ones among them."""
    counted = [
        c.execute(part.sql("count(*), coalesce(sum(d.read = 0), 0)"), part.params).fetchone()
        for part in select(c, query, ordered=False).parts
    ]
    return sum(total for total, _ in counted), sum(unread for _, unread in counted)


def rank(c: sqlite3.Connection, query: Query, article_id: int) -> int | None:
    """The position of an article in a query's list, from 0; None if it is not in it."""
    selection = select(c, query)
    if selection.match:
        found = _ids_by_match(c, selection)
        return found.index(article_id) if article_id in found else None
    place = _place(c, article_id, query.order)
    if place is None or not any(_is_in(c, part, place) for part in selection.parts):
        return None
    before = 0
    for part in selection.parts:
        rows, keys = _keys(part, query.order)
        sql = rows.sql("count(*)", _beyond(keys, down=not _descending(query.order)))
        before += c.execute(sql, (*part.params, *place)).fetchone()[0]
    return before


def between(c: sqlite3.Connection, query: Query, one: int, other: int) -> list[int]:
    """The ids between two articles of a query's list, inclusive; only the second one if either is not in it."""
    places = [place for place in (rank(c, query, one), rank(c, query, other)) if place is not None]
    if len(places) < 2:
        return [other]
    return ids(c, query, min(places), max(places) - min(places) + 1)


def _is_in(c: sqlite3.Connection, part: Part, place: tuple[int, ...]) -> bool:
    """Whether a part contains an article; asks for the date too, as otherwise all rows would be read."""
    *_, date, article_id = place
    return bool(c.execute(part.sql("1", "d.date = ?", f"{part.id} = ?"), (*part.params, date, article_id)).fetchone())


def neighbour(c: sqlite3.Connection, query: Query, article_id: int, step: int, *, unread: bool = False) -> int | None:
    """The next article of a query's list (`step` 1) or the previous (-1), optionally unread.

    The article itself may have left the list: its former position counts.
    """
    if unread:
        if query.order == "best" and query.text.strip():
            return _unread_by_match(c, query, article_id, step)
        query = replace(query, unread=True, keep=frozenset())
    selection = select(c, query)
    if selection.match:
        return next(iter(_onward(_ids_by_match(c, selection), article_id, step)), None)
    place = _place(c, article_id, query.order)
    if place is None:
        return None
    down = _descending(query.order) is (step > 0)
    return next(iter(_walk(c, selection, query.order, down=down, beyond=place, limit=1)), None)


def _unread_by_match(c: sqlite3.Connection, query: Query, article_id: int, step: int) -> int | None:
    """The next (`step` 1) or previous (-1) unread article by best match, from any article of the list."""
    onward = _onward(ids(c, query), article_id, step)
    row = c.execute(
        "SELECT a.id FROM json_each(?) AS w CROSS JOIN article AS a ON a.id = w.value WHERE a.read = 0"
        " ORDER BY w.key LIMIT 1",
        (id_list(onward),),
    ).fetchone()
    return None if row is None else row[0]


def _onward(found: list[int], article_id: int, step: int) -> list[int]:
    """The ids after an article in a list (`step` 1) or before it (-1), nearest first; none if it is not in it."""
    if article_id not in found:
        return []
    at = found.index(article_id)
    return found[at + 1 :] if step > 0 else found[:at][::-1]


def _ids_by_match(c: sqlite3.Connection, selection: Selection, offset: int = 0, limit: int = -1) -> list[int]:
    # The plus keeps SQLite from asking the index once for each row that is allowed.
    everything = all(part.is_everything for part in selection.parts)
    allowed = " UNION ALL ".join(part.sql(part.id) for part in selection.parts)
    among = f" AND +{NOT_ASIDE}" if everything else f" AND +rowid IN ({allowed})"
    # Titles in which all of it stands come first: texts that mention it often would be above them.
    first = "rowid IN (SELECT rowid FROM search WHERE search MATCH ?) DESC, " if selection.titles else ""
    rows = c.execute(
        f"SELECT rowid FROM search WHERE search MATCH ?{among}"
        f" ORDER BY {first}bm25(search, {_WEIGHTS}), rowid DESC LIMIT ? OFFSET ?",
        (selection.match, *selection.params, *([selection.titles] if first else []), limit, offset),
    ).fetchall()
    return [row[0] for row in rows]


def _walk(
    c: sqlite3.Connection,
    selection: Selection,
    order: Order,
    *,
    down: bool,
    beyond: tuple[int, ...] | None = None,
    limit: int = -1,
    offset: int = 0,
) -> list[int]:
    """At most `limit` ids of a selection in its sort order, in one direction, optionally from beyond a position."""
    if not selection.parts:
        return []
    selects: list[str] = []
    params: list[Any] = []
    for part in selection.parts:
        rows, keys = _keys(part, order)
        selects.append(rows.sql(", ".join(keys), *([] if beyond is None else [_beyond(keys, down=down)])))
        params += [*part.params, *(beyond or ())]
    columns = _by([str(number) for number in range(1, len(keys) + 1)], down=down)
    sql = f"{' UNION ALL '.join(selects)} ORDER BY {columns} LIMIT ? OFFSET ?"
    return [row[-1] for row in c.execute(sql, (*params, limit, offset)).fetchall()]


def _keys(part: Part, order: Order) -> tuple[Part, list[str]]:
    """The part with its sort columns; the last is the id."""
    if order in ("shortest", "longest"):
        rows = part.by_words()
        return rows, [rows.words, "d.date", part.id]
    return part, ["d.date", part.id]


def _place(c: sqlite3.Connection, article_id: int, order: Order) -> tuple[int, ...] | None:
    """An article's values in the columns of `_keys`."""
    row = c.execute("SELECT words, date, id FROM article WHERE id = ?", (article_id,)).fetchone()
    if row is None:
        return None
    return tuple(row) if order in ("shortest", "longest") else tuple(row[1:])


def _place_of(headline: Headline, order: Order) -> tuple[int, ...]:
    place = (seconds(headline.date), headline.id)
    return (headline.words, *place) if order in ("shortest", "longest") else place


def _beyond(keys: list[str], *, down: bool) -> str:
    return f"({', '.join(keys)}) {'<' if down else '>'} ({', '.join('?' * len(keys))})"


def _by(keys: list[str], *, down: bool) -> str:
    return ", ".join(f"{key} {'DESC' if down else 'ASC'}" for key in keys)


def _descending(order: Order) -> bool:
    return order not in ("oldest", "shortest")


def _headline(row: tuple[Any, ...]) -> Headline:
    return Headline(
        id=row[0],
        feed_id=number(row[1]),
        feed_title=text_of(row[2]),
        title=text_of(row[3]),
        authors=split_names(row[4]),
        date=stamp(row[5]),
        words=number(row[6]),
        read=bool(row[7]),
        starred=bool(row[8]),
        is_dated=bool(row[9]),
        offline=bool(row[10]),
        feeds=number(row[11]),
    )


_BATCH_SIZE = 200
_BY_FEED = "article AS d INDEXED BY article_by_feed"
"""All articles by an index with everything that counts need: a tenth of the table."""


def categories(c: sqlite3.Connection, query: Query) -> list[article.Facet]:
    """Categories of a query's articles with counts, ignoring its own category filter; "" for none.

    Most frequent first.
    """
    return _listed(category_columns(c, query))


def authors(c: sqlite3.Connection, query: Query) -> list[article.Facet]:
    """Authors of a query's articles with counts, ignoring its own author filter; "" for none.

    Most frequent first.
    """
    return _listed(author_columns(c, query))


def tags(c: sqlite3.Connection, query: Query) -> list[article.Facet]:
    """Tags of a query's articles with counts, ignoring its own tag filter; most frequent first."""
    return _listed(_facets(c, "tag", replace(query, tags=(), not_tags=(), keep=frozenset())))


def category_columns(c: sqlite3.Connection, query: Query) -> article.FacetColumns:
    return _facets(c, "category", replace(query, categories=(), not_categories=(), keep=frozenset()))


def author_columns(c: sqlite3.Connection, query: Query) -> article.FacetColumns:
    return _facets(c, "author", replace(query, authors=(), not_authors=(), keep=frozenset()))


def _listed(columns: article.FacetColumns) -> list[article.Facet]:
    return [article.Facet(*each) for each in zip(*columns, strict=True)]


def feeds(c: sqlite3.Connection, query: Query) -> dict[int, tuple[int, int]]:
    """Unread and total counts by feed id, ignoring the query's own feed filter.

    Hidden duplicates are included, as in the list of each feed.
    """
    query = replace(query, feeds=(), not_feeds=(), keep=frozenset())
    kept = _kept(c, query)
    if kept is not None:
        rows = c.execute(f"SELECT id, unread, {kept} FROM feed").fetchall()
        return {id_: (unread, total) for id_, unread, total in rows if total}
    return _by_feed(c, _parts(c, replace(query, apart=True)))


def copies(c: sqlite3.Connection, query: Query) -> dict[int, tuple[int, int]]:
    """Unread and total counts by feed id of duplicates that the list of their folder does not show."""
    return _by_feed(c, doubled(c, replace(query, feeds=(), not_feeds=(), keep=frozenset())))


def _by_feed(c: sqlite3.Connection, parts: Sequence[Part]) -> dict[int, tuple[int, int]]:
    if not parts:
        return {}
    rows = " UNION ALL ".join(part.sql("d.feed_id AS feed_id, d.read AS read") for part in parts)
    sql = f"SELECT feed_id, sum(read = 0), count(*) FROM ({rows}) GROUP BY feed_id"
    return {feed: (unread, total) for feed, unread, total in c.execute(sql, _params(parts)).fetchall()}


def totals(c: sqlite3.Connection, query: Query) -> article.Totals:
    """Total, unread and starred counts, ignoring the query's feed, folder and status filters."""
    query = replace(query, feeds=(), folders=(), unread=False, starred=False, keep=frozenset())
    if _kept(c, query) is not None:
        columns = "coalesce(sum(articles), 0), coalesce(sum(unread), 0), coalesce(sum(starred), 0)"
        every = c.execute(f"SELECT {columns} FROM feed").fetchone()
        apart = "SELECT coalesce(sum(unread), 0) FROM feed WHERE id IN (SELECT value FROM json_each(?))"
        quiet = c.execute(apart, (id_list(pruning.quiet_feeds(c)),)).fetchone()[0]
        # What another article tells more fully counts in its feed alone.
        columns = "count(*), coalesce(sum(read = 0), 0), coalesce(sum(starred), 0)"
        copies = c.execute(
            f"SELECT {columns} FROM article INDEXED BY article_told_elsewhere WHERE aside = 2"
        ).fetchone()
        all_, unread, starred = (one - other for one, other in zip(every, copies, strict=True))
        return article.Totals(all_, max(0, unread - quiet), starred)
    quiet = pruning.quiet_feeds(c) if query.is_wide else []
    unread = "d.read = 0 AND d.feed_id NOT IN (SELECT value FROM json_each(?))" if quiet else "d.read = 0"
    columns = f"count(*), coalesce(sum({unread}), 0), coalesce(sum(d.starred = 1), 0)"
    ids = (id_list(quiet),) if quiet else ()
    found = [c.execute(part.sql(columns), (*ids, *part.params)).fetchone() for part in _parts(c, query)]
    return article.Totals(*map(sum, zip((0, 0, 0), *found, strict=True)))


def _kept(c: sqlite3.Connection, query: Query) -> Literal["articles", "unread"] | None:
    """The column with the stored count of a query; None if it must be counted."""
    query = replace(query, without_quiet=False) if not query.unread else query
    if store_feeds.leaving(c):
        return None
    if query == Query(order=query.order):
        return "articles"
    return "unread" if query == Query(order=query.order, unread=True) else None


def _parts(c: sqlite3.Connection, query: Query) -> Sequence[Part]:
    whole = scan(c, query, Part(_BY_FEED))
    return (whole,) if whole is not None else select(c, query, ordered=False).parts


def _params(parts: Sequence[Part]) -> tuple[Any, ...]:
    return tuple(value for part in parts for value in part.params)


def _facets(c: sqlite3.Connection, kind: Kind, query: Query) -> article.FacetColumns:
    kept = _kept(c, query)
    if kept is not None:
        return _columns(c, *labels.counted(kind, kept))
    counts = "sum(d.read = 0) AS unread, count(*) AS total"
    whole = scan(c, query, rows_of(kind))
    parts: Sequence[Part] = (whole,) if whole is not None else select(c, query, ordered=False).parts
    if whole is not None:
        grouped = whole.sql(f"d.label_id AS label, {counts}") + " GROUP BY d.label_id"
    else:
        if not parts:
            return article.FacetColumns(Names(), array("q"), array("q"))
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


def _columns(c: sqlite3.Connection, sql: str, params: tuple[Any, ...]) -> article.FacetColumns:
    """Read names and counts in small batches, since temporary rows would fragment memory."""
    columns = article.FacetColumns(Names(), array("q"), array("q"))
    cursor = c.execute(sql, params)
    while rows := cursor.fetchmany(_BATCH_SIZE):
        for name, unread, total in rows:
            columns.names.append(text_of(name))
            columns.unread.append(unread)
            columns.totals.append(total)
    return columns
