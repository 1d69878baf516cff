"""What articles have besides their texts, noted for those of which it is not known yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuireader.store.bodies import unpack
from tuireader.store.connection import transaction

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable


def look_at_some(c: sqlite3.Connection, extras_of: Callable[[str], int], most: int) -> int:
    """Note what some articles have that nobody has looked at; how many these were."""
    rows = c.execute(
        "SELECT a.id, coalesce(b.full_html, b.html) FROM article AS a INDEXED BY article_not_looked_at"
        " LEFT JOIN body AS b ON b.article_id = a.id WHERE a.has IS NULL ORDER BY a.id DESC LIMIT ?",
        (most,),
    ).fetchall()
    found = [(0 if html is None else extras_of(unpack(html)), id_) for id_, html in rows]
    with transaction(c):
        c.executemany("UPDATE article SET has = ? WHERE id = ?", found)
    return len(rows)
