"""Rows about what looks at very many articles: counts, searches, marks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial

from bench.measure import median, repeat
from bench.ours import Ours
from bench.table import Limit, Row
from bench.workbench import Workbench
from tuireader.errors import BusyError
from tuireader.model.query import Query
from tuireader.store import statuses
from tuireader.store.connection import Connection, connect
from tuireader.store.queries import article_lists
from tuireader.tui.main import headlines_pane, sidebar

TIMES = 9


def counts(bench: Workbench) -> Iterator[Row]:
    """All that the sidebar says, of all articles, and of the unread ones."""
    here = bench.ours(bench.size)
    with closing(connect(here.cache)) as c:
        for query, what in ((Query(), "all counts"), (Query(unread=True), "all counts of what is unread")):
            took = repeat(TIMES, partial(_timed, partial(sidebar.count, c, query)))
            yield Limit(f"{what}, {bench.size:,} articles", took, 0.250)


def finding(bench: Workbench) -> Iterator[Row]:
    """The first page of what is found, of words that very many and that many articles have."""
    here = bench.ours(bench.size)
    with closing(connect(here.cache)) as c:
        for word in ("people", "something water", "number", "peop"):
            query = Query(text=word, order="best")
            share = article_lists.count(c, query) / bench.size
            look = partial(headlines_pane.list_view, c, query, 0, (), contexts=12, width=60)
            took = repeat(TIMES, partial(_timed, look))
            yield Limit(f"first page of “{word}” ({share:.0%}), {bench.size:,} articles", took, 0.150)
    for word in ("people",):
        took = median([here.command("search", "--limit", "38", word) for _ in range(TIMES)])
        yield Limit(f"tuireader search --limit 38 {word}", took, 0.500)


def marks(bench: Workbench) -> Iterator[Row]:
    """Marking all read: how long another program waits at most to write something meanwhile."""
    here = bench.ours(bench.size).copy(bench.folder / "ours-marks")
    took: list[float] = []
    with closing(connect(here.cache)) as c:
        unread = article_lists.count(c, Query(unread=True))
    thread = threading.Thread(target=_mark_all, args=(here, took))
    waits: list[float] = []
    thread.start()
    with closing(connect(here.cache, patience=0)) as other:
        while thread.is_alive():
            waits.append(_waited(other))
            time.sleep(0.2)
    thread.join()
    bench.say(f"marking {unread:,} took {took[0]:.1f} s; others waited {len(waits)} times")
    yield Limit(f"marking {unread:,} articles read: the longest that another program waits", max(waits), 0.100)


def _mark_all(here: Ours, took: list[float]) -> None:
    with closing(connect(here.cache)) as c:
        took.append(_timed(lambda: statuses.mark(c, statuses.to_mark(c, Query()), read=True)))


def _waited(other: Connection) -> float:
    """The seconds until a transaction can begin that is asked for again and again."""
    begin = time.perf_counter()
    while True:
        try:
            other.execute("BEGIN IMMEDIATE")
        except BusyError:
            time.sleep(0.0005)
        else:
            other.execute("ROLLBACK")
            return time.perf_counter() - begin


def _timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin
