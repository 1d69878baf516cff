"""The runs of the search index are merged in small steps, and nothing is found otherwise than before."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from support.app_factory import Piece, reader, settle, shelve
from tuireader.errors import BusyError
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.refreshing import upkeep
from tuireader.model.query import Query
from tuireader.store.connection import connect
from tuireader.store.queries import article_lists, search

SAVES = 40
WORDS = ["harbour", "lighthouse", "railway", "timetable", "ferry", "gauge", "crane", "rope", "fog", "lamp"]


def run_count(c: sqlite3.Connection) -> int:
    return int(c.execute("SELECT COUNT(DISTINCT segid) FROM search_idx").fetchone()[0])


@pytest.fixture
def many_runs(db: Path) -> Path:
    """A cache of which the index has a run for each of many saves."""
    for number in range(SAVES):
        word = WORDS[number % len(WORDS)]
        shelve(
            db, f"Review {number}", [Piece(f"The {word} {number}", 1, html=f"<p>{f'{word} of number{number} ' * 50}")]
        )
    return db


def test_they_become_few_and_all_is_found_as_before(many_runs: Path) -> None:
    with closing(connect(many_runs)) as c:
        runs = run_count(c)
        assert runs >= SAVES
        queries = [Query(text=text) for text in (*WORDS, "number7", "nothing", '"fog of"', "lam*")]
        before = [article_lists.ids(c, query) for query in queries]
        steps = 0
        while search.merge_some(c):
            steps += 1
            assert [article_lists.ids(c, query) for query in queries[:2]] == before[:2]
        assert 0 < steps < 1000
        assert run_count(c) < 16
        assert [article_lists.ids(c, query) for query in queries] == before
        c.execute("INSERT INTO search (search) VALUES ('integrity-check')")
        assert not search.merge_some(c)


def test_few_runs_are_left_alone(db: Path) -> None:
    shelve(db, "A Review", [Piece("One", 1)])
    with closing(connect(db)) as c:
        runs = run_count(c)
        assert not search.merge_some(c)
        assert run_count(c) == runs


async def test_in_steps_between_which_others_write(many_runs: Path) -> None:
    cache = Cache(many_runs)
    merging = asyncio.ensure_future(upkeep.order_indexes(cache))
    await cache.write(run_count)
    await merging
    with closing(connect(many_runs)) as c:
        assert run_count(c) < 16
    assert cache.close() == ""


async def test_for_so_long_and_no_longer(many_runs: Path) -> None:
    cache = Cache(many_runs)
    await upkeep.order_indexes(cache, 0)
    await upkeep.order_indexes(cache, 600)
    with closing(connect(many_runs)) as c:
        assert run_count(c) < 16
    cache.close()


async def test_where_another_program_holds_the_cache_it_waits_for_the_next_time(
    db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held(_connection: object) -> bool:
        raise BusyError(str(db))

    monkeypatch.setattr(search, "merge_some", held)
    monkeypatch.setattr("tuireader.library.jobs.cache_gateway.BUSY_SECONDS", 0.1)
    cache = Cache(db)
    await upkeep.order_indexes(cache)
    cache.close()


async def test_the_reader_does_it_when_there_is_time(many_runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tuireader.tui.main.background_tasks.IDLE_DELAY", 0.01)
    app = reader(many_runs)
    async with app.run_test() as pilot:
        await settle(pilot)
        with closing(connect(many_runs)) as c:
            while run_count(c) >= 16:
                await pilot.pause(0.01)
