from __future__ import annotations

import asyncio
import socket
from contextlib import aclosing, closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from conftest import Reply, ScriptedSite
from support.raw_server import Serve, redirect, reply, saying
from support.rss import Item, rss
from tuireader.feeds import parse
from tuireader.library.refreshing import ingest
from tuireader.library.refreshing.refresh import FEEDS_AT_ONCE, WAITING_MAX, InFlightLimit, refresh
from tuireader.model.feed import Feed
from tuireader.store import articles, feeds, save_articles, statuses
from tuireader.store.connection import connect
from tuireader.web import errors

if TYPE_CHECKING:
    from library.conftest import Library


def put(site: ScriptedSite, *items: Item, path: str = "/feed") -> str:
    """Publish a feed; its ETag follows from its text."""
    text = rss(*items)
    site.pages[path] = Reply(text, content_type="text/xml", etag=f'"{hash(text):x}"')
    return site.url + path


async def test_news_come_in_and_what_left_the_feed_stays(library: Library, site: ScriptedSite) -> None:
    library.follow(put(site, Item("two"), Item("one")))
    (event,) = await library.refresh()
    assert (event.status, event.new, event.changed, event.skipped, event.error) == ("updated", 2, 0, 0, None)
    assert (event.feed.title, event.feed.site) == ("The Feed", "http://site.test/")
    put(site, Item("three"))
    (event,) = await library.refresh(force=True)
    assert (event.status, event.new) == ("updated", 1)
    assert library.titles() == ["three", "two", "one"]


async def test_an_edit_is_taken_over_and_what_the_reader_did_stays(library: Library, site: ScriptedSite) -> None:
    library.follow(put(site, Item("two"), Item("one")))
    await library.refresh()
    one = library.headlines()[1]
    with closing(connect(library.path)) as c:
        statuses.mark(c, [one.id], read=True, starred=True)
    put(site, Item("two"), Item("one", title="One, corrected", html="<p>Some better words about it.</p>"))
    (event,) = await library.refresh(force=True)
    assert (event.status, event.new, event.changed) == ("updated", 0, 1)
    assert library.headlines()[1] == replace(one, title="One, corrected", words=5, read=True, starred=True)
    with closing(connect(library.path)) as c:
        assert "Some better words" in articles.body(c, one.id)


async def test_guids_that_move_to_https_are_the_same_articles(library: Library, site: ScriptedSite) -> None:
    library.follow(put(site, Item("two", guid="http://a.test/2"), Item("one", guid="http://a.test/1")))
    await library.refresh()
    put(site, Item("two", guid="https://a.test/2"), Item("one", guid="https://a.test/1", title="One again"))
    (event,) = await library.refresh(force=True)
    assert (event.new, event.changed) == (0, 1)
    assert library.titles() == ["two", "One again"]


async def test_fifty_none_and_fifty_again(library: Library, site: ScriptedSite) -> None:
    items = [Item(f"{n}") for n in range(50)]
    library.follow(put(site, *items))
    await library.refresh()
    with closing(connect(library.path)) as c:
        statuses.mark(c, [headline.id for headline in library.headlines()], read=True)
    put(site)
    (event,) = await library.refresh(force=True)
    assert (event.status, event.new) == ("unchanged", 0)
    put(site, *items)
    (event,) = await library.refresh(force=True)
    assert (event.status, event.new) == ("unchanged", 0)
    assert len(library.headlines()) == 50
    assert all(headline.read for headline in library.headlines())


async def test_a_bad_entry_among_good_ones_is_counted_or_mended(library: Library, site: ScriptedSite) -> None:
    site.pages["/feed"] = Reply(
        rss(Item("good"), Item("bad", html="x"), Item("fine")).replace("x</desc", "&#xD800;</desc")
    )
    library.follow(site.url + "/feed")
    (event,) = await library.refresh()
    assert event.status == "updated"
    assert event.new + event.skipped == 3
    assert {"good", "fine"} <= set(library.titles())


