"""A server that does not answer is not waited for again and again in one refresh."""

from __future__ import annotations

import asyncio
import socket
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from conftest import Reply, ScriptedSite
from support.raw_server import Serve, redirect, reply
from support.rss import Item, rss
from tuireader.errors import FetchError, FetchFailure, NotAskedError
from tuireader.library.politeness.queue import UnresponsiveHosts
from tuireader.library.refreshing.refresh import refresh
from tuireader.model.feed import Refreshed
from tuireader.urls.hosts import named_host
from tuireader.web import errors

if TYPE_CHECKING:
    from library.conftest import Library

FEED = "http://one.test:8000/feed"
SAID = "is not responding. Will retry later"

HANGS = 3.0
"""Seconds of a deadline that what hangs will miss, and what answers will meet even where the machine is busy."""

TWO_LANES = (2, 3)
"""The first lane may have asked once more before the second was done."""


def failure(url: str = FEED, kind: FetchFailure = FetchFailure.UNREACHED) -> FetchError:
    return FetchError("It failed.", kind, url=url)


def test_two_in_a_row_and_no_fewer() -> None:
    unresponsive = UnresponsiveHosts()
    for answer in (
        failure(),
        None,
        failure(),
        failure(kind=FetchFailure.OTHER),
        failure(),
        failure("http://two.test/"),
    ):
        unresponsive.note(FEED, answer)
        unresponsive.check(FEED)
    unresponsive.note(FEED, failure())
    unresponsive.check(FEED)
    unresponsive.note(FEED.replace("feed", "other"), failure())
    with pytest.raises(NotAskedError, match=f"^Skipped: one.test:8000 {SAID}$"):
        unresponsive.check(FEED)
    unresponsive.check("https://one.test:8000/feed")
    unresponsive.check("http://one.test/feed")
    unresponsive.note(FEED)  # one that was under way answered after all
    unresponsive.check(FEED)


@pytest.mark.parametrize("kind", [FetchFailure.UNREACHED, FetchFailure.OFFLINE])
def test_whether_it_may_be_the_network_is_as_it_was(kind: FetchFailure) -> None:
    unresponsive = UnresponsiveHosts()
    for _ in range(2):
        unresponsive.note(FEED, failure(kind=kind))
    with pytest.raises(NotAskedError) as raised:
        unresponsive.check(FEED)
    error = raised.value
    assert error.kind is kind


def test_addresses_that_are_none_are_no_server() -> None:
    unresponsive = UnresponsiveHosts()
    for _ in range(2):
        unresponsive.note("http://[", failure("http://["))
    unresponsive.check("http://one.test/")


async def refreshed(library: Library, *, deadline: float) -> dict[str, Refreshed]:
    async with library.asking() as queue:
        events = refresh(library.cache, queue, clock=library.clock, force=True, deadline=deadline)
        return {event.feed.url: event async for event in events}


async def test_a_server_that_hangs_is_asked_twice_in_a_refresh(
    library: Library, site: ScriptedSite, serve: Serve
) -> None:
    async def never(head: bytes, writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    hanging = await serve(never)
    site.pages["/feed"] = Reply(rss(Item("one")))
    dead = [feed.url for feed in library.follow(*(f"{hanging.url}{n}" for n in range(20)))]
    library.follow(site.url + "/feed")
    events = await refreshed(library, deadline=HANGS)
    asked = [url for url in dead if library.feed(url).failures]
    assert len(hanging.heads) == len(asked)
    assert len(asked) in TWO_LANES
    assert events[site.url + "/feed"].status == "updated"
    for url in dead:
        event, feed = events[url], library.feed(url)
        assert (event.status, event.error, event.offline) == ("failed", feed.error, False)
        assert feed.due is not None
        assert feed.due >= library.clock() + timedelta(hours=1)
        if url in asked:
            assert "timed out" in str(event.error)
            assert (feed.failures, feed.checked) == (1, library.clock())
        else:
            assert event.error == f"Skipped: {named_host(event.feed.url)} {SAID}"
            assert (feed.failures, feed.checked) == (0, None)
    hanging.talk = answering
    events = await refreshed(library, deadline=60)
    assert {event.error for event in events.values()} == {None}
    assert len(hanging.heads) == len(asked) + len(dead)


async def answering(head: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(reply(rss(Item("one")).encode()))


@pytest.mark.thorough
async def test_a_server_that_sends_us_to_one_that_hangs_is_not_taken_for_it(
    library: Library, site: ScriptedSite, serve: Serve
) -> None:
    async def never(head: bytes, writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    async def leading(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(redirect(hanging.url) if b"/away" in head else reply(rss(Item("one")).encode()))

    hanging, server = await serve(never), await serve(leading)
    away = [f"{server.url}away{n}" for n in range(3)]
    library.follow(*away, server.url + "here")
    events = await refreshed(library, deadline=HANGS)
    assert all("timed out" in str(events[url].error) for url in away)
    assert events[server.url + "here"].status == "updated"


@pytest.mark.parametrize("others", [False, True])
async def test_a_name_that_cannot_be_looked_up_is_held_against_no_feed_that_was_not_asked_for(
    library: Library, site: ScriptedSite, monkeypatch: pytest.MonkeyPatch, *, others: bool
) -> None:
    resolve, looked_up = socket.getaddrinfo, []

    def refuse(host: object, *args: object, **options: object) -> object:
        if host in {"lost.test", b"lost.test"}:
            looked_up.append(host)
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return resolve(host, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(errors, "_has_route", lambda: True)
    lost = library.follow(*(f"http://lost.test/{n}" for n in range(6)))
    if others:
        site.pages["/feed"] = Reply(rss(Item("one")))
        library.follow(site.url + "/feed")
    events = await refreshed(library, deadline=60)
    assert len(looked_up) in TWO_LANES
    assert all((events[feed.url].status, events[feed.url].offline) == ("failed", True) for feed in lost)
    after = [library.feed(feed.url) for feed in lost]
    assert sum(feed.failures for feed in after) == (len(looked_up) if others else 0)
    assert all((feed.error is not None) == others for feed in after)
