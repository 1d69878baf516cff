"""Jobs that are done in one transaction give what each would alone, and none fails for another."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from support.picklable_jobs import Note, where
from tuireader.errors import BusyError, StoreError
from tuireader.library.jobs.batching import Batch, Work
from tuireader.library.jobs.pool import BATCH_BYTES, JobPool, JobQueue
from tuireader.store import ui_state
from tuireader.store.connection import connect


def kept(path: Path) -> set[str]:
    with closing(connect(path)) as c:
        return {name for (name,) in c.execute("SELECT name FROM setting").fetchall()}


def count_commits(c: sqlite3.Connection) -> list[str]:
    said: list[str] = []
    c.set_trace_callback(lambda sql: said.append(sql) if sql in {"BEGIN IMMEDIATE", "COMMIT", "ROLLBACK"} else None)
    return said


def test_all_are_written_in_one_transaction(db: Path) -> None:
    with closing(connect(db)) as c:
        said = count_commits(c)
        outcomes = Batch([Note("a"), Note("b"), Note("c")])(c)
        assert said == ["BEGIN IMMEDIATE", "COMMIT"]
    assert [outcome.error for outcome in outcomes] == [None] * 3
    assert kept(db) == {"a", "b", "c"}


@pytest.mark.parametrize("how", ["fail", "fail early"])
def test_one_that_fails_leaves_the_others_whole(db: Path, how: str) -> None:
    with closing(connect(db)) as c:
        outcomes = Batch([Note("a"), Note("b", how), Note("c")])(c)
        assert not c.in_transaction
    assert [type(outcome.error) for outcome in outcomes] == [type(None), LookupError, type(None)]
    assert kept(db) == {"a", "c"}


def test_a_locked_cache_is_waited_for_once(db: Path) -> None:
    with closing(connect(db)) as other, closing(connect(db, patience=0)) as c:
        other.execute("BEGIN IMMEDIATE")
        said = count_commits(c)
        outcomes = Batch([Note("a"), Note("b")])(c)
        assert said == ["BEGIN IMMEDIATE"]
    assert all(isinstance(outcome.error, BusyError) for outcome in outcomes)


async def test_what_waits_in_a_line_is_done_together_up_to_a_size_and_in_order(db: Path) -> None:
    line = JobQueue()
    done: list[list[str]] = []

    async def do(work: Work[Any]) -> Any:
        names = (
            [getattr(job, "name", "") for job in work._jobs]
            if isinstance(work, Batch)
            else [getattr(work, "name", "where")]
        )
        done.append(names)
        with closing(connect(db)) as c:
            return work(c)

    big = BATCH_BYTES // 2 + 1
    asked: Sequence[Any] = [Note("a"), Note("b"), where, Note("c", size=big), Note("d", size=big), Note("e"), Note("f")]
    waiting = [asyncio.ensure_future(line.put(each)) for each in asked]
    await asyncio.sleep(0)
    waiting[1].cancel()
    await asyncio.sleep(0)
    while len(line):
        await line.wait()
        await line.do_some(do, 3)
    assert done == [["a"], ["where"], ["c", "d"], ["e", "f"]]
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert isinstance(results[1], asyncio.CancelledError)


async def test_notes_that_come_while_one_is_written_are_written_together(db: Path) -> None:
    async with JobPool(db, processes=0) as pool:
        came = await asyncio.gather(*(pool.do(Note(str(n))) for n in range(20)))
    assert kept(db) == {str(n) for n in range(20)}
    assert {pid for pid, _ in came} == {os.getpid()}


async def by_processes(pool: JobPool, jobs: list[Note]) -> list[Any]:
    """Take jobs while the thread is held up, until there is a process: the thread does none of them."""
    held = threading.Event()
    holding = asyncio.ensure_future(pool.do(lambda _: held.wait(60)))
    coming = asyncio.gather(*map(pool.take, jobs), return_exceptions=True)
    while not pool._at_work:  # noqa: ASYNC110 - it tells nobody
        await asyncio.sleep(0.01)
    held.set()
    await holding
    return list(await coming)


async def test_one_that_ends_its_process_takes_no_other_with_it(db: Path) -> None:
    async with JobPool(db, processes=2) as pool:
        came = await by_processes(pool, [Note(str(n), "end" if n == 20 else "") for n in range(40)])
    assert [n for n, each in enumerate(came) if isinstance(each, BaseException)] == [20]
    assert isinstance(came[20], StoreError)
    assert kept(db) == {str(n) for n in range(40)} - {"20"}


async def test_one_that_ends_every_process_is_never_done_by_this_one(db: Path) -> None:
    async with JobPool(db, processes=1) as pool:
        came = await by_processes(pool, [Note(str(n), "end" if n in {20, 30} else "") for n in range(40)])
    failed = {n for n, each in enumerate(came) if isinstance(each, BaseException)}
    assert {20, 30} >= failed & {20, 30} != set()
    with closing(connect(db)) as c:
        assert all(ui_state.value(c, str(n)) is not None for n in range(40) if n not in failed)


async def test_where_the_cache_cannot_be_opened_all_hear_of_it(tmp_path: Path) -> None:
    (tmp_path / "tuireader.db").mkdir()
    async with asyncio.timeout(60), JobPool(tmp_path / "tuireader.db", processes=0) as pool:
        came = await asyncio.gather(*(pool.do(Note(str(n))) for n in range(9)), return_exceptions=True)
    assert all(isinstance(each, StoreError) for each in came)
