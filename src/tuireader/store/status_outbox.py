"""The outbox of sync: status changes to be sent to accounts.

Changes that wait for a locked cache are in `unwritten_statuses_file`. A change is written to the outbox in the same
transaction as to the article. There is one row for each article and field: the last change. For the shared folder, the
user's last change and that of a rule are two rows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal, NamedTuple, cast

from tuireader.model import feed as model_feed
from tuireader.model.article import Change, Field
from tuireader.model.feed import LOCAL
from tuireader.model.query import READ
from tuireader.store.row_values import id_list, seconds, sound, stamp, text_of


def note(
    c: sqlite3.Connection,
    ids: str,
    field: Field,
    value: int,
    changed: datetime,
    *,
    is_unasked: bool = False,
) -> None:
    """Record a change of articles that it changes and whose account syncs; call it before writing the change.

    Of a feed that its server does not follow any more nothing is noted: there is nobody to be told. `is_unasked`: a
    rule or an age made it. `ids` as `row_values.id_list` gives them.
    """
    if c.execute("SELECT 1 FROM account WHERE syncs = 1 LIMIT 1").fetchone() is None:
        return
    c.execute(
        "INSERT OR REPLACE INTO journal (article_id, field, value, changed, unasked)"
        " SELECT a.id, ?1, ?2, ?3, ?6 AND t.id = ?5 FROM json_each(?4) AS w CROSS JOIN article AS a ON a.id = w.value"
        " JOIN feed AS f ON f.id = a.feed_id JOIN account AS t ON t.id = f.account_id"
        f" WHERE t.syncs = 1 AND (t.id = ?5 OR f.server_id IS NOT NULL) AND a.{field} <> ?2",
        (field, value, seconds(changed), ids, LOCAL, int(is_unasked)),
    )


UNKNOWN, RETURNED = 0, 1
"""The times of changes in the outbox if nobody knows them, and of those that came back from an account."""


def undated() -> datetime:
    """The clock of changes that somebody made at an unknown time: what other machines know is newer."""
    return _at(UNKNOWN)


def returned() -> datetime:
    """The clock of statuses that come back from an account: newer than what was published before, unless equal."""
    return _at(RETURNED)


def _at(time: int) -> datetime:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(time, UTC)


BY_NOBODY = (
    "a.read = 1 AND a.unasked = 1 AND NOT EXISTS"
    f" (SELECT 1 FROM rule_article AS r WHERE r.article_id = a.id AND r.did & {READ})"
)
"""SQL condition on an article `a` that arrived read from an archive, or was marked read by age."""


def owe_all(c: sqlite3.Connection, ids: Sequence[int], changed: datetime) -> None:
    """Record all marks of local articles for the shared folder, but for what an archive or an age has read."""
    for field in ("read", "starred"):
        c.execute(
            "INSERT OR REPLACE INTO journal (article_id, field, value, changed, unasked)"
            " SELECT a.id, ?1, 1, ?2, ?1 = 'read' AND a.unasked = 1"
            " FROM json_each(?3) AS w CROSS JOIN article AS a ON a.id = w.value"
            f" JOIN feed AS f ON f.id = a.feed_id JOIN account AS t ON t.id = f.account_id WHERE a.{field} = 1"
            f" AND t.id = 0 AND t.syncs = 1 AND NOT (?1 = 'read' AND {BY_NOBODY})",
            (field, seconds(changed), id_list(ids)),
        )


def owe(c: sqlite3.Connection, article_id: int, field: Field, value: int, changed: datetime) -> None:
    """Record a mark that the account of an article does not know."""
    c.execute(
        "INSERT OR REPLACE INTO journal (article_id, field, value, changed) VALUES (?, ?, ?, ?)",
        (article_id, field, value, seconds(changed)),
    )


_OF_ACCOUNT = (
    "journal AS j JOIN article AS a ON a.id = j.article_id JOIN feed AS f ON f.id = a.feed_id"
    " WHERE f.account_id = ?1 AND (f.account_id = 0 OR f.server_id IS NOT NULL)"
)
"""Changes of an account; those of feeds that its server does not follow wait."""


def count(c: sqlite3.Connection, account_id: int) -> int:
    """Number of changes for an account."""
    row = c.execute(
        f"SELECT count(*) FROM {_OF_ACCOUNT}",
        (account_id,),
    ).fetchone()
    return int(row[0])


def waits(c: sqlite3.Connection, feed_id: int) -> bool:
    sql = "SELECT 1 FROM journal AS j JOIN article AS a ON a.id = j.article_id WHERE a.feed_id = ? LIMIT 1"
    return c.execute(sql, (feed_id,)).fetchone() is not None


def waiting(c: sqlite3.Connection, account_id: int, limit: int = -1) -> list[Change]:
    """The changes for an account, oldest first, at most `limit`."""
    rows = c.execute(
        "SELECT j.number, j.article_id, a.server_id, j.field, j.value, j.changed, j.unasked"
        f" FROM {_OF_ACCOUNT} ORDER BY j.number LIMIT ?2",
        (account_id, limit),
    ).fetchall()

    return [
        Change(number, article_id, text_of(server_id), cast("Field", field), bool(value), stamp(changed), bool(unasked))
        for number, article_id, server_id, field, value, changed, unasked in rows
    ]


def drop(c: sqlite3.Connection, account_id: int) -> int:
    """Delete the changes of articles that the server does not have; returns how many articles."""
    rows = c.execute(
        "DELETE FROM journal WHERE article_id IN"
        f" (SELECT a.id FROM {_OF_ACCOUNT} AND a.server_id IS NULL) RETURNING article_id",
        (account_id,),
    ).fetchall()
    return len({row[0] for row in rows})


def done(c: sqlite3.Connection, numbers: Iterable[int]) -> None:
    """Delete sent changes; a change made since then has another number, and stays."""
    c.execute("DELETE FROM journal WHERE number IN (SELECT value FROM json_each(?))", (id_list(numbers),))


def known_there(c: sqlite3.Connection, article_id: int, field: Field, value: int) -> None:
    c.execute("DELETE FROM journal WHERE article_id = ? AND field = ? AND value = ?", (article_id, field, value))


def untold(c: sqlite3.Connection, ids: Iterable[int]) -> set[tuple[int, str]]:
    """Fields with pending outbox entries, by article."""
    rows = c.execute(
        "SELECT article_id, field FROM journal WHERE article_id IN (SELECT value FROM json_each(?))", (id_list(ids),)
    )
    return {(row[0], row[1]) for row in rows.fetchall()}


What = Literal["rename", "move", "unsubscribe"]


class FeedChange(NamedTuple):
    """A change of a feed for an account."""

    server_id: str
    """The server's id of the feed."""
    url: str
    """Its address, by which a rebuilt server knows it."""
    what: What
    value: str
    """Its name, the name of its folder, or its address."""


