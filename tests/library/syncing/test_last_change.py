"""Of each fact of a subscription what was done last holds, whoever tells it first, and nothing that waits is lost."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.factories import NOW, backup_of, ready, save_plan
from support.machines import LATE, URL, Machine, MakeMachine, everywhere, followed
from tuireader.library.subscribing import subscription
from tuireader.library.syncing import folder_state, shared_folder
from tuireader.library.transfer.import_any import import_stream
from tuireader.model.article import utc_now
from tuireader.model.fetched import Plan
from tuireader.model.query import Query, Rule
from tuireader.store import accounts, articles, feeds, folders, rules, save_articles, status_outbox, statuses
from tuireader.store.queries import article_lists
from tuireader.store.row_values import guid_key
from tuireader.sync.shared_folder_map import Fact, FolderMap, Subscription, packed, stamp

NEW = "https://new.example/feed"


@pytest.fixture
def pair(machine: MakeMachine) -> tuple[Machine, Machine]:
    one, two = machine("one"), machine("two")
    for each in (one, two):
        each.fetch()
    everywhere(one, two)
    one.now = two.now = NOW + timedelta(hours=1)
    return one, two


def rename(machine: Machine, title: str) -> None:
    with machine.opened() as c:
        subscription.rename(c, machine.feed_id(), title)


def file_into(machine: Machine, folder: str) -> None:
    with machine.opened() as c:
        subscription.put_into(c, machine.feed_id(), folder)


def unsubscribe(machine: Machine, url: str = URL) -> None:
    with machine.opened() as c:
        subscription.unsubscribe(c, machine.feed_id(url))


def move(machine: Machine, url: str = URL, to: str = NEW) -> None:
    with machine.opened() as c:
        feeds.move(c, url, to)


def test_a_name_and_a_folder_of_two_machines_both_hold(pair: tuple[Machine, Machine]) -> None:
    one, two = pair
    file_into(two, "News")
    two.exchange()
    rename(one, "Mine")  # it has not heard of the folder
    everywhere(one, two)
    assert one.feeds() == two.feeds() == {URL: ("Mine", "News")}


def test_who_tells_later_what_was_done_before_does_not_win(pair: tuple[Machine, Machine]) -> None:
    one, two = pair
    file_into(one, "Old")
    one.changes_feeds(NOW + timedelta(hours=2))
    file_into(two, "New")
    two.changes_feeds(NOW + timedelta(hours=3))
    two.exchange(NOW + timedelta(hours=4))
    one.exchange(NOW + timedelta(hours=5))
    two.exchange(NOW + timedelta(hours=6))
    assert one.feeds() == two.feeds() == {URL: ("", "New")}


@pytest.mark.parametrize(("ended", "is_there"), [(1, True), (3, False)])
def test_who_files_a_feed_follows_it(pair: tuple[Machine, Machine], ended: int, is_there: bool) -> None:
    one, two = pair
    unsubscribe(one)
    one.changes_feeds(NOW + timedelta(hours=ended))
    file_into(two, "News")
    two.changes_feeds(NOW + timedelta(hours=2))
    two.exchange(NOW + timedelta(hours=4))
    one.exchange(NOW + timedelta(hours=5))
    two.exchange(NOW + timedelta(hours=6))
    there = {URL: ("", "News")} if is_there else {}
    assert one.feeds() == two.feeds() == there


@pytest.mark.parametrize(("ended", "is_there"), [(2, True), (3, False)])
def test_a_feed_is_ended_or_followed_as_was_decided_last(
    pair: tuple[Machine, Machine], ended: int, is_there: bool
) -> None:
    one, two = pair
    unsubscribe(one)
    one.fetch()
    one.changes_feeds(NOW + timedelta(hours=2.5))
    unsubscribe(two)
    two.changes_feeds(NOW + timedelta(hours=ended))
    one.exchange(NOW + timedelta(hours=4))
    two.exchange(NOW + timedelta(hours=5))
    one.exchange(NOW + timedelta(hours=6))
    assert (URL in one.feeds(), URL in two.feeds()) == (is_there, is_there)


def test_a_feed_that_has_moved_elsewhere_can_be_ended_at_its_old_address(pair: tuple[Machine, Machine]) -> None:
    one, two = pair
    move(one)
    one.exchange()
    unsubscribe(two)  # it has not heard of the move
    two.now += timedelta(hours=1)
    everywhere(two, one)
    assert not one.feeds()
    assert not two.feeds()


def test_a_feed_that_was_ended_elsewhere_is_not_followed_again_by_its_move(pair: tuple[Machine, Machine]) -> None:
    one, two = pair
    unsubscribe(two)
    two.exchange()
    move(one)  # it has not heard of the end
    one.now += timedelta(hours=1)
    everywhere(one, two)
    assert not one.feeds()
    assert not two.feeds()


@pytest.mark.parametrize("change", [move, lambda one: rename(one, "Kept"), lambda one: file_into(one, "Kept")])
def test_a_feed_that_stays_for_a_star_comes_back_nowhere_else(pair: tuple[Machine, Machine], change: object) -> None:
    one, two = pair
    one.mark(0, starred=True)
    unsubscribe(two)
    everywhere(two, one)
    assert len(one.feeds()) == 1
    assert callable(change)
    change(one)
    one.now += timedelta(hours=1)
    everywhere(one, two, one)
    assert len(one.feeds()) == 1
    assert not two.feeds()


def test_a_name_that_gives_way_to_that_of_who_shared_first_is_said(machine: MakeMachine) -> None:
    one, two = machine("one"), machine("two")
    for each, title, folder in ((one, "Alpha", "News"), (two, "Beta", "Tech")):
        each.fetch()
        rename(each, title)
        file_into(each, folder)
    one.exchange()
    with two.opened() as c:  # all of it was there before it was shared
        c.execute("DELETE FROM subscription_time")
    assert two.exchange().taken.said == ("Renamed or moved as on another device: Beta in Tech",)
    everywhere(one, two)
    assert one.feeds() == two.feeds() == {URL: ("Alpha", "News")}


def test_a_rule_that_goes_with_its_feed_is_said(pair: tuple[Machine, Machine]) -> None:
    one, two = pair
    with two.opened() as c:
        rules.add(c, Rule("x", hide=True, feed_id=two.feed_id()), NOW)
    unsubscribe(one)
    one.exchange()
    assert two.exchange().taken.said == ("Unsubscribed on another device: Site (with 1 rule for it)",)


def test_a_feed_can_be_followed_again_at_the_address_that_it_left(pair: tuple[Machine, Machine]) -> None:
    one, two = pair
    move(one)
    everywhere(one, two)
    two.fetch(2)  # the same site has another feed there now
    two.now += timedelta(hours=1)
    two.changes_feeds(two.now)
    everywhere(two, one)
    assert set(one.feeds()) == set(two.feeds()) == {URL, NEW}


@pytest.mark.parametrize("first", [0, 1])
def test_a_feed_that_is_filed_at_its_old_address_goes_along(pair: tuple[Machine, Machine], first: int) -> None:
    one, two = pair
    move(two)
    file_into(one, "News")
    for each in (pair[first], pair[1 - first], *pair):
        each.exchange()
    assert one.feeds() == two.feeds() == {NEW: ("", "News")}


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("later", [0, 1])
def test_a_feed_that_moved_twice_is_one(pair: tuple[Machine, Machine], first: int, later: int) -> None:
    """One machine saw the first move, the other was away, and saw only where it led at last."""
    newest = "https://newest.example/feed"
    ends = (NEW, newest)
    for each, to, hour in zip(pair, ends, (1 + later, 2 - later), strict=True):
        move(each, to=to)
        each.changes_feeds(NOW + timedelta(hours=hour))
        each.now = NOW + timedelta(hours=4)
    for each in (pair[first], pair[1 - first], *pair):
        each.exchange()
    last = ends[1 - later]
    assert pair[0].feeds() == pair[1].feeds() == {last: ("", "")}


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("to", [(URL, NEW), (NEW, "https://newest.example/feed")])
def test_a_feed_that_moved_before_the_first_exchange_is_one(
    machine: MakeMachine, first: int, to: tuple[str, str]
) -> None:
    machines = machine("one"), machine("two")
    for hour, (each, address) in enumerate(zip(machines, to, strict=True), 1):
        each.fetch()
        move(each, to=address)
        each.changes_feeds(NOW + timedelta(hours=hour))
        each.now = NOW + timedelta(hours=4)
    everywhere(machines[first], machines[1 - first])
    assert set(machines[0].feeds()) == set(machines[1].feeds()) == {to[1]}


@pytest.mark.parametrize("is_new", [True, False])
def test_a_backup_takes_nothing_back_that_was_done_elsewhere_since(pair: tuple[Machine, Machine], is_new: bool) -> None:
    """On a new machine, or on one that has heard of it."""
    one, two = pair
    name_and_file(two, "Old", "Old", two.now)
    for number in (0, 1):
        two.mark(number, starred=True, read=True)
    one.now = two.now
    everywhere(two, one)
    two.mark(2, starred=True)  # of this nobody knows but the backup
    with two.opened() as c:
        backup = backup_of(c, two.now)
    one.now = two.now + timedelta(hours=1)
    one.mark(0, starred=False, read=False)
    name_and_file(one, "New", "New", one.now + timedelta(minutes=1))
    one.exchange()
    if not is_new:
        two.now = one.now
        everywhere(one, two)
    for file in two.path.parent.glob(f"{two.path.name}*") if is_new else ():
        file.unlink()
    with two.opened() as c:
        folder_state.share(c, str(two.folder), host="test-two")
        import_stream(c, backup, one.now, lambda _: None)
    two.now = one.now + timedelta(hours=1)
    everywhere(two, one)
    two.mark(3, starred=True)
    everywhere(two, one)
    with two.opened() as c:
        backup = backup_of(c, two.now)
        two.mark(3, starred=False)  # what waits to be told is no older than what was told
        import_stream(c, backup, two.now, lambda _: None)
    everywhere(two, one)
    assert one.state()[f"{URL}#3"] == (False, False)
    assert one.feeds() == two.feeds() == {URL: ("New", "New")}
    assert one.state() == two.state()
    assert [one.state()[f"{URL}#{number}"] for number in range(3)] == [(False, False), (True, True), (False, True)]


def test_a_feed_that_moves_to_the_address_of_another_gets_into_it_nowhere(pair: tuple[Machine, Machine]) -> None:
    """Whoever publishes a feed chooses where it moves: neither its texts nor its rules get into another's feed."""
    one, two = pair
    two.mark(0, starred=True)
    move(one)
    one.exchange()
    two.fetch(7, NEW)  # by hand; it has not heard of the move
    with two.opened() as c:
        rules.add(c, Rule("x", hide=True, feed_id=two.feed_id()), NOW)
    two.now = one.now
    for _ in range(2):
        everywhere(two, one)
        assert set(one.feeds()) == {NEW}
        assert set(two.feeds()) == {URL, NEW}
    assert two.state()[f"{URL}#0"] == (False, True)
    with two.opened() as c:
        assert [rule.feed_id for rule in rules.every(c)] == [two.feed_id()]
        assert [feeds.counts(c, two.feed_id(url))[1] for url in (URL, NEW)] == [5, 7]


