"""Why nothing slows down with the size of the cache: what SQLite says it does, for every kind of query."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import islice, product
from typing import Any

import pytest

from support.factories import NOW, mark_query, ready, save, save_plan, subscribe
from tuireader.model.article import Headline
from tuireader.model.fetched import Plan
from tuireader.model.query import Query
from tuireader.store import articles, feeds, labels, save_articles, statuses
from tuireader.store.queries import article_lists, query_sql

EVERY = [7, pytest.param(1, marks=pytest.mark.slow)]
"""One of so many combinations of filters; it has no divisor in common with how many values a filter has."""
ORDERS = ("newest", "oldest", "shortest", "longest", "best")


@pytest.fixture
def stocked(c: sqlite3.Connection) -> sqlite3.Connection:
    for number in range(3):
        feed = subscribe(c, f"https://{number}.example/feed", f"Feed {number}")
        entries = [
            ready(str(n), f"harbour night {n}", categories=("K", f"K{n % 3}"), authors=("A", f"A{n}"))
            for n in range(number * 10, number * 10 + 10)
        ]
        save(c, *entries, feed=feed)
    statuses.mark(c, article_lists.ids(c, Query())[::2], read=True)
    statuses.mark(c, article_lists.ids(c, Query())[::5], starred=True)
    return c


@contextmanager
def watched(c: sqlite3.Connection) -> Iterator[list[str]]:
    """The statements that run, with their values in them."""
    seen: list[str] = []
    c.set_trace_callback(seen.append)
    yield seen
    c.set_trace_callback(None)


def plans(c: sqlite3.Connection, statements: list[str]) -> list[tuple[str, str]]:
    """The steps of SQLite's plan for each statement."""
    found = []
    for sql in statements:
        if not re.match(r"\s*(SELECT|WITH|UPDATE|DELETE)", sql):
            continue
        found += [(row[3], sql) for row in c.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()]
    return found


def queries(every: int) -> Iterator[Query]:
    """One of so many of all combinations, each option with each other among them."""
    options: dict[str, tuple[Any, ...]] = {
        "feeds": ((), (1,), (1, 2)),
        "categories": ((), ("K",), ("K", "K1"), ("",)),
        "authors": ((), ("A",)),
        "unread": (False, True),
        "starred": (False, True),
        "text": ("", "harbour", "-night ", "feed:1 is:read "),
        "order": ORDERS,
    }
    for values in islice(product(*options.values()), 0, None, every):
        yield Query(**dict(zip(options, values, strict=True)))
    yield Query(since=NOW - timedelta(days=3))
    yield Query(unread=True, keep=frozenset([1, 2, 3]))
    yield Query(starred=True, keep=frozenset([1, 2, 3]), categories=("K",), order="longest")


def first(c: sqlite3.Connection) -> Headline:
    return article_lists.headlines(c, [1])[0]


LISTS: dict[str, Callable[[sqlite3.Connection, Query], object]] = {
    "window": lambda c, query: article_lists.window(c, query, 5, 60),
    "count": article_lists.count,
    "rank": lambda c, query: article_lists.rank(c, query, 7),
    "after": lambda c, query: article_lists.beside(c, query, first(c), 1, 60),
    "before": lambda c, query: article_lists.beside(c, query, first(c), -1, 60),
    "end": lambda c, query: article_lists.beside(c, query, None, -1, 60),
    "next": lambda c, query: article_lists.neighbour(c, query, 7, 1),
    "previous": lambda c, query: article_lists.neighbour(c, query, 7, -1),
    "next unread": lambda c, query: article_lists.neighbour(c, query, 7, 1, unread=True),
}


