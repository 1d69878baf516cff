"""What is done here is told, what is done there is taken over, and nothing is lost on either side."""

from __future__ import annotations

import inspect
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any, Literal

import pytest

from library.syncing.conftest import MakeDevice
from support.factories import NOW, index_all, ready, save_plan, subscribe
from support.reader_servers import FIRST, PASSWORD, USER, Answer, Api, Asked, FakeMiniflux, FakeReader, Item
from tuireader.errors import SyncError
from tuireader.library.reading.user_edits import tag
from tuireader.library.refreshing.match_entries import prepare
from tuireader.library.subscribing import subscription
from tuireader.library.syncing import accounts as use
from tuireader.library.syncing import greader as reader
from tuireader.library.syncing import miniflux as rest
from tuireader.library.syncing import server as server_module
from tuireader.library.syncing.server import alone, lock_of
from tuireader.model.fetched import ParsedEntry, Plan
from tuireader.model.query import Query, Rule
from tuireader.store import accounts, articles, feeds, folders, rules, save_articles, status_outbox, statuses
from tuireader.store.connection import connect
from tuireader.store.queries import article_lists
from tuireader.sync import greader, miniflux
from tuireader.web import fetch

TESTS = Path(__file__).parents[2]


WORDS = ["".join(pair) for pair in product(("har", "bo", "ur", "lan", "ter", "n"), ("me", "ad", "ow", "cop", "per"))]


def filled(server: Api, count: int = 5) -> None:
    server.follow(1, "News & Co")
    server.follow(2, "Ports")
    server.publish(1, count)
    server.publish(2, count)


