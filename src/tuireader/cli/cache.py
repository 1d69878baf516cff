"""The cache as commands open it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from tuireader import paths
from tuireader.cli.output import say
from tuireader.store.connection import Connection, connect


@contextmanager
def opened() -> Iterator[Connection]:
    """Open the cache for one command; what was wrong with it is said."""
    with closing(connect(paths.cache_path())) as connection:
        if connection.notice:
            say(connection.notice)
        yield connection
