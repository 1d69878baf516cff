"""Little that becomes much: the time and memory it takes are those of a process of its own, C libraries included."""

from __future__ import annotations

import asyncio
import gzip
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from support.bombs import bomb
from support.raw_server import Serve, raw_servers, reply

pytest.importorskip("resource", reason="the system does not tell how much memory a process took")

PARSED = 100_000_000
UNPACKED = 50_000_000
"""Bytes of memory."""

ITEM = "<item><title>{0}</title><description>{0}</description></item>"


def declared(entities: str, text: str) -> bytes:
    """A feed whose entry says that text, after such declarations."""
    item = ITEM.format(text)
    return f'<!DOCTYPE rss [{entities}]><rss version="2.0"><channel><title>T</title>{item}</channel></rss>'.encode()


def nested(sign: str, declaration: str) -> str:
    """Each entity is ten of the one before."""
    steps = (f'<!ENTITY {declaration}e{n} "{f"{sign}e{n - 1};" * 10}">' for n in range(1, 12))
    return f'<!ENTITY {declaration}e0 "ha">' + "".join(steps)


MULTIPLYING = {
    "a billion laughs": declared(nested("&", ""), "&e11;"),
    "in an attribute": declared(nested("&", ""), "<b title='&e11;'>x</b>"),
    "parameter entities": declared(nested("%", "% ") + "%e11;", "x"),
    "a long one a hundred thousand times over": declared(f'<!ENTITY e "{"x" * 50_000}">', "&e;" * 50_000),
    "a short one a hundred thousand times over": declared(f'<!ENTITY e "{"x" * 190}">', "&e;" * 50_000),
    "two that name each other": declared('<!ENTITY a "&b;"><!ENTITY b "&a;">', "&a;"),
    "a hundred thousand of them": declared("".join(f'<!ENTITY e{n} "ha">' for n in range(100_000)), "&e99999;"),
}


async def measured(*arguments: str, given: bytes = b"") -> dict[str, Any]:
    program = Path(__file__).with_name("measured.py")
    running = await asyncio.create_subprocess_exec(
        sys.executable, str(program), *arguments, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await running.communicate(given)
    assert running.returncode == 0
    took: dict[str, Any] = json.loads(out)
    return took


@pytest.mark.parametrize("name", MULTIPLYING)
async def test_entities_that_multiply_end_and_take_little_memory(name: str) -> None:
    took = await measured("parse", given=MULTIPLYING[name])
    assert took["said"]
    assert took["memory"] < PARSED


BOMBS = [
    ("gzip",), ("deflate",), ("raw deflate",), ("br",), ("gzip", "gzip"), ("gzip", "br"), ("br", "gzip"), ("br", "br"),
]  # fmt: skip


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    async with raw_servers() as start:
        yield start


async def test_bodies_that_unpack_to_a_thousand_times_their_size_are_too_large(serve: Serve) -> None:
    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        number = int(head.split()[1][1:])
        codings = BOMBS[number - 1] if number else ("gzip",)
        body = bomb(*codings) if number else gzip.compress(b"small")
        writer.write(reply(body, f"Content-Encoding: {', '.join(codings).removeprefix('raw ')}"))

    assert max(len(bomb(*codings)) for codings in BOMBS) < 200_000
    server = await serve(talk)
    took = await measured("get", *(f"{server.url}{number}" for number in range(len(BOMBS) + 1)))
    assert took["said"] == [f"127.0.0.1:{server.port} sent too much: over 20 MB is too large"] * len(BOMBS)
    assert took["memory"] < UNPACKED
