"""Many feeds, nine in ten of them rude: one refresh ends, and every feed is in or says why it is not."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from support.bombs import bomb
from support.raw_server import RawServer, raw_servers, reply
from support.rss import Item, rss
from tuireader.model.query import Query
from tuireader.store import feeds
from tuireader.store.connection import connect
from tuireader.store.queries import article_lists

pytest.importorskip("resource", reason="the system does not tell how much memory a process took")

SOME, MANY = 8, 50
DEADLINE = 20.0
"""Seconds for each feed; in earnest it is half a minute. So many that a machine that is busy loses none."""
ENTRIES = 10
MEMORY = 250_000_000

FINE = rss(*(Item(f"entry-{n}", html=f"<p>{'Words of an article. ' * 300}</p>") for n in range(ENTRIES))).encode()
RSS = "Content-Type: application/rss+xml"
ANSWERS = {
    "fine": reply(FINE, RSS),
    "missing": reply(b"<title>Not found</title>", status="404 Not Found"),
    "busy": reply(b"", "Retry-After: 60", status="429 Too Many Requests"),
    "looping": reply(b"", "Location: /again", status="302 Found"),
    "page": reply(b"<html><title>Welcome</title>No feed here.</html>", "Content-Type: text/html"),
    "empty": reply(b"", RSS),
    "cut": reply(FINE, RSS)[:20_000],
}
SAID = {
    "slow": r"timed out after 20 s",
    "dead": "refused the connection",
    "missing": r"\(404\)",
    "busy": r"\(429\)",
    "looping": "Too many redirects",
    "bomb": "too large|not responding|timed out",  # where others are busy unpacking, it may be late
    "page": "a web page",
    "empty": "Empty page",
    "cut": "closed the connection early",
}
KINDS = ("fine", *SAID)


async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
    """Answer as the name of the host says: "slow-7.test" drips for ever, the others say their piece."""
    kind = re.search(rb"(?i)^host: ([a-z]+)-", head, re.MULTILINE)
    assert kind is not None
    name = kind[1].decode()
    if name == "slow":
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n\r\n<rss>")
        while not writer.is_closing():
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.1)
        return
    writer.write(reply(bomb("gzip"), RSS, "Content-Encoding: gzip") if name == "bomb" else ANSWERS[name])
    if name == "cut":
        await writer.drain()
        writer.close()


@pytest.fixture
async def server() -> AsyncIterator[RawServer]:
    async with raw_servers() as start:
        yield await start(talk)


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def follow(path: Path, port: int, of_each: int) -> None:
    dead = closed_port()
    with closing(connect(path)) as c:
        for number in range(of_each):
            for kind in KINDS:
                url = f"http://{kind}-{number}.test:{dead if kind == 'dead' else port}/feed"
                feeds.add(c, url, title="", site="", now=datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("of_each", [SOME, pytest.param(MANY, marks=pytest.mark.slow)])
async def test_a_refresh_of_many_rude_feeds_ends_and_every_feed_says_how_it_fared(
    db: Path, server: RawServer, of_each: int
) -> None:
    follow(db, server.port, of_each)
    program = Path(__file__).with_name("loaded.py")
    running = await asyncio.create_subprocess_exec(
        sys.executable, str(program), str(db), str(DEADLINE), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await running.communicate()
    ran = json.loads(out)
    assert len(ran["events"]) == of_each * len(KINDS)
    fared: Counter[str] = Counter()
    for event in ran["events"]:
        kind = re.search(r"//([a-z]+)-", event["url"])[1]  # type: ignore[index]
        if kind == "fine":
            assert (event["status"], event["new"], event["error"]) == ("updated", ENTRIES, None)
        else:
            assert event["status"] == "failed"
            assert re.search(SAID[kind], event["error"]), event
        fared[kind] += 1
    assert fared == dict.fromkeys(KINDS, of_each)
    assert ran["memory"] < MEMORY
    check(db, of_each)


def check(path: Path, of_each: int) -> None:
    """What the events said is what the cache has."""
    with closing(connect(path)) as c:
        assert article_lists.count(c, Query(apart=True)) == of_each * ENTRIES  # each sends the same
        for summary in feeds.summaries(c):
            fine = "//fine-" in summary.feed.url
            assert (summary.feed.error is None) == fine
            assert summary.total == (ENTRIES if fine else 0)
