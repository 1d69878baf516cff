"""How many pages a host is asked for at a time, who comes next, and hosts that do not answer."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tuireader.errors import FetchError, FetchFailure, NotAskedError
from tuireader.urls.hosts import Server, host_of, named_host, server_of

LANES = 2
"""Pages of one host that are asked for at a time; `web.client` holds its connections to as many, redirects too."""


@dataclass(slots=True)
class _Host:
    """The lanes of one host."""

    free: int = LANES
    first: deque[asyncio.Future[None]] = field(default_factory=deque)
    """Who waits, and is waited for by the user."""
    others: deque[asyncio.Future[None]] = field(default_factory=deque)


class Lanes:
    """Two lanes to each host. In each the next one goes as soon as the one before is through."""

    def __init__(self) -> None:
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def of(self, url: str, *, first: bool) -> AsyncIterator[None]:
        """Hold a lane of the host of an address; who is `first` waits for none that waits without being so."""
        name = host_of(url)
        host = self._hosts.setdefault(name, _Host())
        await self._enter(host, host.first if first else host.others)
        try:
            yield
        finally:
            self._leave(host)
            if host.free == LANES:
                self._hosts.pop(name, None)

    async def _enter(self, host: _Host, waiting: deque[asyncio.Future[None]]) -> None:
        if host.free:
            host.free -= 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # it was its turn already: the lane goes on to the next
                self._leave(host)
            raise

    def _leave(self, host: _Host) -> None:
        """Hand the lane over to who comes next."""
        for waiting in (host.first, host.others):
            while waiting:
                turn = waiting.popleft()
                if not turn.done():
                    turn.set_result(None)
                    return
        host.free += 1


IN_VAIN = 2
"""Feeds of a server in a row that could not be connected to or timed out: as many as are asked for at a time."""


class UnresponsiveHosts:
    """Servers that were asked in vain in this refresh."""

    def __init__(self) -> None:
        self._in_vain: Counter[Server] = Counter()
        self._kinds: dict[Server, FetchFailure] = {}

    def note(self, url: str, error: FetchError | None = None) -> None:
        """Learn from what came of a feed: a server that answered, even with an error or by sending us on, is there."""
        server = server_of(url)
        if error is None or not (error.is_unreached or error.is_offline) or server_of(error.url) != server:
            del self._in_vain[server]
        else:
            self._in_vain[server] += 1
            self._kinds[server] = error.kind

    def check(self, url: str) -> None:
        """Raise NotAskedError if a feed is not to be asked for in this refresh."""
        if self._in_vain[server_of(url)] < IN_VAIN:
            return
        said = f"Skipped: {named_host(url)} did not answer for {IN_VAIN} other feeds; it will be tried again"
        raise NotAskedError(said, self._kinds[server_of(url)], url=url)
