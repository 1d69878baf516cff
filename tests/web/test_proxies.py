"""Proxies come from the environment, as other programs take them."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from conftest import Reply, ScriptedSite
from support.raw_server import CERTIFICATE, Serve, redirect, reply, saying, server_context
from tuireader.errors import FetchError
from tuireader.urls.hosts import Permission, Reach
from tuireader.web.address import parse_address
from tuireader.web.client import open_client
from tuireader.web.connection_pool import Proxies
from tuireader.web.fetch import get


@pytest.fixture(autouse=True)
def _no_exceptions(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)


async def test_an_http_proxy(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = await serve(saying(reply(b"by proxy")))
    monkeypatch.setenv("http_proxy", proxy.url.replace("://", "://us:pw@"))
    async with open_client() as client:
        page = await get(client, "http://example.org/feed")
    assert (page.content, page.reach, page.asked_reach) == (b"by proxy", Reach.PUBLIC, Reach.UNKNOWN)
    assert proxy.heads[0].startswith(b"GET http://example.org/feed HTTP/1.1\r\n")
    assert b"Proxy-Authorization: Basic dXM6cHc=" in proxy.heads[0]
    assert b"\r\nAuthorization" not in proxy.heads[0]


async def test_a_proxy_may_be_inside_but_pages_may_not_lead_there(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        answers = {b"example.org/a": redirect("/b"), b"example.org/b": redirect("http://127.0.0.1:9/")}
        writer.write(next((answer for path, answer in answers.items() if path in head), reply(b"secret")))

    proxy = await serve(talk)
    monkeypatch.setenv("http_proxy", proxy.url)
    async with open_client() as client:
        with pytest.raises(FetchError, match="Blocked: a public page links to"):
            await get(client, "http://example.org/a")
        with pytest.raises(FetchError, match="Blocked: a public page links to"):
            await get(client, "http://example.org/b", permission=Permission.PUBLIC_ONLY)
    assert len(proxy.heads) == 3


@pytest.mark.parametrize(
    "name",
    [
        "nas.local",
        "intranet",
        "db.internal",
        "router.lan",
        "printer.home",
        "db.corp",
        "x.localdomain4",
        "fritz.box",
        "wiki.acme",
    ],
)
async def test_a_proxy_is_not_led_to_names_of_its_own_network(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    proxy = await serve(saying(redirect(f"http://{name}/feed")))
    monkeypatch.setenv("http_proxy", proxy.url)
    async with open_client() as client:
        with pytest.raises(FetchError, match="Blocked: a public page links to"):
            await get(client, "http://example.org/feed")
        with pytest.raises(FetchError, match="Blocked: a public page links to"):
            await get(client, f"http://{name}/feed", permission=Permission.PUBLIC_ONLY)
    assert len(proxy.heads) == 1


async def test_no_proxy_is_heeded(site: ScriptedSite, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = await serve(saying(reply(b"by proxy")))
    monkeypatch.setenv("all_proxy", proxy.url)
    monkeypatch.setenv("no_proxy", "127.0.0.0/8")
    site.pages["/feed"] = Reply("direct")
    async with open_client() as client:
        assert (await get(client, site.url + "/feed")).content == b"direct"
        assert (await get(client, "http://example.org/feed")).content == b"by proxy"


async def test_a_socks_proxy(site: ScriptedSite, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []

    async def socks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(3)  # version 5, one method, none
        writer.write(b"\x05\x00")
        head = await reader.readexactly(5)  # version, connect, reserved, name, its length
        asked.append(await reader.readexactly(head[4] + 2))
        writer.write(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
        await reader.readuntil(b"\r\n\r\n")
        writer.write(reply(b"by socks"))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(socks, "127.0.0.1", 0)
    monkeypatch.setenv("all_proxy", f"socks5://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    async with server, open_client() as client:
        page = await get(client, "http://example.org/feed", permission=Permission.PUBLIC_ONLY)
    assert page.content == b"by socks"
    assert asked == [b"example.org\x00\x50"]


@pytest.mark.parametrize("exception", ["example.org", ".example.org", "*", "127.0.0.0/8,example.org"])
async def test_names_are_left_out_of_it_with_what_is_below_them(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, exception: str
) -> None:
    monkeypatch.setenv("all_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", exception)
    proxies = Proxies()
    assert proxies.of(parse_address("https://www.example.org/feed")) is None
    assert (proxies.of(parse_address("https://example.com/")) is None) is (exception == "*")


async def test_a_socks_proxy_that_wants_to_know_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[bytes] = []

    async def socks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readexactly(2)
        await reader.readexactly(head[1])
        writer.write(b"\x05\x02")
        user = await reader.readexactly((await reader.readexactly(2))[1])
        said.extend([user, await reader.readexactly((await reader.readexactly(1))[0])])
        writer.write(b"\x01\x01")  # no
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(socks, "127.0.0.1", 0)
    monkeypatch.setenv("all_proxy", f"socks5h://us:p%40w@127.0.0.1:{server.sockets[0].getsockname()[1]}")
    async with server, open_client() as client:
        with pytest.raises(FetchError, match=r"Proxy could not connect to example\.org"):
            await get(client, "https://example.org/")
    assert said == [b"us", b"p@w"]


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_secure_site_behind_a_proxy(serve: Serve, monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    """The proxy says in two pieces that it has connected, and may be a secure one itself."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    site = await serve(saying(reply(b"secret")), tls=server_context())
    heads: list[bytes] = []

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 Connection established\r\n")
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.write(b"Via: 1.1 it\r\n\r\n")
        onward = await asyncio.open_connection("127.0.0.1", site.port)
        await asyncio.gather(pump(reader, onward[1]), pump(onward[0], writer))

    tls = server_context() if scheme == "https" else None
    server = await asyncio.start_server(connect, "127.0.0.1", 0, ssl=tls)
    monkeypatch.setenv("https_proxy", f"{scheme}://us:pw@localhost:{server.sockets[0].getsockname()[1]}")
    monkeypatch.setenv("no_proxy", "example.com")
    async with server, open_client() as client:
        for _ in range(2):
            assert (await get(client, f"https://127.0.0.1:{site.port}/")).content == b"secret"
    assert len(heads) == 1
    assert heads[0].startswith(b"CONNECT 127.0.0.1:%d HTTP/1.1\r\n" % site.port)
    assert b"Proxy-Authorization: Basic dXM6cHc=" in heads[0]
    assert all(b"Proxy-Authorization" not in head for head in site.heads)


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


