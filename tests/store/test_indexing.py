"""Articles that are indexed later are found as if they had been indexed at once, and are counted until then."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from dataclasses import replace

import pytest

from support.factories import NOW, ready, save, save_plan, subscribe, titles
from tuireader.content.dom.sanitize import plain_text
from tuireader.model.fetched import Plan, Prepared
from tuireader.model.query import Query
from tuireader.store import connection, duplicates, feeds, save_articles, statuses
from tuireader.store.connection import Connection, transaction
from tuireader.store.queries import article_lists, search
from tuireader.store.recovery.inspection import what_is_wrong
from tuireader.store.recovery.recover import rebuild_index

HARBOUR = Query(text="harbour ")


def save_unindexed(c: sqlite3.Connection, *new: Prepared) -> tuple[int, ...]:
    feed = subscribe(c)
    prepacked = save_articles.Prepacked(Plan(new=new), index_later=True)
    with transaction(c):
        return prepacked.write(c, feed.id, NOW).new


def index_all(c: sqlite3.Connection, most: int = 2) -> list[int]:
    steps = []
    while step := search.index_some(c, plain_text, most):
        steps.append(step)
    return steps


def test_what_waits_is_no_damage(c: Connection) -> None:
    save_unindexed(c, *some(3))
    assert search.waiting(c) == 3
    assert not connection.check_counts(c)


def some(number: int) -> Sequence[Prepared]:
    return [ready(str(n), f"The harbour number{n} of Écluse.") for n in range(number)]


def test_they_are_found_once_they_are_indexed(c: sqlite3.Connection) -> None:
    save_unindexed(c, *some(5))
    assert search.waiting(c) == 5
    assert (article_lists.count(c, Query()), article_lists.count(c, HARBOUR)) == (5, 0)
    assert what_is_wrong(c) == "nothing"
    assert index_all(c) == [2, 2, 1]
    assert search.waiting(c) == 0
    assert article_lists.count(c, HARBOUR) == 5
    assert titles(c, Query(text="number3 ecluse ")) == ["Title of 3"]
    assert what_is_wrong(c) == "nothing"


def test_it_is_the_index_that_there_would_be_at_once(c: sqlite3.Connection) -> None:
    def words() -> list[tuple[str, int, str, int]]:
        c.execute("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, search, instance)")
        try:
            return sorted(c.execute("SELECT term, doc, col, offset FROM temp.words").fetchall())
        finally:
            c.execute("DROP TABLE temp.words")

    entries = [ready(str(n), f"Some “words” of 日本語 {n}", authors=("A B",), categories=("C/D",)) for n in range(4)]
    save_plan(c, subscribe(c), Plan(new=tuple(entries)))
    at_once = words()
    feeds.remove(c, feeds.every(c)[0].id)
    ids = save_unindexed(c, *entries)
    index_all(c)
    moved = [(term, doc - (min(ids) - 1), column, at) for term, doc, column, at in words()]
    assert moved == at_once != []


def test_the_newest_come_first(c: sqlite3.Connection) -> None:
    save_unindexed(c, *some(5))
    search.index_some(c, plain_text, 2)
    assert titles(c, HARBOUR) == ["Title of 0", "Title of 1"]


def test_what_is_edited_or_completed_is_indexed_with_that(c: sqlite3.Connection) -> None:
    ids = save_unindexed(c, *some(3))
    save_plan(c, feeds.every(c)[0], Plan(changed=((ids[0], ready("0", "The lighthouse.")),)))
    save_articles.save_full_text(c, ids[1], "<p>The crane.</p>", "The crane.", 2)
    assert search.waiting(c) == 1
    assert [article_lists.count(c, Query(text=text)) for text in ("lighthouse ", "crane ", "harbour ")] == [1, 1, 0]
    index_all(c)
    assert [article_lists.count(c, Query(text=text)) for text in ("lighthouse ", "crane ", "harbour ")] == [1, 1, 1]
    assert what_is_wrong(c) == "nothing"


def test_where_comparing_takes_long_the_cache_is_given_free(
    c: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_unindexed(c, *some(5))
    now = 0.0

    def join(*_: object) -> None:
        nonlocal now
        now += 60

    monkeypatch.setattr(search, "_GROUP", 2)
    monkeypatch.setattr(time, "monotonic", lambda: now)
    monkeypatch.setattr(duplicates, "join", join)
    assert index_all(c, 9) == [2, 2, 1]
    assert (article_lists.count(c, HARBOUR), what_is_wrong(c)) == (5, "nothing")


def test_what_is_edited_while_its_text_is_made_keeps_the_edit(c: sqlite3.Connection) -> None:
    ids = save_unindexed(c, *some(2))

    def edit_then(html: str) -> str:
        if search.waiting(c) == 2:
            save_plan(c, feeds.every(c)[0], Plan(changed=((ids[0], ready("0", "The lighthouse.")),)))
        return plain_text(html)

    search.index_some(c, edit_then, 9)
    assert search.waiting(c) == 0
    assert [article_lists.count(c, Query(text=text)) for text in ("lighthouse ", "harbour ")] == [1, 1]
    assert what_is_wrong(c) == "nothing"


def test_what_is_removed_no_longer_waits(c: sqlite3.Connection) -> None:
    save_unindexed(c, *some(3))
    search.index_some(c, plain_text, 1)
    feeds.remove(c, feeds.every(c)[0].id)
    assert (search.waiting(c), what_is_wrong(c)) == (0, "nothing")


def test_an_index_that_is_made_anew_leaves_them_for_later(c: sqlite3.Connection) -> None:
    save_unindexed(c, *some(3))
    search.index_some(c, plain_text, 1)
    assert rebuild_index(c, plain_text)
    assert (search.waiting(c), article_lists.count(c, HARBOUR)) == (2, 1)
    index_all(c)
    assert (search.waiting(c), article_lists.count(c, HARBOUR)) == (0, 3)


def test_what_is_indexed_later_joins_its_story_then(c: sqlite3.Connection) -> None:
    text = "The lighthouse keeper watched over every single harbour along the northern coastline last winter. " * 5
    save_unindexed(c, ready("a", text), *some(2))
    other = subscribe(c, "https://other.example/feed")
    with transaction(c):
        prepacked = save_articles.Prepacked(Plan(new=(ready("a", text),)), index_later=True)
        prepacked.write(c, other.id, NOW)
    assert article_lists.count(c, Query()) == 4
    index_all(c)
    assert article_lists.count(c, Query()) == 3


def test_an_edit_before_it_is_indexed_joins_the_story_of_the_edit(c: sqlite3.Connection) -> None:
    text = "The lighthouse keeper watched over every single harbour along the northern coastline last winter. " * 5
    save(c, ready("a", text))
    other = subscribe(c, "https://other.example/feed")
    with transaction(c):
        new = (
            save_articles.Prepacked(Plan(new=(ready("b", "Nothing yet."),)), index_later=True)
            .write(c, other.id, NOW)
            .new
        )
    save_plan(c, other, Plan(changed=((new[0], ready("b", text, title="Title of a")),)))
    assert (search.waiting(c), article_lists.count(c, Query())) == (0, 1)


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM unindexed",
        "INSERT INTO unindexed SELECT id FROM article ORDER BY id LIMIT 1",
        "UPDATE feed SET unread = unread + 1",
        "UPDATE label SET articles = 0",
    ],
)
def test_what_disagrees_is_noticed(c: sqlite3.Connection, damage: str) -> None:
    ids = save_unindexed(c, *some(2))
    statuses.mark(c, ids[:1], read=True)
    if "INSERT" in damage:
        index_all(c)
    c.execute(damage)
    assert what_is_wrong(c) != "nothing"


def test_few_are_taken_at_a_time_where_they_are_long(c: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "_PACKED_MAX", 1)
    save_unindexed(c, *(replace(each) for each in some(3)))
    assert index_all(c, 9) == [1, 1, 1]


def test_an_index_from_which_much_was_removed_and_edited_is_sound(c: sqlite3.Connection) -> None:
    feed = subscribe(c)
    ids = save_plan(c, feed, Plan(new=tuple(some(40)))).new
    for number, id_ in enumerate(ids[:20]):
        save_plan(c, feed, Plan(changed=((id_, ready(str(number), f"The lighthouse of {number}.")),)))
    other = subscribe(c, "https://other.example/feed")
    save_plan(c, other, Plan(new=tuple(some(30))))
    feeds.remove(c, other.id)
    assert what_is_wrong(c) == "nothing"
