"""The robots.txt rules of sites, for pages that the user did not ask for one by one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from tuireader.async_tools import in_thread
from tuireader.errors import FetchError, FetchFailure
from tuireader.urls.hosts import named_host
from tuireader.urls.identity import front_of

if TYPE_CHECKING:
    from tuireader.feeds.robots import Robots
    from tuireader.model.fetched import Page
    from tuireader.urls.private_network import Permission

SITES = 5
"""Maximum number of sites through which a page redirects."""
_ERRORS_OF_SERVER, _TOO_MANY = 500, 429


def too_many_sites(url: str) -> FetchError:
    return FetchError(f"{named_host(url)} redirects in a loop (more than {SITES} sites)")


class RobotRules:
    """The rules of sites, each fetched once."""

    def __init__(self, get: Callable[[str, Permission], Awaitable[Page]]) -> None:
        """`get` fetches a page with a permission."""
        self._get = get
        self._known: dict[str, Robots | FetchError] = {}
        self._asking: dict[str, asyncio.Lock] = {}

    async def of(self, url: str, permission: Permission) -> Robots:
        """The rules for a page.

        Raises FetchError if its site cannot be asked for them (RFC 9309, 2.3.1.4).
        """
        site = front_of(url)
        async with self._asking.setdefault(site, asyncio.Lock()):
            if site not in self._known:
                self._known[site] = await self._ask(site, permission)
        known = self._known[site]
        if isinstance(known, FetchError):
            raise known
        return known

    async def check(self, url: str, permission: Permission) -> Robots:
        """The rules for a page; raises FetchError also if they forbid it."""
        rules = await self.of(url, permission)
        if not rules.allows(url):
            raise FetchError(f"{named_host(url)} does not want programs to read this page (robots.txt)")
        return rules

    async def _ask(self, site: str, permission: Permission) -> Robots | FetchError:
        from tuireader.feeds.robots import Robots

        try:
            page = await self._get(f"{site}robots.txt", permission)
        except FetchError as error:
            has_none = error.kind is FetchFailure.STATUS and (error.status or 0) < _ERRORS_OF_SERVER
            return Robots() if has_none and error.status != _TOO_MANY else _of_robots(error)
        return await in_thread(Robots, page.content)


def _of_robots(error: FetchError) -> FetchError:
    """An error that names robots.txt as the cause."""
    said = f"{error} (robots.txt, without which it is not known what may be read)"
    if error.status is not None:
        return FetchError(said, status=error.status, retry_after=error.retry_after, url=error.url)
    return FetchError(said, error.kind, url=error.url)
