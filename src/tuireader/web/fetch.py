"""Fetching a page within a deadline and a size limit, with our own rules for redirects."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urljoin

from tuireader.errors import UNEXPECTED, FetchError, FetchFailure, unreadable
from tuireader.model.article import Clock, utc_now
from tuireader.model.feed import Validators
from tuireader.model.fetched import Page
from tuireader.urls.hosts import Permission, Reach, permission_from, same_host
from tuireader.urls.typed_and_shown import may_go_along, shown_address, split_credentials
from tuireader.web import errors, headers_and_decompression
from tuireader.web.address import Address, AddressError, parse_address
from tuireader.web.client import Client
from tuireader.web.connection import Answer, PrivateAddressError, Request, TransportError
from tuireader.web.headers_and_decompression import (
    CutOffError,
    ResponseHeaders,
    TooLargeError,
    Unpacker,
    UnpackError,
    authorization_of,
)

log = logging.getLogger("tuireader")

_REDIRECTS = {301, 302, 303, 307, 308}
_PERMANENT = {301, 308}
_PART = 206
"""Partial content, which was not requested."""
_DRAINED = 16_384
"""Maximum bytes of a redirect's body that are read so that the connection can be reused."""
_DRAIN_TIMEOUT = 1.0
"""Maximum seconds for reading the body of a redirect."""
_LARGE = 1_000_000
"""Bytes above which a body is large: only a few large ones are received at a time."""

LIMIT = 20_000_000
"""Maximum bytes of a decoded body."""
DEADLINE = 30.0
"""Seconds for connecting, redirects, headers and body."""
REDIRECTS_MAX = 10


Follows = Callable[[str], bool]
"""Whether a redirect to an address is followed."""


class LeadsElsewhereError(FetchError):
    """A redirect that is not followed; `url` is its address, and `permission` that of a request for it."""

    def __init__(self, here: Address, permission: Permission) -> None:
        super().__init__(f"Redirected to {_name(here)}", url=str(here))
        self.permission = permission


@dataclass(frozen=True, slots=True)
class Response:
    """A complete response, after redirects."""

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
    def is_success(self) -> bool:
        return _brings_page(self.status)


def _brings_page(status: int) -> bool:
    return 200 <= status < 300 and status != _PART


