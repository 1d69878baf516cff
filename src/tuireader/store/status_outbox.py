"""The outbox of sync: status changes, and changes of subscriptions, to be sent to accounts.

A status change is put into the outbox in the same transaction as it is written to the article. (Changes made while the
cache is locked are kept in a file: see `statuses`.) There is one row for each article and field: the last change. For
the shared folder, the last change by the user and the last by a rule are two rows.
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
    """Put a change into the outbox for those of the articles that it changes and whose account syncs.

    To be called before the change is written. Feeds that their server no longer follows are left out. `is_unasked`:
    made by a rule or by expiry; `ids` as from `row_values.id_list`.
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
"""Special times of changes in the outbox: of changes at an unknown time, and as from `returned`."""


def undated() -> datetime:
    """The time of changes made at an unknown time: any change from another machine is newer."""
    return _at(UNKNOWN)


def returned() -> datetime:
    """The time of statuses that come back from an account; they are published unless their value was before."""
    return _at(RETURNED)


def _at(time: int) -> datetime:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(time, UTC)


BY_NOBODY = (
    "a.read = 1 AND a.unasked = 1 AND NOT EXISTS"
    f" (SELECT 1 FROM rule_article AS r WHERE r.article_id = a.id AND r.did & {READ})"
)
"""SQL condition: article `a` arrived read from an archive, or was marked read by expiry, and by no rule."""


def owe_all(c: sqlite3.Connection, ids: Sequence[int], changed: datetime) -> None:
    """Put all marks of these local articles into the outbox of the shared folder, dated `changed`.

    Articles that arrived read from an archive or are read by expiry (`BY_NOBODY`) are left out.
    """
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
    """Put a status of an article into the outbox, since its account has another value."""
    c.execute(
        "INSERT OR REPLACE INTO journal (article_id, field, value, changed) VALUES (?, ?, ?, ?)",
        (article_id, field, value, seconds(changed)),
    )


_OF_ACCOUNT = (
    "journal AS j JOIN article AS a ON a.id = j.article_id JOIN feed AS f ON f.id = a.feed_id"
    " WHERE f.account_id = ?1 AND (f.account_id = 0 OR f.server_id IS NOT NULL)"
)
"""SQL of the outbox changes of account `?1`, without those of feeds that its server does not follow."""


def count(c: sqlite3.Connection, account_id: int) -> int:
    """Number of changes for an account."""
    row = c.execute(
        f"SELECT count(*) FROM {_OF_ACCOUNT}",
        (account_id,),
    ).fetchone()
    return int(row[0])


def has_pending(c: sqlite3.Connection, feed_id: int) -> bool:
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
    """Delete an account's outbox changes of articles without a server id; returns the number of articles."""
    rows = c.execute(
        "DELETE FROM journal WHERE article_id IN"
        f" (SELECT a.id FROM {_OF_ACCOUNT} AND a.server_id IS NULL) RETURNING article_id",
        (account_id,),
    ).fetchall()
    return len({row[0] for row in rows})


def remove_sent(c: sqlite3.Connection, numbers: Iterable[int]) -> None:
    """Delete sent changes by number; a newer change of the same status has another number, and stays."""
    c.execute("DELETE FROM journal WHERE number IN (SELECT value FROM json_each(?))", (id_list(numbers),))


def drop_known(c: sqlite3.Connection, article_id: int, field: Field, value: int) -> None:
    c.execute("DELETE FROM journal WHERE article_id = ? AND field = ? AND value = ?", (article_id, field, value))


def pending_fields(c: sqlite3.Connection, ids: Iterable[int]) -> set[tuple[int, str]]:
    """Pairs of article id and field that have a change in the outbox, for these articles."""
    rows = c.execute(
        "SELECT article_id, field FROM journal WHERE article_id IN (SELECT value FROM json_each(?))", (id_list(ids),)
    )
    return {(row[0], row[1]) for row in rows.fetchall()}


What = Literal["rename", "move", "unsubscribe"]


class FeedChange(NamedTuple):
    """A change of a subscription, to be sent to its account."""

    server_id: str
    """The server's id of the feed."""
    url: str
    """Its address, by which a rebuilt server knows it."""
    what: What
    value: str
    """By kind of change: the new name, the name of the new folder, or the address of the feed."""


def note_subscription(c: sqlite3.Connection, feed: model_feed.Feed, what: What, value: str) -> None:
    """Put a subscription change into the outbox; does nothing for feeds that no server follows."""
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
    """Delete a subscription change that was sent, unless the feed was changed again since."""
    c.execute(
        "DELETE FROM feed_change WHERE account_id = ? AND server_id = ? AND what = ? AND value = ?",
        (account_id, sound(change.server_id), change.what, sound(change.value)),
    )


def subscription_times(c: sqlite3.Connection) -> dict[tuple[str, str], int]:
    """Times of the changes of local subscriptions that are not published yet, in seconds since 1970.

    By address and fact (followed, title, folder, moved).
    """
    rows = c.execute("SELECT url, fact, changed FROM subscription_time").fetchall()
    return {(text_of(url), text_of(fact)): changed for url, fact, changed in rows if isinstance(changed, int)}


def date_ends(c: sqlite3.Connection, urls: Iterable[str], when: int) -> None:
    """Set the time at which subscriptions to these addresses ended, in seconds since 1970; does nothing for 0."""
    sql = "UPDATE subscription_time SET changed = ? WHERE url = ? AND fact = 'followed' AND ? > 0"
    c.executemany(sql, [(when, sound(url), when) for url in urls])


def put_times(c: sqlite3.Connection, times: dict[tuple[str, str], int]) -> None:
    """Replace all subscription times, so that changes taken over from other devices do not count as made here."""
    c.execute("DELETE FROM subscription_time")
    c.executemany(
        "INSERT INTO subscription_time (url, fact, changed) VALUES (?, ?, ?)",
        [(sound(url), fact, changed) for (url, fact), changed in times.items()],
    )


EARLIEST = 1
"""The time of a subscription's change that is older than any other."""


def is_changed(c: sqlite3.Connection, url: str, fact: Literal["title", "folder"]) -> bool:
    """Whether the user renamed a subscription or moved it to a folder since the last exchange with other machines."""
    sql = "SELECT 1 FROM subscription_time WHERE url = ? AND fact = ? AND changed > ?"
    return c.execute(sql, (sound(url), fact, EARLIEST)).fetchone() is not None


def date_back(c: sqlite3.Connection, url: str, fact: Literal["title", "folder"]) -> None:
    """Set the time of a subscription's title or folder to `EARLIEST`, so that any change by another machine wins."""
    c.execute("UPDATE subscription_time SET changed = ? WHERE url = ? AND fact = ?", (EARLIEST, sound(url), fact))


def forget_times(c: sqlite3.Connection, told: dict[tuple[str, str], int]) -> None:
    """Delete the times of published changes, except of feeds that changed again since."""
    c.executemany(
        "DELETE FROM subscription_time WHERE url = ? AND fact = ? AND changed = ?",
        [(sound(url), fact, changed) for (url, fact), changed in told.items()],
    )
