"""Machines that share a folder: of everything, what was done last holds on all of them, however they meet."""

from __future__ import annotations

import json
import os
import random
import shutil
import zlib
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from support.factories import NOW, backup_of, fetch, of_places, ready, save_plan
from support.machines import URL, Machine, MakeMachine, everywhere
from tuireader.errors import SyncError
from tuireader.feeds.entries import guid_with_digest
from tuireader.library import rules as library_rules
from tuireader.library.subscribing import subscription
from tuireader.library.syncing import folder_state, shared_folder
from tuireader.library.syncing.shared_folder import Exchanged
from tuireader.library.transfer.import_any import import_content, import_stream
from tuireader.model.article import Status
from tuireader.model.feed import LOCAL, Refreshed
from tuireader.model.fetched import Plan
from tuireader.model.query import Query, Rule
from tuireader.store import accounts, articles, feeds, rules, save_articles, server_statuses, status_outbox, statuses
from tuireader.store.connection import connect
from tuireader.store.queries import article_lists


def test_marks_of_each_are_there_on_the_others(machine: MakeMachine) -> None:
    one, two = machine("one"), machine("two")
    for each in (one, two):
        each.fetch()
    one.mark(0, read=True)
    two.mark(1, starred=True)
    everywhere(one, two)
    assert one.state() == two.state()
    assert one.state()[f"{URL}#0"] == (True, False)
    assert one.state()[f"{URL}#1"] == (False, True)
    two.mark(0, read=False)
    everywhere(one, two)
    assert one.state() == two.state()
    assert one.state()[f"{URL}#0"] == (False, False)


