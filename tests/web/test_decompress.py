from __future__ import annotations

import gzip
import random
import tracemalloc
import zlib
from collections.abc import Callable

import brotli
import pytest

from support.bombs import bomb, raw_deflate
from tuireader.web.headers_and_decompression import CutOffError, TooLargeError, Unpacker, UnpackError

TEXT = "".join(random.Random(1).choices("abcdefgh <>/", k=300_000)).encode()


def unpack(encoding: str, body: bytes, *, limit: int = 1_000_000, step: int = 4096) -> bytes:
    unpacker = Unpacker(encoding, limit)
    pieces = [piece for start in range(0, len(body), step) for piece in unpacker.feed(body[start : start + step])]
    unpacker.end()
    return b"".join(pieces)


@pytest.mark.parametrize("step", [1, 7, 65_536, 10_000_000])
@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("", TEXT),
        ("identity", TEXT),
        ("gzip", gzip.compress(TEXT)),
        ("X-GZIP", gzip.compress(TEXT)),
        ("gzip", gzip.compress(TEXT[:1000]) + gzip.compress(b"") + gzip.compress(TEXT[1000:])),
        ("gzip", gzip.compress(TEXT) + b"\0" * 512),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", raw_deflate(TEXT)),
        ("deflate", zlib.compress(TEXT) + b"rubbish"),
        ("br", brotli.compress(TEXT, quality=3)),
        ("gzip, br", brotli.compress(gzip.compress(TEXT), quality=3)),
        ("br , gzip", gzip.compress(brotli.compress(TEXT, quality=3))),
        ("deflate, identity, gzip, br", brotli.compress(gzip.compress(zlib.compress(TEXT)), quality=3)),
    ],
    ids=lambda value: value if isinstance(value, str) else "body",
)
def test_every_coding_in_pieces_of_every_size(encoding: str, body: bytes, step: int) -> None:
    assert unpack(encoding, body, step=step) == TEXT


PACKED = {
    "gzip": gzip.compress(TEXT),
    "two members": gzip.compress(TEXT) + gzip.compress(TEXT),
    "deflate": zlib.compress(TEXT),
    "raw deflate": raw_deflate(TEXT),
    "br": brotli.compress(TEXT, quality=3),
    "gzip, br": brotli.compress(gzip.compress(TEXT), quality=3),
}
CODINGS = {"two members": "gzip", "raw deflate": "deflate"}


@pytest.mark.parametrize("name", PACKED)
@pytest.mark.parametrize("missing", [1, 4, 1000, -1, -10])
def test_what_was_cut_off_gives_what_is_there_and_is_not_whole(name: str, missing: int) -> None:
    packed = PACKED[name]
    unpacker = Unpacker(CODINGS.get(name, name), 1_000_000)
    got = b"".join(unpacker.feed(packed[:-missing]))
    assert (TEXT + TEXT).startswith(got)
    with pytest.raises(CutOffError):
        unpacker.end()


@pytest.mark.parametrize("name", PACKED)
def test_what_was_packed_outside_and_cut_inside_is_not_whole(name: str) -> None:
    unpacker = Unpacker(f"{CODINGS.get(name, name)}, gzip", 1_000_000)
    list(unpacker.feed(gzip.compress(PACKED[name][:-3])))
    with pytest.raises(CutOffError):
        unpacker.end()


@pytest.mark.parametrize("coding", ["", "gzip", "deflate", "br", "gzip, br"])
def test_nothing_at_all_is_whole(coding: str) -> None:
    Unpacker(coding, 1_000_000).end()


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", b"<rss>this is no gzip</rss>"),
        ("br", b"\xff<rss>nor is this brotli</rss>"),
        ("deflate", b"<rss>nor this deflate</rss>"),
        ("gzip", gzip.compress(TEXT)[:-8] + b"\xff" * 8),
        ("zstd", b"anything"),
        ("gzip, gzip, gzip, gzip", b"anything"),
        ("gzip", gzip.compress(b"") * 1001),
    ],
    ids=["gzip", "brotli", "deflate", "checksum", "not offered", "too many", "in too many parts"],
)
def test_lies_are_refused(encoding: str, body: bytes) -> None:
    with pytest.raises(UnpackError):
        unpack(encoding, body)


def test_layers_that_unpack_to_nothing_give_the_caller_a_turn() -> None:
    """Megabytes of empty blocks: no byte comes out, and each step of each layer is short."""
    empty = b"\x00\x00\x00\xff\xff" * 2_000_000
    stream = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff" + empty
    sent = gzip.compress(gzip.compress(stream))
    assert len(sent) < 5_000
    unpacker = Unpacker("gzip, gzip, gzip", 20_000_000)
    pieces = list(unpacker.feed(sent))
    assert b"".join(pieces) == b""
    assert len(pieces) >= len(empty) // (64 * 1024)


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", lambda: bomb("gzip")),
        ("deflate", lambda: bomb("deflate")),
        ("deflate", lambda: bomb("raw deflate")),
        ("br", lambda: bomb("br")),
        ("gzip, gzip", lambda: bomb("gzip", "gzip")),
        ("gzip, br", lambda: bomb("gzip", "br")),
        # The inner layer would refuse it: the outer one must have stopped before.
        ("br, gzip", lambda: bomb("gzip", first=b"\x06")),
    ],
    ids=["gzip", "zlib", "raw deflate", "brotli", "gzip twice", "gzip in brotli", "zeros as brotli in gzip"],
)
def test_bombs_stop_at_the_limit_in_bounded_memory(encoding: str, packed: Callable[[], bytes]) -> None:
    sent = packed()
    limit = 20_000_000
    unpacker = Unpacker(encoding, limit)
    got = 0
    tracemalloc.start()
    try:
        with pytest.raises((TooLargeError, UnpackError)):  # noqa: PT012 - the loop is what raises
            for piece in unpacker.feed(sent):
                got += len(piece)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert got <= limit
    assert peak < 5_000_000


def test_the_limit_is_exact() -> None:
    assert unpack("gzip", gzip.compress(b"x" * 1000), limit=1000) == b"x" * 1000
    with pytest.raises(TooLargeError):
        unpack("gzip", gzip.compress(b"x" * 1001), limit=1000)


def test_a_flood_that_unpacks_to_nothing_is_limited_too() -> None:
    with pytest.raises(TooLargeError):
        unpack("gzip", gzip.compress(b"") * 900, limit=10_000)
