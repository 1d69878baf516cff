"""Who takes in pages: a thread while they are few, processes when they pile up, and whatever happens to those."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from contextlib import closing, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from support import picklable_jobs as jobs
from support.rss import Item, rss
from tuireader.errors import FetchError, StoreError
from tuireader.library.jobs import pool
from tuireader.library.jobs.pool import BACKLOG, JobPool
from tuireader.library.jobs.processes import WorkerProcesses
from tuireader.library.refreshing import ingest
from tuireader.model.fetched import Page
from tuireader.store import feeds
from tuireader.store.connection import connect

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
MANY = BACKLOG + 20


def alive(pid: int) -> bool:
    """Whether there is such a process, and it is more than a name in a table."""
    with suppress(ProcessLookupError, FileNotFoundError):
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


async def both(workers: JobPool) -> set[int]:
    """The two processes, once both are at work."""
    while True:
        done = set(await asyncio.gather(*(workers.take(jobs.where) for _ in range(MANY))))
        if len(done) == 2 and os.getpid() not in done:
            return done


async def test_a_few_pages_are_taken_in_here(db: Path) -> None:
    async with JobPool(db, processes=2) as workers:
        done = await asyncio.gather(*(workers.take(jobs.where) for _ in range(BACKLOG)))
    assert set(done) == {os.getpid()}


async def test_many_pages_are_taken_in_by_processes_which_end_with_the_block(db: Path) -> None:
    async with JobPool(db, processes=2) as workers:
        done = await both(workers)
        assert all(alive(pid) for pid in done)
        assert await workers.do(jobs.where) == os.getpid()
    assert not any(alive(pid) for pid in done)


async def test_processes_are_there_early_where_many_pages_are_sure_to_come(db: Path) -> None:
    async with JobPool(db, processes=2) as workers:
        workers.expect(BACKLOG)
        assert await workers.take(jobs.where) == os.getpid()
        workers.expect(BACKLOG + 1)
        while await workers.take(jobs.where) == os.getpid():
            pass


async def test_with_one_core_there_are_no_processes(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("os.sched_getaffinity", raising=False)
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    async with JobPool(db) as workers:
        assert set(await asyncio.gather(*(workers.take(jobs.where) for _ in range(MANY)))) == {os.getpid()}


# Python starts the second process while it gives up the first, which its own thread may then trip over.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_what_cannot_be_started_is_done_without(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for executable in ("/nonexistent/python", "/bin/false"):
        monkeypatch.setattr("multiprocessing.spawn._python_exe", os.fsencode(executable))
        async with JobPool(db, processes=2) as workers:
            assert set(await asyncio.gather(*(workers.take(jobs.where) for _ in range(MANY)))) == {os.getpid()}


async def test_a_process_that_ends_loses_its_page_alone_and_leaves_nothing_half(db: Path) -> None:
    async with JobPool(db, processes=2) as workers:
        first = await both(workers)
        others = [asyncio.ensure_future(workers.take(jobs.where)) for _ in range(MANY)]
        with pytest.raises(StoreError, match="Worker process ended unexpectedly"):
            await workers.take(jobs.subscribe_and_end)
        await asyncio.gather(*others)
        # Now all are gone, and the thread does it again, and others once there is more.
        assert await workers.take(jobs.where) == os.getpid()
        assert not await both(workers) & first
    with closing(connect(db)) as c:
        assert feeds.every(c) == []
        assert c.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_a_page_that_the_user_waits_for_overtakes_those_of_the_background(db: Path) -> None:
    done: list[str] = []

    async def take(name: str, *, first: bool) -> None:
        await workers.take_apart(jobs.where, 60, first=first)
        done.append(name)

    async with JobPool(db, processes=0) as workers:
        others = [asyncio.ensure_future(take("background", first=False)) for _ in range(pool.APART * 3)]
        await asyncio.sleep(0)
        await take("opened", first=True)
        assert len(done) <= pool.APART * 2  # of those begun before it, and of one that began beside it
        await asyncio.gather(*others)


async def test_what_may_never_end_is_ended_and_leaves_nothing(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with JobPool(db, processes=0) as workers:
        apart = await workers.take_apart(jobs.where, 60)
        assert apart != os.getpid()
        with pytest.raises(TimeoutError):
            await workers.take_apart(jobs.wait, 1 / pool.BUSY_FACTOR)
        with pytest.raises(StoreError, match="Worker process ended unexpectedly"):
            await workers.take_apart(jobs.subscribe_and_end, 60)
        with pytest.raises(FetchError, match="Nothing found"):
            await workers.take_apart(jobs.cannot_fetch, 60)
        monkeypatch.setattr("multiprocessing.spawn._python_exe", b"/nowhere")
        assert await workers.take_apart(jobs.where, 60) == os.getpid()
    assert not alive(apart)
    with closing(connect(db)) as c:
        assert feeds.every(c) == []


@pytest.mark.thorough
async def test_a_busy_machine_is_not_the_fault_of_what_is_read(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with JobPool(db, processes=0) as workers:
        await workers.take_apart(partial(jobs.wait, seconds=1.2), 1)
        monkeypatch.setattr(pool, "BUSY_FACTOR", 600)
        with pytest.raises(TimeoutError):
            await workers.take_apart(jobs.compute, 1)


@pytest.mark.skipif(sys.platform != "linux", reason="the system does not limit the data of a process")
@pytest.mark.parametrize("work", [jobs.take_memory, jobs.fail_in_a_library])
async def test_what_takes_too_much_memory_is_ended(db: Path, work: Any) -> None:
    async with JobPool(db, processes=0) as workers:
        with pytest.raises(TimeoutError):
            await workers.take_apart(work, 60)


async def test_errors_come_back(db: Path) -> None:
    process = WorkerProcesses(db, 1)
    with pytest.raises(StoreError, match=r"^The disk is full\.$"):
        await process.do(jobs.refuse)
    with pytest.raises(RuntimeError, match="LookupError: a bug") as raised:
        await process.do(jobs.fail)
    assert "in fail" in raised.value.__notes__[0]
    assert await process.do(jobs.where) != os.getpid()
    with pytest.raises(EOFError):
        await process.do(jobs.subscribe_and_end)
    await process.close()


async def test_leaving_by_an_error_waits_for_no_job(db: Path) -> None:
    with pytest.raises(KeyError):  # noqa: PT012 - what is left is the block
        async with JobPool(db, processes=2) as workers:
            pids = await both(workers)
            endless = [asyncio.ensure_future(workers.take(jobs.wait)) for _ in range(MANY)]
            await asyncio.sleep(0)
            raise KeyError
    for task in endless:
        task.cancel()
    assert not any(alive(pid) for pid in pids)


def test_processes_start_where_the_screen_stands_in_for_stderr(db: Path) -> None:
    code = f"""
