from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from support.factories import NOW, subscribe
from tuireader.library import rules as library_rules
from tuireader.library.subscribing import subscription
from tuireader.model.feed import is_unfiled
from tuireader.model.query import Rule
from tuireader.store import accounts, feeds, folders, rules


def test_a_folder_is_one_whatever_its_case(c: sqlite3.Connection) -> None:
    news = folders.add(c, " World  News ")
    assert folders.add(c, "world news") == news
    assert news.name == "World News"
    essays = folders.add(c, "Essays")
    assert folders.every(c) == [essays, news]


def test_feeds_move_between_folders_of_which_the_empty_ones_go(c: sqlite3.Connection) -> None:
    feed, news, essays = subscribe(c), folders.add(c, "News"), folders.add(c, "Essays")
    for folder_id in (news.id, essays.id, None, news.id):
        folders.put(c, feed.id, folder_id)
        assert feeds.get(c, feed.id).folder_id == folder_id
    feeds.record(c, feed)  # a refresh that began before
    assert feeds.get(c, feed.id).folder_id == news.id
    folders.remove_empty(c)
    assert folders.every(c) == [news]
    folders.put(c, feed.id, None)
    rule = rules.add(c, Rule("x", hide=True, folder_id=news.id), NOW)
    folders.remove_empty(c)
    assert folders.every(c) == [news]  # its rule is for what comes into it again
    rules.remove(c, rule.id)
    assert folders.every(c) == [news]  # that can be undone
    folders.remove_empty(c)
    assert folders.every(c) == []


def test_each_account_has_its_own(c: sqlite3.Connection) -> None:
    account = accounts.add(c, "miniflux", name="Work")
    assert folders.add(c, "News") != folders.add(c, "News", account_id=account.id)


def test_an_account_goes_with_all_that_is_its_own(c: sqlite3.Connection) -> None:
    account = accounts.add(c, "miniflux", name="Work", url="https://rss.example/", user="me")
    accounts.set_cursor(c, account.id, "42")
    assert accounts.get(c, account.id).cursor == "42"
    own = subscribe(c)
    theirs = feeds.add(c, own.url, title="T", site="", now=NOW, account_id=account.id)
    assert theirs.id != own.id
    folders.put(c, theirs.id, folders.add(c, "News", account_id=account.id).id)
    accounts.remove(c, account.id)
    assert feeds.every(c) == [own]
    assert folders.every(c) == []
    assert [each.kind for each in accounts.every(c)] == ["local"]


@pytest.mark.parametrize("has_own", [False, True])
def test_a_move_that_is_undone_leaves_each_rule_where_it_was(c: sqlite3.Connection, *, has_own: bool) -> None:
    """Also one of a folder that was empty before, and one that has followed."""
    alpha, bravo = folders.add(c, "Alpha"), folders.add(c, "Bravo")
    feed = subscribe(c)
    folders.put(c, feed.id, alpha.id)
    idle = rules.add(c, Rule("x", hide=True, folder_id=bravo.id), NOW)
    own = [rules.add(c, Rule("y", star=True, folder_id=alpha.id), NOW)] if has_own else []
    before = library_rules.folders_of_rules(c)
    subscription.put_all_into(c, [feed.id], "Bravo")
    assert subscription.put_back(c, {"Alpha": [feed.id]}, library_rules.rule_moves(c, before)) == []
    named = {rule.id: folders.get(c, rule.folder_id or 0).name for rule in rules.every(c)}
    assert named == {idle.id: "Bravo"} | {rule.id: "Alpha" for rule in own}


def test_a_move_that_is_undone_takes_no_rule_from_where_it_is_since(c: sqlite3.Connection) -> None:
    """All other feeds of its folder are those of an account by now."""
    account = accounts.add(c, "miniflux", name="Work", url="https://rss.example")
    some = [subscribe(c, f"https://{number}.example/feed") for number in range(3)]
    for feed in some:
        folders.put(c, feed.id, folders.add(c, "News").id)
    rule = rules.add(c, Rule("spam", hide=True, folder_id=folders.find(c, "News").id), NOW)
    before = library_rules.folders_of_rules(c)
    subscription.put_all_into(c, [some[0].id], "Other")
    moved = library_rules.rule_moves(c, before)
    there = folders.add(c, "News", account_id=account.id)
    rules.assign(c, rule.id, there.id)
    subscription.put_back(c, {"News": [some[0].id]}, moved)
    assert rules.get(c, rule.id).folder_id == there.id


@pytest.mark.parametrize("name", ["All", "Uncategorized", "Unkategorisiert", "未分类"])
def test_what_a_server_has_for_feeds_without_a_folder_is_none(name: str) -> None:
    assert is_unfiled(name)
    assert not is_unfiled("News")


def test_only_folders_that_a_rule_or_a_search_is_for_are_followed(
    c: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a server that renames thousands of folders would hold the cache for minutes."""
    some = [subscribe(c, f"https://{number}.example/feed") for number in range(20)]
    for number, feed in enumerate(some):
        folders.put(c, feed.id, folders.add(c, f"Old {number}").id)
    rule = rules.add(c, Rule("x", hide=True, folder_id=folders.find(c, "Old 7").id), NOW)
    followed, new_folder = list[object](), library_rules._new_folder

    def follow(*facts: Any) -> int | None:
        followed.append(facts)
        return new_folder(*facts)

    monkeypatch.setattr(library_rules, "_new_folder", follow)
    before = feeds.every(c)
    for number, feed in enumerate(some):
        folders.put(c, feed.id, folders.add(c, f"New {number}").id)
    assert library_rules.follow_folders(c, before) == ["Moved all feeds and the rule from “Old 7” to “New 7”: hide"]
    assert len(followed) == 1
    assert folders.get(c, rules.get(c, rule.id).folder_id or 0).name == "New 7"
