"""Lists, places and counts against a model that reads everything, under random libraries, marks and queries."""

from __future__ import annotations

import re
import sqlite3
import tempfile
import unicodedata
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.examples import examples
from support.factories import NOW, mark_query, ready, save, save_plan, subscribe
from tuireader.model.article import Facet, Headline, Totals
from tuireader.model.fetched import Plan
from tuireader.model.query import Query, Rule
from tuireader.store import articles, feeds, labels, rules, save_articles, statuses
from tuireader.store.connection import connect
from tuireader.store.queries import article_lists, query_sql

NAMES = ["Alpha", "alpha", "Béta", "b\u00e9ta", "Gamma/Delta"]
WORDS = ["harbour", "harbours", "night", "Écluse", "日本語", "don't"]
FILTERS = ("is:unread", "is:starred")
"""What is typed for `Query.unread` and `Query.starred`, and means the same."""
FEEDS = ["https://one.example/feed", "https://two.example/feed", "https://three.example/feed"]
TITLES = ["One Review", "Two Review", "Notes"]


@dataclass
class Row:
    """What the model knows of an article."""

    id: int
    feed: int
    date: datetime
    words: int
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    tokens: dict[str, set[str]]
    read: bool = False
    starred: bool = False
    hidden: bool = False


names = st.lists(st.sampled_from(NAMES), max_size=3)
entries = st.fixed_dictionaries(
    {
        "feed": st.integers(0, 2),
        "hours": st.integers(0, 5),
        "words": st.integers(0, 4),
        "authors": names,
        "categories": names,
        "text": st.lists(st.sampled_from(WORDS), max_size=4),
        "title": st.lists(st.sampled_from(WORDS), min_size=1, max_size=2),
        "read": st.booleans(),
        "starred": st.booleans(),
        "hidden": st.sampled_from([False, False, True]),
    }
)
texts = st.sampled_from(
    ["", "", "", "", "harbour ", "harb", "night harbour ", "-night ", "ecluse ", "is:unread ", "is:read ",
     "is:starred ", "-is:starred ", "feed:review ", "feed:notes ", "-feed:review ", "本語 ", "author:alpha ",
     "category:beta night ", "-author:alpha ", "night -harbours ", "++ ", "zzz ",
     "is:hidden ", "is:hidden is:unread ", "-is:hidden ", "night|écluse ", "category=béta|gamma/delta ",
     "-category=alpha night ", 'author="" ', "feed=notes|nowhere "]
)  # fmt: skip
queries = st.builds(
    Query,
    feeds=st.sampled_from([(), (), (), (1,), (2,), (3,), (4,), (1, 3), (2, 4)]),
    categories=st.lists(st.sampled_from([*NAMES, "", "nobody"]), max_size=2).map(tuple),
    authors=st.lists(st.sampled_from([*NAMES, ""]), max_size=1).map(tuple),
    not_categories=st.lists(st.sampled_from([*NAMES, "", "nobody"]), max_size=1).map(tuple),
    not_authors=st.lists(st.sampled_from(NAMES), max_size=1).map(tuple),
    not_feeds=st.sampled_from([(), (), (1,), (2, 3)]),
    unread=st.booleans(),
    starred=st.booleans(),
    text=texts,
    since=st.sampled_from([None, None, NOW - timedelta(hours=3)]),
    order=st.sampled_from(["newest", "oldest", "shortest", "longest"]),
    keep=st.frozensets(st.integers(1, 14), max_size=4),
)


