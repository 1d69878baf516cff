"""Seeded lives of a machine and of its copy, made from a backup: whatever is done to both has the same result."""

from __future__ import annotations

import json
import random
from contextlib import closing
from dataclasses import replace
from datetime import UTC
from email.utils import format_datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from conftest import Clock, Reply, ScriptedSite
from library.conftest import Library
from support.factories import backup_of
from support.rss import Item, rss
from tuireader.library import rules as library_rules
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.refreshing import upkeep
from tuireader.library.subscribing import subscription
from tuireader.library.transfer.import_any import import_stream
from tuireader.model.query import Query, Rule
from tuireader.store import articles, feeds, folders, labels, pruning, rules, statuses
from tuireader.store.connection import Connection, connect
from tuireader.store.pruning import Limits
from tuireader.store.queries import article_lists

pytestmark = pytest.mark.slow

STEPS = 40
WORDS = "harbour lantern meadow copper winter thistle anchor velvet orchard granite".split()  # noqa: SIM905 - shorter
FOLDERS = ("", "News", "Tech")

State = dict[str, Any]


class CopiedLife:
    """One machine, then two: a backup of the first is the second."""

    def __init__(self, seed: int, root: Path, site: ScriptedSite) -> None:
        self.dice, self.root, self.site, self.clock = random.Random(seed), root, site, Clock()
        self.entries: dict[str, list[Item]] = {"a": [], "b": [], "c": []}
        self.libraries: list[Library] = []
        self.backup = b""
        self.open()
        for feed in self.entries:
            for _ in range(3):
                self.publish(feed)
        self.libraries[0].follow(*(site.url + f"/{feed}" for feed in self.entries))

    def open(self) -> None:
        path = self.root / f"{len(self.libraries)}.db"
        self.libraries.append(Library(path, self.clock, Cache(path)))

    def opened(self, library: Library) -> closing[Connection]:
        return closing(connect(library.path))

    def publish(self, feed: str) -> None:
        number, words = self.dice.randrange(10**6), self.dice.choices(WORDS, k=30)
        entry = Item(
            f"{feed}{number} {words[0]}",
            html=f"<p>{' '.join(words)}</p>",
            link=f"{self.site.url}/{feed}/{number}",
            guid=f"{feed}{number}",
            date=format_datetime(self.clock.now.astimezone(UTC)),
        )
        self.entries[feed].insert(0, entry)
        if self.dice.random() < 0.15:
            self.retell(feed, entry)
        self.write(feed)

    def retell(self, feed: str, entry: Item) -> None:
        """Publish an entry in another feed, too."""
        other = self.dice.choice([each for each in self.entries if each != feed])
        self.entries[other].insert(0, replace(entry, guid=f"{other}{self.dice.randrange(10**6)}"))
        self.write(other)

    def write(self, feed: str) -> None:
        self.site.pages[f"/{feed}"] = Reply(rss(*self.entries[feed], title=f"Feed {feed}"))

    # Steps. Each is decided from what all machines have in common, and done to all of them.

    async def step(self) -> str:
        self.clock.advance(minutes=self.dice.choice((1, 60, 600)))
        steps = {
            self.refresh: 5,
            self.change: 4,
            self.mark: 8,
            self.tag: 2,
            self.file: 2,
            self.rule: 2,
            self.unrule: 1.5,
            self.prune: 0.5,
            self.expire: 0.5,
            self.import_again: 0.5,
            self.keep_backup: 0.5,
            self.import_old: 0.5,
            self.unsubscribe: 0.2,
            self.follow: 0.4,
        }
        do = self.dice.choices([*steps], [*steps.values()])[0]
        await do()
        return do.__name__

    async def change(self) -> None:
        feed = self.dice.choice("abc")
        entries = self.entries[feed]
        what = self.dice.choice(("publish", "publish", "correct", "rewrite", "name", "drop"))
        if what == "publish":
            self.publish(feed)
            return
        place = self.dice.randrange(len(entries))
        entry = entries[place]
        if what == "drop" and len(entries) > 2:
            entries.pop()
        elif what == "correct":
            entries[place] = replace(entry, html=f"{entry.html}<p>{self.dice.choice(WORDS)} corrected.</p>")
        elif what == "rewrite":
            entries[place] = replace(entry, html=f"<p>{' '.join(self.dice.choices(WORDS, k=60))}</p>")
            self.retell(feed, entries[place])
        else:
            entries[place] = replace(entry, title=f"{entry.title or entry.name} {self.dice.choice(WORDS)}")
        self.write(feed)

    async def refresh(self) -> None:
        for library in self.libraries:
            await library.refresh(force=True)
            self.index(library)
        self.clock.advance(minutes=61)

    def index(self, library: Library) -> None:
        """What the reader does when it is idle: only then stories are found."""
        with self.opened(library) as c:
            upkeep.index_all(c)

    def every(self, c: Connection) -> dict[tuple[str, str], int]:
        rows = c.execute("SELECT f.url, a.guid, a.id FROM article AS a JOIN feed AS f ON f.id = a.feed_id")
        return {(url, guid): id_ for url, guid, id_ in rows.fetchall()}

    def chosen(self) -> tuple[str, str] | None:
        with self.opened(self.libraries[0]) as c:
            every = sorted(self.every(c))
        return self.dice.choice(every) if every else None

    async def mark(self) -> None:
        which, field, value = self.chosen(), self.dice.choice(("read", "starred")), self.dice.random() < 0.6
        for library in self.libraries if which else ():
            with self.opened(library) as c:
                statuses.mark(c, [self.every(c)[which]], **{field: value}, now=self.clock)  # type: ignore[index]

    async def tag(self) -> None:
        which, do, name = self.chosen(), self.dice.choice((statuses.tag, statuses.untag)), self.dice.choice("xy")
        for library in self.libraries if which else ():
            with self.opened(library) as c:
                do(c, [self.every(c)[which]], [name])  # type: ignore[index]

    async def file(self) -> None:
        feed, folder, is_name = self.dice.choice("abc"), self.dice.choice(FOLDERS), self.dice.random() < 0.3
        for library in self.libraries:
            with self.opened(library) as c:
                for there in feeds.every(c):
                    if there.url.endswith(f"/{feed}"):
                        (subscription.rename if is_name else subscription.put_into)(c, there.id, folder)

    async def rule(self) -> None:
        kind = self.dice.choice(("word", "feed", "folder"))
        feed, folder, word = self.dice.choice("abc"), self.dice.choice(FOLDERS[1:]), self.dice.choice(WORDS)
        hide, read, star, keep = (self.dice.random() < 0.4 for _ in range(4))
        tags = tuple(self.dice.sample("xyz", self.dice.choice((0, 0, 1, 2))))
        read = read or not (hide or star or keep or tags)
        is_applied = self.dice.random() < 0.6
        for library in self.libraries:
            with self.opened(library) as c:
                feed_id = next((each.id for each in feeds.every(c) if each.url.endswith(f"/{feed}")), None)
                folder_id = next((each.id for each in folders.every(c) if each.name == folder), None)
                if (kind == "feed" and feed_id is None) or (kind == "folder" and folder_id is None):
                    return
                rule = Rule(
                    word if kind == "word" else "",
                    feed_id=feed_id if kind == "feed" else None,
                    folder_id=folder_id if kind == "folder" else None,
                    hide=hide,
                    read=read,
                    star=star,
                    keep=keep,
                    tags=tags,
                )
                if rules.same(c, rule) is None:
                    rule = library_rules.keep(c, rule, self.clock.now)
                    if is_applied:
                        library_rules.apply(c, rule)

    def said(self, c: Connection, rule: Rule) -> str:
        feed = next((each.url for each in feeds.every(c) if each.id == rule.feed_id), "")
        folder = next((each.name for each in folders.every(c) if each.id == rule.folder_id), "")
        return f"{rule.query}|{feed}|{folder}|{rule.actions}|{rule.tags}|{rule.until}"

    async def unrule(self) -> None:
        """Remove a rule; sometimes the user changes their mind at once."""
        number, take_back, is_undone = self.dice.random(), self.dice.random() < 0.6, self.dice.random() < 0.3
        for library in self.libraries:
            with self.opened(library) as c:
                there = sorted(rules.every(c), key=lambda rule: self.said(c, rule))
                if not there:
                    return
                rule = there[int(number * len(there))]
                before, json_, did = self.state(c), library_rules.as_json(c, rule), library_rules.done_by(c, rule)
                library_rules.remove(c, rule, take_back=take_back)
                if is_undone and take_back:
                    library_rules.bring_back(c, json_, did)
                    assert not differences(before, self.state(c))

    async def prune(self) -> None:
        for library in self.libraries:
            with self.opened(library) as c:
                wanted = library_rules.plan_pruning(c, self.clock.now, Limits(days=1, newest=2))
            async for _ in library_rules.prune(library.cache, wanted.ids):
                pass

    async def expire(self) -> None:
        for library in self.libraries:
            with self.opened(library) as c:
                library_rules.expire(c, self.clock.now, after=3, above=0)

    async def import_again(self) -> None:
        """A machine imports its own backup of this moment: nothing changes."""
        for library in self.libraries:
            with self.opened(library) as c:
                before = self.state(c)
                import_stream(c, backup_of(c, self.clock.now), self.clock.now, lambda _: None)
                assert not differences(before, self.state(c))

    async def keep_backup(self) -> None:
        with self.opened(self.dice.choice(self.libraries)) as c:
            self.backup = backup_of(c, self.clock.now).getvalue()

    async def import_old(self) -> None:
        """All machines import a backup of some time ago: nothing that is there changes but for marks, which it adds."""
        for library in self.libraries if self.backup else ():
            with self.opened(library) as c:
                before = self.alone(c)
                import_stream(c, BytesIO(self.backup), self.clock.now, lambda _: None)
                after = self.alone(c)
            for row in map(json.loads, self.backup.splitlines()):
                key = row.get("feed_url", ""), row.get("guid", "")
                for name in ("read", "starred") if key in before.keys() & after.keys() else ():
                    if before[key][name] == bool(row.get(name)):
                        assert after[key][name] == before[key][name], (key, name)
            self.index(library)

    def alone(self, c: Connection) -> dict[tuple[str, str], dict[str, bool]]:
        """The statuses of articles that no other feed tells, too."""
        sql = "SELECT id FROM article WHERE story IS NULL"
        own = {row[0] for row in c.execute(sql).fetchall()}
        found = {}
        for key, id_ in self.every(c).items():
            if id_ in own:
                status = articles.status(c, id_)
                found[key] = {"read": status.read, "starred": status.starred}
        return found

    async def follow(self) -> None:
        feed = self.dice.choice("abc")
        for library in self.libraries:
            if not any(each.url.endswith(f"/{feed}") for each in library.feeds()):
                library.follow(f"{self.site.url}/{feed}")

    async def unsubscribe(self) -> None:
        feed = self.dice.choice("abc")
        for library in self.libraries:
            with self.opened(library) as c:
                for there in feeds.every(c):
                    if there.url.endswith(f"/{feed}"):
                        subscription.unsubscribe(c, there.id)

    def copy(self) -> None:
        with self.opened(self.libraries[0]) as c:
            backup = backup_of(c, self.clock.now)
        self.open()
        with self.opened(self.libraries[-1]) as c:
            done = import_stream(c, backup, self.clock.now, lambda _: None)
        assert done.restored is not None
        assert not done.restored.mistakes
        self.index(self.libraries[-1])
        self.check("copy")

    def state(self, c: Connection) -> State:
        """All that a person could see, now or after the next change."""
        ids = self.every(c)
        tags, unasked = labels.tags_of(c, ids.values()), statuses.marked_unasked(c, ids.values())
        hidden = dict(c.execute("SELECT id, aside FROM article").fetchall())
        shown = set(article_lists.ids(c, Query(apart=True)))
        names = {folder.id: folder.name for folder in folders.every(c)}
        effects = {self.said(c, rule): rules.done_by(c, rule) for rule in rules.every(c)}
        found: State = {"rules": sorted(effects)}
        for feed in feeds.every(c):
            found[feed.url] = feed.name, feed.given_name, names.get(feed.folder_id or 0, "")
        for key, id_ in ids.items():
            status, article = articles.status(c, id_), articles.get(c, id_)
            found[f"{key}"] = {
                "title": article.title,
                "read": status.read,
                "starred": status.starred,
                "unasked": unasked.get(id_, ()),
                "tags": sorted(tags.get(id_, ())),
                "hidden": hidden[id_] == 1,
                "shown": id_ in shown,
                "did": {name: did[id_] for name, did in effects.items() if did.get(id_)},
            }
        return found

    def pruned(self, c: Connection) -> dict[str, set[tuple[int, int]]]:
        urls = {feed.id: feed.url for feed in feeds.every(c)}
        return {urls[feed_id]: {(key, date) for key, date in keys} for feed_id, keys in pruning.remembered(c)}

    def check(self, after: str) -> None:
        states = []
        for library in self.libraries:
            with self.opened(library) as c:
                states.append(self.state(c) | {"pruned": self.pruned(c)})
        for state in states[1:]:
            assert not differences(states[0], state), after


def differences(one: State, two: State) -> list[str]:
    found = []
    for key in sorted(one.keys() | two.keys()):
        here, there = one.get(key), two.get(key)
        if isinstance(here, dict) and isinstance(there, dict):
            found += [
                f"{key}.{name}: {here.get(name)} != {there.get(name)}"
                for name in here | there
                if here.get(name) != there.get(name)
            ]
        elif here != there:
            found.append(f"{key}: {here} != {there}")
    return found


@pytest.mark.parametrize("seed", range(12))
async def test_a_copy_made_from_a_backup_lives_on_as_the_machine_does(
    tmp_path: Path, site: ScriptedSite, seed: int
) -> None:
    life = CopiedLife(seed, tmp_path, site)
    try:
        await life.refresh()
        for _ in range(STEPS):
            await life.step()
        life.copy()
        for _ in range(STEPS):
            life.check(await life.step())
    finally:
        for library in life.libraries:
            library.cache.close()
