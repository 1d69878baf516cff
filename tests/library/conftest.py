from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from conftest import Clock
from support.raw_server import Serve, raw_servers
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.politeness.queue import PoliteQueue, open_queue
from tuireader.library.refreshing.refresh import refresh
from tuireader.model.article import Headline
from tuireader.model.feed import Feed, Refreshed
from tuireader.model.query import Query
from tuireader.store import feeds
from tuireader.store.connection import connect
from tuireader.store.queries import article_lists

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Library:
    """A cache and a clock, with what tests do to them most; every refresh is a new start of the program."""

    path: Path
    clock: Clock
    cache: Cache

    def follow(self, *urls: str) -> list[Feed]:
        with closing(connect(self.path)) as c:
            return [feeds.add(c, url, title=url, site="", now=EPOCH) for url in urls]

    def feed(self, url: str) -> Feed:
        return next(feed for feed in self.feeds() if feed.url == url)

    def feeds(self) -> list[Feed]:
        with closing(connect(self.path)) as c:
            return feeds.every(c)

    def headlines(self) -> list[Headline]:
        with closing(connect(self.path)) as c:
            return article_lists.window(c, Query(), 0, 1000)

    def titles(self) -> list[str]:
        return [headline.title for headline in self.headlines()]

    def asking(self) -> AbstractAsyncContextManager[PoliteQueue]:
        """A queue of a new start of the program."""
        return open_queue(self.cache, clock=self.clock)

    async def refresh(self, *chosen: Feed, force: bool = False) -> list[Refreshed]:
        async with self.asking() as queue:
            events = refresh(self.cache, queue, chosen or None, clock=self.clock, force=force)
            return [event async for event in events]


@pytest.fixture
def library(db: Path, clock: Clock) -> Iterator[Library]:
    cache = Cache(db)
    yield Library(db, clock, cache)
    assert not cache.close()


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    async with raw_servers() as start:
        yield start
