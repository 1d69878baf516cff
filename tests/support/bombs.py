"""A hundred megabytes of nothing, packed as small as servers may send it."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from functools import cache, partial

import brotli

SIZE = 100_000_000
"""Bytes of each when it is unpacked."""


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


_PACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "raw deflate": raw_deflate,
    "br": partial(brotli.compress, quality=1),
}


@cache
def bomb(*codings: str, first: bytes = b"") -> bytes:
    """Return `first` and then zeros, packed in each of these codings, one within the next."""
    packed = first + bytes(SIZE)
    for coding in codings:
        packed = _PACK[coding](packed)
    return packed
