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
from tuireader.content.cleaning.clean import clean
from tuireader.feeds.parse import parse_feed

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
    assert took["said"] == [f"Response from 127.0.0.1:{server.port} too large (over 20 MB)"] * len(BOMBS)
    assert took["memory"] < UNPACKED


LONG = "http://a.example/" + "a/" * 30_000
SHARED = {
    "the address of a JSON feed": json.dumps(
        {
            "version": "https://jsonfeed.org/version/1",
            "home_page_url": LONG,
            "items": [{"id": str(n), "url": str(n)} for n in range(2000)],
        }
    ),
    "the authors of a JSON feed": json.dumps(
        {
            "version": "https://jsonfeed.org/version/1",
            "authors": [{"name": f"Author {n}"} for n in range(500)],
            "items": [{"id": str(n), "url": f"http://a.example/{n}"} for n in range(2000)],
        }
    ),
    "the address of an RSS feed": f'<rss version="2.0"><channel><title>T</title><link>{LONG}</link>'
    + "".join(f"<item><guid>{n}</guid><link>x{n}</link></item>" for n in range(2000))
    + "</channel></rss>",
    "the base of an Atom feed": f'<feed xmlns="http://www.w3.org/2005/Atom" xml:base="{LONG}"><title>T</title>'
    + "".join(f'<entry><id>{n}</id><link href="x{n}"/></entry>' for n in range(2000))
    + "</feed>",
}  # fmt: skip
"""What a feed says once, for all of its entries."""


@pytest.mark.parametrize("name", SHARED)
def test_what_a_feed_says_once_makes_its_entries_not_large(name: str) -> None:
    content = SHARED[name].encode()
    entries = parse_feed(content, "http://a.example/feed", "").entries
    assert len(entries) == 2000
    assert sum(len(repr(entry)) for entry in entries) <= 20 * len(content)


def test_links_of_an_article_do_not_grow_with_its_address() -> None:
    assert len(clean('<p>Words. <a href="x">x</a></p>' * 2000, LONG)) < 200_000