def test_a_feed_that_was_followed_under_two_spellings_becomes_one(pair: tuple[Machine, Machine]) -> None:
    one, two = pair
    spelling = URL.replace("https:", "http:")
    two.fetch(7, spelling)
    with two.opened() as c:
        rules.add(c, Rule("x", hide=True, feed_id=two.feed_id(spelling)), NOW)
    two.mark(0, starred=True, url=spelling)
    everywhere(two, one, two)
    assert set(one.feeds()) == set(two.feeds()) == {URL}
    assert two.state()[f"{URL}#0"] == (False, True)
    with two.opened() as c:
        assert [rule.feed_id for rule in rules.every(c)] == [two.feed_id()]
        assert feeds.counts(c, two.feed_id())[1] == 7  # five of them are at both


def test_ended_at_its_old_address_a_feed_that_is_followed_at_its_new_one_stays(pair: tuple[Machine, Machine]) -> None:
    one, two = pair
    move(one)
    one.exchange()
    two.fetch(2, NEW)
    unsubscribe(two)  # at the old address, which is dead
    two.now = one.now + timedelta(hours=1)
    everywhere(two, one, two)
    assert set(one.feeds()) == set(two.feeds()) == {NEW}


def test_what_went_to_an_account_is_not_ended_elsewhere_by_its_end(pair: tuple[Machine, Machine]) -> None:
    one, two = pair
    with one.opened() as c:
        account = accounts.add(c, "miniflux", name="Work", url="https://rss.example")
        feeds.hand_over(c, one.feed_id(), account.id)
        accounts.remove(c, account.id)
    everywhere(one, two)
    assert set(two.feeds()) == {URL}


