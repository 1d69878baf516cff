"""Requests where a proxy stands between, as the environment says: httpx2 knows all kinds of them."""

from __future__ import annotations

import ipaddress
from collections.abc import AsyncIterator, Callable, Sequence
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib import import_module
from typing import Any

import httpx2

from tuireader.errors import FetchError, FetchFailure
from tuireader.urls.private import is_private_address
from tuireader.urls.reach import Reach
from tuireader.web.address import Address
from tuireader.web.transport import (
    IDEMPOTENT,
    BrokenError,
    CutShortError,
    NoAnswerError,
    NotHttpError,
    PrivateAddressError,
    ProxyRefusedError,
    Request,
    TransportError,
    UnconnectedError,
)

Note = Callable[[Address, Reach], None]


class Proxied:
    """Asks through the proxies that the environment names, and directly where it says so."""

    def __init__(
        self,
        headers: Sequence[tuple[bytes, bytes]],
        connections: int,
        note_reach: Note,
    ) -> None:
        """Send these headers with each request; tell with `note_reach` where each new connection leads.

        Raises FetchError if the environment names a proxy that makes no sense.
        """
        import_module("anyio._backends._asyncio")  # else httpx2 does while a key may wait
        self._note_reach = note_reach
        try:
            self._client = httpx2.AsyncClient(
                headers=list(headers),
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
                limits=httpx2.Limits(max_connections=connections, max_keepalive_connections=connections // 2),
                timeout=None,  # `get` sets one deadline over everything
                follow_redirects=False,
            )
        except (ValueError, OverflowError, httpx2.InvalidURL) as error:
            raise FetchError(
                "The proxy that your environment names cannot be used: check HTTP_PROXY and ALL_PROXY"
            ) from error

    async def send(self, request: Request) -> Received:
        """Send a request and receive the head of its answer."""
        while True:
            guard = Guard(request, self._note_reach)
            asked = self._client.build_request(
                request.method,
                str(request.address),
                headers=list(request.headers),
                content=request.body or None,
                extensions={"trace": guard},
            )
            try:
                response = await self._client.send(asked, stream=True)
            except (httpx2.RemoteProtocolError, httpx2.ReadError, httpx2.WriteError) as error:
                if guard.connected or request.method not in IDEMPOTENT:
                    raise _translated(error) from error
                continue  # a kept connection was closed under our hands before it carried anything; take the next
            except httpx2.HTTPError as error:
                if isinstance(error, httpx2.ConnectError) and guard.is_kept_from_proxy:
                    raise FetchError(_UNREACHED, FetchFailure.OFFLINE) from error
                raise _translated(error) from error
            except ExceptionGroup as group:  # of what was tried side by side to connect
                if group.split(OverflowError)[1] is not None:
                    raise
                raise FetchError(
                    f"{request.address.name} cannot be asked: a port is higher than 65535; check HTTP_PROXY and"
                    " ALL_PROXY"
                ) from group
            except BaseException:
                await guard.close_half_open()
                raise
            return Received(response)

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()


_UNREACHED = (
    "The proxy that your environment names cannot be reached, so nothing was asked for; check HTTP_PROXY, HTTPS_PROXY"
    " and ALL_PROXY"
)


class Received:
    """An answer of which the head is here."""

    def __init__(self, response: httpx2.Response) -> None:
        """Use `Proxied.send`."""
        self.status = response.status_code
        self.headers = response.headers.raw
        self._response = response

    async def body(self) -> AsyncIterator[bytes]:
        """The body as it comes."""
        try:
            async for piece in self._response.aiter_raw():
                yield piece
        except httpx2.HTTPError as error:
            raise _translated(error) from error

    async def close(self) -> None:
        """Let go of the connection."""
        await self._response.aclose()


class Guard:
    """Watches, through httpx2's trace extension, which address a request really connects to."""

    def __init__(self, request: Request, note_reach: Note) -> None:
        """Watch one request."""
        self.connected = False
        self._request = request
        self._note_reach = note_reach
        self._direct = True
        self._stream: Any = None
        self._handshaking = False

    async def __call__(self, event: str, info: dict[str, Any]) -> None:
        """Hear of one step of the request; raises PrivateAddressError before anything is sent to a forbidden peer."""
        step = event.partition(".")[2]
        if step == "connect_tcp.started":
            self.connected = True
            self._direct = event.startswith("connection.") and info["host"] == self._request.address.host
        elif step == "connect_tcp.complete":
            self._stream = info["return_value"]
            await self._judge()
        elif step in {"start_tls.started", "start_tls.complete"}:
            self._handshaking = step == "start_tls.started"

    @property
    def is_kept_from_proxy(self) -> bool:
        """Whether it was a proxy that could not be connected to; what is behind it is the site's affair."""
        return not self._direct and not self._handshaking

    async def close_half_open(self) -> None:
        """Close a connection that was given up in its TLS handshake, which httpcore2 forgets when it is cancelled."""
        if self._handshaking:
            await self._stream.aclose()

    async def _judge(self) -> None:
        reach = Reach.UNKNOWN  # where a proxy is between
        if self._direct:
            peer = ipaddress.ip_address(self._stream.get_extra_info("server_addr")[0])
            reach = Reach.PRIVATE if is_private_address(peer) else Reach.PUBLIC
        self._note_reach(self._request.address, reach)
        if reach is Reach.PRIVATE and not self._request.private_ok:
            await self._stream.aclose()
            raise PrivateAddressError


def _translated(error: httpx2.HTTPError) -> TransportError:
    """The same error in our words."""
    if isinstance(error, httpx2.ProxyError):
        return ProxyRefusedError(str(error))
    if isinstance(error, httpx2.ConnectError):
        return UnconnectedError()
    if isinstance(error, httpx2.RemoteProtocolError):
        if "without sending a response" in str(error):
            return NoAnswerError()
        return CutShortError() if "peer closed" in str(error) else NotHttpError()
    return BrokenError()
