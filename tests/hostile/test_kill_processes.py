"""A refresh that uses several processes is killed: the cache is whole, whoever of them went first."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from conftest import Reply, ScriptedSite
from support.factories import index_all
from support.rss import Item, rss
from tuireader.model.query import Query
from tuireader.store import feeds
from tuireader.store.connection import connect, snapshot
from tuireader.store.queries import article_lists

FEEDS, ENTRIES = 24, 30
TEXT = "<p>" + "Some words of an article that takes a moment to take in. " * 40 + "</p>"

pytestmark = pytest.mark.skipif(not hasattr(os, "killpg"), reason="processes are killed in groups")


def subscribe(path: Path, site: ScriptedSite) -> None:
    with closing(connect(path)) as c:
        for number in range(FEEDS):
            items = [Item(f"f{number}-a{entry}", html=TEXT) for entry in range(ENTRIES)]
            site.pages[f"/feed{number}"] = Reply(rss(*items), content_type="application/rss+xml", etag=f'"{number}"')
            feeds.add(c, f"{site.url}/feed{number}", title="", site="", now=datetime(2026, 1, 1, tzinfo=UTC))


def refreshing(path: Path) -> subprocess.Popen[str]:
    code = f"""
import os
from pathlib import Path
from tuireader import cli, paths
from tuireader.library.jobs import pool
paths.cache_path = lambda: Path({str(path)!r})
pool._useful = lambda: 2
raise SystemExit(cli.main(["refresh", "--force"]))
"""
    return subprocess.Popen(
        [sys.executable, "-u", "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )


def check(path: Path, told: list[str]) -> None:
    """The file is sound, each feed has all of its articles or none, and none that was told of is missing."""
    with closing(sqlite3.connect(path, timeout=30)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    with closing(connect(path)) as c, snapshot(c):  # one of them may still do its last job
        assert not c.notice
        counts = [article_lists.count(c, Query(feeds=(feed.id,))) for feed in feeds.every(c)]
        known = [feed.validators.etag is not None for feed in feeds.every(c)]
        assert counts == [ENTRIES if there else 0 for there in known]
        assert sum(known) >= len(told)
        index_all(c)
        assert article_lists.count(c, Query(text="moment")) == sum(counts)


@pytest.mark.parametrize("group", [False, True], ids=["the program", "all of them"])
@pytest.mark.parametrize("moments", [(1, 5, 14), pytest.param((0, 3, 9, 12, 17, 20), marks=pytest.mark.slow)])
def test_whoever_is_killed_leaves_a_sound_cache(
    tmp_path: Path, site: ScriptedSite, group: bool, moments: tuple[int, ...]
) -> None:
    midway = 0
    for number, lines in enumerate(moments):
        db = tmp_path / f"{number}.db"
        subscribe(db, site)
        with refreshing(db) as running:
            assert running.stdout is not None
            told = [running.stdout.readline() for _ in range(lines)]
            if group:
                os.killpg(running.pid, signal.SIGKILL)
            else:
                running.kill()
            running.wait()
            told += running.stdout.read().splitlines()
        with suppress(ProcessLookupError):
            for _ in range(3000):  # the others end by themselves
                os.killpg(running.pid, 0)
                time.sleep(0.01)
        check(db, told)
        midway += 0 < len(told) < FEEDS
        # What is missing comes with the next refresh.
        with refreshing(db) as running:
            assert running.wait(60) == 0
        with closing(connect(db)) as c:
            assert article_lists.count(c, Query()) == FEEDS * ENTRIES
    assert midway
