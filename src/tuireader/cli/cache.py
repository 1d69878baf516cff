"""Opening the cache for commands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from tuireader import paths
from tuireader.cli.output import say
from tuireader.library.open_cache import open_cache
from tuireader.store.connection import Connection

if TYPE_CHECKING:
    from tuireader.library.jobs.cache_gateway import Cache


@contextmanager
def opened() -> Iterator[Connection]:
    with closing(open_cache(paths.cache_path(), tell=say)) as connection:
        if connection.notice:
            say(connection.notice)
        yield connection


@contextmanager
def gate(prepare: Sequence[str] = (), expected: int = 0) -> Iterator[Cache]:
    """The cache's gateway for a command with an event loop, after `opened`; reports unwritten changes.

    If `expected` feeds are many, processes are started and load the modules in `prepare`: call it before the event loop
    begins.
    """
    from tuireader.library.jobs.cache_gateway import Cache

    cache = Cache(paths.cache_path())
    try:
        cache.fork(prepare, expected)
        yield cache
    finally:
        unwritten = cache.close()
        if unwritten:
            say(unwritten)
