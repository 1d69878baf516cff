"""A machine with an account: its cache, and what a run of the program does there."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing, closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from support.factories import NOW
from support.reader_servers import PASSWORD, USER
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.politeness.queue import PoliteQueue, open_queue
from tuireader.library.syncing import accounts as use
from tuireader.library.syncing.detect import fetch_from_server, server_of
from tuireader.library.syncing.server import Login
from tuireader.library.syncing.sync import sync
from tuireader.model.feed import Account, Feed, Secret
from tuireader.model.fetched import Synced
from tuireader.model.query import Query
from tuireader.store import accounts, feeds, folders, save_articles, statuses
from tuireader.store.connection import connect
from tuireader.store.queries import article_lists


class Device:
    """One of the user's machines."""

    def __init__(self, path: Path, url: str, login: Login = Login(USER, PASSWORD)) -> None:  # noqa: B008 - a tuple
        self.path = path
        self.url = url
        self.login = login
        self.now = NOW
        self.account_id = 0

    def clock(self) -> datetime:
        return self.now

    async def _run(self, work: Callable[[Cache, PoliteQueue], object]) -> object:
        cache = Cache(self.path)
        try:
            async with open_queue(cache, clock=self.clock) as queue:
                return await work(cache, queue)  # type: ignore[misc]
        finally:
            assert not cache.close()

    async def add(self, name: str = "Work") -> Account:
        """Add the account."""

        async def work(cache: Cache, queue: PoliteQueue) -> Account:
            return await use.add(cache, queue, self.url, self.login, secret=Secret(), name=name)

        account = await self._run(work)
        assert isinstance(account, Account)
        self.account_id = account.id
        return account

    async def sync(self, *, most: int | None = None) -> Synced:
        """Keep it in step, as a new start of the program does; or only so many steps of it, and then it is ended."""
        self.now += timedelta(minutes=1)
        if not self.account_id:
            await self.add()

        async def work(cache: Cache, queue: PoliteQueue) -> Synced:
            account = await cache.read(lambda c: accounts.get(c, self.account_id))
            last: Synced | None = None
            steps = 0
            run = sync(cache, account, lambda: server_of(queue, account, self.login), clock=self.clock)
            async with aclosing(run) as events:
                async for event in events:
                    last, steps = event, steps + 1
                    if steps == most:
                        break
            assert last is not None
            return last

        last = await self._run(work)
        assert isinstance(last, Synced)
        return last

    async def fetches_text(self, article_id: int) -> bool:
        """Whether the account's server gives the full text of an article."""

        async def work(cache: Cache, queue: PoliteQueue) -> bool:
            return await fetch_from_server(cache, queue, article_id, lambda _: self.login)

        return bool(await self._run(work))

    async def push(self, feed: Feed, url: str = "") -> list[str]:
        """Let the account, which may be said to be at another address, follow a feed of this machine."""

        async def work(cache: Cache, queue: PoliteQueue) -> list[str]:
            account = await cache.read(lambda c: accounts.get(c, self.account_id))
            account = replace(account, url=url) if url else account
            return await use.push(cache, server_of(queue, account, self.login), account, feed)

        said = await self._run(work)
        assert isinstance(said, list)
        return said

    def mark(self, *titles: str, read: bool | None = None, starred: bool | None = None) -> None:
        """What the user does."""
        self.now += timedelta(seconds=1)
        with closing(connect(self.path)) as c:
            ids = [each.id for each in article_lists.window(c, Query(), 0, 100_000) if each.title in titles]
            assert len(ids) >= len(set(titles))
            statuses.mark(c, ids, read=read, starred=starred, now=self.clock)

    def state(self) -> dict[str, tuple[bool, bool]]:
        """Read and starred, by title; a title that is there twice has a number behind it."""
        with closing(connect(self.path)) as c:
            found: dict[str, tuple[bool, bool]] = {}
            for each in article_lists.window(c, Query(), 0, 100_000):
                title = each.title if each.title not in found else f"{each.title} ({each.id})"
                found[title] = (each.read, each.starred)
            return found

    def rows(self) -> list[tuple[str, str, bool, bool]]:
        """All articles: the address of the feed, the link, read and starred."""
        sql = "SELECT f.url, a.link, a.read, a.starred FROM article AS a JOIN feed AS f ON f.id = a.feed_id"
        with closing(connect(self.path)) as c:
            return sorted((url, link, bool(read), bool(starred)) for url, link, read, starred in c.execute(sql))

    def mark_links(self, *links: str, read: bool | None = None, starred: bool | None = None) -> None:
        """What the user does, by the addresses of articles."""
        self.now += timedelta(seconds=1)
        with closing(connect(self.path)) as c:
            ids = [row[0] for row in c.execute("SELECT id, link FROM article") if row[1] in links]
            assert len(ids) == len(links), (len(ids), len(links))
            statuses.mark(c, ids, read=read, starred=starred, now=self.clock)

    def texts(self) -> dict[str, str]:
        """The texts of all articles as their feeds gave them, by their addresses."""
        with closing(connect(self.path)) as c:
            rows = c.execute("SELECT id, link FROM article").fetchall()
            return {link: save_articles.given_html(c, id_) for id_, link in rows}

    async def push_all(self) -> int:
        """Give the account all feeds that its server does not follow; how many."""
        with closing(connect(self.path)) as c:
            lost = use.to_push(c, accounts.get(c, self.account_id))
        for feed in lost:
            await self.push(feed)
        return len(lost)

    def feeds(self) -> dict[str, tuple[str, str]]:
        """Names and folders of the feeds, by their addresses."""
        with closing(connect(self.path)) as c:
            names = {folder.id: folder.name for folder in folders.every(c)}
            return {feed.url: (feed.name, names.get(feed.folder_id or 0, "")) for feed in feeds.every(c)}
