"""Seeded lives: feeds, machines and servers do what they do in years, in any order; what a user did last holds."""

from __future__ import annotations

import random
from collections import defaultdict
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conftest import Clock, Reply, ScriptedSite
from library.conftest import Library
from support.devices import Device
from support.factories import NOW, backup_of
from support.reader_servers import FakeMiniflux, FakeReader, Item
from support.rss import Item as Entry
from support.rss import rss
from tuireader.library import rules as library_rules
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.subscribing import subscription
from tuireader.library.syncing import folder_state, shared_folder
from tuireader.library.transfer.import_any import import_stream
from tuireader.model.article import Field
from tuireader.model.query import Query, Rule
from tuireader.store import articles, feeds, folders, labels, pruning, rules, status_outbox, statuses
from tuireader.store.connection import Connection, connect
from tuireader.store.pruning import Limits
from tuireader.store.queries import article_lists

pytestmark = pytest.mark.slow

STEPS = 45
WORDS = "harbour lantern meadow copper winter thistle anchor velvet orchard granite".split()  # noqa: SIM905 - shorter
FIELDS: tuple[Field, Field] = ("read", "starred")


class SharedLife:
    """Two machines that share a folder, and two sites whose feeds change; whose name is that of the site."""

    def __init__(self, seed: int, root: Path, site: ScriptedSite) -> None:
        self.dice, self.root, self.site, self.clock = random.Random(seed), root, site, Clock()
        self.paths = {"a": "/a", "b": "/b"}
        self.entries: dict[str, list[Entry]] = {"a": [], "b": []}
        self.libraries: dict[str, Library] = {}
        self.marks: dict[tuple[str, Field], bool] = {}
        """What the user did last, by title."""
        self.untold: dict[str, set[tuple[str, Field]]] = {"one": set(), "two": set()}
        self.times: dict[str, dict[tuple[str, str], int]] = {}
        """When subscriptions were changed, by machine."""
        self.tags: dict[tuple[str, str], set[str]] = {}
        self.facts: dict[tuple[str, str], str] = {}
        """The last names and folders of the feeds."""
        (root / "folder").mkdir()
        for name in self.untold:
            self.open(name)
            with self.opened(name) as c:
                folder_state.share(c, str(root / "folder"), host=f"test-{name}")
        for number in range(6):
            self.publish("ab"[number % 2])
        for library in self.libraries.values():
            library.follow(*(site.url + path for path in self.paths.values()))

    def open(self, name: str) -> None:
        path = self.root / f"{name}.db"
        self.libraries[name] = Library(path, self.clock, Cache(path))

    def opened(self, name: str) -> closing[Connection]:
        return closing(connect(self.libraries[name].path))

    def publish(self, feed: str) -> None:
        number = sum(map(len, self.entries.values())) + self.dice.randrange(10**6)
        text = " ".join(self.dice.choices(WORDS, k=60))
        self.entries[feed].insert(0, Entry(f"{feed}{number}", html=f"<p>{text} {number}</p>"))
        self.write(feed)

    def write(self, feed: str) -> None:
        self.site.pages[self.paths[feed]] = Reply(rss(*self.entries[feed], title=f"Feed {feed}"))

    def now(self, machine: str) -> None:
        """What was done to subscriptions was done now, by the clock of the test."""
        now, known = int(self.clock.now.timestamp()), self.times.setdefault(machine, {})
        with self.opened(machine) as c:
            times = status_outbox.subscription_times(c)
            known |= {fact: now for fact, time in times.items() if known.get(fact) != time}
            status_outbox.put_times(c, {fact: known[fact] for fact in times})

    async def step(self) -> None:
        self.clock.advance(minutes=self.dice.choice((1, 5, 60, 600)))
        machine, feed = self.dice.choice(("one", "two")), self.dice.choice("ab")
        do = self.dice.choices(
            [
                self.change,
                self.move,
                self.refresh,
                self.mark,
                self.tag,
                self.file,
                self.exchange,
                self.prune,
                self.renew,
            ],
            [6, 0.3, 5, 8, 2, 2, 4, 0.5, 0.5],
        )[0]
        await do(machine, feed)

    async def change(self, _: str, feed: str) -> None:
        """The site publishes, corrects or drops an entry."""
        entries = self.entries[feed]
        what = self.dice.choice(("publish", "correct", "drop"))
        if what == "publish":
            self.publish(feed)
        elif what == "drop" and len(entries) > 2:
            entries.pop()
        else:
            place = self.dice.randrange(len(entries))
            entries[place] = replace(entries[place], html=f"{entries[place].html}<p>Corrected.</p>")
        self.write(feed)

    async def move(self, _: str, feed: str) -> None:
        self.paths[feed] += "x"
        self.write(feed)
        for path in self.site.pages:
            if path.startswith(f"/{feed}") and path != self.paths[feed]:
                self.site.pages[path] = Reply(status=301, headers={"Location": self.site.url + self.paths[feed]})

    async def refresh(self, machine: str, _: str) -> None:
        for _attempt in range(self.dice.choice((1, 3))):
            await self.libraries[machine].refresh(force=True)
            self.clock.advance(minutes=61)
        self.now(machine)

    def ids(self, c: Connection) -> dict[str, int]:
        return {articles.get(c, id_).title: id_ for id_ in article_lists.ids(c, Query(apart=True))}

    async def mark(self, machine: str, _: str) -> None:
        with self.opened(machine) as c:
            title, id_ = self.dice.choice(sorted(self.ids(c).items()))
            field: Field = self.dice.choice(FIELDS)
            status = articles.status(c, id_)
            value = not (status.read if field == "read" else status.starred)
            statuses.mark(c, [id_], now=self.clock, **{field: value})
        self.marks[title, field] = value
        self.untold[machine].add((title, field))

    async def tag(self, machine: str, _: str) -> None:
        with self.opened(machine) as c:
            title, id_ = self.dice.choice(sorted(self.ids(c).items()))
            self.dice.choice((statuses.tag, statuses.untag))(c, [id_], [self.dice.choice("xy")])
            self.tags[machine, title] = set(labels.tags_of(c, [id_]).get(id_, ()))

    async def file(self, machine: str, feed: str) -> None:
        """Name or file a feed."""
        what, value = self.dice.choice((("title", ""), ("title", "Mine"), ("folder", ""), ("folder", "News/World")))
        with self.opened(machine) as c:
            there = self.feed(c, feed)
            if value == (there.custom_title if what == "title" else self.folder(c, there.folder_id)):
                return
            (subscription.rename if what == "title" else subscription.put_into)(c, there.id, value)
        self.now(machine)
        self.facts[feed, what] = value

    def feed(self, c: Connection, feed: str) -> Any:
        (there,) = (each for each in feeds.every(c) if each.url.rpartition("/")[2].startswith(feed))
        return there

    def folder(self, c: Connection, id_: int | None) -> str:
        return "" if id_ is None else folders.get(c, id_).name

    async def exchange(self, machine: str, _: str = "") -> None:
        with self.opened(machine) as c:
            shared_folder.exchange(c, self.clock.now)
        self.untold[machine].clear()

    async def prune(self, machine: str, _: str) -> None:
        await self.exchange(machine)
        with self.opened(machine) as c:
            wanted = library_rules.plan_pruning(c, self.clock.now, Limits(days=1, newest=3))
        async for _removed in library_rules.prune(self.libraries[machine].cache, wanted.ids):
            pass

    async def renew(self, machine: str, _: str) -> None:
        """The machine is made anew from its backup, before or after it shares the folder again."""
        if any(len(path) > 2 for path in self.paths.values()):
            return  # a backup does not know where its feeds were before
        await self.exchange(machine)
        before = self.state(machine)
        with self.opened(machine) as c:
            backup = backup_of(c, self.clock.now)
        self.libraries[machine].cache.close()
        for file in self.root.glob(f"{machine}.db*"):
            file.unlink()
        is_first = self.dice.random() < 0.5
        self.open(machine)
        with self.opened(machine) as c:
            for is_shared in (is_first, not is_first):
                if is_shared:
                    folder_state.share(c, str(self.root / "folder"), host=f"test-{machine}")
                else:
                    import_stream(c, backup, self.clock.now, lambda _: None)
        assert self.state(machine) == before

    def state(self, machine: str) -> dict[str, tuple[bool, bool, set[str]]]:
        with self.opened(machine) as c:
            rows = article_lists.window(c, Query(apart=True), 0, 1000)
            tags = labels.tags_of(c, [row.id for row in rows])
            found = {row.title: (row.read, row.starred, set(tags.get(row.id, ()))) for row in rows}
            assert len(found) == len(rows), "one is there twice"
        return found

    async def check(self) -> None:
        for machine in [*self.libraries] * 3:
            for _ in range(3):  # also where a feed has moved
                await self.libraries[machine].refresh(force=True)
                self.clock.advance(minutes=61)
            self.now(machine)
            await self.exchange(machine)
        for machine in self.libraries:
            state = self.state(machine)
            for (title, field), is_marked in self.marks.items():
                if title in state:  # it may have been read, and removed, or never have come
                    assert state[title][FIELDS.index(field)] is is_marked, (machine, title, field)
            for (there, title), tags in self.tags.items():
                if there == machine and (tags or title in state):
                    assert state[title][2] == tags, (machine, title)
            with self.opened(machine) as c:
                for (name, what), value in self.facts.items():
                    feed = self.feed(c, name)
                    assert value == (feed.custom_title if what == "title" else self.folder(c, feed.folder_id))


