"""One request and its answer: no redirect followed, the body unpacked within its limit."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass

import httpx2

from tuireader.urls.private import is_private_name
from tuireader.urls.reach import Reach
from tuireader.web.client import Client, Guard, PrivateAddressError, origin_of
from tuireader.web.decompress import TooLargeError, Unpacker
from tuireader.web.headers import ResponseHeaders

_IDEMPOTENT = {"GET", "HEAD", "PUT", "DELETE"}
"""Methods that may be used once more where it is not known whether the server has taken them (RFC 9110, 9.2.2)."""
_REDIRECTS = {301, 302, 303, 307, 308}
_PERMANENT = {301, 308}
_PART = 206
"""Part of a page: none was asked for, and the rest would never come."""
_DRAINED = 16_384
"""A redirect's body of at most so many bytes is read, so that its connection can be used again."""

_LARGE = 1_000_000
"""Bytes of a body from which on it has to wait for other large ones."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request."""

    url: httpx2.URL
    headers: list[tuple[bytes, bytes]]
    limit: int
    """Bytes of the decoded body at most."""
    private_ok: bool
    """Whether it may connect into the user's own network."""
    method: str = "GET"
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """What came back."""

    status: int
    headers: ResponseHeaders
    body: bytes

    @property
    def location(self) -> str | None:
        """Where it sends us, if it is a redirect."""
        return self.headers.first("location") if self.status in _REDIRECTS else None

    @property
    def permanent(self) -> bool:
        """Whether it is a redirect for good."""
        return self.status in _PERMANENT

    @property
    def is_page(self) -> bool:
        """Whether it brought what was asked for."""
        return _brings_page(self.status)


def _brings_page(status: int) -> bool:
    return 200 <= status < 300 and status != _PART


async def ask(client: Client, question: Request) -> Response:
    """Send the request and read the answer; raises what httpx2 raises, and the errors of `client` and `unpack`."""
    response = await _send(client, question)
    try:
        headers = ResponseHeaders(response.headers.raw)
        body = b""
        if response.status_code == 304:
            await _drain(response)  # it has no body, but a connection is used again only after its end was read
        elif response.status_code in _REDIRECTS and _is_worth_draining(response, headers):
            await _drain(response)
        elif _brings_page(response.status_code):
            body = await _body(client, response, headers, question.limit)
        return Response(response.status_code, headers, body)
    finally:
        await response.aclose()


async def _send(client: Client, question: Request) -> httpx2.Response:
    """Send the request and receive the headers of the answer."""
    url = question.url
    while True:
        if not question.private_ok and (is_private_name(url.host) or client.reach(url) is Reach.PRIVATE):
            raise PrivateAddressError  # by its name, or because the pool may hold a connection to it
        guard = Guard(client, url, private_ok=question.private_ok)
        request = client.build_request(
            question.method, url, headers=question.headers, content=question.body or None, extensions={"trace": guard}
        )
        try:
            response = await client.send(request, stream=True)
        except (httpx2.RemoteProtocolError, httpx2.ReadError, httpx2.WriteError):
            if guard.connected or question.method not in _IDEMPOTENT:
                raise
            continue  # a kept connection was closed under our hands before it carried anything; take the next
        except BaseException:
            await guard.close_half_open()
            raise
        if client.reach(url) is None and not question.private_ok:  # httpx2 no longer tells where it connects
            await response.aclose()
            raise PrivateAddressError
        return response


def _is_worth_draining(response: httpx2.Response, headers: ResponseHeaders) -> bool:
    """Whether a redirect stays within its origin: another one's connection is closed, so that none idles there."""
    length = headers.first("content-length") or ""
    next_url = response.url.join(headers.first("location") or "")
    return length.isdigit() and int(length[:9]) <= _DRAINED and origin_of(next_url) == origin_of(response.url)


async def _drain(response: httpx2.Response) -> None:
    async for _ in response.aiter_raw():
        pass


async def _body(client: Client, response: httpx2.Response, headers: ResponseHeaders, limit: int) -> bytes:
    length = headers.first("content-length") or ""
    if length.isdigit() and int(length[:18]) > limit:
        raise TooLargeError
    unpacker = Unpacker(headers.joined("content-encoding"), limit)
    pieces: list[bytes] = []
    size = 0
    async with AsyncExitStack() as stack:
        stack.callback(pieces.clear)  # an error's traceback would keep them for as long as someone keeps the error
        async for raw in response.aiter_raw():
            for piece in unpacker.feed(raw):
                if size <= _LARGE < size + len(piece):
                    await stack.enter_async_context(client.large)
                size += len(piece)
                pieces.append(piece)
                await asyncio.sleep(0)  # what unpacks to megabytes must not hold the loop
        unpacker.end()
        return b"".join(pieces)