async def ask(client: Client, request: Request, deadline: asyncio.Timeout) -> Response:
    """Send a request and read the response.

    Waiting for a turn among large bodies does not count against the `deadline`.
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
    """Whether to read the body of a redirect, so that its connection can be reused.

    That is so if the body is short, and the target has the same origin.
    """
    length = headers.first("content-length") or ""
    if not length.isdigit() or int(length[:18]) > _DRAINED:
        return False
    try:
        return here.join(headers.first("location") or "").origin == here.origin
    except AddressError:
        return False


async def _drain(answer: Answer) -> None:
    """Read a body to its end, so that the connection can be reused; give up if it is too large or too slow."""
    left = _DRAINED
    with suppress(TimeoutError):
        async with asyncio.timeout(_DRAIN_TIMEOUT):
            async for piece in answer.body():
                left -= len(piece)
                if left < 0:
                    return


def left_of(deadline: asyncio.Timeout) -> float:
    now = asyncio.get_running_loop().time()
    return (deadline.when() or now) - now


async def _turn(large: asyncio.Semaphore, stack: AsyncExitStack, deadline: asyncio.Timeout) -> None:
    """Wait until another large body may be received, with the deadline paused meanwhile."""
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
                pieces += [piece] if piece else []
                await asyncio.sleep(0)  # what unpacks to megabytes, or to nothing, must not hold the loop
            await asyncio.sleep(0)  # nor padding, which gives no piece
        unpacker.end()
        return b"".join(pieces)


async def get(
    client: Client,
    url: str,
    *,
    validators: Validators | None = None,
    limit: int = LIMIT,
    deadline: float = DEADLINE,
    permission: Permission = Permission.AS_GIVEN,
    follows: Follows | None = None,
    clock: Clock = utc_now,
) -> Page:
    """Fetch a page of at most `limit` decoded bytes within `deadline` seconds of network time, or raise FetchError.

    `validators` make it conditional. A name and a password in `url` go to its host alone. `permission` says where it
    may lead. A redirect to an address that `follows` does not accept raises LeadsElsewhereError.
    """
    asked = _Asked("GET", validators=validators, follows=follows)
    return await _fetch(client, url, asked, limit=limit, deadline=deadline, permission=permission, clock=clock)


async def send(
    client: Client,
    method: str,
    url: str,
    *,
    body: bytes = b"",
    headers: Sequence[tuple[str, str]] = (),
    limit: int = LIMIT,
    deadline: float = DEADLINE,
    permission: Permission = Permission.AS_GIVEN,
    clock: Clock = utc_now,
) -> Page:
    """Send a request of any method, as to an API, and return the response; errors and limits are those of `get`.

    `headers` (ASCII) and `body` may hold a token: like a password, they are sent to the host of `url` alone. A
    redirect to another host, or from https to http, is not followed. Other redirects may turn the request into a GET
    without a body (RFC 9110, 15.4).
    """
    asked = _Asked(method, body=body, headers=tuple((name.encode(), value.encode()) for name, value in headers))
    return await _fetch(client, url, asked, limit=limit, deadline=deadline, permission=permission, clock=clock)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request: method, body, headers, validators, and the redirects that are followed."""

    method: str
    body: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    validators: Validators | None = None
    follows: Follows | None = None

    def after(self, status: int) -> _Asked:
        """The request after a redirect: 303 becomes a GET, and so do 301 and 302 after a POST."""
        if self.method == "HEAD" or not (status == 303 or (status in {301, 302} and self.method == "POST")):
            return self
        kept = tuple(pair for pair in self.headers if not pair[0].lower().startswith(b"content-"))
        return replace(self, method="GET", body=b"", headers=kept)


async def _fetch(
    client: Client, url: str, asked: _Asked, *, limit: int, deadline: float, permission: Permission, clock: Clock
) -> Page:
    start, userinfo = _taken_apart(url)
    here, left, permanent = start, deadline, True
    moved_to: str | None = None
    asked_reach = Reach.UNKNOWN
    for hop in range(REDIRECTS_MAX + 1):
        headers = _request_headers(start, here, asked, userinfo)
        is_private_ok = permission is not Permission.PUBLIC_ONLY
        question = Request(here, headers, limit, private_ok=is_private_ok, method=asked.method, body=asked.body)
        async with client.slot(here.host):  # waiting for others costs nothing of the deadline
            with _asking(here):
                answer, left = await _answer(client, question, left, deadline)
        if hop == 0:
            asked_reach = _reach(client, here)
        if permission is not Permission.PUBLIC_ONLY:  # of those that lead on, each has to be inside itself
            permission = permission_from(_reach(client, here))
        if answer.location is None:
            with _asking(here):
                page = _page(client, here, answer, clock(), is_conditional=bool(asked.validators))
            return replace(page, moved_to=moved_to, asked_reach=asked_reach)
        permanent = permanent and answer.permanent
        here, asked = _next(here, answer.location), asked.after(answer.status)
        if (asked.body or asked.headers) and not may_go_along(str(start), str(here)):
            raise FetchError(_not_for_others(start, here))
        if asked.follows is not None and not asked.follows(str(here)):
            raise LeadsElsewhereError(here, permission)
        moved_to = str(here) if permanent else moved_to
    raise FetchError(f"Too many redirects from {_name(start)} (more than {REDIRECTS_MAX})")


@contextmanager
def _asking(url: Address) -> Iterator[None]:
    """Set `url` of a FetchError raised in the block to the requested address."""
    try:
        yield
    except FetchError as error:
        error.url = str(url)
        raise


