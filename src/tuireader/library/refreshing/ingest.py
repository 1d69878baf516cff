"""Saving responses of feeds: parsed, compared, and saved with the polling state, several in one transaction."""

from __future__ import annotations

import hashlib
import logging
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from tuireader.errors import UNEXPECTED, FetchError, NotAFeedError, NotFoundError, TuireaderError, unreadable
from tuireader.feeds import parse
from tuireader.library import rules
from tuireader.library.jobs.batching import BatchJob, Result, Work, Write
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.politeness import polling
from tuireader.library.refreshing import page_lists
from tuireader.library.refreshing.match_entries import known_entries, plan
from tuireader.model.feed import Feed, PageList, Refreshed
from tuireader.model.fetched import Known, Page, ParsedFeed
from tuireader.store import feeds as store_feeds
from tuireader.store import save_articles, site_facts
from tuireader.urls.hosts import Reach, named_host
from tuireader.urls.typed_and_shown import shown_address

log = logging.getLogger("tuireader")
INDEXED_AT_ONCE = 8
"""New articles of a feed, about a day's, up to which they are indexed while saving; more are indexed later."""


@dataclass(frozen=True, slots=True)
class SavePage(BatchJob[Refreshed]):
    """Save a response of a feed; a body that is not a feed is a failure."""

    feed: Feed
    page: Page
    now: datetime

    @property
    def size(self) -> int:  # type: ignore[override]  # it need not be kept
        return len(self.page.content)

    def prepare(self, c: sqlite3.Connection) -> Write[Refreshed]:
        """Parse the body and compare it with the cache."""
        feed, page, now = self.feed, self.page, self.now
        current = _current(c, feed)
        if current is None:
            return lambda _: Refreshed(feed, "unchanged")
        is_decided_now = feed.reach is Reach.UNKNOWN and page.asked_reach is not Reach.UNKNOWN  # it was given anew
        if is_decided_now:
            current = replace(current, reach=Reach.UNKNOWN)
        if page.status == 304:
            return partial(_record, feed=polling.after_unchanged(current, page, now))
        if current.body_hash is not None and _hash(page) == current.body_hash:
            return partial(_record, feed=polling.after_parsed(current, page, current.body_hash, None, now))
        learned = site_facts.page_list_of(c, feed.id)
        if learned is not None:
            return self._prepare_page(c, current, learned)

        try:
            parsed = parse.parse_feed(page.content, page.url, page.content_type)
        except NotAFeedError as error:
            return partial(record_failure, feed=feed, error=error, now=now)
        return prepare_parsed(c, current, page, parsed, now)

    def _prepare_page(self, c: sqlite3.Connection, feed: Feed, learned: PageList) -> Write[Refreshed]:
        """Extract the entries of a followed page, and compare them with the cache; returns the write step."""
        page, now = self.page, self.now
        try:
            parsed, found = page_lists.read(c, feed.id, page, learned, now)
        except NotAFeedError as error:
            return _learning(
                partial(record_failure, feed=feed, error=error, now=now), feed, page_lists.noted(learned, now)
            )
        if found.followed == "page":  # what has changed is new, although its address is known
            ready = _compared(c, {}, parsed, now)
            save: Write[Refreshed] = partial(_save, feed=feed, ready=ready, page=page, parsed=parsed, now=now)
        else:
            save = prepare_parsed(c, feed, page, parsed, now)
        return _learning(save, feed, found)

    def conclude(self, c: sqlite3.Connection, results: list[Refreshed]) -> list[Refreshed]:
        return rules.apply_to_new(c, results, self.now)


def _learning(write: Write[Refreshed], feed: Feed, what: PageList) -> Write[Refreshed]:
    """A write step that also saves what was learned about a followed page, in the same transaction."""

    def both(c: sqlite3.Connection) -> Refreshed:
        site_facts.put_page_list(c, feed.id, what)
        return write(c)

    return both


def prepare_parsed(
    c: sqlite3.Connection, feed: Feed, page: Page, parsed: ParsedFeed, now: datetime
) -> Write[Refreshed]:
    """Compare a parsed body with the cache; returns the write step."""
    known = known_entries(c, feed, parsed.entries)
    if not parsed.whole and parsed.entries and parsed.entries[-1].guid in known:
        parsed = replace(parsed, entries=parsed.entries[:-1])  # half of what is here whole
    return partial(_save, feed=feed, ready=_compared(c, known, parsed, now), page=page, parsed=parsed, now=now)


def prepare_new(
    c: sqlite3.Connection, page: Page, parsed: ParsedFeed, now: datetime
) -> Callable[[sqlite3.Connection, Feed], Refreshed]:
    """Compress the content of a feed that is not subscribed to yet; returns the function that saves it."""
    return partial(_save, ready=_compared(c, {}, parsed, now), page=page, parsed=parsed, now=now)


