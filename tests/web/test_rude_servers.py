"""What a broken or hostile web does; no test waits longer than the small deadline that it sets itself."""

from __future__ import annotations

import asyncio
import errno
import gzip
import socket
import tracemalloc
from contextlib import suppress
from dataclasses import dataclass

import pytest

from support.bombs import bomb
from support.raw_server import CERTIFICATE, RawServer, Serve, reply, saying, server_context
from tuireader.errors import FetchError
from tuireader.model.feed import Validators
from tuireader.web import errors
from tuireader.web.client import Client, open_client
from tuireader.web.fetch import get


async def failure(client: Client, url: str, **options: object) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await get(client, url, **options)  # type: ignore[arg-type]
    return caught.value


# Slowness


async def drip(writer: asyncio.StreamWriter, head: bytes, drop: bytes) -> None:
    writer.write(head)
    while not writer.is_closing():
        writer.write(drop)
        await writer.drain()
        await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("head", "drop"),
    [
        (b"", b""),
        (b"", b"H"),
        (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x"),
        (b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 10000\r\n\r\n", b"x"),
    ],
    ids=["silence", "status", "headers", "body", "chunks", "length", "redirect"],
)
async def test_the_deadline_is_over_everything(client: Client, serve: Serve, head: bytes, drop: bytes) -> None:
    async def talk(request: bytes, writer: asyncio.StreamWriter) -> None:
        await drip(writer, head, drop)

    server = await serve(talk)
    async with asyncio.timeout(60):
        error = await failure(client, server.url, deadline=0.2)
    assert str(error) == f"127.0.0.1:{server.port} timed out after 0.2 s" or (
        drop == b"H"  # a status line of a thousand Hs is refused before
    )


async def test_redirects_share_one_deadline(client: Client, serve: Serve) -> None:
    async def talk(request: bytes, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.1)
        writer.write(reply(b"", "Location: /", status="302 Found"))

    server = await serve(talk)
    error = await failure(client, server.url, deadline=0.35)
    assert "timed out after 0.35 s" in str(error)
    assert len(server.heads) <= 4


async def test_a_request_can_be_cancelled_at_once_and_the_client_lives(client: Client, serve: Serve) -> None:
    asked = asyncio.Event()

    async def talk(request: bytes, writer: asyncio.StreamWriter) -> None:
        if b"/slow" in request:
            asked.set()
            await asyncio.Event().wait()
        writer.write(reply(b"hello"))

    server = await serve(talk)
    tasks = [asyncio.ensure_future(get(client, server.url + "slow")) for _ in range(5)]
    await asked.wait()
    for task in tasks:
        task.cancel()
    assert all(
        isinstance(each, asyncio.CancelledError) for each in await asyncio.gather(*tasks, return_exceptions=True)
    )
    assert (await get(client, server.url)).content == b"hello"


# Size


async def endless(head: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"x" * 65_536)
        await writer.drain()


async def test_a_body_without_end(client: Client, serve: Serve) -> None:
    server = await serve(endless)
    assert str(await failure(client, server.url, limit=2_000_000)) == (
        f"Response from 127.0.0.1:{server.port} too large (over 2 MB)"
    )


async def test_a_length_that_is_too_large_is_not_even_read(client: Client, serve: Serve) -> None:
    server = await serve(saying(b"HTTP/1.1 200 OK\r\nContent-Length: 20000001\r\n\r\n"))
    assert "too large (over 20 MB)" in str(await failure(client, server.url))


async def test_headers_without_end(client: Client, serve: Serve) -> None:
    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while not writer.is_closing():
            writer.write(b"X-More: " + b"y" * 8000 + b"\r\n")
            await writer.drain()

    server = await serve(talk)
    assert "invalid HTTP response" in str(await failure(client, server.url))


@pytest.mark.parametrize("times", [1, 2])
async def test_a_bomb_is_too_large_and_takes_little_memory(client: Client, serve: Serve, times: int) -> None:
    codings = ["gzip"] * times
    encoding = ", ".join(codings)
    server = await serve(saying(reply(bomb(*codings), f"Content-Encoding: {encoding}")))
    tracemalloc.start()
    try:
        error = await failure(client, server.url)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "too large" in str(error)
    assert peak < 50_000_000


async def test_the_loop_goes_on_while_a_bomb_is_unpacked(client: Client, serve: Serve) -> None:
    server = await serve(saying(reply(gzip.compress(b"\0" * 19_000_000), "Content-Encoding: gzip")))
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.ensure_future(count())
    page = await get(client, server.url)
    counting.cancel()
    assert len(page.content) == 19_000_000
    assert turns > 19_000_000 // 65_536


# Nonsense


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (b"", "closed the connection without responding"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", "closed the connection early"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nha", "closed the connection early"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhalf", "invalid HTTP"),
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "invalid HTTP"),
        (b"\x15\x03\x01\x00\x02\x02\x46" * 99, "invalid HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", "invalid HTTP"),
        (b"HTTP/1.1 200 OK\r\nbad header\r\n\r\n", "invalid HTTP"),
        (b"HTTP/1.1 999999 OK\r\n\r\n", "invalid HTTP"),
        (reply(b"no gzip", "Content-Encoding: gzip"), "Cannot decompress"),
        (reply(b"zstd", "Content-Encoding: zstd"), "Cannot decompress"),
    ],
)
async def test_nonsense_is_one_sentence(client: Client, serve: Serve, answer: bytes, sentence: str) -> None:
    server = await serve(saying(answer, hang_up=True))
    error = await failure(client, server.url)
    assert f"127.0.0.1:{server.port} " in str(error)
    assert sentence in str(error)
    assert not error.is_offline