@pytest.mark.parametrize("every", EVERY)
@pytest.mark.parametrize("enough", [1, 2000])
@pytest.mark.parametrize("name", LISTS)
def test_no_list_count_or_place_scans_the_articles(
    stocked: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, name: str, enough: int, every: int
) -> None:
    monkeypatch.setattr(query_sql, "SHORT_RANGE", enough)
    seen: set[str] = set()
    for query in queries(every):
        with watched(stocked) as statements:
            LISTS[name](stocked, query)
        seen.update(re.sub(r"\d+", "?", step) for step, _ in plans(stocked, statements))
        for step, sql in plans(stocked, statements):
            assert not re.match(r"SCAN (article|a|d|body|b|l|x)\b(?! USING (COVERING )?INDEX)", step), (step, sql)
    assert any("article_by_feed" in step for step in seen)
    assert any(
        re.match("SEARCH d USING (COVERING )?INDEX article_unread|SCAN d USING.*article_unread", s) for s in seen
    )


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (Query(), "SCAN d USING COVERING INDEX article_by_date"),
        (Query(order="oldest"), "SCAN d USING COVERING INDEX article_by_date"),
        (Query(order="longest"), "SCAN d USING COVERING INDEX article_by_words"),
        (Query(unread=True), "SCAN d USING COVERING INDEX article_unread"),
        (Query(starred=True), "SCAN d USING COVERING INDEX article_starred"),
        (Query(feeds=(1,)), "SEARCH d USING COVERING INDEX article_by_feed (feed_id=?)"),
        (Query(categories=("K",)), "SEARCH d USING PRIMARY KEY (kind=? AND label_id=?)"),
        (Query(authors=("A",)), "SEARCH d USING PRIMARY KEY (kind=? AND label_id=?)"),
    ],
)
def test_one_choice_is_one_ordered_run_without_sorting(stocked: sqlite3.Connection, query: Query, index: str) -> None:
    with watched(stocked) as statements:
        article_lists.ids(stocked, query, 0, 60)
    asides = ("label_by_key", "article_told_elsewhere", "feed_option")
    steps = [step for step, _ in plans(stocked, statements) if not any(each in step for each in asides)]
    assert steps == [index]


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (Query(), "SEARCH d USING COVERING INDEX article_by_date"),
        (Query(order="shortest"), "SEARCH d USING COVERING INDEX article_by_words"),
        (Query(unread=True), "SEARCH d USING COVERING INDEX article_unread"),
        (Query(feeds=(1,)), "SEARCH d USING COVERING INDEX article_by_feed"),
        (Query(categories=("K",)), "SEARCH d USING PRIMARY KEY"),
    ],
)
@pytest.mark.parametrize("step", [1, -1])
def test_reading_on_begins_where_it_left_off(stocked: sqlite3.Connection, query: Query, index: str, step: int) -> None:
    headline = first(stocked)
    with watched(stocked) as statements:
        article_lists.beside(stocked, query, headline, step, 60)
    walked = [at for at, sql in plans(stocked, statements) if "UNION" in sql or "LIMIT 60" in sql]
    assert len(walked) == 1
    assert walked[0].startswith(index)
    assert re.search(r"[<>]\(\?,\?|date[<>]\?", walked[0]), walked


@pytest.mark.parametrize("every", EVERY)
def test_whether_a_list_has_an_article_is_one_look_up(stocked: sqlite3.Connection, every: int) -> None:
    """Without its date, the run of the list would be walked from its begin: a million rows for an old article."""
    looked = 0
    for query in queries(every):
        if query.text.strip() or len(query.categories) > 1:  # of those that match, or have either, few are walked
            continue
        with watched(stocked) as statements:
            article_lists.rank(stocked, query, 7)
        for sql in (sql for sql in statements if re.match("SELECT 1 FROM .* d.date = ", sql)):
            (step, _), *_ = plans(stocked, [sql])
            assert re.match(r"SEARCH d USING .*(date=\? AND (article_)?id=\?|rowid=\?)", step), (step, sql)
            looked += 1
    assert looked > 9


def test_combined_choices_walk_one_run_and_look_the_others_up(stocked: sqlite3.Connection) -> None:
    query = Query(categories=("K",), authors=("A1",), unread=True)
    with watched(stocked) as statements:
        article_lists.ids(stocked, query, 0, 60)
    steps = [step for step, _ in plans(stocked, statements[-1:])]
    assert steps == [
        "SEARCH d USING PRIMARY KEY (kind=? AND label_id=?)",
        "CORRELATED SCALAR SUBQUERY 1",
        "SEARCH x USING PRIMARY KEY (kind=? AND label_id=? AND date=? AND article_id=?)",
    ]


def test_an_unread_list_with_kept_articles_is_merged_not_sorted(stocked: sqlite3.Connection) -> None:
    with watched(stocked) as statements:
        article_lists.ids(stocked, Query(unread=True, keep=frozenset([1, 2])), 0, 60)
    steps = [step for step, _ in plans(stocked, statements[-1:])]
    assert steps[0] == "MERGE (UNION ALL)"
    assert "SCAN d USING COVERING INDEX article_unread" in steps
    assert steps.count("USE TEMP B-TREE FOR ORDER BY") == 1  # of the few that are kept


