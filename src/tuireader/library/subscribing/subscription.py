"""What the user does to a subscription: giving it a name of their own, putting it into a folder, and ending it.

What is done to a feed of an account is noted for the account in the same transaction.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING

from tuireader.errors import NotFoundError
from tuireader.model.account import LOCAL
from tuireader.store import feeds, folders, server_statuses, status_outbox
from tuireader.store.connection import transaction

if TYPE_CHECKING:
    from tuireader.model.feed import Feed


def unsubscribe(c: sqlite3.Connection, feed_id: int) -> None:
    """Remove a subscription, and with it its articles and what was done to them."""
    with transaction(c):
        _note(c, feed_id, "unsubscribe")
        feeds.remove(c, feed_id)
        folders.remove_empty(c)


def take_back(c: sqlite3.Connection, feed: Feed) -> Feed:
    """Follow here what the server of its account follows no more; where that is done already, that is the feed."""
    with transaction(c):
        if (own := feeds.followed(c, LOCAL, feed.url)) is not None:
            return own
        server_statuses.forget_of_feed(c, feed.id)
        feeds.hand_over(c, feed.id, LOCAL)
        folders.remove_empty(c)
        return feeds.get(c, feed.id)


def rename(c: sqlite3.Connection, feed_id: int, title: str) -> None:
    """Give a feed a title of the user's own, which no refresh overwrites; an empty one gives it its own again."""
    with transaction(c):
        feeds.rename(c, feed_id, title)
        _note(c, feed_id, "rename")


def put_into(c: sqlite3.Connection, feed_id: int, folder: str) -> None:
    """Put a feed into the folder of this name in its account, which is made if it is new; without a name, into none.

    A folder in which nothing is left goes.
    """
    with transaction(c):
        account_id = feeds.get(c, feed_id).account_id
        folders.put(c, feed_id, folders.add(c, folder, account_id=account_id).id if folder.strip() else None)
        _note(c, feed_id, "move")
        folders.remove_empty(c)


def set_option(c: sqlite3.Connection, feed_id: int, name: str, value: str | None) -> None:
    """Set an option for one feed; None takes it back."""
    feeds.set_option(c, feed_id, name, value)


def _note(c: sqlite3.Connection, feed_id: int, what: status_outbox.What) -> None:
    """Note for its account what was done to a feed."""
    with suppress(NotFoundError):
        feed = feeds.get(c, feed_id)
        folder = "" if feed.folder_id is None else folders.get(c, feed.folder_id).name
        value = {"rename": feed.custom_title, "move": folder, "unsubscribe": feed.url}[what]
        status_outbox.note_subscription(c, feed, what, value)