def note_subscription(c: sqlite3.Connection, feed: model_feed.Feed, what: What, value: str) -> None:
    """Record a change of a feed whose account knows it; does nothing for local feeds."""
    if feed.account_id == LOCAL or not feed.server_id:
        return
    if what == "unsubscribe":  # whatever else was done to it
        c.execute(
            "DELETE FROM feed_change WHERE account_id = ? AND server_id = ?", (feed.account_id, sound(feed.server_id))
        )
    c.execute(
        "INSERT OR REPLACE INTO feed_change (account_id, server_id, url, what, value) VALUES (?, ?, ?, ?, ?)",
        (feed.account_id, sound(feed.server_id), sound(feed.url), what, sound(value)),
    )


def withdraw_unsubscribe(c: sqlite3.Connection, account_id: int, server_id: str, url: str) -> None:
    """Remove a pending unsubscription of a feed that the account follows again."""
    c.execute(
        "DELETE FROM feed_change WHERE account_id = ? AND what = 'unsubscribe' AND (server_id = ? OR url = ?)",
        (account_id, sound(server_id), sound(url)),
    )


def subscriptions_waiting(c: sqlite3.Connection, account_id: int) -> list[FeedChange]:
    """The feed changes for an account."""
    rows = c.execute(
        "SELECT server_id, url, what, value FROM feed_change WHERE account_id = ? ORDER BY server_id, what",
        (account_id,),
    ).fetchall()
    return [FeedChange(text_of(row[0]), text_of(row[1]), cast("What", row[2]), text_of(row[3])) for row in rows]


def subscriptions_done(c: sqlite3.Connection, account_id: int, change: FeedChange) -> None:
    """Remove a confirmed change, unless the feed was changed again since."""
    c.execute(
        "DELETE FROM feed_change WHERE account_id = ? AND server_id = ? AND what = ? AND value = ?",
        (account_id, sound(change.server_id), change.what, sound(change.value)),
    )


def subscription_times(c: sqlite3.Connection) -> dict[tuple[str, str], int]:
    """When facts of local subscriptions changed since they were shared, in seconds."""
    rows = c.execute("SELECT url, fact, changed FROM subscription_time").fetchall()
    return {(text_of(url), text_of(fact)): changed for url, fact, changed in rows if isinstance(changed, int)}


def date_ends(c: sqlite3.Connection, urls: Iterable[str], when: int) -> None:
    """Set the time at which subscriptions ended, in seconds."""
    sql = "UPDATE subscription_time SET changed = ? WHERE url = ? AND fact = 'followed' AND ? > 0"
    c.executemany(sql, [(when, sound(url), when) for url in urls])


def put_times(c: sqlite3.Connection, times: dict[tuple[str, str], int]) -> None:
    """Restore times: changes of other devices must not count as local ones."""
    c.execute("DELETE FROM subscription_time")
    c.executemany(
        "INSERT INTO subscription_time (url, fact, changed) VALUES (?, ?, ?)",
        [(sound(url), fact, changed) for (url, fact), changed in times.items()],
    )


EARLIEST = 1
"""The time of a subscription's change that is older than any other."""


def is_changed(c: sqlite3.Connection, url: str, fact: Literal["title", "folder"]) -> bool:
    """Whether the user has named or filed a subscription since the last exchange with other machines."""
    sql = "SELECT 1 FROM subscription_time WHERE url = ? AND fact = ? AND changed > ?"
    return c.execute(sql, (sound(url), fact, EARLIEST)).fetchone() is not None


def date_back(c: sqlite3.Connection, url: str, fact: Literal["title", "folder"]) -> None:
    """Note that a subscription was named or filed at an unknown time: what another machine did since holds."""
    c.execute("UPDATE subscription_time SET changed = ? WHERE url = ? AND fact = ?", (EARLIEST, sound(url), fact))


def forget_times(c: sqlite3.Connection, told: dict[tuple[str, str], int]) -> None:
    """Delete the times of published changes, except of feeds that changed again since."""
    c.executemany(
        "DELETE FROM subscription_time WHERE url = ? AND fact = ? AND changed = ?",
        [(sound(url), fact, changed) for (url, fact), changed in told.items()],
    )
