"""A whole site on a train: what was brought in before is read without a single request, and without an error."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from textual.pilot import Pilot

from conftest import Clock, ScriptedSite
from support.app_factory import screen_text, settle, until
from support.archived_site import FRONT, NEWEST, Post, feed, give_archived, give_pages
from tuireader.config import Config
from tuireader.library.archiving.backfill import backfill
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.politeness.queue import open_queue
from tuireader.library.reading.full_text import fetch_full_texts
from tuireader.library.refreshing.refresh import refresh
from tuireader.model.query import Query
from tuireader.store import feeds
from tuireader.store.connection import connect
from tuireader.store.queries import article_lists
from tuireader.tui.app import ReaderApp

POSTS = [Post(number) for number in range(1, 21)]


async def bring_in(db: Path, clock: Clock, site: ScriptedSite) -> None:
    """Follow a feed of excerpts, its whole archive, and the whole texts of what it gave."""
    give_archived(site, POSTS)
    give_pages(site, POSTS)
    front = feed(
        site.url, POSTS[:FRONT], f'<atom:link rel="prev-archive" href="{site.url}/archive/1"/>', wordpress=False
    )
    body = str(front.body)
    for post in POSTS[:FRONT]:
        whole = post.html.replace("<", "&lt;").replace(">", "&gt;")
        body = body.replace(whole, f"Paragraph 0 of post {post.number} has as many words […]")
    front.body = body
    site.pages["/feed/"] = front
    clock.now = NEWEST + timedelta(hours=1)

    async def no_pause(_: float) -> None:
        return

    with closing(connect(db)) as c:
        feeds.add(c, f"{site.url}/feed/", title="The Site", site="", now=clock())
    cache = Cache(db)
    async with open_queue(cache, clock=clock) as queue:
        assert [event.new async for event in refresh(cache, queue, None, clock=clock)] == [FRONT]
        with closing(connect(db)) as c:
            (there,) = feeds.every(c)
            ids = article_lists.ids(c, Query())
        assert [each.error async for each in fetch_full_texts(cache, queue, ids)] == [None] * FRONT
        *_, last = [event async for event in backfill(cache, queue, there, clock=clock, sleep=no_pause)]
        assert last.status == "done"
    assert not cache.close()
    with closing(connect(db)) as c:
        assert article_lists.count(c, Query()) == len(POSTS)


async def read_all(pilot: Pilot[None]) -> int:
    """Open one article after the other, from the newest to the oldest; gives how many there were."""
    await pilot.press("enter")
    await settle(pilot)
    titles = set()
    for _ in POSTS:
        article = pilot.app.query_one("ArticleView").article  # type: ignore[attr-defined]
        titles.add(article.title)
        assert "Paragraph 4 of post" in screen_text(pilot.app)
        assert "excerpt" not in screen_text(pilot.app)
        await pilot.press("J")
        await settle(pilot)
    return len(titles)


async def test_a_session_over_archive_and_full_texts_asks_for_nothing(
    db: Path, clock: Clock, site: ScriptedSite
) -> None:
    await bring_in(db, clock, site)
    site.requests.clear()
    app = ReaderApp(db, config=Config(), clock=clock)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        assert await read_all(pilot) == len(POSTS)
        await pilot.press("u", "escape", "t", "escape", "q", "/", *"paragraph 3", "enter")
        await settle(pilot)
        await pilot.press("escape", "c", "f", "m", "e", "escape")
        await settle(pilot)
        assert not [each for each in app._notifications if each.severity == "error"]
    assert site.requests == []


@pytest.mark.slow
@pytest.mark.parametrize("later", [timedelta(minutes=5), timedelta(days=30)])
async def test_a_fresh_start_without_the_server_shows_no_error(
    db: Path, clock: Clock, site: ScriptedSite, later: timedelta
) -> None:
    """Where the feed is due, it is asked for in vain, and that is all there is to be seen: since when it was not."""
    await bring_in(db, clock, site)
    site.stop()
    clock.now += later
    app = ReaderApp(db, config=Config(), clock=clock)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await until(pilot, lambda: not app.reader.tasks.progress)
        assert await read_all(pilot) == len(POSTS)
        assert not [each for each in app._notifications if each.severity == "error"]
        await pilot.press("q")
        await settle(pilot)
        text = screen_text(app)
        assert ("refreshed on 14 Jan" if later.days else "refreshed 5 min ago") in text
