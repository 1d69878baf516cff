"""A cache of a million articles, written straight into the tables: through feeds it would take an hour."""

from __future__ import annotations

import os
import random
import sqlite3
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from bench import generate
from bench.corpus import SEED
from tuireader.library.refreshing.match_entries import plan
from tuireader.model.article import Status
from tuireader.model.fetched import ParsedEntry, ParsedFeed
from tuireader.store import feeds as store_feeds
from tuireader.store import save_articles
from tuireader.store.connection import connect, transaction
from tuireader.store.queries import search

FEEDS = 1000
_AT_ONCE = 100
_READ = 0.6
"""The share that is read."""


def fill(cache: Path, size: int) -> None:
    """Write so many articles into a cache, by all cores; then merge the runs of its index, as idle hours do."""
    with closing(connect(cache)) as c:
        ids = [
            store_feeds.add(c, f"http://feed{n}.example/feed/", title=f"Feed {n}", site="", now=generate.NOW).id
            for n in range(1, FEEDS + 1)
        ]
    jobs = [(cache, ids[n - 1], n, size // FEEDS) for n in range(1, FEEDS + 1)]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(_fill_one, jobs, chunksize=4))
    with closing(connect(cache)) as c:
        while search.merge_some(c):
            pass


def _fill_one(job: tuple[Path, int, int, int]) -> None:
    cache, feed_id, number, count = job
    made = generate.feed(number, count, seed=SEED)
    rng = random.Random(number)  # noqa: S311 - the same each time
    with closing(connect(cache, patience=600)) as c:
        store_feeds.rename(c, feed_id, made.title)
        for at in range(0, len(made.entries), _AT_ONCE):
            _save(c, feed_id, made.entries[at : at + _AT_ONCE], rng)


def _save(c: sqlite3.Connection, feed_id: int, entries: Sequence[ParsedEntry], rng: random.Random) -> None:
    what = plan({}, ParsedFeed(title="", site="", entries=tuple(entries)))
    new = tuple(replace(each, status=Status(read=rng.random() < _READ)) for each in what.new)
    ready = save_articles.Prepacked(replace(what, new=new))
    with transaction(c):
        ready.write(c, feed_id, generate.NOW)
