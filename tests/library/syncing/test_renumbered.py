"""Servers that give articles other numbers, or their numbers to others: each article stands once, with its marks."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from library.syncing.conftest import MakeDevice
from support.factories import NOW
from support.reader_servers import FIRST, Answer, Api, Asked, FakeMiniflux, FakeReader, Item
from tuireader.library.reading.user_edits import tag
from tuireader.library.refreshing.match_entries import prepare
from tuireader.model.article import Status
from tuireader.model.fetched import ParsedEntry, Plan
from tuireader.model.query import Query, Rule
from tuireader.store import accounts, articles, feeds, pruning, rules, save_articles, statuses, ui_state
from tuireader.store.connection import connect
from tuireader.store.queries import article_lists


def filled(server: Api, count: int = 5) -> None:
    for number in (1, 2, 3):
        server.follow(number)
        server.publish(number, count)


async def test_a_teaser_with_another_headline_and_address_is_no_sign_of_a_restore(
    freshrss: FakeReader, device: MakeDevice
) -> None:
    filled(freshrss)
    items = list(freshrss.items.values())
    here, edited, other = device(freshrss), items[-1], items[0]
    await here.sync()
    here.mark(other.title, read=True, starred=True)
    await here.sync()
    freshrss.mark(other.number, read=False, starred=False)
    corrected = replace(edited, title="Quay wall breaks", link="https://site-3.example/quay-wall", read=True)
    freshrss.items[edited.number] = corrected
    here.mark(items[1].title, read=True)
    assert (await here.sync()).said + (await here.sync()).said == ()
    with closing(connect(here.path)) as c:
        assert len(article_lists.ids(c, Query(apart=True))) == len(items)
        rows = c.execute("SELECT server_id, read, starred FROM article").fetchall()
    assert freshrss.state()[other.title] == (False, False)
    there = {str(item.number): (item.read, item.starred) for item in freshrss.items.values()}
    assert {number: (bool(read), bool(starred)) for number, read, starred in rows} == there


def renumber(server: Api, *items: Item, start: int | None = None) -> None:
    """Give articles new numbers, unread, as a server does that has fetched them again."""
    for item in items:
        del server.items[item.number]
    for item in items:
        number = (
            start if start is not None else max([FIRST * 1_000_000 * isinstance(server, FakeReader), *server.items]) + 1
        )
        start = None if start is None else start + 1
        server.clock += 1
        server.items[number] = replace(item, number=number, read=False, starred=False, changed=server.clock)


def numbers_agree(server: Api, state: dict[str, tuple[bool, bool]]) -> None:
    assert len(server.state()) == len(server.items)
    assert state == server.state()


@pytest.mark.parametrize(
    "edit",
    [
        {"title": "Quay wall breaks", "link": "https://site-3.example/quay-wall"},
        {"title": "Best of December", "published": FIRST + 200_000},
    ],
)
async def test_an_article_that_its_publisher_edits_is_no_sign_of_a_restore(
    server: Api, device: MakeDevice, edit: dict[str, Any]
) -> None:
    filled(server)
    items = list(server.items.values())
    for item in items:
        item.text = f"<p>{' '.join(f'word{item.number % 97}x{n}' for n in range(80))}</p>"
    here, edited, other = device(server), items[-1], items[0]
    await here.sync()
    here.mark(other.title, starred=True)
    with closing(connect(here.path)) as c:
        (id_,) = [each.id for each in article_lists.window(c, Query(), 0, 99) if each.title == edited.title]
        tag(c, [id_], ["kept"])
    await here.sync()
    server.mark(other.number, starred=False)
    server.clock += 1
    server.items[edited.number] = replace(edited, changed=server.clock, created=edited.published, **edit)
    here.mark(items[-2].title, read=True)
    with closing(connect(here.path)) as c:
        statuses.mark(c, [id_], read=True)
    said = (await here.sync()).said + (await here.sync()).said
    assert said == ()
    with closing(connect(here.path)) as c:
        rows = c.execute("SELECT server_id, read, starred FROM article").fetchall()
        assert articles.status(c, id_).read
        assert article_lists.count(c, Query(tags=("kept",))) == 1
    there = {str(item.number): (item.read, item.starred) for item in server.items.values()}
    assert {number: (bool(read), bool(starred)) for number, read, starred in rows} == there


async def test_numbers_that_went_to_another_feed_overwrite_nothing(miniflux: FakeMiniflux, device: MakeDevice) -> None:
    filled(miniflux)
    devices = [device(miniflux), device(miniflux)]
    for each in devices:
        await each.sync()
    before = {number: replace(item) for number, item in miniflux.items.items()}
    clock = miniflux.clock
    late = miniflux.publish(1, 4)
    await devices[0].sync()
    await devices[1].sync()
    devices[0].mark(*(item.title for item in late), read=True)
    devices[0].mark(late[0].title, starred=True)
    await devices[0].sync()
    await devices[1].sync()
    miniflux.items, miniflux.clock = before, clock + 5000  # a backup; feed 3 is read before feed 1
    others = miniflux.publish(3, 4)
    assert [item.number for item in others] == [item.number for item in late]
    for item in late:
        miniflux.publish(1, 1, title=item.title, link=item.link, published=item.published)
    devices[1].mark(others[0].title.replace(" of 3", " of 1"), starred=False)  # an untold change of a reused number
    said = [sentence for each in (*devices, *devices) for sentence in (await each.sync()).said]
    assert any("was reset or restored" in sentence for sentence in said)
    for each in devices:
        numbers_agree(miniflux, each.state())
        with closing(connect(each.path)) as c:
            for feed in feeds.every(c):
                rows = c.execute("SELECT title FROM article WHERE feed_id = ?", (feed.id,)).fetchall()
                assert all(title.endswith(f" of {feed.name[-1]}") for (title,) in rows)
    told = miniflux.state()
    assert all(told[item.title][0] for item in late)
    assert all(told[item.title] == (False, False) for item in others)


@pytest.mark.parametrize("is_touched", [False, True])
async def test_a_restore_without_a_new_article_loses_no_mark(
    miniflux: FakeMiniflux, device: MakeDevice, *, is_touched: bool
) -> None:
    """`is_touched`: what was told last is starred there anew, so that its time says nothing."""
    filled(miniflux)
    marked = [miniflux.publish(1, 1, published=int(NOW.timestamp()) - number)[0] for number in (10, 20, 30)]
    miniflux.clock += 50_000  # what changed a little before the last look is taken anew
    miniflux.publish(3, 1)
    one = device(miniflux)
    await one.sync()
    before = {number: replace(item) for number, item in miniflux.items.items()}
    titles = [item.title for item in marked]
    one.mark(*titles, read=True)
    one.mark(*titles, starred=True)
    await one.sync()
    told = max(miniflux.items.values(), key=lambda item: item.changed)
    miniflux.items = before
    if is_touched:
        miniflux.clock += 5000
        before[told.number] = replace(before[told.number], starred=True, changed=miniflux.clock)
    for _ in range(2):
        await one.sync()
    state = miniflux.state()
    assert [title for title in titles if state[title] != (True, True)] == [told.title] * is_touched
    assert state[told.title][1]
    numbers_agree(miniflux, one.state())


async def test_a_restore_that_is_not_recognised_takes_no_older_status(
    miniflux: FakeMiniflux, device: MakeDevice
) -> None:
    """The articles that came since have higher numbers than ever: then those that are missing seem to be deleted."""
    filled(miniflux)
    before = {number: replace(item) for number, item in miniflux.items.items()}
    marked = next(iter(miniflux.items.values()))
    here = device(miniflux)
    miniflux.clock += 5000
    await here.sync()
    miniflux.mark(marked.number, read=True, starred=True)
    (lost,) = miniflux.publish(marked.feed, 1)
    await here.sync()
    miniflux.items, miniflux.clock = before, miniflux.clock + 5000
    miniflux.publish(marked.feed, 1, start=9000, title=lost.title, link=lost.link, published=lost.published)
    for _ in range(2):
        assert (await here.sync()).said == ()
    assert here.state()[marked.title] == (True, True) == miniflux.state()[marked.title]
    numbers_agree(miniflux, here.state())


@pytest.mark.parametrize("server", ["miniflux", "miniflux's reader"], indirect=True)
async def test_a_mark_goes_to_no_other_article_whose_number_was_not_the_newest(server: Api, device: MakeDevice) -> None:
    """FreshRSS's numbers name moments, and are never given again."""
    filled(server)
    one = device(server)
    await one.sync()
    first, second = list(server.items.values())[:2]
    one.mark(first.title, read=True, starred=True)
    server.clock += 1
    server.items[first.number] = replace(second, number=first.number, changed=server.clock)
    server.items[second.number] = replace(first, number=second.number, changed=server.clock)
    for _ in range(2):
        await one.sync()
    assert one.state()[first.title] == (True, True)
    assert server.state()[second.title] == one.state()[second.title] == (False, False)
    if isinstance(server, FakeMiniflux):
        numbers_agree(server, one.state())


