"""A real Miniflux, with fifty feeds and two thousand articles: equal on both sides, whatever ends in between."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import Reply, ScriptedSite
from support.devices import Device
from support.real_miniflux import PASSWORD, READER_PASSWORD, READER_USER, USER, Miniflux, missing, running
from tuireader.library.syncing.server import Login

FEEDS, EACH = 50, 40
TESTS = Path(__file__).parents[2]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(missing()), reason=f"not installed: {missing()}"),
]


@pytest.fixture(scope="module")
def server() -> Iterator[Miniflux]:
    site = ScriptedSite()
    for number in range(FEEDS):
        site.pages[f"/feed-{number}"] = Reply(feed(site.url, number), content_type="application/rss+xml")
    with tempfile.TemporaryDirectory(dir="/tmp") as folder, running(Path(folder)) as made:
        half = FEEDS // 2
        made.follow(*(f"{site.url}/feed-{number}" for number in range(half)), folder="News & Co")
        made.follow(*(f"{site.url}/feed-{number}" for number in range(half, FEEDS)), folder="Ports/Ships")
        yield made
    site.stop()


def feed(url: str, number: int) -> str:
    items = "".join(
        f"<item><title>Article {n} of {number}</title><link>{url}/{number}/{n}</link><guid>{number}-{n}</guid>"
        f"<author>Ann Lee</author><category>News/World</category><category>Ports &amp; Ships</category>"
        f"<pubDate>{n % 27 + 1:02d} Sep 2026 10:{n:02d}:{number:02d} GMT</pubDate>"
        f'<description>&lt;p&gt;Text {n} of {number} &lt;img src="{url}/p.png"&gt;&lt;/p&gt;</description></item>'
        for n in range(EACH)
    )
    return f'<rss version="2.0"><channel><title>Feed {number}</title><link>{url}/</link>{items}</channel></rss>'


def device(server: Miniflux, path: Path, login: Login = Login(USER, PASSWORD)) -> Device:  # noqa: B008 - a tuple
    return Device(path, server.url, login)


async def test_all_comes_and_marks_of_both_sides_are_equal(server: Miniflux, tmp_path: Path) -> None:
    here = device(server, tmp_path / "a.db")
    done = await here.sync()
    assert (done.status, done.new) == ("done", FEEDS * EACH)
    assert here.state() == server.state()
    assert {folder for _, folder in here.feeds().values()} == {"News & Co", "Ports/Ships"}
    dice = random.Random(1)
    for _ in range(3):
        titles = dice.sample(sorted(here.state()), 90)
        entries = {entry["title"]: entry["id"] for entry in server.entries()}
        others = [entries[title] for title in dice.sample(sorted(set(entries) - set(titles)), 60)]
        here.mark(*titles[:60], read=True)
        here.mark(*titles[50:80], starred=True)
        here.mark(*titles[80:], read=False)
        server.mark(others[:30], read=True)
        server.mark(others[30:40], read=False)
        for entry_id in others[40:]:
            server.star(entry_id)
        done = await here.sync()
        assert (done.status, done.waiting) == ("done", 0)
        assert here.state() == server.state()
        assert all(here.state()[title][0] for title in titles[:60])
        assert all(here.state()[title][1] for title in titles[50:80])


async def test_its_google_reader_api_does_the_same(server: Miniflux, tmp_path: Path) -> None:
    here = device(server, tmp_path / "a.db", Login(READER_USER, READER_PASSWORD))
    done = await here.sync()
    assert done.status == "done"
    mine = here.state()
    assert mine == server.state()
    unread = [title for title, (read, _) in mine.items() if not read]
    here.mark(*unread[:300], read=True)
    here.mark(*unread[:20], starred=True)
    entries = {entry["title"]: entry["id"] for entry in server.entries()}
    server.mark([entries[title] for title in unread[300:450]], read=True)
    done = await here.sync()
    assert (done.status, done.read) == ("done", 150)
    twice = [title for title, marks in here.state().items() if marks == (False, False)][:10]
    for title in twice:  # on both sides: it takes a tag away from what is given it twice
        server.mark([entries[title]], read=True)
        server.star(entries[title])
    here.mark(*twice, read=True, starred=True)
    assert (await here.sync()).status == "done"
    told = server.state()
    assert all(told[title] == (True, True) for title in twice)
    assert {title: told[title] for title in here.state()} == here.state()
    assert all(told[title] == (True, True) for title in unread[:20])


@pytest.mark.parametrize("part", range(2))
async def test_killed_between_any_two_requests_nothing_is_lost_or_doubled(
    server: Miniflux, tmp_path: Path, part: int
) -> None:
    path = tmp_path / "a.db"
    here = device(server, path)
    account = await here.add()
    dice = random.Random(part)
    marked: dict[str, bool] = {}
    kills = 0
    for number in range(part, 50, 2):
        kills += killed(path, account.id, 1 + number * 0.5 % 14)
        if titles := sorted(here.state()):
            for title in dice.sample(titles, min(9, len(titles))):
                marked[title] = dice.random() < 0.7
                here.mark(title, read=marked[title])
            here.mark(dice.choice(titles), starred=dice.random() < 0.5)
    assert kills >= 12
    done = await here.sync()
    assert (done.status, done.waiting) == ("done", 0)
    assert len(here.state()) == FEEDS * EACH
    assert here.state() == server.state()
    assert {title: here.state()[title][0] for title in marked} == marked


def killed(path: Path, account_id: int, number: float) -> bool:
    """A run that is killed at a request, if it has so many; whether it was."""
    command = [sys.executable, "-m", "support.sync_killed", str(path), str(account_id), USER, PASSWORD, str(number)]
    done = subprocess.run(command, cwd=TESTS, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode != 0


async def test_three_devices_end_equal(server: Miniflux, tmp_path: Path) -> None:
    """Each goes offline and comes back at random: what was told last is so everywhere."""
    dice = random.Random(7)
    devices = [device(server, tmp_path / f"{name}.db") for name in "abc"]
    for each in devices:
        await each.sync()
    titles = sorted(devices[0].state())[:40]
    for _ in range(60):
        each = dice.choice(devices)
        for title in dice.sample(titles, 4):
            if dice.random() < 0.7:
                each.mark(title, read=dice.random() < 0.5)
            else:
                each.mark(title, starred=dice.random() < 0.5)
        if dice.random() < 0.3:
            assert (await each.sync()).status == "done"
    for each in [*devices, *devices]:
        await each.sync()
    told = server.state()
    assert all(each.state() == told for each in devices)
