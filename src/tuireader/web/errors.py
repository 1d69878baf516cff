"""Network errors as sentences: exceptions and statuses become FetchErrors."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator

from tuireader.errors import FetchError, FetchFailure
from tuireader.web.connection import (
    CutShortError,
    NoAnswerError,
    NotHttpError,
    ProxyRefusedError,
    TransportError,
    UnconnectedError,
)

_NO_NETWORK = {errno.ENETUNREACH, errno.ENETDOWN, errno.EHOSTUNREACH, errno.EHOSTDOWN, errno.EADDRNOTAVAIL}

_STATUSES = {
    206: "it sent a part of the page only",
    400: "it did not understand the request",
    401: "it wants a valid name and password in the address, as in https://name:password@example.org/",
    402: "it wants to be paid",
    403: "access denied",
    404: "there is nothing at this address",
    406: "it has nothing in a form that tuireader can read",
    407: "the proxy wants a name and a password",
    408: "it waited too long for the request",
    410: "this is gone for good",
    429: "too many requests; try again later",
    451: "it may not show this for legal reasons",
    500: "its server failed",
    502: "a server behind it failed",
    503: "not available just now",
    504: "a server behind it did not answer",
}
_KINDS = {3: "it redirects to nowhere", 5: "its server failed"}


def of_status(host: str, status: int, retry_after: int | None) -> FetchError:
    what = _STATUSES.get(status) or _KINDS.get(status // 100, "that is no page")
    return FetchError(f"{host} answered {status}: {what}", status=status, retry_after=retry_after)


def of_timeout(host: str, seconds: float) -> FetchError:
    return FetchError(f"{host} did not answer (timed out after {seconds:g} s)", FetchFailure.UNREACHED)


def of_cut(host: str) -> FetchError:
    return FetchError(f"{host} broke off in the middle")


def of_exception(host: str, error: Exception) -> FetchError:
    """The FetchError for an exception of a request."""
    if isinstance(error, ValueError):
        return FetchError(f"{host} has an address that cannot be opened")
    if isinstance(error, ProxyRefusedError):
        return FetchError(f"The proxy would not connect to {host}: {error}")
    for cause in _causes(error):
        if isinstance(cause, OSError):
            found = _of_system(host, cause)
            if found is not None:
                return found
    unreached = isinstance(error, TransportError) and not isinstance(error, CutShortError)
    return FetchError(_of_protocol(host, error), FetchFailure.UNREACHED if unreached else FetchFailure.OTHER)


def _of_system(host: str, error: OSError) -> FetchError | None:
    """The FetchError for an error of the system or OpenSSL, if that is specific."""
    if isinstance(error, ssl.SSLError):
        return _of_tls(host, error)
    if isinstance(error, socket.gaierror):
        return _of_name(host, error)
    if isinstance(error, ConnectionRefusedError):
        return FetchError(f"{host} refused the connection", FetchFailure.UNREACHED)
    if error.errno in _NO_NETWORK:
        return _of_distance(host)
    if isinstance(error, TimeoutError):
        return FetchError(f"{host} did not answer", FetchFailure.UNREACHED)
    return None


def _of_protocol(host: str, error: Exception) -> str:
    if isinstance(error, UnconnectedError):
        return f"{host} could not be connected to"
    if isinstance(error, NoAnswerError):
        return f"{host} closed the connection without an answer"
    if isinstance(error, CutShortError):
        return f"{host} broke off in the middle"
    if isinstance(error, NotHttpError):
        return f"{host} answered with something that is not HTTP"
    return f"{host} broke off the connection"


def _of_tls(host: str, error: ssl.SSLError) -> FetchError:
    if isinstance(error, ssl.SSLCertVerificationError):
        why = error.verify_message.rstrip(".")
        return FetchError(f"{host} has a certificate that cannot be trusted ({why})")
    why = (error.reason or "TLS failed").replace("_", " ").lower()
    return FetchError(f"{host} offers no secure connection that works ({why})", FetchFailure.UNREACHED)


def _of_distance(host: str) -> FetchError:
    if _has_route():
        return FetchError(f"{host} cannot be reached")
    return FetchError(f"{host} cannot be reached: there seems to be no network", FetchFailure.OFFLINE)


def _of_name(host: str, error: socket.gaierror) -> FetchError:
    if error.errno == socket.EAI_AGAIN or not _has_route():
        return FetchError(f"{host} cannot be looked up: there seems to be no network", FetchFailure.OFFLINE)
    return FetchError(f"{host} could not be found. Is the address right, and are you online?")


def _has_route() -> bool:
    """Whether there is a route to the internet; no packet is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return False
    return True


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An exception with its causes, members of groups, and exceptions in its arguments."""
    seen: set[int] = set()
    todo: list[BaseException] = [error]
    while todo:
        one = todo.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        todo += [other for other in (one.__cause__, one.__context__) if other is not None]
        todo += [other for other in one.args if isinstance(other, BaseException)]
        if isinstance(one, BaseExceptionGroup):
            todo += one.exceptions
