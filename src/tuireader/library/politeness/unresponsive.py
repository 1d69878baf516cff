"""Which servers do not answer in this refresh: after two feeds in vain, the others of a server are not waited for."""

from __future__ import annotations

from collections import Counter

from tuireader.errors import FetchError, FetchFailure, NotAskedError
from tuireader.urls.hosts import Server, named_host, server_of

IN_VAIN = 2
"""Feeds of a server in a row that could not be connected to or timed out: as many as are asked for at a time."""


class UnresponsiveHosts:
    """Servers that were asked in vain in this refresh."""

    def __init__(self) -> None:
        self._in_vain: Counter[Server] = Counter()
        self._kinds: dict[Server, FetchFailure] = {}

    def note(self, url: str, error: FetchError | None = None) -> None:
        """Learn from what came of a feed: a server that answered, even with an error or by sending us on, is there."""
        server = server_of(url)
        if error is None or not (error.is_unreached or error.is_offline) or server_of(error.url) != server:
            del self._in_vain[server]
        else:
            self._in_vain[server] += 1
            self._kinds[server] = error.kind

    def check(self, url: str) -> None:
        """Raise NotAskedError if a feed is not to be asked for in this refresh."""
        if self._in_vain[server_of(url)] < IN_VAIN:
            return
        said = f"Skipped: {named_host(url)} did not answer for {IN_VAIN} other feeds; it will be tried again"
        raise NotAskedError(said, self._kinds[server_of(url)], url=url)
