"""What goes to make room: read articles that nobody marked, and never again what has gone."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import Reply, ScriptedSite
from support.app_factory import shelve
from support.factories import NOW, fetch, index_all, ready, save_plan, subscribe
from support.rss import Item, rss
from tuireader.library.rules import in_megabytes, plan_pruning, prune, shrink_file
from tuireader.model.article import Status, StatusChange
from tuireader.model.feed import LOCAL, PAGES
from tuireader.model.fetched import ParsedEntry, Plan, Prepared
from tuireader.model.query import Query
from tuireader.store import accounts, articles, feeds, labels, pruning, save_articles, statuses
from tuireader.store.connection import connect
from tuireader.store.pruning import Limits
from tuireader.store.queries import article_lists

if TYPE_CHECKING:
    import sqlite3

    from library.conftest import Library


def stock(library: Library, count: int = 10, *, url: str = "https://a.example/feed") -> int:
    """A feed with an article a day, the newest of today, all read; their titles say how many days old they are."""
    with closing(connect(library.path)) as c:
        feed = subscribe(c, url)
        now = library.clock()
        new = tuple(
            ready(f"{url}{n}", f"Words of {n}. " * 200, title=f"{n} days", published=now - timedelta(days=n))
            for n in range(count)
        )
        save_plan(c, feed, Plan(new=new), now)
        statuses.apply(c, StatusChange(article_lists.ids(c, Query(feeds=(feed.id,))), read=True))
        return feed.id


def titles(c: sqlite3.Connection) -> list[str]:
    return [each.title for each in article_lists.headlines(c, article_lists.ids(c, Query()))]


def would_go(library: Library, **limits: int) -> list[str]:
    with closing(connect(library.path)) as c:
        found = plan_pruning(c, library.clock(), Limits(**limits))
        return [articles.get(c, id_).title for id_ in found.ids]


def mark(library: Library, title: str, **what: bool) -> None:
    with closing(connect(library.path)) as c:
        id_ = next(id_ for id_ in article_lists.ids(c, Query()) if articles.get(c, id_).title == title)
        if what.pop("tagged", False):
            labels.add_tags(c, [id_], ["later"])
        statuses.apply(c, StatusChange([id_], what.get("read"), what.get("starred")))


def test_nothing_goes_where_nothing_is_set(library: Library) -> None:
    stock(library)
    assert would_go(library) == []


def test_what_is_old_goes_the_oldest_first(library: Library) -> None:
    stock(library)
    assert would_go(library, days=6) == ["9 days", "8 days", "7 days"]
    assert would_go(library, newest=8) == ["9 days", "8 days"]
    assert would_go(library, days=8, newest=7) == ["9 days", "8 days", "7 days"]
    assert would_go(library, newest=10) == []


def test_what_is_marked_or_unread_stays(library: Library) -> None:
    stock(library)
    mark(library, "9 days", read=False)
    mark(library, "8 days", starred=True)
    mark(library, "7 days", tagged=True)
    assert would_go(library, days=5) == ["6 days"]
    assert would_go(library, newest=2) == ["6 days", "5 days", "4 days", "3 days", "2 days"]


def test_what_was_not_told_yet_stays(library: Library) -> None:
    stock(library)
    with closing(connect(library.path)) as c:
        accounts.set_syncing(c, LOCAL, syncs=True)
    mark(library, "9 days", read=False)
    mark(library, "9 days", read=True)
    assert would_go(library, days=7) == ["8 days"]


def test_what_is_starred_on_its_server_comes_back(library: Library) -> None:
    with closing(connect(library.path)) as c:
        account = accounts.add(c, "miniflux", name="Work", url="https://rss.example/")
        feed = feeds.add(c, "https://a.example/f", title="T", site="", now=NOW, account_id=account.id, server_id="7")
        old = replace(ready("one", published=NOW - timedelta(days=9)), server_id="1", status=Status(read=True))
        (there,) = save_articles.save_entries(c, feed.id, Plan(new=(old,)), NOW).new
        assert pruning.prune(c, [there]) == 1
        assert not save_articles.save_entries(c, feed.id, Plan(new=(old,)), NOW).new
        starred = replace(old, status=Status(read=True, starred=True))
        assert save_articles.save_entries(c, feed.id, Plan(new=(starred,)), NOW).new


def of_day(name: str, day: datetime) -> Prepared:
    title = f"Of day {day.day}"
    return (
        ready("today", title=title, published=day) if name == "published" else ready("today", title=title, updated=day)
    )


@pytest.mark.parametrize("date", ["published", "updated"])
def test_the_guid_of_what_was_removed_keeps_no_later_article_away(library: Library, date: str) -> None:
    with closing(connect(library.path)) as c:
        feed = subscribe(c)
        old = replace(of_day(date, NOW - timedelta(days=9)), status=Status(read=True))
        (there,) = save_articles.save_entries(c, feed.id, Plan(new=(old,)), NOW).new
        assert pruning.prune(c, [there]) == 1
        assert not save_articles.save_entries(c, feed.id, Plan(new=(old,)), NOW).new
        moved = replace(of_day(date, NOW), entry=replace(of_day(date, NOW).entry, title=old.entry.title))
        assert not save_articles.save_entries(c, feed.id, Plan(new=(moved,)), NOW).new  # its date is that of the build
        assert save_articles.save_entries(c, feed.id, Plan(new=(of_day(date, NOW),)), NOW).new


@pytest.mark.parametrize("day", [None, NOW])
def test_a_guid_that_is_given_to_another_article_keeps_it_not_away(library: Library, day: datetime | None) -> None:
    """Without dates, or with the same for all, it is another one if its link, title and text are."""
    with closing(connect(library.path)) as c:
        feed = subscribe(c)
        old = ready("0", "The first words.", title="One", link="https://a.example/one", published=day)
        (there,) = save_articles.save_entries(c, feed.id, Plan(new=(replace(old, status=Status(read=True)),)), NOW).new
        assert pruning.prune(c, [there]) == 1
        edited = ready("0", "Wholly other words.", title="Another", link="https://a.example/one", published=day)
        assert not save_articles.save_entries(c, feed.id, Plan(new=(edited,)), NOW).new
        other = ready("0", "Wholly other words.", title="Another", link="https://a.example/2", published=day)
        assert save_articles.save_entries(c, feed.id, Plan(new=(other,)), NOW).new


@pytest.mark.parametrize(
    ("text", "published", "is_away"),
    [
        ("The first words.", NOW, False),  # the next alert
        ("Wholly other words.", NOW - timedelta(days=10), False),  # a late one of a daily column
        ("The first words, corrected.", NOW - timedelta(days=9), True),
        ("The first words.", None, True),
    ],
)
def test_a_guid_that_is_made_of_address_and_title_keeps_no_other_article_away(
    library: Library, text: str, published: datetime | None, *, is_away: bool
) -> None:
    with closing(connect(library.path)) as c:
        feed = subscribe(c)
        facts: dict[str, Any] = {"title": "shop.example is down", "link": "https://a.example/status"}
        made = f"{facts['link']} {facts['title']}"
        old = ready(made, "The first words.", **facts, published=published and NOW - timedelta(days=9))
        (there,) = save_articles.save_entries(c, feed.id, Plan(new=(replace(old, status=Status(read=True)),)), NOW).new
        assert pruning.prune(c, [there]) == 1
        new = ready(made, text, **facts, published=published)
        assert (not save_articles.save_entries(c, feed.id, Plan(new=(new,)), NOW).new) is is_away


def test_what_was_removed_stays_away_by_another_guid(library: Library) -> None:
    """A publisher changes what entries are called; two that share an address are told apart by their dates."""
    link = "https://a.example/one"
    with closing(connect(library.path)) as c:
        feed = subscribe(c)
        old = replace(ready("one", title="One", link=link, published=NOW - timedelta(days=9)), status=Status(read=True))
        (there,) = save_articles.save_entries(c, feed.id, Plan(new=(old,)), NOW).new
        assert pruning.prune(c, [there]) == 1
        renamed = ready("?p=1", title="One", link=link, published=NOW - timedelta(days=9))
        assert not save_articles.save_entries(c, feed.id, Plan(new=(renamed,)), NOW).new
        moved = ready("new", title="One", link="https://new.example/", published=NOW - timedelta(days=9))
        assert not save_articles.save_entries(c, feed.id, Plan(new=(moved,)), NOW).new
        others = (
            ready("new", "Wholly other words.", title="One", link="https://new.example/", published=NOW),
            ready("?p=2", title="One", link=link, published=NOW - timedelta(days=8)),
            ready("?p=3", title="One", link=link),
            ready("?p=4", title="Another of a page of changes", link=link, published=NOW - timedelta(days=9)),
            ready("one", "Wholly other words.", title="One", link=link, published=NOW),
        )
        assert len(save_articles.save_entries(c, feed.id, Plan(new=others), NOW).new) == 5


TEXT = "Out at sea the fog was so thick that nobody saw the light."
PICTURE = '<img src="https://a.example/1.png">'
DAY = NOW - timedelta(days=9)


@pytest.mark.parametrize(
    ("before", "after", "is_away"),
    [
        ({}, {"published": NOW}, True),  # a server invents a date
        ({}, {}, True),
        ({"title": TEXT[:20]}, {"title": f"{TEXT[:40]}…", "published": NOW}, True),  # and a title
        ({"html": PICTURE}, {"html": f"<p>{PICTURE}</p>", "published": NOW}, True),
        ({"published": DAY}, {"published": DAY - timedelta(hours=2)}, True),  # it reads a date in another zone
        ({"published": DAY}, {"published": DAY + timedelta(hours=2)}, False),  # this may be the next one
        ({"published": DAY}, {"published": None}, False),
        ({}, {"published": NOW, "title": "Another"}, False),
        ({}, {"published": NOW, "link": "https://a.example/another"}, False),
        ({}, {"published": NOW, "html": "<p>Wholly other words.</p>"}, False),
        ({"html": PICTURE}, {"html": PICTURE.replace("1", "2"), "published": NOW}, False),
    ],
)
@pytest.mark.parametrize("is_completed", [False, True])
def test_what_was_removed_stays_away_whatever_a_server_makes_of_its_date_and_title(
    library: Library, before: dict[str, Any], after: dict[str, Any], *, is_away: bool, is_completed: bool
) -> None:
    """Also if its page gave it a date, which its feed did not."""
    same = {"title": "Fog", "link": "https://a.example/fog", "html": f"<p>{TEXT}</p>"}
    with closing(connect(library.path)) as c:
        feed = subscribe(c)
        old = replace(ready("one", **same | before), status=Status(read=True))
        (there,) = save_articles.save_entries(c, feed.id, Plan(new=(old,)), NOW).new
        if is_completed:
            save_articles.save_full_text(c, there, f"<p>{TEXT} All of it.</p>", f"{TEXT} All of it.", 16, published=DAY)
            assert articles.get(c, there).published == DAY
        assert pruning.prune(c, [there]) == 1
        again = ready("another guid", **same | before | after)
        assert (not save_articles.save_entries(c, feed.id, Plan(new=(again,)), NOW).new) is is_away


def test_a_date_of_a_page_makes_entries_without_dates_no_one_article(library: Library) -> None:
    """As of a bulletin, each day under one title at one address."""
    with closing(connect(library.path)) as c:
        feed = subscribe(c)

        def bulletin(day: int) -> ParsedEntry:
            text = f"<p>On day {day} the harbour master saw {day * 7} boats and {day * 11} gulls.</p>"
            return ParsedEntry(f"bulletin-{day}", "Harbour bulletin", "https://a.example/today", html=text)

        fetch(c, feed, (bulletin(1),))
        (first,) = article_lists.ids(c, Query())
        save_articles.save_full_text(c, first, "<p>All of day 1.</p>", "All of day 1.", 4, published=DAY)
        fetch(c, feed, (bulletin(2),))
        assert len(article_lists.ids(c, Query())) == 2
        assert articles.get(c, first).guid == "bulletin-1"


def test_single_pages_that_were_kept_stay(library: Library) -> None:
    stock(library, url=PAGES)
    assert would_go(library, days=1, newest=1, megabytes=1) == []


def test_what_is_set_for_a_feed_goes_before(library: Library) -> None:
    feed = stock(library)
    with closing(connect(library.path)) as c:
        feeds.set_option(c, feed, pruning.DAYS, "0")
        feeds.set_option(c, feed, pruning.NEWEST, "9")
    assert would_go(library, days=3) == ["9 days"]
    with closing(connect(library.path)) as c:
        feeds.set_option(c, feed, pruning.NEWEST, "nonsense")
    assert would_go(library, days=3) == []


async def test_of_what_takes_too_much_the_oldest_goes_and_not_more(library: Library) -> None:
    stock(library, 900)
    with closing(connect(library.path)) as c:
        index_all(c)
        before = pruning.used(c)
        part = 1 - 1_000_000 / before
        found = plan_pruning(c, library.clock(), Limits(megabytes=1))
        assert part > 0.1
        assert 0.8 * part < len(found.ids) / 900 < 1.2 * part
        dates = [articles.get(c, id_).date for id_ in found.ids]
        assert dates == sorted(dates)
        assert articles.get(c, found.ids[0]).title == "899 days"
    async for _ in prune(library.cache, found.ids):
        pass
    await shrink_file(library.cache)
    with closing(connect(library.path)) as c:  # the index keeps nothing of what went
        assert before - pruning.used(c) > 0.4 * (before - 1_000_000)
        assert len(plan_pruning(c, library.clock(), Limits(megabytes=1)).ids) < len(found.ids)


async def remove(library: Library, **limits: int) -> int:
    with closing(connect(library.path)) as c:
        found = plan_pruning(c, library.clock(), Limits(**limits))
    return max([done async for done in prune(library.cache, found.ids)], default=0)


async def test_what_went_is_in_no_list_no_count_and_no_search(library: Library) -> None:
    feed = stock(library)
    assert await remove(library, days=4) == 5
    with closing(connect(library.path)) as c:
        assert titles(c) == [f"{n} days" for n in range(5)]
        assert feeds.counts(c, feed) == (0, 5)
        assert article_lists.count(c, Query(text="words ")) == 5
        assert sum(facet.total for facet in article_lists.authors(c, Query())) == 5
        for table in ("body", "label_article", "unindexed"):
            column = "article_id"
            (left,) = c.execute(f"SELECT count(DISTINCT {column}) FROM {table}").fetchone()
            assert left <= 5
        assert c.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert c.execute("PRAGMA foreign_key_check").fetchall() == []


async def test_what_was_marked_meanwhile_stays(library: Library) -> None:
    stock(library)
    with closing(connect(library.path)) as c:
        found = plan_pruning(c, library.clock(), Limits(days=4))
    mark(library, "9 days", starred=True)
    assert [done async for done in prune(library.cache, found.ids)] == [4]
    with closing(connect(library.path)) as c:
        assert "9 days" in titles(c)


async def test_a_feed_that_still_has_it_does_not_bring_it_back(library: Library, site: ScriptedSite) -> None:
    items = [Item(f"n{n}", date=f"Thu, {15 - n:02} Jan 2026 08:00:00 +0000") for n in range(8)]
    site.pages["/feed"] = Reply(rss(*items), content_type="application/rss+xml", etag='"1"')
    library.follow(f"{site.url}/feed")
    await library.refresh()
    with closing(connect(library.path)) as c:
        statuses.apply(c, StatusChange(article_lists.ids(c, Query()), read=True))
    assert await remove(library, newest=3) == 5
    site.pages["/feed"] = Reply(rss(Item("new"), *items), content_type="application/rss+xml", etag='"2"')
    library.clock.advance(hours=25)
    (event,) = await library.refresh()
    assert (event.error, event.new) == (None, 1)
    assert len(library.titles()) == 4


async def test_the_room_is_given_back(library: Library) -> None:
    stock(library, 900)
    before = library.path.stat().st_size
    await remove(library, newest=10)
    saved = await shrink_file(library.cache)
    assert saved > before / 10
    assert library.path.stat().st_size < before
    with closing(connect(library.path)) as c:
        assert len(titles(c)) == 10
        assert article_lists.count(c, Query(text="words ")) == 10


async def test_a_story_that_others_tell_goes_on_without_it(library: Library, site: ScriptedSite) -> None:
    text = "<p>" + "The harbour master has resigned after eleven years, and nobody knows who will follow. " * 9
    for path, day in (("/a", 3), ("/b", 15)):
        date = f"Thu, {day:02} Jan 2026 08:00:00 +0000"
        item = Item("resigned", html=text, link="https://harbour.example/news/1", date=date)
        site.pages[path] = Reply(rss(item, title=path), content_type="application/rss+xml")
        library.follow(site.url + path)
    await library.refresh()
    with closing(connect(library.path)) as c:
        assert titles(c) == ["resigned"]
        statuses.apply(c, StatusChange(article_lists.ids(c, Query()), read=True))
    assert await remove(library, days=4) == 1
    with closing(connect(library.path)) as c:
        assert titles(c) == ["resigned"]
        assert c.execute("SELECT count(*) FROM article").fetchone() == (1,)


@pytest.mark.parametrize(
    ("size", "said"), [(0, "0 kB"), (2_345, "2 kB"), (1_234_567, "1.2 MB"), (1_234_567_890, "1,235 MB")]
)
def test_sizes_in_words(size: int, said: str) -> None:
    assert in_megabytes(size) == said


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=20), st.integers(0, 20))
def test_whatever_is_marked_nothing_that_is_meant_to_stay_goes(
    tmp_path_factory: pytest.TempPathFactory, marks: list[tuple[bool, bool, bool]], newest: int
) -> None:
    path = tmp_path_factory.mktemp("pruned") / "tuireader.db"
    shelve(path, "Other", [])
    with closing(connect(path)) as c:
        feed = subscribe(c, "https://a.example/feed")
        new = tuple(ready(f"{n}", title=f"{n}", published=NOW - timedelta(days=n)) for n in range(len(marks)))
        save_plan(c, feed, Plan(new=new), NOW)
        ids = {articles.get(c, id_).title: id_ for id_ in article_lists.ids(c, Query())}
        for n, (read, starred, tagged) in enumerate(marks):
            statuses.apply(c, StatusChange([ids[str(n)]], read=read, starred=starred))
            if tagged:
                labels.add_tags(c, [ids[str(n)]], ["x"])
        pruning.prune(c, plan_pruning(c, NOW, Limits(newest=newest)).ids)
        left = set(titles(c))
        stays = {str(n) for n, (read, starred, tagged) in enumerate(marks) if not read or starred or tagged}
        kept = {str(n) for n in range(len(marks)) if n < newest or not newest}
        assert left == stays | kept
        assert feeds.counts(c, feed.id)[1] == len(left)
