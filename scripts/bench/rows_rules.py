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

from bench.generate import vocabulary
from bench.measure import median
from bench.ours import Ours
from bench.table import Limit, Result, Row
from bench.workbench import Workbench
from tuireader.library.reading import saved
from tuireader.library.refreshing import compare
from tuireader.library.rules import existing
from tuireader.model.fetched import ParsedEntry, ParsedFeed
from tuireader.model.rule import Rule
from tuireader.store import articles, feeds, rules, stories
from tuireader.store.connection import connect, transaction
from tuireader.text.shingles import Sketch
from tuireader.tui.main.sidebar_counts import count_searches

RULES = 100
SEARCHES = 10
BATCH = 8
"""New articles of each feed: what a day brings."""


def searches(bench: Workbench) -> Iterator[Row]:
    """What ten saved searches find, counted as the sidebar counts them, off the loop."""
    here = bench.ours(bench.size).copy(bench.folder / "ours-searches")
    words = vocabulary()
    with closing(connect(here.cache)) as c:
        for number in range(SEARCHES):
            saved.keep(c, f"Search {number}", f"{words[50 * number + 40]} is:unread -{words[7 * number + 90]}")
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
                times.append(_timed(partial(existing.preview, c, rule, now, 5)))
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
    """Taking in what feeds bring, with and without finding that others tell the same."""
    here = bench.ours(bench.size)
    took: dict[str, list[float]] = {"without": [], "with": []}
    for turn in range(3):
        for name, times in took.items():
            bench.say(f"taking in {name} stories, turn {turn + 1}")
            other = here.copy(bench.folder / "ours-stories")
            times.append(_taken_in(other, is_finding=name == "with"))
    yield Result(
        f"taking in {BATCH} articles of each of {bench.feeds} feeds, stories found",
        median(took["with"]), median(took["without"]), "not found", 1.1,
    )  # fmt: skip


def _taken_in(here: Ours, *, is_finding: bool) -> float:
    words = vocabulary()
    now = datetime.now(UTC)
    with closing(connect(here.cache)) as c:
        batches = [(feed.id, _entries(feed.id, words)) for feed in feeds.every(c)]
        with ExitStack() as without:
            if not is_finding:
                for module, name, instead in (
                    (stories, "note", None), (stories, "join", None), (compare, "sketch", Sketch())
                ):  # fmt: skip
                    without.enter_context(mock.patch.object(module, name, lambda *_, instead=instead: instead))
            return _timed(partial(_take_all, c, batches, now))


def _take_all(c: sqlite3.Connection, batches: Sequence[tuple[int, list[ParsedEntry]]], now: datetime) -> None:
    for feed_id, entries in batches:
        articles.save_entries(c, feed_id, compare.plan({}, ParsedFeed("", "", tuple(entries))), now)


def _entries(feed_id: int, words: Sequence[str]) -> list[ParsedEntry]:
    found = []
    chance = random.Random(feed_id)  # noqa: S311 - the same each time
    for number in range(BATCH):
        title, text = (" ".join(chance.choices(words, k=count)) for count in (6, 300))
        found.append(ParsedEntry(f"new-{feed_id}-{number}", title, html=f"<p>{text}</p>"))
    return found


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
