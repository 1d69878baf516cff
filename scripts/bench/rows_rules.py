"""Rows about what is done by itself: saved searches, rules, and stories that several feeds tell."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from functools import partial
from unittest import mock

from bench.corpus import Corpus
from bench.generate import vocabulary
from bench.measure import BenchError, median
from bench.ours import Ours
from bench.table import Limit, Result, Row
from bench.workbench import Workbench
from tuireader.library import rules as library_rules
from tuireader.library.jobs.batching import Batch
from tuireader.library.jobs.pool import BATCH_SIZE
from tuireader.library.reading import user_edits
from tuireader.library.refreshing.ingest import SavePage
from tuireader.model.fetched import Page
from tuireader.model.query import Rule
from tuireader.store import duplicates, feeds, rules, save_articles
from tuireader.store.connection import connect, transaction
from tuireader.text.shingles import Sketch
from tuireader.tui.main.sidebar import count_searches

RULES = 100
SEARCHES = 10
NEWS = 8
"""New articles of each feed: what a day brings."""


def searches(bench: Workbench) -> Iterator[Row]:
    """What ten saved searches find, counted as the sidebar counts them, off the loop."""
    here = bench.ours(bench.size).copy(bench.folder / "ours-searches")
    words = vocabulary()
    with closing(connect(here.cache)) as c:
        for number in range(SEARCHES):
            user_edits.save_search(
                c, f"Search {number}", f"{words[50 * number + 40]} is:unread -{words[7 * number + 90]}"
            )
        times = [_timed(lambda: count_searches(c)) for _ in range(5)]
    yield Limit(f"counts of {SEARCHES} saved searches, {bench.size:,} articles", median(times), 0.250)


def preview(bench: Workbench) -> Iterator[Row]:
    """What a rule would have caught, as each letter of it is typed."""
    here = bench.ours(bench.size)
    words = vocabulary()
    now = datetime.now(UTC)
    with closing(connect(here.cache)) as c:
        times = []
        for word in (words[30], words[400], words[2000]):
            typed = f"{word} author:a words>100"
            for end in range(1, len(typed) + 1):
                rule = Rule(typed[:end], hide=True)
                times.append(_timed(partial(library_rules.preview, c, rule, now, 5)))
    yield Limit(f"preview of a rule at each letter, {bench.size:,} articles (slowest)", max(times), 0.300)


def refresh(bench: Workbench) -> Iterator[Row]:
    """A refresh in which each feed has something new, with a hundred rules and without."""
    before, later = bench.corpus(bench.feeds, 100), bench.corpus(bench.feeds, 100, news=1)
    served = bench.serve(before.folder)
    words = vocabulary()
    took: dict[str, list[float]] = {"without": [], "with": []}
    for turn in range(2 if bench.quick else 4):
        for name, times in took.items():
            bench.say(f"refreshing {name} rules, turn {turn + 1}")
            here = bench.ours(bench.size).copy(bench.folder / "ours-rules")
            if name == "with":
                with closing(connect(here.cache)) as c, transaction(c):
                    for number in range(RULES):
                        rule = Rule(f"{words[20 * number + 11]} -{words[number + 3]}", tags=("x",))
                        rules.add(c, rule, datetime.now(UTC))
            served.turn_to(later.folder)
            times.append(here.refresh("--force"))
            served.turn_to(before.folder)
    without, with_rules = median(took["without"]), median(took["with"])
    yield Result(f"refresh of {bench.feeds} feeds with {RULES} rules", with_rules, without, "without rules", 1.1)


def telling(bench: Workbench) -> Iterator[Row]:
    """Taking in the news of feeds, as a refresh does when they have come, with and without finding stories."""
    here, later = bench.ours(bench.size), bench.corpus(bench.feeds, 100, news=NEWS)
    took: dict[str, list[float]] = {"without": [], "with": []}
    for turn in range(2 if bench.quick else 4):
        for name, times in took.items():
            bench.say(f"taking in {name} stories, turn {turn + 1}")
            other = here.copy(bench.folder / "ours-stories")
            times.append(_taken_in(other, later, is_finding=name == "with"))
    yield Result(
        f"taking in {bench.feeds} feeds with {NEWS} new articles each, stories found",
        median(took["with"]), median(took["without"]), "not found", 1.1,
    )  # fmt: skip


def _taken_in(here: Ours, later: Corpus, *, is_finding: bool) -> float:
    now = datetime.now(UTC)
    with closing(connect(here.cache)) as c:
        _scatter_hashes(c)
        pages = [
            SavePage(feed, Page(feed.url, 200, (later.folder / f"{feed.id}.xml").read_bytes()), now)
            for feed in feeds.every(c)
        ]
        with ExitStack() as without:
            if not is_finding:
                for module, name, instead in (
                    (duplicates, "store_hashes", None), (duplicates, "join", None), (save_articles, "sketch", Sketch())
                ):  # fmt: skip
                    without.enter_context(mock.patch.object(module, name, lambda *_, instead=instead: instead))
            return _timed(partial(_take_all, c, pages))


def _scatter_hashes(c: sqlite3.Connection) -> None:
    """Give a cache the hashes of all its articles, where one is moved that came before there were any."""
    if c.execute("SELECT 1 FROM shingle LIMIT 1").fetchone() is None:
        chance = random.Random(1)  # noqa: S311 - the same each time
        rows = c.execute("SELECT id FROM article").fetchall()
        with transaction(c):
            c.executemany(
                "INSERT OR IGNORE INTO shingle (hash, article_id) VALUES (?, ?)",
                sorted((chance.getrandbits(32) << 1, id_) for (id_,) in rows for _ in range(5)),
            )


def _take_all(c: sqlite3.Connection, pages: Sequence[SavePage]) -> None:
    for at in range(0, len(pages), BATCH_SIZE):
        for outcome in Batch(pages[at : at + BATCH_SIZE])(c):
            if outcome.error or outcome.result.new != NEWS:
                raise BenchError(f"a feed was not taken in: {outcome}")
    while duplicates.move_some(c):
        pass


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
