"""New articles while the reader reads: they arrive without moving anything, and what failed is said."""

import asyncio
import gc
import re
import socket
from contextlib import closing
from pathlib import Path

import pytest
from textual.pilot import Pilot

from conftest import Clock, Reply, ScriptedSite
from support.app_factory import REVIEW, point, screen_text, settle, shelve
from support.rss import Item, rss
from support.wordpress import BORDER, TRADE, Post, publish
from tuireader.config import Config
from tuireader.model.query import Query
from tuireader.store import feeds
from tuireader.store.connection import connect
from tuireader.store.queries import article_lists
from tuireader.tui.app import ReaderApp

NEWER = Post("Brand New", "<p>Something happened since.</p>", "brand-new", date="Sat, 01 Jul 2017 12:00:00 +0000")


def subscribe(db: Path, clock: Clock, url: str, title: str) -> None:
    with closing(connect(db)) as c:
        feeds.add(c, url, title=title, site="", now=clock())


def app_on(db: Path, clock: Clock, *, on_start: bool = False) -> ReaderApp:
    """What is asked for here are feeds alone."""
    return ReaderApp(db, config=Config(refresh_on_start=on_start, full_text="never"), clock=clock)


def unread(db: Path) -> int:
    with closing(connect(db)) as c:
        return article_lists.count(c, Query(unread=True))


async def press(pilot: Pilot[None], *pressed: str) -> None:
    for key in pressed:
        await pilot.press(key)
        await settle(pilot)


async def test_what_is_due_is_asked_for_on_start(db: Path, clock: Clock, site: ScriptedSite) -> None:
    publish(site, BORDER, TRADE)
    subscribe(db, clock, f"{site.url}/feed/", "The Example Review")
    app = app_on(db, clock, on_start=True)
    async with app.run_test(size=(120, 30), notifications=True) as pilot:
        await settle(pilot)
        text = screen_text(app)
    assert "China and Russia" in text
    assert "2 unread · refreshed just now" in text
    assert "2 new" in text
    assert site.paths() == ["/feed/"]
    again = app_on(db, clock, on_start=True)
    async with again.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
    assert site.paths() == ["/feed/"]


@pytest.mark.thorough
async def test_the_refresh_keys_override_the_hour_and_no_other_rule(db: Path, clock: Clock, site: ScriptedSite) -> None:
    publish(site, BORDER, TRADE)
    subscribe(db, clock, f"{site.url}/feed/", "The Example Review")
    async with app_on(db, clock, on_start=True).run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await press(pilot, "R", "r")
        etag = site.pages["/feed/"].etag
        assert [request.headers.get("if-none-match") for request in site.requests] == [None, etag, etag]
        site.pages["/feed/"] = Reply(status=503, headers={"Retry-After": "600"})
        await press(pilot, "R")
        assert len(site.requests) == 4
        await press(pilot, "R", "r")
        assert len(site.requests) == 4
        clock.advance(minutes=10)
        site.pages["/feed/"] = Reply(status=410)
        await press(pilot, "r")
        assert len(site.requests) == 5
        clock.advance(days=100)
        await press(pilot, "R", "r")
        assert len(site.requests) == 5
        await press(pilot, "h")
        assert "gone" in screen_text(pilot.app).splitlines()[-1]
    assert unread(db) == 2


async def test_new_articles_do_not_move_the_row_under_the_cursor(db: Path, clock: Clock, site: ScriptedSite) -> None:
    publish(site, BORDER, TRADE)
    subscribe(db, clock, f"{site.url}/feed/", "The Example Review")
    app = app_on(db, clock, on_start=True)
    async with app.run_test(size=(120, 30), notifications=True) as pilot:
        await settle(pilot)
        headlines = app.reader.headlines
        await press(pilot, "j")
        here, line = headlines.current, headlines.cursor_line()
        publish(site, NEWER, BORDER, TRADE)
        await press(pilot, "R")
        assert headlines.current == here
        assert headlines.cursor == 2
        assert headlines.cursor_line() == line
        assert app.focused is headlines
        assert "1 new" in screen_text(app)
        await press(pilot, "k", "k")
        assert headlines.current is not None
        assert headlines.current.title == "Brand New"


async def test_a_refresh_leaves_the_open_article_and_the_focus_alone(
    db: Path, clock: Clock, site: ScriptedSite
) -> None:
    publish(site, BORDER, TRADE)
    subscribe(db, clock, f"{site.url}/feed/", "The Example Review")
    app = app_on(db, clock, on_start=True)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await press(pilot, "enter")
        publish(site, NEWER, BORDER, TRADE)
        await press(pilot, "r")
        assert app.focused is app.reader.article
        assert app.reader.article.article is not None
        assert app.reader.article.article.title == BORDER.title
        assert unread(db) == 2