async def test_no_answer_of_a_server_is_read_on_the_loop(
    server: Api, device: MakeDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of megabytes would keep all keys waiting."""
    read: set[str] = set()

    def apart(name: str, function: Callable[..., object]) -> Callable[..., object]:
        def wrapped(*given: Any, **more: Any) -> object:
            read.add(name)
            assert threading.current_thread() is not threading.main_thread(), name
            return function(*given, **more)

        return wrapped

    for module in (greader, miniflux):
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if [*inspect.signature(function).parameters][:2] == ["content", "url"]:
                monkeypatch.setattr(module, name, apart(name, function))
    filled(server)
    here = device(server)
    await here.sync()
    title = next(iter(server.items.values())).title
    here.mark(title, read=True, starred=True)
    with closing(connect(here.path)) as c:
        subscription.put_into(c, feeds.every(c)[0].id, "Elsewhere")
        feed = feeds.add(c, "https://site-9.example/feed", title="Nine", site="", now=NOW)
    await here.push(feed)
    server.mark(next(iter(server.items)), read=False)
    assert (await here.sync()).status == "done"
    assert {"feeds_of", "entries_of"} < read
    assert len(read) > 3


async def test_feeds_folders_articles_and_marks_come(server: Api, device: MakeDevice) -> None:
    filled(server)
    numbers = list(server.items)
    server.mark(numbers[0], starred=True)
    here = device(server)
    done = await here.sync()
    assert (done.status, done.new, done.error) == ("done", 10, None)
    assert here.state() == server.state()
    assert here.feeds() == {
        "https://site-1.example/feed": ("Feed 1", "News & Co"),
        "https://site-2.example/feed": ("Feed 2", "Ports"),
    }
    with closing(connect(here.path)) as c:
        assert [row.name for row in article_lists.authors(c, Query())] == ["Ann Lee"]
        found = {row.name for row in article_lists.categories(c, Query())}
    has_categories = isinstance(server, FakeMiniflux) or (isinstance(server, FakeReader) and server.is_freshrss)
    assert found == ({"News/World", "Ports & Ships"} if has_categories else {""})


async def test_a_second_time_nothing_comes_and_little_is_asked(server: Api, device: MakeDevice) -> None:
    filled(server)
    here = device(server)
    await here.sync()
    server.asked.clear()
    again = await here.sync()
    assert (again.new, again.read, again.pushed) == (0, 0, 0)
    assert len(server.asked) <= 5
    assert not any("ot" in asked.query or "nt" in asked.query for asked in server.asked)


async def test_marks_go_both_ways(server: Api, device: MakeDevice) -> None:
    filled(server)
    here = device(server)
    await here.sync()
    one, two, three, four, *_ = server.items.values()
    here.mark(one.title, read=True)
    here.mark(two.title, starred=True)
    server.mark(three.number, read=True)
    server.mark(four.number, starred=True)
    done = await here.sync()
    assert (done.pushed, done.read, done.starred) == (2, 1, 1)
    assert here.state() == server.state()
    assert server.state()[one.title] == (True, False)
    assert server.state()[two.title] == (False, True)
    here.mark(one.title, read=False)
    here.mark(two.title, starred=False)
    server.mark(three.number, read=False)
    server.mark(four.number, starred=False)
    done = await here.sync()
    assert (done.pushed, done.unread, done.unstarred, done.waiting) == (2, 1, 1, 0)
    assert here.state() == server.state()
    assert set(here.state().values()) == {(False, False)}


async def test_a_mark_that_was_not_told_goes_before_what_the_server_says(server: Api, device: MakeDevice) -> None:
    filled(server)
    here, other = device(server), device(server)
    await here.sync()
    await other.sync()
    title = next(iter(server.items.values())).title
    other.mark(title, read=True)
    other.mark(title, starred=True)
    await other.sync()
    here.mark(title, read=True)
    here.mark(title, read=False)
    await here.sync()
    assert server.state()[title] == here.state()[title] == (False, True)
    await other.sync()
    assert other.state() == server.state()


async def test_what_is_marked_while_it_is_asked_stays_and_is_told_next(server: Api, device: MakeDevice) -> None:
    filled(server)
    here = device(server)
    await here.sync()
    one, two, *_ = server.items.values()
    server.mark(two.number, read=True)
    is_marked = False

    def mark_meanwhile(asked: Asked) -> None:
        nonlocal is_marked
        if not is_marked and (
            "changed_after" in asked.query or asked.query.get("s") == ["user/-/state/com.google/starred"]
        ):
            is_marked = True
            here.mark(one.title, read=True)

    server.before = mark_meanwhile
    await here.sync()
    assert is_marked
    assert here.state()[one.title] == (True, False)
    await here.sync()
    assert server.state() == here.state()
    assert server.state()[one.title] == (True, False)


async def test_what_is_offline_waits_and_says_so(server: Api, device: MakeDevice) -> None:
    filled(server)
    here = device(server)
    await here.sync()
    here.mark(*server.state(), read=True)
    server.stop()
    done = await here.sync()
    assert (done.status, done.waiting) == ("offline", 10)
    assert done.error
    assert done.error.startswith("Work: ")
    assert set(here.state().values()) == {(True, False)}


async def test_an_error_in_the_middle_loses_nothing(server: Api, device: MakeDevice) -> None:
    filled(server, 60)
    here = device(server)
    await here.sync()
    some = list(server.items.values())
    here.mark(*(item.title for item in some[:40]), read=True)
    server.mark(*(item.number for item in some[50:60]), starred=True)
    left = [0]

    def fail(asked: Asked) -> Answer | None:
        left[0] -= 1
        return Answer("Oh no", 500, "text/plain") if left[0] < 0 else None

    for steps in range(12):
        left[0] = steps
        server.before = fail
        await here.sync()
        here.now = here.now.replace(year=here.now.year + 1)
    server.before = lambda _: None
    done = await here.sync()
    assert done.status == "done"
    assert here.state() == server.state()
    assert sum(read for read, _ in server.state().values()) == 40
    assert len(here.state()) == 120


async def test_what_the_user_does_to_feeds_goes_up(server: Api, device: MakeDevice) -> None:
    filled(server)
    server.follow(3)
    server.publish(3, 2)
    here = device(server)
    await here.sync()
    with closing(connect(here.path)) as c:
        by_name = {feed.name: feed for feed in feeds.every(c)}
        subscription.rename(c, by_name["Feed 1"].id, "Mine & yours")
        subscription.put_into(c, by_name["Feed 2"].id, "Sea/Land")
        subscription.unsubscribe(c, by_name["Feed 3"].id)
    assert set(here.feeds().values()) == {("Mine & yours", "News & Co"), ("Feed 2", "Sea/Land")}
    done = await here.sync()
    assert (done.status, done.pushed) == ("done", 3)
    assert {number: (feed["title"], feed["folder"]) for number, feed in server.feeds.items()} == {
        1: ("Mine & yours", "News & Co"),
        2: ("Feed 2", "Sea/Land"),
    }
    assert set(here.feeds().values()) == {("Mine & yours", "News & Co"), ("Feed 2", "Sea/Land")}
    await here.sync()
    assert set(here.feeds().values()) == {("Mine & yours", "News & Co"), ("Feed 2", "Sea/Land")}


async def test_what_is_done_to_feeds_elsewhere_comes(server: Api, device: MakeDevice) -> None:
    filled(server)
    here = device(server)
    await here.sync()
    server.feeds[1] |= {"title": "Another name", "folder": "Elsewhere"}
    server.follow(3, "New")
    server.publish(3, 1)
    server.unfollow(2)
    await here.sync()
    assert set(here.feeds().values()) == {("Another name", "Elsewhere"), ("Feed 3", "New")}
    assert here.state() == server.state()


async def test_a_feed_that_ended_there_stays_with_what_is_starred_in_it(server: Api, device: MakeDevice) -> None:
    filled(server)
    here = device(server)
    await here.sync()
    kept = next(item for item in server.items.values() if item.feed == 2)
    here.mark(kept.title, starred=True)
    await here.sync()
    server.unfollow(2)
    done = await here.sync()
    assert done.status == "done"
    assert here.state()[kept.title] == (False, True)
    with closing(connect(here.path)) as c:
        errors = [feed.error for feed in feeds.every(c) if feed.error]
        assert errors == ["No longer in Work; articles are kept on this device"]


async def test_an_emptied_server_takes_nothing_away(server: Api, device: MakeDevice) -> None:
    for number in range(1, 6):
        server.follow(number)
        server.publish(number, 3)
    here = device(server)
    await here.sync()
    server.feeds.clear()
    server.items.clear()
    before = here.state()
    done = await here.sync()
    assert "They are kept on this device; to restore them: tuireader account push --all" in " ".join(done.said)
    assert here.state() == before
    assert len(here.feeds()) == 5


@pytest.mark.parametrize("since", [-100, 50, 1000])
async def test_a_server_that_was_set_back_is_told_what_it_forgot(server: Api, device: MakeDevice, since: int) -> None:
    filled(server)
    here = device(server)
    await here.sync()
    old = {number: (item.read, item.starred) for number, item in server.items.items()}
    clock = server.clock
    late = [*server.publish(1, 3), *server.publish(2, 3)]
    await here.sync()
    first, second, *_ = server.items.values()
    here.mark(first.title, late[0].title, read=True)
    here.mark(second.title, starred=True)
    await here.sync()
    # From a backup; what came since is fetched again, and called otherwise.
    titles = [(item.title, item.link, item.feed) for item in late]
    server.items = {number: item for number, item in server.items.items() if number in old}
    for number, (read, starred) in old.items():
        server.items[number].read, server.items[number].starred = read, starred
        server.items[number].changed = clock
    server.clock = clock + since
    for title, link, feed in reversed(titles):
        server.publish(feed, 1, title=title, link=link)
    if since == 1000:
        server.publish(1, 20)
    done = await here.sync()
    assert done.status == "done"
    await here.sync()
    assert here.state() == server.state()
    assert server.state()[first.title] == (True, False)
    assert server.state()[second.title] == (False, True)
    assert server.state()[late[0].title] == (True, False)
    assert len(server.state()) == (36 if since == 1000 else 16)


async def test_a_server_that_has_only_forgotten_marks_is_told_them_and_it_is_said(
    miniflux: FakeMiniflux, device: MakeDevice
) -> None:
    """All its articles are known still, so it is by the time of the last change that it is seen."""
    filled(miniflux)
    here = device(miniflux)
    await here.sync()
    first = miniflux.items[1]
    before = {number: item.changed for number, item in miniflux.items.items()}
    here.mark(first.title, read=True)
    await here.sync()
    await here.sync()  # now it is known when that was changed
    first.read, first.changed = False, before[first.number]
    done = await here.sync()
    assert ["was reset or restored" in sentence for sentence in done.said] == [True]
    assert first.read
    assert here.state() == miniflux.state()
    assert not (await here.sync()).said


@pytest.mark.parametrize(("limit", "value"), [("_PAGES", 2), ("RUN_BYTES_MAX", 10)])
async def test_more_than_one_run_reads_comes_with_the_next(
    miniflux: FakeMiniflux, device: MakeDevice, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    monkeypatch.setattr(rest, limit, value)
    monkeypatch.setattr(rest, "PAGE_SIZES", (2,))
    filled(miniflux, 5)
    here = device(miniflux)
    counts = []
    for _ in range(4 if limit == "_PAGES" else 8):
        await here.sync()
        counts.append(len(here.state()))
    assert counts[0] < counts[-1] == 10
    assert here.state() == miniflux.state()


@pytest.mark.parametrize(("limit", "value"), [("_ARTICLES_MAX", 3), ("RUN_BYTES_MAX", 10)])
async def test_more_than_one_run_reads_of_a_reader_comes_with_the_next(
    freshrss: FakeReader, device: MakeDevice, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    monkeypatch.setattr(reader, limit, value)
    monkeypatch.setattr(reader, "CONTENTS_AT_ONCE", 2)
    filled(freshrss, 5)
    here = device(freshrss)
    counts = []
    for _ in range(8):
        await here.sync()
        counts.append(len(here.state()))
    assert counts[0] < counts[-1] == 10
    assert here.state() == freshrss.state()


async def test_rules_and_stories_are_told(server: Api, device: MakeDevice) -> None:
    filled(server, 2)
    here = device(server)
    await here.add()
    with closing(connect(here.path)) as c:
        rules.add(c, Rule("title:1", read=True), NOW)
    done = await here.sync()
    assert done.pushed
    marked = {title for title, (read, _) in here.state().items() if read}
    assert marked
    assert here.state() == server.state()


async def test_a_feed_of_this_machine_is_handed_over_with_its_marks(server: Api, device: MakeDevice) -> None:
    filled(server)
    here = device(server)
    await here.sync()
    url = "https://own.example/feed"
    with closing(connect(here.path)) as c:
        feed = feeds.add(c, url, title="Own", site="https://own.example/", now=NOW)
        save_plan(c, feed, Plan(new=tuple(ready(f"own-{n}", link=f"https://own.example/{n}") for n in range(4))))
        subscription.put_into(c, feed.id, "Mine")
        ids = article_lists.ids(c, Query(feeds=(feed.id,)))
        statuses.mark(c, ids[:2], read=True)
        statuses.mark(c, ids[2:3], starred=True)
        links = [articles.get(c, id_).link for id_ in ids]
        titles = [articles.get(c, id_).title for id_ in ids]
        feed = feeds.get(c, feed.id)
    await here.push(feed)
    number = next(number for number, each in server.feeds.items() if each["url"] == url)
    assert server.feeds[number]["folder"] == "Mine"
    for title, link in list(zip(titles, links, strict=True))[:3]:
        server.publish(number, 1, title=title, link=link)
    await here.sync()
    await here.sync()
    told = server.state()
    assert [told[title] for title in titles[:3]] == [(True, False), (True, False), (False, True)]
    with closing(connect(here.path)) as c:
        assert article_lists.count(c, Query(feeds=(feed.id,))) == 4
        assert feeds.due(c, here.now) == []
        assert status_outbox.count(c, here.account_id) == 0


async def test_a_feed_that_both_follow_becomes_one(server: Api, device: MakeDevice) -> None:
    filled(server)
    here = device(server)
    with closing(connect(here.path)) as c:
        own = feeds.add(c, server.feeds[1]["url"], title="Feed 1", site="", now=NOW)
        theirs = [item for item in server.items.values() if item.feed == 1]
        told = [prepare(ParsedEntry(f"own-{item.number}", item.title, item.link)) for item in theirs]
        old = prepare(ParsedEntry("own-old", "Older than all there", "https://site-1.example/old"))
        save_articles.save_entries(c, own.id, Plan(new=(*told, old)), NOW)
        statuses.mark(c, article_lists.ids(c, Query(text="Article"))[1:3], read=True, starred=True)
    await here.sync()
    assert len(here.state()) == 11
    with closing(connect(here.path)) as c:
        account = accounts.get(c, here.account_id)
        assert use.followed_twice(c, account) == 1
        feeds.rename(c, own.id, "Mine")
        own = feeds.get(c, own.id)
    await here.push(own)
    await here.sync()
    state = here.state()
    assert state.pop("Older than all there") == (False, False)
    assert state == server.state()
    assert sum(read and starred for read, starred in state.values()) == 2
    with closing(connect(here.path)) as c:
        assert [(feed.id, feed.name) for feed in feeds.every(c) if feed.url == own.url] == [(own.id, "Mine")]
        assert article_lists.count(c, Query(feeds=(own.id,))) == 6
        assert use.followed_twice(c, account) == 0


async def test_a_double_leaves_its_rules_options_and_old_articles_behind(server: Api, device: MakeDevice) -> None:
    filled(server)
    here = device(server)
    await here.sync()
    with closing(connect(here.path)) as c:
        theirs = next(feed for feed in feeds.every(c) if feed.url == server.feeds[1]["url"])
        old = prepare(ParsedEntry("gone", "No more on the server", "https://site-1.example/gone", categories=("Old",)))
        save_articles.save_entries(c, theirs.id, Plan(new=(old,)), NOW)
        rules.add(c, Rule("nothing", hide=True, feed_id=theirs.id), NOW)
        feeds.set_option(c, theirs.id, "quiet", "yes")
        own = feeds.add(c, theirs.url, title="Own", site="", now=NOW)
        folders.put(c, own.id, folders.add(c, "News").id)
        rules.add(c, Rule("nothing", read=True, folder_id=folders.find(c, "News").id), NOW)
    await here.push(own)
    await here.sync()
    with closing(connect(here.path)) as c:
        (feed,) = (feed for feed in feeds.every(c) if feed.url == own.url)
        assert [(rule.feed_id, rule.folder_id) for rule in rules.every(c)] == [(feed.id, None), (None, feed.folder_id)]
        assert folders.get(c, feed.folder_id or 0).account_id == here.account_id
        assert feeds.options(c, feed.id)["quiet"] == "yes"
        query = Query(feeds=(feed.id,), text="No more")
        assert article_lists.count(c, query) == article_lists.count(c, Query(categories=("Old",))) == 1
        assert feeds.counts(c, feed.id)[1] == article_lists.count(c, Query(feeds=(feed.id,)))


async def test_a_double_leaves_its_tags_behind_once_its_marks_are_sent(server: Api, device: MakeDevice) -> None:
    filled(server)
    here = device(server)
    with closing(connect(here.path)) as c:
        own = feeds.add(c, server.feeds[1]["url"], title="Own", site="", now=NOW)
    await here.sync()
    with closing(connect(here.path)) as c:
        theirs = next(feed for feed in feeds.every(c) if feed.url == own.url and feed.id != own.id)
        (tagged,) = article_lists.ids(c, Query(feeds=(theirs.id,)), 0, 1)
        tag(c, [tagged], ["Later"])
        title = articles.get(c, tagged).title
        statuses.mark(c, [tagged], starred=True)
    with pytest.raises(SyncError, match="with pending changes"):
        await here.push(own)
    assert len(here.state()) == 10
    await here.sync()
    await here.push(own)
    await here.sync()
    with closing(connect(here.path)) as c:
        (feed,) = (feed for feed in feeds.every(c) if feed.url == own.url)
        assert [each.title for each in article_lists.window(c, Query(text="tag:later"), 0, 9)] == [title]
        assert article_lists.count(c, Query(text="tag:later is:starred")) == 1
        assert feed.id == own.id
    assert len(here.state()) == 10


async def test_a_feed_that_is_followed_no_more_there_can_be_followed_again(server: Api, device: MakeDevice) -> None:
    filled(server)
    here = device(server)
    await here.sync()
    first = next(item for item in server.items.values() if item.feed == 1)
    here.mark(first.title, starred=True)
    await here.sync()
    server.unfollow(1)
    done = await here.sync()
    assert "Kept on this device because it has starred or tagged articles" in " ".join(done.said)
    with closing(connect(here.path)) as c:
        feed = next(feed for feed in feeds.every(c) if feed.error)
    await here.push(feed)
    assert feed.url in {each["url"] for each in server.feeds.values()}
    await here.sync()
    with closing(connect(here.path)) as c:
        assert feeds.get(c, feed.id).error is None
        with pytest.raises(SyncError, match="already in an account"):
            await here.push(feeds.get(c, feed.id))


async def test_a_feed_that_is_removed_and_added_again_before_a_sync_stays_followed(
    server: Api, device: MakeDevice
) -> None:
    filled(server)
    here = device(server)
    await here.sync()
    with closing(connect(here.path)) as c:
        theirs = next(feed for feed in feeds.every(c) if feed.url == server.feeds[1]["url"])
        subscription.unsubscribe(c, theirs.id)
        own = feeds.add(c, theirs.url, title="Own", site="", now=NOW)
    await here.push(own)
    for _ in range(2):
        await here.sync()
        assert own.url in {each["url"] for each in server.feeds.values()}
    assert here.state() == server.state()
    with closing(connect(here.path)) as c:
        assert feeds.get(c, own.id).is_followed_for_us
        assert not status_outbox.subscriptions_waiting(c, here.account_id)


async def test_an_account_is_added_once_and_removed_whole(server: Api, device: MakeDevice) -> None:
    filled(server)
    here = device(server)
    first = await here.add()
    await here.sync()
    assert (await here.add("Another")).id == first.id
    with closing(connect(here.path)) as c:
        accounts.remove(c, first.id)
        assert feeds.every(c) == []
        assert article_lists.count(c, Query()) == 0


async def test_an_account_that_is_removed_leaves_what_other_feeds_tell_too(
    miniflux: FakeMiniflux, device: MakeDevice
) -> None:
    """The account's article stood in the lists for both."""
    filled(miniflux)
    here = device(miniflux)
    with closing(connect(here.path)) as c:
        own = subscribe(c, "https://own.example/feed")
        told = [ParsedEntry(f"own-{item.number}", item.title, item.link) for item in miniflux.items.values()]
        save_articles.save_entries(c, own.id, Plan(new=tuple(prepare(each) for each in told)), NOW)
    await here.sync()
    with closing(connect(here.path)) as c:
        assert article_lists.count(c, Query()) == len(told)  # each once
        accounts.remove(c, here.account_id)
        assert article_lists.count(c, Query()) == len(told)


@pytest.mark.parametrize(
    "number", [2, 3.5, pytest.param(5, marks=pytest.mark.slow), pytest.param(5.5, marks=pytest.mark.slow)]
)
async def test_killed_at_a_request_it_goes_on(server: Api, device: MakeDevice, number: float) -> None:
    filled(server, 30)
    here = device(server)
    account = await here.add()
    given = [str(here.path), str(account.id), USER, PASSWORD, str(number)]
    command = [sys.executable, "-m", "support.sync_killed", *given]
    for _ in range(2):
        assert _run(command) == -signal.SIGKILL
        here.mark(*[*here.state()][::3], read=True)
    done_here = await here.sync()
    assert done_here.status == "done"
    assert here.state() == server.state()
    assert len(here.state()) == 60


def _run(command: list[str]) -> int:
    return subprocess.run(command, cwd=TESTS, capture_output=True, check=False, timeout=60).returncode


@pytest.mark.parametrize(
    ("steps", "seed"), [(40, 1), pytest.param(1000, 2, marks=pytest.mark.slow)], ids=["some steps", "a thousand"]
)
async def test_three_devices_end_equal_with_the_last_that_was_told(
    server: Api, device: MakeDevice, steps: int, seed: int
) -> None:
    """Each is offline for as long as it likes: what was told last is so everywhere."""
    filled(server, 6)
    if not isinstance(server, FakeMiniflux):
        steps = min(steps, 300)  # each run asks them for more
    dice = random.Random(seed)
    devices = [device(server) for _ in range(3)]
    for each in devices:
        await each.sync()
    titles = sorted(server.state())
    told = {(title, field): False for title in titles for field in ("read", "starred")}
    here = [dict(told) for _ in devices]
    untold: list[dict[tuple[str, str], bool]] = [{} for _ in devices]
    for _ in range(steps):
        place = dice.randrange(3)
        if dice.random() < 0.1:
            assert (await devices[place].sync()).status == "done"
            told |= untold[place]
            untold[place] = {}
            here[place] = dict(told)
            continue
        title, is_read, value = dice.choice(titles), dice.random() < 0.6, dice.random() < 0.5
        key = (title, "read" if is_read else "starred")
        if here[place][key] is not value:
            here[place][key] = untold[place][key] = value
        devices[place].mark(title, read=value if is_read else None, starred=None if is_read else value)
    for place, each in enumerate(devices):
        await each.sync()
        told |= untold[place]
    for each in devices:
        await each.sync()
    expected = {title: (told[title, "read"], told[title, "starred"]) for title in titles}
    assert server.state() == expected
    assert [each.state() for each in devices] == [expected] * 3


async def test_unsubscribing_from_the_newest_feed_elsewhere_is_no_set_back(server: Api, device: MakeDevice) -> None:
    """What was done there since is not undone."""
    filled(server)
    here = device(server)
    await here.sync()
    first, second, *_ = server.items.values()
    here.mark(first.title, read=True, starred=True)
    await here.sync()
    server.follow(3)
    server.publish(3, 3)
    await here.sync()
    server.mark(first.number, read=False, starred=False)
    server.unfollow(3)
    here.mark(second.title, read=True)
    done = await here.sync()
    assert not any("restored" in sentence for sentence in done.said)
    assert "Unsubscribed on Work: Feed 3" in done.said
    assert here.state() == server.state()
    assert server.state()[first.title] == (False, False)
    assert server.state()[second.title] == (True, False)


async def test_a_feed_that_is_missing_once_is_whole_again(server: Api, device: MakeDevice) -> None:
    filled(server)
    here = device(server)
    await here.sync()
    feed = server.feeds.pop(1)
    await here.sync()
    assert len(here.state()) == 5
    server.feeds[1] = feed
    await here.sync()
    assert here.state() == server.state()
    assert len(here.state()) == 10


@pytest.mark.parametrize("rows", ["[]", "[null, 5]", '[{"id": "1"}]', '[{"id": 1}, {"id": {}}]', "{}", "[[]]"])
async def test_a_list_of_feeds_that_cannot_be_read_ends_none(server: Api, device: MakeDevice, rows: str) -> None:
    filled(server)
    here = device(server)
    await here.sync()
    before = here.state(), here.feeds()

    def lie(asked: Asked) -> Answer | None:
        if asked.path == "/v1/feeds":
            return Answer(rows)
        return Answer(f'{{"subscriptions": {rows}}}') if asked.path.endswith("subscription/list") else None

    server.before = lie
    await here.sync()
    assert (here.state(), here.feeds()) == before
    server.before = lambda _: None
    await here.sync()
    assert here.state() == server.state()


async def test_a_server_that_was_made_anew_keeps_feeds_that_were_not_meant(server: Api, device: MakeDevice) -> None:
    """What is done to a feed is told by its address: its number is another feed's by now."""
    filled(server)
    here = device(server)
    await here.sync()
    with closing(connect(here.path)) as c:
        subscription.unsubscribe(c, next(feed.id for feed in feeds.every(c) if feed.url.startswith("https://site-1")))
    one, two = server.feeds[1], server.feeds[2]
    server.feeds = {1: two, 2: one}
    for item in server.items.values():
        item.feed = 3 - item.feed
    done = await here.sync()
    assert done.status == "done"
    assert [feed["url"] for feed in server.feeds.values()] == ["https://site-2.example/feed"]
    await here.sync()
    assert here.state() == server.state()


async def test_a_change_that_is_refused_is_said_and_all_else_goes_on(server: Api, device: MakeDevice) -> None:
    filled(server)
    here = device(server)
    await here.sync()
    with closing(connect(here.path)) as c:
        subscription.rename(c, feeds.every(c)[0].id, "Another")

    def refuse(asked: Asked) -> Answer | None:
        is_change = asked.method == "PUT" and "/feeds/" in asked.path
        return Answer("{}", 400) if is_change or asked.path.endswith("subscription/edit") else None

    server.before = refuse
    server.publish(1, 2)
    done = await here.sync()
    assert done.status == "done"
    assert any("(rename)" in sentence for sentence in done.said)
    assert len(here.state()) == 12
    assert (await here.sync()).said == ()


async def test_articles_of_one_link_and_title_are_those_that_they_are(freshrss: FakeReader, device: MakeDevice) -> None:
    freshrss.follow(1)
    freshrss.publish(1, 3, title="Weekly", link="https://site-1.example/")
    here = device(freshrss)
    await here.sync()
    freshrss.publish(1, 2, title="Weekly", link="https://site-1.example/")
    await here.sync()
    assert len(here.state()) == 5
    freshrss.asked.clear()
    await here.sync()
    assert len(freshrss.asked) <= 5


async def test_a_clock_that_was_wrong_once_stops_nothing(miniflux: FakeMiniflux, device: MakeDevice) -> None:
    filled(miniflux)
    miniflux.items[3].changed = 4_000_000_000
    here = device(miniflux)
    await here.sync()
    miniflux.clock = int(here.now.timestamp()) + 3600
    miniflux.publish(1, 3)
    miniflux.mark(1, read=True)
    await here.sync()
    assert here.state() == miniflux.state()


async def test_marks_of_a_feed_that_is_followed_no_more_wait_for_nobody(server: Api, device: MakeDevice) -> None:
    filled(server)
    here = device(server)
    await here.sync()
    kept = next(item for item in server.items.values() if item.feed == 2)
    here.mark(kept.title, starred=True)
    await here.sync()
    server.unfollow(2)
    here.mark(kept.title, read=True)
    assert (await here.sync()).waiting == 0
    here.mark(kept.title, read=False)
    assert (await here.sync()).waiting == 0


async def test_two_programs_do_not_keep_one_account_in_step_at_once(
    server: Api, device: MakeDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(server)
    here = device(server)
    account = await here.add()
    monkeypatch.setattr(server_module, "TURN", 0.0)
    with alone(here.path, account):
        done = await here.sync()
    assert (done.status, done.error) == ("failed", "Work is being synced by another tuireader")
    assert (await here.sync()).status == "done"


async def test_a_star_that_two_machines_turn_is_given(miniflux: FakeMiniflux, device: MakeDevice) -> None:
    filled(miniflux)
    here = device(miniflux)
    await here.sync()
    item = miniflux.items[1]
    here.mark(item.title, starred=True)
    is_turned = False

    def turn_too(asked: Asked) -> None:
        nonlocal is_turned
        if asked.path.endswith("/bookmark") and not is_turned:
            is_turned = True
            miniflux.mark(item.number, starred=True)  # which is turned back with what was asked

    miniflux.before = turn_too
    await here.sync()
    assert item.starred
    assert here.state()[item.title] == (False, True)


async def test_a_mark_that_the_server_has_already_stays(server: Api, device: MakeDevice) -> None:
    """It was made on another device, too; or it was told, and we were killed before we knew."""
    filled(server)
    here = device(server)
    await here.sync()
    first, second, *_ = server.items.values()
    here.mark(first.title, read=True)
    here.mark(second.title, starred=True)
    server.mark(first.number, read=True)
    server.mark(second.number, starred=True)
    await here.sync()
    assert (first.read, second.starred) == (True, True)
    assert here.state() == server.state()


async def test_a_mark_that_another_device_makes_at_the_same_moment_stays(server: Api, device: MakeDevice) -> None:
    filled(server)
    here = device(server)
    await here.sync()
    first, *_ = server.items.values()
    here.mark(first.title, read=True)

    def mark_too(asked: Asked) -> None:
        if asked.path.endswith(("/edit-tag", "/v1/entries")) and asked.method != "GET":
            server.mark(first.number, read=True)
            server.before = lambda _: None

    server.before = mark_too
    await here.sync()
    assert first.read
    assert here.state() == server.state()


@pytest.mark.parametrize("flavour", ["freshrss", "miniflux"])
async def test_an_empty_answer_about_articles_makes_none_deaf(
    device: MakeDevice, flavour: Literal["freshrss", "miniflux"]
) -> None:
    """A server that seems to know nothing once, or twice in a row, is told of marks again, and tells of its own."""
    server = FakeReader(flavour)
    for slips in (1, 4):
        here = device(server)
        server.follow(slips)
        server.publish(slips, 3)
        await here.sync()
        first, second, _ = (item for item in server.items.values() if item.feed == slips)
        server.mark(first.number, second.number, read=True)
        left = [slips]

        def empty(asked: Asked, left: list[int] = left) -> Answer | None:
            if asked.path.endswith("/stream/items/contents") and left[0]:
                left[0] -= 1
                return Answer('{"items": []}')
            return None

        server.before = empty
        await here.sync()
        server.before = lambda _: None
        await here.sync()
        await here.sync()
        assert here.state()[first.title] == (True, False)
        here.mark(first.title, starred=True)
        await here.sync()
        assert first.starred
    server.stop()


async def test_changes_of_feeds_wait_while_a_server_lists_none(server: Api, device: MakeDevice) -> None:
    filled(server)
    here = device(server)
    await here.sync()
    with closing(connect(here.path)) as c:
        ids = {feed.url: feed.id for feed in feeds.every(c)}
        subscription.rename(c, ids[server.feeds[1]["url"]], "Mine")
        subscription.unsubscribe(c, ids[server.feeds[2]["url"]])
    empty = "[]" if isinstance(server, FakeMiniflux) else '{"subscriptions": []}'
    server.before = lambda asked: Answer(empty) if asked.path.endswith(("/v1/feeds", "/subscription/list")) else None
    done = await here.sync()
    assert (done.pushed, done.waiting) == (0, 2)
    server.before = lambda _: None
    await here.sync()
    assert [feed["title"] for feed in server.feeds.values()] == ["Mine"]
    await here.sync()
    assert len(here.feeds()) == 1


async def test_changes_of_a_feed_that_has_moved_there_are_told(server: Api, device: MakeDevice) -> None:
    filled(server)
    here = device(server)
    await here.sync()
    with closing(connect(here.path)) as c:
        ids = {feed.url: feed.id for feed in feeds.every(c)}
        subscription.rename(c, ids[server.feeds[1]["url"]], "Mine")
        subscription.unsubscribe(c, ids[server.feeds[2]["url"]])
    for number in (1, 2):
        server.feeds[number]["url"] = f"https://moved.example/{number}"
    await here.sync()
    await here.sync()
    assert {number: feed["title"] for number, feed in server.feeds.items()} == {1: "Mine"}
    assert here.feeds() == {"https://moved.example/1": ("Mine", "News & Co")}


async def test_a_server_whose_clock_was_hours_ahead_loses_nothing(miniflux: FakeMiniflux, device: MakeDevice) -> None:
    filled(miniflux)
    here = device(miniflux)
    await here.sync()
    ahead = 12 * 3600
    miniflux.clock = int(here.now.timestamp()) + ahead
    miniflux.publish(1, 1)
    await here.sync()
    miniflux.clock = int(here.now.timestamp()) - 3600  # it is put right; ours is ahead itself
    miniflux.publish(1, 1)
    miniflux.mark(1, read=True)
    await here.sync()
    assert here.state() == miniflux.state()


async def test_a_feed_that_is_new_is_read_whole_although_the_first_time_broke_off(
    miniflux: FakeMiniflux, device: MakeDevice
) -> None:
    """Its articles changed long before it was followed here."""
    filled(miniflux)
    here = device(miniflux)
    gone = miniflux.feeds.pop(2)
    await here.sync()
    await here.sync()
    miniflux.feeds[2] = gone
    miniflux.before = lambda asked: Answer("", 502) if asked.path == "/v1/feeds/2/entries" else None
    assert (await here.sync()).status == "failed"
    miniflux.before = lambda _: None
    await here.sync()
    assert here.state() == miniflux.state()


async def test_articles_too_large_for_one_answer_come_in_several(
    server: Api, device: MakeDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(server, 20)
    for item in server.items.values():
        item.text = "<p>" + "harbour " * 10_000
    monkeypatch.setattr(fetch.send, "__kwdefaults__", {**(fetch.send.__kwdefaults__ or {}), "limit": 1_000_000})
    here = device(server)
    assert (await here.sync()).status == "done"
    assert here.state() == server.state()


async def test_what_a_server_refuses_is_said_and_all_else_comes(server: Api, device: MakeDevice) -> None:
    filled(server)
    here = device(server)
    await here.sync()
    first = next(iter(server.items.values()))
    here.mark(first.title, read=True)
    server.publish(1, 1)

    def refuse(asked: Asked) -> Answer | None:
        is_mark = asked.path.endswith("/edit-tag") or (asked.method == "PUT" and asked.path == "/v1/entries")
        return Answer("", 400) if is_mark else None

    server.before = refuse
    done = await here.sync()
    assert (done.new, done.waiting) == (1, 1)
    assert any("rejected 1 change" in sentence for sentence in done.said)
    server.before = lambda _: None
    await here.sync()
    assert first.read


async def test_a_web_page_is_no_word_that_a_mark_was_taken(server: Api, device: MakeDevice) -> None:
    filled(server)
    here = device(server)
    await here.sync()
    first = next(iter(server.items.values()))
    here.mark(first.title, read=True)
    server.before = lambda asked: Answer("<h1>Sign in</h1>", kind="text/html") if asked.method != "GET" else None
    done = await here.sync()
    assert (done.status, done.waiting) == ("failed", 1)
    assert (
        "returned a web page instead of an API response. Check it in a browser: a login page or proxy may be in between"
        in (done.error or "")
    )
    server.before = lambda _: None
    await here.sync()
    assert first.read
    assert here.state() == server.state()


async def test_an_ok_that_is_said_to_be_html_is_one(freshrss: FakeReader, device: MakeDevice) -> None:
    filled(freshrss)
    here = device(freshrss)
    await here.sync()
    first = next(iter(freshrss.items.values()))
    here.mark(first.title, read=True)

    def as_html(asked: Asked) -> Answer | None:
        return replace(freshrss.answer(asked), kind="text/html; charset=UTF-8") if asked.method == "POST" else None

    freshrss.before = as_html
    assert (await here.sync()).status == "done"
    assert first.read


async def test_where_nothing_can_be_written_it_is_said(
    miniflux: FakeMiniflux, device: MakeDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(miniflux)
    here = device(miniflux)
    account = await here.add()
    assert lock_of(here.path, account).parent == here.path.parent
    await here.sync()
    assert lock_of(here.path, account).stat().st_mode & 0o077 == 0

    def refuse(*_: object, **__: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tuireader.library.syncing.server.os.open", refuse)
    done = await here.sync()
    assert done.status == "failed"
    assert ": Permission denied" in str(done.error)


async def test_a_new_device_changes_nothing_on_the_server_where_feeds_tell_the_same(
    server: Api, device: MakeDevice
) -> None:
    """On the other devices they may have said something else when one of them was read."""
    filled(server)
    server.follow(3)
    text = f"<p>Quay1 {' '.join(random.Random(3).choices(WORDS, k=300))}</p>"

    def tell(feed: int, title: str) -> Item:
        return server.publish(feed, 1, title=title, link=f"https://{feed}.example/told", text=text)[0]

    server.mark(tell(1, "Harbour frozen").number, read=True, starred=True)
    tell(2, "Ice closes harbour")
    here = device(server)
    for is_again in (False, True):
        if is_again:
            tell(3, "No ship in harbour")
        before = server.state()
        for _ in range(3):
            await here.sync()
            with closing(connect(here.path)) as c:
                index_all(c)
        assert server.state() == before
    with closing(connect(here.path)) as c:
        assert c.execute("SELECT count(*) FROM article WHERE story IS NOT NULL").fetchone()[0] == 3
        assert (
            article_lists.count(c, Query(unread=True, text="quay1")) == article_lists.count(c, Query(starred=True)) == 1
        )


async def test_articles_that_only_their_numbers_tell_apart_are_all_taken_with_few_requests(
    freshrss: FakeReader, device: MakeDevice
) -> None:
    freshrss.follow(1)
    freshrss.most = 10_000
    freshrss.publish(1, 1000, title="same", link="https://a.example/", text="The same words.", published=FIRST)
    here = device(freshrss)
    await here.sync()
    assert len(here.rows()) == 1000
    assert len(freshrss.asked) < 30
