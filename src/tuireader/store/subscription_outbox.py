"""What the user did to feeds of accounts, until those are told: names, folders, and what is followed no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, cast

from tuireader.model.account import LOCAL
from tuireader.store.row_values import sound, text_of

if TYPE_CHECKING:
    import sqlite3

    from tuireader.model.feed import Feed

What = Literal["rename", "move", "unsubscribe"]


class FeedChange(NamedTuple):
    """One thing that was done to a feed."""

    server_id: str
    """What the account calls the feed."""
    url: str
    """Its address: a server that was made anew calls another one so."""
    what: What
    value: str
    """Its name, or the name of its folder, or its address."""


def note(c: sqlite3.Connection, feed: Feed, what: What, value: str) -> None:
    """Note what is done to a feed whose account knows it; of one of this machine's own nothing is noted."""
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


def waiting(c: sqlite3.Connection, account_id: int) -> list[FeedChange]:
    """What an account has not been told of."""
    rows = c.execute(
        "SELECT server_id, url, what, value FROM feed_change WHERE account_id = ? ORDER BY server_id, what",
        (account_id,),
    ).fetchall()
    return [FeedChange(text_of(row[0]), text_of(row[1]), cast("What", row[2]), text_of(row[3])) for row in rows]


def done(c: sqlite3.Connection, account_id: int, change: FeedChange) -> None:
    """Forget what the account was told of; what was done to the feed since has another value, and stays."""
    c.execute(
        "DELETE FROM feed_change WHERE account_id = ? AND server_id = ? AND what = ? AND value = ?",
        (account_id, sound(change.server_id), change.what, sound(change.value)),
    )
