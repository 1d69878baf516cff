"""unsubscribe: a feed and its articles are no longer kept."""

from __future__ import annotations

import sqlite3

from tuireader.store import feeds


def unsubscribe(c: sqlite3.Connection, feed_id: int) -> None:
    """Remove a subscription, and with it its articles and what was done to them."""
    feeds.remove(c, feed_id)