async def test_an_emptied_feed_keeps_its_marks(server: Api, device: MakeDevice) -> None:
    filled(server)
    here, other = device(server), device(server)
    await here.sync()
    await other.sync()
    some = [item for item in server.items.values() if item.feed == 1]
    here.mark(*(item.title for item in some[:4]), read=True)
    here.mark(some[1].title, starred=True)
    await here.sync()
    await other.sync()
    before = server.state()
    renumber(server, *some)
    await here.sync()
    assert server.state() == before
    # Read on both sides, so in no list: the other device still has its old number.
    other.mark(some[0].title, starred=True)
    for _ in range(2):
        await other.sync()
        await here.sync()
    assert server.state()[some[0].title] == (True, True)
    for each in (here, other):
        numbers_agree(server, each.state())


async def test_a_feed_that_is_followed_again_keeps_its_marks(server: Api, device: MakeDevice) -> None:
    filled(server)
    here = device(server)
    await here.sync()
    some = [item for item in server.items.values() if item.feed == 1]
    here.mark(*(item.title for item in some[:4]), read=True)
    here.mark(some[1].title, starred=True)
    await here.sync()
    before, feed = server.state(), server.feeds[1]
    server.unfollow(1)
    await here.sync()
    server.feeds[9] = feed
    for item in some:
        server.items[item.number] = item
    renumber(server, *some)
    for item in server.items.values():
        item.feed = 9 if item.feed == 1 else item.feed
    server.items[max(server.items)].read = True  # by another device, before we ask
    await here.sync()
    last = max(server.items.values(), key=lambda item: item.number)
    assert server.state() == before | {last.title: (True, before[last.title][1])}
    numbers_agree(server, here.state())
    here.mark(some[2].title, starred=True)
    await here.sync()
    assert server.state()[some[2].title] == (True, True)


