"""Adding a site: from its address to its newest article, with what goes wrong said where it was typed."""

import os
import socket
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Event

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from conftest import Clock, Reply, ScriptedSite
from support.app_factory import NOW, SELDOM, reader, rows_of, screen_text, settle
from support.wordpress import BORDER, TRADE, Post, feed, publish
from tuireader.config import Config
from tuireader.content.listing.card import Item, Listing
from tuireader.demo.server import DemoSite
from tuireader.library.transfer import import_any
from tuireader.library.transfer.import_any import Imported
from tuireader.model.fetched import Page
from tuireader.model.query import Query
from tuireader.store import feeds, ui_state
from tuireader.store.connection import Connection, connect
from tuireader.store.queries import article_lists
from tuireader.tui.app import ReaderApp
from tuireader.tui.dialogs.subscribe import SubscribeScreen
from tuireader.urls.hosts import Reach

SIZE = (120, 32)
THIRD = Post("The Quiet Harbour", "<p>Nobody watched the vote.</p>", "quiet", date="Wed, 28 Jun 2017 12:00:00 +0000")


def app_on(db: Path, clock: Clock, *addresses: str) -> ReaderApp:
    return ReaderApp(db, config=Config(refresh_on_start=False, keymap=SELDOM), clock=clock, addresses=addresses)


async def enter(pilot: Pilot[None], address: str) -> None:
    """Paste an address in place of what is in the line, and press enter."""
    line = pilot.app.screen.query_one(Input)
    line.value = ""
    line.post_message(events.Paste(address))
    await pilot.pause()
    await pilot.press("enter")
    await settle(pilot)


def subscribed(db: Path) -> list[str]:
    with closing(connect(db)) as c:
        return [feed.url for feed in feeds.every(c)]


async def test_the_first_start_leads_straight_into_the_newest_article(
    db: Path, clock: Clock, site: ScriptedSite
) -> None:
    publish(site, BORDER, TRADE)
    app = app_on(db, clock)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        assert "Site or feed address" in screen_text(app)
        await enter(pilot, site.url)
        text = screen_text(app)
        assert "historic rivals" in text
        assert "1 unread" in text
        assert app.focused is app.reader.article
    assert subscribed(db) == [f"{site.url}/feed/"]


async def test_the_demo_magazine_can_be_read(db: Path, clock: Clock, demo_site: DemoSite) -> None:
    app = app_on(db, clock, demo_site.url)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        text = screen_text(app)
        assert text.splitlines()[0].startswith(" The Slow Terminal")
        assert app.focused is app.reader.article


async def test_the_address_of_an_article_opens_that_article(db: Path, clock: Clock, site: ScriptedSite) -> None:
    publish(site, BORDER, TRADE, THIRD)
    app = app_on(db, clock, f"{site.url}/2017/06/{THIRD.slug}/")
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        assert app.reader.article.article is not None
        assert app.reader.article.article.title == THIRD.title
        assert app.reader.headlines.current is not None
        assert app.reader.headlines.current.title == THIRD.title


async def test_of_several_addresses_those_that_fail_stop_no_other(db: Path, clock: Clock, site: ScriptedSite) -> None:
    publish(site, BORDER, TRADE)
    site.pages["/none"] = site.pages["/no"] = Reply("", status=404)
    app = app_on(db, clock, f"{site.url}/none", f"{site.url}/no", site.url)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        assert isinstance(app.screen, SubscribeScreen)
        assert app.screen.query_one(Input).value == f"{site.url}/none"
        text = " ".join(screen_text(app).split())
        assert "(404)" in text
        assert f"Not added: {site.url}/no" in text
        await pilot.press("escape")
        await settle(pilot)
        assert app.focused is app.reader.article
    assert subscribed(db) == [f"{site.url}/feed/"]


async def test_what_is_here_already_opens_without_the_network(db: Path, clock: Clock, site: ScriptedSite) -> None:
    publish(site, BORDER, TRADE, THIRD)
    app = app_on(db, clock, site.url)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
    site.stop()
    again = app_on(db, clock, f"{site.url}/2017/06/{TRADE.slug}/")
    async with again.run_test(size=SIZE) as pilot:
        await settle(pilot)
        assert again.reader.article.article is not None
        assert again.reader.article.article.title == TRADE.title
    again = app_on(db, clock, site.url)
    async with again.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        assert "Already subscribed to" in screen_text(again)
        assert again.reader.article.article is None
        assert again.focused is again.reader.headlines


