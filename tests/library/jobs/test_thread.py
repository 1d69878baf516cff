from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from tuireader.errors import StoreError
from tuireader.library.jobs.pool import JobThread
from tuireader.store.schema import APPLICATION_ID


async def test_jobs_run_one_at_a_time_in_one_other_thread(db: Path) -> None:
    threads, order = set(), []

    def job(_: object, number: int) -> int:
        threads.add(threading.current_thread())
        order.append(number)
        return number

    async with JobThread(db) as worker:
        results = await asyncio.gather(*(worker.do(partial(job, number=n)) for n in range(20)))
    assert results == order == list(range(20))
    assert len(threads) == 1
    assert threading.current_thread() not in threads
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()


async def test_the_connection_is_one_and_is_closed(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def anywhere(path: Path) -> sqlite3.Connection:
        return sqlite3.connect(path, check_same_thread=False)

    monkeypatch.setattr("tuireader.library.jobs.pool.connect", anywhere)
    async with JobThread(db) as worker:
        first, second = await worker.do(lambda c: c), await worker.do(lambda c: c)
        assert first is second
        assert first.execute("SELECT 1").fetchone() == (1,)
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        first.execute("SELECT 1")


async def test_an_error_is_raised_where_the_job_is_waited_for_and_the_next_goes_on(db: Path) -> None:
    async with JobThread(db) as worker:
        with pytest.raises(ZeroDivisionError):
            await worker.do(lambda _: 1 // 0)
        assert await worker.do(lambda _: 1) == 1


async def test_a_cache_that_cannot_be_opened_is_an_error_of_every_job(db: Path) -> None:
    with closing(sqlite3.connect(db)) as newer:
        newer.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        newer.execute("PRAGMA user_version = 9999")
    async with JobThread(db) as worker:
        for _ in range(2):
            with pytest.raises(StoreError, match="newer"):
                await worker.do(lambda _: 1)


async def test_a_cancelled_job_is_dropped_if_it_has_not_begun(db: Path) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def wait(_: object) -> None:
        begun.set()
        go_on.wait(10)

    async with JobThread(db) as worker:
        running = asyncio.ensure_future(worker.do(wait))
        waiting = asyncio.ensure_future(worker.do(lambda _: pytest.fail("no one wants this any more")))
        await asyncio.to_thread(begun.wait, 10)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        go_on.set()
        await running


def test_the_program_ends_without_waiting_for_a_job(db: Path) -> None:
    code = f"""
import asyncio, pathlib, threading, time
from tuireader.library.jobs.pool import JobThread
async def main():
    begun = threading.Event()
    def work(_):
        begun.set()
        time.sleep(600)
    try:
        async with JobThread(pathlib.Path({str(db)!r})) as worker:
            task = asyncio.ensure_future(worker.do(work))
            await asyncio.to_thread(begun.wait)
            raise KeyError
    except KeyError:
        task.cancel()
asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", code], timeout=60, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
