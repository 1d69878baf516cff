"""Refreshes of a cache that kill themselves, run by the test of that: `python killed.py CACHE SEED ROUNDS`.

Each round is a process of its own, forked from this one: it refreshes all feeds and stars articles meanwhile, as the
reader's own writer does, until a number of SQL statements, of SQLite's own steps or of events is reached; then it is
killed with SIGKILL. What it said to have starred, and how it ended, is printed, a line of JSON for each round.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sqlite3
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tuireader.content.cleaning import clean  # noqa: F401 - loaded once, before the forks
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.politeness.queue import open_queue
from tuireader.library.reading.user_edits import mark
from tuireader.library.refreshing.refresh import refresh
from tuireader.model.query import Query
from tuireader.store import connection
from tuireader.store.queries import article_lists

MOST = {"statement": (600, 150), "step": (500, 90), "event": (10, 0)}
"""How many of each the first round has, about, and how many more each later one: its feeds have grown."""
STEP = 50
"""Instructions of SQLite's machine that make a step."""


def count_down(left: int) -> Callable[..., None]:
    """A function that kills this process when it is called so many times."""
    counted = iter(range(left - 1, -1, -1))

    def count(*_: object) -> None:
        if next(counted, 0) == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return count


def watch(kind: str, left: int) -> Callable[..., None]:
    """Kill this process at a statement or a step of SQLite; for events, give what is to be called for each."""
    count = count_down(left)
    connected = sqlite3.connect

    def watched(*args: Any, **options: Any) -> sqlite3.Connection:
        c: sqlite3.Connection = connected(*args, **options)
        if kind == "statement":
            c.set_trace_callback(count)
        elif kind == "step":
            c.set_progress_handler(count, STEP)
        return c

    sqlite3.connect = watched  # type: ignore[assignment]
    return count if kind == "event" else lambda: None


def star(path: Path, say: int, dice: random.Random) -> None:
    """Star articles one after the other, and say so once each is written."""
    with closing(connection.connect(path)) as c:
        ids = [headline.id for headline in article_lists.window(c, Query(), 0, 1000) if not headline.starred]
        for article_id in dice.sample(ids, min(6, len(ids))):
            mark(c, [article_id], starred=True)
            os.write(say, f"{article_id}\n".encode())


async def one_round(path: Path, now: datetime, event: Callable[..., None], starring: threading.Thread) -> None:
    """A whole refresh, unless it is killed."""
    cache = Cache(path)
    async with open_queue(cache, clock=lambda: now) as queue:
        starring.start()
        async for _ in refresh(cache, queue, clock=lambda: now, force=True):
            event()
    starring.join()


def main() -> None:
    """All rounds."""
    path, seed, rounds = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    dice = random.Random(seed)
    now = datetime(2026, 1, 15, 12, tzinfo=UTC)
    for number in range(rounds):
        if not sys.stdin.readline():  # the test publishes new articles, then lets the round begin
            return
        kind = dice.choice(sorted(MOST))
        most, more = MOST[kind]
        left, seeded = dice.randint(1, most + more * number), dice.random()
        hear, say = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(hear)
            starring = threading.Thread(target=star, args=(path, say, random.Random(seeded)))
            asyncio.run(one_round(path, now + timedelta(hours=number), watch(kind, left), starring))
            os._exit(0)
        os.close(say)
        with os.fdopen(hear) as heard:
            starred = [int(line) for line in heard]
        _, status = os.waitpid(child, 0)
        ended = {"killed": os.WIFSIGNALED(status), "status": status, "at": f"{kind} {left}", "starred": starred}
        print(json.dumps(ended), flush=True)  # noqa: T201 - the test reads it


if __name__ == "__main__":
    main()
