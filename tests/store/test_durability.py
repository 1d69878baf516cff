"""A process that writes is killed at any moment: the cache stays sound, with no half feed and all acknowledged."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from support.factories import NOW
from tuireader.model.query import Query
from tuireader.store import feeds
from tuireader.store.connection import connect
from tuireader.store.queries import article_lists

WRITER = """
import sys
from pathlib import Path
sys.path[:0] = {path!r}
from support.factories import ready, save, subscribe
from tuireader.store import statuses
from tuireader.store.connection import connect
c = connect(Path({db!r}))
for number in range(int(sys.argv[1]), int(sys.argv[1]) + 1000):
    feed = subscribe(c, f"https://{{number}}.example/feed")
    text = f"harbour night{{number}} " * 50
    save(c, *(ready(str(n), text, categories=("K",), authors=("A",)) for n in range(20)), feed=feed)
    first = c.execute("SELECT min(id) FROM article WHERE feed_id = ?", (feed.id,)).fetchone()[0]
    statuses.mark(c, [first], starred=True)
    print(first, flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no kill -9 here")
def test_kill_loses_nothing_that_was_acknowledged(db: Path) -> None:
    rng = random.Random(4)
    code = WRITER.format(path=[str(Path(__file__).parents[1])], db=str(db))
    acknowledged: list[int] = []
    for turn in range(6):
        with subprocess.Popen(
            [sys.executable, "-c", code, str(turn * 1000)], stdout=subprocess.PIPE, text=True
        ) as writer:
            assert writer.stdout is not None
            acknowledged += [int(writer.stdout.readline()) for _ in range(rng.randint(1, 4))]
            time.sleep(rng.uniform(0, 0.08))
            writer.kill()
            acknowledged += [int(line) for line in writer.stdout.read().splitlines()]
        check(db, acknowledged)
    assert len(acknowledged) > 6


def check(db: Path, acknowledged: list[int]) -> None:
    with closing(connect(db)) as c:
        assert c.notice == ""
        assert c.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert set(acknowledged) <= set(article_lists.ids(c, Query(starred=True)))
        for summary in feeds.summaries(c):
            assert summary.total in (0, 20)
        total = article_lists.count(c, Query())
        for table, each in (("body", 1), ("label_article", 2)):
            assert c.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == each * total
        assert article_lists.count(c, Query(text="harbour ")) == total


def test_without_a_close_nothing_is_lost_either(db: Path) -> None:
    c = connect(db)
    feed = feeds.add(c, "https://example.org/feed", title="T", site="", now=NOW)
    copy = db.with_name("copy.db")
    for suffix in ("", "-wal"):
        Path(f"{copy}{suffix}").write_bytes(Path(f"{db}{suffix}").read_bytes())
    c.close()
    with closing(connect(copy)) as again:
        assert feeds.every(again) == [feed]
