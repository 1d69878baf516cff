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
    206: "partial content",
    400: "bad request",
    401: "user name and password required; add them to the address: https://name:password@example.org/",
    402: "payment required",
    403: "access denied",
    404: "not found",
    406: "no supported format",
    407: "proxy user name and password required",
    408: "request timeout",
    410: "gone",
    429: "too many requests; try again later",
    451: "unavailable for legal reasons",
    500: "server error",
    502: "bad gateway",
    503: "temporarily unavailable",
    504: "gateway timeout",
}
_KINDS = {3: "redirect without a target", 5: "server error"}


def of_status(host: str, status: int, retry_after: int | None) -> FetchError:
    what = _STATUSES.get(status) or _KINDS.get(status // 100, "unexpected status")
    return FetchError(f"{host}: {what} ({status})", status=status, retry_after=retry_after)


def of_timeout(host: str, seconds: float) -> FetchError:
    return FetchError(f"{host} timed out after {seconds:g} s", FetchFailure.UNREACHED)


def of_cut(host: str) -> FetchError:
    return FetchError(f"{host} closed the connection early")


def of_exception(host: str, error: Exception) -> FetchError:
    """The FetchError for an exception of a request."""
    if isinstance(error, ValueError):
        return FetchError(f"Invalid address: {host}")
    if isinstance(error, ProxyRefusedError):
        return FetchError(f"Proxy could not connect to {host}: {error}")
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
        return FetchError(f"{host} is not responding", FetchFailure.UNREACHED)
    return None


def _of_protocol(host: str, error: Exception) -> str:
    if isinstance(error, UnconnectedError):
        return f"Could not connect to {host}"
    if isinstance(error, NoAnswerError):
        return f"{host} closed the connection without responding"
    if isinstance(error, CutShortError):
        return f"{host} closed the connection early"
    if isinstance(error, NotHttpError):
        return f"{host} sent an invalid HTTP response"
    return f"{host} closed the connection"


def _of_tls(host: str, error: ssl.SSLError) -> FetchError:
    if isinstance(error, ssl.SSLCertVerificationError):
        why = error.verify_message.rstrip(".")
        return FetchError(f"Untrusted certificate for {host} ({why})")
    why = (error.reason or "TLS failed").replace("_", " ").lower()
    return FetchError(f"TLS error with {host} ({why})", FetchFailure.UNREACHED)


def _of_distance(host: str) -> FetchError:
    if _has_route():
        return FetchError(f"Cannot reach {host}")
    return FetchError(f"Cannot reach {host}: no network", FetchFailure.OFFLINE)


def _of_name(host: str, error: socket.gaierror) -> FetchError:
    if error.errno == socket.EAI_AGAIN or not _has_route():
        return FetchError(f"Cannot look up {host}: no network", FetchFailure.OFFLINE)
    return FetchError(f"Host not found: {host}. Check the address and your connection")


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
