"""The only way to the web: a queue with limits per host for feeds, typed addresses and pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial

from tuireader.async_tools import PrioritySemaphore
from tuireader.errors import FetchError, FetchFailure, NotAskedError
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.politeness import polling
from tuireader.model.article import Clock
from tuireader.model.feed import Feed
from tuireader.model.fetched import Page
from tuireader.urls.hosts import Permission, Server, authority, host_of, named_host, permission_for, server_of
from tuireader.web import client as web_client
from tuireader.web import fetch

LANES = 2
"""Maximum requests to a host at a time; `web.client` has as many connections, including redirects."""


class Lanes:
    """Limits requests to two per host at a time; further ones are queued, first come, first served."""

    def __init__(self) -> None:
        self._hosts: dict[str, PrioritySemaphore] = {}

    @asynccontextmanager
    async def of(self, url: str, *, first: bool) -> AsyncIterator[None]:
        """Hold one of the two lanes of an address's host; `first` requests overtake others."""
        name = host_of(url)
        host = self._hosts.setdefault(name, PrioritySemaphore(LANES))
        try:
            async with host.held(first=first):
                yield
        finally:
            if host.free == LANES:
                self._hosts.pop(name, None)


FAILURES_MAX = 2
"""Unanswered requests in a row after which a server counts as down: as many as run at a time."""


class UnresponsiveHosts:
    """Servers that did not answer in this refresh."""

    def __init__(self) -> None:
        self._in_vain: Counter[Server] = Counter()
        self._kinds: dict[Server, FetchFailure] = {}

    def note(self, url: str, error: FetchError | None = None) -> None:
        """Record a result: any answer, even an error or a redirect, means that the server is up."""
        server = server_of(url)
        if error is None or not (error.is_unreached or error.is_offline) or server_of(error.url) != server:
            del self._in_vain[server]
        else:
            self._in_vain[server] += 1
            self._kinds[server] = error.kind

    def check(self, url: str) -> None:
        """Raise NotAskedError if a feed's server is down in this refresh."""
        if self._in_vain[server_of(url)] < FAILURES_MAX:
            return
        said = f"Skipped: {named_host(url)} is not responding. Will retry later"
        raise NotAskedError(said, self._kinds[server_of(url)], url=url)


DEADLINE, LIMIT = fetch.DEADLINE, fetch.LIMIT
"""Seconds for a response including redirects, and maximum bytes."""
LeadsElsewhereError = fetch.LeadsElsewhereError
Follows = Callable[[str], bool]
"""Whether a redirect to an address is followed."""


class PoliteQueue:
    """Sends requests within the limits of sites, two per host at a time.

    Pauses that servers ask for (Retry-After) last beyond a restart. In a refresh, feeds of servers that do not answer
    are skipped.
    """

    def __init__(self, client: web_client.Client, cache: Cache, clock: Clock) -> None:
        """Create a queue that saves the pauses of servers in `cache`."""
        self._client = client
        self._cache = cache
        self._clock = clock
        self._lanes = Lanes()
        self._held: dict[str, datetime] = {}
        """Hosts that asked for a pause while feeds were fetched, and until when."""
        self._noted = 0
        """Number of pauses recorded."""

    async def get(
        self,
        url: str,
        *,
        permission: Permission,
        instead_of: Sequence[str] = (),
        deadline: float = DEADLINE,
        first: bool = True,
        follows: Follows | None = None,
    ) -> Page:
        """Fetch a page within `deadline` seconds; `first` requests go before others.

        `permission` tells whether the address may be private. `instead_of` are other spellings of `url`: nothing is
        fetched if one of them is paused. `follows` is as in `fetch.get`. Raises FetchError, and NotAskedError during a
        pause.
        """
        ask = partial(
            fetch.get, self._client, url, deadline=deadline, permission=permission, follows=follows, clock=self._clock
        )
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
        """Make a request with another method or a body, for APIs; raises as `get` does."""
        ask = partial(
            fetch.send,
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
        return await self._ask(ask, url, (), is_api=True)

    async def _ask(
        self,
        ask: Callable[[], Awaitable[Page]],
        url: str,
        instead_of: Sequence[str],
        *,
        first: bool = True,
        is_api: bool = False,
    ) -> Page:
        heed = partial(polling.heed, urls=(url, *instead_of), now=self._clock(), is_api=is_api)
        await self._cache.run_quick_job(heed)
        waited = self._noted
        async with self._lanes.of(url, first=first):
            if self._noted != waited:  # while it waited for its turn, a server said something
                await self._cache.run_quick_job(heed)
            try:
                return await ask()
            except FetchError as error:
                if polling.wants_to_be_left_alone(error):
                    note = partial(polling.save_pause, url=url, error=error, now=self._clock(), is_api=is_api)
                    await self._cache.run_quick_job(note)
                    self._noted += 1
                raise

    @asynccontextmanager
    async def lane(self, feed: Feed) -> AsyncIterator[None]:
        async with self._lanes.of(feed.url, first=False):
            yield

    async def get_feed(
        self,
        feed: Feed,
        unresponsive: UnresponsiveHosts,
        *,
        deadline: float = DEADLINE,
        follows: Follows | None = None,
    ) -> Page:
        """Fetch a feed, conditionally if it has validators; the caller holds its `lane`, and saves the outcome.

        `unresponsive` has the servers that did not answer in this run, and is updated. Raises FetchError, and
        NotAskedError if the server is paused or does not answer.
        """
        if self._held.get(authority(feed.url), self._clock()) > self._clock():
            raise NotAskedError(f"{named_host(feed.url)} asked to wait (rate limit)", FetchFailure.HELD, url=feed.url)
        unresponsive.check(feed.url)
        try:
            page = await fetch.get(
                self._client,
                feed.url,
                validators=feed.validators,
                deadline=deadline,
                permission=permission_for(feed.url, feed.url, feed.reach),
                follows=follows,
                clock=self._clock,
            )
        except LeadsElsewhereError:
            raise
        except FetchError as error:
            unresponsive.note(feed.url, error)
            self._learn(feed, error)
            raise
        unresponsive.note(feed.url)
        return page

    def _learn(self, feed: Feed, error: FetchError) -> None:
        """Hold a host that reports too many requests."""
        if host := polling.held_host(feed.url, error):
            until = polling.after_failure(feed, error, self._clock()).not_before
            if until is not None:
                self._held[host] = until


@asynccontextmanager
async def open_queue(cache: Cache, *, clock: Clock) -> AsyncIterator[PoliteQueue]:
    """Open a queue for many requests; raises FetchError if the environment names an invalid proxy."""
    async with web_client.open_client() as client:
        yield PoliteQueue(client, cache, clock)
