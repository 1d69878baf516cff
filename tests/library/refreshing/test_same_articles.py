"""What a publisher may change of a feed's entries without making them others: read and starred stay, nothing doubles.

Each row of the table is tried on six entries that were read and starred; beside it, what must stay apart.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from html import escape
from typing import TYPE_CHECKING

import pytest

from conftest import Reply, ScriptedSite
from tuireader.store import articles, save_articles, statuses
from tuireader.store.connection import connect

if TYPE_CHECKING:
    from library.conftest import Library


@dataclass(frozen=True)
class Entry:
    """An entry as it stands in a feed; what is None is not there."""

    number: int
    title: str
    guid: str | None
    link: str | None
    date: str | None = "Thu, 15 Jan 2026 08:00:00 +0000"
    html: str = "<p>Some words about it.</p>"
    updated: str | None = None

    def xml(self) -> str:
        parts = [f"<title>{escape(self.title)}</title>", f"<description>{escape(self.html)}</description>"]
        parts += [f"<link>{escape(self.link)}</link>"] if self.link is not None else []
        parts += [f"<guid isPermaLink='false'>{escape(self.guid)}</guid>"] if self.guid is not None else []
        parts += [f"<pubDate>{self.date}</pubDate>"] if self.date is not None else []
        parts += [f"<a:updated>{self.updated}</a:updated>"] if self.updated is not None else []
        return f"<item>{''.join(parts)}</item>"


WORDS = ("Harbour", "Lighthouse", "Élection", "Railway", "Winter", "Bridge")


def permalinks() -> list[Entry]:
    """As most feeds are: the guid is the address."""
    return [
        Entry(n, f"The {word} {n}", f"https://site.test/2026/{word.lower()}/", f"https://site.test/2026/{word.lower()}/",
              f"Thu, 15 Jan 2026 08:0{n}:17 +0000")
        for n, word in enumerate(WORDS)
    ]  # fmt: skip


def essays() -> list[Entry]:
    return [
        replace(
            e, guid=f"https://site.test/?p={e.number}", html=f"<p>{' '.join(f'w{e.number}x{n}' for n in range(80))}</p>"
        )
        for e in permalinks()
    ]


def by_another_generator(entry: Entry, date: str | None) -> Entry:
    there = f"https://site.test/posts/piece-{entry.number}/"
    return replace(entry, guid=there, link=there, date=date)


def numbered() -> list[Entry]:
    return [replace(entry, guid=f"https://site.test/?p={entry.number}") for entry in permalinks()]


def nameless() -> list[Entry]:
    """Without guids: known by their links."""
    return [replace(entry, guid=None) for entry in permalinks()]


def undated() -> list[Entry]:
    return [replace(entry, date=None) for entry in permalinks()]


def updated() -> list[Entry]:
    """As Atom feeds are that only say when an entry was changed the last time."""
    return [replace(entry, date=None, updated=f"2026-01-15T08:0{entry.number}:17Z") for entry in permalinks()]


def edited(entry: Entry) -> Entry:
    return replace(entry, updated="2026-02-01T00:00:00Z", html=f"{entry.html}<p>And one more paragraph of it.</p>")


def long() -> list[Entry]:
    return [replace(entry, html=f"<p>{' '.join(WORDS)} and some other words.</p>") for entry in updated()]


def tagged() -> list[Entry]:
    """With guids that are no addresses, and no links."""
    return [replace(entry, guid=f"Post {entry.number} of Site", link=None) for entry in permalinks()]


def shared() -> list[Entry]:
    """With one guid for all."""
    return [replace(entry, guid="https://site.test/") for entry in permalinks()]


Change = Callable[[Entry], Entry]


def of_guid(change: Callable[[str], str | None]) -> Change:
    return lambda entry: replace(entry, guid=change(entry.guid or ""))


def of_link(change: Callable[[str], str]) -> Change:
    return lambda entry: replace(entry, link=change(entry.link or ""))


def of_both(change: Callable[[str], str]) -> Change:
    def changed(entry: Entry) -> Entry:
        guid = None if entry.guid is None else change(entry.guid)
        return replace(entry, guid=guid, link=change(entry.link or ""))

    return changed


def tracked(url: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}utm_source=rss&utm_medium=feed"


def elsewhere(url: str) -> str:
    return url.replace("site.test", "new-home.example")


GENERATED: dict[str, str | None] = {
    "the day": "Thu, 15 Jan 2026 00:00:00 +0000", "when it was built": "Mon, 2 Mar 2026 10:00:00 +0000", "none": None
}  # fmt: skip
CHANGES: dict[str, tuple[Callable[[], list[Entry]], Change]] = {
    "nothing": (permalinks, lambda entry: entry),
    "guid: http": (permalinks, of_guid(lambda guid: guid.replace("https", "http"))),
    "guid and link: http": (permalinks, of_both(lambda url: url.replace("https", "http"))),
    "guid: a number": (permalinks, of_guid(lambda guid: f"https://site.test/?p={len(guid)}{guid[22]}{guid[-2]}")),
    "guid: from number to permalink": (numbered, lambda entry: replace(entry, guid=entry.link)),
    "guid: tracking": (permalinks, of_guid(tracked)),
    "guid and link: tracking": (permalinks, of_both(tracked)),
    "link: tracking": (permalinks, of_link(tracked)),
    "link without guid: tracking": (nameless, of_link(tracked)),
    "link without guid: fbclid": (nameless, of_link(lambda url: f"{url}?fbclid=abc")),
    "guid: last slash": (permalinks, of_guid(lambda guid: guid.rstrip("/"))),
    "guid and link: last slash": (permalinks, of_both(lambda url: url.rstrip("/"))),
    "link without guid: last slash": (nameless, of_link(lambda url: url.rstrip("/"))),
    "guid: www": (permalinks, of_guid(lambda guid: guid.replace("://", "://www."))),
    "guid and link: www": (permalinks, of_both(lambda url: url.replace("://", "://www."))),
    "link without guid: www": (nameless, of_link(lambda url: url.replace("://", "://www."))),
    "guid: another domain": (permalinks, of_guid(elsewhere)),
    "guid and link: another domain": (permalinks, of_both(elsewhere)),
    "number and link: another domain": (numbered, of_both(elsewhere)),
    "link without guid: another domain": (nameless, of_link(elsewhere)),
    "undated: another domain": (undated, of_both(elsewhere)),
    "guid: disappears": (permalinks, of_guid(lambda _: None)),
    "number: disappears": (numbered, of_guid(lambda _: None)),
    "guid: appears": (nameless, lambda entry: replace(entry, guid=entry.link)),
    "number: appears": (nameless, lambda entry: replace(entry, guid=f"https://site.test/?p={entry.number}")),
    "guid: white space": (permalinks, of_guid(lambda guid: f"\n   {guid}\t ")),
    "name: white space within": (tagged, of_guid(lambda guid: guid.replace(" ", "  \n "))),
    "name: case": (tagged, of_guid(str.upper)),
    "guid: case of the host": (permalinks, of_guid(lambda guid: guid.replace("site.test", "Site.TEST"))),
    "guid: case of escapes": (
        lambda: [replace(entry, guid=(entry.guid or "").replace("é", "%c3%a9")) for entry in permalinks()],
        of_guid(lambda guid: guid.replace("%c3%a9", "%C3%A9").replace("harbour", "%68arbour")),
    ),
    "guid: escapes": (permalinks, of_guid(lambda guid: guid.replace("é", "%C3%A9"))),
    "guid: a usual port": (permalinks, of_both(lambda url: url.replace("site.test", "site.test:443"))),
    "guid: all new, and links": (
        permalinks, lambda entry: replace(entry, guid=f"x{entry.number}", link=f"https://s.test/{entry.number}")
    ),
    "title: edited, one guid for all": (shared, lambda entry: replace(entry, title=f"{entry.title}, corrected")),
    "updated: edited, with text and title": (
        updated,
        lambda entry: replace(entry, title=f"{entry.title} b", updated="2026-02-01T00:00:00Z", html="<p>Now.</p>"),
    ),
    "updated: guid new": (updated, lambda entry: replace(entry, guid=f"n{entry.number}")),
    "updated: guid and time new": (
        updated, lambda entry: replace(entry, guid=f"n{entry.number}", updated="2026-02-01T00:00:00Z")
    ),
    "updated: guid new, title edited": (
        updated, lambda entry: replace(entry, guid=f"{entry.guid}?utm_source=a", title=f"{entry.title} b")
    ),
    "updated: www, text goes on": (
        updated, lambda entry: edited(of_both(lambda url: url.replace("//", "//www."))(entry))
    ),
    "updated: last slash of the guid, text goes on": (
        updated, lambda entry: edited(of_guid(lambda guid: guid.rstrip("/"))(entry))
    ),
    "updated: guid new, text goes on": (long, lambda entry: edited(replace(entry, guid=f"urn:{entry.number}"))),
    "link: an index page": (nameless, of_link(lambda url: f"{url}index.html")),
    "link: escapes": (
        lambda: [replace(entry, guid=None, link=f"{entry.link}(1,2)") for entry in permalinks()],
        of_link(lambda url: url.replace("(", "%28").replace(")", "%29").replace(",", "%2C")),
    ),
    "title: edited": (permalinks, lambda entry: replace(entry, title=f"{entry.title}, corrected")),
    "guid of a server and title: edited": (  # a backup makes articles of an account those of this machine
        lambda: [replace(entry, guid=f"{entry.link} {entry.title}") for entry in permalinks()],
        lambda entry: replace(entry, guid=f"https://site.test/?p={entry.number}", title=f"{entry.title}, corrected"),
    ),
    "text: edited, guid new": (
        permalinks, lambda entry: replace(entry, guid=f"n{entry.number}", html="<p>Others.</p>")
    ),
    "date: edited": (permalinks, lambda entry: replace(entry, date="Fri, 16 Jan 2026 09:00:00 +0000")),
    "date: goes": (permalinks, lambda entry: replace(entry, date=None)),
    "link: edited": (permalinks, of_link(lambda url: url.replace("2026", "archive"))),
}  # fmt: skip


def publish(site: ScriptedSite, entries: list[Entry]) -> str:
    items = "".join(entry.xml() for entry in entries)
    head = f"<title>F</title><link>{site.url}/</link>"
    text = f'<?xml version="1.0"?><rss version="2.0" xmlns:a="http://www.w3.org/2005/Atom"><channel>{head}{items}</channel></rss>'
    site.pages["/feed"] = Reply(text, content_type="text/xml", etag=f'"{hash(text):x}"')
    return f"{site.url}/feed"


def marks(library: Library) -> list[tuple[bool, bool]]:
    return [(headline.read, headline.starred) for headline in library.headlines()]


async def read_and_starred(library: Library, site: ScriptedSite, entries: list[Entry]) -> None:
    library.follow(publish(site, entries))
    await library.refresh()
    ids = [headline.id for headline in library.headlines()]
    assert len(ids) == len(entries)
    with closing(connect(library.path)) as c:
        statuses.mark(c, ids, read=True, starred=True)


CHANGES |= {
    f"the generator, with dates that are {name}": (essays, partial(by_another_generator, date=date))
    for name, date in GENERATED.items()
}


async def test_a_notice_that_is_the_same_each_time_is_an_article_each(library: Library, site: ScriptedSite) -> None:
    first = essays()[0]
    await read_and_starred(library, site, [first])
    publish(site, [by_another_generator(first, GENERATED["when it was built"])])
    (event,) = await library.refresh(force=True)
    assert event.new == 1


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("twice", [False, True], ids=["once", "there and back"])
async def test_they_stay_the_same_articles(library: Library, site: ScriptedSite, name: str, twice: bool) -> None:
    made, change = CHANGES[name]
    entries = made()
    await read_and_starred(library, site, entries)
    publish(site, [change(entry) for entry in entries])
    (event,) = await library.refresh(force=True)
    assert (event.new, marks(library)) == (0, [(True, True)] * 6)
    if twice:
        publish(site, entries)
        (event,) = await library.refresh(force=True)
        assert (event.new, marks(library)) == (0, [(True, True)] * 6)
        return
    assert sorted(library.titles()) == sorted(change(entry).title for entry in entries)
    # and with one that is new among them, and one that has gone
    publish(
        site,
        [
            Entry(9, "Something quite new", "https://site.test/new/", "https://site.test/new/"),
            *map(change, entries[1:]),
        ],
    )
    (event,) = await library.refresh(force=True)
    assert event.new == 1
    assert sorted(marks(library)) == [(False, False), *[(True, True)] * 6]


def scheme(entry: Entry) -> Entry:
    return replace(entry, guid=(entry.guid or "").replace("https", "http"), title=f"{entry.title} b")


def clicked(entry: Entry) -> Entry:
    return replace(entry, guid=tracked(entry.guid or ""), title=f"{entry.title} b")


def on_one_page(entry: Entry) -> Entry:
    return replace(entry, guid=f"https://site.test/changes#{entry.number}")


def daily(entry: Entry) -> Entry:
    return replace(entry, title="Daily notes", link=None, guid=f"n{entry.number}")


def of_one_day(entry: Entry) -> Entry:
    return replace(daily(entry), link=f"https://site.test/{entry.number}", date=permalinks()[0].date)


APART: dict[str, Callable[[], list[Entry]]] = {
    "by their scheme": lambda: [*permalinks(), *map(scheme, permalinks())],
    "by their tracking": lambda: [*permalinks(), *map(clicked, permalinks())],
    "by their guids, on one page": lambda: [replace(entry, link="https://site.test/changes") for entry in numbered()],
    "by their places on one page": lambda: list(map(on_one_page, permalinks())),
    "by their guids, of one title": lambda: list(map(daily, permalinks())),
    "by their guids, of one title and day": lambda: list(map(of_one_day, permalinks())),
    "by their case": lambda: [
        Entry(0, "Upper", "https://site.test/A", "https://site.test/A"),
        Entry(1, "Lower", "https://site.test/a", "https://site.test/a"),
    ],
}


@pytest.mark.parametrize("name", APART)
async def test_what_differs_stays_apart(library: Library, site: ScriptedSite, name: str) -> None:
    entries = APART[name]()
    await read_and_starred(library, site, entries)
    publish(site, entries[::-1])
    (event,) = await library.refresh(force=True)
    assert (event.new, len(library.headlines())) == (0, len(entries))
    publish(site, entries[1:])
    await library.refresh(force=True)
    publish(site, entries)
    (event,) = await library.refresh(force=True)
    assert (event.new, marks(library)) == (0, [(True, True)] * len(entries))


@pytest.mark.parametrize("guid", ["1", "https://site.test/"])
async def test_a_guid_that_another_entry_takes_is_left_to_it(library: Library, site: ScriptedSite, guid: str) -> None:
    entries = [replace(entry, guid=guid) for entry in permalinks()]
    await read_and_starred(library, site, entries[:1])
    for number, entry in enumerate(entries[1:], 2):
        publish(site, [entry])
        (event,) = await library.refresh(force=True)
        assert event.new == 1
        assert len(library.headlines()) == number
    assert marks(library).count((True, True)) == 1
    publish(site, entries[-1:])
    (event,) = await library.refresh(force=True)
    assert (event.new, len(library.headlines())) == (0, 6)


async def test_numbers_that_say_only_the_place_in_the_feed_lose_no_article(
    library: Library, site: ScriptedSite
) -> None:
    every = permalinks()
    for first in range(4):
        shown = every[first : first + 3]
        library.follow(publish(site, [replace(entry, guid=str(place)) for place, entry in enumerate(shown[::-1])]))
        await library.refresh(force=True)
    assert sorted(library.titles()) == sorted(entry.title for entry in every)


async def test_a_feed_that_is_renamed_as_a_whole_is_the_same(library: Library, site: ScriptedSite) -> None:
    """At midnight all of them, as blogs without times of day have it; or each an hour later than it said before."""
    entries = [replace(entry, date=MIDNIGHT) for entry in permalinks()]
    await read_and_starred(library, site, entries)
    publish(site, [replace(e, guid=f"n{e.number}", link=f"https://site.test/{e.number}") for e in entries])
    (event,) = await library.refresh(force=True)
    assert (event.new, marks(library)) == (0, [(True, True)] * 6)
    moved = "Thu, 15 Jan 2026 01:00:00 +0000"
    publish(site, [replace(e, guid=f"m{e.number}", link=f"https://site.test/{e.number}", date=moved) for e in entries])
    (event,) = await library.refresh(force=True)
    assert (event.new, marks(library)) == (0, [(True, True)] * 6)


async def test_a_page_that_always_has_the_newest_is_not_one_article(library: Library, site: ScriptedSite) -> None:
    """One entry after the other, each in the place of the last, all with the address of the show."""
    for number in range(4):
        entry = Entry(
            number,
            f"Episode number {number}",
            f"e{number}",
            "https://show.test/",
            f"Thu, 0{number + 1} Jan 2026 08:00:00 +0000",
        )
        library.follow(publish(site, [entry]))
        await library.refresh(force=True)
        library.clock.advance(days=1)
    assert sorted(library.titles()) == [f"Episode number {number}" for number in range(4)]


async def test_the_same_title_every_week_is_an_article_each(library: Library, site: ScriptedSite) -> None:
    for number in range(4):
        entry = Entry(
            number,
            "Weekly notes",
            f"w{number}",
            f"https://site.test/{number}/",
            f"Thu, 0{number + 1} Jan 2026 08:00:00 +0000",
        )
        library.follow(publish(site, [entry]))
        await library.refresh(force=True)
        library.clock.advance(days=7)
    assert library.titles() == ["Weekly notes"] * 4


MIDNIGHT = "Thu, 15 Jan 2026 00:00:00 +0000"
LATER = "Fri, 16 Jan 2026 09:00:07 +0000"
HARBOUR = "<p>The harbour opens in spring, when the last of the ice has gone from the northern basin of the town.</p>"
BUDGET = "<p>Parliament has rejected what ministers proposed for schools, roads and pensions after nine hours.</p>"
OTHERS: dict[str, tuple[Entry, Entry]] = {
    "a place in the feed for a guid, on one day": (
        Entry(1, "Harbour opens", "1", "https://site.test/harbour", MIDNIGHT, HARBOUR),
        Entry(2, "Budget rejected", "1", "https://site.test/budget", MIDNIGHT, BUDGET),
    ),
    "one guid and title, with nothing else in common": (
        Entry(1, "Open thread", "1", "https://site.test/thread-1", MIDNIGHT, HARBOUR),
        Entry(2, "Open thread", "1", "https://site.test/thread-2", LATER, BUDGET),
    ),
    "one guid and link, with nothing else in common": (
        Entry(1, "Harbour opens", "slot-1", "https://site.test/lead", MIDNIGHT, HARBOUR),
        Entry(2, "Budget rejected", "slot-1", "https://site.test/lead", LATER, BUDGET),
    ),
    "one link for all, on one day": (
        Entry(1, "Fixed login", "g1", "https://site.test/", MIDNIGHT),
        Entry(2, "Added export", "g2", "https://site.test/", MIDNIGHT),
    ),
    "places on one page, on one day": (
        Entry(1, "Version 1.0.0", "https://site.test/ch#1.0.0", "https://site.test/ch#1.0.0", MIDNIGHT),
        Entry(2, "Version 1.0.1", "https://site.test/ch#1.0.1", "https://site.test/ch#1.0.1", MIDNIGHT),
    ),
    "places on one page, of one title": (
        Entry(1, "Release", "https://site.test/ch#1", "https://site.test/ch#1", MIDNIGHT),
        Entry(2, "Release", "https://site.test/ch#2", "https://site.test/ch#2", LATER),
    ),
    "one title and link, on two days": (
        Entry(1, "Storm warning", "w1", "https://site.test/weather", MIDNIGHT),
        Entry(2, "Storm warning", "w2", "https://site.test/weather", LATER),
    ),
    "one title and path, on two sites": (
        Entry(1, "Hello world!", "a1", "https://alice.test/hello-world/", MIDNIGHT),
        Entry(2, "Hello world!", "b1", "https://bob.test/hello-world/", LATER),
    ),
    "one title on one day": (
        Entry(1, "Photo of the day", "p1", "https://site.test/p/1", MIDNIGHT),
        Entry(2, "Photo of the day", "p2", "https://site.test/p/2", MIDNIGHT),
    ),
    "one title and link, updated at two times": (
        Entry(1, "Storm warning", "w1", "https://site.test/weather", None, "<p>Of today.</p>", "2026-01-15T08:00:11Z"),
        Entry(2, "Storm warning", "w2", "https://site.test/weather", None, "<p>Of later.</p>", "2026-01-16T09:00:12Z"),
    ),
    "one title and link, without dates": (
        Entry(1, "Storm warning", "w1", "https://site.test/weather", None, "<p>Of today, and of nothing else.</p>"),
        Entry(2, "Storm warning", "w2", "https://site.test/weather", None, "<p>Of a day that came later.</p>"),
    ),
    "one guid, updated at two times": (
        Entry(1, "Login fixed", "1", "https://site.test/a", None, "<p>Login is mended.</p>", "2026-01-15T08:00:11Z"),
        Entry(2, "Export added", "1", "https://site.test/b", None, "<p>Files can go.</p>", "2026-01-16T09:00:12Z"),
    ),
    "one guid, at one moment": (
        Entry(1, "Login fixed", "1", "https://site.test/a", LATER, "<p>The login is mended now.</p>"),
        Entry(2, "Export added", "1", "https://site.test/b", LATER, "<p>Files can go elsewhere.</p>"),
    ),
    "one guid, without dates": (
        Entry(1, "Login fixed", "1", "https://site.test/a", None, "<p>The login is mended.</p>"),
        Entry(2, "Export added", "1", "https://site.test/b", None, "<p>Files can go.</p>"),
    ),
    "guids that differ in scheme": (
        Entry(1, "One", "http://s.test/x", "https://s.test/1", None, "<p>Of one.</p>", "2026-01-15T08:00:11Z"),
        Entry(2, "Two", "https://s.test/x", "https://s.test/2", None, "<p>To be two.</p>", "2026-01-16T09:00:12Z"),
    ),
    "guids that differ in case, updated": (
        Entry(1, "Live stream", "yt:aBc", "https://v.test/?v=aBc", None, "<p>Of one.</p>", "2026-01-15T08:00:11Z"),
        Entry(2, "Live stream", "yt:AbC", "https://v.test/?v=AbC", None, "<p>To be two.</p>", "2026-01-16T09:00:12Z"),
    ),
    "guids that differ in case": (
        Entry(1, "Live stream", "yt:aBc", "https://v.test/?v=aBc", MIDNIGHT),
        Entry(2, "Live stream", "yt:AbC", "https://v.test/?v=AbC", LATER),
    ),
}


@pytest.mark.parametrize("name", OTHERS)
async def test_one_in_the_place_of_another_is_a_new_one(library: Library, site: ScriptedSite, name: str) -> None:
    first, second = OTHERS[name]
    await read_and_starred(library, site, [first])
    publish(site, [second])
    (event,) = await library.refresh(force=True)
    assert event.new == 1
    assert sorted(marks(library)) == [(False, False), (True, True)]
    assert sorted(library.titles()) == sorted([first.title, second.title])


@pytest.mark.parametrize("date", [None, "Thu, 15 Jan 2099 08:00:00 +0000"])
async def test_a_site_with_many_entries_moves(library: Library, site: ScriptedSite, date: str | None) -> None:
    entries = [
        Entry(n, f"新年 {n}", f"https://site.test/post/{n}", f"https://site.test/post/{n}", date) for n in range(300)
    ]
    await read_and_starred(library, site, entries)
    publish(site, [of_both(elsewhere)(entry) for entry in entries])
    (event,) = await library.refresh(force=True)
    assert event.new == 0
    assert marks(library) == [(True, True)] * 300


async def test_two_of_one_title_and_day_move_with_their_paths(library: Library, site: ScriptedSite) -> None:
    entries = [
        Entry(n, "Photo", f"https://site.test/post/{n}", f"https://site.test/post/{n}", MIDNIGHT) for n in range(2)
    ]
    await read_and_starred(library, site, entries)
    publish(site, [of_both(elsewhere)(entry) for entry in entries])
    (event,) = await library.refresh(force=True)
    assert (event.new, marks(library)) == (0, [(True, True)] * 2)


async def test_an_article_stays_known_by_its_new_name(library: Library, site: ScriptedSite) -> None:
    await read_and_starred(library, site, permalinks())
    publish(site, [replace(entry, guid=f"n{entry.number}") for entry in permalinks()])
    await library.refresh(force=True)
    with closing(connect(library.path)) as c:
        guids = {articles.get(c, headline.id).guid for headline in library.headlines()}
    assert guids == {f"n{number}" for number in range(6)}


@pytest.mark.parametrize("link", ["https://site.test/warning", "https://site.test/"])
async def test_a_short_text_whose_guid_another_takes_at_the_same_address_stays(
    library: Library, site: ScriptedSite, link: str
) -> None:
    said = {
        "Storm warning": ("Winds up to 90 km/h are expected on the coast.", "Mon, 12 Jan 2026 08:00:00 +0000"),
        "Heat wave": ("Temperatures above 35 degrees inland.", "Wed, 14 Jan 2026 08:00:00 +0000"),
        "Heat wave ends": ("Temperatures above 35 degrees inland no more.", "Wed, 14 Jan 2026 09:00:00 +0000"),
    }
    for number, (title, (text, date)) in enumerate(said.items()):
        entry = Entry(number, title, "now", link, date, f"<p>{text}</p>")
        if number == 0:
            await read_and_starred(library, site, [entry])
        else:
            publish(site, [entry])
            await library.refresh(force=True)
    assert sorted(library.titles()) == ["Heat wave ends", "Storm warning"], "the last one is the second, corrected"
    assert sorted(marks(library)) == [(False, False), (True, True)]


NOTICES = ("Council meets", "Library open", "School fair", "Bus strike", "Snow alert", "New mayor")


def notice(number: int, kind: str) -> Entry:
    """The notice that came as this one, counted from one; the guid is given when it is published."""
    title = NOTICES[number]
    link = {"gallery": f"https://site.test/{title[:3]}.html", "notices": "https://site.test/", "photos": f"/{number}"}
    date = None if kind == "gallery" else f"Thu, {10 + number} Jan 2026 08:00:00 +0000"
    picture = f'<img src="https://site.test/{number}.png" alt="Photo of the day" width="600" height="400">'
    html = f"<p>{title} in the hall.</p>" if kind == "notices" else f"<p>Photo of the day</p>{picture}"
    return Entry(number, "Photo" if kind == "photos" else title, None, link[kind], date, html)


@pytest.mark.parametrize("kind", ["gallery", "notices", "photos"])
@pytest.mark.parametrize("shown", [1, 3])
async def test_where_guids_count_places_each_article_stays_itself(
    library: Library, site: ScriptedSite, kind: str, shown: int
) -> None:
    """With `shown` 1 there is one guid for whatever is the newest, such as the comic of the day."""

    def on_day(day: int) -> list[Entry]:
        return [replace(notice(day - place, kind), guid=f"item{place}") for place in range(shown)]

    def here(*, only_marked: bool = False) -> list[tuple[str, str, str]]:
        with closing(connect(library.path)) as c:
            rows = [row.id for row in library.headlines() if not only_marked or (row.read and row.starred)]
            return sorted(
                (each.title, each.link, save_articles.given_html(c, each.id))
                for each in (articles.get(c, id_) for id_ in rows)
            )

    await read_and_starred(library, site, on_day(2))
    first = here()
    for day in (3, 4, 5):
        publish(site, on_day(day))
        (event,) = await library.refresh(force=True)
        assert event.new == 1
    assert len(here()) == shown + 3
    assert here(only_marked=True) == first


RECIPE = "Take four onions, cut them into rings, and fry them slowly in butter until they are brown and sweet. " * 4
CASINO = "Play at the best tables of the web, win the jackpot today, and get one hundred free spins for nothing. " * 9


@pytest.mark.parametrize("instead", ["This blog has moved to another place.", CASINO])
async def test_what_is_starred_is_not_replaced_by_something_else_in_its_place(
    library: Library, site: ScriptedSite, instead: str
) -> None:
    entry = Entry(1, "Onion soup", "soup", "https://site.test/soup", html=f"<p>{RECIPE}</p>")
    await read_and_starred(library, site, [entry])
    publish(site, [replace(entry, title="Onions", html=f"<p>{instead}</p>")])
    await library.refresh(force=True)
    assert library.titles() == ["Onions"]
    with closing(connect(library.path)) as c:
        (id_,) = (headline.id for headline in library.headlines())
        assert RECIPE.strip() in articles.body(c, id_)
    corrected = RECIPE.replace("four onions", "five onions")
    publish(site, [replace(entry, html=f"<p>{corrected}</p>")])
    await library.refresh(force=True)
    with closing(connect(library.path)) as c:
        assert corrected.strip() in articles.body(c, id_)


async def test_a_corrected_date_is_known_when_title_and_address_are_corrected_later(
    library: Library, site: ScriptedSite
) -> None:
    entry = Entry(1, "Onion soup", "soup", "https://site.test/soup", html=f"<p>{RECIPE}</p>")
    await read_and_starred(library, site, [entry])
    entry = replace(entry, date="Sun, 18 Jan 2026 08:00:00 +0000")
    publish(site, [entry])
    await library.refresh(force=True)
    with closing(connect(library.path)) as c:
        assert articles.get(c, library.headlines()[0].id).published == datetime(2026, 1, 18, 8, tzinfo=UTC)
    publish(site, [replace(entry, title="Soup of onions", link="https://site.test/soup-of-onions")])
    await library.refresh(force=True)
    assert [(each.title, each.read, each.starred) for each in library.headlines()] == [("Soup of onions", True, True)]


COMIC = '<img src="https://site.test/comic-1.png"/>'


@pytest.mark.parametrize("kept", ["Five words of a note.", "Two words", COMIC, '<a href="https://site.test/x">x</a>'])
@pytest.mark.parametrize("instead", ["", "<p>[deleted]</p>", '<img src="https://site.test/other.png"/>', CASINO])
async def test_a_short_text_or_a_picture_that_is_starred_stays_too(
    library: Library, site: ScriptedSite, kept: str, instead: str
) -> None:
    entry = Entry(1, "Short", "short", "https://site.test/short", html=kept)
    await read_and_starred(library, site, [entry])
    publish(site, [replace(entry, html=instead)])
    await library.refresh(force=True)
    with closing(connect(library.path)) as c:
        (id_,) = (headline.id for headline in library.headlines())
        assert kept in articles.body(c, id_)


async def test_each_issue_of_the_same_titles_is_new(library: Library, site: ScriptedSite) -> None:
    """As of bulletins, or of advice for countries: each at an address of its own, and each time with a new guid."""

    def issue(day: int) -> list[Entry]:
        return [
            replace(
                entry, guid=f"{entry.link}#{day}", date=f"Thu, {day} Jan 2026 08:00:17 +0000",
                html=f"<p>{' '.join(f'{word}{day}' for word in WORDS)} of {entry.title}.</p>",
            )
            for entry in permalinks()
        ]  # fmt: skip

    await read_and_starred(library, site, issue(15))
    for day in (16, 17):
        publish(site, issue(day))
        (event,) = await library.refresh(force=True)
        assert (event.new, event.changed) == (6, 0)
    assert sum(map(all, marks(library))) == 6
