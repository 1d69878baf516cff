"""Feeds that go to an account and come back, and accounts that are added twice: nothing is doubled, nothing is lost."""

from __future__ import annotations

import asyncio
import json
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from library.syncing.conftest import MakeDevice
from support.devices import Device
from support.factories import NOW, backup_of, ready, save_plan
from support.reader_servers import PASSWORD, USER, Api, FakeMiniflux, FakeReader
from tuireader.errors import SyncError
from tuireader.library import rules as library_rules
from tuireader.library.refreshing.upkeep import index_all
from tuireader.library.subscribing import subscription
from tuireader.library.syncing.greader import GoogleReader
from tuireader.library.syncing.miniflux import Miniflux
from tuireader.library.syncing.server import Login
from tuireader.library.transfer.import_any import import_stream
from tuireader.model.feed import Feed
from tuireader.model.fetched import Plan
from tuireader.model.query import Query, Rule
from tuireader.store import accounts, articles, feeds, folders, pruning, rules, status_outbox, statuses
from tuireader.store.connection import Connection, connect
from tuireader.store.queries import article_lists

OWN = "http://own.example/feed"


async def with_own_feed(server: Api, device: MakeDevice) -> tuple[Device, Feed]:
    """A device with an account, and a feed of its own with four articles, one of them starred."""
    server.follow(1)
    server.publish(1, 2)
    here = device(server)
    await here.sync()
    with closing(connect(here.path)) as c:
        feed = feeds.add(c, OWN, title="Own", site="http://own.example/", now=NOW)
        save_plan(c, feed, Plan(new=tuple(ready(f"own-{n}", link=f"http://own.example/{n}") for n in range(4))))
        subscription.put_into(c, feed.id, "Mine")
        rules.add(c, Rule("nothing", star=True, folder_id=folders.find(c, "Mine").id), NOW)
        statuses.mark(c, article_lists.ids(c, Query(feeds=(feed.id,)))[:1], starred=True)
        return here, feeds.get(c, feed.id)


def of_own(c: Connection) -> list[Feed]:
    return [feed for feed in feeds.every(c) if "own" in feed.url]


async def test_a_feed_whose_address_redirects_stays_one(server: Api, device: MakeDevice) -> None:
    here, own = await with_own_feed(server, device)
    server.leads[OWN] = "https://www.own-press.example/feed.xml"
    await here.push(own)
    number = max(server.feeds)
    server.publish(number, 2)
    for _ in range(2):
        await here.sync()
    with closing(connect(here.path)) as c:
        (feed,) = of_own(c)
        assert (feed.id, feed.url, feed.is_followed_for_us) == (own.id, server.leads[OWN], True)
        assert article_lists.count(c, Query(feeds=(own.id,))) == 6
        assert [rule.folder_id for rule in rules.every(c)] == [feed.folder_id]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (0, 2, 1)])
@pytest.mark.parametrize("is_alone", [True, False])
async def test_a_rule_for_a_folder_follows_to_the_folder_of_that_name_whatever_else_its_feeds_went_to(
    server: Api, device: MakeDevice, order: tuple[int, ...], is_alone: bool
) -> None:
    """One of three feeds is there already, in another folder: alone, or with others."""
    urls = [f"http://own{n}.example/feed" for n in range(3)]
    for number, url in enumerate(urls[2:] if is_alone else [urls[2], "http://other.example/feed"], 1):
        server.follow(number, "There", url)
    here = device(server)
    await here.sync()
    with closing(connect(here.path)) as c:
        own = [feeds.add(c, url, title=f"Own {n}", site="", now=NOW) for n, url in enumerate(urls)]
        subscription.put_all_into(c, [feed.id for feed in own], "Mine")
        own = [feeds.get(c, feed.id) for feed in own]
        rule = rules.add(c, Rule("nothing", star=True, folder_id=own[0].folder_id), NOW)
        before = library_rules.feeds_of_rules(c)
    for place in order:
        await here.push(own[place])
    with closing(connect(here.path)) as c:
        folder = folders.get(c, rules.get(c, rule.id).folder_id or 0)
        assert (folder.name, folder.account_id) == ("Mine", here.account_id)
        assert {feed.name for feed in feeds.every(c) if feed.folder_id == folder.id} == {"Own 0", "Own 1"}
        (said,) = library_rules.without_rules(c, before)
        assert said.startswith("The rule of folder “Mine” (star) no longer applies to: ")


