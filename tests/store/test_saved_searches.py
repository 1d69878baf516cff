"""Searches that are kept under a name."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest

from support.factories import NOW, ready, save, subscribe, titles
from tuireader.errors import NotFoundError
from tuireader.library.reading import user_edits
from tuireader.library.subscribing import subscription
from tuireader.model.query import Query, Rule
from tuireader.store import accounts, feeds, folders, rules, ui_state
from tuireader.store.queries.query_language import renamed


def test_searches_are_kept_and_replaced_by_name(c: sqlite3.Connection) -> None:
    user_edits.save_search(c, "  Sea  news ", "harbour")
    first = user_edits.save_search(c, "sea news", " category:sea ")
    second = user_edits.save_search(c, "Arts", "art")
    assert ui_state.searches(c) == [second, first]
    assert (first.name, first.query) == ("sea news", "category:sea")
    assert ui_state.find_search(c, "SEA NEWS") == first
    user_edits.remove(c, first.id)
    assert ui_state.searches(c) == [second]
    with pytest.raises(NotFoundError, match="No saved search named “sea news”"):
        ui_state.find_search(c, "sea news")


def test_the_last_word_of_a_saved_search_is_whole(c: sqlite3.Connection) -> None:
    save(c, ready("1", "art", title="One"), ready("2", "artful", title="Two"))
    assert titles(c, user_edits.query_of(user_edits.save_search(c, "Arts", "art"))) == ["One"]


@pytest.mark.parametrize(
    ("query", "then"),
    [
        ('feed="HH" is:unread', 'feed="Harbour ""Weekly""" is:unread'),
        ("-FEED=hh  sea", '-feed="Harbour ""Weekly"""  sea'),
        ('feed="One"|"hh"|Two x', 'feed="One"|"Harbour ""Weekly"""|Two x'),
        ('feed:hh tag=hh "feed=hh" hh', 'feed:hh tag=hh "feed=hh" hh'),
        ('folder="HH"', 'folder="HH"'),
    ],
)
def test_a_new_name_stands_in_the_place_of_the_old_one(query: str, then: str) -> None:
    assert renamed(query, "feed", {"hh": ['Harbour "Weekly"']}) == then


def test_searches_and_rules_follow_the_name_of_a_feed_whoever_gives_it(c: sqlite3.Connection) -> None:
    feed, other = subscribe(c, "https://hh.example/feed", "HH"), subscribe(c, "https://two.example/feed", "Two")
    user_edits.save_search(c, "Port", 'feed="HH"')
    rule = rules.add(c, Rule('story -feed="HH"', hide=True), NOW)

    def named() -> tuple[str, str]:
        return ui_state.searches(c)[0].query, rules.get(c, rule.id).query

    feeds.record(c, replace(feed, title="HH Weekly"))
    assert named() == ('feed="HH Weekly"', 'story -feed="HH Weekly"')
    feeds.rename(c, feed.id, "Mine")
    assert named() == ('feed="Mine"', 'story -feed="Mine"')
    feeds.record(c, replace(feed, title="Two"))
    assert named() == ('feed="Mine"', 'story -feed="Mine"')
    feeds.rename(c, feed.id, "")  # now two feeds are called so: the address tells it from the other
    assert named() == (f'feed="{feed.url}"', f'story -feed="{feed.url}"')
    feeds.take_over(c, other.id, feed.id)
    assert named() == ('feed="Two"', 'story -feed="Two"')


def test_a_name_of_two_feeds_still_means_both_after_one_has_another(c: sqlite3.Connection) -> None:
    one, two = subscribe(c, "https://one.example/feed", "Blog"), subscribe(c, "https://two.example/feed", "Blog")
    user_edits.save_search(c, "Both", 'feed="Blog"')
    feeds.rename(c, one.id, "Mine")
    assert ui_state.searches(c)[0].query == 'feed="Blog"|"Mine"'
    feeds.rename(c, one.id, "")
    assert ui_state.searches(c)[0].query == f'feed="{two.url}"|"{one.url}"'


def test_a_name_that_two_feeds_have_for_a_while_joins_nothing(c: sqlite3.Connection) -> None:
    """As where a host gives all of its feeds the title of its maintenance."""
    one, two = subscribe(c, "https://a.example/one", "Alpha"), subscribe(c, "https://a.example/two", "Beta")
    user_edits.save_search(c, "A", 'feed="Alpha"')
    user_edits.save_search(c, "B", 'feed="Beta"')
    for title in ("Maintenance", ""):
        feeds.record(c, replace(one, title=title or "Alpha"))
        feeds.record(c, replace(two, title=title or "Beta"))
    save(c, ready("1", title="One"), feed=one)
    save(c, ready("2", title="Two"), feed=two)
    assert [titles(c, Query(text=f"{each.query} ")) for each in ui_state.searches(c)] == [["One"], ["Two"]]


