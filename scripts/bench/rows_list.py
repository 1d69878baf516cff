"""Rows about the list: starting, moving, choosing, searching, at any number of articles."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path

from bench import keys
from bench.generate import vocabulary
from bench.measure import median, p95, resident, run
from bench.ours import COMMAND, Ours
from bench.screen import Screen, shows
from bench.table import Limit, Result, Row
from bench.workbench import Workbench
from tuireader.model.query import Query
from tuireader.store.connection import connect
from tuireader.store.queries import article_lists

HELLO = [sys.executable, str(Path(__file__).with_name("hello.py"))]
BACKSPACE, QUIT = "\x7f", "\x11"
NEWSBOAT_PATIENCE = 60.0
"""Seconds after which newsboat's list is no longer waited for."""


def start(bench: Workbench) -> Iterator[Row]:
    """To the first headlines on the screen, at both ends of the scale; ours and the floor in turn."""
    many, few = bench.ours(bench.size), bench.ours(100)
    heads = {here.cache: keys.needle(here) for here in (many, few)}
    times: dict[str, list[float]] = {"hello": [], "many": [], "few": []}
    memory: dict[str, list[float]] = {"hello": [], "many": []}
    for turn in range(3 if bench.quick else 12):
        bench.say(f"starting, turn {turn}")
        with Screen(HELLO, bench.env) as screen:
            times["hello"].append(screen.wait(shows("Hello")) - screen.start)
            memory["hello"].append(_memory(screen))
        for name, here in (("many", many), ("few", few)):
            with here.screen() as screen:
                times[name].append(screen.wait(shows(heads[here.cache])) - screen.start)
                if name == "many":
                    memory[name].append(_memory(screen))
    hello, start_many, start_few = (median(each[1:]) for each in times.values())  # the first of each only warms up
    yield Result(f"start, {bench.size:,} articles, to headlines", start_many, hello, "hello app", 1.25)
    yield Result("start, 100 articles, to headlines", start_few, hello, "hello app", 1.15)
    yield Result("memory after that", median(memory["many"]), median(memory["hello"]), "hello app", 1.5, unit="MB")
    bench.note("start", start_many)


def picture(bench: Workbench) -> Iterator[Row]:
    """To all of the screen that was kept by the last quit, and to what a key does that is typed at it."""
    here = bench.ours(bench.size)
    needle = keys.needle(here)
    hello, seen, ready, quitting = [], [], [], []
    for turn in range(4 if bench.quick else 12):
        bench.say(f"starting behind the last screen, turn {turn}")
        with Screen(HELLO, bench.env) as screen:
            hello.append(screen.wait(shows("Hello")) - screen.start)
        with here.screen() as screen:
            screen.wait(shows(needle))
            screen.settle(0.6)
            begin = time.perf_counter()
            screen.quit(QUIT)
            quitting.append(time.perf_counter() - begin)
        with Screen(COMMAND, here.env, columns=140, rows=40) as screen:
            seen.append(screen.wait(lambda s: shows(needle)(s) and "help" in s.lines()[-1]) - screen.start)
            ready.append(keys.press(screen, "j") + screen.pressed - screen.start)
    floor = median(hello[1:])
    yield Result("start, to all of the last screen", median(seen[1:]), floor, "hello app", 0.35)
    yield Result("start, to what a key does that is typed then", median(ready[1:]), floor, "hello app", 1.2)
    yield Limit("quitting, with the screen kept", median(quitting[1:]), 0.250)


def start_newsboat(bench: Workbench) -> Iterator[Row]:
    """The same against newsboat."""
    here, there = bench.ours(bench.size), bench.newsboat()
    needle = keys.needle(here)
    ours = median([_started(here, needle) for _ in range(5)])
    bench.say("starting newsboat")
    first = bench.corpus(bench.feeds, 100).titles()[0]
    theirs = there.start(first, NEWSBOAT_PATIENCE)
    gave_up = theirs >= NEWSBOAT_PATIENCE
    yield Result(
        f"start, {bench.size:,} articles, to headlines", ours, theirs, "newsboat (n = 1)", 0.03, at_least=gave_up
    )


def key(bench: Workbench) -> Iterator[Row]:
    """`j` in the list, at both ends of the scale."""
    many, few = keys.at_rest(bench.ours(bench.size), bench.ours(100))
    yield Result(f"key to paint of j, {bench.size:,} articles (p95)", p95(many), p95(few), "at 100 articles", 1.2)
    yield Result("the same (median)", median(many), median(few), "at 100 articles", None)


def slide(bench: Workbench) -> Iterator[Row]:
    """Keys with which the panes slide: to the sidebar, back, to an article, back; `j` between them."""
    here = bench.ours(bench.size)
    times: dict[str, list[float]] = {"j": [], "h": [], "l": [], "\r": []}
    with keys.ready(here) as screen:
        for turn in range(10 if bench.quick else 40):
            for pressed in ("j", "h", "l", "\r", "h"):
                before = screen.cells()
                begin = screen.press(pressed)
                took = screen.wait(partial(_differs, before)) - begin
                screen.settle(0.1)
                times[pressed] += [took] if turn else []
    for pressed, name in (("h", "h"), ("l", "l"), ("\r", "enter")):
        what = f"key to paint of {name}, which slides the panes, {bench.size:,} articles (p95)"
        yield Result(what, p95(times[pressed]), p95(times["j"]), "j", 1.3)


def _differs(before: list[dict[int, object]], screen: Screen) -> bool:
    return screen.cells() != before