def key(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def tokens(text: str) -> set[str]:
    plain = "".join(sign for sign in unicodedata.normalize("NFD", text.lower()) if unicodedata.category(sign) != "Mn")
    return set(re.findall(r"\w+", plain))


HIDING = "zzz"
"""The query of a rule that is applied to any article, and so hides it."""


def fill(c: sqlite3.Connection, library: list[dict[str, Any]]) -> list[Row]:
    """Save a library, give it its marks, and return what the model should know of it."""
    for url, title in zip(FEEDS, TITLES, strict=True):
        subscribe(c, url, title)
    rows = []
    for number, made in enumerate(library):
        feed = articles_feed(c, made["feed"])
        entry = ready(
            str(number),
            " ".join(made["text"]),
            title=" ".join(made["title"]),
            words=made["words"],
            authors=tuple(made["authors"]),
            categories=tuple(made["categories"]),
            published=NOW - timedelta(hours=made["hours"]),
        )
        save(c, entry, feed=feed)
        id_ = save_articles.known(c, feed.id, [str(number)])[str(number)].id
        statuses.mark(c, [id_], read=made["read"], starred=made["starred"])
        if made["hidden"]:
            rules.apply(c, rules.add(c, Rule(HIDING, hide=True), NOW), [id_])
        fields = {
            "": " ".join([*made["title"], *made["authors"], *made["categories"], *made["text"]]),
            "author": " ".join(made["authors"]),
            "category": " ".join(made["categories"]),
        }
        rows.append(
            Row(
                id_,
                feed.id,
                NOW - timedelta(hours=made["hours"]),
                made["words"],
                tuple(dict.fromkeys(map(key, made["authors"]))) or ("",),
                tuple(dict.fromkeys(map(key, made["categories"]))) or ("",),
                {name: tokens(text) for name, text in fields.items()},
                made["read"],
                made["starred"],
                made["hidden"],
            )
        )
    return rows


def articles_feed(c: sqlite3.Connection, number: int) -> Any:
    return subscribe(c, FEEDS[number], TITLES[number])


def holds(row: Row, query: Query) -> bool:
    """Whether an article belongs to a query, keeping aside."""
    return (
        (not query.feeds or row.feed in query.feeds)
        and row.feed not in query.not_feeds
        and row.hidden is query.text.startswith("is:hidden")
        and (not query.categories or has_any(row.categories, query.categories))
        and (not query.authors or has_any(row.authors, query.authors))
        and not has_any(row.categories, query.not_categories)
        and not has_any(row.authors, query.not_authors)
        and (query.since is None or row.date >= query.since)
        and all(piece_holds(row, piece, query.text) for piece in query.text.split() if piece not in FILTERS)
    )


def has_any(there: tuple[str, ...], names: Iterable[str]) -> bool:
    return bool({key(name) for name in names} & set(there))


def piece_holds(row: Row, piece: str, text: str) -> bool:
    no = piece.startswith("-")
    field, is_whole, given = piece.removeprefix("-").partition("=")
    if is_whole:
        there = {"feed": (key(TITLES[row.feed - 1]),), "category": row.categories, "author": row.authors}[field]
        return has_any(there, given.replace('"', "").split("|")) is not no
    name, _, value = piece.removeprefix("-").rpartition(":")
    if name == "is":
        known = {"unread": not row.read, "read": row.read, "starred": row.starred, "hidden": row.hidden}
        found = known[value]
    elif name == "feed":
        found = value in TITLES[row.feed - 1].lower()
    elif value == "++":
        return text.strip() != "++"
    elif value == "本語":
        found = any("日本語" in token for token in row.tokens[""])
    elif "|" in value:
        found = any(tokens(each) <= row.tokens[""] for each in value.split("|"))
    elif text.endswith(piece) and not no:
        found = any(token.startswith(value) for token in row.tokens[name])
    else:
        found = value in row.tokens[name]
    return found is not no


def expected(rows: list[Row], query: Query) -> list[int]:
    unread = query.unread or "is:unread" in query.text
    starred = query.starred or query.text.startswith("is:starred")
    found = [
        row
        for row in rows
        if holds(row, query)
        and (
            ((not unread or not row.read) and (not starred or row.starred))
            or (row.id in query.keep and (unread or starred))
        )
    ]
    by_words = query.order in ("shortest", "longest")
    found.sort(
        key=lambda row: (row.words if by_words else 0, row.date, row.id),
        reverse=query.order in ("newest", "longest"),
    )
    return [row.id for row in found]


def counted(rows: list[Row], query: Query, facet: str) -> dict[str, tuple[int, int]]:
    there = set(expected(rows, query))
    found: dict[str, tuple[int, int]] = {}
    for row in rows:
        for name in getattr(row, facet) if row.id in there else ():
            unread, total = found.get(name, (0, 0))
            found[name] = (unread + (not row.read), total + 1)
    return found


def by_key(found: list[Facet]) -> dict[str, tuple[int, int]]:
    assert len({key(facet.name) for facet in found}) == len(found)
    assert [facet.total for facet in found] == sorted((facet.total for facet in found), reverse=True)
    return {key(facet.name): (facet.unread, facet.total) for facet in found}


def check_list(c: sqlite3.Connection, rows: list[Row], query: Query) -> None:
    there = expected(rows, query)
    assert article_lists.ids(c, query) == there
    assert article_lists.count(c, query) == len(there)
    assert [headline.id for headline in article_lists.window(c, query, 1, 3)] == there[1:4]
    assert of(article_lists.beside(c, query, None, 1, 2)) == there[:2]
    assert of(article_lists.beside(c, query, None, -1, 2)) == there[-2:]
    for place, headline in enumerate(article_lists.headlines(c, there)):
        assert of(article_lists.beside(c, query, headline, 1, 2)) == there[place + 1 : place + 3]
        assert of(article_lists.beside(c, query, headline, -1, 2)) == there[max(0, place - 2) : place]
    unread = {row.id for row in rows if not row.read}
    for row in rows:
        rank = there.index(row.id) if row.id in there else None
        assert article_lists.rank(c, query, row.id) == rank
        if rank is not None:
            after, before = there[rank + 1 :], there[:rank][::-1]
            assert article_lists.neighbour(c, query, row.id, 1) == next(iter(after), None)
            assert article_lists.neighbour(c, query, row.id, -1) == next(iter(before), None)
            assert article_lists.neighbour(c, query, row.id, 1, unread=True) == next(
                (id_ for id_ in after if id_ in unread and belongs(rows, query, id_)), None
            )
            assert article_lists.neighbour(c, query, row.id, -1, unread=True) == next(
                (id_ for id_ in before if id_ in unread and belongs(rows, query, id_)), None
            )


def of(headlines: list[Headline]) -> list[int]:
    return [headline.id for headline in headlines]


def belongs(rows: list[Row], query: Query, id_: int) -> bool:
    return id_ in expected(rows, replace(query, keep=frozenset()))


def check_counts(c: sqlite3.Connection, rows: list[Row], query: Query) -> None:
    bare = replace(query, keep=frozenset())
    assert by_key(article_lists.categories(c, query)) == counted(
        rows, replace(bare, categories=(), not_categories=()), "categories"
    )
    assert by_key(article_lists.authors(c, query)) == counted(
        rows, replace(bare, authors=(), not_authors=()), "authors"
    )
    there = set(expected(rows, replace(bare, feeds=(), not_feeds=())))
    by_feed: dict[int, tuple[int, int]] = {}
    for row in rows:
        if row.id in there:
            unread, total = by_feed.get(row.feed, (0, 0))
            by_feed[row.feed] = (unread + (not row.read), total + 1)
    assert article_lists.feeds(c, query) == by_feed
    free = replace(bare, feeds=(), unread=False, starred=False)
    assert article_lists.totals(c, query) == Totals(
        len(expected(rows, free)),
        len(expected(rows, replace(free, unread=True))),
        len(expected(rows, replace(free, starred=True))),
    )


def check_repeated(c: sqlite3.Connection) -> None:
    """What is repeated beside labels agrees with the articles, each of which has an author and a category, or none."""
    differs = c.execute(
        "SELECT count(*) FROM label_article AS l JOIN article AS a ON a.id = l.article_id"
        " WHERE (l.date, l.feed_id, l.read, l.starred, l.aside) <> (a.date, a.feed_id, a.read, a.starred, a.aside)"
    ).fetchone()[0]
    assert differs == 0
    for kind in labels.OF_PUBLISHERS:
        of_kind = f"SELECT article_id FROM label_article WHERE kind = {labels.NUMBERS[kind]}"
        assert c.execute(f"SELECT count(*) FROM article WHERE id NOT IN ({of_kind})").fetchone() == (0,)


@settings(examples(60), report_multiple_bugs=False)
@given(st.lists(entries, max_size=14), st.lists(queries, min_size=1, max_size=8), st.data())
def test_lists_places_and_counts_are_those_of_the_model(
    library: list[dict[str, Any]], asked: list[Query], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as folder, closing(connect(Path(folder) / "tuireader.db")) as c:
        rows = fill(c, library)
        for query in asked:
            check_list(c, rows, query)
            check_counts(c, rows, query)
        marked = data.draw(queries)
        before = {row.id for row in rows if not row.read}
        shown = set(expected(rows, marked))
        assert set(mark_query(c, marked)) == before & shown
        for row in rows:
            row.read = row.read or row.id in shown
        check_repeated(c)
        check_kept_counts(c)
        for query in asked:
            check_list(c, rows, query)
            check_counts(c, rows, query)
        change_all_else(c, data)
        check_kept_counts(c)


def change_all_else(c: sqlite3.Connection, data: st.DataObject) -> None:
    """Edit, complete, mark, label and remove articles at random."""
    there = article_lists.ids(c, Query())
    for id_ in data.draw(st.lists(st.sampled_from(there), max_size=6)) if there else []:
        feed = next(each for each in feeds.every(c) if each.id == articles.get(c, id_).feed_id)
        match data.draw(st.integers(0, 4)):
            case 0:
                edited = ready(
                    articles.get(c, id_).guid, categories=tuple(data.draw(names)), authors=tuple(data.draw(names))
                )
                save_plan(c, feed, Plan(changed=((id_, edited),)))
            case 1:
                save_articles.set_names(c, id_, "text", authors=data.draw(names), categories=data.draw(names))
            case 2:
                statuses.mark(c, [id_], read=data.draw(st.booleans()), starred=data.draw(st.booleans()))
            case 3:
                mark_query(c, data.draw(queries), read=data.draw(st.booleans()))
            case 4:
                feeds.remove(c, feed.id)
                return


def check_kept_counts(c: sqlite3.Connection) -> None:
    """The counts that are kept beside feeds and labels are those of their articles."""
    of_feeds = (
        "SELECT articles, unread, starred, (SELECT count(*) FROM article WHERE feed_id = f.id AND aside = 0),"
        " (SELECT count(*) FROM article WHERE feed_id = f.id AND read = 0 AND aside = 0),"
        " (SELECT count(*) FROM article WHERE feed_id = f.id AND starred = 1 AND aside = 0) FROM feed AS f"
    )
    assert [row[:3] for row in c.execute(of_feeds).fetchall()] == [row[3:] for row in c.execute(of_feeds).fetchall()]
    beside = "FROM label_article AS l WHERE l.kind = n.kind AND l.label_id = n.id AND l.aside = 0"
    columns = f"articles, unread, (SELECT count(*) {beside}), (SELECT count(*) {beside} AND l.read = 0)"
    of_labels = f"SELECT {columns} FROM label AS n"
    assert [row[:2] for row in c.execute(of_labels).fetchall()] == [row[2:] for row in c.execute(of_labels).fetchall()]


@pytest.mark.parametrize("enough", [1, 3])
def test_which_run_is_walked_changes_nothing(
    c: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, enough: int
) -> None:
    library = [
        {"feed": n % 3, "hours": n % 5, "words": n % 4, "authors": NAMES[n % 4 : n % 4 + n % 3],
         "categories": NAMES[n % 3 : n % 3 + n % 4], "text": WORDS[n % 5 : n % 5 + 2],
         "title": WORDS[n % 3 : n % 3 + 1], "read": n % 2 == 0, "starred": n % 3 == 0, "hidden": n % 7 == 3}
        for n in range(12)
    ]  # fmt: skip
    rows = fill(c, library)
    monkeypatch.setattr(query_sql, "SHORT_RANGE", enough)
    for text in ("", "night ", "harb", "is:unread harbour "):
        for more in ({}, {"unread": True}, {"categories": ("alpha",)}, {"authors": ("béta",), "starred": True}):
            query = Query(text=text, **more)
            check_list(c, rows, query)
            check_counts(c, rows, query)


def test_best_match_first_is_the_same_set_with_titles_before_bodies(c: sqlite3.Connection) -> None:
    feed = save(
        c,
        ready("body", "the harbour once, and many words more about other things", title="Elsewhere"),
        ready("title", "many words about other things", title="Harbour"),
        ready("both", "harbour harbour harbour", title="The harbour"),
        ready("none", "nothing of it", title="None"),
    )
    query = Query(text="harbour", order="best")
    ids = article_lists.ids(c, query)
    named = {known.id: guid for guid, known in save_articles.known(c, feed.id, ["body", "title", "both"]).items()}
    assert [named[id_] for id_ in ids] == ["both", "title", "body"]
    assert set(ids) == set(article_lists.ids(c, Query(text="harbour")))
    assert article_lists.count(c, query) == 3
    assert [article_lists.rank(c, query, id_) for id_ in ids] == [0, 1, 2]
    assert article_lists.neighbour(c, query, ids[0], 1) == ids[1]
    assert article_lists.neighbour(c, query, ids[0], -1) is None
    assert article_lists.neighbour(c, query, ids[2], -1) == ids[1]
    first, _, last = article_lists.headlines(c, ids)
    assert of(article_lists.beside(c, query, first, 1, 1)) == [ids[1]]
    assert of(article_lists.beside(c, query, last, -1, 9)) == ids[:2]
    assert of(article_lists.beside(c, query, None, -1, 2)) == ids[1:]
    assert of(article_lists.beside(c, query, None, 1, 2)) == ids[:2]
    statuses.mark(c, [ids[1]], read=True)
    assert article_lists.neighbour(c, query, ids[0], 1, unread=True) == ids[2]
    assert article_lists.neighbour(c, query, ids[2], -1, unread=True) == ids[0]
    assert article_lists.ids(c, replace(query, unread=True)) == [ids[0], ids[2]]
    assert article_lists.ids(c, replace(query, unread=True, keep=frozenset([ids[1]]))) == ids
    assert article_lists.window(c, query, 1, 1)[0].id == ids[1]
    assert set(mark_query(c, query)) == {ids[0], ids[2]}


def test_of_equal_matches_the_newest_comes_first(c: sqlite3.Connection) -> None:
    save(c, ready("new", "harbour", title="A"), ready("old", "harbour", title="B"))
    assert [headline.title for headline in article_lists.window(c, Query(text="harbour", order="best"), 0, 9)] == [
        "A",
        "B",
    ]


def test_reading_on_goes_from_where_a_headline_was(c: sqlite3.Connection) -> None:
    feed = save(c, *(ready(str(hour), published=NOW - timedelta(hours=hour)) for hour in range(6)))
    before = article_lists.window(c, Query(), 0, 6)
    save(c, ready("newer", published=NOW), ready("between", published=before[3].date), feed=feed)
    c.execute("DELETE FROM article WHERE id = ?", (before[2].id,))
    c.execute("UPDATE article SET date = 0 WHERE id = ?", (before[4].id,))
    (between,) = [each.id for each in article_lists.window(c, Query(), 0, 9) if each.title == "Title of between"]
    assert of(article_lists.beside(c, Query(), before[2], 1, 2)) == [between, before[3].id]
    assert of(article_lists.beside(c, Query(), before[2], -1, 1)) == [before[1].id]
    assert of(article_lists.beside(c, Query(), before[4], -1, 1)) == [before[3].id]
    assert of(article_lists.beside(c, Query(), before[4], 1, 1)) == [before[5].id]


def test_best_without_a_text_is_newest(c: sqlite3.Connection) -> None:
    save(c, ready("2"), ready("1"))
    assert article_lists.ids(c, Query(order="best")) == article_lists.ids(c, Query())


def test_the_place_of_an_article_that_left_the_list_still_has_neighbours(c: sqlite3.Connection) -> None:
    save(c, ready("3"), ready("2"), ready("1"))
    newest, middle, oldest = article_lists.ids(c, Query())
    statuses.mark(c, [middle], read=True)
    query = Query(unread=True)
    assert article_lists.rank(c, query, middle) is None
    assert article_lists.neighbour(c, query, middle, 1) == oldest
    assert article_lists.neighbour(c, query, middle, -1) == newest
    assert article_lists.neighbour(c, query, 99, 1) is None


def test_a_window_beyond_the_end_is_empty(c: sqlite3.Connection) -> None:
    save(c, ready("1"))
    assert article_lists.window(c, Query(), 1, 60) == []
    assert article_lists.window(c, Query(), 0, 0) == []


def test_headlines_are_given_in_the_order_asked_and_what_is_gone_is_left_out(c: sqlite3.Connection) -> None:
    save(c, ready("2"), ready("1"))
    newest, oldest = article_lists.ids(c, Query())
    assert [headline.id for headline in article_lists.headlines(c, [oldest, 99, newest])] == [oldest, newest]


def test_counts_of_an_empty_cache(c: sqlite3.Connection) -> None:
    assert article_lists.categories(c, Query()) == []
    assert article_lists.authors(c, Query(text="x")) == []
    assert article_lists.feeds(c, Query(categories=("x",))) == {}
    assert article_lists.totals(c, Query(text="x")) == Totals(0, 0, 0)
    assert article_lists.totals(c, Query(categories=("x",))) == Totals(0, 0, 0)


def test_an_edit_keeps_what_is_repeated_in_step(c: sqlite3.Connection) -> None:
    feed = save(c, ready("1", categories=("A", "B")))
    (id_,) = article_lists.ids(c, Query())
    statuses.mark(c, [id_], read=True, starred=True)
    save_plan(c, feed, Plan(changed=((id_, ready("1", categories=("B", "C"))),)), NOW)
    check_repeated(c)


def test_what_is_in_very_many_articles_comes_newest_first(
    c: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(c, ready("new", "the harbour"), ready("old", "the harbour", title="Harbour"), ready("other", "the night"))
    query = Query(text="harbour", order="best")
    best, newest = article_lists.ids(c, query), article_lists.ids(c, replace(query, order="newest"))
    assert best == newest[::-1]
    assert article_lists.has_to_be_ranked(c, query)
    monkeypatch.setattr(query_sql, "RANKED_MAX", 2)
    assert article_lists.ids(c, query) == newest
    assert not article_lists.has_to_be_ranked(c, query)
    assert article_lists.has_to_be_ranked(c, replace(query, text="night"))
    assert article_lists.beside(c, query, None, 1, 9) == article_lists.headlines(c, newest)
    assert [article_lists.rank(c, query, id_) for id_ in newest] == [0, 1]
    assert article_lists.neighbour(c, query, newest[0], 1) == newest[1]
    assert article_lists.neighbour(c, query, newest[0], 1, unread=True) == newest[1]
