"""Excerpts become whole by themselves, a key shows what the feed gave, and what is taken from pages can be chosen."""

from __future__ import annotations

import asyncio
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Input

from conftest import Clock, Reply, ScriptedSite
from support.app_factory import ids, said, screen_text, settle, until
from support.factories import subscribe
from support.rss import Item, rss
from tuireader.config import Config
from tuireader.store import articles, feeds, site_facts
from tuireader.store.connection import connect
from tuireader.tui.app import ReaderApp
from tuireader.tui.dialogs.page_text import PageTextScreen
from tuireader.urls.hosts import Reach

WIDE = (120, 34)


def body(name: str, paragraphs: int) -> str:
    line = f"Paragraph {{}} of {name} has as many words as an article needs to be taken for one, and some more."
    return "".join(f"<p>{line.format(at)}</p>" for at in range(paragraphs))


@pytest.fixture
def excerpts(db: Path, clock: Clock, site: ScriptedSite, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A feed that is due, and gives the beginnings of three articles."""
    monkeypatch.setattr("tuireader.library.politeness.robots.REQUEST_INTERVAL", 0.0)
    names = ["one", "two", "three"]
    items = [Item(name, html=f"{body(name, 1)}<p>[…]</p>", link=f"{site.url}/{name}") for name in names]
    site.pages["/feed/"] = Reply(rss(*items, site=f"{site.url}/"), content_type="application/rss+xml")
    for name in names:
        box = f"<div class=box><p>What stands in the box of {name}.</p></div>"
        site.pages[f"/{name}"] = Reply(
            f"<html><title>{name}</title><body>{box}<article><h1>{name}</h1>{body(name, 6)}</article></body></html>"
        )
    with closing(connect(db)) as c:
        feed = subscribe(c, f"{site.url}/feed/", "The Feed")
        feeds.record(c, replace(feed, reach=Reach.PRIVATE))
    return db


def app_on(db: Path, clock: Clock, **options: object) -> ReaderApp:
    return ReaderApp(db, config=Config(refresh_on_start=True, **options), clock=clock)  # type: ignore[arg-type]


def complete(db: Path) -> int:
    with closing(connect(db)) as c:
        return sum(site_facts.has_full_text(c, id_) for id_ in ids(db))


async def test_excerpts_become_whole_after_a_refresh(excerpts: Path, clock: Clock, site: ScriptedSite) -> None:
    app = app_on(excerpts, clock)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, lambda: complete(excerpts) >= 3)
        await settle(pilot)
        assert "excerpt" not in screen_text(app)
        assert app.reader.tasks.progress == ""
        await pilot.press("enter")
        await said(pilot, "Paragraph 5 of")
        before = len(site.requests)
        await pilot.press("R")
        await settle(pilot)
        assert len(site.requests) == before + 1


async def test_what_comes_by_itself_takes_nobody_anywhere(
    excerpts: Path, clock: Clock, site: ScriptedSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is open at its top is whole from then on; whoever is in the list, or reads, stays where they are."""
    app = app_on(excerpts, clock, full_text="never")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await said(pilot, "three")
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press("m", "h", "j")  # what was read is not completed by itself
        await settle(pilot)
        assert app.reader.pane == "headlines"
        app.reader.tasks.usual = "auto"
        app.reader.tasks.complete()
        await said(pilot, "Paragraph 1 of two")
        await settle(pilot)
        assert app.reader.pane == "headlines"
        assert app.reader.headlines.cursor == 1
        assert complete(excerpts) == 3
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press("space", "d")
        await said(pilot, "Feed text")


async def test_a_text_that_came_while_the_article_was_read_is_shown_by_the_key(
    excerpts: Path, clock: Clock, site: ScriptedSite
) -> None:
    app = app_on(excerpts, clock, full_text="never")
    async with app.run_test(size=(120, 10), notifications=True) as pilot:
        await said(pilot, "one")
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press("m", "j", "j")
        await settle(pilot)
        assert app.reader.article.scroll_y > 0
        app.reader.tasks.usual = "always"
        app.reader.tasks.complete()
        await until(pilot, lambda: complete(excerpts) >= 3)
        await settle(pilot)
        words = [app.reader.reading.opened[0].words] if app.reader.reading.opened else []
        for _ in range(2):
            await pilot.press("d")
            await settle(pilot)
            words += [app.reader.reading.opened[0].words] if app.reader.reading.opened else []
        assert words[1] > 3 * words[0]
        assert words[0] == words[2]


async def test_paging_waits_for_the_full_text_and_another_key_goes_on(
    excerpts: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    come = asyncio.Event()

    async def fetched(*_: object) -> None:
        await come.wait()

    app = app_on(excerpts, clock, full_text="never")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await said(pilot, "one")
        await settle(pilot)
        monkeypatch.setattr("tuireader.library.reading.full_text.fetch_full_text", fetched)
        await pilot.press("enter")
        await settle(pilot)
        first = app.reader.reading.opened
        await pilot.press("d", "space", "space")
        await pilot.pause()
        assert app.reader.reading.opened == first
        assert "Fetching full text… · n: next article" in screen_text(app)
        come.set()
        await settle(pilot)
        await pilot.press("n")
        await settle(pilot)
        assert app.reader.reading.opened != first


async def test_never_is_never(excerpts: Path, clock: Clock, site: ScriptedSite) -> None:
    app = app_on(excerpts, clock, full_text="never")
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        await said(pilot, "excerpt")
        await settle(pilot)
    assert site.paths() == ["/feed/"]


async def test_a_key_turns_from_the_page_to_the_feed_and_back(excerpts: Path, clock: Clock, site: ScriptedSite) -> None:
    app = app_on(excerpts, clock, full_text="never")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await said(pilot, "excerpt")
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        assert "Excerpt · d: fetch full text" in screen_text(app)
        await pilot.press("d")
        await said(pilot, "Paragraph 5 of")
        asked = len(site.requests)
        await pilot.press("d")
        await said(pilot, "Feed text · d: show")
        assert "Paragraph 5 of" not in screen_text(app)
        await pilot.press("d")
        await said(pilot, "Paragraph 5 of")
        assert len(site.requests) == asked
        await pilot.press("d", "J", "K")
        await said(pilot, "Feed text")
        await pilot.press("h", "j", "d")
        await settle(pilot)
        assert len(site.requests) == asked + 1


async def test_it_is_set_for_one_feed(excerpts: Path, clock: Clock) -> None:
    app = app_on(excerpts, clock, full_text="never")
    async with app.run_test(size=WIDE) as pilot:
        await said(pilot, "excerpt")
        await settle(pilot)
        await pilot.press("e")
        await said(pilot, "Never")
        await pilot.press("comma", *["j"] * 5)
        await said(pilot, "Full text default (never)")
        await pilot.press("enter")
        await said(pilot, "Full text auto")
        await pilot.press("enter")
        await said(pilot, "Full text always")
        await pilot.press("escape")
        await settle(pilot)
    with closing(connect(excerpts)) as c:
        assert site_facts.mode(c, 1, "never") == "always"


@pytest.mark.parametrize("size", [WIDE, *(pytest.param(size, marks=pytest.mark.slow) for size in ((80, 24), (60, 20)))])
async def test_selectors_are_tried_as_they_are_typed(
    excerpts: Path, clock: Clock, site: ScriptedSite, size: tuple[int, int]
) -> None:
    app = app_on(excerpts, clock, full_text="never")
    async with app.run_test(size=size, notifications=True) as pilot:
        await said(pilot, "three")
        await settle(pilot)
        await pilot.press("ctrl+a", "d")
        await said(pilot, "Fetched full text of 3 articles.")
        await pilot.press("e")
        await settle(pilot)
        await pilot.press("s")
        await said(pilot, "Full-text selectors: The Feed")
        assert isinstance(app.screen, PageTextScreen)
        await said(pilot, "words · “one”")
        await pilot.press(*".gone")
        await said(pilot, "No match on this page. Automatic:")
        await pilot.press("[")
        await said(pilot, "Invalid CSS selector")
        await pilot.press("enter")
        assert isinstance(app.screen, PageTextScreen)
        app.screen.query_one("#take", Input).value = ".box"
        await said(pilot, "7 words · “one”")
        await said(pilot, "What stands in the box of one.")
        await pilot.press("tab", *"p", "enter")
        await settle(pilot)
        assert app.screen is app.reader
        with closing(connect(excerpts)) as c:
            assert site_facts.selectors(c, 1) == (".box", "p")
        await pilot.press("e")
        await said(pilot, "include: .box, exclude: p")
        await pilot.press("s")
        await said(pilot, "words · “one”")
        app.screen.query_one("#drop", Input).value = ""
        await pilot.press("enter")
        async with asyncio.timeout(60):
            while True:
                with closing(connect(excerpts)) as c:
                    texts = [articles.body(c, id_) for id_ in ids(excerpts)]
                if all("What stands in the box of" in text for text in texts):
                    break
                await pilot.pause(0.05)


async def test_selectors_without_a_network_can_be_kept(excerpts: Path, clock: Clock, site: ScriptedSite) -> None:
    app = app_on(excerpts, clock, full_text="never")
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await said(pilot, "three")
        await settle(pilot)
        site.stop()
        await pilot.press("e")
        await settle(pilot)
        await pilot.press("s")
        await said(pilot, "you can still save")
        await pilot.press("[")
        await said(pilot, "Invalid CSS selector")
        await pilot.press("backspace")
        await said(pilot, "you can still save")
        await pilot.press(*"main", "enter")
        await settle(pilot)
    with closing(connect(excerpts)) as c:
        assert site_facts.selectors(c, 1) == ("main", "")
