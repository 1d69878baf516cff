"""A shared folder in which files go, are cut, or come from others; and machines that are ended at any step."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from support.factories import NOW
from support.machines import URL, Machine, MakeMachine, everywhere
from tuireader.library.subscribing import subscription
from tuireader.library.syncing import shared_folder
from tuireader.store import feeds, status_outbox
from tuireader.sync.device_journal import Merged, Stamp, Subscription, lines_of

STEPS = ("_keep", "_take_marks", "_append", "_take_subscriptions")


def pair(machine: MakeMachine, count: int = 5) -> tuple[Machine, Machine]:
    one, two = machine("one"), machine("two")
    for each in (one, two):
        each.fetch(count)
    everywhere(one, two)
    return one, two


def foreign(machine: Machine, *lines: dict[str, object]) -> Path:
    """A journal of nobody's."""
    path = machine.folder / "tuireader-else.jsonl"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")
    return path


def rename(machine: Machine, name: str, folder: str = "") -> None:
    with machine.opened() as c:
        subscription.rename(c, machine.feed_id(), name)
        if folder:
            subscription.put_into(c, machine.feed_id(), folder)


@pytest.mark.parametrize("at", [2**53 - 1, 32_503_680_000_000, 32_503_679_999_999])
def test_a_time_of_a_far_year_stops_no_later_mark(machine: MakeMachine, at: int) -> None:
    one, two = pair(machine)
    path = foreign(one, {"at": at, "feed": URL, "guid": f"{URL}#4", "read": True})
    everywhere(one, two)
    path.unlink()
    one.mark(0, read=True)
    two.mark(1, starred=True)
    everywhere(one, two)
    assert one.state() == two.state()
    assert (one.state()[f"{URL}#0"], one.state()[f"{URL}#1"]) == ((True, False), (False, True))


def test_in_a_folder_that_was_emptied_the_last_marks_hold(machine: MakeMachine) -> None:
    """What is told there now is shorter than what was read before."""
    one, two = pair(machine, 12)
    for value in (True, False, True, False):
        for number in range(10):
            one.mark(number, read=value)
        one.exchange()
    everywhere(two, one)
    for file in one.folder.iterdir():
        file.unlink()
    one.mark(10, read=True)
    one.mark(11, starred=True)
    everywhere(one)
    two.now = one.now
    everywhere(two, one)
    assert one.state() == two.state()
    assert (two.state()[f"{URL}#10"], two.state()[f"{URL}#11"]) == ((True, False), (False, True))


@pytest.mark.parametrize("how", ["gone", "cut"])
def test_names_and_folders_outlive_a_lost_journal(machine: MakeMachine, how: str) -> None:
    one, two = pair(machine)
    rename(two, "Old")
    everywhere(two, one)
    one.now = two.now = two.now + timedelta(hours=1)
    rename(one, "New", "Sea")
    everywhere(one, two)
    (journal,) = one.folder.glob("tuireader-test-one-*")
    if how == "gone":
        journal.unlink()
    else:
        journal.write_bytes(journal.read_bytes()[:60])
    everywhere(two, one)
    everywhere(one, two)
    three = machine("three")
    three.fetch()
    three.now = one.now
    everywhere(three)
    assert one.feeds() == two.feeds() == three.feeds() == {URL: ("New", "Sea")}


