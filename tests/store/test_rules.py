"""Rules: what they catch, what they do, and that all of it can be taken back."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from support.factories import NOW, ready, save, subscribe, titles
from tuireader.errors import NotFoundError
from tuireader.model.article import Status, StatusChange
from tuireader.model.feed import LOCAL
from tuireader.model.fetched import Plan
from tuireader.model.query import HIDE, READ, TAGS_MAX, Query, Rule
from tuireader.store import accounts, articles, feeds, folders, labels, rules, save_articles, server_statuses, statuses
from tuireader.store.queries import article_lists


@pytest.fixture
def stocked(c: sqlite3.Connection) -> dict[str, int]:
    """The ids of four articles of two feeds, by their titles."""
    one, two = subscribe(c, "https://one.example/feed", "One"), subscribe(c, "https://two.example/feed", "Two")
    save(
        c,
        ready("1", "the election is near", title="Vote", authors=("Ann",)),
        ready("2", "a harbour at night", title="Night", categories=("Sea",)),
        feed=one,
    )
    save(c, ready("3", "an election elsewhere", title="Ballot"), ready("4", "nothing at all", title="Calm"), feed=two)
    return {headline.title: headline.id for headline in article_lists.window(c, Query(), 0, 9)}


def keep(c: sqlite3.Connection, rule: Rule) -> Rule:
    return rules.add(c, rule, NOW)


def caught(c: sqlite3.Connection, *there: Rule, new: Sequence[int]) -> dict[str, set[int]]:
    return {rule.query: set(ids) for rule, ids in rules.caught(c, there, new)}


def test_a_rule_is_kept_as_it_was_given(c: sqlite3.Connection) -> None:
    feed, folder = subscribe(c), folders.add(c, "News")
    whole = Rule("election", hide=True, read=True, star=True, keep=True, tags=("a", "b c"), feed_id=feed.id, until=NOW)
    first, second = keep(c, whole), keep(c, Rule("x", read=True, folder_id=folder.id))
    assert rules.every(c) == [first, second]
    assert (first.tags, first.until, first.feed_id, first.said) == (
        ("a", "b c"), NOW, feed.id, "hide, mark as read, star, keep, tag “a”, tag “b c”"
    )  # fmt: skip
    assert rules.get(c, second.id) == second
    assert [rule.id for rule in rules.in_force(c, NOW)] == [second.id]
    assert [rule.id for rule in rules.ended(c, NOW)] == [first.id]
    feeds.remove(c, feed.id)  # a rule of a feed that is gone is for nothing
    rules.remove(c, second.id)
    assert rules.every(c) == []
    with pytest.raises(NotFoundError, match="No rule with ID 1"):
        rules.get(c, first.id)


def test_what_a_rule_catches_of_what_is_new(c: sqlite3.Connection, stocked: dict[str, int]) -> None:
    vote, night, ballot, calm = (stocked[title] for title in ("Vote", "Night", "Ballot", "Calm"))
    folder = folders.add(c, "Sea")
    two = articles.get(c, calm).feed_id
    folders.put(c, two, folder.id)
    every = [*stocked.values()]
    there = [
        Rule("election"), Rule("ELECTION -near"), Rule("author:ann"), Rule("category=sea"), Rule("feed=two"),
        Rule("night", feed_id=two), Rule("nothing", folder_id=folder.id), Rule("is:unread words>0"), Rule("elect"),
    ]  # fmt: skip
    assert caught(c, *there, new=every) == {
        "election": {vote, ballot}, "ELECTION -near": {ballot}, "author:ann": {vote}, "category=sea": {night},
        "feed=two": {ballot, calm}, "nothing": {calm}, "is:unread words>0": set(every),
    }  # fmt: skip
    assert caught(c, Rule("election"), new=[ballot, calm]) == {"election": {ballot}}
    assert caught(c, Rule("election"), new=[calm]) == {}


def test_a_hidden_article_is_nowhere_but_among_the_hidden(c: sqlite3.Connection, stocked: dict[str, int]) -> None:
    rule = keep(c, Rule("election", hide=True))
    assert sorted(rules.apply(c, rule, [stocked["Vote"], stocked["Ballot"]])) == sorted(
        [stocked["Vote"], stocked["Ballot"]]
    )
    assert sorted(titles(c)) == ["Calm", "Night"]
    assert sorted(titles(c, Query(text="is:hidden "))) == ["Ballot", "Vote"]
    assert titles(c, Query(text="is:hidden author:ann ")) == ["Vote"]
    assert article_lists.totals(c, Query()).all == 2
    assert [facet.name for facet in article_lists.authors(c, Query())] == [""]
    assert [each.id for each in rules.of_article(c, stocked["Vote"], HIDE)] == [rule.id]
    assert rules.counts(c) == {rule.id: 2}
    assert rules.apply(c, rule, [stocked["Vote"]]) == []
    assert rules.take_back(c, rule) == 2
    assert len(titles(c)) == 4
    assert rules.of_article(c, stocked["Vote"]) == []


def test_what_two_rules_hide_is_shown_when_both_are_gone(c: sqlite3.Connection, stocked: dict[str, int]) -> None:
    first, second = keep(c, Rule("election", hide=True)), keep(c, Rule("vote", hide=True))
    rules.apply(c, first, [stocked["Vote"]])
    rules.apply(c, second, [stocked["Vote"]])
    rules.take_back(c, first)
    assert "Vote" not in titles(c)
    rules.take_back(c, second)
    assert "Vote" in titles(c)


@pytest.mark.parametrize(("was_read", "was_starred", "was_tagged"), product([False, True], repeat=3))
def test_taking_back_leaves_what_was_so_before(
    c: sqlite3.Connection, stocked: dict[str, int], was_read: bool, was_starred: bool, was_tagged: bool
) -> None:
    id_ = stocked["Vote"]
    statuses.mark(c, [id_], read=was_read, starred=was_starred)
    if was_tagged:
        labels.add_tags(c, [id_], ["Politics"])
    rule = keep(c, Rule("election", read=True, star=True, keep=True, tags=("politics",)))
    assert rules.apply(c, rule, [id_]) == [id_]
    status = articles.status(c, id_)
    assert (status.read, status.starred, len(labels.tags_of(c, [id_])[id_])) == (True, True, 1)
    rules.take_back(c, rule)
    status = articles.status(c, id_)
    assert (status.read, status.starred, id_ in labels.tags_of(c, [id_])) == (was_read, was_starred, was_tagged)


def test_what_a_rule_did_goes_with_its_article(c: sqlite3.Connection, stocked: dict[str, int]) -> None:
    rule = keep(c, Rule("election", read=True))
    rules.apply(c, rule, [*stocked.values()])
    feeds.remove(c, articles.get(c, stocked["Vote"]).feed_id)
    assert rules.counts(c) == {rule.id: 2}
    assert rules.of_article(c, stocked["Calm"], READ) == [rule]
    rules.remove(c, rule.id)
    assert c.execute("SELECT count(*) FROM rule_article").fetchone() == (0,)


def test_a_rule_needs_the_index_only_for_words() -> None:
    assert rules.looks_at_words([Rule("feed:x"), Rule("a")])
    assert rules.looks_at_words([Rule("-a")])
    assert not rules.looks_at_words([Rule("feed:x is:unread words>3 tag:y since:7d has:picture")])


def test_the_time_of_a_rule(c: sqlite3.Connection) -> None:
    rule = keep(c, Rule("x", hide=True, until=NOW + timedelta(days=1)))
    assert rules.in_force(c, NOW) == [rule]
    assert rules.in_force(c, NOW + timedelta(days=1)) == []


def test_what_the_user_did_after_a_rule_is_the_users_own(c: sqlite3.Connection, stocked: dict[str, int]) -> None:
    rule = keep(c, Rule("", star=True, read=True, tags=("t", "u")))
    ids = list(stocked.values())
    rules.apply(c, rule, ids)
    one, two, three, _ = ids
    for value in (False, True):
        statuses.mark(c, [one], now=lambda: NOW, starred=value, read=value)
    statuses.untag(c, [two], ["t"])
    statuses.tag(c, [two], ["T"])
    statuses.apply(c, StatusChange((three,), starred=True, tagged=("u",)))  # there already, and now by hand
    rules.take_back(c, rule)
    marks = {id_: articles.status(c, id_) for id_ in ids}
    assert [(marks[id_].starred, marks[id_].read) for id_ in ids] == [
        (True, True), (False, False), (True, False), (False, False)
    ]  # fmt: skip
    assert {id_: [*map(str.lower, names)] for id_, names in labels.tags_of(c, ids).items()} == {
        two: ["t"],
        three: ["u"],
    }


def statuses_of(c: sqlite3.Connection) -> dict[int, tuple[bool, bool]]:
    return {each.id: (each.read, each.starred) for each in article_lists.window(c, Query(), 0, 9)}


def test_of_what_a_removed_rule_did_only_that_comes_back(c: sqlite3.Connection, stocked: dict[str, int]) -> None:
    """What the user has changed since stays changed, as it does where the rule is only removed."""
    from tuireader.library import rules as library_rules

    vote, night, ballot, calm = (stocked[title] for title in ("Vote", "Night", "Ballot", "Calm"))
    rule = keep(c, Rule("", read=True, star=True, tags=("a", "b"), feed_id=None))
    rules.apply(c, rule, [vote, night, ballot, calm])
    statuses.mark(c, [vote], read=False)
    statuses.mark(c, [night], starred=False)
    labels.remove_tags(c, [ballot], ["b"])
    marks = statuses_of(c)
    tags = labels.tags_of(c, stocked.values())
    said, did = library_rules.as_json(c, rule), library_rules.done_by(c, rule)
    assert library_rules.remove(c, rule, take_back=True, pause=lambda _: None) == 4
    assert statuses_of(c)[calm] == (False, False)
    library_rules.bring_back(c, said, did)
    assert statuses_of(c) == marks
    assert labels.tags_of(c, stocked.values()) == tags


@pytest.mark.parametrize("is_local", [True, False])
def test_a_removed_rule_comes_back_for_a_folder_that_was_made_anew(c: sqlite3.Connection, *, is_local: bool) -> None:
    from tuireader.library import rules as library_rules

    account = LOCAL if is_local else accounts.add(c, "miniflux", name="W", url="https://w.example", user="ann").id
    rule = keep(c, Rule("vote", read=True, folder_id=folders.add(c, "News", account_id=account).id))
    said, did = library_rules.as_json(c, rule), library_rules.done_by(c, rule)
    library_rules.remove(c, rule, take_back=True, pause=lambda _: None)
    folders.remove_empty(c)
    folders.add(c, "News")
    new = folders.add(c, "News", account_id=account)
    library_rules.bring_back(c, said, did)
    assert [each.folder_id for each in rules.every(c)] == [new.id]


def test_of_a_rule_with_many_tags_only_those_that_it_gave_are_taken_back(
    c: sqlite3.Connection, stocked: dict[str, int]
) -> None:
    names = [f"tag {n:02}" for n in range(TAGS_MAX)]
    labels.add_tags(c, [stocked["Vote"]], names[:45])
    rule = rules.add(c, Rule("election", tags=tuple(names)), NOW)
    rules.apply(c, rule, list(stocked.values()))
    assert {len(some) for some in labels.tags_of(c, list(stocked.values())).values()} == {TAGS_MAX}
    rules.take_back(c, rule)
    assert labels.tags_of(c, list(stocked.values())) == {stocked["Vote"]: names[:45]}


def test_what_another_rule_does_too_stays(c: sqlite3.Connection, stocked: dict[str, int]) -> None:
    id_ = stocked["Vote"]
    one = keep(c, Rule("election", read=True, star=True, tags=("keep", "one")))
    two = keep(c, Rule("near", read=True, star=True, tags=("Keep", "two")))
    for rule in (one, two):
        rules.apply(c, rule, [id_])
    assert rules.apply(c, two, [id_]) == []
    assert rules.counts(c) == {one.id: 1, two.id: 1}
    rules.take_back(c, one)
    rules.remove(c, one.id)
    status = articles.status(c, id_)
    assert (status.read, status.starred, labels.tags_of(c, [id_])[id_]) == (True, True, ["keep", "two"])
    rules.take_back(c, two)
    status = articles.status(c, id_)
    assert (status.read, status.starred, labels.tags_of(c, [id_]).get(id_)) == (False, False, None)


@pytest.mark.parametrize("how", ["archive", "edit", "rule left"])
def test_what_was_read_before_stays_read_when_a_rule_is_gone(c: sqlite3.Connection, how: str) -> None:
    """What an archive has read, the user in an earlier text, or a rule that was removed and left it."""
    feed = subscribe(c)
    is_old = how == "archive"
    new = replace(ready("1", "Words of the harbour, and of the ships in it."), status=Status(read=is_old))
    save_articles.save_entries(c, feed.id, Plan(new=(new,), is_old=is_old), NOW)
    (id_,) = article_lists.ids(c, Query())
    if how == "edit":
        statuses.mark(c, [id_], read=True)
        save_articles.save_entries(
            c, feed.id, Plan(changed=((id_, ready("1", "Another text, about a harbour.")),)), NOW
        )
    elif how == "rule left":
        left = rules.add(c, Rule("", read=True), NOW)
        rules.apply(c, left, [id_])
        rules.remove(c, left.id)
    rule = rules.add(c, Rule("", read=True, star=True), NOW)
    rules.apply(c, rule, [id_])
    rules.take_back(c, rule)
    status = articles.status(c, id_)
    assert (status.read, status.starred) == (True, False)
    assert (id_ in server_statuses.read_by_nobody(c, [id_])) is is_old


def test_what_several_rules_do_to_an_article_is_written_once(c: sqlite3.Connection) -> None:
    """And each has its share of it."""
    save(c, ready("g", "one two"))
    (id_,) = article_lists.ids(c, Query())
    some = [rules.add(c, Rule(word, read=True, tags=(word, "both")), NOW) for word in ("one", "two")]
    assert rules.apply_all(c, [(rule, [id_]) for rule in some]) == [id_]
    assert labels.tags_of(c, [id_])[id_] == ["one", "both", "two"]
    rules.take_back(c, some[0])
    assert sorted(labels.tags_of(c, [id_])[id_]) == ["both", "two"]
    assert articles.status(c, id_).read
    rules.take_back(c, some[1])
    assert not labels.tags_of(c, [id_]).get(id_)
    assert not articles.status(c, id_).read