async def test_a_mark_of_an_article_that_is_gone_is_said(server: Api, device: MakeDevice) -> None:
    filled(server)
    here = device(server)
    await here.sync()
    gone, *_ = server.items.values()
    server.publish(1, 1)
    del server.items[gone.number]
    here.mark(gone.title, starred=True)
    said = [*(await here.sync()).said]
    done = await here.sync()
    said += done.said
    assert [sentence for sentence in said if "no longer has 1 article that you changed" in sentence]
    assert done.waiting == 0
    assert here.state()[gone.title] == (False, True)


async def test_a_batch_of_articles_that_are_gone_stops_nothing(miniflux: FakeMiniflux, device: MakeDevice) -> None:
    """Miniflux fails where it has none of them."""
    filled(miniflux)
    here = device(miniflux)
    await here.sync()
    some = [item for item in miniflux.items.values() if item.feed == 1]
    for item in some:
        del miniflux.items[item.number]
    miniflux.publish(2, 1)
    here.mark(*(item.title for item in some), read=True)
    done = await here.sync()
    assert (done.status, done.new) == ("done", 1)
    assert (await here.sync()).waiting == 0


async def test_what_an_archive_brought_read_is_not_read_on_the_server(server: Api, device: MakeDevice) -> None:
    filled(server, 0)
    here = device(server)
    await here.sync()
    at = datetime(2026, 1, 3, 10, 30, tzinfo=UTC)
    with closing(connect(here.path)) as c:
        own = feeds.add(c, "https://own.example/feed", title="Own", site="", now=NOW)
        for n in range(4):
            entry = ParsedEntry(f"g{n}", f"Post {n}", f"https://own.example/{n}", published=at + timedelta(hours=n))
            old = replace(prepare(replace(entry, html="<p>Words of it.</p>")), status=Status(read=True))
            (id_,) = save_articles.save_entries(c, own.id, Plan(new=(old,), is_old=True), NOW).new
        statuses.mark(c, [id_], read=False)
        statuses.mark(c, [id_], read=True)  # the last one was read by the user
    await here.push(own)
    number = max(server.feeds)
    for n in range(4):
        facts: dict[str, Any] = {
            "title": f"Post {n}",
            "link": f"https://own.example/{n}",
            "text": "<p>Words of it.</p>",
        }
        server.publish(number, 1, published=int(at.timestamp()) + 3600 * n, **facts)
    for _ in range(2):
        await here.sync()
    assert [item.read for item in server.items.values()] == [False, False, False, True]
    assert sorted(read for read, _ in here.state().values()) == [False, False, False, True]


