"""Seeded lives of feeds whose articles are alike in titles, addresses, dates or texts: each stands once, as marked.

What an article is, is said by a word in its text, which nothing here changes.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC
from email.utils import format_datetime, parsedate_to_datetime
from io import BytesIO
from itertools import product
from pathlib import Path

import pytest

from conftest import Clock, Reply, ScriptedSite
from library.conftest import Library
from support.devices import Device
from support.factories import backup_of
from support.reader_servers import FakeMiniflux, FakeReader
from support.rss import Item as Entry
from support.rss import rss
from tuireader.library import rules
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.refreshing import upkeep
from tuireader.library.syncing import folder_state, shared_folder
from tuireader.library.transfer.import_any import import_stream
from tuireader.model.query import Query
from tuireader.store import articles, labels, save_articles, statuses
from tuireader.store.connection import Connection, connect
from tuireader.store.pruning import Limits
from tuireader.store.queries import article_lists

pytestmark = pytest.mark.slow

STEPS = 40
WORDS = "harbour lantern meadow copper winter thistle anchor velvet orchard granite".split()  # noqa: SIM905 - shorter
MANY = [f"{one}{two}" for one, two in product(WORDS, WORDS)]
TEMPLATE = (  # noqa: SIM905 - shorter
    "Good morning to all readers of the harbour news here is what we found for you since we wrote last time"
).split()
_STORY = re.compile(r"story\d+")


@dataclass(frozen=True)
class Kind:
    """What the entries of a feed have each for itself."""

    title: str
    """own, few (three that come again), or one."""
    link: str
    """own, part (a part of one page), or one."""
    guid: str
    """own, link, or place: where it stands in the feed."""
    date: str
    """second, day, or none."""
    text: str
    """own, or template."""

    def __str__(self) -> str:
        return f"{self.title}-{self.link}-{self.guid}-{self.date}-{self.text}"

    @property
    def is_plain(self) -> bool:
        """Whether an article is known without its guid."""
        return self.link == "own" or (self.title == "own" and self.date == "second")


KINDS = [
    Kind(*values)
    for values in product(
        ("own", "few", "one"), ("own", "part", "one"), ("own", "link"), ("second", "day"), ("own", "template")
    )
    if (values[1] != "one" or values[2] == "own")
]
KINDS += [Kind("own", "own", "place", *values) for values in product(("second", "day"), ("own", "template"))]
UNDATED = [Kind("own", "own", guid, "none", "own") for guid in ("own", "link", "place")]


@dataclass
class Feed:
    kind: Kind
    path: str
    name: str = ""
    entries: list[Entry] = field(default_factory=list)
    gone: list[Entry] = field(default_factory=list)


@dataclass
class Marks:
    read: bool = False
    starred: bool = False
    tags: frozenset[str] = frozenset()


class AlikeLife:
    """Some feeds, a machine, and what was done to its articles."""

    may_lack = False
    """Whether there are articles that it has never seen."""

    def __init__(self, seed: int, root: Path, site: ScriptedSite, kinds: list[Kind]) -> None:
        self.dice, self.root, self.site, self.clock = random.Random(seed), root, site, Clock()
        self.feeds = [Feed(kind, f"/{number}") for number, kind in enumerate(kinds)]
        self.count = 0
        self.marks: dict[str, Marks] = {}
        self.pruned: set[str] = set()
        self.backup = b""
        self.backup_marks: dict[str, Marks] = {}
        self.opened_count = 0
        self.library = self.open()
        for feed in self.feeds:
            for _ in range(3):
                self.publish(feed)
        self.library.follow(*(site.url + feed.path for feed in self.feeds))

    def open(self) -> Library:
        path = self.root / f"{self.opened_count}.db"
        self.opened_count += 1
        return Library(path, self.clock, Cache(path))

    def opened(self) -> closing[Connection]:
        return closing(connect(self.library.path))

    # The site.

    def publish(self, feed: Feed) -> None:
        self.count += 1
        self.clock.advance(minutes=self.dice.choice((7, 700, 2000)), seconds=self.dice.randrange(60))
        number, kind, story = self.count, feed.kind, f"story{self.count}"
        base = f"{self.site.url}/site{feed.path}"
        links = {"own": f"{base}/post-{number}", "part": f"{base}/page#{number}", "one": f"{base}/today"}
        titles = {
            "own": f"News {self.dice.choice(WORDS)} {number}",
            "few": f"{WORDS[number % 3]} links",
            "one": "Daily links",
        }
        words = (
            [story, *self.dice.choices(MANY, k=self.dice.choice((3, 25)))]
            if kind.text == "own"
            else [*TEMPLATE[:12], story, self.dice.choice(MANY), *TEMPLATE[12:]]
        )
        moment = self.clock.now.astimezone(UTC)
        if kind.date == "day":
            moment = moment.replace(hour=0, minute=0, second=0)
        entry = Entry(
            story,
            titles[kind.title],
            f"<p>{' '.join(words)}</p>",
            links[kind.link],
            f"urn:{feed.path}:{number}" if kind.guid == "own" else links[kind.link],
            "" if kind.date == "none" else format_datetime(moment),
        )
        feed.entries.insert(0, entry)
        feed.gone += feed.entries[6:]
        del feed.entries[6:]
        self.write(feed)

    def write(self, feed: Feed) -> None:
        is_of_places = feed.kind.guid == "place"
        entries = [replace(e, guid=f"{n}") if is_of_places else e for n, e in enumerate(feed.entries)]
        self.site.pages[feed.path] = Reply(
            rss(*entries, title=f"Feed {feed.path}", site=self.site.url + f"/site{feed.path}/")
        )

    def publish_some(self) -> None:
        for _ in range(self.dice.choice((1, 1, 2, 3))):
            self.publish(self.dice.choice(self.feeds))

    def edit(self) -> None:
        feed = self.dice.choice(self.feeds)
        place = self.dice.randrange(len(feed.entries))
        entry = feed.entries[place]
        if self.dice.random() < 0.3 and feed.kind.title == "own":
            feed.entries[place] = replace(entry, title=f"{entry.title} {self.dice.choice(WORDS)}")
        else:
            feed.entries[place] = replace(entry, html=f"{entry.html}<p>{self.dice.choice(MANY)} corrected.</p>")
        self.write(feed)

    def rename(self) -> None:
        """A feed gives all its entries other guids."""
        feed = self.dice.choice(self.feeds)
        if feed.kind.guid == "own" and feed.kind.is_plain and not self.pruned:
            generation = self.dice.randrange(4)
            feed.entries = [replace(e, guid=f"{e.guid.partition('?')[0]}?{generation}") for e in feed.entries]
            self.write(feed)

    # The machine.

    async def refresh(self) -> None:
        await self.library.refresh(force=True)
        self.clock.advance(minutes=61)
        with self.opened() as c:
            upkeep.index_all(c)

    def stories(self, c: Connection) -> dict[str, int]:
        found: dict[str, int] = {}
        for id_ in article_lists.ids(c, Query(apart=True)):
            story = _STORY.search(save_articles.given_html(c, id_))
            assert story
            assert story[0] not in found, f"{story[0]} is there twice"
            found[story[0]] = id_
        return found

    def mark(self) -> None:
        with self.opened() as c:
            stories = self.stories(c)
            if not stories:
                return
            for story in self.dice.sample(sorted(stories), min(len(stories), self.dice.choice((1, 3)))):
                marks = self.marks.setdefault(story, Marks())
                match self.dice.choice(("read", "starred", "tag")):
                    case "read":
                        marks.read = not marks.read
                        statuses.mark(c, [stories[story]], read=marks.read, now=self.clock)
                    case "starred":
                        marks.starred = not marks.starred
                        statuses.mark(c, [stories[story]], starred=marks.starred, now=self.clock)
                    case _:
                        name = self.dice.choice("xy")
                        marks.tags |= {name}
                        statuses.tag(c, [stories[story]], [name])

    async def prune(self) -> None:
        with self.opened() as c:
            wanted = rules.plan_pruning(c, self.clock.now, Limits(days=2, newest=2))
            lost = {story for story, id_ in self.stories(c).items() if id_ in wanted.ids}
        async for _ in rules.prune(self.library.cache, wanted.ids):
            pass
        self.pruned |= lost
        for story in lost:
            self.marks.pop(story, None)

    def keep_backup(self) -> None:
        with self.opened() as c:
            self.backup = backup_of(c, self.clock.now).getvalue()
            self.backup_marks = {story: replace(self.marks.get(story, Marks())) for story in self.stories(c)}

    def import_old(self) -> None:
        """A backup of some time ago adds its marks, and may bring back what was pruned since."""
        if not self.backup:
            return
        with self.opened() as c:
            before = self.stories(c)
            import_stream(c, BytesIO(self.backup), self.clock.now, lambda _: None)
            here = self.stories(c)
        for story, then in self.backup_marks.items():
            if story in before:
                marks = self.marks.setdefault(story, Marks())
                marks.read, marks.starred, marks.tags = (
                    marks.read or then.read,
                    marks.starred or then.starred,
                    marks.tags | then.tags,
                )
            elif story in here:
                self.marks[story] = replace(then)
                self.pruned.discard(story)

    def renew(self) -> None:
        """The machine is made anew from its backup."""
        with self.opened() as c:
            backup, before = backup_of(c, self.clock.now), self.state(c)
        self.library.cache.close()
        self.library = self.open()
        with self.opened() as c:
            done = import_stream(c, backup, self.clock.now, lambda _: None)
            assert done.restored is not None
            assert self.state(c) == before

    def import_own(self) -> None:
        with self.opened() as c:
            before = self.state(c)
            import_stream(c, backup_of(c, self.clock.now), self.clock.now, lambda _: None)
            assert self.state(c) == before

    def import_stars(self) -> None:
        """Google Reader's file stars some of the articles."""
        with self.opened() as c:
            stories = self.stories(c)
            entries = [
                (feed, entry) for feed in self.feeds for entry in (*feed.entries, *feed.gone) if entry.name in stories
            ]
            if not entries:
                return
            chosen = self.dice.sample(entries, min(len(entries), 3))
            items = [
                {
                    "id": f"tag:google.com,2005:reader/item/{int(entry.name[5:]):016x}",
                    "title": entry.title,
                    "published": int(parsedate_to_datetime(entry.date).timestamp()),
                    "canonical": [{"href": entry.link}],
                    "origin": {"streamId": f"feed/{self.site.url}{feed.path}", "title": "A feed"},
                    "content": {"content": entry.html},
                    "categories": ["user/-/state/com.google/starred"],
                }
                for feed, entry in chosen
            ]
            file = json.dumps({"id": "user/-/state/com.google/starred", "title": "Stars", "items": items}).encode()
            import_stream(c, BytesIO(file), self.clock.now, lambda _: None)
        for _, entry in chosen:
            self.marks.setdefault(entry.name, Marks()).starred = True

    def state(self, c: Connection) -> dict[str, Marks]:
        stories = self.stories(c)
        tags = labels.tags_of(c, stories.values())
        found = {}
        for story, id_ in stories.items():
            status = articles.status(c, id_)
            found[story] = Marks(status.read, status.starred, frozenset(tags.get(id_, ())))
        return found

    def check(self, *, is_fresh: bool) -> None:
        with self.opened() as c:
            state = self.state(c)
        for story, marks in self.marks.items():
            assert state.get(story, marks if self.may_lack else None) == marks, story
        for story in state.keys() - self.marks.keys():
            assert state[story] == Marks(), story
        assert not self.pruned & state.keys()
        if is_fresh:
            for feed in self.feeds:
                for entry in feed.entries:
                    assert entry.name in state or entry.name in self.pruned, f"{entry.name} is missing"

    def steps(self) -> dict[Callable[[], Awaitable[None] | None], float]:
        return {
            self.publish_some: 6,
            self.edit: 3,
            self.rename: 0.7,
            self.refresh: 6,
            self.mark: 6,
            self.prune: 0.6,
            self.renew: 0.7,
            self.import_own: 0.5,
            self.keep_backup: 0.7,
            self.import_old: 0.7,
            self.import_stars: 0.7,
        }

    async def begin(self) -> None:
        """What is done first."""

    async def end(self) -> None:
        """What is to be seen last."""

    async def step(self, done: list[str]) -> None:
        steps = self.steps()
        do = self.dice.choices([*steps], [*steps.values()])[0]
        done.append(do.__name__)
        result = do()
        if result is not None:
            await result
        self.check(is_fresh=do == self.refresh)


