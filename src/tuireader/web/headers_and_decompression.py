"""Headers of requests and responses, and decompression of bodies."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol
from urllib.parse import unquote

import brotli

from tuireader.model.feed import Validators
from tuireader.urls.typed_and_shown import basic_authorization

DAY = 86_400
RETRY_AFTER_MAX = 7 * DAY
"""Maximum seconds of Retry-After; a longer wait is probably an error."""

VALIDATOR_MAX = 2048
"""Maximum characters of a validator; common servers accept headers of 8 kB."""
_DIGITS = 8
"""Maximum digits of a plausible number of pages."""

RawHeaders = Sequence[tuple[bytes, bytes]]


class ResponseHeaders:
    """Response headers by lower-case name, decoded as latin-1."""

    def __init__(self, raw: RawHeaders) -> None:
        self._pairs = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in raw]

    def first(self, name: str) -> str | None:
        return next((value for key, value in self._pairs if key == name), None)

    def joined(self, name: str) -> str:
        """All values of a header joined with commas; "" if absent (RFC 9110, 5.3)."""
        return ", ".join(value for key, value in self._pairs if key == name)


def validators(headers: ResponseHeaders) -> Validators:
    """ETag and Last-Modified exactly as sent; without those too long for a request."""
    etag, modified = headers.first("etag") or "", headers.first("last-modified") or ""
    return Validators(*(value if 0 < len(value) <= VALIDATOR_MAX else None for value in (etag, modified)))


def validator_headers(validators: Validators) -> list[tuple[bytes, bytes]]:
    """Headers for a conditional request, byte for byte."""
    asked = [(b"If-None-Match", validators.etag), (b"If-Modified-Since", validators.last_modified)]
    return [(name, value.encode("latin-1")) for name, value in asked if value is not None]


def total_pages(headers: ResponseHeaders) -> int | None:
    """Number of pages of a WordPress list; None if not stated."""
    said = (headers.first("x-wp-totalpages") or "").strip()
    return int(said) if said.isascii() and said.isdecimal() and len(said) < _DIGITS else None


def fresh_for(headers: ResponseHeaders, now: datetime) -> int | None:
    """Seconds of freshness (RFC 9111, 4.2), 0 to 86,400; None if not stated."""
    directives = _directives(headers.joined("cache-control"))
    if "no-cache" in directives or "no-store" in directives:
        return 0
    if "max-age" in directives:
        seconds = _seconds(directives["max-age"])
        if seconds is not None:
            return _clamp(seconds - (_seconds(headers.first("age") or "") or 0), DAY)
    expires = headers.first("expires")
    if expires is None:
        return None
    at = _http_date(expires)
    return 0 if at is None else _clamp((at - _sent_at(headers, now)).total_seconds(), DAY)


def retry_after(headers: ResponseHeaders, now: datetime) -> int | None:
    """Seconds of Retry-After (RFC 9110, 10.2.3), at most a week; None if absent or invalid."""
    value = headers.first("retry-after")
    if value is None:
        return None
    seconds = _seconds(value)
    if seconds is None:
        at = _http_date(value)
        if at is None:
            return None
        return _clamp((at - _sent_at(headers, now)).total_seconds(), RETRY_AFTER_MAX)
    return _clamp(seconds, RETRY_AFTER_MAX)


def _sent_at(headers: ResponseHeaders, now: datetime) -> datetime:
    return _http_date(headers.first("date") or "") or now


def _directives(value: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in value.split(","))
    return {name.strip().lower(): argument.strip().strip('"') for name, _, argument in pairs}


def _seconds(value: str) -> int | None:
    value = value.strip()
    digits = value.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()):
        return None
    # More digits than any clamp: Python refuses to read numbers of thousands of digits.
    return (-1 if digits != value else 1) * int(digits[:18])


def _http_date(value: str) -> datetime | None:
    try:
        parsed = parsedate_to_datetime(value.strip())
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _clamp(seconds: float, most: int) -> int:
    return int(min(max(seconds, 0), most))


def authorization_of(userinfo: str) -> str:
    """The Authorization header for a `name:password` as written in an address (RFC 7617, UTF-8)."""
    name, _, password = userinfo.partition(":")
    return basic_authorization(unquote(name), unquote(password))


PIECE = 64 * 1024
"""Maximum bytes of one step (brotli: twice as many)."""

OFFERED = "gzip, deflate, br"
_LAYERS_MAX = 3
_MEMBERS = 1000
"""Maximum members of a gzip stream."""


class TooLargeError(Exception):
    """The body is larger than the limit."""


class UnpackError(Exception):
    """The body does not match its Content-Encoding, or that was not offered."""


class CutOffError(Exception):
    """The body is incomplete."""


class _Layer(Protocol):
    def pieces(self, data: bytes) -> Iterator[bytes]: ...

    def is_whole(self) -> bool:
        """Whether the body may end here: nothing was received, or everything announced."""


class _Gzip:
    """gzip, with any number of members, and padding after them."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(zlib.MAX_WBITS | 16)
        self._between_members = True
        self._members = 0

    def is_whole(self) -> bool:
        return self._between_members

    def pieces(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._between_members:
                if self._members and not data.startswith(b"\x1f"):
                    return
                self._members += 1
                if self._members > _MEMBERS:
                    raise UnpackError("packed in too many parts")
                self._member = zlib.decompressobj(zlib.MAX_WBITS | 16)
            yield from _inflate(self._member, data)
            self._between_members = self._member.eof
            data = self._member.unused_data


class _Deflate:
    """deflate, with the zlib wrapper of RFC 9110, or without, as some servers send it."""

    def __init__(self) -> None:
        self._head = b""
        self._stream: zlib._Decompress | None = None

    def is_whole(self) -> bool:
        return self._stream.eof if self._stream is not None else not self._head

    def pieces(self, data: bytes) -> Iterator[bytes]:
        if self._stream is None:
            self._head += data
            if len(self._head) < 2:
                return
            data = self._head
            wrapped = data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0
            self._stream = zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)
        if not self._stream.eof:
            yield from _inflate(self._stream, data)