async def test_corrections_come(server: Api, device: MakeDevice) -> None:
    filled(server)
    recent = int((NOW - timedelta(days=2)).timestamp())
    server.publish(1, 3, published=recent)
    here = device(server)
    await here.sync()
    corrected = [item for item in server.items.values() if item.published == recent]
    for item in corrected:
        item.text = f"<p>Corrected {item.number}.</p>"
    corrected[0].title = "Another title"
    await here.sync()
    assert [here.texts()[item.link] for item in corrected] == [item.text for item in corrected]
    assert "Another title" in here.state()
    assert len(here.state()) == len(server.items)


async def test_what_is_read_there_comes_to_a_new_device_and_later(server: Api, device: MakeDevice) -> None:
    filled(server)
    server.mark(*list(server.items)[:9], read=True)
    here = device(server)
    await here.sync()
    numbers_agree(server, here.state())
    new = server.publish(2, 3)
    server.mark(*(item.number for item in new), read=True)
    await here.sync()
    numbers_agree(server, here.state())


async def test_names_of_freshrss_are_as_their_owners_wrote_them(freshrss: FakeReader, device: MakeDevice) -> None:
    freshrss.follow(1, "Tech")
    name = 'News, Views; why? a/b & "c" \\ <d>'
    freshrss.feeds[1]["title"] = name
    freshrss.publish(1, 1, author="Jon Phillips, Alaina Yee", title="What, why & how?")
    freshrss.publish(1, 1, author="Macworld Staff; Macworld Staff")
    freshrss.publish(1, 1, title="東京，大阪？ & more", author="山田，太郎")
    here = device(freshrss)
    await here.sync()
    assert [each for each, _ in here.feeds().values()] == [name]
    with closing(connect(here.path)) as c:
        found = {row.name for row in article_lists.authors(c, Query())}
    assert {"Jon Phillips", "Alaina Yee", "Macworld Staff", "山田，太郎"} <= found
    assert {"What, why & how?", "東京，大阪？ & more"} <= here.state().keys()