async def test_a_server_that_resets(client: Client, serve: Serve) -> None:
    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    server = await serve(talk)
    assert "connection" in str(await failure(client, server.url))


# No connection at all


async def test_a_closed_port(client: Client) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, never listening
        port = taken.getsockname()[1]
        error = await failure(client, f"http://127.0.0.1:{port}/")
    assert str(error) == f"127.0.0.1:{port} refused the connection"
    assert not error.is_offline


@dataclass
class NameCase:
    code: int
    route: bool
    sentence: str
    offline: bool


@pytest.mark.parametrize(
    "case",
    [
        NameCase(socket.EAI_NONAME, True, "Host not found: example.org. Check the address and your connection", False),
        NameCase(socket.EAI_NONAME, False, "Cannot look up example.org: no network", True),
        NameCase(socket.EAI_AGAIN, True, "Cannot look up example.org: no network", True),
    ],
)
async def test_a_name_that_is_not_found(client: Client, monkeypatch: pytest.MonkeyPatch, case: NameCase) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise socket.gaierror(case.code, "no")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(errors, "_has_route", lambda: case.route)
    error = await failure(client, "http://example.org/")
    assert (str(error), error.is_offline) == (case.sentence, case.offline)


@pytest.mark.parametrize(("route", "offline"), [(True, False), (False, True)])
async def test_no_way_there(client: Client, monkeypatch: pytest.MonkeyPatch, route: bool, offline: bool) -> None:
    async def unreachable(*_: object, **__: object) -> None:
        raise OSError(errno.ENETUNREACH, "Network is unreachable")

    monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", unreachable)
    monkeypatch.setattr(errors, "_has_route", lambda: route)
    error = await failure(client, "http://198.51.100.7/")
    assert "Cannot reach 198.51.100.7" in str(error)
    assert error.is_offline is offline


async def test_names_that_break_the_resolver(client: Client) -> None:
    error = await failure(client, f"http://{'x' * 64}.example.org/")
    assert "example.org" in str(error)


# TLS


async def https(serve: Serve) -> RawServer:
    return await serve(saying(reply(b"hello")), tls=server_context())


async def test_a_certificate_that_nobody_vouches_for(client: Client, serve: Serve) -> None:
    server = await https(serve)
    error = await failure(client, server.url.replace("http:", "https:"))
    assert "Untrusted certificate for 127.0.0.1" in str(error)
    assert server.heads == []


async def test_no_tls_where_tls_was_asked_for(client: Client) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        error = await failure(client, f"https://127.0.0.1:{port}/")
    assert "TLS error with" in str(error)


async def test_a_tls_handshake_without_answer_leaves_no_connection_behind(client: Client) -> None:
    held: list[asyncio.StreamWriter] = []

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)
        await reader.read()  # ends when the client closes
        writer.close()

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        error = await failure(client, f"https://127.0.0.1:{port}/", deadline=0.1)
        async with asyncio.timeout(60):
            await held[0].wait_closed()
    assert "timed out after 0.1 s" in str(error)


