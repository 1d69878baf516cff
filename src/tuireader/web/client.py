"""The client for all requests: user agent, no cookies, connection limits per host."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator
from concurrent.futures import Future
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from tuireader import __version__
from tuireader.async_tools import in_thread, settle, to_the_end
from tuireader.urls.hosts import Reach, is_inside_by_name, is_private_name
from tuireader.web.address import Address, Origin
from tuireader.web.connection import Answer, PrivateAddressError, Request
from tuireader.web.connection_pool import Connections, Proxies
from tuireader.web.headers_and_decompression import OFFERED

USER_AGENT = f"tuireader/{'.'.join(__version__.split('.')[:2])} (feed reader)"
_HEADERS = ((b"User-Agent", USER_AGENT.encode()), (b"Accept", b"*/*"), (b"Accept-Encoding", OFFERED.encode()))


def look_up_apart() -> None:
    """Let the running loop resolve names in its own threads.

    The executor's threads are few, needed by other work, and waited for at the end.
    """
    asyncio.get_running_loop().getaddrinfo = _look_up  # type: ignore[method-assign]


async def _look_up(host: bytes | str | None, port: bytes | str | int | None, **options: int) -> list[Any]:
    """A replacement for the loop's `getaddrinfo`."""
    answer: Future[list[Any]] = Future()
    answer.set_running_or_notify_cancel()  # from now on it cannot be cancelled: what comes too late goes unheard

    look = partial(settle, answer, lambda: socket.getaddrinfo(host, port, **options))
    try:
        threading.Thread(target=look, name="name", daemon=True).start()
    except RuntimeError as error:
        raise OSError("no more threads can be started") from error
    return await asyncio.wrap_future(answer)


class Client:
    """Sends requests, limits connections in all and by host, and remembers whether servers were private."""

    def __init__(self, *, connections: int = 96, per_host: int = 2) -> None:
        """Limit connections in all and per host; proxies come from the environment.

        Raises FetchError if it names an invalid one.
        """
        self.large = asyncio.Semaphore(3)
        """Held while a large body is received, to limit memory."""
        self._per_host = per_host
        self._slots: dict[str, asyncio.Semaphore] = {}
        self._reach: dict[Origin, Reach] = {}
        self._proxies = Proxies()
        self._connections = Connections(_HEADERS, connections, self.note_reach, self._proxies)

    def slot(self, host: str) -> asyncio.Semaphore:
        """Semaphore to be held while a connection to a host is used; `library.politeness.queue` sets the order."""
        return self._slots.setdefault(host, asyncio.Semaphore(self._per_host))

    def reach(self, address: Address) -> Reach | None:
        """Whether connections for an address were private; None before the first. Private stays private."""
        return self._reach.get(address.origin)

    def note_reach(self, address: Address, reach: Reach) -> None:
        if self._reach.get(address.origin) is not Reach.PRIVATE:
            self._reach[address.origin] = reach

    def is_inside(self, address: Address) -> bool:
        """Whether a host is private by its name; if a proxy resolves names, also if it is below no public suffix."""
        judge = is_private_name if self._proxies.of(address) is None else is_inside_by_name
        return judge(address.host)

    async def send(self, request: Request) -> Answer:
        """Send a request and receive the head of its answer; raises TransportError and PrivateAddressError."""
        address = request.address
        if not request.private_ok and (self.is_inside(address) or self.reach(address) is Reach.PRIVATE):
            raise PrivateAddressError  # by its name, or because a connection to it may be kept
        answer = await self._connections.send(request)
        if self.reach(address) is None and not request.private_ok:  # where it connected to is not known
            await answer.close()
            raise PrivateAddressError
        return answer

    async def close(self) -> None:
        await self._connections.close()


@asynccontextmanager
async def open_client(*, connections: int = 96, per_host: int = 2) -> AsyncIterator[Client]:
    """Open a client for many calls of `get`; raises FetchError if the environment names an invalid proxy."""
    # What a SOCKS proxy needs takes longer to import than a key should wait.
    client = await in_thread(Client, connections=connections, per_host=per_host)
    look_up_apart()
    try:
        yield client
    finally:
        await to_the_end(client.close())