@pytest.mark.parametrize("step", STEPS)
def test_a_machine_that_is_killed_overwrites_no_newer_name(
    machine: MakeMachine, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    one, two = pair(machine)
    rename(two, "First")
    two.exchange()
    one.now = two.now
    killed(one, step, monkeypatch)
    rename(two, "Second")
    two.exchange()
    one.now = two.now
    everywhere(one, two)
    assert one.feeds() == two.feeds() == {URL: ("Second", "")}


def killed(machine: Machine, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(shared_folder._Exchange, step, die)
        try:
            machine.exchange()
        except KeyboardInterrupt:
            return


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_cut_lost_or_killed_the_last_name_and_mark_of_each_hold(
    machine: MakeMachine, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Each article, and each feed's name, is one machine's to change, so that which is the last is beyond doubt."""
    dice = random.Random(seed)
    machines = [machine(name) for name in "abc"]
    urls = [f"https://site-{each.name}.example/feed" for each in machines]
    for each in machines:
        for url in urls:
            each.fetch(3, url)
    everywhere(*machines)
    now, names = NOW + timedelta(days=1), dict.fromkeys(urls, "")
    marks: dict[tuple[str, int], bool] = {}
    for step in range(120):
        now += timedelta(seconds=dice.randint(1, 400))
        place = dice.randrange(3)
        each, chance = machines[place], dice.random()
        each.now = now
        if chance < 0.3:
            each.exchange(now)
        elif chance < 0.4:
            killed(each, dice.choice(STEPS), monkeypatch)
        elif chance < 0.8:
            url, value = dice.choice(urls), dice.random() < 0.6
            each.mark(place, now=now, url=url, read=value)
            marks[url, place] = value
        elif chance < 0.95:
            names[urls[place]] = f"Name {step}"
            with each.opened() as c:
                subscription.rename(c, each.feed_id(urls[place]), names[urls[place]])
        else:
            file = dice.choice(sorted(each.folder.iterdir()))
            content = file.read_bytes()
            file.write_bytes(content[: dice.randrange(len(content) + 1)])
    everywhere_at(now, machines)
    state = machines[0].state()
    assert all(each.state() == state for each in machines)
    assert {(url, n): state[f"{url}#{n}"][0] for url, n in marks} == marks
    assert all({url: name for url, (name, _) in each.feeds().items()} == names for each in machines)


def everywhere_at(now: datetime, machines: Sequence[Machine]) -> None:
    for each in [*machines] * 4:
        now += timedelta(minutes=1)
        each.exchange(now)


def test_a_feed_of_the_web_is_not_moved_inside(machine: MakeMachine) -> None:
    """Whoever can write into the folder could have us ask what only we can reach."""
    one, two = pair(machine)
    for to in ("http://127.0.0.1:8080/latest", "http://169.254.169.254/latest"):
        foreign(one, {"at": 1_900_000_000_000, "feed": URL, "moved": to})
        everywhere(one, two)
        assert set(one.feeds()) == {URL}
    one.mark(0, read=True)
    everywhere(one, two)
    assert two.state()[f"{URL}#0"] == (True, False)


def test_so_many_unsubscriptions_look_like_an_accident(machine: MakeMachine) -> None:
    one, two = machine("one"), machine("two")
    urls = [f"https://site-{n}.example/feed" for n in range(6)]
    for each in (one, two):
        for url in urls:
            each.fetch(1, url)
    everywhere(one, two)
    foreign(one, *({"at": 1_900_000_000_000, "unsubscribe": url} for url in urls))
    done = one.exchange()
    assert done.taken.said == ("Another machine has ended 6 feeds of 6: here they stay. To end them, remove them.",)
    assert not one.exchange().taken.said
    assert set(one.feeds()) == set(urls)


def test_more_feeds_than_come_at_once_come_with_the_next(machine: MakeMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_folder, "_NEW_MOST", 2)
    one = machine("one")
    foreign(one, *({"at": 1_800_000_000_000, "subscribe": f"https://site-{n}.example/feed"} for n in range(5)))
    counts = []
    for _ in range(4):
        one.exchange()
        counts.append(len(one.feeds()))
    assert counts == [2, 4, 5, 5]


def test_what_others_told_is_taken_over_where_nothing_can_be_told(
    machine: MakeMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = pair(machine)
    two.mark(0, read=True)
    rename(two, "Theirs")
    two.exchange()
    one.mark(1, starred=True)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        done = one.exchange()
    assert "No space left" in done.error
    assert one.state()[f"{URL}#0"] == (True, False)
    assert one.feeds() == {URL: ("Theirs", "")}
    with one.opened() as c:
        assert status_outbox.count(c, 0) == 1
    everywhere(one, two)
    assert two.state()[f"{URL}#1"] == (False, True)
    with one.opened() as c:
        assert [feed.url for feed in feeds.every(c)] == [URL]


def test_a_flood_of_empty_lines_is_passed_over() -> None:
    line = b'{"at": 5, "feed": "https://site.example/feed", "guid": "1", "read": true}\n'
    assert len(list(lines_of(b"\n" * 1_000_000 + line, "else"))) == 1


def test_what_others_tell_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tuireader.sync.device_journal._FEEDS", 5)
    merged = Merged()
    merged.add(Subscription(Stamp(n + 1, "b"), f"https://{n}.example/f", is_followed=True) for n in range(100))
    merged.add([Subscription(Stamp(999, "b"), "https://1.example/f", is_followed=False)])
    assert len(merged.subscriptions) == 5
    assert not merged.subscriptions["https://1.example/f"].is_followed