async def test_a_feed_that_was_unsubscribed_is_subscribed_to_again(db: Path, clock: Clock, site: ScriptedSite) -> None:
    publish(site, BORDER, TRADE)
    app = app_on(db, clock, site.url)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        with closing(connect(db)) as c:
            (feed,) = feeds.every(c)
            feeds.leave(c, feed.id, os.getpid(), clock())
        await pilot.press("a")
        await settle(pilot)
        await enter(pilot, site.url)
        said = [note.message for note in app._notifications]
        assert said == ["Subscribed to The Example Review again, with its articles"]
    with closing(connect(db)) as c:
        assert feeds.leaving(c) == {}
        assert len(feeds.current(c)) == 1


async def test_an_address_that_is_a_part_of_another_opens_no_other_site(
    db: Path, clock: Clock, site: ScriptedSite
) -> None:
    publish(site, BORDER)
    with closing(connect(db)) as c:
        feeds.add(c, f"{site.url}/inessential", title="inessential", site="", now=clock())
    app = app_on(db, clock)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("a")
        await settle(pilot)
        await enter(pilot, f"{site.url}/iness")
        assert isinstance(app.screen, SubscribeScreen)
        assert "! " in screen_text(app)
        await enter(pilot, f"{site.url}/inessential/")
        assert app.screen is app.reader
        assert "Already subscribed to inessential" in screen_text(app)


async def test_of_several_feeds_the_reader_chooses_one(db: Path, clock: Clock, site: ScriptedSite) -> None:
    publish(site, BORDER)
    site.pages["/"] = Reply(
        '<link rel="alternate" type="application/rss+xml" title="All" href="/feed/">'
        '<link rel="alternate" type="application/rss+xml" title="Photos [red]" href="/photos/">'
    )
    site.pages["/photos/"] = Reply(feed(site.url, (TRADE,), "Photos"), content_type="application/rss+xml")
    app = app_on(db, clock)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        line = app.screen.query_one(Input)
        line.value = site.url
        await pilot.press("enter")
        for _ in range(100):
            await pilot.pause(0.05)
            if "several feeds" in screen_text(app):
                break
        text = screen_text(app)
        assert "This site has several feeds. Select one:" in text
        assert "Photos [red]" in text
        assert f"{site.url}/photos/" in text
        assert "enter select" in text
        assert "esc back" in text
        await pilot.press("j", "enter")
        await settle(pilot)
        assert "Trade follows science" in screen_text(app)
    assert subscribed(db) == [f"{site.url}/photos/"]


@pytest.mark.parametrize(
    ("pages", "sentence"),
    [
        ({}, "(404)"),
        ({"/": Reply("<p>Nothing but a page.</p>")}, "No feed found at"),
        ({"/": Reply("", 500)}, "(500)"),
        ({"/": Reply('<link rel="alternate" type="application/rss+xml" href="/feed/">')}, "404"),
    ],
)
async def test_what_goes_wrong_is_said_where_it_was_typed(
    db: Path, clock: Clock, site: ScriptedSite, pages: dict[str, Reply], sentence: str
) -> None:
    site.pages.update(pages)
    app = app_on(db, clock)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await enter(pilot, site.url)
        assert isinstance(app.screen, SubscribeScreen)
        assert "! " in screen_text(app)
        assert sentence in " ".join(screen_text(app).split())
        assert app.screen.query_one(Input).value == site.url
        # What was wrong can be put right on the spot.
        publish(site, BORDER)
        await enter(pilot, site.url)
        assert "historic rivals" in screen_text(app)


async def test_a_host_that_asked_to_be_left_alone_is_not_asked(db: Path, clock: Clock, site: ScriptedSite) -> None:
    publish(site, BORDER)
    site.pages["/busy"] = Reply(status=429, headers={"Retry-After": "600"})
    app = app_on(db, clock)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await enter(pilot, f"{site.url}/busy")
        assert "(429)" in screen_text(app)
        site.requests.clear()
        await enter(pilot, site.url)
        until = clock.now + timedelta(minutes=10)
        sentence = f"Rate limit of {site.url.removeprefix('http://')} until {until.astimezone():%H:%M}"
        assert sentence in " ".join(screen_text(app).split())
        assert site.requests == []
        clock.advance(minutes=10)
        await enter(pilot, site.url)
        assert "historic rivals" in screen_text(app)


