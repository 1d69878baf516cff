import asyncio
import os
import threading
from contextlib import closing
from pathlib import Path
from sqlite3 import Connection, OperationalError

import pytest

from support import picklable_jobs as jobs
from tuireader.errors import FetchError
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.model.article import StatusChange
from tuireader.store import ui_state
from tuireader.store.connection import connect

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


async def test_work_runs_in_another_thread(db: Path) -> None:
    assert await Cache(db).read(lambda _: threading.get_ident()) != threading.get_ident()


async def test_what_goes_wrong_is_raised(db: Path) -> None:
    with pytest.raises(OperationalError):
        await Cache(db).read(lambda c: c.execute("SELECT nothing"))


async def test_cancelling_stops_the_statement(db: Path) -> None:
    started, ended = threading.Event(), threading.Event()

    def work(connection: Connection) -> None:
        started.set()
        try:
            connection.execute(ENDLESS).fetchone()
        finally:
            ended.set()

    task = asyncio.create_task(Cache(db).read(work))
    await asyncio.to_thread(started.wait)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(ended.wait, 30)


def has_log(db: Path) -> bool:
    """Whether the log of the cache has what is not in its file yet; whoever closes the file last writes it there."""
    log = Path(f"{db}-wal")
    return log.exists() and log.stat().st_size > 0


async def test_the_end_waits_until_cancelled_reads_have_closed_the_file(db: Path) -> None:
    cache, started = Cache(db), threading.Event()

    def work(connection: Connection) -> None:
        started.set()
        connection.execute(ENDLESS).fetchone()

    with closing(connect(db)) as writer:
        reading = asyncio.create_task(cache.read(work))
        await asyncio.to_thread(started.wait)
        ui_state.save(writer, "theme", "a")
    assert has_log(db)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await cache.reads_ended()
    assert not has_log(db)


async def test_whoever_takes_in_at_the_same_time_shares_a_pool_which_ends_with_the_last(db: Path) -> None:
    cache = Cache(db)
    async with cache.pool() as first:
        async with cache.pool() as second:
            assert second is first
        assert await cache.take(jobs.where) == await first.do(jobs.where)
    async with cache.pool() as third:
        assert third is not first


async def test_who_leaves_by_an_error_ends_nobody_elses_work(db: Path) -> None:
    cache, begun, go_on = Cache(db), threading.Event(), threading.Event()

    def slow(_: Connection) -> str:
        begun.set()
        go_on.wait(30)
        return "done"

    async def leave() -> None:
        async with cache.pool():
            await asyncio.to_thread(begun.wait, 30)
            raise KeyError

    async with cache.pool() as pool:
        working = asyncio.ensure_future(pool.do(slow))
        with pytest.raises(KeyError):
            await leave()
        go_on.set()
        assert await working == "done"


async def test_what_an_error_says_comes_back_from_a_process(db: Path) -> None:
    cache, places = Cache(db), {f"https://{os.getpid()}.example/"}
    async with cache.pool() as pool:
        while len(places) == 1:
            failed = await asyncio.gather(*(pool.take(jobs.cannot_fetch) for _ in range(20)), return_exceptions=True)
            errors = [error for error in failed if isinstance(error, FetchError)]
            assert {(str(error), error.status) for error in errors} == {("Nothing found at this address", 404)}
            assert len(errors) == 20
            places |= {error.url for error in errors}


async def test_all_that_the_user_does_is_written_in_order(db: Path) -> None:
    cache = Cache(db)
    with closing(connect(db)) as c:
        cache.remember(c, "theme", "light")
        cache.remember(c, "theme", "dark")
    cache.change(StatusChange((1,), read=True))
    assert await cache.write(ui_state.load) == {"theme": "dark"}
    await cache.settled()
    assert cache.close() == ""
    assert cache.is_idle
