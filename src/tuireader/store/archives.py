"""How far the sites of feeds have been read back: kept beside each feed, in the transaction that saves what came."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, get_args

from tuireader.model.feed import Archive, Way
from tuireader.store import feeds
from tuireader.store.times import moment, seconds

if TYPE_CHECKING:
    import sqlite3

OPTION = "archive"
"""The option of a feed in which it is kept."""
_SEEN_MOST = 20_000


def get(c: sqlite3.Connection, feed_id: int) -> Archive | None:
    """How far a feed's site has been read back; None where that was never begun, or cannot be read."""
    try:
        said = json.loads(feeds.options(c, feed_id).get(OPTION, ""))
        return Archive(
            way=_way(said["way"]),
            next=str(said["next"]),
            page=int(said["page"]),
            pages=None if said["pages"] is None else int(said["pages"]),
            back_to=moment(said["back_to"]),
            is_done=bool(said["is_done"]),
            seen=tuple(map(str, said["seen"])),
            last=str(said["last"]),
        )
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def put(c: sqlite3.Connection, feed_id: int, archive: Archive | None) -> None:
    """Keep it; None forgets it."""
    if archive is None:
        feeds.set_option(c, feed_id, OPTION, None)
        return
    said = asdict(archive) | {"back_to": seconds(archive.back_to), "seen": archive.seen[-_SEEN_MOST:]}
    feeds.set_option(c, feed_id, OPTION, json.dumps(said, separators=(",", ":")))


def _way(value: object) -> Way:
    way: Way
    for way in get_args(Way):
        if value == way:
            return way
    raise ValueError(value)
