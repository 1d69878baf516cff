"""What a well-behaved web gives, and what is asked of it."""

from __future__ import annotations

import asyncio
import gzip
import logging

import brotli
import pytest

from conftest import Reply, ScriptedSite
from support.raw_server import Serve, redirect, reply, saying
from tuireader.errors import FetchError, FetchFailure
from tuireader.model.feed import Validators
from tuireader.urls.hosts import Reach
from tuireader.web.client import Client, open_client
from tuireader.web.fetch import get
from tuireader.web.headers_and_decompression import Unpacker


async def failure(client: Client, url: str, **options: object) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await get(client, url, **options)  # type: ignore[arg-type]
    return caught.value


async def test_a_page(client: Client, site: ScriptedSite) -> None:
    site.pages["/feed"] = Reply(
        "<rss/>", content_type="text/xml", etag='W/"1"', last_modified="Mon", headers={"Cache-Control": "max-age=60"}
    )
    page = await get(client, site.url + "/feed#top")
    assert page.url == site.url + "/feed"
    assert (page.status, page.content, page.content_type) == (200, b"<rss/>", "text/xml")
    assert page.validators == Validators('W/"1"', "Mon")
    assert page.fresh_for == 60
    assert page.moved_to is None
    assert page.reach is Reach.PRIVATE


async def test_an_unchanged_page(client: Client, site: ScriptedSite) -> None:
    site.pages["/feed"] = Reply("<rss/>", etag='"1"', headers={"Cache-Control": "max-age=60"})
    first = await get(client, site.url + "/feed")
    again = await get(client, site.url + "/feed", validators=first.validators)
    assert (again.status, again.content, again.validators.etag, again.fresh_for) == (304, b"", '"1"', 60)
    assert site.requests[1].headers["if-none-match"] == '"1"'


async def test_what_nobody_has_foreseen_in_an_answer_is_its_failure(
    client: Client, site: ScriptedSite, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(*_: object) -> None:
        raise TypeError("planted")

    monkeypatch.setattr(Unpacker, "feed", failing)
    site.pages["/feed"] = Reply("<rss/>")
    assert "(a bug in tuireader). Details are in the log" in str(await failure(client, site.url + "/feed"))
    assert "planted" in caplog.text


async def test_a_304_that_nobody_asked_for_is_an_error(client: Client, site: ScriptedSite) -> None:
    site.pages["/feed"] = Reply(status=304)
    assert (await failure(client, site.url + "/feed")).status == 304


async def test_what_a_request_says_and_what_it_does_not(client: Client, site: ScriptedSite) -> None:
    site.pages["/a"] = Reply(status=302, headers={"Location": "/b?x=1", "Set-Cookie": "id=7; Path=/"})
    site.pages["/b?x=1"] = Reply("hello", headers={"Set-Cookie": "id=8; Path=/"})
    await get(client, site.url + "/a")
    await get(client, site.url + "/b?x=1")
    assert site.paths() == ["/a", "/b?x=1", "/b?x=1"]
    for request in site.requests:
        assert request.headers.pop("host") == site.url.removeprefix("http://")
        assert request.headers == {
            "user-agent": "tuireader/0.1 (feed reader)",
            "accept": "*/*",
            "accept-encoding": "gzip, deflate, br",
        }


async def test_packed_pages(client: Client, site: ScriptedSite) -> None:
    body = b"<rss>" + b"x" * 100_000
    site.pages["/gzip"] = Reply(gzip.compress(body), headers={"Content-Encoding": "gzip"})
    site.pages["/both"] = Reply(brotli.compress(gzip.compress(body)), headers={"Content-Encoding": "gzip, br"})
    assert (await get(client, site.url + "/gzip")).content == body
    assert (await get(client, site.url + "/both")).content == body


async def test_a_connection_is_used_again(client: Client, serve: Serve) -> None:
    server = await serve(saying(reply(b"hello")))
    for _ in range(3):
        await get(client, server.url)
    assert server.connections == 1


async def test_a_connection_is_used_again_after_a_304_and_within_redirects(client: Client, serve: Serve) -> None:
    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        near = b"GET / " in head
        writer.write(redirect("/near") if near else b"HTTP/1.1 304 Not Modified\r\n\r\n")

    server = await serve(talk)
    for _ in range(3):
        assert (await get(client, server.url, validators=Validators('"1"'))).status == 304
    assert (server.connections, len(server.heads)) == (1, 6)


async def test_a_kept_connection_that_was_closed_is_replaced(client: Client, serve: Serve) -> None:
    served = 0

    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        nonlocal served
        served += 1
        if served == 2:
            writer.close()  # as if the idle connection had just timed out
        else:
            writer.write(reply(b"hello"))

    server = await serve(talk)
    await get(client, server.url)
    assert (await get(client, server.url)).content == b"hello"
    assert server.connections == 2


async def test_at_most_two_connections_to_a_host(client: Client, serve: Serve) -> None:
    gate = asyncio.Event()
    waiting = 0

    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        nonlocal waiting
        waiting += 1
        if waiting == 2:
            gate.set()
        await gate.wait()
        writer.write(reply(b"hello"))

    server = await serve(talk)
    pages = await asyncio.gather(*(get(client, server.url + str(n)) for n in range(10)))
    assert len(pages) == 10
    assert server.most_open == 2


async def test_a_redirect_to_another_port_leaves_no_connection_idle(client: Client, serve: Serve) -> None:
    other = await serve(saying(reply(b"hello")))
    server = await serve(saying(redirect(other.url)))
    await get(client, server.url)
    while server.now_open:  # noqa: ASYNC110 - until the server has noticed, which keeps no event of it
        await asyncio.sleep(0.01)
    assert other.now_open == 1


@pytest.mark.thorough
async def test_waiting_for_a_slot_costs_nothing_of_the_deadline(serve: Serve) -> None:
    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.3)
        writer.write(reply(b"hello"))

    server = await serve(talk)
    async with open_client(per_host=1) as client:
        pages = await asyncio.gather(*(get(client, server.url, deadline=5) for _ in range(20)))
    assert len(pages) == 20


