"""subscribe: from an address as people type it to a feed with its articles."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from functools import partial

from tuireader import web
from tuireader.errors import FetchError, NoFeedFoundError, NotAFeedError
from tuireader.library.jobs.cache import Cache
from tuireader.library.politeness import retry_after
from tuireader.library.refreshing.refresh import refresh
from tuireader.library.subscribing import lookup, take_in
from tuireader.library.subscribing.discovery import Candidates, candidates
from tuireader.model.clock import Clock
from tuireader.model.feed import Feed, Refreshed
from tuireader.model.fetched import FeedLink, Page
from tuireader.store import feeds as store_feeds
from tuireader.urls.credentials import with_credentials_of
from tuireader.urls.hosts import host_of
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
    cache: Cache, client: web.Client, address: str | Candidates, *, clock: Clock, choose: int | None = None
) -> Subscribed:
    """Subscribe to what is at an address as typed, or at the candidates found there, and fetch its articles.

    `choose` is the index of one of the candidates; without it the best that turns out to be a feed is taken. Where
    there is a subscription already, it is asked for conditionally, and nothing else is fetched that is not needed.
    Raises AddressError, FetchError or NoFeedFoundError.
    """
    steps = _Subscription(cache, client, clock)
    found = address
    if isinstance(found, str):
        there = await steps.there_already(found) if choose is None else None
        if there is not None:
            return there
        found = await steps.look(found)
    return await steps.take(found, choose)


async def find(cache: Cache, client: web.Client, address: str, *, clock: Clock) -> Candidates | Subscribed:
    """The feeds at an address as typed, to choose from; where it is subscribed to, what came of asking again.

    Raises AddressError, FetchError or NoFeedFoundError.
    """
    steps = _Subscription(cache, client, clock)
    return await steps.there_already(address) or await steps.look(address)


class _Subscription:
    """What the steps of one subscription share."""

    def __init__(self, cache: Cache, client: web.Client, clock: Clock) -> None:
        self._cache = cache
        self._client = client
        self._clock = clock

    async def there_already(self, address: str) -> Subscribed | None:
        """What came of asking again for the feed that an address means; None where there is none."""
        tries = addresses_to_try(address)
        there = await self._cache.read(partial(lookup.subscription_at, addresses=tries))
        return None if there is None else await self.again(*there, typed=tries[0])

    async def look(self, address: str) -> Candidates:
        """Look for feeds at an address, unless its host asked to be left alone."""
        async with self._heeding(*addresses_to_try(address)):
            return await candidates(self._client, address, clock=self._clock)

    def _heeding(self, *urls: str) -> AbstractAsyncContextManager[None]:
        return retry_after.respecting_retry_after(self._cache, *urls, clock=self._clock)

    async def again(
        self, feed: Feed, article_id: int | None, others: Sequence[FeedLink] = (), *, typed: str
    ) -> Subscribed:
        """Ask for a feed that is subscribed to already, as a forced refresh would, now that `typed` was given."""
        if feed.gone:  # the user wants it again: it may be back
            feed = replace(feed, gone=False)
            await self._cache.write(partial(store_feeds.record, feed=feed))
        given = host_of(typed) == host_of(feed.url)
        events = refresh(self._cache, self._client, [feed], clock=self._clock, force=True, given=given)
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
        there = await self._cache.read(partial(lookup.subscription_to, url=link.url))
        if there is None:
            page = await self._feed_page(found, link)
            add = partial(take_in.add_feed, found=found, link=link, page=page, now=self._clock())
            refreshed, article_id = await self._cache.take(add)
            return Subscribed(refreshed.feed, refreshed, article_id, tuple(others))
        done = await self.again(there, None, others, typed=found.address)
        meant = partial(take_in.article_meant, found=found, feed=done.feed, parsed=None, now=self._clock())
        return replace(done, article_id=await self._cache.take(meant))

    async def _feed_page(self, found: Candidates, link: FeedLink) -> Page:
        if found.fetched is not None and link is found.feeds[0]:
            return found.fetched
        url = with_credentials_of(link.url, found.address)
        async with self._heeding(url):
            return await web.get(self._client, url, permission=found.permission(url), clock=self._clock)
