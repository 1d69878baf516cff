"""Requests of other methods, as APIs take them."""

from __future__ import annotations

import asyncio

import pytest

from support.raw_server import CERTIFICATE, Serve, redirect, reply, saying, server_context
from tuireader.errors import FetchError
from tuireader.web.client import Client, open_client
from tuireader.web.fetch import get, send

TOKEN = [("X-Auth-Token", "secret"), ("Content-Type", "application/json")]


async def test_method_body_and_headers_arrive(client: Client, serve: Serve) -> None:
    server = await serve(saying(reply(b"[]", "Content-Type: application/json")))
    page = await send(client, "PUT", server.url, body=b'{"status": "read"}', headers=TOKEN)
    assert (page.status, page.content, page.content_type) == (200, b"[]", "application/json")
    assert server.heads[0].startswith(b"PUT / HTTP/1.1\r\n")
    assert b"x-auth-token: secret" in server.heads[0].lower()
    assert server.bodies == [b'{"status": "read"}']


async def test_an_answer_without_a_body_is_one(client: Client, serve: Serve) -> None:
    server = await serve(saying(b"HTTP/1.1 204 No Content\r\n\r\n"))
    assert (await send(client, "DELETE", server.url)).content == b""


@pytest.mark.parametrize("status", ["301 Moved Permanently", "302 Found", "303 See Other"])
async def test_a_redirect_turns_a_post_into_a_get(client: Client, serve: Serve, status: str) -> None:
    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(redirect("/there", status) if head.startswith(b"POST / ") else reply(b"done"))

    here = await serve(talk)
    assert (await send(client, "POST", here.url, body=b"x=1", headers=TOKEN)).content == b"done"
    assert here.heads[1].startswith(b"GET /there ")
    assert here.bodies == [b"x=1"]
    assert b"x-auth-token" in here.heads[1].lower()
    assert b"content-type" not in here.heads[1].lower()


@pytest.mark.parametrize("status", ["307 Temporary Redirect", "308 Permanent Redirect"])
async def test_a_redirect_that_keeps_the_method_keeps_the_body(client: Client, serve: Serve, status: str) -> None:
    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(redirect("/there", status) if head.startswith(b"POST / ") else reply(b"done"))

    here = await serve(talk)
    assert (await send(client, "POST", here.url, body=b"x=1")).content == b"done"
    assert here.heads[1].startswith(b"POST /there ")
    assert here.bodies == [b"x=1", b"x=1"]


async def test_a_token_goes_to_no_other_host(client: Client, serve: Serve) -> None:
    there = await serve(saying(reply(b"done")))
    elsewhere = there.url.replace("127.0.0.1", "localhost")
    here = await serve(saying(redirect(elsewhere, "302 Found")))
    with pytest.raises(FetchError, match=r"redirects to localhost:.*; your password is not sent"):
        await send(client, "GET", here.url, headers=TOKEN)
    assert b"secret" in here.heads[0]
    assert there.heads == []


@pytest.mark.parametrize("status", ["307 Temporary Redirect", "308 Permanent Redirect"])
async def test_a_body_which_may_hold_a_password_goes_to_no_other_host(
    client: Client, serve: Serve, status: str
) -> None:
    there = await serve(saying(reply(b"done")))
    here = await serve(saying(redirect(there.url, status)))
    with pytest.raises(FetchError, match="your password is not sent to another site"):
        await send(client, "POST", here.url, body=b"Passwd=secret")
    assert there.heads == []


@pytest.mark.parametrize("method", ["GET", "PUT"])
async def test_nothing_that_is_secret_goes_down_to_http(
    serve: Serve, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    answers: list[bytes] = []

    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(answers[0])

    here = await serve(talk, tls=server_context())
    answers.append(redirect(here.url, "307 Temporary Redirect"))  # the same host and port, by http
    async with open_client() as client:
        with pytest.raises(FetchError, match=r"redirects to http://127\.0\.0\.1:\d+/ without encryption"):
            await send(
                client,
                method,
                here.url.replace("http:", "https:"),
                body=b"" if method == "GET" else b"x=1",
                headers=TOKEN,
            )
    assert len(here.heads) == 1


async def test_only_what_does_no_harm_twice_is_sent_again(client: Client, serve: Serve) -> None:
    """A kept connection that the server closed: whether it took the request is not known."""
    for method, again in (("PUT", True), ("POST", False)):
        answered = 0

        async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
            nonlocal answered
            answered += 1
            if answered == 2:
                writer.close()
            else:
                writer.write(reply(b"here"))

        server = await serve(talk)
        assert (await get(client, server.url)).content == b"here"
        if again:
            assert (await send(client, method, server.url, body=b"x")).content == b"here"
        else:
            with pytest.raises(FetchError, match="closed the connection"):
                await send(client, method, server.url, body=b"x")
