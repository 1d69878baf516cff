"""Articles of this machine's own feeds as other devices know them: by the addresses of feeds and numbers of guids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuireader.model.account import LOCAL
from tuireader.store.row_values import id_list

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator


def of_feed(c: sqlite3.Connection, feed_id: int) -> Iterator[tuple[int, int, bool, bool]]:
    """The articles of a feed: the numbers of their guids, ids, and whether they are read and starred."""
    sql = "SELECT guid_key, id, read, starred FROM article INDEXED BY article_by_guid WHERE feed_id = ?"
    for guid, id_, read, starred in c.execute(sql, (feed_id,)).fetchall():
        yield guid, id_, bool(read), bool(starred)


def names_of(c: sqlite3.Connection, ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """The feed and the number of the guid of each article."""
    sql = "SELECT id, feed_id, guid_key FROM article WHERE id IN (SELECT value FROM json_each(?))"
    return {row[0]: (row[1], row[2]) for row in c.execute(sql, (id_list(ids),)).fetchall()}


def marked(c: sqlite3.Connection) -> Iterator[tuple[int, int, bool, bool]]:
    """The articles of this machine's own feeds that are read or starred: feed, number of the guid, read, starred."""
    rows = c.execute(
        "SELECT a.feed_id, a.guid_key, a.read, a.starred FROM article AS a JOIN feed AS f ON f.id = a.feed_id"
        " WHERE f.account_id = ? AND (a.read = 1 OR a.starred = 1)",
        (LOCAL,),
    )
    for feed_id, guid, read, starred in rows.fetchall():
        yield feed_id, guid, bool(read), bool(starred)


def newest(c: sqlite3.Connection) -> int:
    return c.execute("SELECT max(id) FROM article").fetchone()[0] or 0
