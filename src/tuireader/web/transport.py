"""What carries a request and its answer, and what can go wrong on the way."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from tuireader.web.address import Address

IDEMPOTENT = {"GET", "HEAD", "PUT", "DELETE"}
"""Methods that may be used once more where it is not known whether the server has taken them (RFC 9110, 9.2.2)."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request."""

    address: Address
    headers: Sequence[tuple[bytes, bytes]]
    limit: int
    """Bytes of the decoded body at most."""
    private_ok: bool
    """Whether it may connect into the user's own network."""
    method: str = "GET"
    body: bytes = b""


class Answer(Protocol):
    """A response: its head, then its body as it is read."""

    @property
    def status(self) -> int:
        """Its status code."""
        ...

    @property
    def headers(self) -> Sequence[tuple[bytes, bytes]]:
        """Its headers, as they were sent."""
        ...

    def body(self) -> AsyncIterator[bytes]:
        """The body as it comes; it is read to its end, or the answer is closed."""
        ...

    async def close(self) -> None:
        """Let go of it: what carried it is used again where its end was read, and closed where not."""
        ...


class PrivateAddressError(Exception):
    """The connection led into the user's own network where it may not."""


class TransportError(Exception):
    """A request did not get through; its cause tells more, where the system or TLS said something."""


class UnconnectedError(TransportError):
    """No connection came about."""


class ProxyRefusedError(TransportError):
    """A proxy would not connect."""


class BrokenError(TransportError):
    """The connection broke while something was sent or received."""


class NoAnswerError(BrokenError):
    """The server closed the connection without an answer."""


class CutShortError(TransportError):
    """The body ended before its end."""


class NotHttpError(TransportError):
    """What came is not HTTP."""
