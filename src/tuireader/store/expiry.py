"""Unread articles that have waited long enough to count as read: none is removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuireader.model.rule import KEEP, TAG
from tuireader.store import feeds, labels
from tuireader.store.row_values import id_list
from tuireader.store.times import seconds

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime

AFTER, ABOVE, QUIET = "expire_after", "expire_above", "quiet"
"""The options of a feed: days until an article counts as read, unread ones that are kept, and counting apart."""
_BY_RULE = "SELECT article_id FROM rule_article WHERE did & "
_SPARED = f"starred = 0 AND id NOT IN ({_BY_RULE}{KEEP}) AND (id NOT IN ({labels.TAGGED}) OR id IN ({_BY_RULE}{TAG}))"
"""What the user starred or tagged, and what a rule keeps, never counts as read by itself."""


def expired(c: sqlite3.Connection, now: datetime, *, after: int, above: int) -> list[int]:
    """The unread articles that are older than so many days, or beyond so many of the newest of their feed.

    0 is for no end. What is set for a feed goes before both.
    """
    found: list[int] = []
    for (feed_id,) in c.execute("SELECT id FROM feed WHERE unread > 0 ORDER BY id").fetchall():
        options = feeds.options(c, feed_id)
        days, most = (_number(options.get(name), usual) for name, usual in ((AFTER, after), (ABOVE, above)))
        rows = f"SELECT id FROM article WHERE feed_id = ? AND read = 0 AND {_SPARED}"
        if days:
            oldest = seconds(now) - days * 86_400
            found += [row[0] for row in c.execute(f"{rows} AND date < ?", (feed_id, oldest)).fetchall()]
        if most:
            beyond = f"{rows} ORDER BY date DESC, id DESC LIMIT -1 OFFSET ?"
            found += [row[0] for row in c.execute(beyond, (feed_id, most)).fetchall()]
    return _whole_stories(c, sorted(set(found)))


def _whole_stories(c: sqlite3.Connection, ids: list[int]) -> list[int]:
    """Those of some articles of whose story no other feed has one that stays unread."""
    sql = (
        "WITH gone AS MATERIALIZED (SELECT value AS id FROM json_each(?))"
        " SELECT a.id FROM gone JOIN article AS a USING (id) WHERE a.story IS NULL OR NOT EXISTS"
        " (SELECT 1 FROM article AS o WHERE o.story = a.story AND o.read = 0 AND o.id NOT IN (SELECT id FROM gone))"
    )
    return [row[0] for row in c.execute(sql, (id_list(ids),)).fetchall()]


def quiet_feeds(c: sqlite3.Connection) -> list[int]:
    rows = c.execute("SELECT feed_id FROM feed_option WHERE name = ? AND value = 'yes' ORDER BY feed_id", (QUIET,))
    return [row[0] for row in rows.fetchall()]


def _number(text: str | None, usual: int) -> int:
    return int(text) if text is not None and text.isdecimal() and len(text) < 7 else usual
