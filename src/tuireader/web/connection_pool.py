"""A pool of connections, direct or through proxies, some kept open for reuse."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from base64 import b64encode
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass  # noqa: TID251 - they ask nobody

from tuireader.async_tools import in_thread
from tuireader.errors import FetchError, FetchFailure
from tuireader.urls.hosts import Reach, is_private_address
from tuireader.web.address import Address, Origin
from tuireader.web.connection import (
    IDEMPOTENT,
    BrokenError,
    Connection,
    PrivateAddressError,
    ProxyRefusedError,
    Request,
    UnconnectedError,
)

if TYPE_CHECKING:
    import ssl


NEXT = 0.25
"""Seconds until the next address is tried in parallel."""

Connected = TypeVar("Connected")
_KEPT = 5.0
"""Seconds for which an unused connection is kept open."""
_UNREACHED = "Cannot reach the proxy. Check HTTP_PROXY, HTTPS_PROXY and ALL_PROXY"
Headers = Sequence[tuple[bytes, bytes]]


async def addresses_of(host: str, port: int) -> list[str]:
    """The addresses of a host, alternating between both families; raises OSError."""
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
    """Connect to addresses in turn, overlapping (RFC 8305), and return the first connection.

    Others that were made as well are closed by `let_go`. If all fail, the first error is raised, which asyncio's own
    implementation does not do.
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
    raise failed[0] if failed else OSError("no address for this host")


def _let_go_of(task: asyncio.Task[Connected], let_go: Callable[[Connected], None]) -> None:
    if not task.cancelled() and task.exception() is None:
        let_go(task.result())


class Connections:
    """A pool of connections, with a limit for each host and in total."""

    def __init__(
        self, headers: Headers, connections: int, note_reach: Callable[[Address, Reach], None], proxies: Proxies
    ) -> None:
        """Send `headers` with each request; `note_reach` is told where each new connection leads."""
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

    def release(self, connection: Connection) -> None:
        """Take back a connection after a response, for reuse or to close it."""
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
        """Close all unused connections."""
        if self._sweep is not None:
            self._sweep.cancel()
        for some in self._idle.values():
            for connection in some:
                connection.close()
        self._idle.clear()
        await asyncio.sleep(0)  # their ends are told of

    def _take(self, request: Request) -> Connection | None:
        """An unused connection to the same origin that the request may use; None if there is none."""
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
        """Close connections that have been unused for a while."""
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
        """Open a connection, and check before anything is sent whether it leads to a private address."""
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
        """Connect to a proxy; if it is a SOCKS proxy, through it to the server."""
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
        """Set up an HTTP proxy: to connect to an https server, or to forward unencrypted requests."""
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
        """The TLS context; loaded once in a thread, since that is slow."""
        if self._tls is None or (self._tls.done() and self._tls.cancelled()):
            self._tls = asyncio.ensure_future(in_thread(_make_context))
        return await asyncio.shield(self._tls)


class Received:
    """A response whose head was received."""

    def __init__(self, pool: Connections, connection: Connection, status: int, headers: Headers) -> None:
        """Created by `Connections.send` only."""
        self.status = status
        self.headers = headers
        self._pool = pool
        self._connection: Connection | None = connection

    async def body(self) -> AsyncIterator[bytes]:
        if self._connection is not None:
            async for piece in self._connection.body():
                yield piece

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            self._pool.release(connection)


def _ip(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    return ipaddress.ip_address(address.partition("%")[0])


def _make_context() -> ssl.SSLContext:
    """A TLS context that trusts the system's certificates, or those of SSL_CERT_FILE and SSL_CERT_DIR."""
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


_PORTS = {"http": 80, "https": 443, "socks4": 1080, "socks4a": 1080, "socks5": 1080, "socks5h": 1080}
_PROXY_TIMEOUT = 3600.0
"""Timeout of python-socks; the deadline of a request comes first."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy, by its address."""

    scheme: str
    host: str
    port: int
    user: str
    password: str

    @property
    def is_socks(self) -> bool:
        """Whether it is a SOCKS proxy."""
        return self.scheme.startswith("socks")

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """Headers for an HTTP proxy only."""
        if not (self.user or self.password):
            return []
        return [(b"Proxy-Authorization", b"Basic " + b64encode(f"{self.user}:{self.password}".encode()))]

    async def stream(self, where: str, address: Address) -> socket.socket:
        """Open a stream through the SOCKS proxy at `where`; the proxy resolves the host name.

        Raises OSError if the proxy cannot be reached, ProxyRefusedError if it does not connect.
        """
        from python_socks import ProxyConnectionError, ProxyError, ProxyType
        from python_socks.async_.asyncio import Proxy as Stream

        kind = ProxyType.SOCKS5 if self.scheme.startswith("socks5") else ProxyType.SOCKS4
        stream = Stream(kind, where, self.port, self.user or None, self.password or None, rdns=True)
        try:
            return await stream.connect(address.host, address.port, _PROXY_TIMEOUT)
        except ProxyConnectionError as error:
            raise OSError(error.errno, str(error)) from error
        except (ProxyError, AssertionError, ValueError) as error:  # also where it answers what no proxy may
            raise ProxyRefusedError(str(error)) from error


class Proxies:
    """The proxies that the environment or the system names."""

    def __init__(self) -> None:
        """Read the environment, or the system's settings; raises FetchError for an invalid proxy."""
        found = getproxies()
        self._by_scheme = {name: _proxy(found[name]) for name in ("http", "https", "all") if found.get(name)}
        self._networks = [network for each in found.get("no", "").split(",") if (network := _network(each)) is not None]
        if any(proxy.is_socks for proxy in self._by_scheme.values()):
            import_module("python_socks.async_.asyncio")  # else the loop would wait for it while a key may

    def of(self, address: Address) -> Proxy | None:
        """The proxy for an address; None for a direct connection."""
        proxy = self._by_scheme.get(address.scheme) or self._by_scheme.get("all")
        return None if proxy is None or self._is_left_out(address) else proxy

    def _is_left_out(self, address: Address) -> bool:
        with suppress(ValueError):
            ip = ipaddress.ip_address(address.host)
            if any(ip in network for network in self._networks):
                return True
        return bool(proxy_bypass(address.host))


def _proxy(text: str) -> Proxy:
    try:
        parts = urlsplit(text if "://" in text else f"http://{text}")
        port = parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError) as error:
        raise _no_sense() from error
    if not parts.hostname or parts.scheme not in _PORTS:
        raise _no_sense()
    return Proxy(parts.scheme, parts.hostname, port, unquote(parts.username or ""), unquote(parts.password or ""))


def _no_sense() -> FetchError:
    return FetchError("Invalid proxy. Check HTTP_PROXY and ALL_PROXY")


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text.strip().strip("[]"), strict=False)
    except ValueError:
        return None
