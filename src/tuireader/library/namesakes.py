"""Entries that have one guid: while there are several, each is called after what it holds, and stays its article."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from tuireader.feeds.entries import is_marked, other_name
from tuireader.library.plan import digest_of
from tuireader.model import Feed, Known, ParsedEntry
from tuireader.store import articles


def known_entries(c: sqlite3.Connection, feed: Feed, entries: Sequence[ParsedEntry]) -> dict[str, Known]:
    """What the cache has of a feed's entries, by guid.

    An article whose guid another entry took up, or gave up, is given the name that it has now.
    """
    known = articles.known(c, feed.id, [entry.guid for entry in entries])
    if feed.body_hash is None:
        return known
    here = {entry.guid for entry in entries}
    others = {entry.guid: other_name(entry) for entry in entries if entry.guid not in known}
    formerly = articles.known(c, feed.id, [name for name in others.values() if name not in here])
    for entry in entries:
        there = formerly.get(others.get(entry.guid, ""))
        if there is not None and (there.digest == digest_of(entry) or not is_marked(entry.guid)):
            articles.rename(c, there.id, entry.guid)
            known[entry.guid] = formerly.pop(others[entry.guid])
    return known
