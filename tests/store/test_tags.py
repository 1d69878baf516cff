"""Tags of the user's own."""

from __future__ import annotations

import sqlite3

from support.factories import ready, save, titles
from tuireader.model.article import Facet
from tuireader.model.query import Query
from tuireader.store import labels, statuses
from tuireader.store.queries import article_lists


def test_tags_are_put_on_articles_and_taken_from_them(c: sqlite3.Connection) -> None:
    save(c, ready("1", "a", title="One"), ready("2", "b", title="Two"), ready("3", "c", title="Three"))
    ids = {headline.title: headline.id for headline in article_lists.window(c, Query(), 0, 3)}
    one, two, three = ids["One"], ids["Two"], ids["Three"]
    assert sorted(labels.add_tags(c, [one, two], ["To Read", "radio"])) == sorted([one, two])
    assert labels.add_tags(c, [two, three], ["TO READ", " "]) == [three]
    assert labels.tags_of(c, [one, two, three]) == {
        one: ["To Read", "radio"],
        two: ["To Read", "radio"],
        three: ["To Read"],
    }
    assert sorted(titles(c, Query(tags=("radio",)))) == ["One", "Two"]
    statuses.mark(c, [one], read=True)
    assert article_lists.tags(c, Query()) == [Facet("To Read", 2, 3), Facet("radio", 1, 2)]
    assert labels.remove_tags(c, [one, three], ["Radio", "nowhere"]) == [one]
    assert labels.tags_of(c, [one, two, three]) == {one: ["To Read"], two: ["To Read", "radio"], three: ["To Read"]}
    assert article_lists.tags(c, Query()) == [Facet("To Read", 2, 3), Facet("radio", 1, 1)]


def test_what_is_not_there_cannot_be_tagged(c: sqlite3.Connection) -> None:
    assert labels.add_tags(c, [17], ["x"]) == []
    assert labels.tags_of(c, [17]) == {}


def test_a_tag_that_no_article_has_any_more_is_not_offered(c: sqlite3.Connection) -> None:
    save(c, ready("1", "a", title="One"))
    (one,) = [headline.id for headline in article_lists.window(c, Query(), 0, 3)]
    statuses.tag(c, [one], ["mistpyed", "radio"])
    statuses.untag(c, [one], ["mistpyed"])
    assert labels.every(c, "tag") == ["radio"]
