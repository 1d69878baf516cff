"""Rules act on what arrives, in the transaction that saves it, and on what is here when that is wanted."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conftest import Reply, ScriptedSite
from support.factories import NOW, ready, save, subscribe, titles
from support.rss import Item, rss
from tuireader.library import rules as library_rules
from tuireader.library.subscribing import subscription
from tuireader.library.subscribing.subscribe import subscribe_all
from tuireader.model.query import Query, Rule
from tuireader.store import folders, labels, rules
from tuireader.store.connection import connect
from tuireader.store.queries import article_lists, search

if TYPE_CHECKING:
    from library.conftest import Library

SEA, VOTE = Item("sea", html="<p>A harbour at night.</p>"), Item("vote", html="<p>The election is near.</p>")


def keep(library: Library, rule: Rule) -> Rule:
    with closing(connect(library.path)) as c:
        return rules.add(c, rule, library.clock())


async def test_what_a_rule_hides_is_never_seen(library: Library, site: ScriptedSite) -> None:
    site.pages["/feed"] = Reply(rss(SEA, VOTE))
    rule = keep(library, Rule("election", hide=True))
    library.follow(site.url + "/feed")
    (event,) = await library.refresh()
    assert (event.status, event.new, library.titles()) == ("updated", 1, ["sea"])
    with closing(connect(library.path)) as c:
        assert titles(c, Query(text="is:hidden ")) == ["vote"]
        assert rules.counts(c) == {rule.id: 1}
    (event,) = await library.refresh(force=True)
    assert (event.status, event.new, library.titles()) == ("unchanged", 0, ["sea"])


async def test_a_rule_sees_what_another_feed_has_told_before(library: Library, site: ScriptedSite) -> None:
    for name in ("one", "two"):
        site.pages[f"/{name}"] = Reply(rss(Item("sea", html=f"<p>{'A harbour at night. ' * 9}</p>")))
    library.follow(f"{site.url}/one")
    await library.refresh()
    rule = keep(library, Rule("harbour", star=True, tags=("ships",)))
    library.follow(f"{site.url}/two")
    await library.refresh(force=True)
    with closing(connect(library.path)) as c:
        assert rules.counts(c) == {rule.id: 1}
        (id_,) = article_lists.ids(c, Query(starred=True))
        assert labels.tags_of(c, [id_]) == {id_: ["ships"]}


async def test_each_rule_sees_all_that_came_with_many_feeds(library: Library, site: ScriptedSite) -> None:
    """Also where what comes with a feed is so much that it would be indexed later."""
    for number in range(5):
        many = [Item(f"{number}-{each}", html=f"<p>Word{each} here.</p>") for each in range(20)]
        site.pages[f"/feed{number}"] = Reply(rss(*many))
    library.follow(*(f"{site.url}/feed{number}" for number in range(5)))
    first = library.feeds()[0]
    keep(library, Rule("word3", hide=True))
    keep(library, Rule("word4", read=True, star=True, tags=("Fourth",)))
    keep(library, Rule("title:5", hide=True, feed_id=first.id))
    keep(library, Rule("word7", hide=True, until=library.clock() - timedelta(days=1)))
    keep(library, Rule("word3", star=True))
    events = await library.refresh()
    assert sorted(event.new for event in events) == [18, 19, 19, 19, 19]
    with closing(connect(library.path)) as c:
        hidden = titles(c, Query(text="is:hidden "))
        assert sorted(hidden) == sorted([*(f"{number}-3" for number in range(5)), "0-5"])
        assert len(titles(c, Query(tags=("fourth",), starred=True, text="is:read "))) == 5
        assert sorted(titles(c, Query(text="is:hidden is:starred "))) == [f"{number}-3" for number in range(5)]
        assert search.waiting(c) == 0


async def test_what_comes_with_a_new_subscription_is_ruled_too(library: Library, site: ScriptedSite) -> None:
    site.pages["/feed"] = Reply(rss(SEA, VOTE))
    keep(library, Rule("harbour", hide=True))
    async with library.asking() as queue:
        results = [
            came async for _, came in subscribe_all(library.cache, queue, [site.url + "/feed"], clock=library.clock)
        ]
    assert len(results) == 1
    assert library.titles() == ["vote"]


@pytest.fixture
def c(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(connect(tmp_path / "tuireader.db")) as connection:
        yield connection


def stocked(c: sqlite3.Connection) -> Rule:
    feed = subscribe(c)
    dates = [NOW - timedelta(days=day) for day in (1, 80, 100)]
    save(
        c,
        *(ready(str(n), "the election", title=f"Vote {n}", published=date) for n, date in enumerate(dates)),
        feed=feed,
    )
    save(c, *(ready(f"s{n}", "the sea", title=f"Sea {n}") for n in range(700)), feed=feed)
    return Rule("election", hide=True)


def test_a_preview_looks_back_for_ninety_days(c: sqlite3.Connection) -> None:
    rule = stocked(c)
    found = library_rules.preview(c, rule, NOW, 1)
    assert (found.total, [headline.title for headline in found.newest]) == (2, ["Vote 0"])
    assert library_rules.preview(c, Rule(" ", hide=True), NOW, 1).total == 0


def test_a_rule_is_applied_and_removed_in_steps(c: sqlite3.Connection) -> None:
    stocked(c)
    rule = library_rules.keep(c, Rule("sea", hide=True, tags=("Sea",)), NOW)
    pauses: list[float] = []
    assert library_rules.apply(c, rule, pauses.append) == 700
    assert library_rules.apply(c, rule, pauses.append) == 0
    assert len(pauses) == 2
    assert article_lists.count(c, Query()) == 3
    assert library_rules.remove(c, rule, take_back=True, pause=pauses.append) == 700
    assert article_lists.count(c, Query()) == 703
    assert labels.tags_of(c, article_lists.ids(c, Query())) == {}
    assert rules.every(c) == []


def test_a_rule_can_go_and_what_it_did_stay(c: sqlite3.Connection) -> None:
    rule = library_rules.keep(c, stocked(c), NOW)
    library_rules.apply(c, rule)
    assert library_rules.remove(c, rule, take_back=False) == 0
    assert len(titles(c, Query(text="is:hidden "))) == 3


def test_a_rule_goes_along_with_all_feeds_of_its_folder_or_it_is_said_that_nothing_is_left_there(
    c: sqlite3.Connection,
) -> None:
    ids = [subscribe(c, f"https://{name}.example/feed", name).id for name in ("one", "two")]
    assert subscription.put_all_into(c, ids, "News") == []
    rule = rules.add(c, Rule("harbour", star=True, folder_id=folders.find(c, "News").id), NOW)
    follows = "Moved all feeds and the rule from “News” to “Sea”: star"
    assert subscription.put_all_into(c, ids, "Sea") == [follows]
    assert rules.get(c, rule.id).folder_id == folders.find(c, "Sea").id
    assert subscription.put_into(c, ids[0], "Ports") == []
    assert subscription.put_into(c, ids[1], "Ports") == ["Folder “Sea” is empty, but has a rule: star"]
