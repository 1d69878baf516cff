"""Finding the server at an address, where the way there is not what was typed."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from support.factories import NOW
from support.raw_server import CERTIFICATE, Serve, redirect, reply, saying, server_context
from support.reader_servers import PASSWORD, USER, FakeMiniflux
from tuireader.errors import FetchError, SyncError
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.politeness.queue import PoliteQueue, open_queue
from tuireader.library.syncing.detect import Found, find_server
from tuireader.library.syncing.server import Login
from tuireader.model.fetched import Page

LOGIN = Login(USER, PASSWORD)
_ME = b'{"id": 1, "username": "ann"}'


async def find(db: Path, address: str) -> Found:
    cache = Cache(db)
    try:
        async with open_queue(cache, clock=lambda: NOW) as queue:
            return await find_server(queue, address, LOGIN)
    finally:
        assert not cache.close()


async def test_a_certificate_that_nobody_vouches_for_gets_no_password(db: Path, serve: Serve) -> None:
    server = await serve(saying(reply(b"[]")), tls=server_context())
    with pytest.raises(FetchError, match="Untrusted certificate for"):
        await find(db, server.url.replace("http:", "https:"))
    assert server.heads == []


async def test_a_server_that_sends_us_down_to_http_gets_no_password_there(
    db: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    plain = await serve(saying(reply(b"[]")))

    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        path = head.split(b" ")[1].decode()
        writer.write(redirect(f"{plain.url[:-1]}{path}", "302 Found"))

    server = await serve(talk, tls=server_context())
    with pytest.raises(FetchError, match="your password is not sent to another site"):
        await find(db, server.url.replace("http:", "https:"))
    assert plain.heads == []


async def test_a_server_that_is_only_sent_on_to_https_is_asked_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """No password goes over http first, and nothing that is posted becomes a GET."""
    asked: list[tuple[str, str, bool]] = []

    async def send(
        self: PoliteQueue, method: str, url: str, *, headers: list[tuple[str, str]] | None = None, **_: object
    ) -> Page:
        asked.append((method, url, bool(headers)))
        secured = re.sub("^http:", "https:", url)
        path = url.partition("reader.example")[2].partition("?")[0]
        content = {"/v1/feeds": b"[]", "/v1/entries": b'{"total": 0, "entries": []}'}.get(path, _ME)
        return Page(url=secured, status=200, content=content, content_type="application/json")

    monkeypatch.setattr(PoliteQueue, "send", send)
    found = await find_server(PoliteQueue.__new__(PoliteQueue), "http://reader.example/", LOGIN)
    assert found == Found("miniflux", "https://reader.example", LOGIN.user)
    assert asked[0] == ("GET", "http://reader.example", False)
    assert all(url.startswith("https:") for _, url, has_secret in asked if has_secret)


async def test_a_server_without_https_is_asked_as_it_was_typed(db: Path) -> None:
    server = FakeMiniflux()
    try:
        assert await find(db, server.url) == Found("miniflux", server.url, "ann")
    finally:
        server.stop()


async def test_where_there_is_no_https_it_is_said_how_to_do_without(db: Path) -> None:
    server = FakeMiniflux()
    try:
        with pytest.raises(SyncError, match="If the server has no https, begin the address with http://"):
            await find(db, server.url.replace("http:", "https:"))
    finally:
        server.stop()


async def test_a_server_that_is_away_is_said_at_once(db: Path) -> None:
    server = FakeMiniflux()
    server.stop()
    with pytest.raises((FetchError, SyncError), match="refused"):
        await find(db, server.url)
