"""A shared folder in which files go, are cut, or come from others; and machines that are ended at any step."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from support.factories import NOW, ready, save_plan
from support.machines import LATE, URL, Machine, MakeMachine, everywhere, followed
from tuireader.library.subscribing import subscription
from tuireader.library.syncing import folder_state, shared_folder
from tuireader.library.transfer.backup import backup_rows
from tuireader.library.transfer.restore_backup import restore
from tuireader.model.fetched import Plan
from tuireader.model.query import Query
from tuireader.store import articles, feeds, save_articles, status_outbox, statuses
from tuireader.store.connection import connect
from tuireader.store.queries import article_lists
from tuireader.store.row_values import guid_key
from tuireader.sync.shared_folder_map import (
    LARGEST,
    NAME_MAX,
    Fact,
    FolderMap,
    Subscription,
    key,
    packed,
    stamp,
    unpacked,
)

STEPS = ("_keep", "_take_marks", "_write", "_take_subscriptions")


def pair(machine: MakeMachine, count: int = 5) -> tuple[Machine, Machine]:
    one, two = machine("one"), machine("two")
    for each in (one, two):
        each.fetch(count)
    everywhere(one, two)
    return one, two


def foreign(machine: Machine, known: FolderMap) -> Path:
    """A file of nobody's."""
    path = machine.folder / "tuireader-else.map"
    path.write_bytes(packed(known, "else"))
    return path


def of_subscriptions(there: dict[str, Subscription]) -> FolderMap:
    known = FolderMap()
    for url, each in there.items():
        known.put(url, each)
    return known


def rename(machine: Machine, name: str, folder: str = "") -> None:
    with machine.opened() as c:
        subscription.rename(c, machine.feed_id(), name)
        if folder:
            subscription.put_into(c, machine.feed_id(), folder)


@pytest.mark.parametrize("at", [2**59, 32_503_680_000_000, 32_503_679_999_999])
def test_a_time_of_a_far_year_stops_no_later_mark(machine: MakeMachine, at: int) -> None:
    one, two = pair(machine)
    known = FolderMap()
    known.mark(URL, "read", guid_key(f"{URL}#4"), stamp(at, value=True))
    path = foreign(one, known)
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
    for file in one.folder.glob("tuireader-test-one-*"):
        if how == "gone":
            file.unlink()
        else:
            file.write_bytes(file.read_bytes()[:60])
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
        there = {URL: followed(LATE, value=False, moved_to=to), to: followed(LATE, value=False)}
        foreign(one, of_subscriptions(there))
        everywhere(one, two)
        assert set(one.feeds()) == {URL}
    one.mark(0, read=True)
    everywhere(one, two)
    assert two.state()[f"{URL}#0"] == (True, False)


def test_a_long_chain_of_moves_multiplies_no_marks() -> None:
    """Each mark is copied to the end of a chain once at most, and none along one of thousands."""
    known, marks, length = FolderMap(), 500, 60
    for number in range(length):
        url = f"https://{number}.example/feed"
        known.put(url, followed(LATE, moved_to=f"https://{number + 1}.example/feed" if number + 1 < length else ""))
        for guid in range(marks):
            known.mark(url, "read", number * marks + guid, stamp(LATE, value=True))
    before = len(known)
    known.follow_moves()
    assert len(known) - before <= 20 * marks
    assert known.address_now("https://0.example/feed") == "https://0.example/feed"
    assert known.address_now("https://50.example/feed") == "https://59.example/feed"


@pytest.mark.parametrize("through", [(), ("https://b.example/",), ("https://b.example/", "https://c.example/")])
def test_moves_that_lead_round_in_a_circle_lose_no_feed(machine: MakeMachine, through: tuple[str, ...]) -> None:
    one, two = pair(machine)
    circle = [URL, *through]
    there = {url: followed(LATE, moved_to=to) for url, to in zip(circle, [*circle[1:], URL], strict=True)}
    foreign(one, of_subscriptions(there))
    everywhere(one, two)
    for each in (one, two):
        assert len(each.feeds()) == 1
        assert len(each.state()) == 5


def test_so_many_unsubscriptions_look_like_an_accident(machine: MakeMachine) -> None:
    one, two = machine("one"), machine("two")
    urls = [f"https://site-{n}.example/feed" for n in range(6)]
    for each in (one, two):
        for url in urls:
            each.fetch(1, url)
    everywhere(one, two)
    foreign(one, of_subscriptions({url: followed(LATE, value=False) for url in urls}))
    done = one.exchange()
    assert done.taken.said == (
        "Another device unsubscribed from 6 of 6 feeds. They were kept on this device; to remove them, unsubscribe.",
    )
    assert not one.exchange().taken.said
    assert set(one.feeds()) == set(urls)