@pytest.mark.parametrize("seed", range(12))
async def test_of_two_machines_that_share_a_folder_the_last_holds(
    tmp_path: Path, site: ScriptedSite, seed: int
) -> None:
    life = SharedLife(seed, tmp_path, site)
    try:
        for library in life.libraries.values():
            await library.refresh(force=True)
        for machine in life.libraries:
            life.now(machine)
        for _ in range(STEPS):
            await life.step()
        await life.check()
    finally:
        for library in life.libraries.values():
            library.cache.close()


class ServedLife:
    """Two devices of an account, each of which, like the server's own page, marks its third of the articles."""

    def __init__(self, seed: int, root: Path, server: FakeMiniflux | FakeReader) -> None:
        self.dice, self.server = random.Random(seed), server
        self.devices = [Device(root / f"{number}.db", server.url) for number in range(2)]
        self.marks: dict[tuple[str, Field], bool] = {}
        self.saved: tuple[dict[int, Item], dict[int, dict[str, Any]]] | None = None
        self.is_disturbed = False
        """Whether numbers have changed: then what was marked stays, but one that was unmarked may be marked again."""
        self.is_ruled = self.is_pruned = False
        self.seen: dict[Path, set[str]] = defaultdict(set)
        for number in (1, 2):
            server.follow(number)
            self.publish(number, 4)

    def publish(self, site: int, count: int = 1) -> None:
        (feed,) = (number for number, each in self.server.feeds.items() if each["url"].startswith(self.of(site)))
        for item in self.server.publish(feed, count):
            text = " ".join(self.dice.choices(WORDS, k=40))
            item.title, item.link, item.text = f"{site} at {item.published}", f"{self.of(site)}{item.published}", text

    def of(self, site: int) -> str:
        return f"https://site-{site}.example/"

    async def step(self) -> None:
        do = self.dice.choices(
            [
                self.publish_one,
                self.mark,
                self.mark_there,
                self.sync,
                self.kill,
                self.save,
                self.restore,
                self.follow_again,
                self.renew,
                self.rule,
                self.prune,
                self.import_again,
            ],
            [3, 8, 4, 7, 3, 1, 0.7, 0.7, 0.5, 0.7, 0.7, 0.5],
        )[0]
        await do()

    async def rule(self) -> None:
        """A device has a rule for what arrives, or one less."""
        self.is_ruled = True
        self.marks = {key: value for key, value in self.marks.items() if value or not self.is_to_arrive(key[0])}
        with closing(connect(self.dice.choice(self.devices).path)) as c:
            there, is_read = rules.every(c), self.dice.random() < 0.6
            if there and self.dice.random() < 0.4:
                library_rules.remove(c, self.dice.choice(there), take_back=False)
            else:
                library_rules.keep(c, Rule(self.dice.choice(WORDS), read=is_read, star=not is_read), NOW)

    async def prune(self) -> None:
        self.is_pruned = True
        device = self.dice.choice(self.devices)
        with closing(connect(device.path)) as c:
            pruning.prune(c, [each.id for each in pruning.prunable(c, device.now, Limits(newest=2))])

    async def import_again(self) -> None:
        """A device imports a backup of the other, or its own: what is in step with the server stays as it is."""
        for device in self.devices:
            await device.sync()
        device, other = self.dice.choice(self.devices), self.dice.choice(self.devices)
        with closing(connect(other.path)) as c:
            backup = backup_of(c, other.now)
        before = {link: state for _, link, *state in device.rows()}
        with closing(connect(device.path)) as c:
            import_stream(c, backup, device.now, lambda _: None)
        after = {link: state for _, link, *state in device.rows()}
        others = {link: state for _, link, *state in other.rows()}
        for link, state in before.items():
            if others.get(link, state) == state:
                assert after[link] == state, link

    async def publish_one(self) -> None:
        self.publish(self.dice.choice((1, 2)))

    def marks_it(self, link: str, field: Field) -> int:
        """Who marks an article: a device by its number, or the server's own page."""
        return random.Random(f"{link} {field}").randrange(3)

    def keep(self, link: str, field: Field, *, value: bool) -> None:
        if value or not (self.is_disturbed or self.is_to_arrive(link)):
            self.marks[link, field] = value
        else:
            self.marks.pop((link, field), None)

    def is_to_arrive(self, link: str) -> bool:
        """Whether a rule of a device may still mark an article: the server does not tell what was unmarked there."""
        for device in self.devices:
            self.seen[device.path] |= {link for _, link, *_ in device.rows()}
        return self.is_ruled and not all(link in self.seen[device.path] for device in self.devices)

    async def mark(self) -> None:
        number = self.dice.randrange(2)
        rows = {link: (read, starred) for _, link, read, starred in self.devices[number].rows()}
        own = sorted((link, field) for link in rows for field in FIELDS if self.marks_it(link, field) == number)
        if own:
            link, field = self.dice.choice(own)
            value = not rows[link][FIELDS.index(field)]
            self.devices[number].mark_links(link, **{field: value})
            self.keep(link, field, value=value)

    async def mark_there(self) -> None:
        item, field = self.dice.choice([*self.server.items.values()]), self.dice.choice(FIELDS)
        if self.marks_it(item.link, field) == 2:
            value = not getattr(item, field)
            self.server.mark(item.number, **{field: value})
            self.keep(item.link, field, value=value)

    async def sync(self) -> None:
        assert (await self.dice.choice(self.devices).sync()).status == "done"

    async def kill(self) -> None:
        await self.dice.choice(self.devices).sync(most=self.dice.randrange(1, 5))

    def copied(self) -> tuple[dict[int, Item], dict[int, dict[str, Any]]]:
        items = {number: replace(item) for number, item in self.server.items.items()}
        return items, {number: dict(feed) for number, feed in self.server.feeds.items()}

    async def save(self) -> None:
        self.saved = self.copied()
        self.server.clock += 3600  # a backup is older than what a server may write late

    async def restore(self) -> None:
        """The server is as it was some time ago; what its feeds still give comes again, with other numbers."""
        if self.saved is None:
            return
        for site in (1, 2):
            self.publish(site)
        for device in self.devices * 2:
            await device.sync()
        lost = list(self.server.items.values())
        self.server.items, self.server.feeds = self.saved
        self.saved = self.copied()
        here = {item.link for item in self.server.items.values()}
        self.come_again([item for item in lost if item.link not in here][-6:])

    async def follow_again(self) -> None:
        """A feed is followed anew on the server, where it has another number then."""
        number = self.dice.choice([*self.server.feeds])
        there = [item for item in self.server.items.values() if item.feed == number]
        feed = self.server.feeds[number]
        self.server.unfollow(number)
        self.server.follow(max(number, *self.server.feeds) + 1, feed["folder"], feed["url"])
        self.come_again(there[-5:])

    async def renew(self) -> None:
        """A device is made anew from its backup, gets the account again, and gives it all feeds."""
        if self.is_ruled or self.is_pruned:
            return  # what arrives there is new for its rules, and what the server has comes again
        number = self.dice.randrange(2)
        old = self.devices[number]
        await old.sync()
        before = old.rows()
        with closing(connect(old.path)) as c:
            backup = backup_of(c, old.now)
        new = Device(old.path.with_name(f"{old.path.stem}x.db"), self.server.url)
        new.now = old.now
        with closing(connect(new.path)) as c:
            import_stream(c, backup, old.now, lambda _: None)
        self.devices[number] = new
        is_pushed_first = self.dice.random() < 0.5
        for is_push in (is_pushed_first, not is_pushed_first):
            if is_push:
                await new.add() if not new.account_id else None
                await new.push_all()
            else:
                await new.sync()
        await new.sync()
        assert new.rows() == before

    def come_again(self, items: list[Item]) -> None:
        """Articles come with numbers that no other had, unread."""
        self.is_disturbed = True
        self.marks = {key: value for key, value in self.marks.items() if value and self.marks_it(*key) != 2}
        for item in items:
            (feed,) = (
                number
                for number, each in self.server.feeds.items()
                if each["url"].startswith(item.link[: len(self.of(1))])
            )
            start = max(self.server.items, default=0) + self.dice.randrange(1000, 9000)
            self.server.publish(feed, start=start, title=item.title, link=item.link, text=item.text)

    async def check(self) -> None:
        for device in self.devices * 3:
            await device.sync()
        there = {item.link: (item.read, item.starred) for item in self.server.items.values()}
        for number, device in enumerate(self.devices):
            rows = device.rows()
            here = {link: (read, starred) for _, link, read, starred in rows}
            assert len(here) == len(rows), "one is there twice"
            gone = {link for link in there if link not in here}
            assert {link: here[link] for link in there if link not in gone} == {
                link: state for link, state in there.items() if link not in gone
            }
            assert self.is_disturbed or all(there[link] == (True, False) for link in gone), "it was not to be pruned"
            for (link, field), value in self.marks.items():
                if link in there and link in here:
                    assert here[link][FIELDS.index(field)] is value, (number, link, field)
                elif link not in here and (field, value) not in (("read", True), ("starred", False)):
                    assert link not in there, (number, link, field)
                    assert self.marks_it(link, field) != number, "a marked one is lost"


@pytest.mark.parametrize("seed", range(24))
@pytest.mark.parametrize("kind", ["miniflux", "freshrss"])
async def test_of_two_devices_of_an_account_no_mark_is_lost(tmp_path: Path, kind: str, seed: int) -> None:
    server = FakeMiniflux() if kind == "miniflux" else FakeReader("freshrss")
    try:
        life = ServedLife(seed, tmp_path, server)
        for device in life.devices:
            await device.sync()
        for _ in range(STEPS):
            await life.step()
        await life.check()
    finally:
        server.stop()
