"""A host with several addresses: whichever answers first is taken, and an error says what it would of one address."""

from __future__ import annotations

import asyncio
import errno
import socket
from typing import Any

import pytest

from support.raw_server import Serve, reply, saying
from tuireader.errors import FetchError, FetchFailure
from tuireader.web import connection_pool
from tuireader.web.client import Client
from tuireader.web.fetch import get


def resolving(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    def look_up(_: Any, port: Any, **__: Any) -> list[Any]:
        families = [socket.AF_INET6 if ":" in each else socket.AF_INET for each in addresses]
        return [
            (family, socket.SOCK_STREAM, 6, "", (each, port)) for family, each in zip(families, addresses, strict=True)
        ]

    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, port, *a, **o: look_up(host, port) if host == "many.test" else real(host, port, *a, **o),
    )


async def test_families_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, "::1", "::2", "127.0.0.1", "::1")
    assert await connection_pool.addresses_of("many.test", 80) == ["::1", "127.0.0.1", "::2"]


async def test_one_that_fails_makes_way_for_the_next_at_once() -> None:
    asked: list[str] = []

    async def connect(where: str) -> str:
        asked.append(where)
        if where != "c":
            raise ConnectionRefusedError(errno.ECONNREFUSED, where)
        return where

    async with asyncio.timeout(60):
        assert await connection_pool.first_of("abcd", connect, lambda _: None) == "c"
    assert asked == ["a", "b", "c"]


async def test_one_that_is_silent_is_overtaken_and_let_go_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_pool, "NEXT", 0.0)
    silent, gone = asyncio.Event(), list[str]()

    async def connect(where: str) -> str:
        if where == "silent":
            try:
                await silent.wait()
            except asyncio.CancelledError:
                gone.append(where)
                raise
        return where

    assert await connection_pool.first_of(["silent", "quick"], connect, gone.append) == "quick"
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert gone == ["silent"]


async def test_the_first_error_is_that_of_all() -> None:
    async def connect(where: str) -> str:
        raise OSError(errno.ENETUNREACH if where == "a" else errno.ECONNREFUSED, where)

    with pytest.raises(OSError, match="a") as raised:
        await connection_pool.first_of("ab", connect, lambda _: None)
    assert raised.value.errno == errno.ENETUNREACH
    with pytest.raises(OSError, match="no address"):
        await connection_pool.first_of("", connect, lambda _: None)


async def test_a_host_of_two_addresses_of_which_one_answers(
    client: Client, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = await serve(saying(reply(b"hello")))
    resolving(monkeypatch, "127.0.0.9", "127.0.0.1")
    assert (await get(client, f"http://many.test:{server.port}/")).content == b"hello"


async def test_both_refuse(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, "127.0.0.8", "127.0.0.9")
    with pytest.raises(FetchError, match="refused the connection"):
        await get(client, "http://many.test:9/")


async def test_no_network_for_any_of_them(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, "127.0.0.8", "127.0.0.9")

    async def unreachable(*_: object, **__: object) -> None:
        raise OSError(errno.ENETUNREACH, "Network is unreachable")

    monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", unreachable)
    monkeypatch.setattr("tuireader.web.errors._has_route", lambda: False)
    with pytest.raises(FetchError) as raised:
        await get(client, "http://many.test:9/")
    assert raised.value.kind is FetchFailure.OFFLINE