async def test_what_a_proxy_sends_before_the_site_can_is_no_answer(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = await serve(saying(b"HTTP/1.1 200 OK\r\n\r\n" + reply(b"injected")))
    monkeypatch.setenv("https_proxy", proxy.url)
    async with open_client() as client:
        with pytest.raises(FetchError, match="invalid HTTP response"):
            await get(client, "https://example.org/")


async def test_a_proxy_that_refuses(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = await serve(saying(reply(b"", status="403 Forbidden")))
    monkeypatch.setenv("https_proxy", proxy.url)
    async with open_client() as client:
        with pytest.raises(FetchError, match=r"Proxy could not connect to example\.org: 403 Forbidden"):
            await get(client, "https://example.org/")


@pytest.mark.parametrize("value", ["gopher://127.0.0.1:1", "http://:port:"])
async def test_a_proxy_that_makes_no_sense_is_a_sentence(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("all_proxy", value)
    with pytest.raises(FetchError, match="Invalid proxy"):
        async with open_client():
            pass


async def test_a_proxy_that_is_not_there_is_not_held_against_the_site(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = closed.sockets[0].getsockname()[1]
    closed.close()
    await closed.wait_closed()
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")
    async with open_client() as client:
        with pytest.raises(FetchError, match="Cannot reach the proxy") as caught:
            await get(client, "http://example.org/")
    assert caught.value.is_offline


async def test_what_fails_behind_a_proxy_is_the_sites_affair(monkeypatch: pytest.MonkeyPatch) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        await reader.read(1)  # the handshake begins
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    async with server, open_client() as client:
        with pytest.raises(FetchError, match=r"TLS error with example\.org") as caught:
            await get(client, "https://example.org/", deadline=5.0)
    assert not caught.value.is_offline
