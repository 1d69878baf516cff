"""Real servers that are restored, emptied or follow a feed again: each article stands once, and no mark is lost."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from conftest import Reply, ScriptedSite
from support import real_freshrss, real_miniflux
from support.devices import Device
from tuireader.library.syncing.server import Login
from tuireader.model.article import utc_now

FEEDS, EACH = 5, 12
TESTS = Path(__file__).parents[2]
SIGNS = "Signs: " + "".join(map(chr, range(33, 127)))

pytestmark = pytest.mark.slow


@dataclass
class Story:
    """A site of several feeds, a server that follows them, and three devices."""

    site: ScriptedSite
    server: Any
    devices: list[Device]
    last: list[int]
    """How many articles each feed has had."""
    texts: dict[str, str]

    def url(self, feed: int) -> str:
        return f"{self.site.url}/feed-{feed}"

    def link(self, feed: int, number: int) -> str:
        return f"{self.site.url}/{feed}/{number}"

    def publish(self, feed: int, count: int) -> list[str]:
        """Write articles; gives their addresses."""
        before, self.last[feed] = self.last[feed], self.last[feed] + count
        self.write(feed)
        return [self.link(feed, number) for number in range(before, self.last[feed])]

    def write(self, feed: int) -> None:
        """Serve a feed as it is now."""
        items = "".join(self._item(feed, number) for number in range(self.last[feed]))
        head = f"<title>Feed {feed}</title><link>{self.site.url}/</link>"
        body = f'<rss version="2.0"><channel>{head}{items}</channel></rss>'
        self.site.pages[f"/feed-{feed}"] = Reply(body, content_type="application/rss+xml")

    def _item(self, feed: int, number: int) -> str:
        link = self.link(feed, number)
        at = utc_now() - timedelta(days=3, minutes=number * 7 + feed)
        text = self.texts.get(link, f"Text {number} of {feed}")
        return (
            f"<item><title>Article {number} of {feed}</title><link>{link}</link><guid>{feed}-{number}</guid>"
            f"<pubDate>{at:%d %b %Y %H:%M}:00 GMT</pubDate><description>&lt;p&gt;{text}&lt;/p&gt;</description></item>"
        )

    async def sync(self, *devices: Device, times: int = 2) -> list[str]:
        """Sync devices one after the other, so often; what was said."""
        said: list[str] = []
        for _ in range(times):
            for each in devices or self.devices:
                done = await each.sync()
                assert (done.status, done.waiting) == ("done", 0), done
                said += done.said
        return said

    def equal(self) -> None:
        """All devices have what the server has, each article once."""
        there = self.server.rows()
        assert len(there) == len({row[:2] for row in there})
        for each in self.devices:
            assert each.rows() == there

    def state(self, link: str) -> tuple[bool, bool]:
        rows: list[tuple[str, str, bool, bool]] = self.server.rows()
        return next(row[2:] for row in rows if row[1] == link)


SERVERS: dict[str, tuple[Any, Login]] = {
    "FreshRSS": (real_freshrss, Login(real_freshrss.USER, real_freshrss.PASSWORD)),
    "Miniflux": (real_miniflux, Login(real_miniflux.USER, real_miniflux.PASSWORD)),
    "Miniflux's reader": (real_miniflux, Login(real_miniflux.READER_USER, real_miniflux.READER_PASSWORD)),
}


@pytest.fixture(params=SERVERS)
def story(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Story]:
    module, login = SERVERS[request.param]
    if absent := module.missing():
        pytest.skip(f"not installed: {absent}")
    site = ScriptedSite()
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        served: AbstractContextManager[Any] = module.running(Path(folder))
        with served as server:
            devices = [Device(tmp_path / f"{name}.db", server.url, login) for name in "abc"]
            for each in devices:
                each.now = utc_now()
            made = Story(site, server, devices, [0] * FEEDS, {})
            for feed in range(FEEDS):
                made.publish(feed, EACH)
            server.follow(*(made.url(feed) for feed in range(FEEDS)))
            server.fetch()
            yield made
    site.stop()


@pytest.mark.parametrize("age", ["an hour", "a week"])
async def test_a_restored_server_loses_no_mark(story: Story, age: str) -> None:
    await story.sync()
    story.equal()
    a, b, _ = story.devices
    a.mark_links(story.link(1, 0), story.link(1, 1), read=True)
    b.mark_links(story.link(1, 2), starred=True)
    await story.sync()
    story.server.keep()
    if age == "a week":  # much has come since, and was read
        for feed in range(FEEDS):
            links = story.publish(feed, 3)
            story.server.fetch()
            await story.sync(a)
            a.mark_links(*links[1:], read=True)
    new = story.publish(0, 4)
    story.server.fetch()
    await story.sync()
    a.mark_links(*new, read=True)
    a.mark_links(new[0], starred=True)
    b.mark_links(story.link(2, 0), story.link(2, 1), read=True)
    b.mark_links(story.link(2, 2), starred=True)
    await story.sync()
    story.equal()
    before = story.server.rows()

    story.server.restore()
    late = story.publish(2, 4)
    story.server.fetch(story.url(2), story.url(0))  # Miniflux gives to one feed the numbers of the other
    story.server.fetch()
    a.mark_links(story.link(3, 5), read=True)
    said = await story.sync()
    assert any("was reset or restored" in sentence for sentence in said)
    story.equal()
    after = {row[:2]: row[2:] for row in story.server.rows()}
    assert {row[:2]: row[2:] for row in before if row[1] != story.link(3, 5)}.items() <= after.items()
    assert story.state(story.link(3, 5)) == (True, False)
    assert all(story.state(link) == (False, False) for link in late)
    assert not await story.sync(times=1)


async def test_an_emptied_feed_keeps_its_marks(story: Story) -> None:
    await story.sync()
    a, b, c = story.devices
    a.mark_links(*(story.link(0, number) for number in range(8)), read=True)
    b.mark_links(story.link(0, 1), story.link(0, 10), starred=True)
    await story.sync()
    before = story.server.rows()
    story.server.empty(story.url(0))
    story.server.fetch()
    await story.sync(a)
    c.mark_links(story.link(0, 3), starred=True)  # it still has the old number there
    c.mark_links(story.link(0, 11), read=True)
    await story.sync()
    story.equal()
    assert story.state(story.link(0, 3)) == (True, True)
    assert story.state(story.link(0, 11)) == (True, False)
    expected = [row for row in before if row[1] not in (story.link(0, 3), story.link(0, 11))]
    assert set(expected) <= set(story.server.rows())


async def test_a_feed_that_is_followed_again_keeps_its_marks(story: Story) -> None:
    await story.sync()
    a, b, _ = story.devices
    a.mark_links(*(story.link(0, number) for number in range(8)), read=True)
    b.mark_links(story.link(0, 1), story.link(0, 10), starred=True)
    await story.sync()
    before = story.server.rows()
    story.server.unfollow(story.url(0))
    await story.sync()
    story.server.follow(story.url(0))
    story.server.fetch()
    await story.sync()
    story.equal()
    assert story.server.rows() == before
    a.mark_links(story.link(0, 2), starred=True)
    await story.sync()
    assert story.state(story.link(0, 2)) == (True, True)
    story.equal()


async def test_corrections_come(story: Story) -> None:
    await story.sync()
    for number in range(6):
        story.texts[story.link(1, number)] = f"Corrected {number}"
    story.write(1)
    story.server.fetch()
    await story.sync()
    story.equal()
    for each in story.devices:
        texts = each.texts()
        assert all(f"Corrected {number}" in texts[story.link(1, number)] for number in range(6))


async def test_names_are_as_their_owners_wrote_them(story: Story) -> None:
    names = {story.url(0): SIGNS, story.url(1): "News, Views; why? a/b \\", story.url(2): "東京，大阪？"}
    for url, name in names.items():
        story.server.rename(url, name.replace("&", "&amp;").replace("<", "&lt;") if is_freshrss(story) else name)
    await story.sync(times=1)
    for each in story.devices:
        found = each.feeds()
        assert {url: found[url][0] for url in names} == names


async def test_what_is_read_there_comes_to_a_new_device(story: Story) -> None:
    a, *_ = story.devices
    await story.sync(a)
    a.mark_links(*(story.link(feed, number) for feed in range(FEEDS) for number in range(9)), read=True)
    await story.sync()
    story.equal()
    new = story.publish(0, 3)
    story.server.fetch()
    await story.sync(a)
    a.mark_links(*new, read=True)  # before the others have asked
    await story.sync()
    story.equal()


async def test_a_server_that_lost_all_feeds_is_given_them_back(story: Story) -> None:
    await story.sync()
    a, *_ = story.devices
    a.mark_links(*(story.link(0, number) for number in range(8)), read=True)
    a.mark_links(story.link(1, 1), starred=True)
    await story.sync()
    before = story.server.rows()
    story.server.lose_all()
    said = await story.sync()
    assert any("push --all" in sentence for sentence in said)
    assert all(each.rows() == before for each in story.devices)
    assert await a.push_all() == FEEDS
    story.server.fetch()
    await story.sync()
    story.equal()
    assert story.server.rows() == before


async def test_a_restore_is_seen_where_a_feed_was_followed_again_since_the_backup(story: Story) -> None:
    a, *_ = story.devices
    await story.sync()
    story.server.keep()
    a.mark_links(story.link(2, 0), starred=True)
    a.mark_links(story.link(0, 7), read=True)
    await story.sync(a)
    story.server.unfollow(story.url(0))
    story.server.follow(story.url(0))
    story.server.fetch()
    await story.sync(a)
    story.server.restore()
    said = await story.sync()
    assert any("was reset or restored" in each for each in said)
    story.equal()
    assert story.state(story.link(2, 0))[1]
    assert story.state(story.link(0, 7))[0]


async def test_a_restore_is_seen_where_the_feeds_were_fetched_again_before_the_next_sync(story: Story) -> None:
    """The articles that came since the backup have their numbers again, and nothing else is missing."""
    if not isinstance(story.server, real_miniflux.Miniflux) or story.devices[0].login.user != real_miniflux.USER:
        pytest.skip("only Miniflux's own API says when articles were created")
    a, *_ = story.devices
    story.server.keep()
    await story.sync()
    a.mark_links(story.link(1, 2), read=True)
    await story.sync(a)
    first, second = story.publish(0, 2)
    story.server.fetch(story.url(0))
    await story.sync()
    a.mark_links(first, starred=True)
    a.mark_links(second, read=True)
    await story.sync(a)
    story.server.restore()
    story.server.fetch()
    said = await story.sync()
    assert any("was reset or restored" in each for each in said)
    story.equal()
    assert (story.state(first), story.state(second)) == ((False, True), (True, False))
    assert story.state(story.link(1, 2))[0]


async def test_killed_anywhere_while_the_server_changes_no_mark_is_lost(story: Story) -> None:
    a, b, _ = story.devices
    account = await a.add()
    dice, kills = random.Random(3), 0
    read: set[str] = set()
    starred: set[str] = set()
    happens = {
        12: story.server.keep,
        18: lambda: story.publish(0, 4),
        28: lambda: (story.server.restore(), story.publish(2, 4)),
        40: lambda: story.server.empty(story.url(1)),
        46: lambda: (story.server.unfollow(story.url(3)), story.server.follow(story.url(3))),
    }
    number = 0
    while kills < 50 and number < 200:
        number += 1
        if number in happens:
            happens[number]()
            story.server.fetch(story.url(2), story.url(0))
            story.server.fetch()
        if number == 26:  # a Google Reader server is known as restored only by articles that it had and has no more
            await a.sync()
        kills += killed(a, account.id, 1 + dice.randrange(24) * 0.5)
        links = [link for _, link, _, _ in a.rows()]
        if links:
            some = dice.sample(links, min(6, len(links)))
            a.mark_links(*some[:4], read=True)
            a.mark_links(*some[4:], starred=True)
            read.update(some[:4])
            starred.update(some[4:])
        if number % 16 == 0:
            await b.sync()
    assert kills == 50
    assert number > max(happens)
    await story.sync()
    story.equal()
    told = {link: (is_read, is_starred) for _, link, is_read, is_starred in story.server.rows()}
    assert [link for link in sorted(read) if not told[link][0]] == []
    assert [link for link in sorted(starred) if not told[link][1]] == []


def killed(device: Device, account_id: int, number: float) -> bool:
    """A run that is killed at a request, if it has so many; whether it was."""
    login = [device.login.user, device.login.password]
    command = [sys.executable, "-m", "support.sync_killed", str(device.path), str(account_id), *login, str(number)]
    done = subprocess.run(command, cwd=TESTS, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode != 0


def is_freshrss(story: Story) -> bool:
    return isinstance(story.server, real_freshrss.FreshRSS)
