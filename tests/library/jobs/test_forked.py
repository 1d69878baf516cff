"""Processes that are forked before there are threads take in pages, and end with the command."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tuireader.library.jobs import processes

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only there a fork is safe")

PROGRAM = (
    f"""
import sys
sys.path[:] = {sys.path!r}
"""
    """
import asyncio, os, signal
from pathlib import Path
from support import picklable_jobs as jobs
from tuireader.library.jobs.cache_gateway import Cache

async def main(cache):
    async with cache.pool() as pool:
        pids = await asyncio.gather(*(pool.take(jobs.where) for _ in range(40)))
    print(*set(pids))

cache = Cache(Path(sys.argv[1]), processes=2)
cache.fork(["tuireader.feeds.parse"], int(sys.argv[2]))
if "kill" in sys.argv[3]:
    os.kill(next(iter(cache._forked._executor._processes)), signal.SIGKILL)
if "use" in sys.argv[3]:
    asyncio.run(main(cache))
print(cache._forked is not None)
cache.close()
"""
)


def run(db: Path, expected: int, then: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM, str(db), str(expected), then],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split()


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_they_do_the_work_and_end(db: Path) -> None:
    *pids, left = run(db, 100, "use")
    assert (len(pids) > 1, left) == (True, "False")
    assert not any(is_alive(int(pid)) for pid in pids)


def test_where_little_is_expected_there_are_none(db: Path) -> None:
    assert run(db, 1, "leave") == ["False"]


def test_those_that_nobody_used_end_too(db: Path) -> None:
    (is_there,) = run(db, 100, "leave")
    assert is_there == "True" or (os.cpu_count() or 1) == 1


def test_a_program_with_threads_is_not_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("threading.active_count", lambda: 2)
    assert not processes.can_be_forked()


def test_one_that_is_killed_is_done_without(db: Path) -> None:
    *pids, left = run(db, 100, "kill and use")
    assert (len(pids) > 0, left) == (True, "False")
