"""The articles of this machine's own feeds as other devices know them: by the addresses of feeds and their guids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuireader.model.account import LOCAL
from tuireader.store.keys import guid_key
from tuireader.store.row_values import id_list, text_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator


def named(c: sqlite3.Connection, feed_id: int, guids: Iterable[str]) -> dict[str, tuple[int, bool, bool]]:
    """The articles of a feed by their guids: ids, and whether they are read and starred."""
    by_key: dict[int, list[str]] = {}
    for guid in guids:
        by_key.setdefault(guid_key(guid), []).append(guid)
    rows = c.execute(
        "SELECT guid_key, id, read, starred FROM article INDEXED BY article_by_guid"
        " WHERE feed_id = ? AND guid_key IN (SELECT value FROM json_each(?))",
        (feed_id, id_list(by_key)),
    ).fetchall()
    return {guid: (row[1], bool(row[2]), bool(row[3])) for row in rows for guid in by_key[row[0]]}


def names_of(c: sqlite3.Connection, ids: Iterable[int]) -> dict[int, tuple[int, str]]:
    """The feed and the guid of each article."""
    rows = c.execute(
        "SELECT id, feed_id, guid FROM article WHERE id IN (SELECT value FROM json_each(?))", (id_list(ids),)
    ).fetchall()
    return {row[0]: (row[1], text_of(row[2])) for row in rows}


def marked(c: sqlite3.Connection) -> Iterator[tuple[int, str, bool, bool]]:
    """The articles of this machine's own feeds that are read or starred: feed, guid, read, starred."""
    rows = c.execute(
        "SELECT a.feed_id, a.guid, a.read, a.starred FROM article AS a JOIN feed AS f ON f.id = a.feed_id"
        " WHERE f.account_id = ? AND (a.read = 1 OR a.starred = 1)",
        (LOCAL,),
    )
    for feed_id, guid, read, starred in rows.fetchall():
        yield feed_id, text_of(guid), bool(read), bool(starred)


def newest(c: sqlite3.Connection) -> int:
    return c.execute("SELECT max(id) FROM article").fetchone()[0] or 0
