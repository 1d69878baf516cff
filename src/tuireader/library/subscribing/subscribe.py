"""subscribe: from an address as people type it to a feed with its articles."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from tuireader import web
from tuireader.errors import FetchError, NoFeedFoundError, NotAFeedError
from tuireader.feeds.parse import parse_feed
from tuireader.library.jobs.thread import JobThread
from tuireader.library.politeness import polling, retry_after
from tuireader.library.reading import full_text
from tuireader.library.refreshing import ingest
from tuireader.library.refreshing.refresh import refresh
from tuireader.library.subscribing import lookup, typed_page
from tuireader.library.subscribing.discovery import Candidates, candidates
from tuireader.model.clock import Clock
from tuireader.model.feed import Feed, Refreshed
from tuireader.model.fetched import FeedLink, Page, ParsedFeed, Plan
from tuireader.store import articles
from tuireader.store import feeds as store_feeds
from tuireader.urls.credentials import with_credentials_of
from tuireader.urls.hosts import host_of
from tuireader.urls.identity import is_front_page, same_place
from tuireader.urls.typed import addresses_to_try

__all__ = ["Candidates", "Subscribed", "candidates", "find", "subscribe"]


@dataclass(frozen=True, slots=True)
class Subscribed:
    """What came of an address."""

    feed: Feed
    refreshed: Refreshed
    article_id: int | None
    """The article whose address was given, if it was one."""
    others: tuple[FeedLink, ...]
    """Other feeds that the site names."""


async def subscribe(
    path: Path, client: web.Client, address: str | Candidates, *, clock: Clock, choose: int | None = None
) -> Subscribed:
    """Subscribe to what is at an address as typed, or at the candidates found there, and fetch its articles.

    `choose` is the index of one of the candidates; without it the best that turns out to be a feed is taken. Where
    there is a subscription already, it is asked for conditionally, and nothing else is fetched that is not needed.
    Raises AddressError, FetchError or NoFeedFoundError.
    """
    async with JobThread(path) as worker:
        errand = _Subscription(path, client, worker, clock)
        found = address
        if isinstance(found, str):
            there = await errand.there_already(found) if choose is None else None
            if there is not None:
                return there
            found = await errand.look(found)
        return await errand.take(found, choose)


async def find(path: Path, client: web.Client, address: str, *, clock: Clock) -> Candidates | Subscribed:
    """The feeds at an address as typed, to choose from; where it is subscribed to, what came of asking again.

    Raises AddressError, FetchError or NoFeedFoundError.
    """
    async with JobThread(path) as worker:
        errand = _Subscription(path, client, worker, clock)
        return await errand.there_already(address) or await errand.look(address)


class _Subscription:
    """What the steps of one subscription share."""

    def __init__(self, path: Path, client: web.Client, worker: JobThread, clock: Clock) -> None:
        self._path = path
        self._client = client
        self._worker = worker
        self._clock = clock

    async def there_already(self, address: str) -> Subscribed | None:
        """What came of asking again for the feed that an address means; None where there is none."""
        tries = addresses_to_try(address)
        there = await self._worker.do(partial(lookup.subscription_at, addresses=tries))
        return None if there is None else await self.again(*there, typed=tries[0])

    async def look(self, address: str) -> Candidates:
        """Look for feeds at an address, unless its host asked to be left alone."""
        async with self._heeding(*addresses_to_try(address)):
            return await candidates(self._client, address, clock=self._clock)

    def _heeding(self, *urls: str) -> AbstractAsyncContextManager[None]:
        return retry_after.respecting_retry_after(self._worker.do, *urls, clock=self._clock)

    async def again(
        self, feed: Feed, article_id: int | None, others: Sequence[FeedLink] = (), *, typed: str
    ) -> Subscribed:
        """Ask for a feed that is subscribed to already, as a forced refresh would, now that `typed` was given."""
        if feed.gone:  # the user wants it again: it may be back
            feed = replace(feed, gone=False)
            await self._worker.do(partial(store_feeds.record, feed=feed))
        given = host_of(typed) == host_of(feed.url)
        events = refresh(self._path, self._client, [feed], clock=self._clock, force=True, given=given)
        (event,) = [event async for event in events]
        return Subscribed(event.feed, event, article_id, tuple(others))

    async def take(self, found: Candidates, choose: int | None) -> Subscribed:
        """Subscribe to the chosen candidate, or to the first that is a feed."""
        failures: list[FetchError | NotAFeedError] = []
        for link in found.feeds if choose is None else (found.feeds[choose],):
            others = [other for other in found.feeds if other is not link]
            try:
                return await self._take_one(found, link, others)
            except (FetchError, NotAFeedError) as error:
                failures.append(error)
        if isinstance(failures[0], FetchError):
            raise failures[0]
        raise NoFeedFoundError(f"{host_of(found.page.url)} names a feed, but it is none: {failures[0]}")

    async def _take_one(self, found: Candidates, link: FeedLink, others: Sequence[FeedLink]) -> Subscribed:
        there = await self._worker.do(partial(lookup.subscription_to, url=link.url))
        parsed: ParsedFeed | None = None
        if there is not None:
            done = await self.again(there, None, others, typed=found.address)
        else:
            page = await self._feed_page(found, link)
            parsed = await self._worker.do(lambda _: parse_feed(page.content, page.url, page.content_type))
            url = with_credentials_of(_kept_address(link.url, page), found.address)
            site = found.page.url if found.page is not page and is_front_page(found.page.url) else parsed.site
            private = polling.private_at(url, link.url, page)
            added = partial(_add, url=url, site=site, private=private, page=page, parsed=parsed, now=self._clock())
            refreshed = await self._worker.do(added)
            done = Subscribed(refreshed.feed, refreshed, None, tuple(others))
        if found.page is found.fetched or is_front_page(found.page.url):
            return done
        article = partial(_article, found=found, feed=done.feed, parsed=parsed, now=self._clock())
        return replace(done, article_id=await self._worker.do(article))

    async def _feed_page(self, found: Candidates, link: FeedLink) -> Page:
        if found.fetched is not None and link is found.feeds[0]:
            return found.fetched
        url = with_credentials_of(link.url, found.address)
        async with self._heeding(url):
            return await web.get(self._client, url, private_ok=found.private_ok(url), clock=self._clock)


def _kept_address(asked: str, page: Page) -> str:
    """The address to keep for a feed: where it moved for good, else what was asked for, as it is written properly."""
    return page.moved_to or (page.url if same_place(asked, page.url) else asked)


def _add(
    c: sqlite3.Connection,
    *,
    url: str,
    site: str,
    private: bool | None,
    page: Page,
    parsed: ParsedFeed,
    now: datetime,
) -> Refreshed:
    feed = store_feeds.add(c, url, title=parsed.title, site=site, now=now, private=private)
    return ingest.take_parsed(c, feed, replace(page, moved_to=None), parsed, now)


def _article(
    c: sqlite3.Connection, found: Candidates, feed: Feed, parsed: ParsedFeed | None, now: datetime
) -> int | None:
    """The article whose page was given: as the feed brought it, else as it stands on the page; None if it is none.

    What the feed has only the beginning of is taken from the page, which is here.
    """
    there = lookup.article_at(c, feed, (found.address, found.page.url), parsed)
    if there is not None:
        if not articles.get(c, there).offline:
            with suppress(FetchError):
                full_text.keep_full_text(c, there, found.page)
        return there
    prepared = typed_page.article_of(found.page, feed.site, parsed)
    if prepared is None:
        return None
    articles.save(c, store_feeds.get(c, feed.id), Plan(new=(prepared,)), now)
    guid = prepared.entry.guid
    return articles.known(c, feed.id, [guid])[guid].id