@pytest.mark.parametrize("every", EVERY)
@pytest.mark.parametrize(
    "count", [article_lists.categories, article_lists.authors, article_lists.feeds, article_lists.totals]
)
def test_no_count_reads_the_articles_themselves(
    stocked: sqlite3.Connection, count: Callable[[sqlite3.Connection, Query], object], every: int
) -> None:
    for query in queries(every):
        with watched(stocked) as statements:
            count(stocked, query)
        for step, sql in plans(stocked, statements):
            assert not re.match(r"SCAN (article|a|d|body)\b(?! USING|$)", step), (step, sql)
            if re.match(r"SCAN d$", step):  # all of the labels' own narrow table
                assert "FROM label_article AS d" in sql, (step, sql)
            assert "body" not in sql, sql


WRITES: dict[str, Callable[[sqlite3.Connection], object]] = {
    "read": lambda c: statuses.mark(c, [1, 2, 3], read=True),
    "unread": lambda c: statuses.mark(c, [1, 2, 3], read=False),
    "starred": lambda c: statuses.mark(c, [1, 2, 3], starred=True),
    "position": lambda c: statuses.save_position(c, 1, 5),
    "came": lambda c: save(c, ready("101", "other words", categories=("K2",)), feed=feeds.get(c, 1)),
    "removed": lambda c: feeds.remove(c, 1),
}


@pytest.mark.parametrize("name", WRITES)
def test_what_is_written_of_some_articles_is_looked_up(stocked: sqlite3.Connection, name: str) -> None:
    """A mark that walks all labels takes 0.2 s at a million articles, and nobody else can write meanwhile."""
    with watched(stocked) as statements:
        WRITES[name](stocked)
    changes = [sql for sql in statements if re.match(r"\s*(UPDATE|DELETE|INSERT)", sql)]
    assert changes
    for step, sql in plans(stocked, changes):
        assert not re.match(r"SCAN (article|body|label_article)\b", step), (step, sql)
        assert not step.endswith("label_article USING PRIMARY KEY (kind=?)"), (step, sql)


def test_rows_are_read_for_what_is_on_screen_only(stocked: sqlite3.Connection) -> None:
    """The rows that SQLite steps through for a window do not depend on how many articles there are."""

    def steps(query: Query) -> int:
        count = 0

        def tick() -> int:
            nonlocal count
            count += 1
            return 0

        stocked.set_progress_handler(tick, 1)
        article_lists.window(stocked, query, 0, 10)
        stocked.set_progress_handler(None, 0)
        return count

    asked = [Query(), Query(unread=True), Query(categories=("K",)), Query(feeds=(1,)), Query(authors=("A",))]
    before = [steps(query) for query in asked]
    feed = subscribe(stocked, "https://0.example/feed", "Feed 0")
    save(
        stocked,
        *(ready(f"more {n}", "harbour", categories=("K",), authors=("A",)) for n in range(1500)),
        feed=feed,
    )
    after = [steps(query) for query in asked]
    assert all(now <= then * 1.1 for then, now in zip(before, after, strict=True)), (before, after)


def test_looking_for_guids_and_links_uses_their_indexes(stocked: sqlite3.Connection) -> None:
    with watched(stocked) as statements:
        save_articles.known(stocked, 1, ["1", "2"])
        [*articles.at(stocked, "https://example.org/x")]
    found = plans(stocked, statements)
    assert any("article_by_guid (feed_id=? AND guid_key=?)" in step for step, _ in found)
    assert any("article_by_link (link_key=?)" in step for step, _ in found)


def test_marks_find_their_rows_by_index(stocked: sqlite3.Connection) -> None:
    with watched(stocked) as statements:
        statuses.mark(stocked, [1, 2, 3], read=True, starred=True)
        mark_query(stocked, replace(Query(), categories=("K",)))
    for step, sql in plans(stocked, statements):
        assert not re.match(r"SCAN (article|label_article)$", step), (step, sql)


def test_what_is_done_with_an_article_looks_through_no_labels_of_others(stocked: sqlite3.Connection) -> None:
    feed = feeds.get(stocked, 1)
    edited = ready("0", "Another text of the harbour.", categories=("New",), authors=("B",))
    with watched(stocked) as statements:
        statuses.mark(stocked, [1], read=True, starred=True)
        statuses.tag(stocked, [1], ["mine"])
        save_plan(stocked, feed, Plan(changed=((1, edited),)))
        statuses.untag(stocked, [1], ["mine"])
        labels.move_to(stocked, 2, "[1]")
    steps = [(step, sql) for step, sql in plans(stocked, statements) if "label_article" in step]
    assert steps
    assert [each for each in steps if each[0].endswith("(kind=?)") or each[0].startswith("SCAN")] == []