@pytest.mark.parametrize("what", ["unsubscribe", "name and folder"])
async def test_what_is_done_before_the_first_sync_holds(server: Api, device: MakeDevice, what: str) -> None:
    here, own = await with_own_feed(server, device)
    await here.push(own)
    with closing(connect(here.path)) as c:
        if what == "unsubscribe":
            subscription.unsubscribe(c, own.id)
        else:
            subscription.rename(c, own.id, "Called so")
            subscription.put_into(c, own.id, "New folder")
    for _ in range(2):
        await here.sync()
    with closing(connect(here.path)) as c:
        assert not status_outbox.subscriptions_waiting(c, here.account_id)
        found = [(feed.name, folders.get(c, feed.folder_id or 0).name) for feed in of_own(c)]
    told = [(feed["title"], feed["folder"]) for feed in server.feeds.values() if feed["url"] == OWN]
    assert found == told == ([] if what == "unsubscribe" else [("Called so", "New folder")])


async def test_a_feed_that_comes_back_keeps_its_name_its_folder_and_its_rule(server: Api, device: MakeDevice) -> None:
    here, own = await with_own_feed(server, device)
    with closing(connect(here.path)) as c:
        subscription.rename(c, own.id, "My name")
        own = feeds.get(c, own.id)
    await here.push(own)
    await here.sync()
    server.unfollow(max(server.feeds))
    await here.sync()
    with closing(connect(here.path)) as c:
        lost = feeds.get(c, own.id)
        assert not lost.is_followed_for_us
        feed = subscription.take_back(c, lost)
        folder = folders.get(c, feed.folder_id or 0)
        assert (feed.account_id, feed.custom_title, folder.name, folder.account_id) == (0, "My name", "Mine", 0)
        assert [rule.folder_id for rule in rules.every(c)] == [folder.id]


async def test_tokens_of_two_users_are_two_accounts_and_of_one_are_one(miniflux: FakeMiniflux, tmp_path: Path) -> None:
    miniflux.users |= {"another": USER, "hers": "ben"}
    path = tmp_path / "one.db"

    def device(login: Login) -> Device:
        return Device(path, miniflux.url, login)

    first = await device(Login("", "token", is_token=True)).add("mine")
    again = await device(Login("", "another", is_token=True)).add("mine still")
    with_password = await device(Login(USER, PASSWORD)).add("")
    hers = await device(Login("", "hers", is_token=True)).add("hers")
    assert first.id == again.id == with_password.id != hers.id
    with closing(connect(path)) as c:
        assert [(each.name, each.user) for each in accounts.on_servers(c)] == [("mine still", USER), ("hers", "ben")]


async def test_a_token_of_nobody_knows_whom_takes_no_account_over(freshrss: FakeReader, tmp_path: Path) -> None:
    here = Device(tmp_path / "one.db", freshrss.url, Login("", freshrss.token, is_token=True))
    first = await here.add("mine")
    with pytest.raises(SyncError, match=r"the token has no user name.* --name “mine”"):
        await here.add("hers")
    assert (await here.add("Mine")).id == first.id


async def test_a_feed_that_leaves_is_not_among_all_that_are_pushed_and_stays_if_it_is(
    server: Api, device: MakeDevice
) -> None:
    here, own = await with_own_feed(server, device)
    with closing(connect(here.path)) as c:
        subscription.leave(c, own.id, NOW)
    assert await here.push_all() == 0
    await here.push(own)
    with closing(connect(here.path)) as c:
        assert not feeds.leaving(c)


async def test_of_doubles_that_become_one_a_pending_unsubscribe_of_either_ends(server: Api, device: MakeDevice) -> None:
    here, own = await with_own_feed(server, device)
    server.follow(9, "News", OWN)
    server.publish(9, 2)
    await here.sync()
    with closing(connect(here.path)) as c:
        (double,) = (feed for feed in of_own(c) if feed.id != own.id)
        subscription.leave(c, double.id, NOW)
    await here.push(own)
    with closing(connect(here.path)) as c:
        subscription.unsubscribe_leaving(c, NOW.replace(year=NOW.year + 1))
        assert [feed.id for feed in of_own(c)] == [own.id]
    await here.sync()
    assert OWN in {feed["url"] for feed in server.feeds.values()}


async def test_a_feed_that_is_followed_there_already_keeps_its_folder(server: Api, device: MakeDevice) -> None:
    server.follow(1, "All")
    here = device(server)
    await here.sync()
    with closing(connect(here.path)) as c:
        own = feeds.add(c, server.feeds[1]["url"], title="Own", site="", now=NOW)
        subscription.put_into(c, own.id, "Papers")
        own = feeds.get(c, own.id)
    await here.push(own)
    await here.sync()
    with closing(connect(here.path)) as c:
        (feed,) = feeds.every(c)
        assert folders.get(c, feed.folder_id or 0).name == "Papers"
    assert server.feeds[1]["folder"] == "Papers"


