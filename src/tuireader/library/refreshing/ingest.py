"""Taking in what came back for a feed: parsed, compared, saved with the feed's own state in one transaction."""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import replace
from datetime import datetime

from tuireader.errors import FetchError, NotAFeedError, NotFoundError, TuireaderError
from tuireader.library.politeness import polling, retry_after
from tuireader.model.feed import Feed, Refreshed, RefreshStatus
from tuireader.model.fetched import Page, ParsedFeed
from tuireader.store import articles
from tuireader.store import feeds as store_feeds
from tuireader.urls.hosts import named_host
from tuireader.urls.reach import Reach

NEEDED = (
    "tuireader.feeds.parse",
    "tuireader.library.refreshing.compare",
    "tuireader.library.refreshing.match_entries",
    __name__,
)
"""What taking in a feed loads, the first time that there is something in it: most refreshes bring nothing."""


def take_page(c: sqlite3.Connection, feed: Feed, page: Page, now: datetime) -> Refreshed:
    """Take in an answer for `feed`; a body that is not a feed is a failure."""
    current = _current(c, feed)
    if current is None:
        return Refreshed(feed, "unchanged")
    is_decided_now = feed.reach is Reach.UNKNOWN and page.asked_reach is not Reach.UNKNOWN  # it was given anew
    if is_decided_now:
        current = replace(current, reach=Reach.UNKNOWN)
    if page.status == 304:
        return _unchanged(c, polling.after_unchanged(current, page, now))
    if current.body_hash is not None and _hash(page) == current.body_hash:
        return _unchanged(c, polling.after_parsed(current, page, current.body_hash, None, now))
    from tuireader.feeds.parse import parse_feed

    try:
        parsed = parse_feed(page.content, page.url, page.content_type)
    except NotAFeedError as error:
        return take_failure(c, feed, error, now)
    return take_parsed(c, current, page, parsed, now)


def take_parsed(c: sqlite3.Connection, feed: Feed, page: Page, parsed: ParsedFeed, now: datetime) -> Refreshed:
    """Save what a body that was parsed brings; one that broke off is a failure, of which nothing that came is lost."""
    from tuireader.library.refreshing.compare import plan
    from tuireader.library.refreshing.match_entries import known_entries

    known = known_entries(c, feed, parsed.entries)
    if not parsed.whole and parsed.entries and parsed.entries[-1].guid in known:
        parsed = replace(parsed, entries=parsed.entries[:-1])  # half of what is here whole
    what = plan(known, parsed)
    if not parsed.whole:
        error = FetchError(f"{named_host(page.url)} broke off before the end of the feed; what came was kept")
        after = polling.after_failure(feed, error, now)
        saved = articles.save(c, after, what, now)
        return Refreshed(after, "failed", saved, parsed.skipped, str(error))
    saved = articles.save(c, polling.after_parsed(feed, page, _hash(page), parsed, now), what, now)
    if parsed.language != store_feeds.options(c, feed.id).get(store_feeds.LANGUAGE, ""):
        store_feeds.set_option(c, feed.id, store_feeds.LANGUAGE, parsed.language or None)
    after = store_feeds.get(c, feed.id)
    status: RefreshStatus = "updated" if saved.new or saved.changed else "unchanged"
    return Refreshed(after, status, saved, parsed.skipped)


def take_failure(c: sqlite3.Connection, feed: Feed, error: TuireaderError, now: datetime) -> Refreshed:
    """Note a failure; one that means the whole host holds back its other feeds too."""
    current = _current(c, feed)
    if current is None:
        return Refreshed(feed, "failed", error=str(error))
    after = polling.after_failure(current, error, now)
    store_feeds.record(c, after)
    if polling.holds_host(error) and after.not_before is not None:
        retry_after.hold_hosts(c, feed.url, error, after.not_before, now)
    return Refreshed(after, "gone" if after.gone else "failed", error=after.error)


def take_skipped(c: sqlite3.Connection, feed: Feed, reason: str, now: datetime) -> Refreshed:
    """Note why a feed was not asked for."""
    current = _current(c, feed)
    if current is None:
        return Refreshed(feed, "failed", error=reason)
    after = polling.after_skipped(current, reason, now)
    store_feeds.record(c, after)
    return Refreshed(after, "failed", error=reason)


def _hash(page: Page) -> bytes:
    return hashlib.sha256(page.content).digest()


def _current(c: sqlite3.Connection, feed: Feed) -> Feed | None:
    """The feed as it is now: it may have been changed or removed while the request was under way."""
    try:
        return store_feeds.get(c, feed.id)
    except NotFoundError:
        return None


def _unchanged(c: sqlite3.Connection, feed: Feed) -> Refreshed:
    store_feeds.record(c, feed)
    return Refreshed(store_feeds.get(c, feed.id), "unchanged")