def test_more_feeds_than_come_at_once_come_with_the_next(machine: MakeMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_folder, "_NEW_FEEDS_MAX", 2)
    one = machine("one")
    urls = [f"https://site-{n}.example/feed" for n in range(5)]
    foreign(one, of_subscriptions({url: followed(LATE) for url in urls}))
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


def test_of_too_much_what_is_here_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tuireader.sync.shared_folder_map._FEEDS", 6)
    monkeypatch.setattr("tuireader.sync.shared_folder_map._MARKS", 5)
    told = of_subscriptions({f"https://{n}.example/f": followed(n + 1) for n in range(100)} | {URL: followed(1)})
    told.put("https://1.example/f", followed(999, value=False))
    for n in range(100):
        told.mark(URL, "read", n, 4 * n + 7)
        told.mark(f"https://{n}.example/f", "read", n, 4 * n + 7)
    assert not FolderMap().has_room(told)
    part = told.part({URL: {98, 99, 100}})
    assert part.marks.keys() == {(URL, "read")}
    assert part.marks[URL, "read"] == {key(98): 4 * 98 + 7, key(99): 4 * 99 + 7}
    assert URL in part.subscriptions
    assert len(part.subscriptions) == 4


def test_long_names_of_one_machine_end_the_sharing_of_no_other(machine: MakeMachine) -> None:
    """Merged, they would make the file of each machine larger than what is read."""
    one, two = pair(machine)
    name = Fact(1, "\U0001f600" * NAME_MAX)
    strange = of_subscriptions(
        {f"https://{n}.example/f": Subscription(title=name, folder=name, name=name) for n in range(600)}
    )
    foreign(one, strange)
    everywhere(one, two)
    one.mark(0, read=True)
    everywhere(one, two)
    assert two.state()[f"{URL}#0"] == (True, False)
    for file in one.folder.glob("tuireader-*.map"):
        unpacked(file.read_bytes(), LARGEST, 10**13)