async def test_a_pushed_feed_of_posts_without_titles_is_not_doubled(server: Api, device: MakeDevice) -> None:
    filled(server)
    here = device(server)
    await here.sync()
    text = "Out at sea this morning the fog was so thick that nobody saw the lighthouse {}, not even from the pier"
    at = datetime(2026, 1, 3, 10, 30, tzinfo=UTC)
    with closing(connect(here.path)) as c:
        own = feeds.add(c, "https://own.example/feed", title="Own", site="", now=NOW)
        posts = [
            prepare(
                ParsedEntry(f"g{n}", text.format(n)[:60] + "…", "", published=at + timedelta(hours=n), html="<p>x</p>")
            )
            for n in range(4)
        ]
        twins = [
            prepare(ParsedEntry(f"t{n}", "Twins", "https://own.example/t", published=at + timedelta(seconds=n)))
            for n in range(2 * isinstance(server, FakeReader))  # Miniflux has one of each address
        ]
        saved = save_articles.save_entries(c, own.id, Plan(new=(*posts, *twins)), NOW)
        statuses.mark(c, saved.new[:3], read=True)
    await here.push(own)
    number = max(server.feeds)
    for n in range(4):
        server.publish(number, 1, title=text.format(n)[:80], link="", published=int(at.timestamp()) + 3600 * n)
    for n in range(len(twins)):
        server.publish(number, 1, title="Twins", link="https://own.example/t", published=int(at.timestamp()) + n + 1)
    await here.sync()
    await here.sync()
    with closing(connect(here.path)) as c:
        assert feeds.counts(c, own.id) == (len(twins) + 1, len(twins) + 4)
    assert sum(item.read for item in server.items.values() if item.feed == number) == 3


@pytest.mark.parametrize(("name", "is_said"), [("Technology", False), ("Gear", True)])
async def test_searches_follow_a_folder_that_was_renamed_there_or_it_is_said(
    server: Api, device: MakeDevice, name: str, is_said: bool
) -> None:
    server.follow(1, "Tech")
    server.publish(1, 2)
    here = device(server)
    await here.sync()
    with closing(connect(here.path)) as c:
        ui_state.put_search(c, "My tech", "folder=tech is:unread")
        rules.add(c, Rule("folder:tech boring", hide=True), NOW)
    server.feeds[1]["folder"] = name
    said = (await here.sync()).said
    with closing(connect(here.path)) as c:
        assert ui_state.searches(c)[0].query == f'folder="{name}" is:unread'
    assert ("Rule 1 refers to the empty folder “tech”." in said) is is_said  # a part of its name


async def test_an_emptied_server_is_given_all_its_feeds_back(server: Api, device: MakeDevice) -> None:
    for number in range(1, 6):
        server.follow(number)
        server.publish(number, 3)
    here = device(server)
    await here.sync()
    first, *_ = server.items.values()
    here.mark(first.title, read=True, starred=True)
    await here.sync()
    kept = list(server.items.values())
    server.feeds.clear()
    server.items.clear()
    before = here.state()
    assert "tuireader account push --all" in " ".join((await here.sync()).said)
    assert await here.push_all() == 5
    by_url = {feed["url"]: number for number, feed in server.feeds.items()}
    for item in kept:
        item.feed = by_url[f"https://site-{item.feed}.example/feed"]
        server.items[item.number] = item
    renumber(server, *kept)
    await here.sync()
    assert here.state() == before
    numbers_agree(server, here.state())


async def test_feeds_that_a_backup_does_not_have_stay(server: Api, device: MakeDevice) -> None:
    filled(server)
    here = device(server)
    await here.sync()
    feeds_before, items_before = dict(server.feeds), {number: replace(item) for number, item in server.items.items()}
    clock = server.clock
    server.follow(7)
    new = server.publish(7, 3)
    server.publish(1, 2)
    await here.sync()
    here.mark(new[0].title, read=True)
    await here.sync()
    server.feeds, server.items, server.clock = feeds_before, items_before, clock + 5000
    done = await here.sync()
    assert "1 of 4 feeds are missing on Work" in " ".join(done.said)
    assert here.state()[new[0].title] == (True, False)
    assert len(here.feeds()) == 4
    assert await here.push_all() == 1
    assert server.feeds[max(server.feeds)]["url"] == "https://site-7.example/feed"


