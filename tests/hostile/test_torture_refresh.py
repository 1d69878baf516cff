"""A refresh in which the k-th use of something fails, for every k: whatever it is, nothing is lost and nothing is half.

The same refresh runs again for each k, from the same cache: two feeds that changed, and a new one.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from conftest import Reply, ScriptedSite
from support.fault_injection import Fault, failing_sockets, failing_statements, files_no_larger_than
from support.rss import Item, rss
from tuireader.errors import StoreError
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.politeness.queue import open_queue
from tuireader.library.refreshing.refresh import refresh
from tuireader.model.feed import Refreshed
from tuireader.model.query import Query
from tuireader.store import feeds, statuses
from tuireader.store.connection import connect
from tuireader.store.queries import article_lists

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
FEEDS = ("one", "two", "three")
ENTRIES = 1


def publish(site: ScriptedSite, version: int) -> None:
    for name in FEEDS:
        items = [
            Item(f"{name}-{entry}", f"Entry {entry} of version {version}", f"<p>Words of version {version}. " * 20)
            for entry in range(ENTRIES + version)
        ]
        etag = f'"{version}"'
        site.pages[f"/{name}"] = Reply(rss(*items), content_type="application/rss+xml", etag=etag)


@pytest.fixture
async def before(tmp_path: Path, site: ScriptedSite) -> Path:
    """A cache with the first version of two feeds, one article starred, and a third feed that was never asked."""
    path = tmp_path / "before" / "tuireader.db"
    publish(site, 0)
    with closing(connect(path)) as c:
        for name in FEEDS[:2]:
            feeds.add(c, f"{site.url}/{name}", title=name, site="", now=NOW)
    assert [event.status for event in await refreshed(path, NOW)] == ["updated"] * 2
    with closing(connect(path)) as c:
        feeds.add(c, f"{site.url}/{FEEDS[2]}", title=FEEDS[2], site="", now=NOW)
        statuses.mark(c, [article_lists.window(c, Query(), 0, 1)[0].id], starred=True)
    publish(site, 1)
    return path


async def refreshed(path: Path, now: datetime) -> list[Refreshed]:
    cache = Cache(path)
    async with open_queue(cache, clock=lambda: now) as queue:
        return [event async for event in refresh(cache, queue, clock=lambda: now, force=True)]


async def tried(path: Path, fault: AbstractContextManager[None]) -> list[Refreshed]:
    """A refresh under a fault: no other error than that of a cache that cannot be used leaves it."""
    with fault:
        try:
            return await refreshed(path, NOW + timedelta(hours=2))
        except StoreError as error:
            assert str(error).endswith(".")  # noqa: PT017 - that it is raised is no requirement
            return []


def check(path: Path, versions: set[int]) -> None:
    """The cache is sound, and every feed is whole, in one of these versions."""
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
    with closing(connect(path)) as c:
        assert not c.notice
        assert article_lists.count(c, Query(starred=True)) == 1
        for feed in feeds.every(c):
            titles = [headline.title for headline in article_lists.window(c, Query(feeds=(feed.id,)), 0, 100)]
            shown = {int(re.search(r"version (\d+)", title)[1]) for title in titles}  # type: ignore[index]
            assert len(shown) == 1 or (not shown and feed.url.endswith(FEEDS[2]))
            assert shown <= versions
            assert len(titles) == sum(ENTRIES + version for version in shown)
            assert feed.validators.etag in ({None} if not shown else {f'"{version}"' for version in shown})


async def torture(before: Path, folder: Path, fault_at: Callable[[int], AbstractContextManager[None]], k: int) -> bool:
    """One refresh with a fault, and one without; whether the first had any trouble."""
    path = folder / f"{k}" / "tuireader.db"
    path.parent.mkdir()
    shutil.copy(before, path)
    events = await tried(path, fault_at(k))
    assert all(event.error for event in events if event.status == "failed")
    check(path, {0, 1})
    again = await refreshed(path, NOW + timedelta(hours=4))
    assert {event.status for event in again} <= {"updated", "unchanged"}, again
    check(path, {1})
    return len(events) < len(FEEDS) or any(event.error for event in events)


async def uses(before: Path, folder: Path, counted: Callable[[Fault], AbstractContextManager[None]]) -> int:
    """How many there are when nothing fails."""
    path = folder / "tuireader.db"
    shutil.copy(before, path)
    fault = Fault()
    assert len(await tried(path, counted(fault))) == len(FEEDS)
    return fault.uses


@pytest.mark.parametrize(
    ("code", "words", "stride"),
    [
        (sqlite3.SQLITE_IOERR, "disk I/O error", 3),
        pytest.param(sqlite3.SQLITE_IOERR, "disk I/O error", 1, marks=pytest.mark.slow),
        (sqlite3.SQLITE_FULL, "database or disk is full", 5),  # they go the same ways as the first
        (sqlite3.SQLITE_CORRUPT, "database disk image is malformed", 5),
    ],
)
async def test_the_kth_statement_fails(before: Path, tmp_path: Path, code: int, words: str, stride: int) -> None:
    total = await uses(before, tmp_path, lambda fault: failing_statements(fault, code, words))
    assert total > 40
    for k in range(1, total + 1, stride):
        await torture(before, tmp_path, lambda k: failing_statements(Fault(k), code, words), k)


@pytest.mark.parametrize("silently", [False, True], ids=["reset", "end of stream"])
async def test_the_kth_use_of_a_socket_fails(before: Path, tmp_path: Path, silently: bool) -> None:
    total = await uses(before, tmp_path, lambda fault: failing_sockets(fault, silently=silently))
    assert total > 2 * len(FEEDS)  # each sends and receives, over one connection at least
    troubled = [
        await torture(before, tmp_path, lambda k: failing_sockets(Fault(k), silently=silently), k)
        for k in range(1, total + 1)
    ]
    assert sum(troubled) >= len(FEEDS)


def _limited(_: object, *, size: int) -> AbstractContextManager[None]:
    return files_no_larger_than(size)


async def test_the_kth_write_of_a_file_fails(before: Path, tmp_path: Path) -> None:
    """The log that SQLite writes ahead may grow by two pages more each time, until it is large enough."""
    pytest.importorskip("resource", reason="the system cannot limit the size of files")
    page = 16_384 + 24
    for k in range(0, 200, 2):
        size = 32_768 + k * page  # with less, not even the index of the log can be made
        if not await torture(before, tmp_path, partial(_limited, size=size), k):
            break
    assert 20 < k < 198


async def test_nothing_can_be_written_at_all(before: Path, tmp_path: Path) -> None:
    pytest.importorskip("resource", reason="the system cannot limit the size of files")
    assert await torture(before, tmp_path, lambda _: files_no_larger_than(0), 0)
