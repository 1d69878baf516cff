"""Subscribing to the feed at a typed address."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, aclosing, suppress
from dataclasses import dataclass, replace
from functools import partial

from tuireader.async_tools import as_done
from tuireader.errors import AddressError, FetchError, NoFeedFoundError, NotAFeedError, TuireaderError
from tuireader.library.jobs import batching
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.politeness.queue import DEADLINE, Lanes, PoliteQueue
from tuireader.library.reading.full_text import read_page
from tuireader.library.refreshing import ingest
from tuireader.library.refreshing.refresh import FEEDS_AT_ONCE, refresh
from tuireader.library.refreshing.upkeep import index_few
from tuireader.library.subscribing import subscription
from tuireader.library.subscribing.discovery import GUESS_TIMEOUT, Candidates, candidates
from tuireader.library.subscribing.subscription import take_back
from tuireader.model.article import Clock
from tuireader.model.feed import Feed, Refreshed
from tuireader.model.fetched import FeedLink, Page
from tuireader.store import feeds as store_feeds
from tuireader.store import site_facts
from tuireader.store.connection import Connection
from tuireader.urls.hosts import Reach, host_of, named_host, permission_for
from tuireader.urls.identity import place
from tuireader.urls.typed_and_shown import (
    addresses_to_try,
    kept_user,
    shown_address,
    split_credentials,
    with_credentials_of,
)

_NOT_THERE = frozenset({403, 404, 410})
"""Status codes of an unavailable feed, after which its page may be followed instead."""
_LINKED_FEEDS_MAX = 8
"""Maximum number of linked feeds tried."""

__all__ = ["Candidates", "Subscribed", "candidates", "find", "subscribe", "subscribe_all"]


@dataclass(frozen=True, slots=True)
class Subscribed:
    """The result of subscribing."""

    feed: Feed
    refreshed: Refreshed
    article_id: int | None
    """The id of the article, if the address was that of one."""
    others: tuple[FeedLink, ...]
    """Other feeds that the site links."""


async def subscribe(
    cache: Cache, queue: PoliteQueue, address: str | Candidates, *, clock: Clock, choose: int | None = None
) -> Subscribed:
    """Subscribe to the feed at a typed address or among candidates, and fetch its articles.

    `choose` is the index of a candidate; None: the first that turns out to be a feed. An existing subscription is
    refreshed instead. Raises AddressError, FetchError or NoFeedFoundError.
    """
    return await _Subscription(cache, queue, clock).subscribe(address, choose)


async def find(cache: Cache, queue: PoliteQueue, address: str, *, clock: Clock) -> Candidates | Subscribed:
    """The feeds at a typed address, to choose from; or the result of a refresh if it is subscribed already.

    Raises AddressError, FetchError or NoFeedFoundError.
    """
    return await _Subscription(cache, queue, clock).found(address)


async def subscribe_all(
    cache: Cache, queue: PoliteQueue, addresses: Sequence[str], *, clock: Clock
) -> AsyncGenerator[tuple[str, Subscribed | TuireaderError], None]:
    """Subscribe to many addresses concurrently; yields each result as it comes.

    A feed that several addresses lead to is added once.
    """
    steps = _Subscription(cache, queue, clock)
    lanes, room = Lanes(), asyncio.Semaphore(FEEDS_AT_ONCE)
    there = await cache.read(partial(_known, addresses=addresses))

    async def take(address: str) -> tuple[str, Subscribed | TuireaderError]:
        try:
            # Those of one host wait for each other first: a host that hangs must not take all the room. The next of
            # them may begin once the feed is here, while it is taken in.
            async with AsyncExitStack() as lane:
                await lane.enter_async_context(lanes.of(addresses_to_try(address)[0], first=False))
                async with room:
                    return address, await steps.subscribe(
                        address, None, is_new=address not in there, fetched=lane.aclose
                    )
        except TuireaderError as error:
            return address, error

    async with (
        cache.pool(prepare=batching.TO_ADD, expected=len(addresses)),
        aclosing(as_done(take(address) for address in addresses)) as events,
    ):
        async for event in events:
            yield event
        await index_few(cache)


class _Subscription:
    """The steps of subscribing; concurrent subscriptions share the locks."""

    def __init__(self, cache: Cache, queue: PoliteQueue, clock: Clock) -> None:
        self._cache = cache
        self._queue = queue
        self._clock = clock
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        """A lock per feed address, so that each is fetched once."""

    async def subscribe(
        self,
        address: str | Candidates,
        choose: int | None,
        *,
        is_new: bool = False,
        fetched: Callable[[], Awaitable[None]] | None = None,
    ) -> Subscribed:
        """Subscribe to the feed at an address, or to one of the candidates.

        `is_new` skips the search for an existing subscription. `fetched` is called when the feed has arrived, before
        it is saved.
        """
        if not isinstance(address, str):
            return await self.take(address, choose, fetched)
        found = await self.found(address, is_new=choose is not None or is_new)
        return found if isinstance(found, Subscribed) else await self.take(found, choose, fetched)

    async def found(self, address: str, *, is_new: bool = False) -> Candidates | Subscribed:
        """Refresh the existing subscription to an address, or find the feeds there; `is_new`: there is none."""
        there = None if is_new else await self.refresh_existing(address)
        if there is not None:
            return there
        try:
            return await self.look(address)
        except FetchError as error:
            there = await self.refresh_existing(address, is_claimed=True) if error.status is None else None
            if there is None:
                raise
            return there

    async def refresh_existing(self, address: str, *, is_claimed: bool = False) -> Subscribed | None:
        """Refresh an existing subscription to an address; None if there is none. See `subscription_at`.

        Raises NoFeedFoundError if the list of a followed page is no longer found.
        """
        tries = addresses_to_try(address)
        find = partial(subscription.subscription_at, addresses=tries, is_claimed=is_claimed)
        there = await self._cache.read(find)
        if there is None:
            return None
        done = await self.again(*there, typed=tries[0])
        if (
            done.refreshed.error
            and not done.refreshed.offline
            and there[0].id in await self._cache.read(site_facts.page_list_feeds)
        ):
            # Its list is not found any more: whoever gives its address again may find another one there.
            feed = done.refreshed.feed
            reach = Reach.UNKNOWN if host_of(tries[0]) == host_of(feed.url) else feed.reach
            permission = permission_for(feed.url, feed.url, reach)
            raise NoFeedFoundError(done.refreshed.error, await self._queue.get(feed.url, permission=permission))
        return done

    async def look(self, address: str) -> Candidates:
        return await candidates(self._queue, address)

    async def again(
        self, feed: Feed, article_id: int | None, others: Sequence[FeedLink] = (), *, typed: str
    ) -> Subscribed:
        """Refresh an existing subscription after its address was typed again."""
        if feed.is_of_account and not feed.is_followed_for_us:  # its server does not ask for it any more
            feed = await self._cache.write(partial(take_back, feed=feed))
        is_left = feed.id in await self._cache.read(store_feeds.leaving)
        # It may be back where it was gone, and a password that is typed is the one to use from now on.
        url = feed.url if feed.is_of_account else _with_password(feed, typed, is_left=is_left)
        await self._cache.write(partial(store_feeds.stay, feed_id=feed.id))
        if feed.is_of_account:  # its server asks for it
            return Subscribed(feed, Refreshed(feed, "unchanged"), article_id, tuple(others))
        if feed.gone or url != feed.url:
            feed = replace(feed, gone=False, url=url)
            await self._cache.write(partial(store_feeds.record, feed=feed))
        given = host_of(typed) == host_of(feed.url)
        events = refresh(self._cache, self._queue, [feed], clock=self._clock, force=True, given=given)
        (event,) = [event async for event in events]
        return Subscribed(event.feed, event, article_id, tuple(others))

    async def take(
        self, found: Candidates, choose: int | None, fetched: Callable[[], Awaitable[None]] | None = None
    ) -> Subscribed:
        """Subscribe to the chosen candidate, or to the first that is a feed."""
        failures: list[FetchError | NotAFeedError] = []
        for link in found.feeds[:_LINKED_FEEDS_MAX] if choose is None else (found.feeds[choose],):
            others = [other for other in found.feeds if other is not link]
            deadline = GUESS_TIMEOUT if failures else DEADLINE
            try:
                async with self._locks[place(link.url)]:
                    return await self._take_one(found, link, others, deadline, fetched)
            except (FetchError, NotAFeedError) as error:
                failures.append(error)
        why, page = failures[0], None if found.page is found.fetched else found.page
        if isinstance(why, NotAFeedError):
            raise NoFeedFoundError(f"The feed linked from {named_host(found.page.url)} is not valid: {why}", page)
        if choose is None and page is not None and why.status in _NOT_THERE:  # the page itself may be followed
            raise NoFeedFoundError(f"{why} (feed: {shown_address(found.feeds[0].url)})", page)
        raise why

    async def _take_one(
        self,
        found: Candidates,
        link: FeedLink,
        others: Sequence[FeedLink],
        deadline: float,
        fetched: Callable[[], Awaitable[None]] | None,
    ) -> Subscribed:
        find = partial(subscription.subscription_to, url=link.url)
        is_fetched = found.page is found.fetched  # what is there already is seen soon enough when it is added
        there = None if is_fetched else await self._cache.read(find)
        if there is None:
            page = await self._feed_page(found, link, deadline)
            if fetched is not None:
                await fetched()
            added = await ingest.take(self._cache, subscription.SaveNewFeed(found, link, page, self._clock()), page)
            if isinstance(added, Refreshed):
                article_id = await self._article_meant(found, added.feed, page)
                return Subscribed(added.feed, added, article_id, tuple(others))
            there = added
        done = await self.again(there, None, others, typed=found.address)
        return replace(done, article_id=await self._article_meant(found, done.feed, None))

    async def _article_meant(self, found: Candidates, feed: Feed, feed_page: Page | None) -> int | None:
        """The article whose page was given; None if there is none, or if that takes too long."""
        if not subscription.may_mean_article(found):
            return None
        meant = partial(subscription.article_meant, found=found, feed=feed, feed_page=feed_page, now=self._clock())
        with suppress(FetchError):  # the feed is here all the same
            return await read_page(self._cache, meant, found.page)
        return None

    async def _feed_page(self, found: Candidates, link: FeedLink, deadline: float) -> Page:
        if found.fetched is not None and link is found.feeds[0]:
            return found.fetched
        url = with_credentials_of(link.url, found.address)
        return await self._queue.get(url, permission=found.permission(url), deadline=deadline)


def _known(c: Connection, addresses: Sequence[str]) -> set[str]:
    return {address for address in addresses if subscription.find_subscription(c, address) is not None}


def _with_password(feed: Feed, typed: str, *, is_left: bool) -> str:
    """The address of a feed with the typed credentials; raises AddressError for another user.

    `is_left`: the user unsubscribed from it, so that it may be of another user now.
    """
    if (name := kept_user(feed.url, typed)) and not is_left:
        raise AddressError(f"Already subscribed to {feed.name} as “{name}”. To change this, unsubscribe first.")
    return with_credentials_of(split_credentials(feed.url)[0], typed) if split_credentials(typed)[1] else feed.url
