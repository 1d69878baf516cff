"""The one way in which anything is asked of a site: feeds, typed addresses, pages of articles, APIs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial

from tuireader import web
from tuireader.errors import FetchError, FetchFailure, NotAskedError
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.politeness import polling, retry_after
from tuireader.library.politeness.lanes import Lanes, UnresponsiveHosts
from tuireader.model.change import Clock
from tuireader.model.feed import Feed
from tuireader.model.fetched import Page
from tuireader.urls.hosts import host_of, named_host
from tuireader.urls.private_network import permission_for
from tuireader.urls.reach import Permission

DEADLINE, LIMIT = web.DEADLINE, web.LIMIT
"""Seconds for an answer, with all redirects on the way to it."""


class PoliteQueue:
    """Fetches pages within the limits that sites set.

    A host is asked for two pages at a time. A server that asked for no request before some time (Retry-After) gets
    none, also after a restart. One that does not answer is not waited for again and again.
    """

    def __init__(self, client: web.Client, cache: Cache, clock: Clock) -> None:
        """What servers ask for is kept in `cache`."""
        self._client = client
        self._cache = cache
        self._clock = clock
        self._lanes = Lanes()
        self._held: dict[str, datetime] = {}
        """Hosts that asked to be left alone while feeds were asked for, and until when."""
        self._noted = 0
        """How many times it was noted that a server wants to be left alone."""

    async def get(
        self,
        url: str,
        *,
        permission: Permission = Permission.AS_GIVEN,
        instead_of: Sequence[str] = (),
        deadline: float = DEADLINE,
        first: bool = True,
    ) -> Page:
        """Fetch a page within `deadline` seconds; `first` requests go before others.

        `instead_of` are other spellings of `url`: it is not asked for if one of them is not to be. Raises NotAskedError
        where its server wants to be left alone, and FetchError.
        """
        ask = partial(web.get, self._client, url, deadline=deadline, permission=permission, clock=self._clock)
        return await self._ask(ask, url, instead_of, first=first)

    async def send(
        self,
        method: str,
        url: str,
        *,
        body: bytes = b"",
        headers: Sequence[tuple[str, str]] = (),
        permission: Permission = Permission.AS_GIVEN,
        limit: int = LIMIT,
        deadline: float = DEADLINE,
    ) -> Page:
        """Make a request of another method or with a body, as APIs take them; raises as `get` does."""
        ask = partial(
            web.send,
            self._client,
            method,
            url,
            body=body,
            headers=headers,
            limit=limit,
            deadline=deadline,
            permission=permission,
            clock=self._clock,
        )
        return await self._ask(ask, url, ())

    async def _ask(
        self, ask: Callable[[], Awaitable[Page]], url: str, instead_of: Sequence[str], *, first: bool = True
    ) -> Page:
        heed = partial(retry_after.heed, urls=(url, *instead_of), now=self._clock())
        await self._cache.note(heed)
        waited = self._noted
        async with self._lanes.of(url, first=first):
            if self._noted != waited:  # while it waited for its turn, a server said something
                await self._cache.note(heed)
            try:
                return await ask()
            except FetchError as error:
                if retry_after.wants_to_be_left_alone(error):
                    await self._cache.note(partial(retry_after.note, url=url, error=error, now=self._clock()))
                    self._noted += 1
                raise

    @asynccontextmanager
    async def lane(self, feed: Feed) -> AsyncIterator[None]:
        async with self._lanes.of(feed.url, first=False):
            yield

    async def get_feed(self, feed: Feed, unresponsive: UnresponsiveHosts, *, deadline: float = DEADLINE) -> Page:
        """Fetch a feed, conditionally where that can be, while its `lane` is held.

        `unresponsive` is what is known by now of servers in this run, and learns from what comes. Raises NotAskedError
        where the server is not asked, and FetchError; who calls it keeps with the feed what came of it.
        """
        if self._held.get(host_of(feed.url), self._clock()) > self._clock():
            raise NotAskedError(f"{named_host(feed.url)} wants to be left alone", FetchFailure.HELD, url=feed.url)
        unresponsive.check(feed.url)
        try:
            page = await web.get(
                self._client,
                feed.url,
                validators=feed.validators,
                deadline=deadline,
                permission=permission_for(feed.url, feed.url, feed.reach),
                clock=self._clock,
            )
        except FetchError as error:
            unresponsive.note(feed.url, error)
            self._learn(feed, error)
            raise
        unresponsive.note(feed.url)
        return page

    def _learn(self, feed: Feed, error: FetchError) -> None:
        """Hold what is asked of a host where it says that it is asked too often."""
        if polling.holds_host(error):
            until = polling.after_failure(feed, error, self._clock()).not_before
            if until is not None:
                self._held[host_of(feed.url)] = until


@asynccontextmanager
async def open_queue(cache: Cache, *, clock: Clock) -> AsyncIterator[PoliteQueue]:
    """Open a queue for many requests; raises FetchError if the environment names a proxy that makes no sense."""
    async with web.open_client() as client:
        yield PoliteQueue(client, cache, clock)