async def test_the_address_of_a_feed_that_fails_asks_for_it_again(db: Path, clock: Clock, site: ScriptedSite) -> None:
    publish(site, BORDER)
    app = app_on(db, clock, site.url)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
    with closing(connect(db)) as c:
        feeds.record(c, replace(feeds.every(c)[0], error="It was refused.", reach=Reach.PUBLIC))
    site.requests.clear()
    again = app_on(db, clock, site.url)
    async with again.run_test(size=SIZE) as pilot:
        await settle(pilot)
        assert again.focused is again.reader.headlines
        assert again.reader.headlines.current is not None
        assert again.reader.headlines.current.title == BORDER.title
    assert [(request.path, "if-none-match" in request.headers) for request in site.requests] == [("/feed/", True)]
    with closing(connect(db)) as c:
        (feed,) = feeds.every(c)
        assert (feed.error, feed.reach) == (None, Reach.PRIVATE)


async def test_what_is_no_address_is_said(db: Path, clock: Clock) -> None:
    app = app_on(db, clock, "http://[")
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        assert "! " in screen_text(app)
        await pilot.press("escape")
        await settle(pilot)
        text = screen_text(app)
        assert "No feeds yet" in text
        assert "a: add feed · @: add account" in text


async def test_a_second_site_is_added_beside_the_first(db: Path, clock: Clock, site: ScriptedSite) -> None:
    publish(site, BORDER, TRADE)
    app = app_on(db, clock, site.url)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        other = feed(site.url, (THIRD,), "Harbours")
        site.pages["/other"] = Reply(other, content_type="application/rss+xml")
        await pilot.press("a")
        await settle(pilot)
        assert "Add feed" in screen_text(app)
        await enter(pilot, f"{site.url}/other")
        text = screen_text(app)
        assert "Nobody watched the vote." in text
        assert app.reader.title_bar.shown == "Harbours"
        assert rows_of(app, "feeds") == ["Harbours", "The Example Review"]


