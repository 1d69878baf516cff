"""A body that breaks off on its way is a failure: what came is kept, and the rest is asked for again."""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING

import brotli
import pytest

from conftest import Reply, ScriptedSite
from support.raw_server import Serve, reply, saying
from support.rss import Item, rss

if TYPE_CHECKING:
    from library.conftest import Library

ITEMS = [Item(f"{n}", html=f"<p>Text number {n}, of some length, so that a cut is within it.</p>") for n in range(60)]
WHOLE = rss(*ITEMS).encode()
HALF = WHOLE[: len(WHOLE) // 2]
ETAG = 'ETag: "v1"'
PACKED = {"gzip": gzip.compress(WHOLE), "deflate": zlib.compress(WHOLE), "br": brotli.compress(WHOLE)}


def asked_with(head: bytes) -> bool:
    return b"if-none-match" in head.lower()


async def test_cut_and_packed_it_is_a_failure_without_validators(library: Library, serve: Serve) -> None:
    for coding, packed in PACKED.items():
        server = await serve(saying(reply(packed[: len(packed) // 2], ETAG, f"Content-Encoding: {coding}")))
        library.follow(server.url)
        event = next(event for event in await library.refresh() if event.feed.url == server.url)
        assert (event.status, event.new) == ("failed", 0), coding
        assert event.error == f"127.0.0.1:{server.port} closed the connection early"
        assert not event.feed.validators
        assert event.feed.body_hash is None
        server.talk = saying(reply(packed, ETAG, f"Content-Encoding: {coding}"))
        library.clock.advance(days=1)
        event = next(event for event in await library.refresh() if event.feed.url == server.url)
        assert (event.status, event.new) == ("updated", 60), coding
        assert event.feed.validators.etag == '"v1"'
        assert not any(map(asked_with, server.heads)), coding


async def test_a_part_that_nobody_asked_for_is_no_page(library: Library, serve: Serve) -> None:
    part = reply(HALF, ETAG, f"Content-Range: bytes 0-{len(HALF) - 1}/{len(WHOLE)}", status="206 Partial Content")
    server = await serve(saying(part))
    library.follow(server.url)
    (event,) = await library.refresh()
    assert (event.status, event.new) == ("failed", 0)
    assert "partial content (206)" in (event.error or "")
    assert not event.feed.validators


async def test_cut_and_plain_what_came_is_kept_and_the_rest_comes_later(library: Library, serve: Serve) -> None:
    """Nothing but the missing end tells: the answer says no length, and ends with its connection."""
    head = f"HTTP/1.1 200 OK\r\nConnection: close\r\n{ETAG}\r\n\r\n".encode()
    server = await serve(saying(head + HALF, hang_up=True))
    library.follow(server.url)
    (event,) = await library.refresh()
    assert event.status == "failed"
    assert 20 < event.new < 40
    assert str(event.error).endswith("was cut off; the articles received were kept")
    assert len(library.headlines()) == event.new
    assert not event.feed.validators
    assert event.feed.body_hash is None
    server.talk = saying(head + WHOLE, hang_up=True)
    library.clock.advance(days=1)
    (event,) = await library.refresh()
    assert (event.status, event.error) == ("updated", None)
    assert len(library.headlines()) == 60
    assert not any(map(asked_with, server.heads))


async def test_cut_later_the_validators_of_the_last_whole_one_stay(library: Library, site: ScriptedSite) -> None:
    site.pages["/feed"] = Reply(rss(*ITEMS[30:]), content_type="text/xml", etag='"v1"')
    library.follow(site.url + "/feed")
    await library.refresh()
    site.pages["/feed"] = Reply(HALF, content_type="text/xml", etag='"v2"')
    (event,) = await library.refresh(force=True)
    assert event.status == "failed"
    assert event.feed.validators.etag == '"v1"'
    site.pages["/feed"] = Reply(WHOLE, content_type="text/xml", etag='"v2"')
    (event,) = await library.refresh(force=True)
    assert (event.status, event.feed.validators.etag) == ("updated", '"v2"')
    assert len(library.headlines()) == 60
    assert [request.headers.get("if-none-match") for request in site.requests] == [None, '"v1"', '"v1"']


@pytest.mark.parametrize("end", ["", "<!-- made in 0.2 s -->", "\n\n<script>x()</script>", "</rss>"])
async def test_what_follows_the_end_does_not_matter(library: Library, site: ScriptedSite, end: str) -> None:
    site.pages["/feed"] = Reply(WHOLE.decode() + end, content_type="text/xml", etag='"v1"')
    library.follow(site.url + "/feed")
    (event,) = await library.refresh()
    assert (event.status, event.new) == ("updated", 60)


async def test_half_of_an_entry_takes_the_place_of_none_that_is_whole(library: Library, site: ScriptedSite) -> None:
    long = [Item(f"{n}", html=f"<p>{f'word{n} ' * 200}</p>") for n in range(5)]
    whole = rss(*long)
    site.pages["/feed"] = Reply(whole, content_type="text/xml")
    library.follow(site.url + "/feed")
    await library.refresh()
    before = [headline.words for headline in library.headlines()]
    site.pages["/feed"] = Reply(whole[: whole.index("word3") + 100], content_type="text/xml")
    (event,) = await library.refresh(force=True)
    assert (event.status, event.new, event.changed) == ("failed", 0, 0)
    assert [headline.words for headline in library.headlines()] == before
    # One that is new is better there in half than not at all, and is whole as soon as the feed is.
    new = rss(Item("new", html=f"<p>{'word ' * 200}</p>"), *long)
    site.pages["/feed"] = Reply(new[: new.index("word word") + 200], content_type="text/xml")
    (event,) = await library.refresh(force=True)
    assert (event.status, event.new) == ("failed", 1)
    site.pages["/feed"] = Reply(new, content_type="text/xml")
    (event,) = await library.refresh(force=True)
    assert (event.status, event.changed) == ("updated", 1)
    assert [headline.words for headline in library.headlines()] == [200] * 6
