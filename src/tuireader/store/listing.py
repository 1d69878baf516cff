"""The list that a query makes: windows of it, its length, and places in it. No function here reads all articles."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tuireader.model import Headline
from tuireader.store.selection import Part, Selection, names_of, select, split_names
from tuireader.store.values import stamp

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from tuireader.model import Order, Query

_WEIGHTS = "10.0, 5.0, 3.0, 1.0"
"""What a word counts in the title, the authors, the categories and the body."""


def window(c: sqlite3.Connection, query: Query, offset: int, limit: int) -> list[Headline]:
    """The headlines from place `offset` on of a query's list, at most `limit`."""
    return headlines(c, ids(c, query, offset, limit))


def ids(c: sqlite3.Connection, query: Query, offset: int = 0, limit: int = -1) -> list[int]:
    """The ids of a query's list in its order, from place `offset` on; all that follow where `limit` is negative."""
    selection = select(c, query)
    if not selection.parts:
        return []
    if selection.match:
        return _ids_by_match(c, selection, offset, limit)
    selects = []
    for part in selection.parts:
        rows, keys = _keys(part, query.order)
        selects.append(rows.sql(", ".join(keys)))
    order = _by([str(place) for place in range(1, len(keys) + 1)], down=_descending(query.order))
    sql = f"{' UNION ALL '.join(selects)} ORDER BY {order} LIMIT ? OFFSET ?"
    return [row[-1] for row in c.execute(sql, (*selection.params, limit, offset)).fetchall()]


def headlines(c: sqlite3.Connection, ids: Sequence[int]) -> list[Headline]:
    """The headlines of these articles, in this order; what is no longer there is left out."""
    rows = c.execute(
        f"SELECT a.id, a.feed_id, f.title, a.title, {names_of('author')}, a.date, a.words, a.read, a.starred"
        " FROM json_each(?) AS w CROSS JOIN article AS a ON a.id = w.value JOIN feed AS f ON f.id = a.feed_id",
        (json.dumps(list(ids)),),
    ).fetchall()
    found = {row[0]: _headline(row) for row in rows}
    return [found[id_] for id_ in ids if id_ in found]


def count(c: sqlite3.Connection, query: Query) -> int:
    """How many articles a query has."""
    parts = select(c, query, ordered=False).parts
    return sum(c.execute(part.sql("count(*)"), part.params).fetchone()[0] for part in parts)


def rank(c: sqlite3.Connection, query: Query, article_id: int) -> int | None:
    """The place of an article in a query's list, from 0; None where it is not in it."""
    selection = select(c, query)
    if selection.match:
        found = _ids_by_match(c, selection)
        return found.index(article_id) if article_id in found else None
    place = _place(c, article_id, query.order)
    if place is None or not any(
        c.execute(part.sql("1", f"{part.id} = ?"), (*part.params, article_id)).fetchone() for part in selection.parts
    ):
        return None
    before = 0
    for part in selection.parts:
        rows, keys = _keys(part, query.order)
        sql = rows.sql("count(*)", _beyond(keys, down=not _descending(query.order)))
        before += c.execute(sql, (*part.params, *place)).fetchone()[0]
    return before


def neighbour(c: sqlite3.Connection, query: Query, article_id: int, step: int, *, unread: bool = False) -> int | None:
    """The next article of a query's list (`step` 1) or the one before (-1), or the next unread one that way.

    The article itself need not be in the list any more: it counts from where it would be.
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
    found = []
    for part in selection.parts:
        rows, keys = _keys(part, query.order)
        sql = rows.sql(", ".join(keys), _beyond(keys, down=down))
        row = c.execute(f"{sql} ORDER BY {_by(keys, down=down)} LIMIT 1", (*part.params, *place)).fetchone()
        if row is not None:
            found.append(row)
    if not found:
        return None
    nearest: int = (max(found) if down else min(found))[-1]
    return nearest


def _unread_by_match(c: sqlite3.Connection, query: Query, article_id: int, step: int) -> int | None:
    """The next unread article in the order of best match, counted from one that may be read."""
    onward = _onward(ids(c, query), article_id, step)
    row = c.execute(
        "SELECT a.id FROM json_each(?) AS w CROSS JOIN article AS a ON a.id = w.value WHERE a.read = 0"
        " ORDER BY w.key LIMIT 1",
        (json.dumps(onward),),
    ).fetchone()
    return None if row is None else row[0]


def _onward(found: list[int], article_id: int, step: int) -> list[int]:
    """What follows an article in a list, or precedes it, the nearest first."""
    if article_id not in found:
        return []
    at = found.index(article_id)
    return found[at + 1 :] if step > 0 else found[:at][::-1]


def _ids_by_match(c: sqlite3.Connection, selection: Selection, offset: int = 0, limit: int = -1) -> list[int]:
    # The plus keeps SQLite from asking the index once for each row that is allowed.
    everything = not any(part.where for part in selection.parts)
    allowed = " UNION ALL ".join(part.sql(part.id) for part in selection.parts)
    among = "" if everything else f" AND +rowid IN ({allowed})"
    rows = c.execute(
        f"SELECT rowid FROM search WHERE search MATCH ?{among} ORDER BY bm25(search, {_WEIGHTS}), rowid DESC"
        " LIMIT ? OFFSET ?",
        (selection.match, *selection.params, limit, offset),
    ).fetchall()
    return [row[0] for row in rows]


def _keys(part: Part, order: Order) -> tuple[Part, list[str]]:
    """The part with the columns that it is sorted by; the last is the id."""
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


def _beyond(keys: list[str], *, down: bool) -> str:
    return f"({', '.join(keys)}) {'<' if down else '>'} ({', '.join('?' * len(keys))})"


def _by(keys: list[str], *, down: bool) -> str:
    return ", ".join(f"{key} {'DESC' if down else 'ASC'}" for key in keys)


def _descending(order: Order) -> bool:
    return order not in ("oldest", "shortest")


def _headline(row: tuple[Any, ...]) -> Headline:
    return Headline(
        id=row[0],
        feed_id=row[1],
        feed_title=row[2],
        title=row[3],
        authors=split_names(row[4]),
        date=stamp(row[5]),
        words=row[6],
        read=bool(row[7]),
        starred=bool(row[8]),
    )
