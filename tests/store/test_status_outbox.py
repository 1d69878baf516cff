"""Marks that an account is to be told of: none is lost, none is made twice."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from support.factories import NOW, mark_query, ready, subscribe
from tuireader.library.refreshing.match_entries import prepare
from tuireader.model.article import Status
from tuireader.model.feed import Feed
from tuireader.model.fetched import ParsedEntry, Plan, Prepared
from tuireader.model.query import Query
from tuireader.store import accounts, articles, feeds, save_articles, status_outbox, statuses
from tuireader.store.connection import connect
from tuireader.store.queries import article_lists

LATER = NOW + timedelta(minutes=5)


def synced(c: sqlite3.Connection) -> Feed:
    """A feed of an account."""
    account = accounts.add(c, "miniflux", name="Work", url="https://rss.example/")
    return feeds.add(c, "https://example.org/feed", title="T", site="", now=NOW, account_id=account.id, server_id="7")


def arrive(c: sqlite3.Connection, feed: Feed, *entries: Prepared) -> list[int]:
    return list(save_articles.save_entries(c, feed.id, Plan(new=entries), NOW).new)


def entry(number: int, status: Status = Status()) -> Prepared:  # noqa: B008 - it is frozen
    return replace(ready(f"guid-{number}"), server_id=str(number), status=status)


def lines(c: sqlite3.Connection, feed: Feed) -> list[tuple[str, str, bool]]:
    return [(each.server_id, each.field, each.value) for each in status_outbox.waiting(c, feed.account_id)]


def test_a_mark_of_an_account_is_noted_and_one_of_this_machine_is_not(c: sqlite3.Connection) -> None:
    feed, own = synced(c), subscribe(c, "https://own.example/feed")
    (first,), (other,) = arrive(c, feed, entry(1)), arrive(c, own, ready("x"))
    statuses.mark(c, [first, other], read=True, starred=True, now=lambda: LATER)
    assert lines(c, feed) == [("1", "read", True), ("1", "starred", True)]
    assert {each.changed for each in status_outbox.waiting(c, feed.account_id)} == {LATER}
    assert status_outbox.waiting(c, own.account_id) == []


def test_a_story_that_was_read_here_is_read_for_the_account_too_and_starred_for_nobody(c: sqlite3.Connection) -> None:
    feed, own = synced(c), subscribe(c, "https://own.example/feed")
    text = "Harbour masters everywhere describe complicated timetables for winter ferries this season."
    link = "https://news.example/a-story"
    (there,) = arrive(c, own, prepare(ParsedEntry("own", "A story of harbours", link, html=f"<p>{text}</p>")))
    statuses.mark(c, [there], read=True, starred=True)
    told_again = prepare(ParsedEntry("theirs", "A story of harbours", link, html=f"<p>{text}</p>"))
    arrive(c, feed, replace(told_again, server_id="1"))
    assert lines(c, feed) == [("1", "read", True)]


def test_only_what_changes_is_noted_and_only_the_last_of_it(c: sqlite3.Connection) -> None:
    feed = synced(c)
    first, second = arrive(c, feed, entry(1), entry(2))
    statuses.mark(c, [first], read=True)
    statuses.mark(c, [first], read=True)
    assert lines(c, feed) == [("1", "read", True)]
    mark_query(c, Query())
    assert lines(c, feed) == [("1", "read", True), ("2", "read", True)]
    statuses.mark(c, [first, second], read=False)
    assert lines(c, feed) == [("1", "read", False), ("2", "read", False)]


def test_what_the_account_was_told_is_forgotten_but_not_what_was_done_since(c: sqlite3.Connection) -> None:
    feed = synced(c)
    (first,) = arrive(c, feed, entry(1))
    statuses.mark(c, [first], starred=True)
    under_way = status_outbox.waiting(c, feed.account_id)
    statuses.mark(c, [first], starred=False)
    status_outbox.remove_sent(c, [each.number for each in under_way])
    assert lines(c, feed) == [("1", "starred", False)]
    assert len(status_outbox.waiting(c, feed.account_id, 0)) == 0
    status_outbox.remove_sent(c, [each.number for each in status_outbox.waiting(c, feed.account_id)])
    assert lines(c, feed) == []


def test_an_account_that_no_longer_syncs_is_told_nothing_more(c: sqlite3.Connection) -> None:
    feed = synced(c)
    (first,) = arrive(c, feed, entry(1))
    accounts.set_syncing(c, feed.account_id, syncs=False)
    statuses.mark(c, [first], read=True)
    assert lines(c, feed) == []


def test_old_articles_may_arrive_read(c: sqlite3.Connection) -> None:
    feed = subscribe(c)
    first, second = arrive(c, feed, replace(ready("1"), status=Status(read=True)), ready("2"))
    assert (articles.status(c, first).read, articles.status(c, second).read) == (True, False)
    assert article_lists.totals(c, Query()).unread == 1


def test_lines_go_with_their_article(c: sqlite3.Connection) -> None:
    feed = synced(c)
    (first,) = arrive(c, feed, entry(1))
    statuses.mark(c, [first], read=True)
    feeds.remove(c, feed.id)
    assert c.execute("SELECT count(*) FROM journal").fetchone() == (0,)


KILLED = """
import os, pathlib, signal, sys
from tuireader.store import status_outbox, labels, statuses
from tuireader.store.connection import connect
def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
c = connect(pathlib.Path(sys.argv[1]))
{patch}
statuses.mark(c, [int(each) for each in sys.argv[2:]], read=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
@pytest.mark.parametrize(
    "patch", ["labels.write_status = die", "labels.repeat_status = die", "status_outbox.note = die"]
)
def test_a_kill_between_mark_and_journal_leaves_neither_or_both(db: Path, patch: str) -> None:
    with closing(connect(db)) as c:
        feed = synced(c)
        ids = arrive(c, feed, *(entry(number) for number in range(5)))
    assert killed(db, patch, ids) == -signal.SIGKILL
    assert kept(db, feed) == (0, 0)
    assert killed(db, "", ids) == 0
    assert kept(db, feed) == (5, 5)


def killed(db: Path, patch: str, ids: Iterable[int]) -> int:
    code = KILLED.format(patch=patch)
    return subprocess.run([sys.executable, "-c", code, str(db), *map(str, ids)], check=False).returncode


def kept(db: Path, feed: Feed) -> tuple[int, int]:
    """How many articles are read, and how many lines say so."""
    with closing(connect(db)) as c:
        return article_lists.count(c, Query()) - article_lists.count(c, Query(unread=True)), len(lines(c, feed))