def test_what_was_ended_before_the_folder_got_another_name_is_told(pair: tuple[Machine, Machine]) -> None:
    one, two = pair
    unsubscribe(one)
    folder = one.folder.with_name("renamed")
    one.folder.rename(folder)
    for each in pair:
        each.folder = folder
        with each.opened() as c:
            folder_state.share(c, str(folder), host=f"test-{each.name}")
    everywhere(one, two)
    assert not one.feeds()
    assert not two.feeds()


@pytest.mark.parametrize("is_shared", [False, True])
@pytest.mark.parametrize("first", [0, 1])
def test_spellings_of_an_address_are_one_feed(machine: MakeMachine, first: int, is_shared: bool) -> None:
    spellings = ("http://site.example/feed/", URL)
    machines = [machine("one"), machine("two")]
    for each, url in zip(machines, spellings, strict=True):
        with each.opened() as c:
            feed = feeds.add(c, url, title="Site", site="", now=NOW)
            save_plan(c, feed, Plan(new=(ready(f"{URL}#0"),)))
            if not is_shared:  # it was followed before
                c.execute("DELETE FROM subscription_time")
    with machines[0].opened() as c:
        statuses.mark(c, article_lists.ids(c, Query()), now=lambda: NOW, starred=True)
    everywhere(machines[first], machines[1 - first])
    for each in machines:
        assert set(each.feeds()) == {URL}
        assert each.state() == {f"{URL}#0": (False, True)}
        assert not each.exchange().feeds


