"""Machines that share a folder: their caches, and what their users do there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from support.factories import NOW, ready, save_plan
from tuireader.library.syncing import folder_state, shared_folder
from tuireader.library.syncing.shared_folder import Exchanged
from tuireader.model.fetched import Plan
from tuireader.model.query import Query
from tuireader.store import articles, feeds, folders, statuses
from tuireader.store.connection import Connection, connect
from tuireader.store.queries import article_lists
from tuireader.sync.shared_folder_map import Fact, Subscription

URL = "https://site.example/feed"
LATE = 1_900_000_000_000


def followed(at: int, *, value: bool = True, moved_to: str = "", **words: str) -> Subscription:
    """A subscription all of whose facts are of one time."""
    facts = {name: Fact(at, word) for name, word in words.items()} | ({"moved": Fact(at, moved_to)} if moved_to else {})
    return Subscription(Fact(at, value), **facts)


class Machine:
    """One of the user's machines."""

    def __init__(self, name: str, path: Path, folder: Path) -> None:
        self.name = name
        self.path = path
        self.folder = folder
        self.now = NOW
        with self.opened() as c:
            folder_state.share(c, str(folder), host=f"test-{name}")

    @contextmanager
    def opened(self) -> Iterator[Connection]:
        with closing(connect(self.path)) as c:
            yield c

    def fetch(self, count: int = 5, url: str = URL) -> None:
        """The feed's articles come, as on each machine by itself."""
        with self.opened() as c:
            feed = feeds.add(c, url, title="Site", site="", now=NOW)
            there = {
                article.guid for article in (articles.get(c, id_) for id_ in article_lists.ids(c, Query(apart=True)))
            }
            new = [f"{url}#{n}" for n in range(count) if f"{url}#{n}" not in there]
            save_plan(c, feed, Plan(new=tuple(ready(guid, title=guid.rpartition("/")[2]) for guid in new)))

    def exchange(self, now: datetime | None = None) -> Exchanged:
        self.now = now or self.now + timedelta(minutes=1)
        with self.opened() as c:
            return shared_folder.exchange(c, self.now)

    def mark(
        self,
        number: int,
        *,
        now: datetime | None = None,
        url: str = URL,
        what: dict[str, bool] | None = None,
        read: bool | None = None,
        starred: bool | None = None,
    ) -> None:
        marks = {"read": read, "starred": starred} | (what or {})
        self.now = now or self.now + timedelta(seconds=1)
        with self.opened() as c:
            (id_,) = (
                id_ for id_ in article_lists.ids(c, Query(apart=True)) if articles.get(c, id_).guid == f"{url}#{number}"
            )
            statuses.mark(c, [id_], now=lambda: self.now, read=marks["read"], starred=marks["starred"])

    def changes_feeds(self, when: datetime) -> None:
        """What was done to subscriptions since the last exchange was done then."""
        with self.opened() as c:
            c.execute("UPDATE subscription_time SET changed = ?", (int(when.timestamp()),))

    def state(self) -> dict[str, tuple[bool, bool]]:
        with self.opened() as c:
            rows = article_lists.window(c, Query(apart=True), 0, 10_000)
            return {articles.get(c, row.id).guid: (row.read, row.starred) for row in rows}

    def feeds(self) -> dict[str, tuple[str, str]]:
        with self.opened() as c:
            names = {folder.id: folder.name for folder in folders.every(c)}
            return {feed.url: (feed.custom_title, names.get(feed.folder_id or 0, "")) for feed in feeds.every(c)}

    def feed_id(self, url: str = URL) -> int:
        with self.opened() as c:
            return next(feed.id for feed in feeds.every(c) if feed.url == url)


MakeMachine = Callable[[str], Machine]


def everywhere(*machines: Machine) -> None:
    for _ in range(2):
        for each in machines:
            each.exchange()
