"""How many pages a host is asked for at a time, and who comes next."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tuireader.urls.hosts import host_of

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