def change_guids(machine: Machine, *, when: datetime | None = None) -> None:
    """The publisher has other guids now, and this machine has seen that; `when`: the old ones are others' from then."""
    with machine.opened() as c:
        for id_ in article_lists.ids(c, Query(apart=True)):
            save_articles.change_guid(c, id_, articles.get(c, id_).guid.replace("#", "?p="), taken=when)


def states(machine: Machine) -> dict[str, tuple[bool, bool]]:
    return {guid.replace("?p=", "#"): state for guid, state in machine.state().items()}


@pytest.mark.parametrize("is_known", [True, False])
@pytest.mark.parametrize("are_taken", [False, True])
def test_marks_by_guids_of_before_and_of_now_are_of_one_article(
    pair: tuple[Machine, Machine], is_known: bool, are_taken: bool
) -> None:
    """One machine takes a mark off before it has heard of the new guids, another tells the old mark by them."""
    one, two = pair
    when = NOW + timedelta(hours=9) if are_taken else None
    if is_known:
        one.mark(2, starred=True)
        one.mark(3, read=True)
        everywhere(one, two)
    change_guids(two, when=when)
    if not is_known:
        with two.opened() as c:
            for values in ({"read": True, "starred": True}, {"read": False, "starred": False}):
                statuses.mark(c, article_lists.ids(c, Query(apart=True)), now=lambda: two.now, **values)
    two.exchange()
    one.now = two.now
    one.mark(2, starred=not is_known)
    one.mark(3, read=not is_known)
    one.exchange()
    change_guids(one, when=when)
    everywhere(one, two)
    assert states(one) == states(two)
    assert (states(one)[f"{URL}#2"][1], states(one)[f"{URL}#3"][0]) == (not is_known, not is_known)


def test_a_mark_by_a_new_guid_reaches_a_machine_that_knows_only_the_former(pair: tuple[Machine, Machine]) -> None:
    """The article has left the feed before the other machine could see its new guid."""
    one, two = pair
    change_guids(one)
    with one.opened() as c:
        ids = {articles.get(c, id_).guid: id_ for id_ in article_lists.ids(c, Query(apart=True))}
        statuses.mark(c, [ids[f"{URL}?p=2"]], starred=True)
        statuses.mark(c, [ids[f"{URL}?p=3"]], read=True)
    one.now += timedelta(hours=1)
    everywhere(one, two)
    assert (states(two)[f"{URL}#2"], states(two)[f"{URL}#3"]) == ((False, True), (True, False))


def test_a_mark_that_waits_is_told_by_the_new_guid_as_late_as_it_was_made(pair: tuple[Machine, Machine]) -> None:
    one, two = pair
    change_guids(two)
    with two.opened() as c:
        for value in (True, False):
            statuses.mark(c, article_lists.ids(c, Query(apart=True)), now=lambda: two.now, starred=value)
    two.exchange()
    one.mark(2, starred=True, now=two.now + timedelta(minutes=1))
    change_guids(one)
    everywhere(one, two)
    assert states(one) == states(two)
    assert states(one)[f"{URL}#2"] == (False, True)


