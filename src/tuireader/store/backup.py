"""What a backup takes of articles that nothing else asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tuireader.store.bodies import unpack
from tuireader.store.row_values import id_list

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable


class Texts(NamedTuple):
    """The texts of an article: as its feed gave it, and as its page did; None where that was not fetched."""

    html: str
    full_html: str | None
    full_text: str | None


def order(c: sqlite3.Connection, ids: Iterable[int] | None) -> list[int]:
    """All articles, also those that are hidden, or these, in an order that is the same in another cache of the same."""
    which = "" if ids is None else " WHERE a.id IN (SELECT value FROM json_each(?))"
    rows = c.execute(
        f"SELECT a.id FROM article AS a JOIN feed AS f ON f.id = a.feed_id{which} ORDER BY f.url, a.date, a.id",
        () if ids is None else (id_list(ids),),
    )
    return [row[0] for row in rows.fetchall()]


def texts(c: sqlite3.Connection, article_id: int) -> Texts:
    """The texts of an article."""
    row = c.execute("SELECT html, full_html, full_text FROM body WHERE article_id = ?", (article_id,)).fetchone()
    html, *full = (None if each is None else unpack(each) for each in row or (None, None, None))
    return Texts(html or "", *full)
