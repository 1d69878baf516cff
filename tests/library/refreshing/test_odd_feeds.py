"""Feeds that are large, or whose entries lack what they should have: no entry is lost, and what was read stays read."""

from __future__ import annotations

import random
from contextlib import closing
from itertools import product
from typing import TYPE_CHECKING

import pytest

from conftest import Reply, ScriptedSite
from tuireader.library.refreshing import ingest
from tuireader.model.query import Query
from tuireader.store import statuses
from tuireader.store.connection import connect
from tuireader.store.queries import article_lists

if TYPE_CHECKING:
    from collections.abc import Iterable

    from library.conftest import Library

PARTS = ("guid", "link", "title", "pubDate")


def element(name: str, number: int) -> str:
    """What an entry of that number says there."""
    said = {
        "guid": f"id-{number}",
        "link": f"http://site.test/{number}",
        "title": f"Title {number}",
        "pubDate": f"{1 + number % 28} Jan 2026 08:{number % 60:02}:00 GMT",
    }
    return f"<{name}>{said[name]}</{name}>"


def item(number: int, parts: Iterable[str] = PARTS, words: str = "Words") -> str:
    return (
        f"<item>{''.join(element(name, number) for name in parts)}<description>{words} {number}.</description></item>"
    )


def publish(site: ScriptedSite, items: Iterable[str]) -> str:
    site.pages["/feed"] = Reply(f"<rss version='2.0'><channel><title>F</title>{''.join(items)}</channel></rss>")
    return site.url + "/feed"


def read_and_star_all(library: Library) -> int:
    """All that is there becomes read and starred; how many that are."""
    ids = [headline.id for headline in library.headlines()]
    with closing(connect(library.path)) as c:
        statuses.mark(c, ids, read=True, starred=True)
    return len(ids)


def counts(library: Library) -> tuple[int, int, int]:
    """How many articles there are, how many of them are read, and starred."""
    with closing(connect(library.path)) as c:
        total, unread = article_lists.count(c, Query()), article_lists.count(c, Query(unread=True))
        return total, total - unread, article_lists.count(c, Query(starred=True))


LACKING = [[name for name, has in zip(PARTS, there, strict=True) if has] for there in product([True, False], repeat=4)]


async def test_entries_that_lack_anything_are_known_again(library: Library, site: ScriptedSite) -> None:
    items = [item(number, parts) for number, parts in enumerate(LACKING)]
    library.follow(publish(site, items))
    await library.refresh()
    assert read_and_star_all(library) == len(items)
    publish(site, [item(99, ()), *reversed(items)])
    (event,) = await library.refresh(force=True)
    assert (event.new, event.changed, event.skipped) == (1, 0, 0)
    assert counts(library) == (len(items) + 1, len(items), len(items))


async def test_entries_that_are_edited_are_known_by_what_they_have(library: Library, site: ScriptedSite) -> None:
    having = [parts for parts in LACKING if {"guid", "link"} & set(parts) or {"title", "pubDate"} <= set(parts)]
    library.follow(publish(site, [item(number, parts) for number, parts in enumerate(having)]))
    await library.refresh()
    assert read_and_star_all(library) == len(having)
    publish(site, [item(number, parts, "Better words") for number, parts in enumerate(having)])
    (event,) = await library.refresh(force=True)
    assert (event.new, event.changed) == (0, len(having))
    assert counts(library) == (len(having),) * 3


async def test_one_guid_for_all_loses_nothing_and_makes_nothing_unread(library: Library, site: ScriptedSite) -> None:
    items = [
        item(number, ("title", "link", "pubDate")).replace("<item>", "<item><guid>g</guid>") for number in range(12)
    ]
    library.follow(publish(site, items[:10]))
    await library.refresh()
    assert read_and_star_all(library) == 10
    shuffled = random.Random(1).sample(items, 12)
    for published, new in ((items[:10][::-1], 0), (shuffled, 2), (items[5:], 0), (items, 0)):
        publish(site, published)
        (event,) = await library.refresh(force=True)
        assert (event.new, event.changed) == (new, 0)
    assert counts(library) == (12, 10, 10)


async def test_a_guid_that_another_entry_takes_up_and_gives_up(library: Library, site: ScriptedSite) -> None:
    one, two, three = (
        f"<item><guid>g</guid>{element('title', n)}{element('link', n)}<description>{n}</description></item>"
        for n in (1, 2, 3)
    )
    edited = two.replace("<description>2", "<description>Better words")
    library.follow(publish(site, [one]))
    await library.refresh()
    read_and_star_all(library)
    for published, new, changed in (
        ([two, one], 1, 0),  # now there are two of that name
        ([three, two], 1, 0),
        ([edited], 0, 1),  # and now one
        ([three, edited, one], 0, 0),
    ):
        publish(site, published)
        (event,) = await library.refresh(force=True)
        assert (event.new, event.changed) == (new, changed), published
    assert counts(library) == (3, 1, 1)
    assert sorted(library.titles()) == ["Title 1", "Title 2", "Title 3"]


@pytest.mark.parametrize("before", ["http", "https"])
async def test_guids_that_change_their_scheme_keep_what_was_read(
    library: Library, site: ScriptedSite, before: str
) -> None:
    after = {"http": "https", "https": "http"}[before]
    items = [item(number).replace("id-", "SCHEME://site.test/?p=") for number in range(50)]
    library.follow(publish(site, [each.replace("SCHEME", before) for each in items]))
    await library.refresh()
    read_and_star_all(library)
    publish(site, [each.replace("SCHEME", after) for each in items])
    (event,) = await library.refresh(force=True)
    assert event.new == 0
    assert counts(library) == (50, 50, 50)


async def test_a_feed_that_was_empty_for_a_while(library: Library, site: ScriptedSite) -> None:
    items = [item(number) for number in range(50)]
    library.follow(publish(site, items))
    await library.refresh()
    read_and_star_all(library)
    for published in ((), items, items[:1], items):
        publish(site, published)
        (event,) = await library.refresh(force=True)
        assert (event.status, event.new) == ("unchanged", 0)
        assert counts(library) == (50, 50, 50)


@pytest.mark.parametrize("many", [5_000, pytest.param(50_000, marks=pytest.mark.slow)])
async def test_many_entries_are_all_in_and_known_again(
    library: Library, site: ScriptedSite, many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest, "LOCK_TIMEOUT", 600.0)  # a busy machine needs longer than it may take
    items = [item(number, ("guid", "title")) for number in range(many)]
    library.follow(publish(site, items))
    (event,) = await library.refresh()
    assert (event.new, event.skipped) == (many, 0)
    assert read_and_star_all(library) == 1000
    publish(site, [item(many), *items])
    (event,) = await library.refresh(force=True)
    assert (event.new, event.changed, event.skipped) == (1, 0, 0)
    assert counts(library) == (many + 1, 1000, 1000)
