"""Only a feed that was inside the reader's own network when it was added may be there."""

from __future__ import annotations

import asyncio
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from conftest import Reply, ScriptedSite
from support.fake_networks import INSIDE, OUTSIDE, two_networks
from support.raw_server import RawServer, Serve, redirect, reply, saying
from support.rss import Item, rss
from tuireader.errors import FetchError, NoFeedFoundError
from tuireader.library.reading.full_text import fetch_full_text
from tuireader.library.subscribing.subscribe import Subscribed, candidates, subscribe
from tuireader.model.feed import PageList, Refreshed
from tuireader.store import feeds, site_facts
from tuireader.store.connection import connect
from tuireader.urls.hosts import Reach

if TYPE_CHECKING:
    from library.conftest import Library

ONE = rss(Item("one", link="http://public.org/one")).encode()
TURNED = "Blocked: public.org now points to your local network. If you trust it, add "


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    return two_networks(monkeypatch)


@dataclass
class Place:
    """One port, with a server outside and one inside: a name that moves between them keeps its address."""

    outside: RawServer
    inside: RawServer

    def at(self, name: str, path: str = "") -> str:
        return f"http://{name}:{self.outside.port}/{path}"


@pytest.fixture
async def place(names: dict[str, str], serve: Serve) -> Place:
    talk = saying(reply(ONE, "Connection: close"))
    outside = await serve(talk, host=OUTSIDE)
    return Place(outside, await serve(talk, host=INSIDE, port=outside.port))


async def add(library: Library, address: str) -> Subscribed:
    async with library.asking() as queue:
        return await subscribe(library.cache, queue, address, clock=library.clock)


async def ask(library: Library) -> Refreshed:
    (event,) = await library.refresh(force=True)
    return event


async def test_a_name_that_turns_to_the_inside_is_refused(
    library: Library, names: dict[str, str], place: Place
) -> None:
    done = await add(library, place.at("public.org"))
    assert done.feed.reach is Reach.PUBLIC
    names["public.org"] = INSIDE
    for failures in (1, 2):
        library.clock.advance(hours=25)
        event = await ask(library)
        assert (event.status, event.feed.failures, event.feed.reach) == ("failed", failures, Reach.PUBLIC)
        assert event.error == f"{TURNED}{place.at('public.org')} again"
    assert place.inside.heads == []
    assert library.titles() == ["one"]
    names["public.org"] = OUTSIDE
    assert (await ask(library)).error is None


@pytest.mark.parametrize("name", ["inside.test", INSIDE, "localhost"])
async def test_what_was_inside_when_it_was_added_may_be_there(library: Library, place: Place, name: str) -> None:
    done = await add(library, place.at(name))
    assert done.feed.reach is Reach.PRIVATE
    assert (await ask(library)).error is None
    assert len((place.outside if name == "localhost" else place.inside).heads) == 2


async def test_a_feed_of_an_older_cache_is_what_its_first_success_says(
    library: Library, names: dict[str, str], place: Place
) -> None:
    for name in ("public.org", "inside.test"):
        names["moving.test"] = names[name]
        (feed,) = library.follow(place.at("moving.test"))
        event = await ask(library)
        assert (event.error, event.feed.reach is Reach.PRIVATE) == (None, name == "inside.test")
        names["moving.test"] = INSIDE
        assert ((await ask(library)).error is None) is (name == "inside.test")
        with closing(connect(library.path)) as c:
            feeds.remove(c, feed.id)


async def test_what_is_no_feed_decides_nothing(library: Library, names: dict[str, str], place: Place) -> None:
    place.outside.talk = saying(reply(b"<html>Log in", "Connection: close"))
    library.follow(place.at("moving.test"))
    names["moving.test"] = OUTSIDE
    assert (await ask(library)).feed.reach is Reach.UNKNOWN
    names["moving.test"] = INSIDE
    assert (await ask(library)).feed.reach is Reach.PRIVATE


