"""Fifty refreshes that are killed with SIGKILL, each at another moment: the cache is whole every time."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections import defaultdict
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from conftest import Reply, ScriptedSite
from support.factories import index_all
from support.rss import Item, rss
from tuireader.model.query import Query
from tuireader.store import articles, feeds
from tuireader.store.connection import connect, snapshot
from tuireader.store.queries import article_lists

SOME, MANY = 12, 50
SEED = 7
FEEDS = 10
ENTRIES = 8

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")


def publish(site: ScriptedSite, version: int) -> None:
    """Each feed has ENTRIES articles that say the version, and one more for each version so far."""
    for number in range(FEEDS):
        items = [
            Item(f"f{number}-a{entry}", f"Article {entry} of version {version}", f"<p>Text of version {version}.</p>")
            for entry in range(ENTRIES + version)
        ]
        etag = f'"{number}-{version}"'
        site.pages[f"/feed{number}"] = Reply(rss(*items), content_type="application/rss+xml", etag=etag)


def check(path: Path, version: int, starred: set[int]) -> None:
    """The file is sound, each feed is whole in one version, and every star that was acknowledged is there."""
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
    # At one moment: a process that the killed one had started may do its last job.
    with closing(connect(path)) as c, snapshot(c):
        assert not c.notice
        headlines = article_lists.window(c, Query(apart=True), 0, 10_000)
        assert starred <= {headline.id for headline in headlines if headline.starred}
        titles: defaultdict[int, list[str]] = defaultdict(list)
        for headline in headlines:
            titles[headline.feed_id].append(headline.title)
        for feed in feeds.every(c):
            check_feed(c, feed.id, titles[feed.id], feed.validators.etag, version)
    with closing(connect(path)) as c:  # in a snapshot, nothing can be written once that process has written
        index_all(c)
        assert article_lists.count(c, Query(text="version", apart=True)) >= len(headlines)


def check_feed(c: sqlite3.Connection, feed_id: int, titles: list[str], etag: str | None, version: int) -> None:
    versions = {int(re.search(r"version (\d+)", title)[1]) for title in titles}  # type: ignore[index]
    if not versions:
        assert etag is None
        return
    (shown,) = versions
    assert shown <= version
    assert len(titles) == ENTRIES + shown
    assert etag is not None
    assert etag.endswith(f'-{shown}"')
    assert f"version {shown}" in articles.body(c, article_lists.window(c, Query(feeds=(feed_id,)), 0, 1)[0].id)


@pytest.mark.parametrize(
    ("seed", "rounds"),
    [(SEED, SOME), *(pytest.param(SEED + n, MANY, marks=pytest.mark.slow) for n in range(4))],
)
def test_what_is_killed_leaves_a_sound_cache_and_no_half_feed(
    db: Path, site: ScriptedSite, seed: int, rounds: int
) -> None:
    with closing(connect(db)) as c:
        for number in range(FEEDS):
            feeds.add(c, f"{site.url}/feed{number}", title="", site="", now=datetime(2026, 1, 1, tzinfo=UTC))
    program = Path(__file__).with_name("killed.py")
    command = [sys.executable, str(program), str(db), str(seed), str(rounds)]
    starred: set[int] = set()
    killed: list[str] = []
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        for version in range(rounds):
            publish(site, version)
            running.stdin.write("go\n")
            running.stdin.flush()
            ended = json.loads(running.stdout.readline())
            assert ended["killed"] or ended["status"] == 0, ended
            killed += [ended["at"]] if ended["killed"] else []
            starred |= set(ended["starred"])
            check(db, version, starred)
    assert len(killed) >= rounds * 0.8, killed
    assert starred
