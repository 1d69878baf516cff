"""A public page must not lead into the reader's own network."""

from __future__ import annotations

import asyncio
import itertools
import socket
from contextlib import suppress
from typing import Any

import pytest

from support.fake_networks import two_networks
from support.raw_server import RawServer, Serve, redirect, reply, saying
from tuireader.errors import FetchError
from tuireader.urls.hosts import Permission, Reach
from tuireader.web.client import Client
from tuireader.web.fetch import get


@pytest.fixture(autouse=True)
def _two_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    two_networks(monkeypatch)


@pytest.fixture
async def inside(serve: Serve) -> RawServer:
    return await serve(saying(reply(b"secret")), host="127.0.0.2")


def address(name: str, server: RawServer) -> str:
    return f"http://{name}:{server.port}/"


async def refused(client: Client, url: str, **options: object) -> None:
    with pytest.raises(FetchError, match="Blocked: a public page links to"):
        await get(client, url, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("target", ["127.0.0.2", "inside.test", "localhost"])
async def test_a_public_page_may_not_send_us_inside(
    client: Client, serve: Serve, inside: RawServer, target: str
) -> None:
    public = await serve(saying(redirect(address(target, inside))))
    await refused(client, address("public.org", public))
    assert len(public.heads) == 1
    assert inside.heads == []


@pytest.mark.parametrize(
    "target",
    [
        *("127.1.1.1", "127.255.255.254", "10.0.0.1", "10.255.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
        *("0.0.0.0", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:127.0.0.2]", "[::ffff:7f00:1]", "[::ffff:10.0.0.1]"),
        *("[fd00::1]", "[fe80::1]", "[64:ff9b::a00:1]", "[fec0::1]", "[64:ff9b:1::a09:807]", "[::10.9.8.7]"),
        *("[::ffff:0:10.9.8.7]", "[3fff::1]", "[5f00::1]"),
    ],
)
async def test_addresses_inside_are_not_even_connected_to(
    client: Client, serve: Serve, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    public = await serve(saying(redirect(f"http://{target}:9/")))

    async def connect(protocol: Any, host: str, port: int, **options: Any) -> Any:
        assert host == "127.0.0.1"
        return await real(protocol, host, port, **options)

    loop = asyncio.get_running_loop()
    real = loop.create_connection
    monkeypatch.setattr(loop, "create_connection", connect)
    await refused(client, address("public.org", public))


@pytest.mark.parametrize("target", ["2130706434", "0x7f.2", "127.2"])
async def test_odd_spellings_of_an_address_inside(client: Client, serve: Serve, inside: RawServer, target: str) -> None:
    public = await serve(saying(redirect(address(target, inside))))
    await refused(client, address("public.org", public))
    assert inside.heads == []


async def test_a_connection_kept_open_to_the_inside_is_not_lent(
    client: Client, serve: Serve, inside: RawServer
) -> None:
    assert (await get(client, address("inside.test", inside))).reach is Reach.PRIVATE
    public = await serve(saying(redirect(address("inside.test", inside))))
    await refused(client, address("public.org", public))
    assert (len(inside.heads), inside.connections) == (1, 1)


async def test_what_the_reader_typed_may_be_inside_and_stay_there(client: Client, serve: Serve) -> None:
    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(redirect("/there") if b"GET / " in head else reply(b"hello"))

    server = await serve(talk, host="127.0.0.2")
    for name in ("127.0.0.2", "inside.test"):
        page = await get(client, address(name, server))
        assert (page.content, page.reach, page.asked_reach) == (b"hello", Reach.PRIVATE, Reach.PRIVATE)


async def test_the_inside_may_lead_outside_and_both_are_told_apart(client: Client, serve: Serve) -> None:
    public = await serve(saying(reply(b"hello")))
    inside = await serve(saying(redirect(address("public.org", public))), host="127.0.0.2")
    page = await get(client, address("inside.test", inside))
    assert (page.reach, page.asked_reach) == (Reach.PUBLIC, Reach.PRIVATE)


async def test_what_was_found_on_a_public_page_may_not_be_inside(client: Client, inside: RawServer) -> None:
    for name in ("127.0.0.2", "inside.test"):
        await refused(client, address(name, inside), permission=Permission.PUBLIC_ONLY)
    assert inside.heads == []
    assert (await get(client, address("inside.test", inside), permission=Permission.ANYWHERE)).content == b"secret"


async def test_a_public_page_that_the_inside_names_may_not_lead_inside(
    client: Client, serve: Serve, inside: RawServer
) -> None:
    """A feed of one's own network may be made of strangers' pages."""
    public = await serve(saying(redirect(address("inside.test", inside))))
    await refused(client, address("public.org", public), permission=Permission.ANYWHERE)
    assert inside.heads == []


async def test_a_public_page_is_told_apart(client: Client, serve: Serve) -> None:
    public = await serve(saying(reply(b"hello")))
    for permission in Permission:
        page = await get(client, address("public.org", public), permission=permission)
        assert (page.content, page.reach, page.asked_reach) == (b"hello", Reach.PUBLIC, Reach.PUBLIC)


async def test_the_rule_fails_closed(client: Client, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """If it were not told where a connection leads, pages that must be public would be refused."""
    monkeypatch.setattr(client, "reach", lambda _: None)
    public = await serve(saying(reply(b"hello")))
    await refused(client, address("public.org", public), permission=Permission.PUBLIC_ONLY)


async def test_a_name_that_leads_inside_at_the_second_look_is_refused(
    client: Client, serve: Serve, inside: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is judged is the address that is connected to, however the name is looked up."""
    outside = await serve(saying(reply(b"hello", "Connection: close")))
    resolve, looks = socket.getaddrinfo, itertools.count()

    def rebind(host: Any, *args: Any, **options: Any) -> Any:
        name = "public.org" if next(looks) % 2 == 0 else "inside.test"
        return resolve(name if host in ("moving.test", b"moving.test") else host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", rebind)
    for server in (outside, inside) * 6:
        with suppress(FetchError):
            page = await get(client, address("moving.test", server), permission=Permission.PUBLIC_ONLY)
            assert page.content == b"hello"
    assert outside.heads
    assert inside.heads == []


async def test_addresses_of_ipv6_are_judged_as_connected(client: Client, serve: Serve) -> None:
    try:
        server = await serve(saying(reply(b"secret")), host="::1")
    except OSError:
        pytest.skip("this system has no IPv6")
    url = f"http://[::1]:{server.port}/"
    assert (await get(client, url)).content == b"secret"
    for written in (url, url.replace("::1", "0:0:0:0:0:0:0:1"), url.replace("::1", "::ffff:127.0.0.2")):
        await refused(client, written, permission=Permission.PUBLIC_ONLY)
    for written in ("http://[fe80::1%25lo]:9/", "http://[::1%lo]:9/", "http://[::1/"):
        with pytest.raises(FetchError):
            await get(client, written, permission=Permission.PUBLIC_ONLY)
    assert len(server.heads) == 1