async def test_feeds_that_are_given_back_have_the_names_that_they_had(server: Api, device: MakeDevice) -> None:
    filled(server)
    server.follow(4)
    server.publish(4, 1)
    server.feeds[1]["title"] = "Alps <A> & Co"
    here = device(server)
    await here.sync()
    names = sorted(name for name, _ in here.feeds().values())
    server.feeds.clear()
    server.items.clear()
    await here.sync()
    await here.push_all()
    assert sorted(feed["title"] for feed in server.feeds.values()) == names
    await here.sync()
    assert sorted(name for name, _ in here.feeds().values()) == names


async def test_a_number_of_a_feed_is_not_another_feed(miniflux: FakeMiniflux, device: MakeDevice) -> None:
    """A restored server gives the number of a feed that came later to another one."""
    filled(miniflux)
    here = device(miniflux)
    miniflux.follow(4)
    miniflux.publish(4, 2)
    await here.sync()
    lost = [item for item in miniflux.items.values() if item.feed == 4]
    here.mark(lost[0].title, starred=True)
    await here.sync()
    miniflux.unfollow(4)
    miniflux.follow(4, url="https://elsewhere.example/rss")
    miniflux.feeds[4]["title"] = "Elsewhere"
    miniflux.before = lambda asked: _elsewhere(miniflux, asked)
    miniflux.publish(4, 2, start=100)
    await here.sync()
    names = {url: name for url, (name, _) in here.feeds().items()}
    assert names["https://elsewhere.example/rss"] == "Elsewhere"
    assert names["https://site-4.example/feed"] == "Feed 4"  # it stays for its star


def _elsewhere(server: FakeMiniflux, asked: Asked) -> Answer | None:
    if asked.path != "/v1/feeds" or asked.method != "GET":
        return None
    answer = server.answer(asked)
    return replace(answer, body=str(answer.body).replace('https://site-4.example/"', 'https://elsewhere.example/"'))


@pytest.mark.parametrize("cursor", ["read", "anew", '["", 0, 0]', "[]", "{}"])
async def test_a_cursor_that_is_not_understood_reads_all_again(server: Api, device: MakeDevice, cursor: str) -> None:
    filled(server)
    here = device(server)
    await here.sync()
    with closing(connect(here.path)) as c:
        accounts.set_cursor(c, here.account_id, cursor)
    server.publish(1, 2)
    assert (await here.sync()).new == 2
    numbers_agree(server, here.state())


@pytest.mark.parametrize("how", ["followed again", "restored", "marked there"])
async def test_what_was_read_and_removed_to_make_room_comes_back_only_if_it_is_unread_again(
    server: Api, device: MakeDevice, how: str
) -> None:
    server.follow(1)
    items = server.publish(1, 6)
    before = {number: replace(item) for number, item in server.items.items()}
    here = device(server)
    await here.sync()
    server.clock += 5000
    server.publish(1, 1)
    await here.sync()
    here.mark(*(item.title for item in items[:4]), read=True)
    await here.sync()
    with closing(connect(here.path)) as c:
        ids = [each.id for each in article_lists.window(c, Query(), 0, 99) if each.read]
        assert pruning.prune(c, ids) == 4
    await here.sync()
    assert len(here.state()) == 3
    server.clock += 5000
    if how == "marked there":
        server.mark(items[0].number, read=False)
    elif how == "restored":
        server.items = before
    else:
        url = server.feeds[1]["url"]
        there = list(server.items.values())
        server.unfollow(1)
        server.follow(2, "", url)
        for item in there:
            server.publish(2, start=item.number + 5000, title=item.title, link=item.link, published=item.published)
    for _ in range(3):
        await here.sync()
    assert len(here.state()) == 3 + (how == "marked there")
    assert {title for title, (is_read, _) in server.state().items() if is_read} == {
        item.title for item in items[how == "marked there" : 4]
    }