def test_what_nobody_would_read_is_not_written_and_said(machine: MakeMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The names of the user's own feeds may be that long."""
    one, two = pair(machine)
    one.mark(0, read=True)
    with monkeypatch.context() as patched:
        patched.setattr("tuireader.sync.shared_folder_map._HEAD", 100)
        one.fetch(1, url="https://other.example/feed")
        assert "the data exceeds" in one.exchange().error
    with one.opened() as c:
        assert status_outbox.count(c, 0) == 1
    everywhere(one, two)
    assert two.state()[f"{URL}#0"] == (True, False)


@pytest.mark.parametrize("with_copy", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_a_cache_that_is_put_back_takes_nothing_back(
    machine: MakeMachine, tmp_path: Path, seed: int, with_copy: bool
) -> None:
    """Whatever else is lost: each article, and each feed's name, is one machine's to change."""
    dice = random.Random(seed)
    machines = [machine(name) for name in "abc"]
    urls = [f"https://site-{each.name}.example/feed" for each in machines]
    for each in machines:
        for url in urls:
            each.fetch(3, url)
    everywhere(*machines)
    now, names = NOW + timedelta(days=1), dict.fromkeys(urls, "")
    marks: dict[tuple[str, int], bool] = {}
    backups = {each.name: backup(each, tmp_path / f"backup-{each.name}", with_copy=with_copy) for each in machines}
    for step in range(80):
        now += timedelta(seconds=dice.randint(1, 400))
        place = dice.randrange(3)
        each, chance = machines[place], dice.random()
        each.now = now
        if chance < 0.6:
            url, value = dice.choice(urls), dice.random() < 0.6
            if each.state()[f"{url}#{place}"][0] is not value:  # what is so already is no mark
                each.mark(place, now=now, url=url, read=value)
                marks[url, place] = value
        elif chance < 0.75:
            names[urls[place]] = f"Name {step}"
            rename_of(each, urls[place], names[urls[place]])
        elif chance < 0.85:
            each.exchange(now)
            backups[each.name] = backup(each, tmp_path / f"backup-{each.name}", with_copy=with_copy)
        elif chance < 0.93:
            each.exchange(now)
            put_back(each, backups[each.name])
        else:
            lose_a_file(machines, now, dice)
    everywhere_at(now, machines)
    state = machines[0].state()
    assert all(each.state() == state for each in machines)
    assert {(url, n): state[f"{url}#{n}"][0] for url, n in marks} == marks
    assert all({url: name for url, (name, _) in each.feeds().items()} == names for each in machines)


def lose_a_file(machines: Sequence[Machine], now: datetime, dice: random.Random) -> None:
    """After everything in it was read by all: else what is nowhere else is lost with it."""
    for each in machines:
        each.exchange(now)
    dice.choice(sorted(machines[0].folder.iterdir())).unlink()


def rename_of(machine: Machine, url: str, name: str) -> None:
    with machine.opened() as c:
        subscription.rename(c, machine.feed_id(url), name)


def files_of(machine: Machine, *, with_copy: bool) -> list[Path]:
    return [
        each for each in machine.path.parent.glob(f"{machine.path.name}*") if with_copy or ".shared" not in each.name
    ]


def backup(machine: Machine, into: Path, *, with_copy: bool) -> Path:
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir()
    for each in files_of(machine, with_copy=with_copy):
        shutil.copy2(each, into / each.name)
    return into


def put_back(machine: Machine, kept: Path) -> None:
    """Put the cache back as it was, with or without the own copy of what was shared."""
    for each in files_of(machine, with_copy=any(".shared" in each.name for each in kept.iterdir())):
        each.unlink()
    for each in kept.iterdir():
        shutil.copy2(each, machine.path.parent / each.name)


def test_an_article_with_another_guid_is_marked_by_that_too(machine: MakeMachine) -> None:
    one, two = pair(machine)
    one.mark(0, read=True)
    one.mark(1, starred=True)
    one.exchange()
    for each in (one, two):
        with each.opened() as c:
            for id_ in article_lists.ids(c, Query()):
                save_articles.change_guid(c, id_, articles.get(c, id_).guid.replace("#", "#new-"))
    everywhere(two, one)
    assert one.state() == two.state()
    assert (two.state()[f"{URL}#new-0"], two.state()[f"{URL}#new-1"]) == ((True, False), (False, True))


def test_marks_of_a_backup_reach_the_other_machines(machine: MakeMachine, tmp_path: Path) -> None:
    one, two = machine("one"), machine("two")
    everywhere(one, two)
    with closing(connect(tmp_path / "backup.db")) as c:
        feed = feeds.add(c, URL, title="[" * 300_000, site="", now=NOW)
        save_plan(c, feed, Plan(new=tuple(ready(f"{URL}#{n}") for n in range(3))))
        for id_ in article_lists.ids(c, Query()):
            number = articles.get(c, id_).guid[-1]
            statuses.mark(c, [id_], read=number == "0", starred=number == "1")
        lines = [json.dumps(row) for row in backup_rows(c, NOW)]
    with one.opened() as c:
        restore(c, lines, NOW)
    everywhere(one, two)
    two.fetch(3)
    everywhere(two)
    assert two.state() == one.state() == {f"{URL}#{n}": (n == 0, n == 1) for n in range(3)}


def test_marks_are_packed_and_merged_as_they_were() -> None:
    known = FolderMap()
    dice = random.Random(1)
    stamps = {dice.getrandbits(63) - 2**62: 4 * n + 7 for n in range(1000)}
    known.merge_marks(URL, "starred", stamps, FolderMap())
    known.put(URL, followed(5, title="“Ä”", folder="News & Co"))
    back, state = unpacked(packed(known, "state"), 1_000_000, 0)
    assert (back.marks[URL, "starred"], back.subscriptions, state) == (stamps, known.subscriptions, "state")
    with pytest.raises(ValueError, match="cut off"):
        unpacked(packed(known, "state")[:-5], 1_000_000, 0)
    with pytest.raises(ValueError, match="too large"):
        unpacked(packed(known, "state"), 1_000, 0)


def test_a_cache_that_is_used_on_many_machines_leaves_few_files(machine: MakeMachine) -> None:
    one, two = machine("one"), machine("two")
    one.fetch()
    two.fetch()
    everywhere(one, two)
    for turn, host in enumerate([*"abababab", *"cdefghij"]):
        with one.opened() as c:
            folder_state.share(c, str(one.folder), host=f"test-{host}")
        one.mark(turn % 5, read=turn % 2 == 0)
        one.exchange()
        two.exchange()
        assert one.state() == two.state()
    assert len(list(one.folder.glob("tuireader-*"))) <= 2 * (1 + 1 + 4)
