import sqlite3

from support.factories import mark_query, only, ready, save, subscribe
from tuireader.model.article import Status, Totals
from tuireader.model.query import Query
from tuireader.store import articles, statuses
from tuireader.store.connection import connect
from tuireader.store.queries import article_lists


def test_marks_set_what_is_given_and_leave_the_rest(c: sqlite3.Connection) -> None:
    save(c, ready("1"))
    statuses.mark(c, [only(c)], read=True)
    assert articles.status(c, only(c)) == Status(read=True)
    statuses.mark(c, [only(c)], starred=True)
    assert articles.status(c, only(c)) == Status(read=True, starred=True)
    statuses.mark(c, [only(c)], read=False)
    statuses.save_position(c, only(c), 1234)
    assert articles.status(c, only(c)) == Status(starred=True, position=1234)
    statuses.mark(c, [only(c)])
    assert articles.status(c, only(c)) == Status(starred=True, position=1234)


def test_counts_follow_marks_at_once(c: sqlite3.Connection) -> None:
    save(c, ready("1", categories=("K",), authors=("A",)), ready("2", categories=("K",)))
    first = article_lists.ids(c, Query(authors=("A",)))
    statuses.mark(c, first, read=True, starred=True)
    assert article_lists.totals(c, Query()) == Totals(all=2, unread=1, starred=1)
    assert article_lists.totals(c, Query(categories=("K",))) == Totals(all=2, unread=1, starred=1)
    assert [(facet.name, facet.unread) for facet in article_lists.categories(c, Query())] == [("K", 1)]
    assert [(facet.name, facet.unread) for facet in article_lists.authors(c, Query())] == [("", 1), ("A", 0)]
    assert article_lists.feeds(c, Query()) == {1: (1, 2)}
    assert article_lists.feeds(c, Query(starred=True)) == {1: (0, 1)}


def test_ids_that_are_gone_are_passed_over(c: sqlite3.Connection) -> None:
    save(c, ready("1"))
    statuses.mark(c, [99, only(c), -1], read=True)
    statuses.save_position(c, 99, 5)
    assert articles.status(c, only(c)).read


def test_marking_all_gives_those_that_changed_for_undoing(c: sqlite3.Connection) -> None:
    save(c, ready("1", categories=("K",)), ready("2", categories=("K",)), ready("3"))
    in_category = article_lists.ids(c, Query(categories=("K",)))
    statuses.mark(c, in_category[:1], read=True)
    assert mark_query(c, Query(categories=("K",))) == in_category[1:]
    assert article_lists.totals(c, Query()).unread == 1
    assert mark_query(c, Query(categories=("K",))) == []
    statuses.mark(c, in_category[1:], read=False)
    assert article_lists.totals(c, Query()).unread == 2


def test_marking_all_marks_also_what_is_kept_in_the_list(c: sqlite3.Connection) -> None:
    save(c, ready("1"), ready("2"))
    first, second = article_lists.ids(c, Query())
    statuses.mark(c, [first], starred=True)
    shown = Query(starred=True, keep=frozenset([second]))
    assert article_lists.ids(c, shown) == [first, second]
    assert sorted(mark_query(c, shown)) == sorted([first, second])


def test_marking_all_unread_again(c: sqlite3.Connection) -> None:
    save(c, ready("1"), ready("2"))
    mark_query(c, Query())
    assert len(mark_query(c, Query(), read=False)) == 2
    assert article_lists.totals(c, Query()).unread == 2


def test_marking_all_that_a_search_finds(c: sqlite3.Connection) -> None:
    save(c, ready("1", "harbour"), ready("2", "night"))
    assert len(mark_query(c, Query(text="harbour", order="best"))) == 1
    assert article_lists.totals(c, Query()).unread == 1


def test_many_articles_can_be_marked_at_once(c: sqlite3.Connection) -> None:
    feed = subscribe(c)
    save(c, *(ready(str(n), "x") for n in range(3000)), feed=feed)
    assert len(mark_query(c, Query())) == 3000
    statuses.mark(c, range(1, 3001), read=False, starred=True)
    assert article_lists.totals(c, Query()) == Totals(all=3000, unread=3000, starred=3000)


def test_another_connection_sees_a_mark_at_once(c: sqlite3.Connection) -> None:
    save(c, ready("1"))
    other = connect(c.path)  # type: ignore[attr-defined]
    try:
        statuses.mark(c, [only(c)], starred=True)
        assert article_lists.ids(other, Query(starred=True)) == [only(c)]
    finally:
        other.close()