async def test_an_unchanged_body_is_neither_parsed_nor_written(
    library: Library, site: ScriptedSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = rss(Item("one"))
    site.pages["/etag"], site.pages["/plain"] = Reply(text, etag='"1"'), Reply(text)
    library.follow(site.url + "/etag", site.url + "/plain")
    await library.refresh()

    def must_not(*_: object, **__: object) -> None:
        pytest.fail("there was nothing to do")

    monkeypatch.setattr("tuireader.feeds.parse.parse_feed", must_not)
    monkeypatch.setattr("tuireader.library.refreshing.match_entries.plan", must_not)
    monkeypatch.setattr(save_articles.Prepacked, "write", must_not)
    library.clock.advance(days=1)
    events = await library.refresh()
    assert [event.status for event in events] == ["unchanged", "unchanged"]
    assert all(feed.checked == library.clock.now for feed in library.feeds())


ELSEWHERE = {"file": "file:///etc/passwd", "javascript": "javascript:alert(1)", "ftp": "ftp://ftp.example/feed"}


async def test_a_broken_feed_is_a_value_and_the_others_go_on(
    library: Library, site: ScriptedSite, serve: Serve
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        bad = {
            f"http://127.0.0.1:{taken.getsockname()[1]}/dead": "refused the connection",
            site.url + "/missing": "(404)",
            site.url + "/loop": "Too many redirects",
            site.url + "/html": "Not a feed",
            site.url + "/empty": "Empty page",
            **{f"{site.url}/to-{scheme}": "invalid address" for scheme in ELSEWHERE},
            (await serve(saying(b"nonsense\r\n\r\n"))).url: "invalid HTTP response",
            (await serve(saying(reply(b"this is no gzip", "Content-Encoding: gzip")))).url: "decompress",
            (await serve(saying(redirect("http://[")))).url: "invalid address",
            "gopher://example.org/": "Invalid address",
        }
        site.pages["/loop"] = Reply(status=302, headers={"Location": "/loop"})
        site.pages["/html"] = Reply("<!doctype html><html><title>Hello</title>")
        site.pages["/empty"] = Reply("", content_type="text/xml")
        for scheme, address in ELSEWHERE.items():
            site.pages[f"/to-{scheme}"] = Reply(status=302, headers={"Location": address})
        library.follow(*bad, put(site, Item("one"), path="/good"))
        events = {event.feed.url: event for event in await library.refresh()}
    assert events[site.url + "/good"].status == "updated"
    for url, sentence in bad.items():
        assert events[url].status == "failed"
        assert sentence in str(events[url].error)
        assert library.feed(url).error == events[url].error
        assert library.feed(url).failures == 1
    assert library.titles() == ["one"]


@pytest.mark.parametrize("portal", ["<html><form>Log in", "", '{"status": "error"}', "<?xml version='1.0'?><html/>"])
async def test_a_captive_portal_changes_nothing_and_is_seen(library: Library, site: ScriptedSite, portal: str) -> None:
    url = put(site, Item("one"))
    library.follow(url)
    await library.refresh()
    before = library.feed(url)
    site.pages["/feed"] = Reply(status=302, headers={"Location": "/portal"})
    site.pages["/portal"] = Reply(portal, etag='"portal"')
    (event,) = await library.refresh(force=True)
    after = library.feed(url)
    assert event.status == "failed"
    assert after == replace(before, checked=after.checked, due=after.due, failures=1, error=event.error)
    assert library.titles() == ["one"]
    put(site, Item("two"), Item("one"))
    (event,) = await library.refresh(force=True)
    assert (event.new, event.feed.failures, event.feed.error) == (1, 0, None)


async def test_without_network_nothing_is_held_against_the_feeds(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = library.follow("http://one.test/feed", "http://two.test/feed")

    def refuse(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    events = await library.refresh()
    assert all((event.status, event.offline) == ("failed", True) for event in events)
    assert "no network" in str(events[0].error)
    assert sorted(library.feeds(), key=lambda feed: feed.id) == before


async def test_a_name_that_fails_while_others_answer_is_the_feeds_own_failure(
    library: Library, site: ScriptedSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost, _ = library.follow("http://lost.test/feed", put(site, Item("one")))
    resolve = socket.getaddrinfo

    def refuse(host: object, *args: object, **options: object) -> object:
        if host in {"lost.test", b"lost.test"}:
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return resolve(host, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(errors, "_has_route", lambda: True)
    await library.refresh()
    assert library.feed(lost.url).failures == 1
    assert library.feed(lost.url).error


async def test_ending_the_iteration_ends_all_requests_at_once(
    library: Library, site: ScriptedSite, serve: Serve
) -> None:
    asked = asyncio.Event()

    async def never(head: bytes, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await asyncio.Event().wait()

    silent = (await serve(never)).url.replace("127.0.0.1", "localhost")
    library.follow(put(site, Item("one")), *(f"{silent}{n}" for n in range(5)))
    async with asyncio.timeout(60), library.asking() as queue:
        async with aclosing(refresh(library.cache, queue, clock=library.clock)) as events:
            first = await anext(events)
            await asked.wait()
        assert first.status == "updated"
    assert library.titles() == ["one"]
    assert [feed.failures for feed in library.feeds()] == [0] * 6
    with closing(connect(library.path)) as c:
        assert c.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_a_feed_that_does_not_answer_is_given_up(library: Library, site: ScriptedSite, serve: Serve) -> None:
    async def never(head: bytes, writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    silent = await serve(never)
    library.follow(silent.url, put(site, Item("one")))
    async with library.asking() as queue:
        events = [event async for event in refresh(library.cache, queue, clock=library.clock, deadline=3)]
    said = {event.feed.url: event.error for event in events}
    assert said[silent.url] == f"127.0.0.1:{silent.port} timed out after 3 s"
    assert library.titles() == ["one"]


async def test_cancelling_the_task_is_just_as_quick(library: Library, serve: Serve) -> None:
    asked = asyncio.Event()

    async def never(head: bytes, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await asyncio.Event().wait()

    library.follow((await serve(never)).url)
    task = asyncio.ensure_future(library.refresh())
    async with asyncio.timeout(60):
        await asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_a_feed_that_is_removed_meanwhile_stays_removed(library: Library, serve: Serve) -> None:
    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        with closing(connect(library.path)) as c:
            feeds.remove(c, feed.id)
        writer.write(reply(rss(Item("one")).encode()))

    (feed,) = library.follow((await serve(talk)).url)
    (event,) = await library.refresh()
    assert (event.status, event.new) == ("unchanged", 0)
    assert library.feeds() == []
    assert library.titles() == []
    assert [event.status for event in await library.refresh(feed)] == ["not-due"]


async def test_a_cache_that_cannot_be_written_is_a_sentence(
    library: Library, site: ScriptedSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.follow(put(site, Item("one")))

    def full(*_: object, **__: object) -> None:
        from tuireader.errors import StoreError

        raise StoreError("The disk is full.")

    monkeypatch.setattr(save_articles.Prepacked, "write", full)
    (event,) = await library.refresh()
    assert (event.status, event.error) == ("failed", "The disk is full.")


async def test_a_bug_is_a_failure_and_not_waited_for(
    library: Library, site: ScriptedSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.follow(put(site, Item("one")), put(site, Item("two"), path="/two"))

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(ingest.SavePage, "prepare", broken)
    async with asyncio.timeout(60):
        assert {event.status for event in await library.refresh()} == {"failed"}


async def test_only_so_many_feeds_are_in_hand(library: Library, serve: Serve) -> None:
    """Every feed is a host of its own here, and none answers before the room is full."""
    now = most = 0
    full = asyncio.Event()

    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        nonlocal now, most
        now += 1
        most = max(most, now)
        if now == FEEDS_AT_ONCE:
            full.set()
        await full.wait()
        await asyncio.sleep(0)
        now -= 1
        writer.write(reply(rss(Item("one")).encode(), "Connection: close"))

    server = await serve(talk)
    names = (f"http://h{n}.localhost:{server.port}/" for n in range(2 * FEEDS_AT_ONCE))
    library.follow(*names)
    resolve = socket.getaddrinfo
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", lambda *a, **k: resolve("127.0.0.1", *a[1:], **k))
        events = await library.refresh()
    assert all(event.status == "updated" for event in events)
    assert most == FEEDS_AT_ONCE


async def test_nothing_more_is_asked_for_while_much_waits_to_be_saved() -> None:
    hands = InFlightLimit()
    asked: list[str] = []

    async def ask(name: str) -> None:
        async with hands.asking():
            asked.append(name)

    with hands.holding(WAITING_MAX - 1):
        await ask("first")
        with hands.holding(1):
            waiting = asyncio.ensure_future(ask("second"))
            for _ in range(20):
                await asyncio.sleep(0)
            assert asked == ["first"]
        await waiting
    assert asked == ["first", "second"]


async def test_given_feeds_and_all_feeds(library: Library, site: ScriptedSite) -> None:
    one, two = library.follow(put(site, Item("one"), path="/1"), put(site, Item("two"), path="/2"))
    assert [event.feed.id for event in await library.refresh(two)] == [two.id]
    assert [event.feed.id for event in await library.refresh()] == [one.id]
    assert {event.status for event in await library.refresh(one, two)} == {"not-due"}
    assert await library.refresh() == []
    unknown = Feed(id=99, url=site.url, title="", site="")
    assert [event.status for event in await library.refresh(unknown, force=True)] == ["not-due"]


@pytest.mark.processes
async def test_a_feed_that_takes_too_long_to_be_read_fails_alone(
    library: Library, site: ScriptedSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest, "LOCK_TIMEOUT", 0.0)
    library.follow(put(site, Item("fine"), path="/fine"))
    many = "<item><title>x</title></item>" * 30_000
    site.pages["/many"] = Reply(f"<rss version='2.0'><channel><title>Many</title>{many}</channel></rss>")
    library.follow(site.url + "/many")
    events = {event.feed.url.rpartition("/")[2]: event for event in await library.refresh()}
    assert events["fine"].new == 1
    assert events["many"].error == f"The feed at {site.url.partition('//')[2]} is too complex to process"
    monkeypatch.setattr(ingest, "LOCK_TIMEOUT", 60.0)
    (event,) = [event for event in await library.refresh(force=True) if event.feed.url.endswith("many")]
    assert event.status == "updated"


async def test_what_nobody_has_foreseen_in_a_feed_is_the_failure_of_that_feed(
    library: Library, site: ScriptedSite, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("one", "two", "three"):
        site.pages[f"/{name}"] = Reply(rss(Item(name)), content_type="application/rss+xml")
        library.follow(f"{site.url}/{name}")

    parsed = parse.parse_feed

    def failing(content: bytes, *rest: str) -> object:
        if b"two" in content:
            raise KeyError("planted")
        return parsed(content, *rest)

    monkeypatch.setattr(parse, "parse_feed", failing)
    events = {event.feed.url.rpartition("/")[2]: event for event in await library.refresh()}
    assert [events[name].status for name in ("one", "two", "three")] == ["updated", "failed", "updated"]
    assert "(a bug in tuireader). Details are in the log" in (events["two"].error or "")
    assert sorted(library.titles()) == ["one", "three"]
    assert "planted" in caplog.text