import asyncio, io, os, pathlib, sys
sys.path.insert(0, {str(Path(jobs.__file__).parents[1])!r})
from support import picklable_jobs as jobs
from tuireader.library.jobs.pool import JobPool
class Screen(io.StringIO):
    def fileno(self):
        return -1
async def main():
    sys.stderr = Screen()
    async with JobPool(pathlib.Path({str(db)!r}), processes=2) as pool:
        print(await pool.take_apart(jobs.where, 60) != os.getpid())
        while set(await asyncio.gather(*(pool.take(jobs.where) for _ in range({MANY})))) == {{os.getpid()}}:
            pass  # they are not there yet
    print(type(sys.stderr).__name__, repr(sys.stderr.getvalue()))
if __name__ == "__main__":
    asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", code], timeout=600, capture_output=True, text=True, check=False)
    assert (done.stdout.split("\n"), done.stderr) == (["True", "Screen ''", ""], "")


def test_processes_end_with_a_reader_that_is_killed(db: Path) -> None:
    code = f"""
import asyncio, os, pathlib, sys
sys.path.insert(0, {str(Path(jobs.__file__).parents[1])!r})
from support import picklable_jobs as jobs
from tuireader.library.jobs.processes import WorkerProcesses
async def main():
    process = WorkerProcesses(pathlib.Path({str(db)!r}), 1)
    print(await process.do(jobs.where), flush=True)
    os.kill(os.getpid(), 9)
if __name__ == "__main__":
    asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", code], timeout=600, capture_output=True, text=True, check=False)
    pid = int(done.stdout)
    for _ in range(1000):
        if not alive(pid):
            break
        time.sleep(0.01)
    assert not alive(pid)


KEPT = (
    "SELECT url, title, etag, body_hash, due, failures FROM feed ORDER BY url",
    """SELECT f.url, a.title, a.guid, a.date, a.words, a.digest, b.html
       FROM article AS a JOIN feed AS f ON f.id = a.feed_id JOIN body AS b ON b.article_id = a.id
       ORDER BY f.url, a.guid""",
    """SELECT c.kind, c.name, a.guid, l.place
       FROM label AS c JOIN label_article AS l ON l.label_id = c.id JOIN article AS a ON a.id = l.article_id
       ORDER BY c.kind, c.name, a.guid, l.place""",
    "SELECT count(*) FROM search WHERE search MATCH 'word'",
)
"""All that is kept, feed by feed, without the numbers that the order of arrival gives."""


async def test_both_ways_lead_to_the_same_cache(tmp_path: Path) -> None:
    found = []
    for processes in (0, 2):
        db = tmp_path / f"{processes}.db"
        with closing(connect(db)) as c:
            subscribed = [feeds.add(c, f"https://{n}.example/feed/", title="", site="", now=NOW) for n in range(MANY)]
        pages = [
            Page(
                feed.url,
                200,
                rss(*(Item(f"{feed.id}-{n}", html=f"<p>A word about {n}.</p>") for n in range(5))).encode(),
            )
            for feed in subscribed
        ]
        async with JobPool(db, processes=processes) as workers:
            done = await asyncio.gather(
                *(workers.take(ingest.SavePage(feed, page, NOW)) for feed, page in zip(subscribed, pages, strict=True))
            )
        assert [each.new for each in done] == [5] * MANY
        with closing(connect(db)) as c:
            found.append([c.execute(sql).fetchall() for sql in KEPT])
    assert found[0] == found[1]
    assert found[0][3] == [(5 * MANY,)]
