"""Unread that stays small: what is old or too much is marked read, and nothing else."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from support.factories import NOW, ready, save, subscribe, titles
from tuireader.library import rules
from tuireader.library.rules import expire
from tuireader.model.feed import PAGES, Feed
from tuireader.model.query import Query, Rule
from tuireader.store import feeds, labels, statuses
from tuireader.store.connection import connect
from tuireader.store.queries import article_lists


@pytest.fixture
def c(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(connect(tmp_path / "tuireader.db")) as connection:
        yield connection


@pytest.fixture
def feed(c: sqlite3.Connection) -> Feed:
    """Ten articles, each a day older than the one before."""
    feed = subscribe(c)
    save(c, *(ready(str(n), title=f"{n}", published=NOW - timedelta(days=n, hours=1)) for n in range(10)), feed=feed)
    return feed


def unread(c: sqlite3.Connection) -> list[str]:
    return titles(c, Query(unread=True))


def test_nothing_expires_unless_it_is_wanted(c: sqlite3.Connection, feed: Feed) -> None:
    assert expire(c, NOW, 0, 0) == 0
    assert len(unread(c)) == 10


def test_what_is_older_than_so_many_days(c: sqlite3.Connection, feed: Feed) -> None:
    assert expire(c, NOW, 7, 0) == 3
    assert unread(c) == [str(n) for n in range(7)]
    assert article_lists.count(c, Query()) == 10


def test_what_is_beyond_so_many_of_a_feed(c: sqlite3.Connection, feed: Feed) -> None:
    other = subscribe(c, "https://two.example/feed", "Two")
    save(c, ready("x", title="x", published=NOW - timedelta(days=90)), feed=other)
    assert expire(c, NOW, 0, 4) == 6
    assert sorted(unread(c)) == ["0", "1", "2", "3", "x"]


def test_what_the_user_marks_unread_stays_so(c: sqlite3.Connection, feed: Feed) -> None:
    assert expire(c, NOW, 7, 0) == 3
    (id_,) = article_lists.ids(c, Query(text="title:9"))
    statuses.mark(c, [id_], read=False)
    assert expire(c, NOW, 7, 1) == 6
    assert unread(c) == ["0", "9"]
    statuses.mark(c, [id_], read=True)
    assert unread(c) == ["0"]


def test_a_feed_has_its_own_ends(c: sqlite3.Connection, feed: Feed) -> None:
    feeds.set_option(c, feed.id, "expire_after", "0")
    assert expire(c, NOW, 7, 0) == 0
    feeds.set_option(c, feed.id, "expire_after", "2")
    assert expire(c, NOW, 0, 0) == 8


def test_what_is_starred_tagged_or_kept_stays_unread(c: sqlite3.Connection, feed: Feed) -> None:
    by_title = {headline.title: headline.id for headline in article_lists.window(c, Query(), 0, 99)}
    statuses.mark(c, [by_title["9"]], starred=True)
    labels.add_tags(c, [by_title["8"]], ["later"])
    rules.apply(c, rules.keep(c, Rule("title:7", keep=True), NOW))
    expire(c, NOW, 1, 0)
    assert unread(c) == ["0", "7", "8", "9"]


def test_what_a_rule_tags_too_stays_unread_where_the_user_tagged_it(c: sqlite3.Connection, feed: Feed) -> None:
    every = article_lists.ids(c, Query())
    labels.add_tags(c, every[-1:], ["later"])
    rule = rules.keep(c, Rule("", tags=("auto",), feed_id=feed.id), NOW)
    rules.apply(c, rule)
    assert article_lists.count(c, Query(tags=("auto",))) == 10
    assert expire(c, NOW, 1, 0) == 8
    assert unread(c) == ["0", "9"]


def test_quiet_feeds_count_apart(c: sqlite3.Connection, feed: Feed) -> None:
    other = subscribe(c, "https://two.example/feed", "Two")
    save(c, ready("x", title="x"), feed=other)
    feeds.set_option(c, feed.id, "quiet", "yes")
    left = subscribe(c, "https://three.example/feed", "Three")
    save(c, ready("y", title="y"), feed=left)
    assert article_lists.totals(c, Query()).unread == 2
    assert article_lists.totals(c, Query(text="y|x|7")).unread == 3  # where it is looked for
    feeds.leave(c, left.id, 1, NOW)
    assert article_lists.totals(c, Query()).unread == 1
    assert article_lists.totals(c, Query(text="y|x|7")).unread == 2
    assert titles(c, Query(unread=True, without_quiet=True)) == ["x"]
    assert article_lists.feeds(c, Query())[feed.id] == (10, 10)
    assert len(titles(c, Query(feeds=(feed.id,), unread=True))) == 10


def test_pages_that_were_saved_to_be_read_stay_unread(c: sqlite3.Connection) -> None:
    pages = subscribe(c, PAGES)
    save(c, *(ready(str(n), title=f"{n}", published=NOW - timedelta(days=300 * n)) for n in range(4)), feed=pages)
    assert expire(c, NOW, after=30, above=1) == 0
    assert len(unread(c)) == 4