def _compared(
    c: sqlite3.Connection, known: Mapping[str, Known], parsed: ParsedFeed, now: datetime
) -> save_articles.Prepacked:
    what = plan(known, parsed)
    is_asked = bool(what.new) and rules.look_at_words(c, now)
    return save_articles.Prepacked(what, index_later=len(what.new) > INDEXED_AT_ONCE, with_words=is_asked)


def _save(
    c: sqlite3.Connection, feed: Feed, *, ready: save_articles.Prepacked, page: Page, parsed: ParsedFeed, now: datetime
) -> Refreshed:
    """Save what arrived; an incomplete body is a failure, but its entries are saved."""
    saved = ready.write(c, feed.id, now)
    if not parsed.whole:
        error = FetchError(f"The feed from {named_host(page.url)} was cut off; the articles received were kept")
        after = polling.after_failure(feed, error, now)
        store_feeds.record(c, after)
        return Refreshed(after, "failed", saved, parsed.skipped, str(error))
    store_feeds.record(c, polling.after_parsed(feed, page, _hash(page), parsed, now))
    if parsed.language != store_feeds.options(c, feed.id).get(store_feeds.LANGUAGE, ""):
        store_feeds.set_option(c, feed.id, store_feeds.LANGUAGE, parsed.language or None)
    after = _current(c, feed) or feed
    return Refreshed(after, "updated" if saved.new or saved.changed else "unchanged", saved, parsed.skipped)


def record_failure(c: sqlite3.Connection, feed: Feed, error: TuireaderError, now: datetime) -> Refreshed:
    """Record a failed request; after a 429, all feeds of the host are paused."""
    current = _current(c, feed)
    if current is None:
        return Refreshed(feed, "failed", error=str(error))
    after = polling.after_failure(current, error, now)
    store_feeds.record(c, after)
    if after.not_before is not None and after.not_before > now:
        polling.hold(c, feed.url, error, after.not_before, now)
    return Refreshed(after, "gone" if after.gone else "failed", error=after.error)


def take_skipped(c: sqlite3.Connection, feed: Feed, reason: str, now: datetime) -> Refreshed:
    """Record why a feed was skipped."""
    current = _current(c, feed)
    if current is None:
        return Refreshed(feed, "failed", error=reason)
    after = polling.after_skipped(current, reason, now)
    store_feeds.record(c, after)
    return Refreshed(after, "failed", error=reason)


def _hash(page: Page) -> bytes:
    return hashlib.sha256(page.content).digest()


def _current(c: sqlite3.Connection, feed: Feed) -> Feed | None:
    """Re-read the feed, which may have changed or gone during the request."""
    try:
        return store_feeds.get(c, feed.id)
    except NotFoundError:
        return None


def _record(c: sqlite3.Connection, feed: Feed) -> Refreshed:
    store_feeds.record(c, feed)
    return Refreshed(_current(c, feed) or feed, "unchanged")


LARGE = 2_000_000
"""Bytes from which a body is parsed in a process of its own."""
TAGS = 100_000
"""Number of tags (escaped ones included) or JSON objects above which a body is parsed in a process of its own."""
LOCK_TIMEOUT = 60.0
"""CPU seconds for parsing and saving a body in a process of its own; fifty thousand entries take ten."""


def looks_heavy(content: bytes) -> bool:
    return len(content) > LARGE or sum(map(content.count, (b"<", b"&lt;", b"{"))) > TAGS


async def take(cache: Cache, work: Work[Result], page: Page, *, is_heavy: bool = False) -> Result:
    """Run a job that saves `page`, in a process of its own if it may take long.

    Raises FetchError if it takes too long or too much memory, or fails. `is_heavy`: it may take long although it is
    small.
    """
    seconds = LOCK_TIMEOUT if is_heavy or looks_heavy(page.content) else None
    return await read(cache, work, page, seconds, "feed")


async def read(
    cache: Cache, work: Work[Result], page: Page, seconds: float | None, what: str, *, first: bool = True
) -> Result:
    """Run a job on a page, in a process of its own with a limit of CPU time if `seconds` is given.

    Raises FetchError for a timeout or an unexpected error, which is logged. `what` completes the message, such as
    "feed". `first` jobs overtake others.
    """
    host = named_host(page.url)
    try:
        return await (cache.take(work) if seconds is None else cache.take_apart(work, seconds, first=first))
    except TimeoutError:
        raise FetchError(f"The {what} at {host} is too complex to process") from None
    except (*UNEXPECTED, RuntimeError) as error:  # the latter for one of another process
        log.exception("%s cannot be read", shown_address(page.url))
        raise unreadable(host) from error
