"""An HTTP/1.1 connection (h11), one request at a time; and its errors."""

from __future__ import annotations

import asyncio
import select
from collections import deque
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, cast

import h11

from tuireader.urls.hosts import Reach
from tuireader.web.address import Address, Origin

if TYPE_CHECKING:
    import ssl


IDEMPOTENT = {"GET", "HEAD", "PUT", "DELETE"}
"""Methods that can be repeated if it is unknown whether the server has handled them (RFC 9110, 9.2.2)."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request to be sent."""

    address: Address
    headers: Sequence[tuple[bytes, bytes]]
    limit: int
    """Maximum bytes of the decoded body."""
    private_ok: bool
    """Whether it may connect to private addresses."""
    method: str = "GET"
    body: bytes = b""


class Answer(Protocol):
    """A response: head first, then a streamed body."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Sequence[tuple[bytes, bytes]]:
        """The headers as sent."""
        ...

    def body(self) -> AsyncIterator[bytes]:
        """The body in pieces; it must be read to its end, or the answer closed."""
        ...

    async def close(self) -> None:
        """Release the connection: for reuse if the body was read, else closed."""
        ...


class PrivateAddressError(Exception):
    """The connection would lead to a private address, which is not allowed."""


class TransportError(Exception):
    """A request failed; its cause has the error of the system or TLS, if any."""


class UnconnectedError(TransportError):
    """The connection could not be established."""


class ProxyRefusedError(TransportError):
    """A proxy refused to connect."""


class BrokenError(TransportError):
    """The connection broke during a transfer."""


class NoAnswerError(BrokenError):
    """The server closed the connection without an answer."""


class CutShortError(TransportError):
    """The connection ended before the body was complete."""


class NotHttpError(TransportError):
    """The response is not HTTP."""


_HEAD_MAX = 100_000
"""Maximum bytes of a response's head."""
_INTERIM_MAX = 10
"""Maximum interim responses."""
_UNREAD_MAX = 256_000
"""Received bytes that nobody has read, above which receiving pauses."""


def _begun() -> h11.Connection:
    return h11.Connection(h11.CLIENT, max_incomplete_event_size=_HEAD_MAX)


