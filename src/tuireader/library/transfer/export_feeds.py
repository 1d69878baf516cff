"""export_feeds: the list of feeds as other programs read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tuireader.feeds.opml import Outline, write_opml
from tuireader.store import feeds, folders
from tuireader.urls.shown import without_credentials

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime


class ExportedFeeds(NamedTuple):
    """A list of feeds as a file."""

    content: bytes
    feeds: int
    """How many it has."""
    without_password: int
    """Of how many the name and password were left out, which stand in their addresses here."""


def export_feeds(c: sqlite3.Connection, now: datetime, *, folder_id: int | None = None) -> ExportedFeeds:
    """All feeds, or those of a folder, with their folders and the names that the user gave them, by folder and name."""
    names = {folder.id: folder.name for folder in folders.every(c)}
    some = [
        (feed, Outline(without_credentials(feed.url), feed.name, names.get(feed.folder_id or 0, ""), feed.site))
        for feed in feeds.every(c)
        if not feed.holds_pages and folder_id in (None, feed.folder_id)
    ]
    by_url: dict[str, Outline] = {}
    for _, outline in some:  # what two accounts follow is there once
        by_url.setdefault(outline.url, outline)
    outlines = sorted(by_url.values(), key=lambda outline: outline.folder.casefold())
    left_out = sum(feed.url != outline.url for feed, outline in some)
    return ExportedFeeds(write_opml("Subscriptions", outlines, now), len(outlines), left_out)