async def test_a_feed_that_fails_is_marked_and_says_why(db: Path, clock: Clock, site: ScriptedSite) -> None:
    publish(site, BORDER)
    site.pages["/broken"] = Reply("no", status=500)
    subscribe(db, clock, f"{site.url}/feed/", "The Example Review")
    subscribe(db, clock, f"{site.url}/broken", "Broken")
    app = app_on(db, clock, on_start=True)
    async with app.run_test(size=(120, 30), notifications=True) as pilot:
        await settle(pilot)
        assert re.search(r"Broken +!", screen_text(app))
        assert "China and Russia" in screen_text(app)
        await point(pilot, "Broken")
        last = screen_text(app).splitlines()[-1]
        assert last.startswith("  ! ")
        assert "500" in last
        assert "tried just now" in last
        await press(pilot, "l")
        assert "enter open" in screen_text(app).splitlines()[-1]


async def test_without_network_a_word_says_so_and_reading_goes_on(
    db: Path, clock: Clock, site: ScriptedSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unplugged(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    shelve(db, "The Example Review", REVIEW, now=clock())
    clock.advance(hours=2)
    monkeypatch.setattr(socket, "getaddrinfo", unplugged)
    app = app_on(db, clock, on_start=True)
    async with app.run_test(size=(120, 30), notifications=True) as pilot:
        await settle(pilot)
        assert "offline · 4 unread · refreshed 2 h ago" in screen_text(app).splitlines()[0]
        assert "! " not in screen_text(app)
        await press(pilot, "enter")
        assert "Although they have been rivals" in screen_text(app)
        await press(pilot, "R")
        assert "Offline" in screen_text(app)


async def test_a_site_that_is_down_is_no_missing_network(db: Path, clock: Clock, site: ScriptedSite) -> None:
    publish(site, BORDER, TRADE)
    subscribe(db, clock, f"{site.url}/feed/", "The Example Review")
    site.stop()
    app = app_on(db, clock, on_start=True)
    async with app.run_test(size=(120, 30), notifications=True) as pilot:
        await settle(pilot)
        text = screen_text(app)
        assert "offline" not in text
        assert re.search(r"All +! ", text)
        await press(pilot, "h")
        assert "refused the connection" in screen_text(app).splitlines()[-1]


async def test_feeds_added_during_a_refresh_are_asked_for_after_it(db: Path, clock: Clock, site: ScriptedSite) -> None:
    publish(site, BORDER, TRADE)
    site.pages["/later"] = site.pages["/feed/"]
    subscribe(db, clock, f"{site.url}/feed/", "First")
    app = app_on(db, clock, on_start=True)
    async with app.run_test(size=(120, 30)) as pilot:
        while not app.reader.tasks.is_refreshing:  # noqa: ASYNC110 - nobody tells it
            await asyncio.sleep(0)
        subscribe(db, clock, f"{site.url}/later", "Second")  # by an import, for one
        app.reader.tasks.refresh(None, force=False)
        await settle(pilot)
    assert sorted(site.paths()) == ["/feed/", "/later"]  # in one refresh, or in two


async def test_quitting_in_the_middle_of_a_refresh_is_sound(db: Path, clock: Clock, site: ScriptedSite) -> None:
    publish(site, BORDER, TRADE)
    for number in range(12):
        subscribe(db, clock, f"{site.url}/feed/?{number}", f"Feed {number}")
        site.pages[f"/feed/?{number}"] = site.pages["/feed/"]
    app = app_on(db, clock, on_start=True)
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.pause()
        await pilot.press("ctrl+q")
    with closing(connect(db)) as c:
        assert c.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


@pytest.mark.parametrize("turns", [0, 20, 60, 150, 400])
async def test_a_reader_that_ends_in_the_middle_of_a_refresh_leaves_nothing_open(
    db: Path, clock: Clock, site: ScriptedSite, turns: int
) -> None:
    """Textual calls off what runs twice at its end, and the loop once more: each might interrupt what lets go."""
    for number in range(12):
        text = rss(*(Item(f"{number}-{n}") for n in range(100)))
        site.pages[f"/{number}"] = Reply(text, content_type="text/xml")
        subscribe(db, clock, f"{site.url}/{number}", f"Feed {number}")
    async with app_on(db, clock, on_start=True).run_test() as pilot:
        for _ in range(turns):
            await asyncio.sleep(0.001)
        assert pilot.app.is_running
    names = {getattr(task.get_coro(), "__name__", "") for task in asyncio.all_tasks() - {asyncio.current_task()}}
    assert names <= {"in_thread", "_run_timer"}  # these end with their next step: a read of the cache, Textual's timer
    gc.collect()  # what was not closed complains