def _taken_apart(url: str) -> tuple[Address, str | None]:
    try:
        bare, userinfo = split_credentials(url)
        return parse_address(bare), userinfo
    except ValueError as error:
        raise FetchError(f"Invalid address: {shown_address(url)[:200]}") from error


def _next(here: Address, location: str) -> Address:
    """The target of a redirect, without credentials in it (RFC 9110, 10.2.2)."""
    try:
        return here.join(split_credentials(urljoin(str(here), _as_text(location)))[0])
    except ValueError as error:
        raise FetchError(f"{_name(here)} redirects to an invalid address") from error


def _not_for_others(start: Address, here: Address) -> str:
    if same_host(str(start), str(here)):
        return f"Blocked: {_name(start)} redirects to {here} without encryption, which would expose your password"
    return f"Blocked: {_name(start)} redirects to {_name(here)}; your password is not sent to another site"


def _as_text(location: str) -> str:
    """The value of a Location header decoded as UTF-8, if it is that: it should be ASCII, but often is not."""
    try:
        return location.encode("latin-1").decode()
    except UnicodeDecodeError:
        return location


def _request_headers(start: Address, here: Address, asked: _Asked, userinfo: str | None) -> list[tuple[bytes, bytes]]:
    headers: list[tuple[bytes, bytes]] = []
    if asked.validators and same_host(str(start), str(here)):
        headers += headers_and_decompression.validator_headers(asked.validators)
    if may_go_along(str(start), str(here)):
        headers += asked.headers
    if userinfo is not None and may_go_along(str(start), str(here)):
        headers.append((b"Authorization", authorization_of(userinfo).encode("ascii")))
    return headers


async def _answer(client: Client, question: Request, left: float, deadline: float) -> tuple[Response, float]:
    """Send one request; returns the response, and how many of the `left` seconds remain.

    Any failure is raised as a FetchError; unexpected errors are logged. `deadline`: the seconds named in the message.
    """
    name = _name(question.address)
    try:
        async with asyncio.timeout(max(left, 0)) as until:
            answer = await ask(client, question, until)
            return answer, left_of(until)
    except TimeoutError as error:
        raise errors.of_timeout(name, deadline) from error
    except PrivateAddressError as error:
        raise FetchError(
            f"Blocked: a public page links to {name} on your local network",
            FetchFailure.INSIDE,
        ) from error
    except TooLargeError as error:
        raise FetchError(
            f"Response from {name} too large (over {question.limit / 1000000:g} MB)", FetchFailure.TOO_LARGE
        ) from error
    except CutOffError as error:
        raise errors.of_cut(name) from error
    except UnpackError as error:
        raise FetchError(f"Cannot decompress the response from {name} ({error})") from error
    except (TransportError, OSError, ValueError) as error:
        raise errors.of_exception(name, error) from error
    except UNEXPECTED as error:
        log.exception("the answer of %s cannot be read", name)
        raise unreadable(name) from error


def _page(client: Client, url: Address, answer: Response, now: datetime, *, is_conditional: bool) -> Page:
    unchanged = answer.status == 304 and is_conditional
    if not unchanged and not answer.is_success:
        raise errors.of_status(_name(url), answer.status, headers_and_decompression.retry_after(answer.headers, now))
    return Page(
        url=str(url),
        status=304 if unchanged else 200,
        content=answer.body,
        content_type=answer.headers.first("content-type") or "",
        validators=headers_and_decompression.validators(answer.headers),
        fresh_for=headers_and_decompression.fresh_for(answer.headers, now),
        total_pages=headers_and_decompression.total_pages(answer.headers),
        reach=Reach.PRIVATE if _reach(client, url) is Reach.PRIVATE else Reach.PUBLIC,
    )


def _reach(client: Client, url: Address) -> Reach:
    return Reach.PRIVATE if client.is_inside(url) else client.reach(url) or Reach.UNKNOWN


def _name(url: Address) -> str:
    return url.name if url.given_port is None else f"{url.name}:{url.given_port}"
