"""One request and its answer: no redirect followed, the body unpacked within its limit."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass

from tuireader.web.address import Address, AddressError
from tuireader.web.client import Client
from tuireader.web.decompress import TooLargeError, Unpacker
from tuireader.web.headers import ResponseHeaders
from tuireader.web.transport import Answer, Request

_REDIRECTS = {301, 302, 303, 307, 308}
_PERMANENT = {301, 308}
_PART = 206
"""Part of a page: none was asked for, and the rest would never come."""
_DRAINED = 16_384
"""A redirect's body of at most so many bytes is read, so that its connection can be used again."""
_PATIENCE = 1.0
"""Seconds in which that has to come."""
_LARGE = 1_000_000
"""Bytes of a body from which on it has to wait for other large ones."""


@dataclass(frozen=True, slots=True)
class Response:
    """What came back."""

    status: int
    headers: ResponseHeaders
    body: bytes

    @property
    def location(self) -> str | None:
        return self.headers.first("location") if self.status in _REDIRECTS else None

    @property
    def permanent(self) -> bool:
        return self.status in _PERMANENT

    @property
    def is_page(self) -> bool:
        return _brings_page(self.status)


def _brings_page(status: int) -> bool:
    return 200 <= status < 300 and status != _PART


async def ask(client: Client, request: Request, deadline: asyncio.Timeout) -> Response:
    """Send the request and read the answer; raises the errors of `transport` and `decompress`.

    Waiting for its turn to bring much costs nothing of the `deadline`.
    """
    answer = await client.send(request)
    try:
        headers = ResponseHeaders(answer.headers)
        body = b""
        if answer.status == 304:
            await _drain(answer)  # it has no body, but a connection is used again only after its end was read
        elif answer.status in _REDIRECTS and _is_worth_draining(request.address, headers):
            await _drain(answer)
        elif _brings_page(answer.status):
            body = await _body(client, answer, headers, request.limit, deadline)
        return Response(answer.status, headers, body)
    finally:
        await answer.close()


def _is_worth_draining(here: Address, headers: ResponseHeaders) -> bool:
    """Whether a redirect stays within its origin: another one's connection is closed, so that none idles there."""
    length = headers.first("content-length") or ""
    if not length.isdigit() or int(length[:18]) > _DRAINED:
        return False
    try:
        return here.join(headers.first("location") or "").origin == here.origin
    except AddressError:
        return False


async def _drain(answer: Answer) -> None:
    """Read what follows a head; what is too long or late is given up, and its connection closed."""
    left = _DRAINED
    with suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE):
            async for piece in answer.body():
                left -= len(piece)
                if left < 0:
                    return


def left_of(deadline: asyncio.Timeout) -> float:
    """The seconds until a deadline."""
    now = asyncio.get_running_loop().time()
    return (deadline.when() or now) - now


async def _turn(large: asyncio.Semaphore, stack: AsyncExitStack, deadline: asyncio.Timeout) -> None:
    """Wait for a turn among the large ones, while the deadline stands still."""
    left = left_of(deadline)
    deadline.reschedule(None)
    try:
        await stack.enter_async_context(large)
    finally:
        deadline.reschedule(asyncio.get_running_loop().time() + left)


async def _body(
    client: Client, answer: Answer, headers: ResponseHeaders, limit: int, deadline: asyncio.Timeout
) -> bytes:
    length = headers.first("content-length") or ""
    if length.isdigit() and int(length[:18]) > limit:
        raise TooLargeError
    unpacker = Unpacker(headers.joined("content-encoding"), limit)
    pieces: list[bytes] = []
    size = 0
    async with AsyncExitStack() as stack:
        stack.callback(pieces.clear)  # an error's traceback would keep them for as long as someone keeps the error
        async for raw in answer.body():
            for piece in unpacker.feed(raw):
                if size <= _LARGE < size + len(piece):
                    await _turn(client.large, stack, deadline)
                size += len(piece)
                pieces.append(piece)
                await asyncio.sleep(0)  # what unpacks to megabytes must not hold the loop
            await asyncio.sleep(0)  # nor what unpacks to nothing
        unpacker.end()
        return b"".join(pieces)