async def live(life: AlikeLife, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tuireader.library.refreshing.match_entries.utc_now", life.clock)
    done: list[str] = []
    try:
        await life.begin()
        for _ in range(STEPS):
            await life.step(done)
        await life.end()
    except AssertionError as error:
        where = {entry.name: str(feed.kind) for feed in life.feeds for entry in (*feed.entries, *feed.gone)}
        named = _STORY.search(str(error))
        error.add_note(f"{named and where.get(named[0])}, after {done[-12:]}")
        raise
    finally:
        life.library.cache.close()


@pytest.mark.parametrize("seed", range(20))
async def test_articles_that_are_alike_stay_themselves(
    tmp_path: Path, site: ScriptedSite, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    await live(AlikeLife(seed, tmp_path, site, random.Random(seed).sample(KINDS, 6)), monkeypatch)


class ServedAlikeLife(AlikeLife):
    """The feeds are handed over to a server, which numbers their articles anew now and then."""

    def __init__(
        self, seed: int, root: Path, site: ScriptedSite, kinds: list[Kind], server: FakeMiniflux | FakeReader
    ) -> None:
        self.server, self.numbers, self.items = server, dict[str, int](), dict[str, int]()
        super().__init__(seed, root, site, kinds)
        self.device = Device(self.library.path, server.url)

    def publish(self, feed: Feed) -> None:
        super().publish(feed)
        self.serve(feed, feed.entries[0])

    def serve(self, feed: Feed, entry: Entry) -> None:
        if feed.path in self.numbers:
            (item,) = self.server.publish(
                self.numbers[feed.path],
                title=entry.title,
                link=entry.link,
                text=entry.html,
                published=int(parsedate_to_datetime(entry.date).timestamp()),
            )
            self.items[entry.name] = item.number

    def edit(self) -> None:
        super().edit()
        for feed in self.feeds:
            for entry in feed.entries if feed.path in self.numbers else ():
                item = self.server.items[self.items[entry.name]]
                if (item.title, item.text) != (entry.title, entry.html):
                    self.server.clock += 1
                    item.title, item.text, item.changed = entry.title, entry.html, self.server.clock

    def mark(self) -> None:
        with self.opened() as c:
            stories = self.stories(c)
            for story in self.dice.sample(sorted(stories), min(len(stories), 2)):
                marks = self.marks.setdefault(story, Marks())
                if self.dice.random() < 0.5:
                    marks.read = True
                    statuses.mark(c, [stories[story]], read=True, now=self.clock)
                else:
                    marks.starred = True
                    statuses.mark(c, [stories[story]], starred=True, now=self.clock)

    async def sync(self) -> None:
        self.device.now = self.clock.now
        assert (await self.device.sync()).status == "done"
        self.clock.now = self.device.now

    async def mark_there(self) -> None:
        if self.items:
            story = self.dice.choice(sorted(self.items))
            self.server.mark(self.items[story], read=True)
            self.marks.setdefault(story, Marks()).read = True
            await self.sync()

    async def push(self) -> None:
        left = [feed for feed in self.feeds if feed.path not in self.numbers]
        if not left:
            return
        await self.refresh()
        if not self.device.account_id:
            await self.device.add()
        feed = self.dice.choice(left)
        await self.device.push(self.library.feed(self.site.url + feed.path))
        self.numbers[feed.path] = max(self.server.feeds)
        for entry in reversed(feed.entries):
            self.serve(feed, entry)
        await self.sync()

    async def number_anew(self) -> None:
        """A feed is followed anew on the server, which has what it shows, unread."""
        if not self.numbers:
            return
        await self.sync()
        feed = self.dice.choice([feed for feed in self.feeds if feed.path in self.numbers])
        old = self.numbers[feed.path]
        row = self.server.feeds[old]
        self.server.unfollow(old)
        self.numbers[feed.path] = self.server.follow(max(old, *self.server.feeds, 0) + 1, row["folder"], row["url"])
        self.server.clock += 1000
        for entry in (*feed.entries, *feed.gone):
            self.items.pop(entry.name, None)
        for entry in reversed(feed.entries):
            self.serve(feed, entry)
        await self.sync()

    async def check_there(self) -> None:
        for _ in range(2):
            await self.sync()
        for story, number in self.items.items():
            item, marks = self.server.items[number], self.marks.get(story, Marks())
            assert (item.read, item.starred) == (marks.read, marks.starred), story

    def steps(self) -> dict[Callable[[], Awaitable[None] | None], float]:
        return {
            self.publish_some: 6,
            self.edit: 3,
            self.refresh: 4,
            self.mark: 6,
            self.sync: 4,
            self.mark_there: 2,
            self.push: 2,
            self.number_anew: 1,
            self.check_there: 1,
            self.import_own: 0.5,
            self.import_stars: 0.5,
        }

    def check(self, *, is_fresh: bool) -> None:
        super().check(is_fresh=is_fresh and not self.numbers)


@pytest.mark.parametrize("kind", ["miniflux", "freshrss"])
@pytest.mark.parametrize("seed", range(8))
async def test_they_do_on_a_server(
    tmp_path: Path, site: ScriptedSite, monkeypatch: pytest.MonkeyPatch, kind: str, seed: int
) -> None:
    server = FakeMiniflux() if kind == "miniflux" else FakeReader("freshrss")
    try:
        await live(ServedAlikeLife(seed, tmp_path, site, random.Random(seed).sample(KINDS, 4), server), monkeypatch)
    finally:
        server.stop()


class SharedAlikeLife(AlikeLife):
    """Two machines follow the feeds, see them at different times, and share a folder."""

    may_lack = True

    def __init__(self, seed: int, root: Path, site: ScriptedSite, kinds: list[Kind]) -> None:
        super().__init__(seed, root, site, kinds)
        (root / "folder").mkdir()
        self.machines = [self.library, self.open()]
        self.machines[1].follow(*(site.url + feed.path for feed in self.feeds))
        for number, library in enumerate(self.machines):
            with closing(connect(library.path)) as c:
                folder_state.share(c, str(root / "folder"), host=f"test-{number}")

    def turn(self) -> None:
        self.library = self.dice.choice(self.machines)
        self.clock.advance(minutes=1)

    def mark(self) -> None:
        with self.opened() as c:
            stories = self.stories(c)
            if not stories:
                return
            story = self.dice.choice(sorted(stories))
            self.clock.advance(minutes=1)
            marks, status = self.marks.setdefault(story, Marks()), articles.status(c, stories[story])
            if self.dice.random() < 0.5:
                marks.read = not status.read
                statuses.mark(c, [stories[story]], read=marks.read, now=self.clock)
            else:
                marks.starred = not status.starred
                statuses.mark(c, [stories[story]], starred=marks.starred, now=self.clock)

    def exchange(self) -> None:
        with self.opened() as c:
            shared_folder.exchange(c, self.clock.now)

    def steps(self) -> dict[Callable[[], Awaitable[None] | None], float]:
        return {
            self.publish_some: 5,
            self.edit: 2,
            self.rename: 1.5,
            self.refresh: 6,
            self.mark: 7,
            self.exchange: 4,
            self.turn: 6,
            self.import_own: 0.5,
        }

    def check(self, *, is_fresh: bool) -> None:
        """What another machine has done is here later."""
        del is_fresh
        with self.opened() as c:
            self.stories(c)

    async def begin(self) -> None:
        """Some machine has to see that a feed gives its guids to other articles."""
        for _ in range(2):
            for feed in self.feeds:
                self.publish(feed)
            for library in self.machines:
                self.library = library
                await self.refresh()
                self.exchange()

    async def end(self) -> None:
        for library in self.machines * 3:
            self.library = library
            await self.refresh()
            self.exchange()
        for library in self.machines:
            self.library = library
            super().check(is_fresh=True)


@pytest.mark.parametrize("seed", range(12))
async def test_they_do_on_two_machines(
    tmp_path: Path, site: ScriptedSite, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    await live(SharedAlikeLife(seed, tmp_path, site, random.Random(seed).sample([*KINDS, *UNDATED], 4)), monkeypatch)