async def test_the_full_text_of_a_reused_number_is_not_asked_for(miniflux: FakeMiniflux, device: MakeDevice) -> None:
    miniflux.follow(1)
    (item,) = miniflux.publish(1, 1)
    here = device(miniflux)
    await here.sync()
    with closing(connect(here.path)) as c:
        (id_,) = article_lists.ids(c, Query())
    assert await here.fetches_text(id_)
    miniflux.items[item.number] = replace(item, title="Another", link="https://a.example/another", text="<p>Else.</p>")
    before = len(miniflux.asked)
    assert not await here.fetches_text(id_)
    assert not any("fetch-content" in asked.path for asked in miniflux.asked[before:])


@pytest.mark.parametrize("is_dated", [True, False])
async def test_a_mark_goes_to_no_other_article_of_its_title(server: Api, device: MakeDevice, *, is_dated: bool) -> None:
    """Also of its moment, as where a feed dates all by its build, or where it has no dates."""
    filled(server)
    here = device(server)
    await here.sync()
    at, title = datetime(2026, 1, 14, 10, 30, 5, tzinfo=UTC), "Photo of the week"
    with closing(connect(here.path)) as c:
        own = feeds.add(c, "https://own.example/feed", title="Own", site="", now=NOW)
        html = "<p>The harbour in the evening, from the old pier, with all of its lights.</p>"
        link = "https://own.example/200"
        entry = ParsedEntry("g200", title, link, published=at if is_dated else None, html=html)
        saved = save_articles.save_entries(c, own.id, Plan(new=(prepare(entry),)), at)
        statuses.mark(c, saved.new, read=True, starred=True)
    await here.push(own)
    (other,) = server.publish(
        max(server.feeds), 1, title=title, link="https://own.example/5", published=int(at.timestamp()),
        text="<p>A dog that looks out of a window of a train in the mountains at noon.</p>",
    )  # fmt: skip
    await here.sync()
    await here.sync()
    assert not server.items[other.number].starred
    assert not server.items[other.number].read
    with closing(connect(here.path)) as c:
        rows = article_lists.window(c, Query(feeds=(own.id,), apart=True), 0, 9)
        assert sorted(row.starred for row in rows) == [False, True]


@pytest.mark.parametrize("fetches", [True, False])
async def test_a_restore_is_seen_where_marks_of_what_it_lacks_wait(
    server: Api, device: MakeDevice, *, fetches: bool
) -> None:
    filled(server)
    here = device(server)
    await here.sync()
    before = {number: replace(item) for number, item in server.items.items()}
    titles = [item.title for item in server.items.values()]
    here.mark(*titles[:3], read=True)
    here.mark(titles[3], starred=True)
    await here.sync()
    new = server.publish(1, 2)
    await here.sync()
    here.mark(*(item.title for item in new), read=True)
    server.items = before
    server.clock += 100
    for item in new if fetches else ():
        again = server.publish(1, 1, title=item.title, link=item.link, published=item.published, text=item.text)
        if isinstance(server, FakeReader):  # its numbers are times
            renumber(server, *again, start=max(server.items) + 1000)
    said = [*(await here.sync()).said, *(await here.sync()).said]
    assert any("was reset or restored" in sentence for sentence in said)
    marks = {item.title: (item.read, item.starred) for item in server.items.values()}
    assert [marks[title] for title in titles[:4]] == [(True, False)] * 3 + [(False, True)]
    for item in new if fetches else ():
        assert marks[item.title] == (True, False)
