"""What the user does to a subscription: giving it a name of their own, putting it into a folder, and ending it."""

from __future__ import annotations

import sqlite3

from tuireader.store import feeds, folders
from tuireader.store.connection import transaction


def unsubscribe(c: sqlite3.Connection, feed_id: int) -> None:
    """Remove a subscription, and with it its articles and what was done to them."""
    with transaction(c):
        feeds.remove(c, feed_id)
        folders.remove_empty(c)


def rename(c: sqlite3.Connection, feed_id: int, title: str) -> None:
    """Give a feed a title of the user's own, which no refresh overwrites; an empty one gives it its own again."""
    feeds.rename(c, feed_id, title)


def put_into(c: sqlite3.Connection, feed_id: int, folder: str) -> None:
    """Put a feed into the folder of this name, which is made if it is new; without a name, into none.

    A folder in which nothing is left goes.
    """
    with transaction(c):
        folders.put(c, feed_id, folders.add(c, folder).id if folder.strip() else None)
        folders.remove_empty(c)


def set_option(c: sqlite3.Connection, feed_id: int, name: str, value: str | None) -> None:
    """Set an option for one feed; None takes it back."""
    feeds.set_option(c, feed_id, name, value)