async def test_leaving_gives_up_what_is_under_way(db: Path, clock: Clock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        app = app_on(db, clock)
        async with app.run_test(size=SIZE) as pilot:
            await settle(pilot)
            app.screen.query_one(Input).value = address
            await pilot.press("enter")
            while f"Looking for a feed at {address}…" not in screen_text(app):
                await pilot.pause(0.02)
            await pilot.press("escape")
            await settle(pilot)
            assert "an article or the feed" in " ".join(screen_text(app).split())
            await pilot.press("escape")
            await settle(pilot)
            assert not isinstance(app.screen, SubscribeScreen)


@pytest.mark.parametrize("size", [(40, 12), (20, 8), (3, 3), (1, 1)])
async def test_it_fits_into_any_terminal(db: Path, clock: Clock, site: ScriptedSite, size: tuple[int, int]) -> None:
    publish(site, BORDER)
    app = app_on(db, clock)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        if size[0] > 20:
            assert "Site or feed address" in screen_text(app)
        await enter(pilot, site.url)
        assert subscribed(db) == [f"{site.url}/feed/"]


WORDS = "".join(f"<p>Rope {n} is long, and so is what there is to say about it on this page.</p>" for n in range(9))
ROPES = f"<html><head><title>On Ropes</title></head><body><article><h1>On Ropes</h1>{WORDS}</article></body></html>"


@pytest.mark.parametrize("size", [(40, 12), (60, 16), (60, 20), (72, 21), (80, 24)])
async def test_its_last_line_is_seen_in_any_terminal(db: Path, clock: Clock, size: tuple[int, int]) -> None:
    app = app_on(db, clock)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        assert "enter subscribe" in screen_text(app)
        assert "esc close" in screen_text(app)


async def test_a_page_of_a_site_without_a_feed_can_be_read_alone(db: Path, clock: Clock, site: ScriptedSite) -> None:
    site.pages["/ropes"] = Reply(ROPES)
    app = app_on(db, clock)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await enter(pilot, f"{site.url}/ropes")
        assert "No feed found at" in screen_text(app)
        assert "Save this page" in screen_text(app)
        assert isinstance(app.focused, Input)
        assert "enter select" in screen_text(app)
        await pilot.press("enter")
        await settle(pilot)
        assert app.reader.article.article is not None
        assert app.reader.article.article.title == "On Ropes"
    assert subscribed(db) == ["tuireader:pages"]


CARD = "<li><h3><a href=/news/{0}>Story number {0}</a></h3><time>2026-01-{0:02}</time><p>What it is about.</p></li>"
CARDS = "".join(map(CARD.format, (5, 4, 3, 2, 1)))
NEWS = f"<html><title>The News</title><body><main><ul>{CARDS}</ul></main></body></html>"


@pytest.mark.parametrize("size", [SIZE, pytest.param((80, 24), marks=pytest.mark.slow), (60, 20)])
async def test_what_a_page_without_a_feed_lists_is_shown_and_followed(
    db: Path, clock: Clock, site: ScriptedSite, size: tuple[int, int]
) -> None:
    site.pages["/news/"] = Reply(NEWS)
    app = app_on(db, clock)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await enter(pilot, f"{site.url}/news/")
        text = screen_text(app)
        assert ", but 5 articles found on the page." in " ".join(text.split())
        assert "Follow the articles on this page" in text
        assert "Save this page" in text
        if size == SIZE:
            assert "Story number 5" in text
            assert "5 Jan" in text
        assert isinstance(app.focused, Input)
        await pilot.press("tab", "enter")
        await settle(pilot)
        assert app.screen is app.reader
        assert app.reader.headlines.row_count() == 5
    assert subscribed(db) == [f"{site.url}/news/"]


async def test_a_page_can_be_followed_itself(db: Path, clock: Clock, site: ScriptedSite) -> None:
    site.pages["/ropes"] = Reply(ROPES)
    app = app_on(db, clock)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await enter(pilot, f"{site.url}/ropes")
        await pilot.press("tab", "j", "enter")
        await settle(pilot)
        assert app.screen is app.reader
        assert "On Ropes" in screen_text(app)
    assert subscribed(db) == [f"{site.url}/ropes"]


async def test_what_programs_are_not_to_read_is_not_offered(db: Path, clock: Clock, site: ScriptedSite) -> None:
    site.pages["/news/"] = Reply(NEWS)
    site.pages["/robots.txt"] = Reply("User-agent: *\nDisallow: /\n", content_type="text/plain")
    app = app_on(db, clock)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await enter(pilot, f"{site.url}/news/")
        assert "Follow the articles" not in screen_text(app)
        await pilot.press("tab", "j", "enter")
        await settle(pilot)
        assert "Cannot watch this page: not allowed by robots.txt" in " ".join(screen_text(app).split())
    assert subscribed(db) == []


async def test_one_page_is_read_from_the_panes(db: Path, clock: Clock, site: ScriptedSite) -> None:
    publish(site, BORDER)
    site.pages["/ropes"] = Reply(ROPES)
    app = app_on(db, clock, site.url)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("P")
        await settle(pilot)
        assert "Save page" in screen_text(app)
        await enter(pilot, f"{site.url}/nothing")
        assert "! " in screen_text(app)
        await enter(pilot, f"{site.url}/ropes")
        assert app.screen is app.reader
        assert app.reader.article.article is not None
        assert app.reader.article.article.title == "On Ropes"
        assert "Saved pages" in screen_text(app)
        await pilot.press("e")
        await settle(pilot)
        assert "saved pages" in screen_text(app)
        await pilot.press("escape", "R")
        await settle(pilot)
        assert "failed" not in screen_text(app)


async def test_how_far_an_import_is_is_said_meanwhile(
    db: Path, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "".join(f"Page {n},https://pages.example/{n},1700000000,,unread\n" for n in range(150))
    (tmp_path / "pocket.csv").write_text(f"title,url,time_added,tags,status\n{rows}", "utf-8")
    said: list[str] = []
    say = SubscribeScreen.say

    def noted(screen: SubscribeScreen, sentence: str) -> None:
        said.append(sentence)
        say(screen, sentence)

    monkeypatch.setattr(SubscribeScreen, "say", noted)
    app = app_on(db, clock)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await enter(pilot, str(tmp_path / "pocket.csv"))
        assert [each.rpartition(": ")[2] for each in said if "of 150" in each] == [
            "0 of 150 pages…",
            "100 of 150 pages…",
        ]
        assert "150 pages saved" in screen_text(app)


async def test_an_import_ends_with_escape_and_others_write_meanwhile(db: Path, clock: Clock, tmp_path: Path) -> None:
    rows = "".join(f"Page {n},https://pages.example/{n},1700000000,,unread\n" for n in range(100_000))
    (tmp_path / "pocket.csv").write_text(f"title,url,time_added,tags,status\n{rows}", "utf-8")
    app = app_on(db, clock)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        app.screen.query_one(Input).value = str(tmp_path / "pocket.csv")
        await pilot.press("enter")
        while "of 100000 pages" not in screen_text(app):
            await pilot.pause(0.02)
        await app.cache.write(partial(ui_state.save, name="meanwhile", value="yes"))
        assert "of 100000 pages" in screen_text(app)
        await pilot.press("escape")
        await settle(pilot)
        assert "of 100000 pages" not in screen_text(app)
    with closing(connect(db)) as c:
        assert 0 < article_lists.count(c, Query()) < 100_000
        assert ui_state.value(c, "meanwhile") == "yes"


async def test_an_import_that_is_left_says_nothing_more(
    db: Path, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_left = Event()

    def slow(c: Connection, path: str, now: object, tell: Callable[[str], None]) -> Imported:
        tell("1 of 9 pages")
        assert is_left.wait(20)
        tell("2 of 9 pages")
        return Imported()

    monkeypatch.setattr(import_any, "import_path", slow)
    app = app_on(db, clock)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        app.screen.query_one(Input).value = str(tmp_path / "pocket.csv")
        await pilot.press("enter")
        while "1 of 9 pages" not in screen_text(app):
            await pilot.pause(0.02)
        await pilot.press("escape")
        is_left.set()
        await settle(pilot)
        await pilot.pause(0.1)
        assert "of 9 pages" not in screen_text(app)
        assert "an article or the feed" in screen_text(app)


async def test_a_list_of_feeds_is_followed_and_fetched(
    db: Path, clock: Clock, site: ScriptedSite, tmp_path: Path
) -> None:
    publish(site, BORDER)
    site.pages["/photos/"] = Reply(feed(site.url, (TRADE,), "Photos"), content_type="application/rss+xml")
    listed = "".join(
        f'<outline type="rss" text="Listed" xmlUrl="{site.url}{path}"/>' for path in ("/feed/", "/photos/")
    )
    (tmp_path / "feeds.opml").write_text(f"<opml version='2.0'><body>{listed}</body></opml>", "utf-8")
    app = app_on(db, clock)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        assert "?: all keys" in screen_text(app)
        await enter(pilot, str(tmp_path / "none.opml"))
        assert "File not found" in screen_text(app)
        await enter(pilot, str(tmp_path / "feeds.opml"))
        assert app.screen is app.reader
        text = screen_text(app)
        for words in ("2 new feeds", "Listed", BORDER.title[:12], TRADE.title[:12]):
            assert words in text


@pytest.mark.parametrize("size", [(80, 24), (60, 20), (120, 40), (80, 22)])
async def test_what_a_page_lists_leaves_room_for_the_hints(with_links: Path, size: tuple[int, int]) -> None:
    app = reader(with_links)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await pilot.press("a")
        await settle(pilot)
        assert isinstance(app.screen, SubscribeScreen)
        url = "https://harbour-news.example/"
        items = tuple(Item(f"{url}{n}", f"Title {n}", NOW) for n in range(30))
        with app.screen.prevent(Input.Changed):
            app.screen.query_one(Input).value = url
        app.screen.show_list(url, Page(url, 200, b"", "text/html"), Listing("cards", "", "News", items))
        await settle(pilot)
        assert "esc close" in screen_text(app)
        assert "Follow the articles" in screen_text(app)
        await pilot.press("down", *["down"] * 6, "enter")
        await settle(pilot)
        assert "Select “Follow the articles on this page”" in screen_text(app)