@pytest.mark.parametrize("suffix", [".map", ".recent"])
@pytest.mark.parametrize("where", ["folder", "copy"])
def test_what_could_not_be_written_is_told_the_next_time(
    pair: tuple[Machine, Machine], monkeypatch: pytest.MonkeyPatch, where: str, suffix: str
) -> None:
    one, two = pair
    one.mark(0, starred=True)
    rename(one, "Mine")
    if suffix == ".map":
        monkeypatch.setattr(shared_folder, "_MANY", 0)
    put = shared_folder._put

    def full(path: Path, content: bytes) -> None:
        if path.suffix == suffix and (path.parent == one.folder) is (where == "folder"):
            raise OSError(28, "No space left on device")
        put(path, content)

    with monkeypatch.context() as patched:
        patched.setattr(shared_folder, "_put", full)
        for _ in range(2):
            assert "No space left" in one.exchange().error
            with one.opened() as c:
                assert status_outbox.count(c, 0) == 1
    everywhere(one, two)
    assert two.state()[f"{URL}#0"] == (False, True)
    assert two.feeds() == {URL: ("Mine", "")}
    with one.opened() as c:
        assert status_outbox.count(c, 0) == 0


@pytest.mark.parametrize("writes", range(4))
def test_killed_between_two_files_nothing_is_lost(
    pair: tuple[Machine, Machine], monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    one, two = pair
    one.mark(0, starred=True)
    rename(one, "Mine")
    monkeypatch.setattr(shared_folder, "_MANY", 0)
    left = iter(range(writes))
    replace = os.replace

    def die(before: Path, after: Path) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt
        replace(before, after)

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", die)
        with pytest.raises(KeyboardInterrupt):
            one.exchange()
    everywhere(one, two)
    assert two.state()[f"{URL}#0"] == (False, True)
    assert two.feeds() == {URL: ("Mine", "")}


def edge(machine: Machine) -> int:
    """The latest time that a machine believes."""
    from tuireader.sync.shared_folder_map import _CLOCK_LEAD_MAX, _FIRST

    return max(int(machine.now.timestamp() * 1000), _FIRST) + _CLOCK_LEAD_MAX


@pytest.mark.parametrize("beyond", [-1, 0, 1, 10**12])
def test_no_time_in_the_folder_is_the_last_word(pair: tuple[Machine, Machine], beyond: int) -> None:
    one, two = pair
    at = edge(one) + beyond
    evil = FolderMap()
    evil.mark(URL, "read", guid_key(f"{URL}#0"), stamp(at, value=True))
    evil.put(URL, followed(at, title="Evil", folder="Evil"))
    path = one.folder / "tuireader-evil.map"
    for _ in range(2):
        path.write_bytes(packed(evil, "evil"))
        everywhere(one, two)
    one.mark(0, read=False, starred=True)
    rename(one, "Mine")
    file_into(one, "")
    everywhere(one, two)
    path.write_bytes(packed(evil, "evil"))
    everywhere(one, two)
    for each in (one, two):
        assert each.state()[f"{URL}#0"] == (False, True)
        assert each.feeds() == {URL: ("Mine", "")}
    one.mark(0, starred=False)
    everywhere(one, two)
    unsubscribe(one)
    everywhere(one, two)
    assert not two.feeds()


def test_what_is_done_here_has_room_whatever_others_tell(
    pair: tuple[Machine, Machine], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = pair
    monkeypatch.setattr("tuireader.sync.shared_folder_map._FEEDS", 6)
    monkeypatch.setattr("tuireader.sync.shared_folder_map._MARKS", 20)
    evil = FolderMap()
    for n in range(9):
        evil.put(f"https://{n}.example/f", followed(LATE))
    for n in range(100):
        evil.mark(URL, "read", n, stamp(LATE, value=True))
    (one.folder / "tuireader-evil.map").write_bytes(packed(evil, "evil"))
    said = one.exchange().taken.said
    assert "more read status, stars or feeds than tuireader can store" in said[0]
    two.exchange()
    one.mark(2, starred=True)
    with one.opened() as c:
        feeds.add(c, NEW, title="New", site="", now=NOW)
    rename(one, "Mine")
    everywhere(one, two)
    for each in (one, two):
        assert each.state()[f"{URL}#2"] == (False, True)
        assert each.feeds()[URL] == ("Mine", "")
        assert NEW in each.feeds()
    (one.folder / "tuireader-evil.map").unlink()
    one.mark(3, read=True)
    for each in (one, two, one):
        assert not each.exchange().taken.said  # nothing is left of it
    assert two.state()[f"{URL}#3"] == (True, False)


TIMES = st.integers(0, 5)
SUBSCRIPTIONS = st.builds(
    Subscription,
    st.builds(Fact, TIMES, st.booleans()),
    *[st.builds(Fact, TIMES, st.sampled_from(["", "a", "b"]))] * 3,
    st.builds(Fact, TIMES, st.sampled_from(["", "https://newest.example/feed"])),
)


def of(rows: list[tuple[str, Subscription]]) -> FolderMap:
    known = FolderMap()
    for url, there in rows:
        known.put(url, there)
    return known


@given(st.lists(st.tuples(st.sampled_from([URL, NEW]), SUBSCRIPTIONS), max_size=6), st.randoms(use_true_random=False))
def test_facts_come_to_the_same_in_any_order(rows: list[tuple[str, Subscription]], dice: object) -> None:
    whole, shuffled = of(rows), list(rows)
    assert hasattr(dice, "shuffle")
    dice.shuffle(shuffled)
    assert of(shuffled + rows).subscriptions == whole.subscriptions
    halves = of(rows[::2])
    halves.merge(of(rows[1::2]))
    assert halves.subscriptions == whole.subscriptions
    assert not len(halves.merge(whole))


@pytest.mark.parametrize("is_told_first", [False, True])
@pytest.mark.parametrize("is_by_hand_first", [False, True])
@pytest.mark.parametrize("is_heard", [False, True])
def test_a_rule_that_is_removed_takes_nothing_that_was_marked_by_hand_on_another_machine(
    pair: tuple[Machine, Machine], is_told_first: bool, is_by_hand_first: bool, is_heard: bool
) -> None:
    one, two = pair
    for each in pair:
        each.now = utc_now() - timedelta(hours=1 if is_by_hand_first else 0)
    with one.opened() as c:
        rule = rules.add(c, Rule("", star=True, read=True), NOW)
        rules.apply(c, rule, [id_ for id_ in article_lists.ids(c, Query()) if articles.get(c, id_).guid != f"{URL}#4"])
    two.mark(0, starred=True, read=True)
    for each in (one, two) if is_told_first else (two, one):
        each.exchange()
    if is_heard:
        everywhere(one, two)
    with one.opened() as c:
        rules.take_back(c, rule)
    everywhere(one, two)
    for each in pair:
        assert {guid: marks for guid, marks in each.state().items() if marks != (False, False)} == {
            f"{URL}#0": (True, True)
        }


@pytest.mark.parametrize("told", [(), ("marked",), ("ruled",), ("marked", "ruled")])
def test_a_rule_that_came_and_went_leaves_what_was_taken_back_by_hand(
    pair: tuple[Machine, Machine], told: tuple[str, ...]
) -> None:
    one, two = pair
    for each in pair:
        each.now = utc_now() - timedelta(hours=1)
    one.mark(0, starred=True, read=True)
    everywhere(one, two)
    two.mark(0, starred=False, read=False)
    if "marked" in told:
        two.exchange()
    with two.opened() as c:
        rule = rules.add(c, Rule("", star=True, read=True), NOW)
        rules.apply(c, rule, article_lists.ids(c, Query()))
    if "ruled" in told:
        two.now = one.now = utc_now()
        everywhere(two, one)
    with two.opened() as c:
        rules.take_back(c, rule)
    everywhere(two, one)
    for each in pair:
        assert set(each.state().values()) == {(False, False)}


def test_a_feed_that_moves_on_where_its_first_move_was_heard_of_is_there_once(pair: tuple[Machine, Machine]) -> None:
    one, two = pair
    last = "https://last.example/feed"
    move(two)
    two.exchange()
    one.now = two.now
    one.exchange()
    assert set(one.feeds()) == {NEW}
    move(one, NEW, last)
    everywhere(one, two)
    everywhere(one, two)
    assert set(one.feeds()) == set(two.feeds()) == {last}


@pytest.mark.parametrize("is_heard", [False, True])
def test_a_backup_with_what_a_rule_did_takes_nothing_back_that_the_user_did_since(
    pair: tuple[Machine, Machine], is_heard: bool
) -> None:
    one, two = pair
    for each in pair:
        each.now = utc_now() - timedelta(hours=2)
    with two.opened() as c:
        rule = rules.add(c, Rule("", star=True, read=True, feed_id=two.feed_id()), NOW)
        rules.apply(c, rule, article_lists.ids(c, Query()))
    one.now = two.now
    everywhere(two, one)
    with two.opened() as c:
        backup = backup_of(c, two.now)
    two.mark(0, starred=False, read=False, now=utc_now() - timedelta(minutes=10))
    one.now = two.now
    if is_heard:
        everywhere(two, one)
    with one.opened() as c:
        import_stream(c, backup, one.now, lambda _: None)
    one.now = two.now = utc_now() + timedelta(hours=1)
    everywhere(one, two)
    assert one.state()[f"{URL}#0"] == two.state()[f"{URL}#0"] == (False, False)


def test_a_name_and_a_folder_that_were_cleared_since_a_backup_stay_cleared(pair: tuple[Machine, Machine]) -> None:
    one, two = pair
    name_and_file(two, "Mine", "News", two.now)
    one.now = two.now
    everywhere(two, one)
    with two.opened() as c:
        backup = backup_of(c, two.now)
    name_and_file(two, "", "", two.now + timedelta(minutes=1))
    two.now += timedelta(hours=1)
    one.now = two.now
    everywhere(two, one)
    assert one.feeds() == two.feeds() == {URL: ("", "")}
    with one.opened() as c:
        import_stream(c, backup, one.now, lambda _: None)
    everywhere(one, two)
    assert one.feeds() == two.feeds() == {URL: ("", "")}


def test_a_feed_that_stayed_for_a_star_and_is_followed_again_ends_like_any_other(pair: tuple[Machine, Machine]) -> None:
    one, two = pair
    two.mark(0, starred=True)
    unsubscribe(one)
    one.now = two.now
    everywhere(one, two)
    assert set(two.feeds()) == {URL}
    one.now = max(one.now, two.now) + timedelta(hours=1)
    one.fetch()
    one.changes_feeds(one.now)
    everywhere(one, two)
    two.mark(0, starred=False)
    one.now = two.now = max(one.now, two.now) + timedelta(hours=1)
    everywhere(two, one)
    unsubscribe(one)
    one.changes_feeds(one.now)
    everywhere(one, two)
    assert not one.feeds()
    assert not two.feeds()


def name_and_file(machine: Machine, title: str, folder: str, when: datetime) -> None:
    with machine.opened() as c:
        feeds.rename(c, machine.feed_id(), title)
        folders.put(c, machine.feed_id(), folders.add(c, folder).id if folder else None)
    machine.changes_feeds(when)


@pytest.mark.parametrize("is_backup", [True, False])
@pytest.mark.parametrize("named", [("New", "News"), ("", "")])
def test_a_file_gives_no_name_that_another_machine_has_changed_since(
    pair: tuple[Machine, Machine], named: tuple[str, str], is_backup: bool
) -> None:
    """Imported by a machine that has not heard of it yet."""
    one, two = pair
    name_and_file(two, "Old", "Old", two.now)
    with two.opened() as c:
        outline = f'<outline text="Old"><outline type="rss" text="Old" xmlUrl="{URL}"/></outline>'
        opml = BytesIO(f'<opml version="2.0"><body>{outline}</body></opml>'.encode())
        file = backup_of(c, NOW) if is_backup else opml
    name_and_file(two, "", "", two.now)
    everywhere(two, one)
    name_and_file(two, "Between", "Between", two.now + timedelta(minutes=1))
    name_and_file(two, *named, two.now + timedelta(minutes=2))
    two.exchange()
    one.now = two.now + timedelta(hours=1)
    with one.opened() as c:
        c.execute("UPDATE feed SET checked = 1")
        import_stream(c, file, one.now, lambda _: None)
    assert one.feeds() == {URL: ("Old", "Old")}
    everywhere(one, two, one)
    assert one.feeds() == two.feeds() == {URL: named}


def test_names_of_a_feed_that_is_followed_again_are_the_last(pair: tuple[Machine, Machine]) -> None:
    one, two = pair
    name_and_file(one, "Old name", "Old", one.now)
    everywhere(one, two)
    unsubscribe(one)
    everywhere(one, two)
    one.fetch()
    later = one.now + timedelta(days=20)
    name_and_file(one, "New name", "New", later)
    one.now = two.now = later
    everywhere(one, two)
    assert one.feeds() == two.feeds() == {URL: ("New name", "New")}


def test_a_feed_that_is_named_after_it_was_ended_elsewhere_stays(pair: tuple[Machine, Machine]) -> None:
    one, two = pair
    unsubscribe(one)
    everywhere(one)
    one.fetch()
    two.now = one.now + timedelta(hours=1)
    unsubscribe(two)
    two.changes_feeds(two.now)
    two.exchange()
    later = two.now + timedelta(hours=1)
    name_and_file(one, "Mine", "", later)
    one.now = two.now = later
    everywhere(one, two)
    assert one.feeds() == two.feeds() == {URL: ("Mine", "")}


def test_what_was_changed_and_changed_back_is_told(pair: tuple[Machine, Machine]) -> None:
    one, two = pair
    name_and_file(one, "First", "News", one.now)
    everywhere(one, two)
    name_and_file(two, "Second", "Other", one.now + timedelta(hours=1))
    later = one.now + timedelta(hours=2)
    name_and_file(one, "", "", later - timedelta(hours=2))
    name_and_file(one, "First", "News", later)
    one.now = two.now = later
    everywhere(two, one)
    assert one.feeds() == two.feeds() == {URL: ("First", "News")}


def test_what_was_added_and_removed_again_between_two_exchanges_stays_away(pair: tuple[Machine, Machine]) -> None:
    one, two = pair
    two.fetch(2, NEW)
    one.now += timedelta(hours=1)
    one.fetch(2, NEW)
    with one.opened() as c:
        subscription.unsubscribe(c, one.feed_id(NEW))
    two.changes_feeds(one.now - timedelta(minutes=30))
    one.changes_feeds(one.now)
    two.now = one.now
    everywhere(two, one)
    assert set(one.feeds()) == set(two.feeds()) == {URL}


@pytest.mark.parametrize("what", ["ended", "named"])
def test_what_was_done_before_a_feed_moved_does_not_win_over_what_was_done_later(
    pair: tuple[Machine, Machine], what: str
) -> None:
    one, two = pair
    early, late = one.now + timedelta(hours=1), one.now + timedelta(hours=2)
    name_and_file(one, "Early", "Early", early)
    move(one)
    if what == "ended":
        unsubscribe(two)
        two.changes_feeds(late)
    else:
        name_and_file(two, "Late", "Late", late)
    one.now = two.now = late + timedelta(hours=1)
    everywhere(two, one)
    assert one.feeds() == two.feeds() == ({} if what == "ended" else {NEW: ("Late", "Late")})


def test_a_moved_feed_that_is_removed_and_added_at_its_new_address_stays(pair: tuple[Machine, Machine]) -> None:
    one, two = pair
    early = one.now + timedelta(hours=1)
    move(one)
    unsubscribe(one, NEW)
    one.changes_feeds(early)
    one.fetch(2, NEW)
    with one.opened() as c:
        later = int((early + timedelta(hours=1)).timestamp())
        c.execute("UPDATE subscription_time SET changed = ? WHERE url = ?", (later, NEW))
    one.now = two.now = early + timedelta(hours=2)
    one.exchange()
    move(two)
    everywhere(two, one)
    assert set(one.feeds()) == set(two.feeds()) == {NEW}


@pytest.mark.parametrize("is_synced", [False, True])
def test_a_feed_that_leaves_with_the_reader_ended_when_the_user_said_so(
    pair: tuple[Machine, Machine], is_synced: bool
) -> None:
    """Whether or not the open reader has heard of what was done elsewhere since."""
    one, two = pair
    early = one.now + timedelta(hours=1)
    with one.opened() as c:
        subscription.leave(c, one.feed_id(), early)
    name_and_file(two, "Kept", "Keep", early + timedelta(hours=1))
    if is_synced:
        one.now = two.now = early + timedelta(minutes=90)
        everywhere(two, one)
    with one.opened() as c:
        subscription.unsubscribe_leaving(c, early + timedelta(days=1))
    one.now = two.now = early + timedelta(hours=2)
    everywhere(two, one)
    assert one.feeds() == two.feeds() == {URL: ("Kept", "Keep")}