async def test_of_two_that_become_one_what_the_account_has_stays(server: Api, device: MakeDevice) -> None:
    """As after a backup whose names and folders are older than those of the account."""
    for number, name, folder in ((1, "Name of today", "Today"), (2, "Feed 2", "All")):
        server.follow(number, folder)
        server.feeds[number]["title"] = name
    here = device(server)
    await here.sync()
    with closing(connect(here.path)) as c:
        for number in (1, 2):
            own = feeds.add(c, server.feeds[number]["url"], title=f"Feed {number}", site="", now=NOW)
            subscription.rename(c, own.id, "January")
            subscription.put_into(c, own.id, "Old")
        local = [feed for feed in feeds.every(c) if not feed.is_of_account]
    said = [await here.push(feed) for feed in local]
    assert said == [["Work keeps its own name and folder, not the name January and the folder Old"], []]
    await here.sync()
    there = {(feed["title"], feed["folder"]) for feed in server.feeds.values()}
    assert there == {("Name of today", "Today"), ("January", "Old")}
    assert set(here.feeds().values()) == there


async def test_what_is_handed_over_while_a_sync_waits_for_the_feeds_stays(
    server: Api, device: MakeDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list that the sync has asked for is older than the push: it must not end what is not in it."""
    here, own = await with_own_feed(server, device)
    with closing(connect(here.path)) as c:
        statuses.mark(c, article_lists.ids(c, Query(feeds=(own.id,))), read=True, starred=False)
    asked, answered = asyncio.Event(), asyncio.Event()
    for kind in (GoogleReader, Miniflux):
        monkeypatch.setattr(kind, "feeds", _once_late(kind.feeds, asked, answered))
    sync = asyncio.ensure_future(here.sync())
    await asked.wait()
    push = asyncio.ensure_future(here.push(own))
    await asyncio.wait([push], timeout=1)
    answered.set()
    await push
    assert (await sync).status == "done"
    await here.sync()
    with closing(connect(here.path)) as c:
        (feed,) = of_own(c)
        assert feed.is_of_account
        rows = article_lists.window(c, Query(feeds=(feed.id,), apart=True), 0, 9)
        assert [row.read for row in rows] == [True] * 4


def _once_late(feeds: Any, asked: asyncio.Event, answered: asyncio.Event) -> Any:
    async def late(self: Any) -> Any:
        found = await feeds(self)
        if not asked.is_set():
            asked.set()
            await answered.wait()
        return found

    return late


async def test_what_is_marked_unread_there_after_a_rule_read_it_and_it_was_pruned_stays_unread(
    server: Api, device: MakeDevice
) -> None:
    """It is back, and not new: no rule is for it."""
    server.follow(1)
    here = device(server)
    await here.sync()
    with closing(connect(here.path)) as c:
        rules.add(c, Rule("", read=True), NOW)
    one, two, _ = server.publish(1, 3)
    for _ in range(2):
        await here.sync()
    assert one.read
    with closing(connect(here.path)) as c:
        pruning.prune(c, article_lists.ids(c, Query()))
    server.mark(one.number, read=False)
    for _ in range(2):
        await here.sync()
    assert here.state() == {one.title: (False, False)}
    assert [item.read for item in (one, two)] == [False, True]


async def test_what_is_marked_unread_there_comes_back_unread_where_its_story_is_read(
    server: Api, device: MakeDevice
) -> None:
    here = device(server)
    text = f"<p>{' '.join(f'word{n} of the harbour and its ships' for n in range(20))}</p>"
    items = []
    for number in (1, 2):
        server.follow(number)
        items += server.publish(number, title="The harbour in winter", text=text)
    for _ in range(2):
        await here.sync()
    server.mark(*(item.number for item in items), read=True)
    await here.sync()
    with closing(connect(here.path)) as c:
        index_all(c)
        assert len(article_lists.ids(c, Query())) == 1, "it is one story"
        (of_two,) = (id_ for id_ in article_lists.ids(c, Query(apart=True)) if "site-2" in articles.get(c, id_).link)
        pruning.prune(c, [of_two])
    server.mark(items[1].number, read=False)
    for _ in range(2):
        await here.sync()
        with closing(connect(here.path)) as c:
            index_all(c)
    await here.sync()
    with closing(connect(here.path)) as c:
        assert sorted(articles.status(c, id_).read for id_ in article_lists.ids(c, Query(apart=True))) == [False, True]
        assert article_lists.count(c, Query(unread=True)) == 1
    assert [item.read for item in items] == [True, False]


async def test_what_a_backup_brings_back_into_a_feed_of_an_account_gets_its_numbers(
    server: Api, device: MakeDevice
) -> None:
    server.follow(1)
    one, two, _ = server.publish(1, 3)
    here, other = device(server), device(server)
    for each in (here, other):
        await each.sync()
    with closing(connect(other.path)) as c:
        backup = backup_of(c, NOW)
    here.mark(one.title, two.title, read=True)
    await here.sync()
    with closing(connect(here.path)) as c:
        pruning.prune(c, article_lists.ids(c, Query()))
        assert len(article_lists.ids(c, Query())) == 1
        import_stream(c, backup, NOW, lambda _: None)
        assert len(article_lists.ids(c, Query())) == 3
    here.mark(one.title, starred=True)
    for _ in range(2):
        done = await here.sync()
        assert not any("no longer has" in said for said in done.said)
    assert one.starred
    assert len(here.state()) == 3


@pytest.mark.parametrize("is_known", [False, True])
async def test_what_another_device_has_named_and_filed_there_stays(
    server: Api, device: MakeDevice, *, is_known: bool
) -> None:
    """Also where this device has not synced since: a push asks the server, not its own memory."""
    here = device(server)
    server.follow(1)
    await here.sync() if is_known else await here.add()
    server.feeds[1] |= {"title": "Of the phone", "folder": "Phone"}
    with closing(connect(here.path)) as c:
        own = feeds.add(c, server.feeds[1]["url"], title="Feed 1", site="", now=NOW)
        subscription.rename(c, own.id, "Of the laptop")
        subscription.put_into(c, own.id, "Laptop")
        own = feeds.get(c, own.id)
    assert await here.push(own) == [
        "Work keeps its own name and folder, not the name Of the laptop and the folder Laptop"
    ]
    await here.sync()
    assert (server.feeds[1]["title"], server.feeds[1]["folder"]) == ("Of the phone", "Phone")
    assert here.feeds() == {server.feeds[1]["url"]: ("Of the phone", "Phone")}


@pytest.mark.parametrize("folder", ["All", "Uncategorized", "Renamed"])
async def test_a_rule_follows_its_folder_and_not_into_that_of_all_feeds_without_one(
    server: Api, device: MakeDevice, folder: str
) -> None:
    server.follow(1, "Noise")
    here = device(server)
    await here.sync()
    with closing(connect(here.path)) as c:
        noise = folders.find(c, "Noise")
        rules.add(c, Rule("story", hide=True, folder_id=noise.id), NOW)
    server.feeds[1]["folder"] = folder
    said = (await here.sync()).said
    with closing(connect(here.path)) as c:
        (rule,) = rules.every(c)
        assert (rule.folder_id != noise.id) is (folder == "Renamed")
    assert any("Folder “Noise” is empty" in each for each in said) is (folder != "Renamed")


@pytest.mark.parametrize("kind", ["list", "backup"])
async def test_an_import_renames_no_feed_of_an_account(server: Api, device: MakeDevice, kind: str) -> None:
    server.follow(1, "Tech")
    server.feeds[1]["title"] = "Mine"
    here = device(server)
    await here.sync()
    outline = f'<outline type="rss" text="Theirs" xmlUrl="{server.feeds[1]["url"]}"/>'
    head = {"type": "tuireader", "version": 1}
    rows = [head, {"type": "feed", "url": server.feeds[1]["url"], "title": "T", "custom_title": "Theirs"}]
    content = {
        "list": f'<opml version="2.0"><body>{outline}</body></opml>',
        "backup": "".join(f"{json.dumps(row)}\n" for row in rows),
    }
    with closing(connect(here.path)) as c:
        import_stream(c, BytesIO(content[kind].encode()), NOW, lambda _: None)
    await here.sync()
    await here.sync()
    with closing(connect(here.path)) as c:
        assert [feed.name for feed in feeds.every(c)] == ["Mine"]
    assert server.feeds[1]["title"] == "Mine"


@pytest.mark.parametrize("url", ["http://192.168.7.5:8080/feed", "http://nas.local/feed"])
async def test_an_address_inside_is_given_to_no_server_outside(server: Api, device: MakeDevice, url: str) -> None:
    here = device(server)
    await here.sync()
    with closing(connect(here.path)) as c:
        feed = feeds.add(c, url, title="Own", site="", now=NOW)
    with pytest.raises(SyncError, match="on your local network"):
        await here.push(feed, "https://rss.example.org")
    assert not server.feeds
    await here.push(feed)
    assert len(server.feeds) == 1
