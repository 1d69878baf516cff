"""The archive from within the reader: how far it is, what comes, and that it can be stopped."""

from __future__ import annotations

import asyncio
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from conftest import ScriptedSite
from support.app_factory import NOW, PATIENCE, ids, reader, screen_text, settle, until
from support.archived_site import FRONT, Post, feed, give_posts
from support.factories import subscribe
from tuireader.library.archiving import backfill
from tuireader.library.refreshing.ingest import SavePage
from tuireader.model.fetched import Page
from tuireader.store import feeds
from tuireader.store.connection import connect
from tuireader.urls.hosts import Reach

WIDE = (120, 30)
POSTS = [Post(number) for number in range(1, 121)]


@pytest.fixture
def followed(db: Path, site: ScriptedSite, monkeypatch: pytest.MonkeyPatch) -> ScriptedSite:
    monkeypatch.setattr(backfill, "REQUEST_INTERVAL", 0.0)
    site.pages["/feed/"] = feed(site.url, POSTS[:FRONT])
    give_posts(site, POSTS)
    with closing(connect(db)) as c:
        one = replace(subscribe(c, f"{site.url}/feed/", "The Site"), reach=Reach.PRIVATE)
        feeds.record(c, one)
        front = site.pages["/feed/"]
        body = front.body.encode() if isinstance(front.body, str) else front.body
        SavePage(one, Page(one.url, 200, body, front.content_type, reach=Reach.PRIVATE), NOW)(c)
    return site


async def said(pilot: Pilot[None], words: str) -> None:
    await until(pilot, lambda: any(words in each.message for each in pilot.app._notifications))


async def test_older_articles_come_while_one_reads(db: Path, followed: ScriptedSite) -> None:
    app = reader(db)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        opened = app.reader.reading.opened
        await pilot.press("B")
        await said(pilot, "110 older articles loaded")
        await settle(pilot)
        assert app.reader.reading.opened is not None
        assert opened is not None
        assert app.reader.reading.opened[0].id == opened[0].id
        assert len(ids(db)) == 120
        assert app.reader.tasks.progress == ""
        await pilot.press("e")
        await settle(pilot)
        assert "All loaded, back to" in screen_text(app)
        await pilot.press("escape")


async def test_the_same_key_stops_it_and_goes_on(
    db: Path, followed: ScriptedSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    never = asyncio.Event()
    waiting = asyncio.Event()

    async def hold(_seconds: float) -> None:
        waiting.set()
        await never.wait()

    original = backfill.backfill
    monkeypatch.setattr(backfill, "backfill", lambda *a, **k: original(*a, **{**k, "sleep": hold}))
    app = reader(db)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("B")
        async with asyncio.timeout(PATIENCE):
            await waiting.wait()
        assert "older articles:" in screen_text(app)
        await pilot.press("B")
        await said(pilot, "Run the command again to continue.")
        await settle(pilot)
        assert app.reader.tasks.progress == ""
        monkeypatch.setattr(backfill, "backfill", original)
        await pilot.press("B")
        await said(pilot, "110 older articles loaded")


async def test_without_a_feed_it_is_said_how_to_mean_one(db: Path) -> None:
    app = reader(db)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("escape", "B")
        await said(pilot, "Select a feed or an article first")
