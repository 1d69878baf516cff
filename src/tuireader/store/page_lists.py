"""Which subscriptions are to pages that are no feeds, and what was learned of these pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from tuireader.store import feeds
from tuireader.store.times import moment, seconds

if TYPE_CHECKING:
    import sqlite3

    from tuireader.model.feed import PageList

OPTION = "page_list"
"""The option of a feed in which it is kept."""


def get(c: sqlite3.Connection, feed_id: int) -> PageList | None:
    """What was learned of a page that is followed; None for a feed."""
    import json

    from tuireader.model.feed import Followed, PageList

    try:
        said = json.loads(feeds.options(c, feed_id).get(OPTION, ""))
        followed: Followed = next(each for each in get_args(Followed) if each == said["followed"])
        return PageList(followed, str(said["shape"]), moment(said["different_since"]))
    except (ValueError, TypeError, KeyError, RecursionError, StopIteration):
        return None


def put(c: sqlite3.Connection, feed_id: int, what: PageList) -> None:
    """Keep what was learned of a page."""
    import json

    said = {"followed": what.followed, "shape": what.shape, "different_since": seconds(what.different_since)}
    feeds.set_option(c, feed_id, OPTION, json.dumps(said, separators=(",", ":")))


def every(c: sqlite3.Connection) -> frozenset[int]:
    rows = c.execute("SELECT feed_id FROM feed_option WHERE name = ?", (OPTION,)).fetchall()
    return frozenset(row[0] for row in rows)
