"""The list that a query makes: windows of it, its length, and places in it. No function here reads all articles."""

from __future__ import annotations

import json
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
    return headlines(c, _ordered(c, select(c, query), query.order, limit, offset))


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
    parts = select(c, query).parts
    return sum(c.execute(part.sql("count(*)"), part.params).fetchone()[0] for part in parts)


def rank(c: sqlite3.Connection, query: Query, article_id: int) -> int | None:
    """The place of an article in a query's list, from 0; None where it is not in it."""
    selection = select(c, query)
    if selection.match:
        ids = _ordered(c, selection, query.order)
        return ids.index(article_id) if article_id in ids else None
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
    selection = select(c, query)
    if selection.match:
        return _neighbour_by_match(c, _ordered(c, selection, query.order), article_id, step, unread=unread)
    place = _place(c, article_id, query.order)
    if place is None:
        return None
    down = _descending(query.order) is (step > 0)
    found = []
    for part in selection.parts:
        rows, keys = _keys(part, query.order)
        sql = rows.sql(", ".join(keys), _beyond(keys, down=down), *(["d.read = 0"] if unread else []))
        row = c.execute(f"{sql} ORDER BY {_by(keys, down=down)} LIMIT 1", (*part.params, *place)).fetchone()
        if row is not None:
            found.append(row)
    if not found:
        return None
    nearest: int = (max(found) if down else min(found))[-1]
    return nearest


def _neighbour_by_match(
    c: sqlite3.Connection, ids: list[int], article_id: int, step: int, *, unread: bool
) -> int | None:
    if article_id not in ids:
        return None
    at = ids.index(article_id)
    onward = ids[at + 1 :] if step > 0 else ids[at - 1 :: -1] if at else []
    if not unread:
        return onward[0] if onward else None
    row = c.execute(
        "SELECT a.id FROM json_each(?) AS w CROSS JOIN article AS a ON a.id = w.value WHERE a.read = 0"
        " ORDER BY w.key LIMIT 1",
        (json.dumps(onward),),
    ).fetchone()
    return None if row is None else row[0]


def _ordered(c: sqlite3.Connection, selection: Selection, order: Order, limit: int = -1, offset: int = 0) -> list[int]:
    """The ids of a selection, in order."""
    if not selection.parts:
        return []
    if selection.match:
        return _ordered_by_match(c, selection, limit, offset)
    selects = []
    for part in selection.parts:
        rows, keys = _keys(part, order)
        selects.append(rows.sql(", ".join(keys)))
    places = [str(place) for place in range(1, 1 + selects[0].split(" FROM ")[0].count(",") + 1)]
    sql = f"{' UNION ALL '.join(selects)} ORDER BY {_by(places, down=_descending(order))} LIMIT ? OFFSET ?"
    return [row[-1] for row in c.execute(sql, (*selection.params, limit, offset)).fetchall()]


def _ordered_by_match(c: sqlite3.Connection, selection: Selection, limit: int, offset: int) -> list[int]:
    # The plus keeps SQLite from asking the index once for each row that is allowed.
    allowed = " UNION ALL ".join(part.sql(part.id) for part in selection.parts)
    among = "" if selection.match_alone else f" AND +rowid IN ({allowed})"
    params = () if selection.match_alone else selection.params
    rows = c.execute(
        f"SELECT rowid FROM search WHERE search MATCH ?{among} ORDER BY bm25(search, {_WEIGHTS}), rowid DESC"
        " LIMIT ? OFFSET ?",
        (selection.match, *params, limit, offset),
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
