"""The client that carries all requests: who we say we are, what we do not keep, how many connections a host gets."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib import import_module
from typing import Any

import httpx2

from tuireader import __version__
from tuireader.errors import FetchError
from tuireader.tasks import to_the_end
from tuireader.urls.private import is_private_address
from tuireader.urls.reach import Reach
from tuireader.web.decompress import OFFERED
from tuireader.web.resolver import look_up_apart

USER_AGENT = f"tuireader/{'.'.join(__version__.split('.')[:2])} (feed reader)"

Origin = tuple[str, str, int | None]


class PrivateAddressError(Exception):
    """The connection led into the user's own network where it may not."""


class Client(httpx2.AsyncClient):
    """httpx2's client, which also counts its connections by host and remembers where they led."""

    def __init__(self, *, connections: int = 96, per_host: int = 2) -> None:
        """Keep at most so many connections, and so many to one host; proxies come from the environment."""
        super().__init__(
            headers={"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": OFFERED},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            limits=httpx2.Limits(max_connections=connections, max_keepalive_connections=connections // 2),
            timeout=None,  # `get` sets one deadline over everything
            follow_redirects=False,
        )
        self.large = asyncio.Semaphore(3)
        """What to hold while a large body is received: many at once would fill the memory."""
        self._per_host = per_host
        self._slots: dict[str, asyncio.Semaphore] = {}
        self._reach: dict[Origin, Reach] = {}

    def slot(self, host: str) -> asyncio.Semaphore:
        """What to hold while a connection to that host is in use; who asks next is decided by `politeness.lanes`."""
        return self._slots.setdefault(host, asyncio.Semaphore(self._per_host))

    def reach(self, url: httpx2.URL) -> Reach | None:
        """Where connections for that address led so far; None before the first. Private once means private always."""
        return self._reach.get(origin_of(url))

    def note_reach(self, url: httpx2.URL, reach: Reach) -> None:
        """Remember where a new connection leads: the pool may use it again without asking us."""
        if self._reach.get(origin_of(url)) is not Reach.PRIVATE:
            self._reach[origin_of(url)] = reach


class Guard:
    """Watches, through httpx2's trace extension, which address a request really connects to."""

    def __init__(self, client: Client, url: httpx2.URL, *, private_ok: bool) -> None:
        """Watch one request of `client` for `url`."""
        self.connected = False
        self._client = client
        self._url = url
        self._private_ok = private_ok
        self._direct = True
        self._stream: Any = None
        self._handshaking = False

    async def __call__(self, event: str, info: dict[str, Any]) -> None:
        """Hear of one step of the request; raises PrivateAddressError before anything is sent to a forbidden peer."""
        step = event.partition(".")[2]
        if step == "connect_tcp.started":
            self.connected = True
            self._direct = event.startswith("connection.") and info["host"] == self._url.raw_host.decode("ascii")
        elif step == "connect_tcp.complete":
            self._stream = info["return_value"]
            await self._judge()
        elif step in {"start_tls.started", "start_tls.complete"}:
            self._handshaking = step == "start_tls.started"

    async def close_half_open(self) -> None:
        """Close a connection that was given up in its TLS handshake, which httpcore2 forgets when it is cancelled."""
        if self._handshaking:
            await self._stream.aclose()

    async def _judge(self) -> None:
        reach = Reach.UNKNOWN  # where a proxy is between
        if self._direct:
            peer = ipaddress.ip_address(self._stream.get_extra_info("server_addr")[0])
            reach = Reach.PRIVATE if is_private_address(peer) else Reach.PUBLIC
        self._client.note_reach(self._url, reach)
        if reach is Reach.PRIVATE and not self._private_ok:
            await self._stream.aclose()
            raise PrivateAddressError


def origin_of(url: httpx2.URL) -> Origin:
    """Scheme, host and port: what a connection can be used again for."""
    return url.scheme, url.host, url.port


def _make(connections: int, per_host: int) -> Client:
    import_module("anyio._backends._asyncio")
    return Client(connections=connections, per_host=per_host)


@asynccontextmanager
async def open_client(*, connections: int = 96, per_host: int = 2) -> AsyncIterator[Client]:
    """Open a client for many calls of `get`; raises FetchError if the environment names a proxy that makes no sense."""
    try:
        # Reading the certificates and importing what httpx2 imports late takes longer than a key should wait.
        client = await asyncio.to_thread(_make, connections, per_host)
    except (ValueError, OverflowError, httpx2.InvalidURL) as error:
        raise FetchError(
            "The proxy that your environment names cannot be used: check HTTP_PROXY and ALL_PROXY"
        ) from error
    look_up_apart()
    try:
        yield client
    finally:
        await to_the_end(client.aclose())
