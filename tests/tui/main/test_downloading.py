"""Fetching the whole texts of several articles: those that are not here, with what could not be had said."""

from __future__ import annotations

import asyncio
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conftest import Reply, ScriptedSite
from support.app_factory import ids, reader, said, screen_text, settle
from support.factories import NOW, ready, subscribe
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.politeness.queue import open_queue
from tuireader.library.reading.full_text import fetch_full_texts
from tuireader.model.fetched import Page, Plan
from tuireader.model.query import Query
from tuireader.store import articles, feeds, save_articles
from tuireader.store.connection import connect, transaction
from tuireader.store.queries import article_lists
from tuireader.tui.app import ReaderApp
from tuireader.urls.hosts import Reach

WIDE = (120, 30)
WHOLE = "".join(f"<p>Paragraph {n} has as many words as an article needs to be taken for one.</p>" for n in range(9))


def publish(db: Path, site: ScriptedSite, count: int) -> None:
    """Articles of which the feed gives the beginning, and their pages; what comes last is here whole."""
    with closing(connect(db)) as c:
        feed = subscribe(c, f"{site.url}/feed", "The Example Review")
        with transaction(c):
            new = tuple(
                ready(
                    str(n),
                    "Paragraph 0 has as many words as an article …",
                    title=f"Story {n}",
                    link=f"{site.url}/{n}",
                    excerpt=n < count,
                )
                for n in range(count + 1)
            )
            save_articles.Prepacked(Plan(new=new)).write(c, feed.id, NOW)
            feeds.record(c, replace(feed, reach=Reach.PRIVATE))
    for n in range(count):
        site.pages[f"/{n}"] = Reply(f"<html><title>Story {n}</title><article><h1>Story {n}</h1>{WHOLE}</article>")


async def test_the_texts_of_selected_articles_are_fetched(db: Path, site: ScriptedSite) -> None:
    publish(db, site, 4)
    del site.pages["/2"]
    app = reader(db)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("ctrl+a", "d")
        await said(pilot, "Fetched full text of 3 articles; 1 failed.")
        await settle(pilot)
        assert not app.reader.headlines.selected
        assert app.reader.tasks.progress == ""
        assert sorted(site.paths()) == ["/0", "/1", "/2", "/3", "/robots.txt"]
        with closing(connect(db)) as c:
            there = {articles.get(c, id_).title: articles.get(c, id_).offline for id_ in ids(db)}
            assert there == {"Story 0": True, "Story 1": True, "Story 2": False, "Story 3": True, "Story 4": True}
        site.pages["/2"] = Reply(f"<html><title>Story 2</title><article><h1>Story 2</h1>{WHOLE}</article>")
        await pilot.press("ctrl+a", "d")
        await said(pilot, "Fetched full text of 1 article.")
        assert len(site.requests) == 7
        await pilot.press("ctrl+a", "d")
        await said(pilot, "Nothing to fetch")
        assert len(site.requests) == 7


def excerpts(app: ReaderApp) -> int:
    rows = app.reader.headlines
    return sum(not headline.offline for row in range(rows.row_count()) if (headline := rows.headline(row)))


async def test_all_that_is_shown_is_fetched(db: Path, site: ScriptedSite) -> None:
    publish(db, site, 2)
    app = reader(db)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        assert excerpts(app) == 2
        await pilot.press("D")
        await said(pilot, "Fetched full text of 2 articles.")
        await settle(pilot)
        assert excerpts(app) == 0


@pytest.fixture
def silence(monkeypatch: pytest.MonkeyPatch) -> None:
    """No site answers."""

    async def never(*_: object, **__: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("tuireader.library.politeness.queue.PoliteQueue.get", never)


@pytest.mark.usefixtures("silence")
async def test_quitting_says_what_is_not_continued(db: Path, site: ScriptedSite) -> None:
    publish(db, site, 3)
    app = reader(db)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("D")
        await said(pilot, "full text: 0/3")
        await pilot.press("ctrl+q")
        await said(pilot, "Download in progress. To stop it, quit again.")
        await pilot.press("ctrl+q")
        await pilot.pause()
    assert app.return_code == 0


@pytest.mark.usefixtures("silence")
async def test_escape_stops_it(db: Path, site: ScriptedSite) -> None:
    publish(db, site, 3)
    app = reader(db)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("D")
        await said(pilot, "full text: 0/3")
        await pilot.press("D")
        await said(pilot, "Already fetching")
        await pilot.press("escape")
        await said(pilot, "Stopped · full text: 0/3")
        assert app.reader.pane == "headlines"
        await settle(pilot)
        assert app.reader.tasks.progress == ""
        assert "0/3 ·" not in screen_text(app)
        with closing(connect(db)) as c:
            assert len(articles.without_text(c, ids(db))) == 3


async def test_many_are_asked_about_first(db: Path, site: ScriptedSite) -> None:
    publish(db, site, 25)
    app = reader(db)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("D")
        await said(pilot, "Fetch full text of 25 articles?")
        await pilot.press("enter")
        await settle(pilot)
        assert site.requests == []
        await pilot.press("D")
        await said(pilot, "Fetch full text of 25 articles?")
        await pilot.press("j", "enter")
        await said(pilot, "Fetched full text of 25 articles.")


async def test_a_site_that_is_gone_is_not_asked_for_each_text(db: Path, site: ScriptedSite) -> None:
    publish(db, site, 30)
    site.stop()
    cache = Cache(db)
    async with open_queue(cache, clock=lambda: NOW) as queue:
        asked = 0
        get = queue.get

        async def count(url: str, **more: Any) -> Page:
            nonlocal asked
            asked += not url.endswith("/robots.txt")
            return await get(url, **more)

        queue.get = count  # type: ignore[method-assign]
        with closing(connect(db)) as c:
            missing = articles.without_text(c, article_lists.ids(c, Query()))
        events = [event async for event in fetch_full_texts(cache, queue, missing)]
    assert not cache.close()
    assert len(events) == 30
    assert all(event.error for event in events)
    assert asked <= 6
