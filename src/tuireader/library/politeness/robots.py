"""robots.txt rules, and fetching the pages of each site one at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

from tuireader.async_tools import in_thread
from tuireader.errors import FetchError, FetchFailure
from tuireader.feeds import sitemap
from tuireader.library.politeness.queue import LeadsElsewhereError, PoliteQueue
from tuireader.model.fetched import Page
from tuireader.urls.hosts import Permission, host_of, named_host, same_host
from tuireader.urls.identity import front_of

REDIRECT_SITES_MAX = 5
"""Maximum number of sites through which a page redirects."""
_ERRORS_OF_SERVER, _TOO_MANY = 500, 429

T = TypeVar("T")


async def through_sites(url: str, permission: Permission, get: Callable[[str, Permission], Awaitable[T]]) -> T:
    """The result of `get`, called again for each other site that a page redirects to; raises FetchError."""
    there = url
    for _ in range(REDIRECT_SITES_MAX):
        try:
            return await get(there, permission)
        except LeadsElsewhereError as error:
            there, permission = error.url, error.permission
    raise FetchError(f"{named_host(url)} redirects to too many sites (more than {REDIRECT_SITES_MAX})")


class RobotRules:
    """The rules of sites, each fetched once."""

    def __init__(self, get: Callable[[str, Permission], Awaitable[Page]]) -> None:
        """`get` fetches a page with a permission."""
        self._get = get
        self._known: dict[str, sitemap.Robots | FetchError] = {}
        self._asking: dict[str, asyncio.Lock] = {}

    async def of(self, url: str, permission: Permission) -> sitemap.Robots:
        """The robots.txt rules of a page's site.

        Raises FetchError if robots.txt is unreachable or gives a server error (RFC 9309, 2.3.1.4).
        """
        site = front_of(url)
        async with self._asking.setdefault(site, asyncio.Lock()):
            if site not in self._known:
                self._known[site] = await self._ask(site, permission)
        known = self._known[site]
        if isinstance(known, FetchError):
            raise known
        return known

    async def check(self, url: str, permission: Permission) -> sitemap.Robots:
        """The robots.txt rules of a page's site; raises FetchError also if they forbid the page."""
        rules = await self.of(url, permission)
        if not rules.allows(url):
            raise FetchError(f"Not allowed by robots.txt on {named_host(url)}")
        return rules

    async def _ask(self, site: str, permission: Permission) -> sitemap.Robots | FetchError:
        try:
            page = await self._get(f"{site}robots.txt", permission)
        except FetchError as error:
            has_none = error.kind is FetchFailure.STATUS and (error.status or 0) < _ERRORS_OF_SERVER
            return sitemap.Robots() if has_none and error.status != _TOO_MANY else _of_robots(error)
        return await in_thread(sitemap.Robots, page.content)


def _of_robots(error: FetchError) -> FetchError:
    """An error that names robots.txt as the cause."""
    said = f"{error} (robots.txt)"
    if error.status is not None:
        return FetchError(said, status=error.status, retry_after=error.retry_after, url=error.url)
    return FetchError(said, error.kind, url=error.url)


REQUEST_INTERVAL = 1.0
"""Seconds between requests to a site."""
SITES_AT_ONCE = 16
"""Maximum number of sites asked at the same time."""
CRAWL_DELAY_MAX = 30.0
"""Maximum seconds between requests that a site can ask for."""


class SerialFetcher:
    """Fetches one page of a site at a time; several sites at the same time."""

    def __init__(
        self,
        queue: PoliteQueue,
        *,
        pause: float | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`pause` is in seconds; None: `REQUEST_INTERVAL`."""
        self._queue = queue
        self._pause = REQUEST_INTERVAL if pause is None else pause
        self._stop_when_idle = sleep
        self._turns: dict[str, asyncio.Lock] = {}
        self._hands = asyncio.Semaphore(SITES_AT_ONCE)
        self._robots = RobotRules(self._ask)

    async def get(self, url: str, permission: Permission) -> Page:
        """Fetch a page when it is its site's turn; raises FetchError, also if robots.txt forbids it.

        The targets of redirects must be allowed, too; if one is on another site, that site's turn, rules and pause
        apply.
        """
        return await through_sites(url, permission, self._get_in_turn)

    async def _get_in_turn(self, url: str, permission: Permission) -> Page:
        async with self._turns.setdefault(host_of(url), asyncio.Lock()):
            rules = await self._robots.check(url, permission)
            follows = partial(_is_allowed_there, url, rules)
            return await self._ask(url, permission, min(rules.pause, CRAWL_DELAY_MAX), follows=follows)

    async def _ask(
        self, url: str, permission: Permission, pause: float = 0.0, *, follows: Callable[[str], bool] | None = None
    ) -> Page:
        """Fetch an address, and pause whatever the result."""
        pause = max(self._pause, pause)
        try:
            async with self._hands:  # not in the pause: sites that want long ones hold up no others
                page = await self._queue.get(url, permission=permission, first=False, follows=follows)
        except FetchError:
            await self._stop_when_idle(pause)
            raise
        await self._stop_when_idle(pause)
        return page


def _is_allowed_there(url: str, rules: sitemap.Robots, target: str) -> bool:
    """Whether a redirect to `target` stays on the page's host and is allowed by its rules."""
    return same_host(url, target) and rules.allows(target)