def test_a_title_that_is_the_address_of_another_feed_means_that_of_its_own(c: sqlite3.Connection) -> None:
    one, two = subscribe(c, "https://a.example/one", "Alpha"), subscribe(c, "https://b.example/two", "Beta")
    user_edits.save_search(c, "A", 'feed="Alpha"')
    for title in (two.url, "https://c.example/later"):
        feeds.record(c, replace(one, title=title))
        assert ui_state.searches(c)[0].query == f'feed="{one.url}"'


def test_a_folder_that_has_the_name_of_an_accounts_is_followed_by_nothing(c: sqlite3.Connection) -> None:
    one, two = subscribe(c, "https://a.example/one", "Alpha"), subscribe(c, "https://b.example/two", "Beta")
    account = accounts.add(c, "miniflux", name="Work", url="https://rss.example")
    feeds.hand_over(c, two.id, account.id, server_id="1")
    folders.put(c, two.id, folders.add(c, "Other", account_id=account.id).id)
    subscription.put_into(c, one.id, "Solo")
    user_edits.save_search(c, "Theirs", 'folder="Other"')
    for folder in ("Other", "Solo"):
        subscription.put_into(c, one.id, folder)
    assert ui_state.searches(c)[0].query == 'folder="Other"'


def test_a_name_that_is_taken_and_given_back_joins_nothing(c: sqlite3.Connection) -> None:
    one, two = subscribe(c, "https://a.example/one", "Alpha"), subscribe(c, "https://a.example/two", "Beta")
    user_edits.save_search(c, "B", 'feed="Beta"')
    feeds.rename(c, one.id, "Beta")
    feeds.rename(c, one.id, "")
    assert ui_state.searches(c)[0].query == f'feed="{two.url}"'


def test_a_feed_that_comes_with_the_name_of_another_is_in_none_of_its_searches(c: sqlite3.Connection) -> None:
    one = subscribe(c, "https://a.example/one", "Blog")
    user_edits.save_search(c, "Mine", 'feed="Blog" -feed=other')
    subscribe(c, "https://b.example/two", "Blog")
    subscribe(c, one.url, "Blog")
    assert ui_state.searches(c)[0].query == f'feed="{one.url}" -feed=other'


def test_of_two_feeds_with_one_name_a_search_names_the_address(c: sqlite3.Connection) -> None:
    one, two = subscribe(c, "https://one.example/feed", "Blog"), subscribe(c, "https://two.example/feed", "Blog")
    save(c, ready("1", title="One"), feed=one)
    save(c, ready("2", title="Two"), feed=two)
    text = user_edits.text_of(c, Query(feeds=(two.id,)))
    assert text == 'feed="https://two.example/feed"'
    assert titles(c, Query(text=text)) == ["Two"]


def test_searches_follow_the_feeds_of_a_folder_or_it_is_said_that_nothing_is_left_there(c: sqlite3.Connection) -> None:
    ids = [subscribe(c, f"https://{name}.example/feed", name).id for name in ("one", "two")]
    assert subscription.put_all_into(c, ids, "News") == []
    user_edits.save_search(c, "All of it", 'folder="news" -folder="Sea"')
    assert subscription.put_all_into(c, ids, "Ports") == []
    assert ui_state.searches(c)[0].query == 'folder="Ports" -folder="Sea"'
    assert subscription.put_into(c, ids[0], "") == []
    assert subscription.put_into(c, ids[1], "") == ["Saved search “All of it” refers to the empty folder “Ports”."]


def test_a_name_that_no_search_has_is_followed_by_none(c: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a list of feeds would take the square of its length."""
    some = [subscribe(c, f"https://{number}.example/feed", f"Feed {number}") for number in range(20)]
    user_edits.save_search(c, "Sea", "feed=Foo|Bar harbour")
    look, looked = feeds.unique_names, []

    def unique_names(c: sqlite3.Connection) -> dict[int, str]:
        looked.append(look(c))
        return looked[-1]

    monkeypatch.setattr(feeds, "unique_names", unique_names)
    for feed in some:
        feeds.rename(c, feed.id, f"{feed.title} anew")
    assert looked == []
    feeds.rename(c, some[0].id, "foo")
    assert len(looked) == 1
    feeds.rename(c, some[0].id, "Baz")
    assert ui_state.searches(c)[0].query == 'feed="Baz"|Bar harbour'
