"""How a command runs: the cache that it opens, and tasks; rows on stdout, messages and progress on stderr."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import aclosing, closing, contextmanager

from tuireader import paths
from tuireader.cli import DONE, FAILED
from tuireader.cli.output import Progress, put, put_event, say
from tuireader.library.jobs import cache_gateway
from tuireader.library.open_cache import open_cache
from tuireader.library.politeness import queue
from tuireader.library.refreshing import upkeep
from tuireader.model.article import utc_now
from tuireader.store.connection import Connection
from tuireader.tasks.task import NO_ENDS, Context, ExpiryLimits, Steps
from tuireader.text.printable import printable

Run = Callable[[Context], Steps]


def run(
    *runs: Run,
    as_json: bool = False,
    is_data: bool = True,
    is_quiet: bool = False,
    indexes: bool = False,
    prepare: Sequence[str] = (),
    expected: int = 0,
    ends: ExpiryLimits = NO_ENDS,
) -> int:
    """Run tasks one after the other; returns the exit status.

    With `is_data` False, lines of output are not printed; with `is_quiet`, results neither. `indexes`: index new
    articles while the task waits. For many `expected` feeds, worker processes are started, which load the modules in
    `prepare`.
    """
    import asyncio  # commands that run no task do without it

    with ended_in_order(), opened_gateway(prepare, expected) as gate:
        on = Context(gate, utc_now, lambda: queue.open_queue(gate, clock=utc_now), ends)
        return asyncio.run(_run(on, runs, as_json=as_json, is_data=is_data, is_quiet=is_quiet, indexes=indexes))


async def _run(on: Context, runs: Sequence[Run], *, as_json: bool, is_data: bool, is_quiet: bool, indexes: bool) -> int:
    status, progress = DONE, Progress()
    async with upkeep.IdleIndexer(on.cache) as indexing:
        for each in runs:
            async with aclosing(each(on)) as steps:
                async for step in steps:
                    if indexes and step.has_news:
                        indexing.go_on()
                    progress.clear()
                    for sentence in (*step.notices, step.failed):
                        if sentence:
                            say(sentence)
                    if as_json and step.row is not None:
                        put_event(dict(step.row))
                    elif step.line and is_data and not as_json:
                        put(printable(step.line))
                    if step.said and not (as_json or is_quiet):
                        say(step.said)
                    status = FAILED if step.failed else status
                    progress.tell(step.progress)
            progress.clear()
    return status


@contextmanager
def ended_in_order() -> Iterator[None]:
    """Let signals end the block as an exception does, so that no unfinished file and no process is left."""
    is_main = threading.current_thread() is threading.main_thread()
    ending = [signal.SIGTERM, *([signal.SIGHUP] if os.name == "posix" else [])] if is_main else []
    before = {number: signal.signal(number, lambda number, _: sys.exit(128 + number)) for number in ending}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def opened_cache() -> Iterator[Connection]:
    with closing(open_cache(paths.cache_path(), tell=say)) as connection:
        if connection.notice:
            say(connection.notice)
        yield connection


@contextmanager
def opened_gateway(prepare: Sequence[str] = (), expected: int = 0) -> Iterator[cache_gateway.Cache]:
    """The gateway to the cache, for commands with an event loop; changes that could not be written are reported.

    To be called after `opened_cache`, and before the event loop begins. For many `expected` feeds, worker processes
    are started, which load the modules in `prepare`.
    """
    cache = cache_gateway.Cache(paths.cache_path())
    try:
        cache.fork(prepare, expected)
        yield cache
    finally:
        unwritten = cache.close()
        if unwritten:
            say(unwritten)
