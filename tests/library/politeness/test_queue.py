"""What is asked of a site besides its feeds, and what the queue knows of those that want to be left alone."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from conftest import Reply, ScriptedSite
from support.raw_server import Serve
from support.rss import Item, rss
from tuireader.errors import FetchError, FetchFailure, NotAskedError
from tuireader.library.politeness.queue import UnresponsiveHosts
from tuireader.urls.hosts import Permission

if TYPE_CHECKING:
    from library.conftest import Library

AS_GIVEN = Permission.AS_GIVEN

BUSY = Reply("Busy", 429, headers={"Retry-After": "600"})


async def test_a_host_that_had_enough_is_not_asked_for_anything_until_then(
    library: Library, site: ScriptedSite
) -> None:
    site.pages |= {"/a": BUSY, "/b": Reply("here")}
    async with library.asking() as queue:
        with pytest.raises(FetchError, match="429"):
            await queue.get(f"{site.url}/a", permission=AS_GIVEN)
        with pytest.raises(NotAskedError, match="Rate limit of") as raised:
            await queue.get(f"{site.url}/b", permission=AS_GIVEN)
        assert raised.value.kind is FetchFailure.HELD
    library.clock.advance(minutes=9)
    async with library.asking() as queue:  # also after a restart
        with pytest.raises(NotAskedError):
            await queue.get(f"{site.url}/b", permission=AS_GIVEN)
        library.clock.advance(minutes=2)
        assert (await queue.get(f"{site.url}/b", permission=AS_GIVEN)).content == b"here"
    assert site.paths() == ["/a", "/b"]


async def test_an_address_is_not_asked_for_in_another_spelling(library: Library, site: ScriptedSite) -> None:
    site.pages["/a"] = replace(BUSY, status=503)
    async with library.asking() as queue:
        with pytest.raises(FetchError, match="503"):
            await queue.get(f"{site.url}/a", permission=AS_GIVEN)
        with pytest.raises(NotAskedError):
            await queue.get(f"{site.url}/a?again", permission=AS_GIVEN, instead_of=(f"{site.url}/a",))
    assert site.paths() == ["/a"]


async def test_a_feed_that_asks_for_a_pause_is_not_opened_either_and_its_host_is(
    library: Library, site: ScriptedSite
) -> None:
    site.pages |= {"/feed": replace(BUSY, status=503), "/page": Reply("here")}
    (feed,) = library.follow(f"{site.url}/feed")
    await library.refresh()
    async with library.asking() as queue:
        with pytest.raises(NotAskedError, match="Rate limit of"):
            await queue.get(feed.url, permission=AS_GIVEN)
        assert (await queue.get(f"{site.url}/page", permission=AS_GIVEN)).content == b"here"
    assert site.paths() == ["/feed", "/page"]


async def test_another_port_and_the_api_of_an_account_are_another_service(
    library: Library, site: ScriptedSite, other_site: ScriptedSite
) -> None:
    site.pages |= {"/feed": BUSY, "/api": Reply("here"), "/busy-api": BUSY, "/page": Reply("here")}
    other_site.pages["/feed"] = Reply(rss(Item("one")))
    library.follow(f"{site.url}/feed", f"{other_site.url}/feed")
    events = await library.refresh()
    assert sorted(each.status for each in events) == ["failed", "updated"]
    async with library.asking() as queue:
        assert (await queue.send("GET", f"{site.url}/api")).content == b"here"
        with pytest.raises(FetchError, match="429"):
            await queue.send("GET", f"{site.url}/busy-api")
        with pytest.raises(NotAskedError):
            await queue.send("GET", f"{site.url}/api")


async def test_a_feed_of_a_host_that_had_enough_is_not_asked_for_in_the_same_run(
    library: Library, site: ScriptedSite
) -> None:
    site.pages |= {"/a": Reply("Busy", 429), "/b": Reply("here")}  # it does not say for how long
    first, second = library.follow(f"{site.url}/a", f"{site.url}/b")
    async with library.asking() as queue:
        async with queue.lane(first):
            with pytest.raises(FetchError, match="429"):
                await queue.get_feed(first, UnresponsiveHosts())
        async with queue.lane(second):
            with pytest.raises(NotAskedError):
                await queue.get_feed(second, UnresponsiveHosts())
            library.clock.advance(hours=25)
            assert (await queue.get_feed(second, UnresponsiveHosts())).content == b"here"


async def test_what_the_user_waits_for_goes_before_feeds_that_wait(
    library: Library, site: ScriptedSite, serve: Serve
) -> None:
    begun, go_on, typed_came = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slow(head: bytes, writer: asyncio.StreamWriter) -> None:
        if head.startswith(b"GET /typed"):
            typed_came.set()
        elif go_on.is_set():  # else feed-3 may follow it before a slow machine has sent what was asked beside it
            with suppress(TimeoutError):
                await asyncio.wait_for(typed_came.wait(), 5)
        begun.set()
        await go_on.wait()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nhere")

    there = await serve(slow)
    followed = library.follow(*(f"{there.url}feed-{number}" for number in range(4)))
    async with library.asking() as queue:

        async def fetch(number: int) -> None:
            async with queue.lane(followed[number]):
                await queue.get_feed(followed[number], UnresponsiveHosts())

        async with asyncio.TaskGroup() as tasks:
            for number in range(4):
                tasks.create_task(fetch(number))
            await begun.wait()
            typed = tasks.create_task(queue.get(f"{there.url}typed", permission=AS_GIVEN))
            while not any(host._first for host in queue._lanes._hosts.values()):  # noqa: ASYNC110 - nobody tells it
                await asyncio.sleep(0.01)
            go_on.set()
        assert typed.result().content == b"here"
    asked = [head.split()[1].decode().strip("/") for head in there.heads]
    assert sorted(asked[:2]) == ["feed-0", "feed-1"]
    assert asked.index("typed") < asked.index("feed-3")  # both lanes were free at about the same time