def busy(bench: Workbench) -> Iterator[Row]:
    """The same while every feed has something new and all are fetched."""
    here = bench.ours(bench.size).copy(bench.folder / "ours-busy")
    before, later = bench.corpus(bench.feeds, 100), bench.corpus(bench.feeds, 100, news=1)
    served = bench.serve(before.folder)
    served.turn_to(later.folder)
    yield from keys.meanwhile(here, "R", lambda top: f"/{bench.feeds}" in top, "a refresh")
    served.turn_to(before.folder)


def category(bench: Workbench) -> Iterator[Row]:
    """Choosing a category: to its headlines, and to all counts."""
    here = bench.ours(bench.size)
    chosen = _largest_category(here)
    first = keys.first(here, Query(categories=(chosen,)))
    headlines, counts = [], []
    for turn in range(5):
        bench.say(f"choosing a category, turn {turn + 1}")
        with keys.ready(here) as screen:
            row = next(n for n, line in enumerate(screen.lines(slice(28))) if chosen in line)
            begin = screen.click(4, row)
            headlines.append(screen.wait(shows(keys.longest(first))) - begin)
            counts.append(max(headlines[-1], screen.last_change(slice(28), quiet=0.8) - begin))
    yield Limit(f"choosing a category, {bench.size:,} articles: headlines", median(headlines), 0.060)
    yield Limit("the same: all counts", median(counts), 0.250)


def search(bench: Workbench) -> Iterator[Row]:
    """A key in the search, to its results: it takes a wrong letter away, with which nothing was found."""
    here = bench.ours(bench.size)
    for word, kind, bar in _words(here):
        times = []
        for turn in range(3 if bench.quick else 5):
            bench.say(f"searching {kind}, turn {turn + 1}")
            with keys.ready(here) as screen:
                screen.press("/")
                screen.settle(0.2)
                screen.press(f"{word}q")
                screen.settle(0.6)
                begin = screen.press(BACKSPACE)
                times.append(screen.last_change(slice(30, 68), quiet=0.6) - begin)
        yield Limit(f"search as you type, {bench.size:,} articles: {kind}", median(times), bar)


def command(bench: Workbench) -> Iterator[Row]:
    """A command, against the least that Python can do."""
    here = bench.ours(bench.size)
    floor, ours = [], []
    for _ in range(11):
        floor.append(run([sys.executable, "-c", "pass"], bench.env))
        ours.append(here.command("list", "--limit", "20"))
    what = f"tuireader list --limit 20, {bench.size:,} articles"
    yield Result(what, median(ours[1:]), median(floor[1:]), "python -c pass", 10.0)


def growth(bench: Workbench) -> Iterator[Row]:
    """Ten times as many articles, against ourselves."""
    few, many = bench.ours(bench.size // 10), bench.ours(bench.size)
    needles = {here.cache: keys.needle(here) for here in (few, many)}
    starts: dict[Path, list[float]] = {few.cache: [], many.cache: []}
    for turn in range(6):
        bench.say(f"starting, turn {turn + 1}")
        for here in (few, many):
            starts[here.cache].append(_started(here, needles[here.cache]))
    against = f"at {bench.size // 10:,}"
    work = f"from {bench.size // 10:,} to {bench.size:,} articles"
    yield Result(f"{work}: start", median(starts[many.cache]), median(starts[few.cache]), against, 1.2)
    keys_many, keys_few = keys.at_rest(many, few)
    yield Result(f"{work}: key (p95)", p95(keys_many), p95(keys_few), against, 1.2)
    window_many, window_few = _windows(many, few)
    yield Result(f"{work}: window", window_many, window_few, against, 1.2)


def _started(here: Ours, needle: str) -> float:
    with here.screen() as screen:
        return screen.wait(shows(needle)) - screen.start


def _memory(screen: Screen) -> float:
    screen.settle(1.0)
    return resident(screen.pid)


def _windows(*readers: Ours) -> list[float]:
    """Times of reading a screenful of headlines, of several readers in turn."""
    with ExitStack() as stack:
        connections = [stack.enter_context(closing(connect(here.cache))) for here in readers]
        times: list[list[float]] = [[] for _ in readers]
        for turn in range(200):
            for connection, found in zip(connections, times, strict=True):
                begin = time.perf_counter()
                article_lists.window(connection, Query(), turn % 50, 60)
                found.append(time.perf_counter() - begin)
    return [median(each) for each in times]


def _largest_category(here: Ours) -> str:
    """The category that most articles have: what is chosen has the most to count."""
    with closing(connect(here.cache)) as connection:
        named = (facet for facet in article_lists.categories(connection, Query()) if facet.name)
        return max(named, key=lambda facet: facet.total).name


def _words(here: Ours) -> list[tuple[str, str, float]]:
    """A word that half of all articles have, and one that few have."""
    with closing(connect(here.cache)) as connection:
        total = article_lists.count(connection, Query())
        words = [word for word in vocabulary() if len(word) > 3]
        shares = {word: article_lists.count(connection, Query(text=word)) / total for word in words[60:400:5]}
        common = min(shares, key=lambda word: abs(shares[word] - 0.5))
        found = {word: article_lists.count(connection, Query(text=word)) for word in words[-200:]}
        rare = min((word for word in found if found[word]), key=lambda word: found[word])
    return [(common, f"a word in {shares[common]:.0%} of them", 0.150), (rare, f"a word in {found[rare]}", 0.030)]
