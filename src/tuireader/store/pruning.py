"""Pruning and expiry: which articles may be removed or marked read by age, and how large the cache is."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from tuireader.model import feed
from tuireader.model.query import KEEP, TAG
from tuireader.store import duplicates, feeds, labels, site_facts
from tuireader.store.connection import transaction
from tuireader.store.row_values import (
    READ_APART,
    id_list,
    number,
    number_key,
    seconds,
    text_key,
    text_of,
    title_key,
    unpack,
)

DAYS, NEWEST = "keep_days", "keep_articles"
"""Options of a feed: days to keep articles, and number of newest articles always kept."""
_ROW = 700
"""Approximate bytes of an article besides its texts: row, labels, index."""
_SIZE = (
    f"(SELECT length(b.html) + coalesce(length(b.full_html), 0) + coalesce(length(b.full_text), 0) + {_ROW}"
    " FROM body AS b WHERE b.article_id = a.id)"
)
_MAY_GO = (
    "a.read = 1 AND a.starred = 0"
    f" AND a.id NOT IN ({labels.TAGGED}) AND a.id NOT IN (SELECT article_id FROM rule_article WHERE did & {KEEP})"
    " AND a.id NOT IN (SELECT article_id FROM journal)"
)
"""SQL condition for articles that may be removed: read, and not starred, tagged, kept by a rule or in the outbox."""


class Limits(NamedTuple):
    """Limits: days, articles per feed, size; 0: no limit."""

    days: int = 0
    newest: int = 0
    megabytes: int = 0


class Prunable(NamedTuple):
    """An article that may be removed."""

    id: int
    feed_id: int
    date: int
    size: int
    """Approximate bytes."""


def prunable(c: sqlite3.Connection, now: datetime, limits: Limits) -> list[Prunable]:
    """Articles beyond the limits that may be removed, oldest first; options of a feed override the limits.

    For the size limit, the oldest are removed.
    """
    found: dict[int, Prunable] = {}
    for (feed_id,) in c.execute("SELECT id FROM feed WHERE url <> ? ORDER BY id", (feed.PAGES,)).fetchall():
        options = feeds.options(c, feed_id)
        usual = ((DAYS, limits.days), (NEWEST, limits.newest))
        days, newest = (_limit_of(options.get(name), limit) for name, limit in usual)
        if days:
            _find(c, found, "a.feed_id = ? AND a.date < ?", (feed_id, seconds(now) - days * 86_400))
        if newest:
            row = c.execute(
                "SELECT date, id FROM article INDEXED BY article_by_feed WHERE feed_id = ?"
                " ORDER BY date DESC, id DESC LIMIT 1 OFFSET ?",
                (feed_id, newest),
            ).fetchone()
            if row is not None:
                _find(c, found, "a.feed_id = ? AND (a.date, a.id) <= (?, ?)", (feed_id, *row))
    if limits.megabytes:
        _find_too_much(c, found, limits.megabytes)
    for feed_id in site_facts.page_list_feeds(c):  # beside what came last it is seen whether a page has changed
        last = c.execute(
            "SELECT id FROM article INDEXED BY article_by_feed WHERE feed_id = ? ORDER BY date DESC, id DESC LIMIT 1",
            (feed_id,),
        ).fetchone()
        found.pop(0 if last is None else last[0], None)
    return sorted(found.values(), key=_oldest_first)


def _find_too_much(c: sqlite3.Connection, found: dict[int, Prunable], megabytes: int) -> None:
    """Add the oldest removable articles until the rest fits the size limit."""
    total = used(c)
    if total <= megabytes * 1_000_000:
        return
    (of_texts,) = c.execute(f"SELECT sum({_SIZE}) FROM article AS a").fetchone()
    # Each takes its share of the file, with the index: removed is the same part of the texts.
    over = number(of_texts) * (1 - megabytes * 1_000_000 / total) - sum(each.size for each in found.values())
    if over > 0:
        every: dict[int, Prunable] = {}
        _find(c, every, "a.feed_id IN (SELECT id FROM feed WHERE url <> ?)", (feed.PAGES,))
        for each in sorted(every.values(), key=_oldest_first):
            if over <= 0:
                break
            if each.id not in found:
                found[each.id] = each
                over -= each.size


def _find(c: sqlite3.Connection, found: dict[int, Prunable], where: str, given: Sequence[object]) -> None:
    rows = c.execute(f"SELECT a.id, a.feed_id, a.date, {_SIZE} FROM article AS a WHERE {where} AND {_MAY_GO}", given)
    for id_, feed_id, date, size in rows.fetchall():
        found[id_] = Prunable(id_, feed_id, date, number(size))


def _oldest_first(each: Prunable) -> tuple[int, int]:
    return each.date, each.id


UNDATED = 2**40
"""The date of removed articles that had none: later than any other."""


def prune(c: sqlite3.Connection, ids: Iterable[int]) -> int:
    """Remove those of the articles that may still be removed; returns their number.

    Their keys are recorded, so that they are not saved again.
    """
    listed = id_list(ids)
    with transaction(c):
        going = f"SELECT a.id FROM article AS a WHERE a.id IN (SELECT value FROM json_each(?)) AND {_MAY_GO}"
        gone = [row[0] for row in c.execute(going, (listed,)).fetchall()]
        left = id_list(gone)
        told = duplicates.of_articles(c, left)
        rows = c.execute(
            "SELECT a.feed_id, a.guid_key, a.link_key, a.title, b.html, a.server_id,"
            " coalesce(a.published, a.updated, ?2) FROM article AS a"
            " LEFT JOIN body AS b ON b.article_id = a.id WHERE a.id IN (SELECT value FROM json_each(?1))",
            (left, UNDATED),
        ).fetchall()
        c.executemany(
            "INSERT OR REPLACE INTO pruned (feed_id, key, date) VALUES (?, ?, ?)",
            [
                (feed_id, key, date)
                for feed_id, guid, link, title, html, server_id, date in rows
                for key in {
                    guid,
                    link or guid,
                    title_key(text_of(title)),
                    text_key(unpack(html) if html else ""),
                    guid if server_id is None else number_key(text_of(server_id)),
                }
            ],
        )
        c.execute("DELETE FROM search WHERE rowid IN (SELECT value FROM json_each(?))", (left,))
        labels.remove_from(c, left)
        c.execute("DELETE FROM article WHERE id IN (SELECT value FROM json_each(?))", (left,))
        duplicates.settle(c, told)
        labels.remove_unused(c)
    return len(gone)


def remember(c: sqlite3.Connection, feed_id: int, keys: Iterable[tuple[int, int]]) -> None:
    """Record keys and dates of pruned articles, as from a backup; articles that match are not saved again."""
    c.executemany(
        "INSERT OR IGNORE INTO pruned (feed_id, key, date) VALUES (?, ?, ?)",
        [(feed_id, key, date) for key, date in keys],
    )


def remembered(c: sqlite3.Connection) -> list[tuple[int, list[tuple[int, int]]]]:
    """Keys and dates of removed articles, by feed."""
    rows = c.execute("SELECT feed_id, key, date FROM pruned ORDER BY feed_id, key").fetchall()
    return [(feed_id, [(key, date) for _, key, date in some]) for feed_id, some in groupby(rows, itemgetter(0))]


def has_any(c: sqlite3.Connection, feed_id: int) -> bool:
    """Whether articles of a feed were removed."""
    return c.execute("SELECT 1 FROM pruned WHERE feed_id = ? LIMIT 1", (feed_id,)).fetchone() is not None


def were_pruned(c: sqlite3.Connection, feed_id: int, keys: Iterable[int]) -> dict[int, int]:
    """The recorded dates of pruned articles, by those of the given keys that are known; `UNDATED` if they had none."""
    rows = c.execute(
        "SELECT key, date FROM pruned WHERE feed_id = ? AND key IN (SELECT value FROM json_each(?))",
        (feed_id, id_list(keys)),
    )
    return dict(rows.fetchall())


def pruned_numbers(c: sqlite3.Connection, account_id: int, numbers: Iterable[str]) -> set[str]:
    """The server ids among these whose articles were removed here."""
    keys = {number_key(number): number for number in numbers}
    rows = c.execute(
        "SELECT w.value FROM feed AS f CROSS JOIN json_each(?) AS w CROSS JOIN pruned AS p ON p.feed_id = f.id"
        " AND p.key = w.value WHERE f.account_id = ?",
        (id_list(keys), account_id),
    )
    return {keys[key] for (key,) in rows.fetchall()}


def welcome_back(c: sqlite3.Connection, feed_id: int, keys: Iterable[int]) -> None:
    """Delete the record that articles with these keys were pruned, so that they can be saved again."""
    c.execute(
        "DELETE FROM pruned WHERE feed_id = ? AND key IN (SELECT value FROM json_each(?))",
        (feed_id, id_list(keys)),
    )


def used(c: sqlite3.Connection) -> int:
    """Bytes in use, without free pages."""
    names = ("page_count", "freelist_count", "page_size")
    pages, free, size = (c.execute(f"PRAGMA {name}").fetchone()[0] for name in names)
    return int((pages - free) * size)


def used_by(c: sqlite3.Connection, feed_id: int) -> int:
    row = c.execute(f"SELECT sum({_SIZE}) FROM article AS a WHERE a.feed_id = ?", (feed_id,)).fetchone()
    return number(row[0])


def _limit_of(text: str | None, usual: int) -> int:
    return int(text) if text is not None and text.isdecimal() and len(text) < 8 else usual


AFTER, ABOVE, QUIET = "expire_after", "expire_above", "quiet"
"""Options of a feed: days until an article counts as read, number of unread ones kept, and separate counts."""
_BY_RULE = "SELECT article_id FROM rule_article WHERE did & "
_NEVER_EXPIRED = (
    f"starred = 0 AND unasked <> {READ_APART} AND id NOT IN ({_BY_RULE}{KEEP})"
    f" AND (id NOT IN ({labels.TAGGED}) OR id IN ({_BY_RULE}{TAG}))"
)
"""SQL condition for articles that may expire: not starred, kept by a rule, or tagged or marked unread by the user."""


def expired(c: sqlite3.Connection, now: datetime, *, after: int, above: int) -> list[int]:
    """Unread articles that are older than `after` days, or beyond the `above` newest unread ones of their feed.

    0: no limit. Options of a feed override both. Saved pages never expire.
    """
    found: list[int] = []
    for (feed_id,) in c.execute(
        "SELECT id FROM feed WHERE unread > 0 AND url <> ? ORDER BY id", (feed.PAGES,)
    ).fetchall():
        options = feeds.options(c, feed_id)
        days, most = (_number(options.get(name), usual) for name, usual in ((AFTER, after), (ABOVE, above)))
        rows = f"SELECT id FROM article WHERE feed_id = ? AND read = 0 AND {_NEVER_EXPIRED}"
        if days:
            oldest = seconds(now) - days * 86_400
            found += [row[0] for row in c.execute(f"{rows} AND date < ?", (feed_id, oldest)).fetchall()]
        if most:
            beyond = f"{rows} ORDER BY date DESC, id DESC LIMIT -1 OFFSET ?"
            found += [row[0] for row in c.execute(beyond, (feed_id, most)).fetchall()]
    return sorted(set(found) - duplicates.own_tags(c, found).keys())


def quiet_feeds(c: sqlite3.Connection) -> list[int]:
    rows = c.execute("SELECT feed_id FROM feed_option WHERE name = ? AND value = 'yes' ORDER BY feed_id", (QUIET,))
    return [row[0] for row in rows.fetchall()]


def _number(text: str | None, usual: int) -> int:
    return int(text) if text is not None and text.isdecimal() and len(text) < 7 else usual
