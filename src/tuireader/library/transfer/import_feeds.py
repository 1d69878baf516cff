"""import_feeds: follow all feeds of a list that another program has written; they are fetched as what is due is."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from tuireader.errors import AddressError, NotAFeedListError
from tuireader.feeds.opml import LIMIT, Outline, read_opml
from tuireader.feeds.url_list import ListedAddress, read_url_list
from tuireader.store import feeds, folders
from tuireader.urls.identity import place
from tuireader.urls.shown import shown_address
from tuireader.urls.typed import addresses_to_try

_BLANK = b"\xef\xbb\xbf \t\r\n"


@dataclass(frozen=True, slots=True)
class ImportedFeed:
    """What came of one feed of a list."""

    outline: Outline
    status: Literal["added", "known", "failed", "unsupported"]
    feed_id: int | None
    error: str | None = None
    line: int | None = None
    """Where it stands, in a list of lines."""


def is_path(text: str) -> bool:
    """Whether what was typed for an address is rather the name of a file on this machine."""
    if text.startswith("//") or "://" in text:
        return False
    return text.startswith(("/", "~", "./", "../")) or text.lower().endswith(".opml")


def read_file(path: str) -> bytes:
    """The content of a list at a path as typed; raises NotAFeedListError where it cannot be read."""
    shown = shown_address(path)
    try:
        file = Path(path).expanduser()
        if not file.is_file():
            raise NotAFeedListError(f"There is no file {shown}")
        with file.open("rb") as opened:
            return opened.read(LIMIT + 1)
    except RuntimeError as error:  # of ~name: there is nobody of this name
        raise NotAFeedListError(f"There is no file {shown}") from error
    except OSError as error:
        raise NotAFeedListError(f"{shown} cannot be read: {error.strerror or error}") from error


def import_feeds(c: sqlite3.Connection, content: bytes, now: datetime) -> list[ImportedFeed]:
    """Follow the feeds of a list that are not followed yet; raises NotAFeedListError where it names none.

    Each is in as soon as it is written: where the program is killed, the next import brings the rest.
    """
    there = {place(url): id_ for id_, url, _ in feeds.addresses(c)}
    if content.lstrip(_BLANK).startswith(b"<"):
        return [_follow(c, outline, there, now) for outline in read_opml(content)]
    if len(content) > LIMIT:
        raise NotAFeedListError(f"This list is larger than {LIMIT // 1_000_000} MB")
    lines = read_url_list(content.decode("utf-8-sig", "replace"))
    if not any(_is_address(each.url) for each in lines):
        raise NotAFeedListError(
            "There are no feeds in this file; a list of feeds is OPML, as other readers export it, newsboat's urls, or"
            " an address on each line"
        )
    return [_follow_line(c, each, there, now) for each in lines]


def _is_address(text: str) -> bool:
    return "." in text or "://" in text


def _follow_line(c: sqlite3.Connection, listed: ListedAddress, there: dict[str, int], now: datetime) -> ImportedFeed:
    """Follow what a line names, in the folder of its first tag."""
    outline = Outline(listed.url, listed.title, listed.tags[0] if listed.tags else "")
    if listed.unsupported:
        return ImportedFeed(outline, "unsupported", None, listed.unsupported, listed.line)
    return replace(_follow(c, outline, there, now), line=listed.line)


def _follow(c: sqlite3.Connection, outline: Outline, there: dict[str, int], now: datetime) -> ImportedFeed:
    """Follow one feed, unless it is among those that are `there`, by the places of their addresses."""
    try:
        url = addresses_to_try(outline.url)[0]
    except AddressError as error:
        return ImportedFeed(outline, "failed", None, str(error))
    where = place(url)
    if where in there:
        return ImportedFeed(outline, "known", there[where])
    feed = feeds.add(c, url, title=outline.title, site="", now=now)
    if outline.title:  # what the user calls it, whatever it calls itself
        feeds.rename(c, feed.id, outline.title)
    if outline.folder:
        folders.put(c, feed.id, folders.add(c, outline.folder).id)
    there[where] = feed.id
    return ImportedFeed(outline, "added", feed.id)