# Redirects


async def test_redirects_are_followed_and_the_permanent_ones_told(client: Client, site: ScriptedSite) -> None:
    site.pages["/a"] = Reply(status=301, headers={"Location": "/b"})
    site.pages["/b"] = Reply(status=308, headers={"Location": site.url + "/c"})
    site.pages["/c"] = Reply(status=302, headers={"Location": "d#part"})
    site.pages["/d"] = Reply("here")
    page = await get(client, site.url + "/a")
    assert (page.url, page.moved_to, page.content) == (site.url + "/d", site.url + "/c", b"here")


@pytest.mark.parametrize("status", [302, 303, 307])
async def test_a_temporary_redirect_moves_nothing(client: Client, site: ScriptedSite, status: int) -> None:
    site.pages["/a"] = Reply(status=status, headers={"Location": "/b"})
    site.pages["/b"] = Reply(status=301, headers={"Location": "/c"})
    site.pages["/c"] = Reply("here")
    page = await get(client, site.url + "/a")
    assert (page.url, page.moved_to) == (site.url + "/c", None)


async def test_ten_redirects_and_no_more(client: Client, site: ScriptedSite) -> None:
    for hop in range(11):
        site.pages[f"/{hop}"] = Reply(status=302, headers={"Location": f"/{hop + 1}"})
    site.pages["/11"] = Reply("here")
    assert (await get(client, site.url + "/1")).content == b"here"
    assert "Too many redirects" in str(await failure(client, site.url + "/0"))
    site.pages["/loop"] = Reply(status=301, headers={"Location": "/loop"})
    assert "Too many redirects" in str(await failure(client, site.url + "/loop"))


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd", "javascript:alert(1)", "ftp://example.org/", "data:text/html,x", "http://[",
        "http://example.org:99999/", "http://example.org:0/", "http://a..b/", "http://x\\y/", "http://%00/", "//a%2Fb/",
        "http://exa mple.org/", "http://\x7f/", "mailto:a@b.c",
        "http://" + "x" * 70_000 + "/", "https://[::1", "http://[fe80::1%25eth0]:x/", "http://[fe80::1%25eth0]/",
    ],
)  # fmt: skip
async def test_redirects_to_nowhere_are_one_error(client: Client, serve: Serve, location: str) -> None:
    server = await serve(saying(redirect(location)))
    error = await failure(client, server.url)
    assert "127.0.0.1" in str(error) or "example.org" in str(error)
    assert len(server.heads) == 1


