"""Fetching many pages of a site: one at a time, with pauses, as robots.txt allows."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

from tuireader.errors import FetchError
from tuireader.library.politeness.queue import LeadsElsewhereError
from tuireader.library.politeness.robots import SITES, RobotRules, too_many_sites
from tuireader.urls.hosts import host_of, same_host
from tuireader.urls.private_network import Permission

if TYPE_CHECKING:
    from tuireader.feeds.robots import Robots
    from tuireader.library.politeness.queue import PoliteQueue
    from tuireader.model.fetched import Page

PAUSE = 1.0
"""Seconds between requests to a site."""
AT_ONCE = 16
"""Maximum number of sites asked at the same time."""
PAUSE_MOST = 30.0
"""Maximum seconds between requests that a site can ask for."""


class OneByOne:
    """Fetches one page of a site at a time; several sites at the same time."""

    def __init__(
        self,
        queue: PoliteQueue,
        *,
        pause: float | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`pause` is in seconds; None: `PAUSE`."""
        self._queue = queue
        self._pause = PAUSE if pause is None else pause
        self._sleep = sleep
        self._turns: dict[str, asyncio.Lock] = {}
        self._hands = asyncio.Semaphore(AT_ONCE)
        self._robots = RobotRules(self._ask)

    async def get(self, url: str, permission: Permission) -> Page:
        """Fetch a page when its site may be asked; raises FetchError, also if robots.txt forbids it.

        What it redirects to needs permission as well; another site is asked in its turn, with its rules and its pause.
        """
        for _ in range(SITES):
            try:
                async with self._turns.setdefault(host_of(url), asyncio.Lock()):
                    rules = await self._robots.check(url, permission)
                    follows = partial(_is_allowed_there, url, rules)
                    return await self._ask(url, permission, min(rules.pause, PAUSE_MOST), follows=follows)
            except LeadsElsewhereError as error:
                url, permission = error.url, error.permission
        raise too_many_sites(url)

    async def _ask(
        self, url: str, permission: Permission, pause: float = 0.0, *, follows: Callable[[str], bool] | None = None
    ) -> Page:
        """Fetch an address, and pause whatever the result."""
        pause = max(self._pause, pause)
        try:
            async with self._hands:  # not in the pause: sites that want long ones hold up no others
                page = await self._queue.get(url, permission=permission, first=False, follows=follows)
        except FetchError:
            await self._sleep(pause)
            raise
        await self._sleep(pause)
        return page


def _is_allowed_there(url: str, rules: Robots, target: str) -> bool:
    """Whether a page of the same host may be read."""
    return same_host(url, target) and rules.allows(target)
