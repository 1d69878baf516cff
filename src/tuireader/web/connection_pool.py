"""Connections to servers, directly or through a proxy, some of them kept open for the next request."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Any, TypeVar

from tuireader.errors import FetchError, FetchFailure
from tuireader.urls.private_network import is_private_address
from tuireader.urls.reach import Reach
from tuireader.web.connection import Connection
from tuireader.web.transport import IDEMPOTENT, BrokenError, PrivateAddressError, Request, UnconnectedError

if TYPE_CHECKING:
    import ssl

    from tuireader.web.address import Address, Origin
    from tuireader.web.proxies import Proxies, Proxy


NEXT = 0.25
"""Seconds after which the next address is tried besides."""

Connected = TypeVar("Connected")
_KEPT = 5.0
"""Seconds for which a connection is kept open that nobody uses."""
_UNREACHED = (
    "The proxy that your environment names cannot be reached, so nothing was asked for; check HTTP_PROXY, HTTPS_PROXY"
    " and ALL_PROXY"
)
Headers = Sequence[tuple[bytes, bytes]]


async def addresses_of(host: str, port: int) -> list[str]:
    """The addresses of a host, those of both families in turn; raises OSError."""
    infos = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return _in_turn(infos)


def _in_turn(infos: Iterable[tuple[Any, ...]]) -> list[str]:
    families: dict[int, dict[str, None]] = {}
    for family, _, _, _, where in infos:
        families.setdefault(family, {})[str(where[0])] = None
    return [each for each in chain.from_iterable(zip_longest(*families.values())) if each is not None]


async def first_of(
    addresses: Sequence[str],
    connect: Callable[[str], Awaitable[Connected]],
    let_go: Callable[[Connected], None],
) -> Connected:
    """What the first address gives that can be connected to (RFC 8305); others that came as well are let go of.

    asyncio does the same, and where all addresses fail it forgets in which way.
    Raises the first error of all where none can.
    """
    left, running, failed = deque(addresses), set[asyncio.Task[Connected]](), list[BaseException]()
    try:
        while left or running:
            if left:
                running.add(asyncio.ensure_future(connect(left.popleft())))
            done, running = await asyncio.wait(
                running, timeout=NEXT if left else None, return_when=asyncio.FIRST_COMPLETED
            )
            came = [task.result() for task in done if task.exception() is None]
            failed += [error for task in done if (error := task.exception()) is not None]
            for more in came[1:]:
                let_go(more)
            if came:
                return came[0]
    finally:
        for task in running:
            task.cancel()
            task.add_done_callback(lambda task: _let_go_of(task, let_go))
    raise failed[0] if failed else OSError("the host has no address")


def _let_go_of(task: asyncio.Task[Connected], let_go: Callable[[Connected], None]) -> None:
    if not task.cancelled() and task.exception() is None:
        let_go(task.result())


class Connections:
    """A bounded pool of connections."""

    def __init__(
        self, headers: Headers, connections: int, note_reach: Callable[[Address, Reach], None], proxies: Proxies
    ) -> None:
        """Send these headers with each request; tell with `note_reach` where each new connection leads."""
        self._headers = headers
        self._proxies = proxies
        self._note_reach = note_reach
        self._kept_at_most = connections // 2
        self._room = asyncio.Semaphore(connections)
        self._idle: dict[Origin, list[Connection]] = {}
        self._sweep: asyncio.TimerHandle | None = None
        self._tls: asyncio.Future[ssl.SSLContext] | None = None

    async def send(self, request: Request) -> Received:
        """Send a request and receive the head of its answer."""
        await self._room.acquire()
        connection: Connection | None = None
        try:
            while True:
                connection = self._take(request) or await self._connect(request)
                try:
                    head = await connection.ask(request, [*self._headers_of(request), *connection.proxy_headers])
                except BrokenError:
                    if not connection.is_used or request.method not in IDEMPOTENT:
                        raise
                    connection.close()  # it was closed under our hands before it carried anything; take the next
                    continue
                return Received(self, connection, head.status_code, head.headers.raw_items())
        except BaseException:
            if connection is not None:
                connection.close()
            self._room.release()
            raise

    def _headers_of(self, request: Request) -> list[tuple[bytes, bytes]]:
        headers = [(b"Host", request.address.netloc.encode("ascii")), *self._headers, *request.headers]
        if request.body or request.method in {"POST", "PUT", "PATCH"}:
            headers.append((b"Content-Length", b"%d" % len(request.body)))
        return headers

    def let_go(self, connection: Connection) -> None:
        """Be given back a connection after an answer: keep it for the next request, or close it."""
        self._room.release()
        if not connection.finish():
            connection.close()
            return
        loop = asyncio.get_running_loop()
        connection.idle_since = loop.time()
        self._idle.setdefault(connection.origin, []).append(connection)
        if sum(map(len, self._idle.values())) > self._kept_at_most:
            self._drop_oldest()
        if self._sweep is None:
            self._sweep = loop.call_later(_KEPT, self._drop_unused)

    async def close(self) -> None:
        """Close all connections that nobody uses."""
        if self._sweep is not None:
            self._sweep.cancel()
        for some in self._idle.values():
            for connection in some:
                connection.close()
        self._idle.clear()
        await asyncio.sleep(0)  # their ends are told of

    def _take(self, request: Request) -> Connection | None:
        """An open connection to there that is not in use, and where the request may go."""
        origin = request.address.origin
        some = self._idle.get(origin, [])
        while some:
            connection = some.pop()
            if not some:
                del self._idle[origin]
            if connection.is_free and (request.private_ok or connection.reach is not Reach.PRIVATE):
                return connection
            connection.close()
        return None

    def _drop_oldest(self) -> None:
        origin, some = next(iter(self._idle.items()))
        some.pop(0).close()
        if not some:
            del self._idle[origin]

    def _drop_unused(self) -> None:
        """Close what nobody has used for a while."""
        loop = asyncio.get_running_loop()
        self._sweep = None
        for origin, some in list(self._idle.items()):
            kept = [each for each in some if each.is_free and loop.time() - each.idle_since < _KEPT]
            for each in some:
                if each not in kept:
                    each.close()
            if kept:
                self._idle[origin] = kept
            else:
                del self._idle[origin]
        if self._idle:
            self._sweep = loop.call_later(_KEPT, self._drop_unused)

    async def _connect(self, request: Request) -> Connection:
        """Connect, and see where that leads before anything is sent."""
        proxy = self._proxies.of(request.address)
        connection = await (self._straight(request) if proxy is None else self._to_proxy(proxy, request.address))
        try:
            if proxy is None:
                connection.reach = Reach.PRIVATE if is_private_address(_ip(connection.peer)) else Reach.PUBLIC
            self._note_reach(request.address, connection.reach)
            await self._prepare(connection, request, proxy)
        except BaseException:
            connection.close()
            raise
        return connection

    async def _prepare(self, connection: Connection, request: Request, proxy: Proxy | None) -> None:
        if connection.reach is Reach.PRIVATE and not request.private_ok:
            raise PrivateAddressError
        if proxy is not None and not proxy.is_socks:
            await self._through(proxy, connection, request.address)
        if request.address.scheme == "https":
            await self._encrypt(connection, request.address.host)

    async def _straight(self, request: Request) -> Connection:
        address = request.address

        async def connect(where: str) -> Connection:
            if not request.private_ok and is_private_address(_ip(where)):
                raise PrivateAddressError
            make = partial(Connection, address.origin, waits=address.scheme == "https")
            return (await asyncio.get_running_loop().create_connection(make, where, address.port))[1]

        try:
            return await first_of(await addresses_of(address.host, address.port), connect, Connection.close)
        except OSError as error:
            raise UnconnectedError from error

    async def _to_proxy(self, proxy: Proxy, address: Address) -> Connection:
        """A connection to a proxy; through one of SOCKS it leads on to the server."""
        loop = asyncio.get_running_loop()

        async def connect(where: str) -> Connection:
            if not proxy.is_socks:
                make = partial(Connection, address.origin, waits=proxy.scheme == "https")
                return (await loop.create_connection(make, where, proxy.port))[1]
            stream = await proxy.stream(where, address)
            try:
                make = partial(Connection, address.origin, waits=address.scheme == "https")
                return (await loop.create_connection(make, sock=stream))[1]
            except BaseException:
                stream.close()
                raise

        try:
            return await first_of(await addresses_of(proxy.host, proxy.port), connect, Connection.close)
        except OSError as error:
            raise FetchError(_UNREACHED, FetchFailure.OFFLINE) from error

    async def _through(self, proxy: Proxy, connection: Connection, address: Address) -> None:
        """Have an HTTP proxy connect to a server, or pass requests on to it where they are not encrypted."""
        if proxy.scheme == "https":
            try:
                await self._encrypt(connection, proxy.host)
            except UnconnectedError as error:
                raise FetchError(_UNREACHED, FetchFailure.OFFLINE) from error
        if address.scheme == "https":
            await connection.tunnel(address, [*self._headers, *proxy.headers])
        else:
            connection.proxy_headers = proxy.headers
            connection.is_forwarded = True

    async def _encrypt(self, connection: Connection, host: str) -> None:
        try:
            await connection.encrypt(await self._context(), host)
        except OSError as error:
            raise UnconnectedError from error

    async def _context(self) -> ssl.SSLContext:
        """Whom to trust; reading it takes longer than a key should wait."""
        if self._tls is None or (self._tls.done() and self._tls.cancelled()):
            self._tls = asyncio.ensure_future(asyncio.to_thread(_make_context))
        return await asyncio.shield(self._tls)


class Received:
    """An answer of which the head is here."""

    def __init__(self, pool: Connections, connection: Connection, status: int, headers: Headers) -> None:
        """Use `Connections.send`."""
        self.status = status
        self.headers = headers
        self._pool = pool
        self._connection: Connection | None = connection

    async def body(self) -> AsyncIterator[bytes]:
        """The body as it comes."""
        if self._connection is not None:
            async for piece in self._connection.body():
                yield piece

    async def close(self) -> None:
        """Let go of the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            self._pool.let_go(connection)


def _ip(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    return ipaddress.ip_address(address.partition("%")[0])


def _make_context() -> ssl.SSLContext:
    """Trust whom the system trusts, or SSL_CERT_FILE and SSL_CERT_DIR."""
    import ssl
    import sys

    paths = ssl.get_default_verify_paths()  # those two are heeded by it
    if sys.platform in {"win32", "darwin"} or not (paths.cafile or paths.capath):
        import truststore

        context: ssl.SSLContext = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    else:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_default_certs()
    with suppress(NotImplementedError):
        context.set_alpn_protocols(["http/1.1"])
    return context