def _inflate(stream: zlib._Decompress, data: bytes) -> Iterator[bytes]:
    """Inflate `data` in pieces; a step that gives nothing yields an empty one."""
    while True:
        try:
            piece = stream.decompress(data, PIECE)
        except zlib.error as error:
            raise UnpackError(str(error)) from error
        data = stream.unconsumed_tail
        yield piece
        if stream.eof or (not data and len(piece) < PIECE):
            return


class _Brotli:
    def __init__(self) -> None:
        self._stream = brotli.Decompressor()
        self._begun = False

    def is_whole(self) -> bool:
        return not self._begun or self._stream.is_finished()

    def pieces(self, data: bytes) -> Iterator[bytes]:
        self._begun = True
        try:
            while not self._stream.is_finished():
                piece = self._stream.process(data, output_buffer_limit=PIECE)
                data = b""
                yield piece
                if not piece and self._stream.can_accept_more_data():
                    return
        except brotli.error as error:
            raise UnpackError(str(error)) from error


class Unpacker:
    """Decompresses a body in pieces; its size is limited, compressed and after each layer of compression."""

    def __init__(self, content_encoding: str, limit: int) -> None:
        """Parse the header; raises UnpackError for codings that were not offered, or too many."""
        names = [name.strip().lower() for name in content_encoding.split(",")]
        codings = [name for name in names if name not in {"", "identity"}]
        if len(codings) > _LAYERS_MAX:
            raise UnpackError("packed too many times over")
        self._layers = [_layer(name) for name in reversed(codings)]
        self._sizes = [0] * (len(codings) + 1)
        self._limit = limit

    def feed(self, raw: bytes) -> Iterator[bytes]:
        """Add raw bytes; yields decoded pieces. Raises TooLargeError as soon as the limit is passed.

        A step without output yields an empty piece, so that the caller can pause: layers may unpack to nothing.
        """
        stream: Iterable[bytes] = self._metered(0, (raw,))
        for index, layer in enumerate(self._layers):
            stream = self._metered(index + 1, _through(layer, stream))
        yield from stream

    def end(self) -> None:
        """End of the raw bytes; raises CutOffError if there should be more."""
        if not all(layer.is_whole() for layer in self._layers):
            raise CutOffError

    def _metered(self, index: int, stream: Iterable[bytes]) -> Iterator[bytes]:
        for piece in stream:
            self._sizes[index] += len(piece)
            if self._sizes[index] > self._limit:
                raise TooLargeError
            yield piece


def _through(layer: _Layer, stream: Iterable[bytes]) -> Iterator[bytes]:
    for data in stream:
        yield from layer.pieces(data) if data else (data,)


def _layer(name: str) -> _Layer:
    if name in {"gzip", "x-gzip"}:
        return _Gzip()
    if name == "deflate":
        return _Deflate()
    if name == "br":
        return _Brotli()
    raise UnpackError(f"unsupported encoding: {name[:20]}")
