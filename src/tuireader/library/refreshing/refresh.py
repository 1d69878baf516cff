"""Refresh: fetching many feeds at once, politely, and saving what is new."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import replace
from functools import partial

from tuireader.async_tools import as_done
from tuireader.errors import FetchError, FetchFailure, NotAskedError, StoreError
from tuireader.feeds import sitemap
from tuireader.library.jobs import batching
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.politeness import polling
from tuireader.library.politeness.queue import DEADLINE, Follows, LeadsElsewhereError, PoliteQueue, UnresponsiveHosts
from tuireader.library.politeness.robots import RobotRules, through_sites
from tuireader.library.refreshing import ingest
from tuireader.library.refreshing.upkeep import index_few
from tuireader.model.article import Clock
from tuireader.model.feed import Feed, Refreshed
from tuireader.model.fetched import Page
from tuireader.store import feeds as store_feeds
from tuireader.store import site_facts
from tuireader.urls.hosts import Permission, Reach, host_of, permission_for
from tuireader.urls.typed_and_shown import without_credentials

FEEDS_AT_ONCE = 96
"""Maximum feeds fetched at the same time; nearly all of the time is spent waiting for slow servers."""
WAITING_MAX = 32_000_000
"""Unsaved bytes from which no more feeds are fetched."""


async def refresh(
    cache: Cache,
    queue: PoliteQueue,
    feeds: Sequence[Feed] | None = None,
    *,
    clock: Clock,
    force: bool = False,
    given: bool = False,
    deadline: float = DEADLINE,
) -> AsyncGenerator[Refreshed, None]:
    """Fetch feeds that are due; yields each feed's outcome once saved.

    `force` fetches feeds that are not due, too. `given`: the user has just typed the addresses, which may now be
    private even if they were public. Failures are yielded like other outcomes; StoreError is raised only if the cache
    cannot be opened. Each feed has `deadline` seconds to answer. Ending the iteration cancels all requests.
    """
    current = {feed.id: feed for feed in await cache.read(store_feeds.every)}
    ready = {id_: feed for id_, feed in current.items() if polling.may_ask(feed, clock(), force=force)}
    if feeds is not None:
        ready = {feed.id: ready[feed.id] for feed in feeds if feed.id in ready}
        for feed in feeds:
            if feed.id not in ready:
                yield Refreshed(current.get(feed.id, feed), "not-due")
    if given:
        ready = {id_: replace(feed, reach=Reach.UNKNOWN) for id_, feed in ready.items()}
    expected = sum(feed.checked is None for feed in ready.values())
    run = _RefreshRun(queue, cache, clock, deadline, await cache.read(site_facts.page_list_feeds))
    async with (
        cache.pool(prepare=batching.TO_REFRESH, expected=expected),
        aclosing(run.events(list(ready.values()))) as events,
    ):
        async for event in events:
            yield event


class InFlightLimit:
    """Bounds on feeds in flight and on bytes received but not saved."""

    def __init__(self) -> None:
        self._requests = asyncio.Semaphore(FEEDS_AT_ONCE)
        self._waiting = 0
        self._has_room = asyncio.Event()
        self._has_room.set()

    @asynccontextmanager
    async def asking(self) -> AsyncIterator[None]:
        """Hold a slot for fetching a feed; waits until there is one and unsaved bytes are below the limit."""
        async with self._requests:
            await self._has_room.wait()
            yield

    @contextmanager
    def holding(self, size: int) -> Iterator[None]:
        """Count `size` bytes as unsaved until the block ends."""
        self._count(size)
        try:
            yield
        finally:
            self._count(-size)

    def _count(self, size: int) -> None:
        self._waiting += size
        if self._waiting < WAITING_MAX:
            self._has_room.set()
        else:
            self._has_room.clear()


class _RefreshRun:
    """One refresh of feeds within the limits of `InFlightLimit`."""

    def __init__(self, queue: PoliteQueue, cache: Cache, clock: Clock, deadline: float, pages: frozenset[int]) -> None:
        """`pages` are the followed pages among the feeds."""
        self._queue = queue
        self._cache = cache
        self._clock = clock
        self._deadline = deadline
        self._pages = pages
        self._robots = RobotRules(lambda url, permission: queue.get(url, permission=permission, first=False))
        self._hands = InFlightLimit()
        self._reached = False
        self._unsettled: list[Callable[..., Refreshed]] = []
        """Failures to record once it is known that the network works."""
        self._unresponsive = UnresponsiveHosts()

    async def events(self, feeds: Sequence[Feed]) -> AsyncGenerator[Refreshed, None]:
        """Fetch all feeds; yields one event each, in the order in which they are done."""
        async with aclosing(as_done(self._fetch(feed) for feed in feeds)) as events:
            async for event in events:
                yield event
        await self._settle()
        await index_few(self._cache)

    async def _fetch(self, feed: Feed) -> Refreshed:
        """Fetch a feed when its host has a free lane, and save it after the lane is released."""
        try:
            came = await (self._ask_as_allowed(feed) if feed.id in self._pages else self._ask_in_turn(feed))
            if not isinstance(came, Page):
                return came
            with self._hands.holding(len(came.content)):
                return await self._take(feed, came)
        except StoreError as error:
            return Refreshed(feed, "failed", error=str(error))

    async def _ask_as_allowed(self, feed: Feed) -> Page | Refreshed:
        """Fetch a followed page if robots.txt allows it and all targets of its redirects."""
        rules: dict[str, sitemap.Robots] = {}

        def may_follow(there: str) -> bool:
            return (own := rules.get(host_of(there))) is not None and own.allows(there)

        async def ask(url: str, permission: Permission) -> Page | Refreshed:
            rules[host_of(url)] = await self._robots.check(url, permission)
            return await self._ask_in_turn(feed, may_follow)

        try:
            return await through_sites(feed.url, permission_for(feed.url, feed.url, feed.reach), ask)
        except FetchError as error:
            return await self._failed(feed, error)

    async def _ask_in_turn(self, feed: Feed, follows: Follows | None = None) -> Page | Refreshed:
        async with self._queue.lane(feed), self._hands.asking():
            return await self._ask(feed, follows)

    async def _ask(self, feed: Feed, follows: Follows | None) -> Page | Refreshed:
        """Fetch a feed while its lane is held; a failure is recorded and returned as the feed's result."""
        try:
            page = await self._queue.get_feed(feed, self._unresponsive, deadline=self._deadline, follows=follows)
        except LeadsElsewhereError:
            raise
        except NotAskedError as error:
            return Refreshed(feed, "not-due") if error.kind is FetchFailure.HELD else await self._skip(feed, error)
        except FetchError as error:
            return await self._failed(feed, _turned_inside(feed) if _is_inside(error, feed) else error)
        self._reached = True
        return page

    async def _take(self, feed: Feed, page: Page) -> Refreshed:
        job = ingest.SavePage(feed, page, self._clock())
        if page.status == 304:
            return await self._cache.run_quick_job(job)
        try:
            return await ingest.take(self._cache, job, page, is_heavy=feed.id in self._pages)
        except FetchError as error:
            return await self._failed(feed, error)

    async def _failed(self, feed: Feed, error: FetchError) -> Refreshed:
        note = partial(ingest.record_failure, feed=feed, error=error)
        if error.is_offline:
            return self._put_off(feed, error, note)
        self._reached = True
        return await self._cache.run_quick_job(partial(note, now=self._clock()))

    async def _skip(self, feed: Feed, error: FetchError) -> Refreshed:
        note = partial(ingest.take_skipped, feed=feed, reason=str(error))
        if error.is_offline:
            return self._put_off(feed, error, note)
        return await self._cache.run_quick_job(partial(note, now=self._clock()))

    def _put_off(self, feed: Feed, error: FetchError, note: Callable[..., Refreshed]) -> Refreshed:
        self._unsettled.append(note)
        return Refreshed(feed, "failed", error=str(error), offline=True)

    async def _settle(self) -> None:
        """Record unreachable feeds as failures only if others were reached: else our network is down."""
        for note in self._unsettled if self._reached else ():
            await self._cache.run_quick_job(partial(note, now=self._clock()))


def _is_inside(error: FetchError, feed: Feed) -> bool:
    """Whether the feed's own host was refused as private, and not a redirect's target."""
    return error.kind is FetchFailure.INSIDE and host_of(error.url) == host_of(feed.url)


def _turned_inside(feed: Feed) -> FetchError:
    """The error for a feed whose host has become private since the user added it."""
    host = host_of(feed.url)
    return FetchError(
        f"Blocked: {host} now points to your local network. If you trust it, add {without_credentials(feed.url)} again",
        FetchFailure.INSIDE,
    )