def test_what_was_marked_before_the_folder_was_shared_is_kept_by_all(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    made = []
    for place, name in enumerate(("one", "two")):
        path = tmp_path / f"{name}.db"
        with closing(connect(path)) as c:
            feed = feeds.add(c, URL, title="Site", site="", now=NOW)
            save_plan(c, feed, Plan(new=tuple(ready(f"{URL}#{n}") for n in range(4))))
            ids = sorted(article_lists.ids(c, Query()))
            statuses.mark(c, [ids[place]], read=True)
            statuses.mark(c, [ids[place + 2]], starred=True)
        made.append(Machine(name, path, shared))
    everywhere(*made)
    assert made[0].state() == made[1].state()
    assert sorted(made[0].state().values()) == [(False, True), (False, True), (True, False), (True, False)]


def test_of_many_files_some_are_read_at_once_and_the_others_later(
    machine: MakeMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is compared with all that is known."""
    many = [machine(f"m{number}") for number in range(5)]
    for number, each in enumerate(many):
        each.fetch(5)
        each.mark(number, starred=True)
        each.exchange()
    new = machine("new")
    new.fetch(5)
    monkeypatch.setattr(shared_folder, "_FILES", 2)
    counts = []
    for _ in range(5):
        new.exchange()
        counts.append(sum(starred for _, starred in new.state().values()))
    assert counts[0] < counts[-1] == 5


def test_what_was_marked_before_a_feed_came_from_an_account_is_kept_by_all(machine: MakeMachine) -> None:
    """Also where machines know older marks of it."""
    one, two = machine("one"), machine("two")
    one.fetch()
    for is_marked in (True, False):
        one.mark(0, starred=is_marked)
        one.mark(1, read=is_marked)
        everywhere(one, two)
    with one.opened() as c:
        account = accounts.add(c, "miniflux", name="Work", url="https://rss.example")
        feeds.hand_over(c, one.feed_id(), account.id, server_id="1")
    one.mark(0, starred=True)
    one.mark(1, read=True)
    with one.opened() as c:
        c.execute("DELETE FROM journal")  # its server was told
        feeds.end_on_server(c, one.feed_id(), "gone")
        subscription.take_back(c, feeds.get(c, one.feed_id()))
    everywhere(one, two)
    two.fetch()
    everywhere(two, one)
    assert [two.state()[f"{URL}#{number}"] for number in range(2)] == [(False, True), (True, False)]
    assert one.state() == two.state()


def test_marks_that_an_export_brings_reach_the_other_machines(machine: MakeMachine) -> None:
    one, two = machine("one"), machine("two")
    two.fetch(4)
    one.fetch(2)
    everywhere(one, two)
    rows = [
        {"guid": f"{URL}#{n}", "title": f"feed#{n}", "origin": {"streamId": f"feed/{URL}"}}
        | {"alternate": [{"href": f"https://site.example/{n}"}], "categories": ["user/-/state/com.google/starred"]}
        for n in (1, 3)
    ]
    with one.opened() as c:
        import_content(c, json.dumps({"items": rows}).encode(), NOW, lambda _: None)
    assert sum(starred for _, starred in one.state().values()) == 2
    everywhere(one, two)
    assert sum(starred for _, starred in two.state().values()) == 2


def test_what_was_told_before_a_feed_went_to_an_account_is_no_news_when_it_comes_back(machine: MakeMachine) -> None:
    one, two = machine("one"), machine("two")
    for each in (one, two):
        each.fetch(4)
    one.mark(0, read=True, starred=True)
    one.mark(1, read=True)
    everywhere(one, two)
    with one.opened() as c:
        account = accounts.add(c, "miniflux", name="Work", url="https://rss.example")
        subscription.hand_over(c, one.feed_id(), account.id, "", feeds.every(c), server_id="1")
    one.exchange()
    one.mark(2, read=True)  # the account is told, and no machine
    two.now = one.now + timedelta(hours=1)
    two.fetch(4)
    two.mark(0, read=False, starred=False)
    two.exchange()
    one.now = two.now + timedelta(hours=1)
    with one.opened() as c:
        subscription.hand_over(c, one.feed_id(), LOCAL, "", feeds.every(c))
    everywhere(one, two, one)
    assert one.state() == two.state()
    assert [one.state()[f"{URL}#{n}"] for n in range(4)] == [
        (False, False), (True, False), (True, False), (False, False)
    ]  # fmt: skip


def test_what_an_archive_brought_read_is_read_nowhere_else(machine: MakeMachine) -> None:
    one, two = machine("one"), machine("two")
    one.fetch(5)
    everywhere(one)
    with two.opened() as c:
        feed = feeds.add(c, URL, title="Site", site="", now=NOW)
        old = tuple(replace(ready(f"{URL}#{n}", title=f"feed#{n}"), status=Status(read=True)) for n in range(5))
        save_articles.save_entries(c, feed.id, Plan(new=old, is_old=True), NOW)
    assert all(read for read, _ in two.state().values())
    everywhere(two, one)
    assert not any(read for read, _ in one.state().values())


def test_what_an_archive_brought_read_is_read_nowhere_else_by_a_backup(machine: MakeMachine) -> None:
    """Imported by a machine that shares the folder already."""
    one, other, two = machine("one"), machine("other"), machine("two")
    one.fetch(5)
    everywhere(one, two)
    with other.opened() as c:
        feed = feeds.add(c, URL, title="Site", site="", now=NOW)
        old = tuple(replace(ready(f"{URL}#{n}", title=f"feed#{n}"), status=Status(read=True)) for n in range(5))
        save_articles.save_entries(c, feed.id, Plan(new=old, is_old=True), NOW)
        backup = backup_of(c, NOW)
    with two.opened() as c:
        import_stream(c, backup, NOW, lambda _: None)
    assert all(read for read, _ in two.state().values())
    everywhere(two, one)
    assert not any(read for read, _ in one.state().values())


@pytest.mark.parametrize("is_told_first", [True, False])
def test_what_the_user_did_is_newer_than_what_a_rule_does_as_the_article_arrives(
    machine: MakeMachine, is_told_first: bool
) -> None:
    """The same rule on two machines, of which one is late."""
    one, two = machine("one"), machine("two")
    one.fetch(0)
    two.fetch(0)
    everywhere(one, two)

    def arrive(on: Machine) -> None:
        with on.opened() as c:
            (feed,) = feeds.every(c)
            plan = Plan(new=(ready(f"{URL}#0", "Words of the harbour."), ready(f"{URL}#1", "More of the harbour.")))
            saved = save_articles.save_entries(c, feed.id, plan, on.now)
            rules.add(c, Rule("harbour", read=True, star=True), NOW)
            library_rules.apply_to_new(c, [Refreshed(feed, "updated", saved)], on.now)

    arrive(one)
    one.mark(0, read=False, starred=False)
    one.exchange()
    two.now = one.now + timedelta(hours=1)
    if is_told_first:
        two.exchange()
    arrive(two)
    everywhere(two, one, two)
    assert one.state() == two.state() == {f"{URL}#0": (False, False), f"{URL}#1": (True, True)}


def test_a_rule_that_is_removed_takes_back_nothing_that_a_rule_of_another_machine_does(machine: MakeMachine) -> None:
    one, two = machine("one"), machine("two")
    there = {}
    for each in (one, two):
        each.fetch(3)
        with each.opened() as c:
            there[each] = rules.add(c, Rule("", read=True, star=True), NOW)
            rules.apply(c, there[each], article_lists.ids(c, Query())[: 2 if each is one else 3])
    everywhere(one, two)
    assert set(two.state().values()) == {(True, True)}
    one.now = two.now = two.now + timedelta(hours=1)
    with two.opened() as c:
        rules.take_back(c, there[two])
    everywhere(two, one)
    assert sorted(one.state().values()) == [(False, False), (True, True), (True, True)]


def test_what_is_unmarked_elsewhere_is_that_article_alone(machine: MakeMachine) -> None:
    """The other machine has no story of it."""
    one, two = machine("one"), machine("two")
    tell_twice(one)
    one.mark(0, read=True, starred=True)
    everywhere(one, two)
    two.fetch(1, url=OTHER)
    everywhere(two, one)
    two.mark(0, url=OTHER, read=False, starred=False)
    everywhere(two, one, two)
    assert one.state() == {f"{URL}#0": (True, True), f"{OTHER}#0": (False, False)}
    with one.opened() as c:
        assert article_lists.count(c, Query()) == 2  # neither stands for the other
        subscription.unsubscribe(c, next(feed.id for feed in feeds.every(c) if feed.url == OTHER))
    everywhere(one, two, one)
    assert one.state() == {f"{URL}#0": (True, True)}


def test_a_mark_of_an_article_that_is_not_here_yet_waits_for_it(machine: MakeMachine) -> None:
    one, two = machine("one"), machine("two")
    one.fetch(5)
    two.fetch(2)
    one.mark(4, read=True)
    everywhere(one, two)
    two.fetch(5)
    assert two.state()[f"{URL}#4"] == (False, False)
    two.exchange()
    assert two.state()[f"{URL}#4"] == (True, False)


def test_the_last_holds_whoever_comes_first(machine: MakeMachine) -> None:
    one, two = machine("one"), machine("two")
    for each in (one, two):
        each.fetch()
    everywhere(one, two)
    one.mark(0, read=True, now=NOW + timedelta(hours=1))
    two.mark(0, read=True, now=NOW + timedelta(hours=2))
    two.mark(0, read=False, now=NOW + timedelta(hours=3))
    two.exchange(NOW + timedelta(hours=4))
    one.exchange(NOW + timedelta(hours=5))  # it was offline, and its mark is older
    two.exchange(NOW + timedelta(hours=6))
    assert one.state() == two.state()
    assert one.state()[f"{URL}#0"] == (False, False)


OTHER = "https://other.example/feed"


def tell_twice(machine: Machine) -> None:
    """Two feeds come that tell one story."""
    with machine.opened() as c:
        for url in (URL, OTHER):
            feed = feeds.add(c, url, title="Site", site="", now=NOW)
            save_plan(c, feed, Plan(new=(ready(f"{url}#0", title="A story", link="https://site.example/a-story"),)))


def test_marks_of_a_story_that_two_feeds_tell_come_to_rest_with_the_last(machine: MakeMachine) -> None:
    one, two = machine("one"), machine("two")
    for each in (one, two):
        tell_twice(each)
    everywhere(one, two)
    one.mark(0, read=True, starred=True)
    one.exchange()
    one.mark(0, url=OTHER, read=False, starred=False)  # the lid is closed before it is told
    two.exchange(one.now + timedelta(minutes=1))
    one.exchange(one.now + timedelta(minutes=2))
    everywhere(two, one)
    assert set(one.state().values()) == set(two.state().values()) == {(False, False)}
    for each in (one, two, one, two):
        done = each.exchange()
        assert done == Exchanged(done.taken)
        assert (done.taken.read, done.taken.starred, done.taken.unread, done.taken.unstarred) == (0, 0, 0, 0)


def test_what_a_rule_read_elsewhere_leaves_the_other_telling_unread(machine: MakeMachine) -> None:
    one, two = machine("one"), machine("two")
    for each in (one, two):
        tell_twice(each)
    everywhere(one, two)
    with one.opened() as c:
        there = rules.add(c, Rule("story", read=True, feed_id=one.feed_id(OTHER)), NOW)
        rules.apply(c, there, article_lists.ids(c, rules.query_of(there)))
    everywhere(one, two)
    for each in (one, two):
        with each.opened() as c:
            rows = c.execute("SELECT guid, read FROM article ORDER BY guid").fetchall()
            assert rows == [(f"{OTHER}#0", 1), (f"{URL}#0", 0)]


def test_a_guid_that_is_given_to_another_article_gives_it_no_marks(machine: MakeMachine) -> None:
    """As of a feed whose only entry is that of today."""
    one, two = machine("one"), machine("two")
    days = ("Harbour opens", "Budget rejected", "Snow in town")
    for each in (one, two):
        with each.opened() as c:
            feed = feeds.add(c, URL, title="Today", site="", now=NOW)
            save_plan(c, feed, Plan(new=(ready("today", title=days[0]),)))
    with one.opened() as c:
        statuses.mark(c, article_lists.ids(c, Query()), read=True, starred=True)
    everywhere(one, two)
    for day in days[1:]:
        for each in (one, two):
            with each.opened() as c:
                (known,) = save_articles.facts_of(c, [save_articles.known(c, each.feed_id(), ["today"])["today"].id])
                save_articles.change_guid(c, known[0], guid_with_digest(known[2], known[4], known[3]), taken=each.now)
                save_plan(c, feeds.get(c, each.feed_id()), Plan(new=(ready("today", title=day),)))
            each.exchange()
        everywhere(one, two)
    for each in (one, two):
        with each.opened() as c:
            rows = {row.title: (row.read, row.starred) for row in article_lists.window(c, Query(), 0, 9)}
            assert rows == {days[0]: (True, True), days[1]: (False, False), days[2]: (False, False)}
    with two.opened() as c:
        statuses.mark(c, [save_articles.known(c, two.feed_id(), ["today"])["today"].id], starred=True)
    everywhere(two, one)
    with one.opened() as c:
        assert {row.title for row in article_lists.window(c, Query(starred=True), 0, 9)} == {days[0], days[2]}


class Numbered:
    """A feed whose guids count the places of its articles, on machines that share a folder."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *machines: Machine) -> None:
        self.now = NOW
        self.machines = machines
        monkeypatch.setattr("tuireader.library.refreshing.match_entries.utc_now", lambda: self.now)

    def pass_time(self) -> None:
        self.now += timedelta(hours=1)
        for each in self.machines:
            each.now = self.now

    def fetch(self, *numbers: int, on: Sequence[Machine] = (), first: int = 1) -> None:
        self.pass_time()
        entries = of_places(*numbers, first=first)
        for each in on or self.machines:
            with each.opened() as c:
                feed = feeds.followed(c, LOCAL, URL) or feeds.add(c, URL, title="Site", site="", now=NOW)
                fetch(c, feed, entries)

    def mark(self, machine: Machine, number: int, **marks: bool) -> None:
        self.pass_time()
        with machine.opened() as c:
            (id_,) = (each.id for each in article_lists.window(c, Query(), 0, 99) if each.title == f"Piece {number}")
            statuses.mark(c, [id_], now=lambda: self.now, **marks)

    def meet(self) -> None:
        self.pass_time()
        everywhere(*self.machines)
        self.now = max(each.now for each in self.machines)

    def marks(self) -> list[tuple[set[int], set[int]]]:
        """The numbers of the articles that are read, and starred, by machine."""
        found = []
        for each in self.machines:
            with each.opened() as c:
                rows = [(int(row.title.split()[1]), row) for row in article_lists.window(c, Query(), 0, 99)]
            found.append(({n for n, row in rows if row.read}, {n for n, row in rows if row.starred}))
        return found


def test_what_was_unmarked_by_a_clock_ahead_stays_so_under_the_new_keys_of_a_feed(
    machine: MakeMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two, late = (machine(name) for name in ("one", "two", "late"))
    site = Numbered(monkeypatch, one, two, late)
    site.fetch(5, 4, 3, 2, 1)
    site.mark(one, 1, read=True, starred=True)
    site.meet()
    site.machines = (one, two)
    with two.opened() as c:
        (id_,) = (each.id for each in article_lists.window(c, Query(), 0, 99) if each.title == "Piece 1")
        statuses.mark(c, [id_], now=lambda: site.now + timedelta(days=1), read=False, starred=False)
    two.exchange(site.now + timedelta(days=1))
    for each in site.machines:
        with each.opened() as c:
            fetch(c, feeds.get(c, each.feed_id()), (*of_places(6, 4, 3, 2, first=1), *of_places(1, first=5)))
        each.exchange(site.now)
    site.machines = (one, two, late)
    site.meet()
    assert site.marks() == [(set(), set())] * 3


@pytest.mark.parametrize("are_apart", [False, True])
def test_marks_stay_on_their_articles_where_the_guids_of_a_feed_count_places(
    machine: MakeMachine, monkeypatch: pytest.MonkeyPatch, are_apart: bool
) -> None:
    """Fetched by all machines before they meet, or by one at a time."""
    one, two = machine("one"), machine("two")
    site = Numbered(monkeypatch, one, two)
    site.fetch(5, 4, 3, 2, 1)
    site.meet()
    site.mark(one, 5, starred=True)
    site.mark(one, 4, read=True)
    site.meet()
    for newest in (6, 7, 8):
        if are_apart:
            site.fetch(*range(newest, 0, -1), on=[one])
            site.mark(one, newest, read=True, starred=newest == 7)
            one.exchange()
            site.fetch(*range(newest, 0, -1), on=[two])
        else:
            site.fetch(*range(newest, 0, -1))
            site.mark(two, newest, read=True, starred=newest == 7)
        site.meet()
        assert site.marks() == [({4, *range(6, newest + 1)}, {5} | ({7} if newest > 6 else set()))] * 2
    site.mark(two, 5, starred=False)
    site.meet()
    assert [stars for _, stars in site.marks()] == [{7}] * 2


def test_a_machine_that_joins_later_puts_marks_on_the_right_articles(
    machine: MakeMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All guids of a feed have moved on by one, as where a blog was put into a new installation."""
    one = machine("one")
    site = Numbered(monkeypatch, one)
    site.fetch(5, 4, 3, 2, 1)
    site.mark(one, 3, starred=True)
    site.mark(one, 5, read=True)
    site.meet()
    site.fetch(5, 4, 3, 2, 1, first=2)
    site.meet()
    assert site.marks() == [({5}, {3})]
    two = machine("two")
    site.machines = (one, two)
    site.fetch(5, 4, 3, 2, 1, first=2)
    site.meet()
    assert site.marks() == [({5}, {3})] * 2
    site.mark(two, 1, starred=True)
    site.mark(one, 3, starred=False)
    site.meet()
    assert site.marks() == [({5}, {1})] * 2


def test_a_date_that_moves_takes_no_mark_away(machine: MakeMachine) -> None:
    """As of feeds that give the time at which they were built."""
    one, two = machine("one"), machine("two")
    for number, each in enumerate((one, two)):
        with each.opened() as c:
            feed = feeds.add(c, URL, title="Site", site="", now=NOW)
            entry = ready(f"{URL}#0", published=NOW + timedelta(days=4 * number, minutes=1))
            save_plan(c, feed, Plan(new=(entry,)))
    one.mark(0, read=True, starred=True)
    everywhere(one, two)
    assert one.state() == two.state() == {f"{URL}#0": (True, True)}


def test_a_feed_that_is_here_otherwise_does_not_come_again(machine: MakeMachine) -> None:
    """With a password, or as that of an account."""
    one, two = machine("one"), machine("two")
    for each in (one, two):
        each.fetch()
        each.fetch(3, OTHER)
    everywhere(one, two)
    with two.opened() as c:
        feeds.move(c, URL, "https://ann:secret@site.example/feed")
        account = accounts.add(c, "miniflux", name="Work", url="https://rss.example")
        feeds.hand_over(c, two.feed_id(OTHER), account.id)
    one.mark(0, read=True)
    everywhere(one, two)
    assert len(two.feeds()) == 2
    assert set(one.feeds()) == {URL, OTHER}


def test_a_clock_that_is_wrong_does_not_undo_what_was_known(machine: MakeMachine) -> None:
    """Who has seen a mark and makes another goes before it, whatever the clocks say."""
    one, two = machine("one"), machine("two")
    for each in (one, two):
        each.fetch()
    one.mark(0, read=True, now=NOW + timedelta(days=400))
    everywhere(one, two)
    assert two.state()[f"{URL}#0"] == (True, False)
    two.mark(0, read=False, now=NOW - timedelta(days=400))
    two.exchange(NOW)
    one.exchange(NOW + timedelta(days=401))
    assert one.state() == two.state()
    assert one.state()[f"{URL}#0"] == (False, False)


def test_subscriptions_names_and_folders_too(machine: MakeMachine) -> None:
    one, two = machine("one"), machine("two")
    one.fetch()
    with one.opened() as c:
        subscription.rename(c, one.feed_id(), "Mine")
        subscription.put_into(c, one.feed_id(), "News & Co")
    everywhere(one, two)
    assert two.feeds() == {URL: ("Mine", "News & Co")}
    with two.opened() as c:
        subscription.rename(c, two.feed_id(), "Ours")
        subscription.put_into(c, two.feed_id(), "")
        feeds.add(c, "https://other.example/feed", title="Other", site="", now=NOW)
    everywhere(two, one)
    assert one.feeds() == two.feeds() == {URL: ("Ours", ""), "https://other.example/feed": ("", "")}
    with one.opened() as c:
        subscription.unsubscribe(c, one.feed_id("https://other.example/feed"))
    everywhere(one, two)
    assert one.feeds() == two.feeds() == {URL: ("Ours", "")}
    with two.opened() as c:
        feeds.add(c, "https://other.example/feed", title="Other", site="", now=NOW)
    everywhere(one, two)
    assert "https://other.example/feed" in one.feeds()


def test_a_backup_brings_back_no_name_and_folder_that_were_just_taken_away(machine: MakeMachine) -> None:
    one, two = machine("one"), machine("two")
    one.fetch()
    with one.opened() as c:
        feeds.record(c, replace(feeds.every(c)[0], checked=NOW))
        subscription.rename(c, one.feed_id(), "Mine")
        subscription.put_into(c, one.feed_id(), "News")
        backup = backup_of(c, NOW)
    everywhere(one, two)
    with one.opened() as c:
        subscription.rename(c, one.feed_id(), "")
        subscription.put_into(c, one.feed_id(), "")
        import_stream(c, backup, NOW, lambda _: None)
        opml = f'<opml><body><outline text="News"><outline text="Mine" xmlUrl="{URL}"/></outline></body></opml>'
        import_content(c, opml.encode(), NOW, lambda _: None)
    everywhere(one, two)
    assert one.feeds() == two.feeds() == {URL: ("", "")}


def test_who_joins_loses_no_feed_that_others_have_ended(machine: MakeMachine) -> None:
    one, two = machine("one"), machine("two")
    one.fetch()
    one.exchange()
    with one.opened() as c:
        subscription.unsubscribe(c, one.feed_id())
    one.exchange()
    two.fetch()
    two.changes_feeds(one.now + timedelta(minutes=1))
    two.mark(0, read=True, now=one.now + timedelta(minutes=2))
    everywhere(two, one)
    assert list(two.state().values()).count((True, False)) == 1
    assert URL in one.feeds()


def test_a_feed_with_what_is_starred_stays_where_it_was_ended_elsewhere(machine: MakeMachine) -> None:
    one, two = machine("one"), machine("two")
    for each in (one, two):
        each.fetch()
    everywhere(one, two)
    with one.opened() as c:
        subscription.unsubscribe(c, one.feed_id())
    two.mark(0, starred=True)
    one.exchange()
    done = two.exchange()
    assert "was unsubscribed on another device" in done.taken.said[0]
    assert two.state()[f"{URL}#0"] == (False, True)


def test_a_feed_that_has_moved_keeps_its_marks(machine: MakeMachine) -> None:
    one, two = machine("one"), machine("two")
    for each in (one, two):
        each.fetch()
    everywhere(one, two)
    two.mark(1, read=True)
    with one.opened() as c:
        feeds.move(c, URL, "https://new.example/feed")
    one.exchange()
    two.exchange()
    one.exchange()
    assert list(one.feeds()) == list(two.feeds()) == ["https://new.example/feed"]
    assert one.state() == two.state()
    assert one.state()[f"{URL}#1"] == (True, False)


def test_no_password_is_written_into_it(machine: MakeMachine) -> None:
    one = machine("one")
    secret = "https://ann:secret@site.example/feed"
    one.fetch(3, secret)
    one.fetch(3)
    one.mark(0, read=True, url=secret)
    everywhere(one)
    written = b"".join(file.read_bytes() for file in one.folder.iterdir())
    assert b"secret" not in written
    assert b"ann" not in written
    with one.opened() as c:
        assert status_outbox.count(c, LOCAL) == 0


def test_nothing_is_read_or_written_where_nothing_has_happened(machine: MakeMachine) -> None:
    one, two = machine("one"), machine("two")
    one.fetch()
    everywhere(one, two)
    before = {file: file.stat().st_mtime_ns for file in one.folder.iterdir()}
    opened = one.exchange()
    assert opened == Exchanged(opened.taken)
    assert {file: file.stat().st_mtime_ns for file in one.folder.iterdir()} == before


def head(**row: object) -> bytes:
    return json.dumps({"tuireader": 3, "state": "x", "feeds": []} | row).encode() + b"\n"


EMPTY = [[0, ""]] * 4
RUBBISH = (
    b"\x00\xff rubbish \n",
    zlib.compress(b"[" * 100_000 + b"\n"),
    zlib.compress(b"null\n"),
    zlib.compress(head(tuireader=9)),
    zlib.compress(head(feeds={"a": 1})),
    zlib.compress(head(feeds=[[URL, None, 5, 0]])),
    zlib.compress(head(feeds=[[URL, None, -1, 0]])),
    zlib.compress(head(feeds=[[URL, None, 1, 0]]) + b"\x01" * 16),
    zlib.compress(head(feeds=[["file:///etc/passwd", [[5, True], *EMPTY], 0, 0]])),
    zlib.compress(head(feeds=[["javascript:alert(1)", [[5, True], *EMPTY], 0, 0]])),
    zlib.compress(head(feeds=[[URL, [[9007199254740993000, False], *EMPTY], 0, 0]])),
    zlib.compress(head(feeds=[[URL, [[5, False], *EMPTY[:3], [5, "file:///etc/passwd"]], 0, 0]])),
    zlib.compress(b"\0" * 100_000_000),
)


def test_a_file_that_could_not_be_read_is_read_as_soon_as_it_can(machine: MakeMachine) -> None:
    one, two = machine("one"), machine("two")
    for each in (one, two):
        each.fetch(3)
    one.mark(0, read=True, starred=True)
    one.exchange()
    files = [*one.folder.glob("tuireader-test-one-*")]
    for file in files:
        os.link(file, file.with_name(f"{file.name}.else"))  # one with another name is not opened
    for _ in range(2):
        assert any("Cannot read" in said for said in [two.exchange().error or "", *two.exchange().taken.said])
        assert (True, True) not in two.state().values()
    for file in files:
        file.with_name(f"{file.name}.else").unlink()
    two.exchange()
    assert list(two.state().values()).count((True, True)) == 1


@pytest.mark.parametrize("rubbish", RUBBISH, ids=range(len(RUBBISH)))
def test_rubbish_is_passed_over(machine: MakeMachine, rubbish: bytes) -> None:
    one, two = machine("one"), machine("two")
    for each in (one, two):
        each.fetch()
    everywhere(one, two)
    (one.folder / "tuireader-strange-1.map").write_bytes(rubbish)
    one.mark(0, read=True)
    everywhere(one, two)
    assert one.state() == two.state()
    assert one.state()[f"{URL}#0"] == (True, False)
    assert list(one.feeds()) == [URL]


def test_a_file_that_is_cut_off_is_read_once_it_is_whole(machine: MakeMachine) -> None:
    one, two = machine("one"), machine("two")
    for each in (one, two):
        each.fetch()
    everywhere(one, two)
    one.mark(0, read=True)
    one.exchange()
    (file,) = one.folder.glob("tuireader-test-one-*.recent")
    whole = file.read_bytes()
    file.write_bytes(whole[:-9])  # as it is copied
    two.exchange()
    assert two.state()[f"{URL}#0"] == (False, False)
    file.write_bytes(whole)
    two.exchange()
    assert two.state()[f"{URL}#0"] == (True, False)


def test_a_folder_that_is_gone_is_said_and_nothing_is_lost(machine: MakeMachine) -> None:
    one, two = machine("one"), machine("two")
    for each in (one, two):
        each.fetch()
    everywhere(one, two)
    one.mark(0, read=True)
    away = one.folder.with_name("away")
    one.folder.rename(away)
    with pytest.raises(SyncError, match="Is it mounted"):
        one.exchange()
    away.rename(one.folder)
    everywhere(one, two)
    assert two.state()[f"{URL}#0"] == (True, False)


def test_what_is_no_folder_is_not_shared(tmp_path: Path) -> None:
    with closing(connect(tmp_path / "a.db")) as c:
        with pytest.raises(SyncError, match="is not a directory"):
            folder_state.share(c, str(tmp_path / "nothing"))
        assert not accounts.get(c, LOCAL).syncs


def test_it_can_be_ended(machine: MakeMachine) -> None:
    one = machine("one")
    one.fetch()
    one.mark(0, read=True)
    with one.opened() as c:
        folder_state.stop_sharing(c)
        assert folder_state.state_of(c) is None
        assert status_outbox.count(c, LOCAL) == 0
    one.mark(1, read=True)
    with one.opened() as c:
        assert status_outbox.count(c, LOCAL) == 0


def test_a_cache_that_was_copied_to_another_machine_has_files_of_its_own(
    machine: MakeMachine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = machine("one")
    one.fetch()
    one.exchange()
    with one.opened() as c:
        place = folder_state.state_of(c)
        assert place is not None
        accounts.set_cursor(c, LOCAL, json.dumps(json.loads(place.text()) | {"host": "another"}))
        c.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copyfile(one.path, tmp_path / "copy.db")
    with closing(connect(tmp_path / "copy.db")) as c:
        shared_folder.exchange(c, NOW)
        copied = folder_state.state_of(c)
        assert copied is not None
        assert copied.device != place.device
        assert copied.host != "another"


def test_no_link_in_it_is_followed(machine: MakeMachine, tmp_path: Path) -> None:
    one, two = machine("one"), machine("two")
    for each in (one, two):
        each.fetch()
    one.mark(0, read=True)
    other = tmp_path / "other"
    other.write_text("not ours\n")
    with one.opened() as c:
        place = folder_state.state_of(c)
        assert place is not None
    for name in (f"tuireader-{place.device}.map", f".tuireader-{place.device}.map.part", "tuireader-else.map"):
        (one.folder / name).symlink_to(other)
    everywhere(one, two)
    assert other.read_text() == "not ours\n"
    assert two.state() == one.state()
    assert two.state()[f"{URL}#0"] == (True, False)


def test_a_folder_named_like_a_file_is_passed_over(machine: MakeMachine) -> None:
    one = machine("one")
    one.fetch()
    (one.folder / "tuireader-folder.map").mkdir()
    one.mark(0, read=True)
    one.exchange()
    assert len([*one.folder.glob("tuireader-test-one-*")]) == 2


@pytest.mark.thorough
@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow), pytest.param(3, marks=pytest.mark.slow)])
def test_three_machines_end_equal_with_the_last_of_each(machine: MakeMachine, seed: int) -> None:
    """A thousand steps, each machine offline for as long as it likes."""
    dice = random.Random(seed)
    machines = [machine(name) for name in "abc"]
    for each in machines:
        each.fetch(12)
        each.exchange(NOW)
    everywhere(*machines)
    now = NOW + timedelta(days=1)
    last: dict[tuple[int, str], bool] = {}
    for _ in range(1000):
        now += timedelta(seconds=dice.randint(1, 600))
        each = dice.choice(machines)
        if dice.random() < 0.06:
            each.exchange(now)
            continue
        number, field, value = dice.randrange(12), dice.choice(("read", "starred")), dice.random() < 0.5
        before = each.state()[f"{URL}#{number}"][field == "starred"]
        each.mark(number, now=now, what={field: value})
        if before is not value:  # what was so already is no mark
            last[number, field] = value
    for each in [*machines, *machines]:
        now += timedelta(minutes=1)
        each.exchange(now)
    state = machines[0].state()
    assert all(each.state() == state for each in machines)
    found = {(n, field): state[f"{URL}#{n}"][field == "starred"] for n, field in last}
    assert found == last


@pytest.mark.parametrize("suffix", [".map", ".recent"])
@pytest.mark.parametrize("how", ["gone", "empty", "older", "cut"])
def test_a_file_that_is_lost_is_written_again(machine: MakeMachine, how: str, suffix: str) -> None:
    def of(machine: Machine) -> Path:
        (found,) = machine.folder.glob(f"tuireader-test-{machine.name}-*{suffix}")
        return found

    one, two = machine("one"), machine("two")
    for each in (one, two):
        each.fetch()
    everywhere(one, two)
    older = of(one).read_bytes()
    two.mark(3, read=True)
    one.mark(0, starred=True)
    everywhere(two, one)
    one.mark(3, read=False)
    one.mark(1, read=True)
    with one.opened() as c:
        feeds.add(c, "https://other.example/feed", title="Other", site="", now=NOW)
    one.exchange()
    file = of(one)
    if how == "gone":
        file.unlink()
    else:
        file.write_bytes({"empty": b"", "older": older, "cut": file.read_bytes()[:-40]}[how])
    one.mark(2, starred=True)
    everywhere(one, two)
    assert two.state() == one.state()
    assert one.state()[f"{URL}#3"] == (False, False)
    assert one.state()[f"{URL}#0"] == one.state()[f"{URL}#2"] == (False, True)
    assert two.feeds().keys() == one.feeds().keys()
    three = machine("three")
    three.fetch()
    everywhere(three)
    assert three.state() == one.state()
    assert three.feeds().keys() == one.feeds().keys()


@pytest.mark.parametrize("step", ["_take_subscriptions", "_take_marks", "_keep"])
def test_ended_after_it_was_told_nothing_comes_back(
    machine: MakeMachine, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    one, two = machine("one"), machine("two")
    for each in (one, two):
        each.fetch()
    everywhere(one, two)
    with one.opened() as c:
        feeds.add(c, "https://other.example/feed", title="Other", site="", now=NOW)

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(shared_folder._Exchange, step, end)
        with pytest.raises(KeyboardInterrupt):
            one.exchange()
    two.exchange()
    with two.opened() as c:
        subscription.unsubscribe(c, two.feed_id("https://other.example/feed"))
    everywhere(two, one)
    assert list(one.feeds()) == list(two.feeds()) == [URL]


def test_a_feed_that_is_shared_no_more_is_not_ended_elsewhere(machine: MakeMachine) -> None:
    """It has a password now, or was given to an account."""
    one, two = machine("one"), machine("two")
    for each in (one, two):
        each.fetch()
        each.fetch(3, "https://other.example/feed")
    everywhere(one, two)
    with one.opened() as c:
        feeds.move(c, URL, "https://ann:secret@site.example/feed")
        account = accounts.add(c, "miniflux", name="Work", url="https://rss.example")
        feeds.hand_over(c, one.feed_id("https://other.example/feed"), account.id)
    everywhere(one, two)
    assert set(two.feeds()) == {URL, "https://other.example/feed"}


def test_a_feed_that_moves_there_and_back_is_where_it_moved_last(machine: MakeMachine) -> None:
    one, two = machine("one"), machine("two")
    for each in (one, two):
        each.fetch()
    everywhere(one, two)
    for to, before in (("https://new.example/feed", URL), (URL, "https://new.example/feed")):
        with one.opened() as c:
            feeds.move(c, before, to)
        everywhere(one, two)
        assert list(one.feeds()) == list(two.feeds()) == [to]
    two.mark(1, read=True)
    everywhere(two, one)
    assert one.state() == two.state()
    assert one.state()[f"{URL}#1"] == (True, False)


def test_a_machine_with_another_name_is_the_same(
    machine: MakeMachine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "real.db"
    (tmp_path / "folder").mkdir()
    with closing(connect(path)) as c:
        feeds.add(c, URL, title="Site", site="", now=NOW)
        folder_state.share(c, str(tmp_path / "folder"))
        shared_folder.exchange(c, NOW)
        monkeypatch.setattr("socket.gethostname", lambda: "another-name")
        shared_folder.exchange(c, NOW)
    assert len([*(tmp_path / "folder").iterdir()]) == 2


def test_what_another_program_adds_meanwhile_is_told_the_next_time(
    machine: MakeMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = machine("one"), machine("two")
    for each in (one, two):
        each.fetch()
    everywhere(one, two)
    one.mark(0, read=True)
    with one.opened() as c:
        subscription.rename(c, one.feed_id(), "Mine")
    write = shared_folder._Exchange._write

    def add_meanwhile(self: shared_folder._Exchange) -> None:
        write(self)
        with one.opened() as c:
            feeds.add(c, "https://other.example/feed", title="Other", site="", now=NOW)

    with monkeypatch.context() as patched:
        patched.setattr(shared_folder._Exchange, "_write", add_meanwhile)
        one.exchange()
    everywhere(one, two)
    assert "https://other.example/feed" in two.feeds()


def test_one_that_cannot_be_read_stops_no_other(machine: MakeMachine) -> None:
    one, two = machine("one"), machine("two")
    for each in (one, two):
        each.fetch()
    everywhere(one, two)
    os.mkfifo(one.folder / "tuireader-pipe.map")
    (one.folder / "tuireader-nowhere.map").symlink_to("/nothing/there")
    one.mark(0, read=True)
    everywhere(one, two)
    assert two.state()[f"{URL}#0"] == (True, False)


def test_a_feed_that_comes_has_its_name(machine: MakeMachine) -> None:
    one, two = machine("one"), machine("two")
    one.fetch()
    everywhere(one, two)
    with two.opened() as c:
        assert [feed.name for feed in feeds.every(c)] == ["Site"]


def test_that_a_feed_stays_is_said_once(machine: MakeMachine) -> None:
    one, two = machine("one"), machine("two")
    for each in (one, two):
        each.fetch()
    everywhere(one, two)
    with one.opened() as c:
        subscription.unsubscribe(c, one.feed_id())
    two.mark(0, starred=True)
    one.exchange()
    assert len(two.exchange().taken.said) == 1
    one.fetch(1, "https://other.example/feed")
    one.exchange()
    assert two.exchange().taken.said == ()


def test_what_a_server_marks_of_a_story_is_that_article_alone(machine: MakeMachine) -> None:
    one, two = machine("one"), machine("two")
    for each in (one, two):
        tell_twice(each)
    everywhere(one, two)
    with one.opened() as c:
        account = accounts.add(c, "miniflux", name="Work", url="https://rss.example")
        feeds.hand_over(c, one.feed_id(OTHER), account.id)
        (theirs,) = (
            id_ for id_ in article_lists.ids(c, Query(apart=True)) if articles.get(c, id_).guid == f"{OTHER}#0"
        )
        server_statuses.apply_statuses(c, {theirs: (True, True)})
        assert article_lists.count(c, Query(unread=True)) == article_lists.count(c, Query(starred=True)) == 1
    everywhere(one, two)
    assert two.state()[f"{URL}#0"] == (False, False)
