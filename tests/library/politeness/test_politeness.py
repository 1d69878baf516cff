"""The rules that publishers ask a feed reader to keep, seen from the server; their arithmetic is in test_polling."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from conftest import Reply, ScriptedSite
from support.raw_server import Serve, reply, saying
from support.rss import Item, rss
from tuireader.library.refreshing.refresh import refresh

if TYPE_CHECKING:
    from collections.abc import Iterator

    from library.conftest import Library

ONE = rss(Item("one"))
TWO = rss(Item("two"), Item("one"))


@pytest.fixture
def other() -> Iterator[ScriptedSite]:
    scripted = ScriptedSite()
    yield scripted
    scripted.stop()


def sent(site: ScriptedSite, name: str) -> list[str | None]:
    """What each request said in one header."""
    return [request.headers.get(name) for request in site.requests]


async def test_rule_01_validators_are_echoed_byte_for_byte(library: Library, site: ScriptedSite) -> None:
    site.pages["/feed"] = Reply(ONE, etag='W/"a, \xe9"', last_modified="last  tuesday, I think")
    library.follow(site.url + "/feed")
    await library.refresh()
    await library.refresh(force=True)
    assert sent(site, "if-none-match") == [None, 'W/"a, \xe9"']
    assert sent(site, "if-modified-since") == [None, "last  tuesday, I think"]


async def test_rule_01_validators_are_never_invented(library: Library, site: ScriptedSite) -> None:
    """Neither from when the answer was given, nor from the dates that the feed has."""
    dates = "".join(
        f"<{name}>Thu, 15 Jan 2026 08:00:00 GMT</{name}>" for name in ("lastBuildDate", "pubDate", "modified")
    )
    site.pages["/feed"] = Reply(
        rss(Item("one"), extra=dates), headers={"Date": "Thu, 15 Jan 2026 12:00:00 GMT", "Cache-Control": "max-age=60"}
    )
    library.follow(site.url + "/feed")
    await library.refresh()
    await library.refresh(force=True)
    assert sent(site, "if-none-match") == sent(site, "if-modified-since") == [None, None]


async def test_rule_02_one_unconditional_request_ever(library: Library, site: ScriptedSite) -> None:
    site.pages["/feed"] = Reply(ONE, etag='"1"')
    (feed,) = library.follow(site.url + "/feed")
    await library.refresh()
    for _ in range(3):  # each is a restart
        library.clock.advance(hours=25)
        await library.refresh()
        await library.refresh(library.feed(feed.url), force=True)
        await library.refresh(feed, force=True)  # an outdated idea of the feed does not matter
    site.pages["/feed"] = Reply(TWO, etag='"2"')
    await library.refresh(force=True)
    async with library.asking() as queue:  # a crash, or a quit, in the middle
        events = refresh(library.cache, queue, None, clock=library.clock, force=True)
        async with aclosing(events):
            task = asyncio.ensure_future(anext(events))
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
    await library.refresh(force=True)
    assert sent(site, "if-none-match").count(None) == 1
    assert sent(site, "if-none-match")[-1] == '"2"'


async def test_rule_03_both_validators_are_sent_and_renewed(library: Library, site: ScriptedSite) -> None:
    site.pages["/feed"] = Reply(ONE, etag='"1"', last_modified="Mon")
    library.follow(site.url + "/feed")
    await library.refresh()
    site.pages["/feed"] = Reply(ONE, etag='"2"', last_modified="Tue")  # the same body
    await library.refresh(force=True)
    site.pages["/feed"] = Reply(status=304, headers={"ETag": '"3"', "Last-Modified": "Wed"})
    await library.refresh(force=True)
    await library.refresh(force=True)
    assert sent(site, "if-none-match") == [None, '"1"', '"2"', '"3"']
    assert sent(site, "if-modified-since") == [None, "Mon", "Tue", "Wed"]


@pytest.mark.parametrize("body", ["<html><body>Log in to the hotel's network", "", '{"error": "try again"}', "<rss"])
async def test_rule_03_validators_of_what_does_not_parse_are_not_stored(
    library: Library, site: ScriptedSite, body: str
) -> None:
    site.pages["/feed"] = Reply(ONE, etag='"1"')
    library.follow(site.url + "/feed")
    await library.refresh()
    site.pages["/feed"] = Reply(body, etag='"portal"', last_modified="Now")
    (event,) = await library.refresh(force=True)
    assert (event.status, event.error, event.feed.error) == ("failed", event.feed.error, event.error)
    assert event.error
    await library.refresh(force=True)
    assert sent(site, "if-none-match") == [None, '"1"', '"1"']
    assert sent(site, "if-modified-since") == [None, None, None]
    assert library.titles() == ["one"]


async def test_rule_04_validators_belong_to_a_host(library: Library, site: ScriptedSite, other: ScriptedSite) -> None:
    site.pages["/feed"] = Reply(status=302, headers={"Location": other.url + "/feed"})
    other.pages["/feed"] = Reply(ONE, etag='"other"', last_modified="Mon")
    library.follow(site.url + "/feed")
    await library.refresh()
    await library.refresh(force=True)
    for server in (site, other):
        assert sent(server, "if-none-match") == sent(server, "if-modified-since") == [None, None]


async def test_rule_05_once_an_hour_and_a_restart_does_not_reset_the_timer(
    library: Library, site: ScriptedSite
) -> None:
    site.pages["/feed"] = Reply(ONE, etag='"1"')
    (feed,) = library.follow(site.url + "/feed")
    await library.refresh()
    library.clock.advance(minutes=59)
    assert await library.refresh() == []
    assert [event.status for event in await library.refresh(feed)] == ["not-due"]
    assert len(site.requests) == 1
    library.clock.advance(minutes=1)
    assert [event.status for event in await library.refresh()] == ["unchanged"]
    assert [event.status for event in await library.refresh(feed, force=True)] == ["unchanged"]
    assert sent(site, "if-none-match") == [None, '"1"', '"1"']


async def test_rule_05_once_a_day_without_validators(library: Library, site: ScriptedSite) -> None:
    site.pages["/feed"] = Reply(ONE)
    library.follow(site.url + "/feed")
    await library.refresh()
    library.clock.advance(hours=23, minutes=59)
    assert await library.refresh() == []
    library.clock.advance(minutes=1)
    assert [event.status for event in await library.refresh()] == ["unchanged"]


EVERY_SIX_HOURS = (
    "<s:updatePeriod xmlns:s='http://purl.org/rss/1.0/modules/syndication/'>daily</s:updatePeriod>"
    "<s:updateFrequency xmlns:s='http://purl.org/rss/1.0/modules/syndication/'>4</s:updateFrequency>"
)


@pytest.mark.parametrize(
    ("headers", "extra", "wait"),
    [
        ({"Cache-Control": "max-age=7200"}, "", 2),
        ({"Cache-Control": "no-cache, max-age=7200"}, "", 1),
        ({"Cache-Control": "max-age=99999999"}, "", 24),
        ({"Cache-Control": "max-age=60"}, "", 1),
        ({"Expires": "Fri, 31 Dec 9999 23:59:59 GMT"}, "", 24),
        ({"Expires": "0"}, "", 1),
        ({"Expires": "Fri, 31 Dec 9999 23:59:59 GMT", "Cache-Control": "max-age=7200"}, "", 2),
        ({}, "<ttl>180</ttl>", 3),
        ({}, "<ttl>99999999</ttl>", 24),
        ({}, EVERY_SIX_HOURS, 6),
        ({"Cache-Control": "max-age=7200"}, "<ttl>180</ttl>", 3),
    ],
)
async def test_rule_06_the_next_poll_waits_as_long_as_server_and_feed_say(
    library: Library, site: ScriptedSite, headers: dict[str, str], extra: str, wait: int
) -> None:
    site.pages["/feed"] = Reply(rss(Item("one"), extra=extra), etag='"1"', headers=headers)
    library.follow(site.url + "/feed")
    for requests in (1, 2, 3):  # a 200, then two 304
        await library.refresh()
        assert len(site.requests) == requests
        library.clock.advance(hours=wait, seconds=-1)
        assert await library.refresh() == []
        library.clock.advance(seconds=1)


async def test_rule_07_retry_after_holds_for_the_host_across_restarts_and_force(
    library: Library, site: ScriptedSite, other: ScriptedSite
) -> None:
    site.pages["/busy"] = Reply(status=429, headers={"Retry-After": "7200"})
    site.pages["/feed"] = other.pages["/feed"] = Reply(ONE, etag='"1"')
    busy, feed = library.follow(site.url + "/busy", site.url + "/feed")
    assert (await library.refresh(busy))[0].error == (
        f"127.0.0.1:{site.url.rpartition(':')[2]}: too many requests; try again later (429)"
    )
    library.clock.advance(hours=2, seconds=-1)
    assert await library.refresh(force=True) == []
    assert [event.status for event in await library.refresh(busy, feed, force=True)] == ["not-due", "not-due"]
    assert site.paths() == ["/busy"]
    library.clock.advance(seconds=1)
    del site.pages["/busy"]
    await library.refresh()
    assert sorted(site.paths()) == ["/busy", "/busy", "/feed"]


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
@pytest.mark.parametrize(
    ("retry_after", "hours"),
    [
        ("7200", 2),
        ("Thu, 01 Jan 1970 02:00:00 GMT", 2),  # by the server's clock, which has just been switched on
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("-7200", 0),
        ("9" * 5000, 7 * 24),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 7 * 24),
    ],
)
async def test_rule_07_retry_after_in_every_form(
    library: Library, serve: Serve, status: str, retry_after: str, hours: int
) -> None:
    date = "Date: Thu, 01 Jan 1970 00:00:00 GMT"
    server = await serve(saying(reply(b"", date, f"Retry-After: {retry_after}", status=status)))
    (feed,) = library.follow(server.url)
    await library.refresh()
    if hours:
        library.clock.advance(hours=hours, seconds=-1)
        assert [event.status for event in await library.refresh(feed, force=True)] == ["not-due"]
        assert len(server.heads) == 1
        library.clock.advance(seconds=1)
    await library.refresh(feed, force=True)
    assert len(server.heads) == 2


@pytest.mark.parametrize("retry_after", ["soon", "", "1e3", "Thu, 99 Jan 2026"])
async def test_rule_07_nonsense_for_retry_after_means_the_usual_wait(
    library: Library, serve: Serve, retry_after: str
) -> None:
    server = await serve(saying(reply(b"", f"Retry-After: {retry_after}", status="429 Too Many Requests")))
    (feed,) = library.follow(server.url)
    await library.refresh()
    library.clock.advance(minutes=59)
    assert [event.status for event in await library.refresh(feed, force=True)] == ["not-due"]
    library.clock.advance(minutes=1)
    await library.refresh(feed, force=True)
    assert len(server.heads) == 2


@pytest.mark.parametrize("says", [False, True])
async def test_rule_07_a_redirect_holds_only_the_host_that_says_so(
    library: Library, site: ScriptedSite, other_site: ScriptedSite, *, says: bool
) -> None:
    """Else one site could keep the feeds of another one away, day after day, or those of the host that leads to it."""
    other = f"http://localhost:{other_site.url.rpartition(':')[2]}"
    busy = Reply(status=429, headers={"Retry-After": "600000"} if says else {})
    for each in (site, other_site):
        each.pages |= {"/feed": Reply(rss(Item("one")), content_type="text/xml")}
        each.pages |= {"/leads": Reply(status=302, headers={"Location": f"{other}/busy"}), "/busy": busy}
    library.follow(f"{site.url}/leads", f"{site.url}/feed", f"{other}/feed")
    await library.refresh(library.feed(f"{site.url}/leads"))
    held = {feed.url: feed.not_before is not None for feed in library.feeds()}
    assert held == {f"{site.url}/leads": True, f"{site.url}/feed": False, f"{other}/feed": says}
    await library.refresh()
    assert "/feed" in site.paths()
    assert ("/feed" in other_site.paths()) is not says


async def test_rule_07_a_redirect_to_a_busy_host_stops_nothing_else_of_the_same_refresh(
    library: Library, site: ScriptedSite, other_site: ScriptedSite
) -> None:
    other = f"http://localhost:{other_site.url.rpartition(':')[2]}"
    other_site.pages["/busy"] = Reply(status=429, headers={"Retry-After": "600"})
    site.pages["/0"] = Reply(status=302, headers={"Location": f"{other}/busy"})
    names = [f"/{number}" for number in range(1, 50)]
    site.pages |= {name: Reply(rss(Item("one")), content_type="text/xml") for name in names}
    library.follow(f"{site.url}/0", *(site.url + name for name in names))
    await library.refresh()
    assert set(names) <= set(site.paths())


async def test_rule_07_a_429_stops_what_was_still_to_be_asked_of_the_host(library: Library, site: ScriptedSite) -> None:
    for name in range(50):
        site.pages[f"/{name}"] = Reply(status=429, headers={"Retry-After": "600"})
    library.follow(*(f"{site.url}/{name}" for name in range(50)))
    events = await library.refresh()
    assert len(events) == 50
    assert len(site.requests) <= 2
    assert sum(event.status == "not-due" for event in events) >= 48


async def test_rule_07_a_503_holds_for_its_address_alone(library: Library, site: ScriptedSite) -> None:
    site.pages["/busy"] = Reply(status=503, headers={"Retry-After": "7200"})
    site.pages["/feed"] = Reply(ONE, etag='"1"')
    busy, feed = library.follow(site.url + "/busy", site.url + "/feed")
    await library.refresh(busy)
    events = await library.refresh(busy, feed, force=True)
    assert [event.status for event in events] == ["not-due", "updated"]


@pytest.mark.parametrize("status", [301, 308])
async def test_rule_08_a_feed_moves_after_three_permanent_redirects(
    library: Library, site: ScriptedSite, status: int
) -> None:
    site.pages["/old"] = Reply(status=status, headers={"Location": "/new"})
    site.pages["/new"] = Reply(ONE, etag='"1"')
    library.follow(site.url + "/old")
    for _ in range(4):
        await library.refresh(force=True)
    assert site.paths() == ["/old", "/new"] * 3 + ["/new"]
    assert [feed.url for feed in library.feeds()] == [site.url + "/new"]
    assert library.titles() == ["one"]


async def test_rule_08_not_to_where_no_feed_is_and_not_for_a_while(library: Library, site: ScriptedSite) -> None:
    site.pages["/old"] = Reply(status=301, headers={"Location": "/login"})
    site.pages["/login"] = Reply("<html>Please log in")
    site.pages["/there"] = Reply(ONE)
    for status in (302, 303, 307):
        site.pages[f"/{status}"] = Reply(status=status, headers={"Location": "/there"})
    site.pages["/mixed"] = Reply(status=301, headers={"Location": "/then"})
    site.pages["/then"] = site.pages["/307"]
    addresses = [site.url + path for path in ("/old", "/302", "/303", "/307", "/mixed")]
    library.follow(*addresses)
    for _ in range(5):
        await library.refresh(force=True)
    assert {feed.url for feed in library.feeds()} == {*addresses[:-1], site.url + "/then"}


async def test_rule_09_gone_is_told_and_never_asked_again(library: Library, site: ScriptedSite) -> None:
    site.pages["/feed"] = Reply(ONE, etag='"1"')
    (feed,) = library.follow(site.url + "/feed")
    await library.refresh()
    site.pages["/feed"] = Reply(status=410)
    (event,) = await library.refresh(force=True)
    assert event.status == "gone"
    assert "gone" in str(event.error)
    library.clock.advance(days=1000)
    await library.refresh(feed, force=True)
    await library.refresh()
    assert len(site.requests) == 2
    assert library.titles() == ["one"]


@pytest.mark.parametrize("status", [403, 404, 500, 503])
async def test_rule_09_failures_back_off(library: Library, site: ScriptedSite, status: int) -> None:
    site.pages["/feed"] = Reply(ONE, etag='"1"')
    library.follow(site.url + "/feed")
    await library.refresh()
    site.pages["/feed"] = Reply(status=status)
    start, asked = library.clock.now, []
    while library.clock.now < start + timedelta(days=3):
        library.clock.advance(hours=1)
        if await library.refresh():
            asked.append((library.clock.now - start) / timedelta(hours=1))
    assert asked == [1, 2, 4, 8, 16, 32, 56]
    assert library.titles() == ["one"]


async def test_rule_10_nothing_is_sent_that_is_not_needed(library: Library, site: ScriptedSite) -> None:
    site.pages["/feed?a=b"] = Reply(ONE, headers={"Set-Cookie": "id=1; Path=/"})
    library.follow(site.url + "/feed?a=b")
    for _ in range(2):
        await library.refresh(force=True)
    for request in site.requests:
        assert request.path == "/feed?a=b"
        assert set(request.headers) == {"host", "user-agent", "accept", "accept-encoding"}
        assert request.headers["user-agent"].startswith("tuireader/0.")
        assert request.headers["accept-encoding"] == "gzip, deflate, br"


async def test_rule_11_no_second_request_after_a_304(library: Library, site: ScriptedSite) -> None:
    site.pages["/feed"] = Reply(ONE, etag='"1"')
    library.follow(site.url + "/feed")
    await library.refresh()
    library.clock.advance(hours=1)
    await library.refresh()
    await library.refresh()
    assert len(site.requests) == 2


async def test_rule_12_two_connections_to_a_host_and_all_hosts_at_once(library: Library, serve: Serve) -> None:
    """The slow host comes first with many feeds; the other must not wait for it."""
    release = asyncio.Event()

    async def slow(head: bytes, writer: asyncio.StreamWriter) -> None:
        await release.wait()
        writer.write(reply(ONE.encode()))

    async def quick(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(TWO.encode()))

    one, other = await serve(slow), await serve(quick)
    library.follow(*(f"{one.url}{name}" for name in range(40)))
    # The same machine under another name is another host, as far as anyone can tell.
    library.follow(*(f"{other.url.replace('127.0.0.1', 'localhost')}{name}" for name in range(10)))
    events = []
    async with library.asking() as queue:
        async for event in refresh(library.cache, queue, clock=library.clock):
            events.append(event)
            if len(events) == 10:
                assert len(other.heads) == 10
                release.set()
    assert len(events) == 50
    assert all(event.status == "updated" for event in events)
    assert (one.most_open, other.most_open) == (2, 2)