class Connection(asyncio.Protocol):
    """A connection to one origin, with a bounded receive buffer."""

    def __init__(self, origin: Origin, *, waits: bool) -> None:
        """To be called by the loop's `create_connection`; with `waits`, nothing is received before encryption."""
        self.origin = origin
        self.is_forwarded = False
        """Whether a proxy forwards its requests."""
        self.proxy_headers: list[tuple[bytes, bytes]] = []
        """Headers for the proxy in each request."""
        self.reach = Reach.UNKNOWN
        self.is_used = False
        """Whether it has carried a response."""
        self.idle_since = 0.0
        """The loop time at which it was returned to the pool."""
        self._http = _begun()
        self._waits = waits
        self._transport: asyncio.Transport | None = None
        self._came: deque[bytes] = deque()
        self._unread = 0
        self._is_paused = False
        self._is_over = False
        self._lost: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None

    # What the loop tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Pauses reading until encryption, since earlier bytes could come from anyone."""
        self._transport = cast("asyncio.Transport", transport)
        if self._waits:
            self._transport.pause_reading()

    def data_received(self, data: bytes) -> None:
        self._came.append(data)
        self._unread += len(data)
        if self._unread > _UNREAD_MAX and not self._is_paused:
            self._is_paused = True
            self._wire.pause_reading()
        self._wake()

    def eof_received(self) -> bool:
        self._is_over = True
        self._wake()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._is_over = True
        self._lost = exc
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    @property
    def _wire(self) -> asyncio.Transport:
        assert self._transport is not None  # noqa: S101 - it is used once it stands
        return self._transport

    # What is done with it.

    @property
    def peer(self) -> str:
        return str(self._wire.get_extra_info("peername")[0])

    @property
    def is_free(self) -> bool:
        """Whether another request can be sent: no unexpected bytes, and not closed."""
        is_open = not (self._is_over or self._came or self._wire.is_closing())
        return is_open and self._http.our_state is h11.IDLE and not self._has_unread()

    def _has_unread(self) -> bool:
        """Whether there are unread bytes in the socket, which no request has asked for."""
        wire = self._wire.get_extra_info("socket")
        if hasattr(select, "poll"):
            poll = select.poll()
            poll.register(wire, select.POLLIN)
            return bool(poll.poll(0))
        return bool(select.select([wire], [], [], 0)[0])

    async def tunnel(self, address: Address, headers: Sequence[tuple[bytes, bytes]]) -> None:
        """Ask the proxy to connect to a server; raises ProxyRefusedError."""
        where = (address.netloc if address.given_port else f"{address.netloc}:{address.port}").encode("ascii")
        self._wire.write(self._sent(h11.Request(method="CONNECT", target=where, headers=[(b"Host", where), *headers])))
        self._sent(h11.EndOfMessage())
        answer = await self._answer()
        if not 200 <= answer.status_code < 300:
            raise ProxyRefusedError(f"{answer.status_code} {bytes(answer.reason).decode('latin-1')}")
        if self._came or self._http.trailing_data[0]:
            raise NotHttpError  # the server speaks before it is asked
        self._http = _begun()

    async def encrypt(self, context: ssl.SSLContext, host: str) -> None:
        """Start TLS with a host."""
        loop = asyncio.get_running_loop()
        self._waits = False
        secure = await loop.start_tls(self._wire, self, context, server_hostname=host)
        if secure is None:
            raise ConnectionResetError("closed while it was made secure")
        self._transport = secure

    async def ask(self, request: Request, headers: list[tuple[bytes, bytes]]) -> h11.Response:
        """Send a request; returns the head of the response."""
        wire = self._wire
        if self._came:
            raise NotHttpError  # it speaks before it is asked: its answers would be those to other requests
        address = request.address
        whole = f"{address.scheme}://{address.netloc}" if self.is_forwarded else ""
        target = f"{whole}{address.target}"
        wire.write(self._sent(h11.Request(method=request.method, target=target, headers=headers)))
        if request.body:
            wire.write(self._sent(h11.Data(data=request.body)))
        self._sent(h11.EndOfMessage())
        answer = await self._answer()
        self.is_used = True
        return answer

    async def _answer(self) -> h11.Response:
        for _ in range(_INTERIM_MAX):
            if isinstance(event := await self._next(), h11.Response):
                return event
        raise NotHttpError  # so many interim answers, such as 103 Early Hints, are none

    def _sent(self, event: Any) -> bytes:
        try:
            return self._http.send(event) or b""
        except h11.LocalProtocolError as error:
            raise ValueError(str(error)) from error

    async def body(self) -> AsyncIterator[bytes]:
        while isinstance(event := await self._next(), h11.Data):
            yield bytes(event.data)

    def finish(self) -> bool:
        """Finish a response, and return whether another request can be sent on this connection."""
        is_done = self._http.our_state is h11.DONE and self._http.their_state is h11.DONE
        if not is_done or self._http.trailing_data[0]:  # what came unasked would be the answer to the next request
            return False
        self._http.start_next_cycle()
        return self.is_free

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    async def _next(self) -> Any:
        """Return h11's next event, reading from the network if needed."""
        while True:
            try:
                event = self._http.next_event()
            except h11.RemoteProtocolError as error:
                raise (CutShortError if self._is_over and not self._came else NotHttpError) from error
            if event is h11.PAUSED:  # another protocol, which nobody asked for
                raise NotHttpError
            if event is not h11.NEED_DATA:
                return event
            await self._receive()

    async def _receive(self) -> None:
        """Receive available data."""
        while not (self._came or self._is_over):
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        if self._came:
            data = self._came.popleft()
            self._unread -= len(data)
            self._http.receive_data(data)
        elif self._lost is not None:
            raise BrokenError from self._lost
        elif self._http.their_state is h11.SEND_RESPONSE:
            raise NoAnswerError
        else:
            self._http.receive_data(b"")
        if self._is_paused and self._unread <= _UNREAD_MAX // 2:
            self._is_paused = False
            self._wire.resume_reading()
