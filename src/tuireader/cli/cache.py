"""The cache as commands open it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from tuireader import paths
from tuireader.cli.output import say
from tuireader.library.open_cache import open_cache
from tuireader.store.connection import Connection


@contextmanager
def opened() -> Iterator[Connection]:
    """Open the cache for one command; what was wrong with it is said."""
    with closing(open_cache(paths.cache_path(), tell=say)) as connection:
        if connection.notice:
            say(connection.notice)
        yield connection
