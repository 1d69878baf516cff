"""Rows about fetching: many feeds for the first time, and again when nothing has changed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from bench import corpus
from bench.measure import BenchError, median
from bench.newsboat import THREADS, Newsboat
from bench.ours import Ours
from bench.table import Result, Row
from bench.workbench import Workbench

SMALL = (200, 20)
FAR = 0.3
"""Seconds until a host far away answers."""
PROCESSES = 3
"""As many as tuireader starts itself on two cores."""


def small(bench: Workbench) -> Iterator[Row]:
    """200 feeds of 20 articles."""
    feeds = bench.corpus(*SMALL)
    ours, theirs = _in_turn(bench, "small", bench.serve(feeds.folder), turns=3 if bench.quick else 5)
    what = f"{feeds.feeds} feeds of {feeds.articles}"
    yield Result(f"first refresh until all can be read, {what}", ours[0], theirs[0], "newsboat", 1.0)
    yield Result(f"… to the prompt, {what}", ours[2], theirs[0], "newsboat", 1.1)
    yield Result(f"… and until all can be searched (refresh --quiet), {what}", ours[3], theirs[0], "newsboat", None)
    yield Result(f"unchanged refresh, {what}", ours[1], theirs[1], "newsboat, 2nd time (asks without ETag)", 0.15)
    yield Result(f"unchanged refresh, {what}", ours[1], theirs[2], "newsboat, 3rd time (asks with ETag)", None)


def far(bench: Workbench) -> Iterator[Row]:
    """200 hosts that each take 300 ms to answer, as over a slow link; newsboat with 16 threads."""
    feeds = bench.corpus(*SMALL)
    with corpus.serve(feeds.folder, feeds.feeds, FAR) as served:
        turns = 1 if bench.quick else 3
        ours, theirs = _in_turn(bench, "far", served, turns=turns, threads=16)
        added = []
        for turn in range(turns):
            bench.say(f"adding {feeds.feeds} feeds far away, turn {turn + 1}")
            shutil.rmtree(bench.folder / "ours-far-add", ignore_errors=True)
            added.append(Ours.at(bench.folder / "ours-far-add", bench.env).add(served.urls(feeds.feeds)))
    what = f"{feeds.feeds} hosts at {1000 * FAR:.0f} ms"
    yield Result(f"first refresh, {what}", ours[0], theirs[0], "newsboat, 16 threads", 0.25)
    yield Result(f"unchanged refresh, {what}", ours[1], theirs[1], "newsboat, 16 threads, 2nd time", 0.2)
    yield Result(f"add, {what}", median(added), theirs[0], "newsboat's first reload, 16 threads", 0.35)


def _in_turn(
    bench: Workbench, name: str, served: corpus.Served, *, turns: int, threads: int = THREADS
) -> tuple[list[float], list[float]]:
    """The seconds that our first two refreshes take and newsboat's first three, in turn: both meet the same machine.

    Of ours the first until all can be read; third is the first to the prompt, fourth until all can be searched.
    """
    number = SMALL[0]
    urls = served.urls(number)
    ours: list[tuple[float, ...]] = []
    theirs: list[tuple[float, ...]] = []
    for turn in range(turns):
        bench.say(f"refreshing {number} feeds ({name}), turn {turn + 1}")
        for who in ("ours", "newsboat"):
            shutil.rmtree(bench.folder / f"{who}-{name}", ignore_errors=True)
        here = Ours.at(bench.folder / f"ours-{name}", bench.env)
        here.subscribe(urls)
        served.counts()
        readable, prompt = here.first_refresh()
        again = here.refresh("--force")
        ours.append((readable, again, prompt, prompt + here.refresh("--quiet")))
        if served.counts() != (number, number):
            raise BenchError("our second refresh was not answered with 304 throughout")
        there = Newsboat.subscribed(bench.folder / f"newsboat-{name}", bench.env, urls, threads=threads)
        theirs.append((there.reload(), there.reload(), there.reload()))
    return list(map(median, zip(*ours, strict=True))), list(map(median, zip(*theirs, strict=True)))


def pool(bench: Workbench) -> Iterator[Row]:
    """What the processes are worth that take in what comes: the same feeds with one thread alone."""
    feeds = bench.corpus(*SMALL)
    urls = bench.serve(feeds.folder).urls(feeds.feeds)
    took: dict[int, list[float]] = {0: [], PROCESSES: []}
    for turn in range(3 if bench.quick else 5):
        bench.say(f"refreshing with processes and without, turn {turn + 1}")
        for processes, seconds in took.items():
            shutil.rmtree(bench.folder / "ours-pool", ignore_errors=True)
            here = Ours.at(bench.folder / "ours-pool", bench.env)
            here.subscribe(urls)
            seconds.append(here.refresh_in_processes(processes))
    alone, many = (median(seconds) for seconds in took.values())
    what = f"{feeds.feeds} feeds of {feeds.articles}"
    yield Result(f"first refresh in {PROCESSES} processes, {what}", many, alone, "in one thread", None)


def adding(bench: Workbench) -> Iterator[Row]:
    """The same feeds added by their addresses, all in one command, and refreshed where they are subscribed to."""
    feeds = bench.corpus(*SMALL)
    urls = bench.serve(feeds.folder).urls(feeds.feeds)
    added: list[float] = []
    refreshed: list[float] = []
    for turn in range(3 if bench.quick else 5):
        bench.say(f"adding {feeds.feeds} feeds, turn {turn + 1}")
        for name in ("ours-add", "ours-refresh"):
            shutil.rmtree(bench.folder / name, ignore_errors=True)
        added.append(Ours.at(bench.folder / "ours-add", bench.env).add(urls))
        here = Ours.at(bench.folder / "ours-refresh", bench.env)
        here.subscribe(urls)
        refreshed.append(here.refresh())
    what = f"{feeds.feeds} feeds of {feeds.articles}"
    yield Result(f"add, {what}", median(added), median(refreshed), "first refresh", 1.2)


def large(bench: Workbench) -> Iterator[Row]:
    """All the feeds of a hundred articles, once each: a run takes minutes; and the size of what is kept."""
    ours, theirs = bench.ours(bench.size), bench.newsboat()
    again = median([ours.refresh("--force") for _ in range(3)])
    bench.say("reloading newsboat twice more")
    size = theirs.cache_size()
    second, third = theirs.reload(), theirs.reload()
    first, reload = bench.took(f"ours-{bench.size}"), bench.took(f"newsboat-{bench.size}")
    what = f"{bench.feeds:,} feeds of 100"
    yield Result(f"first refresh until all can be read, {what} (n = 1)", first, reload, "newsboat", 0.45)
    prompt, indexed = bench.took(f"ours-{bench.size}-prompt"), bench.took(f"ours-{bench.size}-indexed")
    yield Result(f"… to the prompt, {what} (n = 1)", prompt, reload, "newsboat", None)
    searched = f"… and until all can be searched (refresh --quiet), {what} (n = 1)"
    yield Result(searched, indexed, reload, "newsboat", None)
    yield Result(f"unchanged refresh, {what} (n = 1)", again, second, "newsboat, 2nd time (asks without ETag)", 0.03)
    yield Result(f"unchanged refresh, {what} (n = 1)", again, third, "newsboat, 3rd time (asks with ETag)", None)
    yield Result(f"size of {bench.size:,} articles", ours.cache_size(), size, "newsboat's cache.db", 0.9, unit="MB")