async def test_a_redirect_without_a_location_is_an_error(client: Client, site: ScriptedSite) -> None:
    site.pages["/a"] = Reply(status=302)
    assert (await failure(client, site.url + "/a")).status == 302


async def test_a_location_in_utf8(client: Client, serve: Serve) -> None:
    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        moved = b"/caf%C3%A9" in head
        writer.write(reply(b"here") if moved else redirect("/café".encode().decode("latin-1")))

    server = await serve(talk)
    assert (await get(client, server.url)).url == server.url + "caf%C3%A9"


async def test_validators_stay_with_their_host(client: Client, serve: Serve) -> None:
    other = await serve(saying(reply(b"other")))

    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        near = b"GET / " in head
        writer.write(redirect("/near") if near else redirect(other.url))

    server = await serve(talk)
    await get(client, server.url, validators=Validators('"1"', "Mon"))
    assert len(server.heads) == 2
    for head in server.heads:
        assert b'If-None-Match: "1"\r\nIf-Modified-Since: Mon\r\n' in head
    assert b"If-" not in other.heads[0]


# Names and passwords


async def test_a_password_goes_to_its_host_alone_and_is_never_shown(
    client: Client, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    other = await serve(saying(reply(b"no", status="404 Not Found")))

    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        near = b"GET / " in head
        writer.write(redirect("/near") if near else redirect(other.url.replace("://", "://evil:hunter3@")))

    server = await serve(talk)
    error = await failure(client, server.url.replace("://", "://me:hunter2@"))
    for head in server.heads:
        assert b"\r\nAuthorization: Basic bWU6aHVudGVyMg==\r\n" in head
    assert b"Authorization" not in other.heads[0]
    told = str(error) + repr(error) + caplog.text
    assert "hunter2" not in told
    assert "bWU6aHVudGVyMg" not in told


async def test_a_page_does_not_carry_the_password(client: Client, site: ScriptedSite) -> None:
    site.pages["/feed"] = Reply("x")
    page = await get(client, site.url.replace("://", "://me:pw@") + "/feed")
    assert page.url == site.url + "/feed"


async def test_a_netrc_is_not_read(
    client: Client, site: ScriptedSite, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")  # type: ignore[operator]
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", f"{tmp_path}/.netrc")
    site.pages["/feed"] = Reply("x")
    await get(client, site.url + "/feed")
    assert "authorization" not in site.requests[0].headers


# Errors that the server speaks


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (404, "not found (404)"),
        (410, "gone (410)"),
        (403, "access denied (403)"),
        (401, "user name and password required"),
        (429, "too many requests; try again later (429)"),
        (503, "temporarily unavailable (503)"),
        (599, "server error (599)"),
        (418, "unexpected status (418)"),
    ],
)
async def test_statuses_are_sentences(client: Client, site: ScriptedSite, status: int, sentence: str) -> None:
    site.pages["/feed"] = Reply("<rss/>", status=status, headers={"Retry-After": "90"})
    error = await failure(client, site.url + "/feed")
    assert f"127.0.0.1:{site.url.rpartition(':')[2]}: {sentence}" in str(error)
    assert (error.status, error.retry_after, error.kind) == (status, 90, FetchFailure.STATUS)


@pytest.mark.parametrize(
    "address",
    [
        "", "example.org", "feed://example.org/", "http://", "http://[", "http://exa mple.org/", "file:///etc/passwd",
        "http://me:hunter2@[/", "javascript:1", "http://example.org:port/", "http://example.org:70000/", "\x1b[31m",
    ],
)  # fmt: skip
async def test_what_is_no_address(client: Client, address: str) -> None:
    error = await failure(client, address)
    assert "Invalid address" in str(error)
    assert "hunter2" not in str(error)
