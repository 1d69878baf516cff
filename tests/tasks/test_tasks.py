"""Tasks without an app and without a command: the steps that they yield."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from conftest import Reply, ScriptedSite
from support.factories import NOW, ready, save_plan, subscribe
from support.rss import Item, rss
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.politeness.queue import open_queue
from tuireader.library.rules import plan_pruning
from tuireader.model.article import Status
from tuireader.model.fetched import Plan
from tuireader.model.query import Query
from tuireader.store import articles, feeds
from tuireader.store.connection import connect
from tuireader.store.pruning import Limits
from tuireader.store.queries import article_lists
from tuireader.tasks.feeds import Tally, download, prune, refresh
from tuireader.tasks.task import Context, Step
from tuireader.urls.hosts import Reach

Task = Callable[[Context], AsyncGenerator[Step, None]]


@pytest.fixture
async def on(db: Path) -> AsyncIterator[Context]:
    cache = Cache(db)
    yield Context(cache, lambda: NOW, lambda: open_queue(cache, clock=lambda: NOW))
    assert not cache.close()


async def steps_of(on: Context, task: Task) -> list[Step]:
    async with aclosing(task(on)) as steps:
        return [step async for step in steps]


async def test_a_refresh_says_how_far_it_is_what_came_and_what_failed(
    db: Path, site: ScriptedSite, on: Context
) -> None:
    site.pages["/one"] = Reply(rss(Item("a"), Item("b")))
    with closing(connect(db)) as c:
        every = [subscribe(c, f"{site.url}/{name}", name) for name in ("one", "two")]
    steps = await steps_of(on, lambda context: refresh(context, Tally(every), force=True))
    assert [step.progress for step in steps] == ["refreshing 0/2", "refreshing 1/2", "refreshing 2/2", ""]
    assert sorted(str((step.row or {}).get("status")) for step in steps[1:3]) == ["failed", "updated"]
    assert [step.failed.partition(":")[0] for step in steps if step.failed] == ["two"]
    assert [step.has_news for step in steps].count(True) == 1
    assert steps[-1].said == "2 new articles in 1 of 2 feeds; 1 failed."


async def test_closed_early_a_refresh_asks_no_more(db: Path, site: ScriptedSite, on: Context) -> None:
    site.pages["/one"] = Reply(rss(Item("a")))
    with closing(connect(db)) as c:
        every = [subscribe(c, f"{site.url}/one", "one")]
    steps = refresh(on, Tally(every), force=True)
    assert (await anext(steps)).progress == "refreshing"
    await steps.aclose()
    assert site.paths() == []


async def test_a_download_says_which_texts_came(db: Path, site: ScriptedSite, on: Context) -> None:
    words = "".join(
        f"<p>Paragraph {n} has as many words as an article needs to be taken for one.</p>" for n in range(9)
    )
    site.pages["/0"] = Reply(f"<html><title>Story 0</title><article><h1>Story 0</h1>{words}</article>")
    with closing(connect(db)) as c:
        feed = subscribe(c, f"{site.url}/feed")
        entries = [
            ready(f"{n}", "Paragraph 0 has …", title=f"Story {n}", link=f"{site.url}/{n}", excerpt=True)
            for n in range(2)
        ]
        save_plan(c, feed, Plan(new=tuple(entries)))
        feeds.record(c, replace(feed, reach=Reach.PRIVATE))
        ids = article_lists.ids(c, Query())
    steps = await steps_of(on, lambda context: download(context, lambda _: ids))
    (came,) = (step.article_id for step in steps if step.article_id is not None)
    with closing(connect(db)) as c:
        assert articles.get(c, came).title == "Story 0"
    assert [(step.row or {}).get("status") for step in steps if step.row] == ["page", "page", "done"]
    assert steps[-1].said == "Fetched full text of 1 article; 1 failed."
    again = await steps_of(on, lambda context: download(context, lambda _: []))
    assert [step.said for step in again] == ["Nothing to fetch: full text already available."]


async def test_pruning_says_what_is_gone(db: Path, on: Context) -> None:
    with closing(connect(db)) as c:
        old = [replace(ready(f"{n}", published=NOW - timedelta(days=n)), status=Status(read=True)) for n in range(5)]
        save_plan(c, subscribe(c), Plan(new=tuple(old)))
        found = plan_pruning(c, NOW, Limits(2, 0, 0))
    steps = await steps_of(on, lambda context: prune(context, found))
    assert steps[-1].row == {"articles": 2, "feeds": 1, "bytes": found.size, "removed": True}
    assert steps[-1].notices[0].startswith("2 articles deleted.")
    with closing(connect(db)) as c:
        assert article_lists.count(c, Query()) == 3