async def test_a_verified_certificate_is_accepted(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    server = await https(serve)
    async with open_client() as client:
        assert (await get(client, server.url.replace("http:", "https:"))).content == b"hello"


async def test_large_bodies_come_a_few_at_a_time(serve: Serve) -> None:
    """Thirty bombs at once must not take thirty times the limit."""
    server = await serve(saying(reply(gzip.compress(b"\0" * 30_000_000), "Content-Encoding: gzip")))
    tracemalloc.start()
    try:
        async with open_client(per_host=30) as client:
            errors = [failure(client, server.url) for _ in range(30)]
            assert all("too large" in str(error) for error in await asyncio.gather(*errors))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 150_000_000


async def test_a_large_body_waits_for_others_outside_of_its_deadline(serve: Serve) -> None:
    """Three that send much, slowly, must not be held against a fourth that is quick."""

    async def slow(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1_100_000)
        while not writer.is_closing():
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.01)

    drips, quick = await serve(slow), await serve(saying(reply(b"y" * 1_200_000)))
    async with open_client(per_host=30) as client:
        held = [asyncio.ensure_future(failure(client, drips.url, deadline=0.6)) for _ in range(3)]
        while client.large._value:  # noqa: ASYNC110 - no one thing tells it
            await asyncio.sleep(0.01)
        page = await get(client, quick.url, deadline=0.4)
        assert len(page.content) == 1_200_000
        assert all("timed out" in str(error) for error in await asyncio.gather(*held))


# What belongs to no answer, or not to this one


async def test_what_follows_an_answer_is_not_the_answer_to_the_next_request(client: Client, serve: Serve) -> None:
    server = await serve(saying(reply(b"mine") + reply(b"smuggled")))
    assert [(await get(client, server.url)).content for _ in range(3)] == [b"mine"] * 3
    assert server.connections == 3


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("pause", [None, 0.0, 0.3, 1.4], ids=["at once", "0 s", "0.3 s", "1.4 s"])
async def test_what_comes_unasked_is_never_the_answer_to_the_next_request(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, scheme: str, pause: float | None
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    sent = asyncio.Event()

    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        mine = reply(head.split()[1])
        if pause is None:
            writer.write(mine + reply(b"smuggled"))
        else:
            writer.write(mine)
            await writer.drain()
            await asyncio.sleep(pause)
            with suppress(ConnectionError):
                writer.write(reply(b"smuggled"))
                await writer.drain()
        sent.set()

    server = await serve(talk, tls=server_context() if scheme == "https" else None)
    url = server.url.replace("http", scheme, 1)
    async with open_client() as client:
        for number in range(3):
            assert (await get(client, f"{url}{number}")).content == b"/%d" % number
            await sent.wait()
            sent.clear()
    assert server.connections == 3


async def test_a_stray_chunk_after_an_answer_without_a_body_costs_the_connection_alone(
    client: Client, serve: Serve
) -> None:
    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        is_known = b"if-none-match" in head.lower()
        writer.write(b"HTTP/1.1 304 Not Modified\r\n\r\n0\r\n\r\n" if is_known else reply(b"hello"))

    server = await serve(talk)
    assert (await get(client, server.url, validators=Validators('"1"'))).status == 304
    assert (await get(client, server.url)).content == b"hello"


async def test_so_many_interim_answers_are_none(client: Client, serve: Serve) -> None:
    few, many = (b"HTTP/1.1 103 Early Hints\r\n\r\n" * count + reply(b"hello") for count in (9, 100))
    assert (await get(client, (await serve(saying(few))).url)).content == b"hello"
    assert "invalid HTTP response" in str(await failure(client, (await serve(saying(many))).url))


@pytest.mark.parametrize("length", ["00000000099999999999", "16384"])
async def test_what_a_redirect_says_of_its_body_keeps_nobody(client: Client, serve: Serve, length: str) -> None:
    """It may announce as much as it likes, and send more than it announces."""

    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        if b" /there " in head:
            writer.write(reply(b"hello"))
            return
        writer.write(f"HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: {length}\r\n\r\n".encode())
        with suppress(ConnectionError):
            for _ in range(100):
                writer.write(b"x" * 65_536)
                await writer.drain()

    server = await serve(talk)
    assert (await get(client, server.url)).content == b"hello"


async def test_a_redirect_whose_body_never_comes_is_followed(client: Client, serve: Serve) -> None:
    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        if b" /there " in head:
            writer.write(reply(b"hello"))
        else:
            writer.write(b"HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 100\r\n\r\n")

    server = await serve(talk)
    async with asyncio.timeout(20):  # the deadline of the request is longer
        assert (await get(client, server.url)).content == b"hello"
    assert server.connections == 2


async def test_what_is_sent_before_a_connection_is_secure_is_no_answer(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is on the way can send it, and let the handshake pass after it."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    behind = await https(serve)

    async def between(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(b"injected"))
        await writer.drain()
        onward = await asyncio.open_connection("127.0.0.1", behind.port)
        await asyncio.gather(pump(reader, onward[1]), pump(onward[0], writer))

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(between, "127.0.0.1", 0)
    async with server, open_client() as client:
        port = server.sockets[0].getsockname()[1]
        error = await failure(client, f"https://127.0.0.1:{port}/", deadline=5.0)
    assert "TLS error" in str(error)
    assert behind.heads == []