async def test_by_a_proxy_nothing_is_known(library: Library, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = await serve(saying(reply(ONE)))
    monkeypatch.setenv("http_proxy", proxy.url)
    assert (await add(library, "http://public.org/feed")).feed.reach is Reach.UNKNOWN
    assert (await ask(library)).feed.reach is Reach.UNKNOWN
    assert (await add(library, "http://10.0.0.7/feed")).feed.reach is Reach.PRIVATE


async def test_adding_it_again_by_a_proxy_changes_nothing(
    library: Library, place: Place, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await add(library, place.at("public.org"))).feed.reach is Reach.PUBLIC
    monkeypatch.setenv("http_proxy", (await serve(saying(reply(ONE)))).url)
    done = await add(library, place.at("public.org"))
    assert (done.refreshed.error, done.feed.reach) == (None, Reach.PUBLIC)


@pytest.mark.parametrize("known", [True, False])
async def test_adding_it_again_allows_it(library: Library, names: dict[str, str], place: Place, *, known: bool) -> None:
    await add(library, place.at("public.org"))
    names["public.org"] = INSIDE
    place.inside.talk = saying(reply(b"<html>no feed"))
    done = await add(library, place.at("public.org"))
    assert (done.refreshed.status, done.feed.reach) == ("failed", Reach.PUBLIC)
    assert TURNED in str((await ask(library)).error)
    place.inside.talk = saying(reply(ONE))
    if known:
        done = await add(library, place.at("public.org"))
    else:
        async with library.asking() as queue:
            found = await candidates(queue, place.at("public.org"))
            done = await subscribe(library.cache, queue, found, clock=library.clock)
    assert (done.refreshed.error, done.feed.reach) == (None, Reach.PRIVATE)
    assert (await ask(library)).error is None


async def test_another_site_does_not_allow_it(library: Library, names: dict[str, str], place: Place) -> None:
    names["blog.public.org"] = OUTSIDE
    with closing(connect(library.path)) as c:
        url, site = place.at("public.org"), place.at("blog.public.org")
        feeds.add(c, url, title="", site=site, now=library.clock.now, reach=Reach.PUBLIC)
    names["public.org"] = INSIDE
    done = await add(library, site)
    assert TURNED in str(done.refreshed.error)
    assert place.inside.heads == []


async def test_the_inside_may_lead_outside_and_remains_the_inside(library: Library, place: Place) -> None:
    place.inside.talk = saying(redirect(place.at("public.org"), "302 Found"))
    assert (await add(library, place.at("inside.test"))).feed.reach is Reach.PRIVATE
    event = await ask(library)
    assert (event.error, event.feed.reach) == (None, Reach.PRIVATE)


async def test_a_feed_that_moves_outside_loses_the_right(library: Library, names: dict[str, str], place: Place) -> None:
    await add(library, place.at("inside.test"))
    place.inside.talk = saying(redirect(place.at("public.org"), "301 Moved Permanently"))
    for _ in range(3):
        event = await ask(library)
    assert (event.feed.url, event.feed.reach) == (place.at("public.org"), Reach.PUBLIC)
    names["public.org"] = INSIDE
    assert TURNED in str((await ask(library)).error)


async def test_a_feed_that_moves_within_the_inside_keeps_the_right(
    library: Library, names: dict[str, str], place: Place
) -> None:
    names["elsewhere.test"] = INSIDE

    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        moved = redirect(place.at("elsewhere.test"), "301 Moved Permanently")
        writer.write(moved if b"Host: inside.test" in head else reply(ONE))

    library.follow(place.at("inside.test"))
    place.inside.talk = talk
    for _ in range(3):
        event = await ask(library)
    assert (event.feed.url, event.feed.reach) == (place.at("elsewhere.test"), Reach.PRIVATE)
    assert (await ask(library)).error is None
    assert (await add(library, place.at("inside.test"))).feed.reach is Reach.PRIVATE  # at once, as it is for good


async def test_the_page_of_an_article_may_not_turn_inside_either(
    library: Library, names: dict[str, str], place: Place
) -> None:
    place.outside.talk = saying(reply(rss(Item("one", link=place.at("public.org", "one"))).encode()))
    await add(library, place.at("public.org"))
    names["public.org"] = INSIDE
    async with library.asking() as queue:
        with pytest.raises(FetchError, match="Blocked: a public page links to"):
            await fetch_full_text(library.cache, queue, library.headlines()[0].id)
    assert place.inside.heads == []


@pytest.mark.parametrize(
    "page", [b"<html>No word of a feed", b'<link rel="alternate" type="application/rss+xml" href="/feed">']
)
async def test_a_name_may_not_turn_while_its_feed_is_looked_for(
    library: Library, names: dict[str, str], place: Place, page: bytes
) -> None:
    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        names["public.org"] = INSIDE
        writer.write(reply(page, "Connection: close"))

    place.outside.talk = talk
    with pytest.raises((FetchError, NoFeedFoundError)):
        await add(library, place.at("public.org"))
    assert place.inside.heads == []
    assert library.feeds() == []


async def test_what_a_page_of_the_inside_names_may_be_there(
    library: Library, names: dict[str, str], place: Place, site: ScriptedSite
) -> None:
    link = f'<link rel="alternate" type="application/rss+xml" href="{place.at("inside.test")}">'
    site.pages["/"] = Reply(link)
    with pytest.raises(FetchError, match="Blocked: a public page links to"):
        await add(library, site.url)
    names["wiki.test"] = INSIDE

    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(link.encode() if b"wiki.test" in head else ONE))

    place.inside.talk = talk
    assert (await add(library, place.at("wiki.test"))).feed.reach is Reach.PRIVATE


@pytest.mark.parametrize("typed", ["site.org", "public.org"])
async def test_a_page_that_moved_is_asked_inside_only_by_its_own_name(
    library: Library, names: dict[str, str], place: Place, typed: str
) -> None:
    """What is typed is its first address: where it led since is no word of the user's."""
    names["site.org"] = OUTSIDE
    with closing(connect(library.path)) as c:
        first = place.at("site.org", "news")
        feed = feeds.add(c, first, title="", site=first, now=library.clock.now, reach=Reach.PUBLIC)
        site_facts.put_page_list(c, feed.id, PageList("cards", "x", None))
        feeds.record(c, replace(feed, url=place.at("public.org", "news")))
    names["public.org"] = INSIDE
    with suppress(FetchError, NoFeedFoundError):
        await add(library, place.at(typed, "news"))
    assert bool(place.inside.heads) is (typed == "public.org")
