"""Everything out, and in again, is the same; nothing of a backup is doubled, and what is wrong in one is said."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from itertools import chain, repeat
from pathlib import Path

import pytest

from support.app_factory import NOTES, NOW, REVIEW, ids, shelve
from support.factories import fetch, of_places, ready, save, save_plan, subscribe
from tuireader.errors import NotAFeedListError
from tuireader.library import rules as library_rules
from tuireader.library.reading import user_edits
from tuireader.library.reading.user_edits import LIMITS
from tuireader.library.refreshing.match_entries import prepare
from tuireader.library.refreshing.upkeep import index_all
from tuireader.library.syncing.apply_remote import take_feeds
from tuireader.library.transfer.backup import backup_rows
from tuireader.library.transfer.import_any import Imported
from tuireader.library.transfer.restore_backup import restore
from tuireader.model.article import TextFacts
from tuireader.model.fetched import ParsedEntry, Plan, Prepared, RemoteFeed
from tuireader.model.query import TAGS_MAX, Query, Rule
from tuireader.store import (
    accounts,
    articles,
    feeds,
    folders,
    labels,
    pruning,
    rules,
    save_articles,
    site_facts,
    statuses,
    ui_state,
)
from tuireader.store.connection import Connection, connect
from tuireader.store.queries import article_lists, query_language
from tuireader.store.save_articles import entry_keys
from tuireader.urls.hosts import Reach


@pytest.fixture
def full(tmp_path: Path) -> Path:
    """A cache with all that a user may have in it."""
    path = tmp_path / "full.db"
    shelve(path, "The Example Review", REVIEW)
    shelve(path, "Notes", NOTES)
    with closing(connect(path)) as c:
        by_title = {feed.title: feed for feed in feeds.every(c)}
        review, notes = by_title["The Example Review"], by_title["Notes"]
        folders.put(c, review.id, folders.add(c, "News/World").id)
        folders.add(c, "Empty")
        feeds.rename(c, notes.id, "My notes")
        feeds.set_option(c, notes.id, "full_text", "always")
        one, two, three, *_ = ids(path)
        statuses.mark(c, [one, two], read=True)
        statuses.mark(c, [two], starred=True)
        statuses.save_position(c, two, 17)
        labels.add_tags(c, [one, three], ["To Read", "radio"])
        save_articles.save_full_text(c, three, "<p>All of it.</p>", "All of it.", 3)
        user_edits.save_search(c, "Sea", "title:harbour is:unread")
        rule = library_rules.keep(c, Rule("title:quiet", hide=True, tags=("hush",), feed_id=review.id, until=NOW), NOW)
        library_rules.apply(c, rule)
    return path


def out(path: Path) -> list[str]:
    with closing(connect(path)) as c:
        return [json.dumps(row) for row in backup_rows(c, NOW)]


END = '{"type": "end"}'


def back(path: Path, lines: list[str]) -> tuple[int, int, int, list[int]]:
    with closing(connect(path)) as c:
        done = restore(c, lines, NOW)
    return done.feeds, done.articles, done.known, [line for line, _ in done.mistakes]


def test_out_and_in_again_is_the_same(full: Path, tmp_path: Path) -> None:
    lines = out(full)
    count = len(REVIEW) + len(NOTES)
    assert back(tmp_path / "new.db", lines) == (2, count, 0, [])
    assert out(tmp_path / "new.db") == lines
    assert back(tmp_path / "new.db", lines) == (0, 0, count, [])
    assert out(tmp_path / "new.db") == lines
    with closing(connect(tmp_path / "new.db")) as c:
        assert article_lists.count(c, Query(text="is:hidden ")) == 1
        (rule,) = rules.every(c)
        library_rules.remove(c, rule, take_back=True)
        assert article_lists.count(c, Query()) == count


def test_what_is_here_already_keeps_its_marks_and_gets_those_of_the_backup(full: Path, tmp_path: Path) -> None:
    lines = out(full)
    new = tmp_path / "new.db"
    back(new, lines)
    every = ids(new)
    with closing(connect(new)) as c:
        statuses.mark(c, every, read=False, starred=False)
        statuses.mark(c, every[-1:], read=True)
    back(new, lines)
    assert len(ids(new, Query(text="is:read "))) == 3
    assert len(ids(new, Query(starred=True))) == 1


@pytest.mark.parametrize("turned", [False, True])
def test_an_article_that_two_accounts_have_keeps_what_was_done_to_either(
    full: Path, tmp_path: Path, turned: bool
) -> None:
    head, *rows = map(json.loads, out(full))
    one = next(row for row in rows if row["type"] == "article" and "tags" in row)
    other = {name: value for name, value in one.items() if name != "tags"} | {
        "starred": True,
        "position": 9,
        "full_html": "<p>All of it.</p>",
        "full_text": "All of it.",
        "tags": ["of the other"],
    }
    some = [other, one] if turned else [one, other]
    lines = [json.dumps(row) for row in (head, *(row for row in rows if row["type"] != "article"), *some)]
    for times in range(2):
        back(tmp_path / "new.db", lines)
        (row,) = (row for row in map(json.loads, out(tmp_path / "new.db")) if row["type"] == "article")
        assert sorted(row["tags"]) == sorted([*one["tags"], "of the other"]), times
        assert row["starred"]
        assert row["position"] == 9
        assert row["full_text"] == "All of it."


def test_after_guids_have_changed_a_backup_doubles_nothing(tmp_path: Path) -> None:
    for name, guid in (("old", "{}"), ("new", "https://x.example/?p={}")):
        with closing(connect(tmp_path / f"{name}.db")) as c:
            feed = feeds.add(c, "https://x.example/feed", title="Today", site="", now=NOW)
            new = tuple(
                ready(
                    guid.format(n), f"Words of {n}.", title=f"Story {n}", link=f"https://x.example/{n}",
                    published=NOW - timedelta(hours=n, seconds=n),
                )
                for n in range(1, 6)
            )  # fmt: skip
            save_plan(c, feed, Plan(new=new))
            if name == "old":
                statuses.mark(c, article_lists.ids(c, Query())[:2], read=True, starred=True)
    for _ in range(2):
        back(tmp_path / "new.db", out(tmp_path / "old.db"))
        with closing(connect(tmp_path / "new.db")) as c:
            rows = [(row.title, row.read, row.starred) for row in article_lists.window(c, Query(), 0, 20)]
        assert rows == [(f"Story {n}", n < 3, n < 3) for n in range(1, 6)]


@pytest.mark.parametrize(
    ("titles", "texts"),
    [
        (
            ("Harbour", "Budget"),
            ("The harbour opens in spring when the ice has gone.", "Parliament rejects what ministers proposed."),
        ),
        (
            ("Comic of the day", "Comic of the day"),
            ('<img src="/1.png" alt="Comic">', '<img src="/2.png" alt="Comic">'),
        ),
    ],
)
def test_a_guid_that_is_given_to_another_article_gives_it_no_marks(
    tmp_path: Path, titles: tuple[str, str], texts: tuple[str, str]
) -> None:
    for name, title, text, hours in zip(("old", "new"), titles, texts, (48, 1), strict=True):
        with closing(connect(tmp_path / f"{name}.db")) as c:
            feed = feeds.add(c, "https://x.example/feed", title="Today", site="", now=NOW)
            entry = ready(
                "today", text, title=title, link=f"https://x.example/{name}", published=NOW - timedelta(hours=hours)
            )
            save_plan(c, feed, Plan(new=(entry,)))
            if name == "old":
                statuses.mark(c, article_lists.ids(c, Query()), read=True, starred=True)
    for _ in range(2):
        back(tmp_path / "new.db", out(tmp_path / "old.db"))
    with closing(connect(tmp_path / "new.db")) as c:
        rows = [(row.title, row.read, row.starred) for row in article_lists.window(c, Query(), 0, 9)]
    assert rows == [(titles[1], False, False), (titles[0], True, True)]


def test_killed_between_any_two_hundreds_the_rest_comes_the_next_time(tmp_path: Path) -> None:
    pieces = [replace(REVIEW[0], title=f"Piece {n}", hours=n) for n in range(450)]
    shelve(tmp_path / "full.db", "Many", pieces)
    lines = out(tmp_path / "full.db")
    for cut in (3, 120, 300, len(lines)):
        back(tmp_path / "new.db", lines[:cut])
    assert out(tmp_path / "new.db") == lines


@pytest.mark.parametrize(
    ("lines", "mistakes"),
    [
        (["x"], [2]), (['{"type": "article"}'], [2]), (['{"type": "feed"}'], [2]), (['{"type": "new", "x": 1}'], []),
        (['{"type": "article", "feed_url": "http://a.example/", "guid": 1, "title": "x"}'], [2]),
        (['{"type": "article", "feed_url": "http://a.example/", "guid": "1", "title": "x", "date": "soon"}'], [2]),
        (['{"type": "rule", "number": 0, "query": "x", "feed": "http://nowhere.example/"}'], [2]),
        (["[" * 100_000], [2]), (["", "", "null"], [4]),
        (['{"type": "article", "feed_url": "http://a.example/", "guid": "1", "title": "x", "rules": {"0": 1}}'], []),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_backup_is_said_by_line_and_the_rest_is_taken(
    db: Path, lines: list[str], mistakes: list[int]
) -> None:
    head = '{"type": "tuireader", "version": 1}'
    good = '{"type": "article", "feed_url": "http://b.example/", "guid": "g", "title": "Good", "html": "<p>x</p>"}'
    *_, found = back(db, [head, *lines, good, END])
    assert found == mistakes
    with closing(connect(db)) as c:
        assert "Good" in [headline.title for headline in article_lists.window(c, Query(), 0, 9)]


def test_a_file_of_garbage_is_not_read_to_its_end(db: Path) -> None:
    head = '{"type": "tuireader", "version": 1}'
    good = '{"type": "article", "feed_url": "http://b.example/", "guid": "g", "title": "Good", "html": "<p>x</p>"}'
    with closing(connect(db)) as c:
        done = restore(c, chain([head, good], repeat("x")), NOW)
        assert (done.articles, len(done.mistakes)) == (1, 1001)
    assert done.mistakes[-1] == (1003, "too many such lines: the rest was not read")


@pytest.mark.parametrize(
    "first", ["", "{}", "[]", "x", '{"type": "tuireader"}', '{"type": "tuireader", "version": 99}']
)
def test_what_is_no_backup_of_this_version_changes_nothing(db: Path, first: str) -> None:
    with closing(connect(db)) as c, pytest.raises(NotAFeedListError):
        restore(c, [first or "x"], NOW)


def test_a_saved_search_that_is_here_stays_and_one_that_differs_is_said(full: Path) -> None:
    lines = out(full)
    with closing(connect(full)) as c:
        user_edits.save_search(c, "SEA", "title:ship")
        number = next(n for n, line in enumerate(lines, 1) if json.loads(line)["type"] == "search")
        done = restore(c, lines, NOW)
        assert [(each.name, each.query) for each in ui_state.searches(c)] == [("SEA", "title:ship")]
    assert done.mistakes == [(number, "not imported: a different saved search “Sea” already exists")]


def test_what_was_pruned_is_asked_for_by_a_backup_and_remembered_by_it(tmp_path: Path) -> None:
    path = tmp_path / "one.db"
    with closing(connect(path)) as c:
        feed = feeds.add(c, "https://a.example/feed", title="A", site="", now=NOW)
        entries = [ready(f"guid-{n}", title=f"Story {n}", published=NOW - timedelta(days=n)) for n in range(4)]
        save_plan(c, feed, Plan(new=tuple(entries)))
        statuses.mark(c, ids(path), read=True)
        before = out(path)
        pruning.prune(c, ids(path)[:2])
    after = out(path)
    assert back(path, before) == (0, 2, 2, [])  # who imports it wants them
    assert back(tmp_path / "two.db", after) == (1, 2, 0, [])
    assert out(tmp_path / "two.db") == after
    with closing(connect(tmp_path / "two.db")) as c:
        assert not save_plan(c, feeds.every(c)[0], Plan(new=tuple(entries))).new


@pytest.mark.parametrize("keys", [None, [[1]], [["a", 2]], [[2**70, 1]], [[True, 1]]])
def test_removed_articles_are_named_by_numbers(tmp_path: Path, keys: object) -> None:
    path = tmp_path / "one.db"
    shelve(path, "The Example Review", REVIEW[:1])
    row = {"type": "pruned", "feed_url": json.loads(out(path)[1])["url"], "keys": keys}
    assert len(back(path, [*out(path), json.dumps(row)])[3]) <= 1
    assert out(path) == out(path)


def test_a_feed_that_is_here_gets_what_it_lacks_and_what_differs_is_said(full: Path, tmp_path: Path) -> None:
    path = tmp_path / "two.db"
    with closing(connect(path)) as c:
        for line in out(full):
            if (row := json.loads(line))["type"] == "feed":
                feeds.add(c, row["url"], title=row["title"], site="", now=NOW)
        done = restore(c, out(full), NOW)
        assert (done.filled, done.searches, done.mistakes) == (2, 1, [])
        said = " ".join(Imported(restored=done).said())
        assert "Updated 2 feeds with the name, folder or settings from the file" in said
        assert restore(c, out(full), NOW).filled == 0
        by_title = {feed.title: feed for feed in feeds.every(c)}
        assert by_title["Notes"].custom_title == "My notes"
        assert feeds.options(c, by_title["Notes"].id)["full_text"] == "always"
        assert by_title["The Example Review"].folder_id is not None
        feeds.rename(c, by_title["Notes"].id, "Mine")
        feeds.set_option(c, by_title["Notes"].id, "full_text", "never")
        ((_, why),) = restore(c, out(full), NOW).mistakes
        assert why == "not imported: My notes already exists, with its own name and full_text"
        assert feeds.get(c, by_title["Notes"].id).name == "Mine"


@pytest.mark.parametrize("is_here", [True, False])
def test_a_file_marks_and_removes_nothing_of_a_feed_that_is_here(db: Path, is_here: bool) -> None:
    options = dict.fromkeys(LIMITS, "2")
    feed = {"type": "feed", "url": "https://a.example/feed", "title": "A", "options": options}
    lines = [json.dumps(row) for row in ({"type": "tuireader", "version": 1}, feed, {"type": "end", "articles": 0})]
    with closing(connect(db)) as c:
        if is_here:
            feeds.add(c, "https://a.example/feed", title="A", site="", now=NOW)
        mistakes = restore(c, lines, NOW).mistakes
        (there,) = feeds.every(c)
        assert feeds.options(c, there.id) == ({} if is_here else options)
        assert bool(mistakes) is is_here


def test_a_part_names_nothing_but_its_articles_and_their_feeds(full: Path) -> None:
    with closing(connect(full)) as c:
        rules.add(c, Rule("harbour", star=True), NOW)
        (id_, *_), every = article_lists.ids(c, Query()), list(backup_rows(c, NOW))
        rows = list(backup_rows(c, NOW, [id_]))
        (feed,) = (row for row in rows if row["type"] == "feed")
        assert feed["url"] == articles.get(c, id_).feed_url
    assert {row["type"] for row in rows} <= {"tuireader", "folder", "feed", "article", "end"}
    assert [row["name"] for row in rows if row["type"] == "folder"] == [feed["folder"]] * (feed["folder"] is not None)
    assert {row["type"] for row in every} >= {"rule", "search"}


def test_passwords_stay_here(db: Path) -> None:
    with closing(connect(db)) as c:
        feeds.add(c, "https://me:secret@a.example/feed", title="T", site="", now=NOW)
        assert "secret" not in "".join(json.dumps(row) for row in backup_rows(c, NOW))


@pytest.mark.parametrize(
    "wrong",
    [
        {"position": 2.5}, {"position": "abc"}, {"position": -1}, {"words": 10**30}, {"full_html": 5}, {"tags": 5},
        {"rules": {"0": "x"}}, {"rules": [1]}, {"published": "9999-12-31T23:59:59-12:00"}, {"html": []},
        {"date": "0001-01-01T00:00:00+14:00"}, {"authors": "Ann"}, {"feed_url": "javascript:alert(1)"}, {"guid": ""},
    ],
)  # fmt: skip
def test_one_bad_article_is_named_by_its_line_and_loses_no_other(db: Path, wrong: dict[str, object]) -> None:
    good = [{"type": "article", "feed_url": "http://b.example/", "guid": str(n), "title": f"T{n}"} for n in range(6)]
    bad = {"type": "article", "feed_url": "http://b.example/", "guid": "bad", "title": "Bad", **wrong}
    rows = [{"type": "tuireader", "version": 1}, *good[:3], bad, *good[3:]]
    assert back(db, [json.dumps(row) for row in rows])[1:] == (6, 0, [5])


def test_a_backup_that_was_cut_off_behind_a_line_is_said_to_be(full: Path, db: Path) -> None:
    lines = out(full)
    count = len(REVIEW) + len(NOTES)
    assert back(db, lines[:-3])[1:] == (count - 2, 0, [len(lines) - 3])
    assert back(db, lines)[1:] == (2, count - 2, [])
    with closing(connect(db)) as c:
        for cut in (lines[:-3], [*lines[:-3], lines[-3][:20]]):
            assert restore(c, cut, NOW).mistakes == [(len(cut), "the backup ends here: the rest is missing")]


def test_feeds_of_articles_without_a_row_of_their_own_are_counted_and_limited(
    db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tuireader.library.transfer.restore_backup.FEEDS_MAX", 2)
    rows = [
        {"type": "article", "feed_url": f"http://10.0.0.{n}/feed", "guid": str(n), "title": f"T{n}"} for n in range(3)
    ]
    with closing(connect(db)) as c:
        done = restore(c, [json.dumps(row) for row in ({"type": "tuireader", "version": 1}, *rows)], NOW)
        assert (done.feeds, done.articles, len(feeds.every(c))) == (2, 2, 2)
        assert [number for number, _ in done.mistakes] == [4]
        assert done.inside == ["http://10.0.0.0/feed", "http://10.0.0.1/feed"]


def test_what_is_repeated_or_odd_is_there_once(db: Path) -> None:
    row = {"type": "article", "feed_url": "http://b.example/", "guid": "g", "title": "a\u2028b \ud800"}
    row["date"] = "0987-01-02T00:00:00Z"
    lines = ['{"type": "tuireader", "version": 1}', json.dumps(row), json.dumps(row), END]
    assert back(db, lines) == (1, 1, 0, [])
    again = out(db)
    assert back(db, again) == (0, 0, 1, [])


@pytest.mark.parametrize("version", ["true", "-1", "0", "null"])
def test_a_version_that_is_none(db: Path, version: str) -> None:
    with closing(connect(db)) as c, pytest.raises(NotAFeedListError):
        restore(c, [f'{{"type": "tuireader", "version": {version}}}'], NOW)


def test_an_address_that_others_gave_is_no_word_of_the_users_after_it_came_back(tmp_path: Path) -> None:
    url = "http://127.0.0.1:9/admin"
    with closing(connect(tmp_path / "one.db")) as c:
        feeds.add(c, url, title="", site="", now=NOW, reach=Reach.PUBLIC)
        feeds.add(c, "http://10.0.0.1/own", title="", site="", now=NOW)
    lines = [*out(tmp_path / "one.db"), json.dumps({"type": "article", "feed_url": "http://10.0.0.2/", "guid": "g"})]
    back(tmp_path / "two.db", lines)
    with closing(connect(tmp_path / "two.db")) as c:
        reach = {feed.url: feed.reach for feed in feeds.every(c)}
    own = reach.pop("http://10.0.0.1/own")
    assert own is Reach.UNKNOWN
    assert reach[url] is Reach.PUBLIC
    assert set(reach.values()) == {Reach.PUBLIC}


def stories(path: Path) -> int:
    """Two feeds that tell the same stories, of which a rule marks those of the second read and starred; that rule."""
    shelve(path, "One", REVIEW)
    shelve(path, "Two", REVIEW)
    with closing(connect(path)) as c:
        feed = next(feed for feed in feeds.every(c) if feed.title == "Two")
        rule = rules.add(c, Rule("", read=True, star=True, feed_id=feed.id), NOW)
        rules.apply(c, rule, article_lists.ids(c, Query(feeds=(feed.id,), apart=True)))
        return rule.id


def marks(path: Path, title: str) -> set[tuple[bool, bool]]:
    with closing(connect(path)) as c:
        feed = next(feed for feed in feeds.every(c) if feed.title == title)
        every = [articles.status(c, id_) for id_ in article_lists.ids(c, Query(feeds=(feed.id,), apart=True))]
    return {(each.read, each.starred) for each in every}


@pytest.mark.parametrize("is_here", [True, False])
def test_what_a_rule_marked_is_no_mark_of_the_users_after_a_backup(db: Path, tmp_path: Path, is_here: bool) -> None:
    stories(db)
    before = marks(db, "One")
    lines = out(db)
    path = db if is_here else tmp_path / "new.db"
    back(path, lines)
    with closing(connect(path)) as c:
        index_all(c)
        (rule,) = rules.every(c)
        assert marks(path, "One") == before
        assert marks(path, "Two") == {(True, True)}
        rules.take_back(c, rule)
    assert marks(path, "Two") == {(False, False)}
    assert marks(path, "One") == {(False, False)} == before


def test_what_the_user_read_after_a_rule_is_the_users_after_a_backup(db: Path, tmp_path: Path) -> None:
    with closing(connect(db)) as c:
        feed = subscribe(c, "https://a.example/feed", "A")
        save_plan(c, feed, Plan(new=(ready("1", "Words of the harbour."), ready("2", "Words of the harbour, too."))))
        library_rules.apply(c, library_rules.keep(c, Rule("harbour", read=True), NOW))
        id_ = article_lists.ids(c, Query(apart=True))[0]
        title = articles.get(c, id_).title
        for is_read in (False, True):
            statuses.mark(c, [id_], read=is_read)
    back(tmp_path / "new.db", out(db))
    with closing(connect(tmp_path / "new.db")) as c:
        library_rules.remove(c, rules.every(c)[0], take_back=True)
        rows = article_lists.window(c, Query(apart=True), 0, 9)
        assert sorted(row.read for row in rows) == [False, True]
        assert [row.title for row in rows if row.read] == [title]


@pytest.mark.parametrize("is_removed", [False, True])
def test_what_the_user_has_taken_back_of_a_rule_is_not_done_again(db: Path, tmp_path: Path, is_removed: bool) -> None:
    """Neither on another machine that has the articles, nor on this one after the rule is removed."""
    new = db if is_removed else tmp_path / "new.db"
    for path in {db, new}:
        with closing(connect(path)) as c:
            feed = subscribe(c, "https://a.example/feed", "A")
            save_plan(
                c, feed, Plan(new=(ready("1", "Words of the harbour."), ready("2", "Words of the harbour, too.")))
            )
    with closing(connect(db)) as c:
        rule = library_rules.keep(c, Rule("harbour", read=True, star=True, tags=("h", "k")), NOW)
        library_rules.apply(c, rule)
        id_ = article_lists.ids(c, Query(apart=True))[0]
        title = articles.get(c, id_).title
        statuses.mark(c, [id_], read=False, starred=False)
        statuses.untag(c, [id_], ["h"])
        lines = out(db)
        if is_removed:
            library_rules.remove(c, rule, take_back=True)
    back(new, lines)
    with closing(connect(new)) as c:
        rows = article_lists.window(c, Query(apart=True), 0, 9)
        tags = labels.tags_of(c, [row.id for row in rows])
        found = {row.title == title: (row.read, row.starred, tags.get(row.id)) for row in rows}
        assert found == {True: (False, False, ["k"]), False: (True, True, ["h", "k"])}


def test_the_date_of_a_page_stays_that_of_the_page(db: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.db"
    with closing(connect(db)) as c:
        feed = subscribe(c, "https://a.example/feed", "A")
        (id_,) = save_plan(c, feed, Plan(new=(ready("1", "Words."),))).new
        save_articles.save_full_text(c, id_, "<p>All words.</p>", "All words.", 2, published=NOW - timedelta(days=3))
    back(new, out(db))
    with closing(connect(new)) as c:
        (id_,) = article_lists.ids(c, Query())
        assert articles.get(c, id_).published == NOW - timedelta(days=3)
        assert save_articles.dated_by_page(c, [id_]) == {id_}


def test_a_tag_of_a_rule_is_its_own_however_it_is_spelled(db: Path) -> None:
    with closing(connect(db)) as c:
        feed = subscribe(c, "https://a.example/feed", "A")
        save_plan(c, feed, Plan(new=(ready("1", "Words of the harbour."), ready("2", "Other words."))))
        harbour, other = (next(iter(article_lists.ids(c, Query(text=f"{word} ")))) for word in ("harbour", "other"))
        statuses.tag(c, [other], ["Later"])
        rule = library_rules.keep(c, Rule("harbour", tags=("later",)), NOW)
        library_rules.apply(c, rule)
        back(db, out(db))
        library_rules.remove(c, rule, take_back=True)
        assert labels.tags_of(c, [harbour, other]) == {other: ["Later"]}


@pytest.mark.parametrize("named_here", ["News", "Mine"])
def test_a_rule_of_a_backup_is_for_the_feed_that_it_names_there(db: Path, tmp_path: Path, named_here: str) -> None:
    """Another feed of that name is here, or the feed has another name here."""
    new = tmp_path / "new.db"
    with closing(connect(db)) as c:
        subscribe(c, "https://one.example/feed", "News")
        rules.add(c, Rule("feed=News harbour", hide=True), NOW)
        ui_state.put_search(c, "Ships", "feed=News ship")
    with closing(connect(new)) as c:
        subscribe(c, "https://two.example/feed", "News")
        there = subscribe(c, "https://one.example/feed", "News")
        feeds.rename(c, there.id, named_here)
    back(new, out(db))
    with closing(connect(new)) as c:
        said = [rules.every(c)[0].query, ui_state.searches(c)[0].query]
        assert all("https://one.example/feed" in each for each in said)
        rules_before = rules.every(c)
    back(new, out(new))
    with closing(connect(new)) as c:
        assert rules.every(c) == rules_before


def test_an_own_backup_gives_the_rule_of_a_feed_not_to_its_copy_in_an_account(db: Path) -> None:
    with closing(connect(db)) as c:
        feed = subscribe(c, "https://one.example/feed", "News")
        account = accounts.add(c, "miniflux", name="Work", url="https://rss.example", user="ann")
        feeds.add(c, feed.url, title="News", site="", now=NOW, account_id=account.id, server_id="1")
        rules.add(c, Rule("harbour", hide=True, feed_id=feed.id), NOW)
    back(db, out(db))
    with closing(connect(db)) as c:
        assert [rule.feed_id for rule in rules.every(c)] == [feed.id]


def test_a_rule_reaches_what_a_backup_has_just_brought_and_what_it_hid_stays_hidden(db: Path, tmp_path: Path) -> None:
    with closing(connect(db)) as c:
        feed = subscribe(c, "https://a.example/feed", "A")
        save_plan(c, feed, Plan(new=(ready("1", "Words of the harbour."), ready("2", "Words of the sea."))))
        rule = library_rules.keep(c, Rule("harbour", hide=True), NOW)
        library_rules.apply(c, rule)
        library_rules.remove(c, rule, take_back=False)
    back(tmp_path / "new.db", out(db))
    with closing(connect(tmp_path / "new.db")) as c:
        assert len(article_lists.ids(c, Query(apart=True))) == 1
        assert library_rules.apply(c, library_rules.keep(c, Rule("sea", star=True), NOW)) == 1, "before it is indexed"


def test_a_star_of_a_rule_comes_with_a_part_that_has_no_rules(db: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.db"
    for path in (db, new):
        with closing(connect(path)) as c:
            feed = subscribe(c, "https://a.example/feed", "A")
            save_plan(c, feed, Plan(new=(ready("1", "Words of the harbour."),)))
    with closing(connect(db)) as c:
        library_rules.apply(c, library_rules.keep(c, Rule("harbour", star=True, tags=("h",)), NOW))
        part = [json.dumps(row) for row in backup_rows(c, NOW, article_lists.ids(c, Query()))]
    back(new, part)
    with closing(connect(new)) as c:
        (row,) = article_lists.window(c, Query(), 0, 9)
        assert (row.starred, labels.tags_of(c, [row.id])[row.id]) == (True, ["h"])


def test_a_rule_of_many_tags_comes_back_with_what_it_did(db: Path, tmp_path: Path) -> None:
    with closing(connect(db)) as c:
        feed = subscribe(c, "https://a.example/feed", "A")
        save_plan(c, feed, Plan(new=(ready("1", "Words of the harbour."),)))
        library_rules.apply(
            c, library_rules.keep(c, Rule("harbour", tags=tuple(f"t{n:02}" for n in range(TAGS_MAX))), NOW)
        )
    back(tmp_path / "new.db", out(db))
    assert out(tmp_path / "new.db") == out(db)


def test_tags_that_a_rule_gave_are_no_tags_of_the_users_after_a_backup(db: Path) -> None:
    with closing(connect(db)) as c:
        feed = subscribe(c, "https://a.example/feed", "A")
        save_plan(c, feed, Plan(new=(ready("1", "Words of the harbour."),)))
        (id_,) = article_lists.ids(c, Query())
        rule = library_rules.keep(c, Rule("harbour", tags=("sea", "mine")), NOW)
        library_rules.apply(c, rule)
        statuses.tag(c, [id_], ["mine"])
        lines = out(db)
        back(db, lines)
        library_rules.remove(c, rule, take_back=True)
        assert labels.tags_of(c, [id_]) == {id_: ["mine"]}
        back(db, lines)  # the rule comes again, with what it did
        assert labels.tags_of(c, [id_]) == {id_: ["mine", "sea"]}
        library_rules.remove(c, rules.every(c)[0], take_back=True)
        assert labels.tags_of(c, [id_]) == {id_: ["mine"]}


def test_what_rules_did_comes_with_them_where_the_articles_are_here(db: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.db"
    for path in (db, new):
        with closing(connect(path)) as c:
            feed = subscribe(c, "https://a.example/feed", "A")
            save_plan(c, feed, Plan(new=(ready("1", "Words of the harbour."), ready("2", "Words of the sea."))))
    with closing(connect(db)) as c:
        library_rules.apply(c, library_rules.keep(c, Rule("harbour", read=True, star=True, tags=("h",)), NOW))
        library_rules.apply(c, library_rules.keep(c, Rule("sea", hide=True), NOW))
    lines = out(db)
    with closing(connect(new)) as c:  # a first import is killed behind the rules
        restore(c, [line for line in lines if json.loads(line)["type"] != "article"], NOW)
    back(new, lines)
    assert out(new) == lines


def test_a_backup_does_not_say_that_a_public_feed_is_inside(db: Path) -> None:
    """Else it might lead inside: what counts is where it is when it is fetched."""
    feed = {"type": "feed", "url": "https://public.example/f", "reach": "private"}
    back(db, ['{"type": "tuireader", "version": 1}', json.dumps(feed), END])
    with closing(connect(db)) as c:
        assert [each.reach for each in feeds.every(c)] == [Reach.UNKNOWN]


def test_a_backup_does_not_say_that_saved_pages_lead_inside(tmp_path: Path) -> None:
    with closing(connect(tmp_path / "one.db")) as c:
        user_edits.save_page(c, ready("https://public.example/page"), NOW)
    with closing(connect(tmp_path / "two.db")) as c:
        assert restore(c, out(tmp_path / "one.db"), NOW).inside == []
        assert len(article_lists.ids(c, Query())) == 1


@pytest.mark.parametrize("has_text", [True, False])
def test_an_article_of_a_backup_is_no_other_one_of_its_title_and_moment(tmp_path: Path, *, has_text: bool) -> None:
    """Also where that stands in the file further below."""
    one, two = tmp_path / "one.db", tmp_path / "two.db"

    def photo(number: int) -> Prepared:
        title = "Photo of the week" if number in (5, 200) else f"Title {number}"
        words = " ".join(f"{word}{number}" for word in ("harbour", "boat", "lamp", "pier", "rope", "mast", "keel"))
        picture = f"<img src='https://a.example/{number}.png'>"
        entry = ParsedEntry(
            f"g{number}", title, f"https://a.example/{number}", published=NOW - timedelta(seconds=5),
            html=f"<p>{words}</p>" if has_text else picture,
        )  # fmt: skip
        return prepare(entry)

    for path, numbers in ((one, range(250)), (two, range(100))):
        with closing(connect(path)) as c:
            feed = subscribe(c, "https://a.example/feed", "A")
            save_plan(c, feed, Plan(new=tuple(map(photo, numbers))))
            if path is one:
                (id_,) = [id_ for id_ in article_lists.ids(c, Query(apart=True)) if articles.get(c, id_).guid == "g200"]
                statuses.mark(c, [id_], starred=True)
    back(two, out(one))
    with closing(connect(two)) as c:
        assert article_lists.count(c, Query(apart=True)) == 250
        starred = article_lists.ids(c, Query(starred=True, apart=True))
        assert [articles.get(c, id_).guid for id_ in starred] == ["g200"]


def test_no_article_of_a_backup_is_of_a_day_to_come(db: Path) -> None:
    row = {
        "type": "article",
        "feed_url": "https://a.example/f",
        "guid": "1",
        "title": "T",
        "date": "9999-01-01T00:00:00Z",
    }
    back(db, ['{"type": "tuireader", "version": 1}', json.dumps(row), END])
    with closing(connect(db)) as c:
        (found,) = article_lists.window(c, Query(), 0, 9)
    assert found.date == NOW


@pytest.mark.parametrize("titles", [("Monday", "Tuesday"), ("Forecast", "Forecast")])
def test_a_saved_page_is_no_other_one_that_was_saved_at_its_address(tmp_path: Path, titles: tuple[str, str]) -> None:
    one, two = tmp_path / "one.db", tmp_path / "two.db"
    texts = {one: "On Monday ships came in with herring at dawn.", two: "Nobody went out; a storm closed everything."}
    for (path, text), title in zip(texts.items(), titles, strict=True):
        with closing(connect(path)) as c:
            page = ready("https://a.example/daily", text, title=title, link="https://a.example/daily")
            id_ = user_edits.save_page(c, page, NOW)
            statuses.mark(c, [id_], starred=path is one)
    for _ in range(2):
        back(two, out(one))
        with closing(connect(two)) as c:
            rows = [
                (articles.body(c, row.id), row.title, row.starred) for row in article_lists.window(c, Query(), 0, 9)
            ]
        assert sorted(rows) == sorted(
            (f"<p>{texts[path]}</p>", title, path is one) for path, title in zip((one, two), titles, strict=True)
        )


def test_a_text_that_its_feed_has_emptied_since_comes_back(tmp_path: Path) -> None:
    one, two = tmp_path / "one.db", tmp_path / "two.db"
    for path, text in ((one, "All that was said in this article, which is rather long."), (two, "Removed.")):
        with closing(connect(path)) as c:
            save(c, ready("g", text))
    back(two, out(one))
    with closing(connect(two)) as c:
        (id_,) = article_lists.ids(c, Query())
        assert "All that was said" in articles.body(c, id_)
        assert article_lists.ids(c, Query(text="rather ")) == [id_]


@pytest.mark.parametrize("times", [1, 5])
@pytest.mark.parametrize("field", ["html", "full_html"])
def test_a_backup_of_somebody_else_replaces_no_whole_text(db: Path, field: str, times: int) -> None:
    text = "All that was said in this article, which is rather long, and more of it. " * times
    with closing(connect(db)) as c:
        save(c, ready("g", text))
    head, *rows = map(json.loads, out(db))
    for row in rows:
        if row["type"] == "article":
            row |= {field: "<p>Buy this.</p>" * 500, "words": 100_000}
    back(db, [json.dumps(row) for row in (head, *rows)])
    with closing(connect(db)) as c:
        (id_,) = article_lists.ids(c, Query())
        assert text.strip() in articles.body(c, id_)
        assert articles.get(c, id_).words == len(text.split())
        assert article_lists.ids(c, Query(text="rather ")) == [id_]


@pytest.mark.parametrize("before", [True, False])
def test_a_search_of_a_backup_means_its_feeds_wherever_its_line_is(db: Path, before: bool) -> None:
    head, end = {"type": "tuireader", "version": 1}, {"type": "end"}
    search = {"type": "search", "name": "S", "query": 'feed="One"|"Two"'}
    some = [{"type": "feed", "url": f"http://{name}.example/", "custom_title": name.title()} for name in ("one", "two")]
    rows = [head, search, *some, end] if before else [head, *some, search, end]
    back(db, [json.dumps(row) for row in rows])
    with closing(connect(db)) as c:
        (found,) = ui_state.searches(c)
        assert found.query == 'feed="One"|"Two"'


def test_a_search_follows_the_feed_that_it_means_when_a_backup_brings_another_of_its_name(db: Path) -> None:
    with closing(connect(db)) as c:
        feeds.add(c, "http://mine.example/", title="News", site="", now=NOW)
        ui_state.put_search(c, "S", 'feed="News"')
    rows = [{"type": "tuireader", "version": 1}, {"type": "feed", "url": "http://x.example/", "custom_title": "News"}]
    back(db, [json.dumps(row) for row in (*rows, {"type": "end"})])
    with closing(connect(db)) as c:
        assert ui_state.searches(c)[0].query == 'feed="http://mine.example/"'


def test_a_rule_for_the_folder_of_an_account_is_for_that_of_no_other_account(db: Path, tmp_path: Path) -> None:
    def with_accounts(path: Path, *names: str) -> dict[str, int]:
        """The folders “News” of accounts, with a feed in each."""
        found = {}
        with closing(connect(path)) as c:
            for name in names:
                account = accounts.add(c, "miniflux", name=name, url=f"https://{name}.example", user="ann")
                url = f"https://{name}.example/feed"
                feed = feeds.add(c, url, title=name, site="", now=NOW, account_id=account.id, server_id="1")
                found[name] = folders.add(c, "News", account_id=account.id).id
                folders.put(c, feed.id, found[name])
        return found

    there, other = with_accounts(db, "one", "two"), tmp_path / "other.db"
    with closing(connect(db)) as c:
        rules.add(c, Rule("sport", read=True, folder_id=there["two"]), NOW)
    there = with_accounts(other, "two", "one")
    with closing(connect(other)) as c:
        rules.add(c, Rule("sport", read=True, folder_id=there["one"]), NOW)
    for _ in range(2):
        back(other, out(db))
        with closing(connect(other)) as c:
            assert sorted(rule.folder_id or 0 for rule in rules.every(c)) == sorted(there.values())


def test_a_rule_for_the_feeds_without_a_folder_of_an_account_waits_for_that_account(db: Path, tmp_path: Path) -> None:
    def with_account(c: Connection) -> int:
        account = accounts.add(c, "miniflux", name="Work", url="https://rss.example", user="ann")
        url = "https://a.example/feed"
        feed = feeds.add(c, url, title="A", site="", now=NOW, account_id=account.id, server_id="1")
        folder = folders.add(c, "Uncategorized", account_id=account.id).id
        folders.put(c, feed.id, folder)
        return folder

    with closing(connect(db)) as c:
        rules.add(c, Rule("sport", hide=True, folder_id=with_account(c)), NOW)
    other = tmp_path / "other.db"
    with closing(connect(other)) as c:
        said = Imported(restored=restore(c, out(db), NOW)).said()
        assert "Folder “Uncategorized” is empty, but has a rule: hide." in said
        folder = with_account(c)
        assert library_rules.follow_folders(c, []) == ["Rule moved to “Uncategorized · Work”: hide"]
        assert [rule.folder_id for rule in rules.every(c)] == [folder]


def test_a_rule_for_an_emptied_folder_goes_to_no_account_of_its_own_accord(db: Path) -> None:
    with closing(connect(db)) as c:
        own = folders.add(c, "News")
        rules.add(c, Rule("sport", hide=True, folder_id=own.id), NOW)
        account = accounts.add(c, "miniflux", name="Work", url="https://rss.example", user="ann")
        url = "https://a.example/feed"
        feed = feeds.add(c, url, title="A", site="", now=NOW, account_id=account.id, server_id="1")
        folders.put(c, feed.id, folders.add(c, "News", account_id=account.id).id)
        assert library_rules.follow_folders(c, [feed]) == []
        assert [rule.folder_id for rule in rules.every(c)] == [own.id]


def test_a_rule_for_a_folder_whose_feeds_are_in_two_of_its_name_is_for_both(db: Path, tmp_path: Path) -> None:
    with closing(connect(db)) as c:
        folder = folders.add(c, "News")
        for name in ("one", "two"):
            folders.put(c, feeds.add(c, f"https://{name}.example/feed", title=name, site="", now=NOW).id, folder.id)
        rules.add(c, Rule("sport", hide=True, folder_id=folder.id), NOW)
    other = tmp_path / "other.db"
    with closing(connect(other)) as c:
        account = accounts.add(c, "miniflux", name="Work", url="https://rss.example", user="ann")
        url = "https://one.example/feed"
        feed = feeds.add(c, url, title="one", site="", now=NOW, account_id=account.id, server_id="1")
        folders.put(c, feed.id, folders.add(c, "News", account_id=account.id).id)
    for _ in range(2):
        back(other, out(db))
        with closing(connect(other)) as c:
            assert {rule.folder_id for rule in rules.every(c)} == {feed.folder_id for feed in feeds.every(c)}
            assert len(rules.every(c)) == 2


@pytest.mark.parametrize("is_local_too", [False, True])
def test_the_folders_of_accounts_and_their_rules_are_not_doubled(db: Path, is_local_too: bool) -> None:
    with closing(connect(db)) as c:
        account = accounts.add(c, "miniflux", name="Work", url="https://rss.example", user="ann")
        feed = feeds.add(c, "https://a.example/feed", title="A", site="", now=NOW, account_id=account.id, server_id="1")
        folder = folders.add(c, "News", account_id=account.id)
        folders.put(c, feed.id, folder.id)
        rules.add(c, Rule("harbour", star=True, folder_id=folder.id), NOW)
        if is_local_too:
            own = feeds.add(c, "https://b.example/feed", title="B", site="", now=NOW)
            folders.put(c, own.id, folders.add(c, "News").id)
        before = rules.every(c), folders.every(c)
        done = restore(c, out(db), NOW)
        assert (done.rules, done.mistakes) == ([], [])
        assert (rules.every(c), folders.every(c)) == before


@pytest.mark.parametrize("when", [None, timedelta(0), timedelta(hours=1)], ids=["undated", "dated", "an hour later"])
def test_a_feed_that_an_account_follows_too_comes_back_with_each_article_once(
    db: Path, tmp_path: Path, when: timedelta | None
) -> None:
    """Also where the server reads its dates in another way, or where it has none."""
    with closing(connect(db)) as c:
        account = accounts.add(c, "miniflux", name="Work", url="https://rss.example", user="ann")
        for kind, of, url in (("own", 0, "https://a.example/feed"), ("hash", account.id, "http://www.a.example/feed/")):
            feed = feeds.add(c, url, title="A", site="", now=NOW, account_id=of, server_id=kind)
            apart = when if of or when is None else timedelta(0)
            save_articles.save_entries(c, feed.id, Plan(new=tuple(twin(n, kind, apart) for n in range(250))), NOW)
            if not of:
                feeds.rename(c, feed.id, "Mine")
        first = article_lists.window(c, Query(feeds=(feed.id,)), 0, 9)[0]
        statuses.mark(c, [first.id], starred=True)
    count = count_of(db)
    back(db, out(db))
    assert count_of(db) == count
    back(tmp_path / "new.db", out(db))
    with closing(connect(tmp_path / "new.db")) as c:
        rows = article_lists.window(c, Query(apart=True), 0, 999)
        assert len(rows) == 250
        assert [row.title for row in rows if row.starred] == [first.title]
        assert [each.name for each in feeds.every(c)] == ["Mine"]


@pytest.mark.parametrize("kind", ["own", "hash", "third"])
def test_twins_find_the_article_that_is_here_whatever_it_is_called(db: Path, tmp_path: Path, kind: str) -> None:
    with closing(connect(db)) as c:
        account = accounts.add(c, "miniflux", name="Work", url="https://rss.example", user="ann")
        for each, of in (("own", 0), ("hash", account.id)):
            feed = feeds.add(c, "https://a.example/feed", title="A", site="", now=NOW, account_id=of, server_id=each)
            save_articles.save_entries(c, feed.id, Plan(new=tuple(twin(n, each) for n in range(5))), NOW)
        feeds.rename(c, feed.id, "The server's name")
        feeds.set_option(c, feed.id, "selector", "article")
        folders.put(c, feed.id, folders.add(c, "Uncategorized", account_id=account.id).id)
    here = tmp_path / "here.db"
    with closing(connect(here)) as c:
        feed = feeds.add(c, "https://a.example/feed", title="A", site="", now=NOW)
        save_articles.save_entries(c, feed.id, Plan(new=tuple(twin(n, kind) for n in range(5))), NOW)
    back(here, out(db))
    with closing(connect(here)) as c:
        assert len(article_lists.ids(c, Query(apart=True))) == 5
        assert [(each.name, each.folder_id) for each in feeds.every(c)] == [("A", None)]
        assert feeds.options(c, feed.id)["selector"] == "article"  # of whichever copy has it


def test_a_folder_with_the_name_of_its_account_is_one(db: Path, tmp_path: Path) -> None:
    with closing(connect(db)) as c:
        account = accounts.add(c, "greader", name="Work", url="https://rss.example", user="ann")
        filed = RemoteFeed("1", "https://a.example/feed", "A", folder="Work")
        take_feeds(c, account.id, [filed, RemoteFeed("2", "https://b.example/feed", "B")], NOW, Reach.PUBLIC)
    here = tmp_path / "here.db"
    back(here, out(db))
    with closing(connect(here)) as c:
        names: dict[int | None, str] = {None: "", **{each.id: each.name for each in folders.every(c)}}
        assert {feed.name: names[feed.folder_id] for feed in feeds.every(c)} == {"A": "Work", "B": ""}


def test_the_same_backup_again_doubles_nothing_that_it_found_before(db: Path, tmp_path: Path) -> None:
    """Several whose dates were moved are found together as long as all have other guids; one by one they are not."""

    def fill(path: Path, kind: str, count: int, moved: int) -> None:
        with closing(connect(path)) as c:
            feed = feeds.add(c, "https://a.example/feed", title="A", site="", now=NOW)
            for n in range(count):
                text, at = " ".join(f"word{n}x{m}" for m in range(40)), NOW - timedelta(hours=n)
                at += timedelta(hours=1) * (n < moved)
                entry = ready(f"{kind}-{n}", text, title=f"Number {n}", link=f"https://a.example/{n}", published=at)
                save(c, entry, feed=feed)

    here = tmp_path / "here.db"
    fill(db, "own", 9, 3)
    fill(here, "theirs", 8, 0)
    for _ in range(2):
        back(here, out(db))
        with closing(connect(here)) as c:
            assert sorted(each.title for each in article_lists.window(c, Query(), 0, 99)) == [
                f"Number {n}" for n in range(9)
            ]


def test_days_of_one_title_and_address_find_themselves_where_a_server_gives_no_guids(db: Path, tmp_path: Path) -> None:
    """Which of them has the guid without a number depends on which came first."""

    def filled(path: Path, order: list[int]) -> None:
        with closing(connect(path)) as c:
            account = accounts.add(c, "greader", name="Work", url="https://rss.example", user="ann")
            remote = RemoteFeed("feed/1", "https://a.example/feed", "Column")
            take_feeds(c, account.id, [remote], NOW, Reach.PUBLIC)
            (feed,) = feeds.every(c)
            for place, day in enumerate(order):
                link, title = "https://a.example/column", "The daily column"
                text = " ".join(f"word{day}x{n}" for n in range(40))
                guid = f"{link} {title} {day}" if place else f"{link} {title}"
                published = NOW - timedelta(days=9 - day)
                save(c, ready(guid, text, title=title, link=link, published=published), feed=feed)

    here = tmp_path / "here.db"
    filled(db, [0, 1, 2, 3])
    filled(here, [3, 2, 1, 0])
    with closing(connect(db)) as c:
        first = next(id_ for id_ in article_lists.ids(c, Query()) if "word0x1" in articles.body(c, id_))
        statuses.mark(c, [first], read=True, starred=True)
        statuses.tag(c, [first], ["keep"])
    back(here, out(db))
    with closing(connect(here)) as c:
        rows = {articles.body(c, id_).split("x")[0]: articles.status(c, id_) for id_ in article_lists.ids(c, Query())}
        tagged = article_lists.ids(c, Query(tags=("keep",)))
        assert len(rows) == len(article_lists.ids(c, Query())) == 4
        assert {text for text, status in rows.items() if status.read and status.starred} == {
            articles.body(c, id_).split("x")[0] for id_ in tagged
        }
        assert ["word0x1" in articles.body(c, id_) for id_ in tagged] == [True]


@pytest.mark.parametrize("is_elsewhere", [False, True])
def test_a_backup_of_a_feed_whose_guids_count_places_finds_each_article(
    db: Path, tmp_path: Path, is_elsewhere: bool
) -> None:
    with closing(connect(db)) as c:
        feed = subscribe(c, "https://a.example/feed")
        fetch(c, feed, of_places(3, 2, 1))
        (id_,) = (
            each.id for each in article_lists.headlines(c, article_lists.ids(c, Query())) if each.title == "Piece 1"
        )
        statuses.mark(c, [id_], starred=True)
    before = out(db)
    here = tmp_path / "here.db" if is_elsewhere else db
    with closing(connect(here)) as c:
        feed = subscribe(c, "https://a.example/feed") if is_elsewhere else feed
        fetch(c, feed, of_places(4, 3, 2, 1))
        fetch(c, feed, of_places(5, 4, 3, 2, 1))
    for lines in (before, before, out(here)):
        back(here, lines)
        with closing(connect(here)) as c:
            found = article_lists.headlines(c, article_lists.ids(c, Query(apart=True)))
            assert sorted(each.title for each in found) == [f"Piece {n}" for n in range(1, 6)]
            assert [each.title for each in found if each.starred] == ["Piece 1"]


def test_an_old_backup_knows_an_article_that_went_on_and_moved_since(db: Path) -> None:
    text = "<p>The harbour opens in spring when the ice has gone, say those who wait for it.</p>"
    entry = ParsedEntry("g", "Harbour", "https://a.example/1", published=NOW - timedelta(days=9), html=text)
    with closing(connect(db)) as c:
        feed = subscribe(c, "https://a.example/feed")
        fetch(c, feed, (entry,))
    before = out(db)
    with closing(connect(db)) as c:
        for change in (
            {"html": f"{text}<p>It has opened on Monday, and forty ships have left with grain and timber.</p>"},
            {"link": "https://a.example/harbour"},
            {"published": NOW - timedelta(days=8)},
        ):
            entry = replace(entry, **change)
            fetch(c, feed, (entry,))
    back(db, before)
    assert count_of(db) == 1


def count_of(path: Path) -> int:
    with closing(connect(path)) as c:
        return len(article_lists.ids(c, Query(apart=True)))


def twin(number: int, kind: str, apart: timedelta | None = timedelta(0)) -> Prepared:
    link, day = f"https://a.example/{number}", None if apart is None else NOW - timedelta(days=number) + apart
    text = f"The harbour opens in spring, number {number}, when the ice has gone, says {kind}."
    return ready(f"{kind}-{number}", text, title=f"Piece {number}", link=link, published=day)


def test_photos_of_one_page_title_and_moment_stay_apart(db: Path, tmp_path: Path) -> None:
    with closing(connect(db)) as c:
        feed = feeds.add(c, "https://a.example/feed", title="A", site="", now=NOW)
        texts = ["A boat with nets on deck.", "Three gulls over the old pier.", "Coal is loaded at night."]
        texts += [f"The guided tour of the harbour number {n} starts at the gate." for n in range(5)]
        there = [ready(text, text, title="Photo", link="https://a.example/photos", published=NOW) for text in texts]
        save_articles.save_entries(c, feed.id, Plan(new=tuple(there)), NOW)
    back(tmp_path / "new.db", out(db))
    assert out(tmp_path / "new.db") == out(db)


def test_what_is_too_long_or_unprintable_in_a_file_of_others_is_left_out(db: Path) -> None:
    words = "a " * 3_000_000
    options = {feeds.LANGUAGE: "d\x00e", "quiet": "yes"}
    feed: dict[str, object] = {"type": "feed", "url": "https://a.example/f", "options": options}
    rows: list[dict[str, object]] = [
        {"type": "tuireader", "version": 1},
        feed,
        feed | {"url": f"https://a.example/{'b' * 100_000}"},
        {"type": "search", "name": "zz", "query": words},
        {"type": "rule", "number": 0, "query": words.replace(" ", "b"), "hide": True},
        {"type": "rule", "number": 1, "query": words[:2000], "hide": True},
        {"type": "end", "articles": 0},
    ]
    with closing(connect(db)) as c:
        done = restore(c, map(json.dumps, rows), NOW)
        said = ["“url” is too long", "“query” is too long", "“query” is too long"]
        said += ["Search too long (over 500 words and names)."]
        assert done.mistakes == [(line, f"not imported: {why}") for line, why in enumerate(said, 3)]
        assert (done.rules, done.searches, rules.every(c), ui_state.searches(c)) == ([], 0, [], [])
        assert [feeds.options(c, each.id) for each in feeds.every(c)] == [{"quiet": "yes"}]


def test_a_file_brings_so_many_rules_and_searches(db: Path) -> None:
    rows: list[dict[str, object]] = [{"type": "tuireader", "version": 1}]
    for n in range(1100):
        rows += [{"type": "search", "name": f"s{n}", "query": "a"}]
        rows += [{"type": "rule", "number": n, "query": f"w{n}", "hide": True}, {"type": "folder", "name": f"f{n}"}]
    with closing(connect(db)) as c:
        done = restore(c, map(json.dumps, [*rows, {"type": "end"}]), NOW)
        assert (len(done.rules), done.searches, len(done.mistakes)) == (1000, 1000, 300)
        assert len(folders.every(c)) == 1000


def test_an_address_of_any_length_names_one_feed(db: Path) -> None:
    url = f"https://a.example/feed?{'token' * 400}"
    with closing(connect(db)) as c:
        save_plan(c, feeds.add(c, url, title="A", site="", now=NOW), Plan(new=(ready("1", "Words."),)))
    new = db.with_name("new.db")
    back(new, out(db))
    with closing(connect(new)) as c:
        assert [feed.url for feed in feeds.every(c)] == [url]


def test_old_issues_of_the_same_titles_come_back_beside_the_newest(db: Path, tmp_path: Path) -> None:
    def issue(number: int) -> Prepared:
        link, day = f"https://a.example/{number % 7}", NOW - timedelta(days=number // 7)
        text = " ".join(f"word{number}x{place}" for place in range(20))
        return ready(f"{link}#{number}", text, title=f"Country {number % 7}", link=link, published=day)

    new = tmp_path / "new.db"
    for path, count in ((db, 140), (new, 20)):
        with closing(connect(path)) as c:
            feed = feeds.add(c, "https://a.example/feed", title="A", site="", now=NOW)
            save_articles.save_entries(c, feed.id, Plan(new=tuple(map(issue, range(count)))), NOW)
    back(new, out(db))
    with closing(connect(new)) as c:
        assert len(article_lists.ids(c, Query(apart=True))) == 140


def test_a_rule_for_all_that_comes_is_none(db: Path) -> None:
    rule = {"type": "rule", "number": 0, "query": " ", "hide": True}
    lines = [json.dumps(row) for row in ({"type": "tuireader", "version": 1}, rule, {"type": "end", "articles": 0})]
    with closing(connect(db)) as c:
        ((_, why),) = restore(c, lines, NOW).mistakes
        assert why == "not imported: a rule needs a query, a feed or a folder"
        assert rules.every(c) == []


def test_a_file_unsubscribes_from_nothing(db: Path) -> None:
    shelve(db, "The Example Review", REVIEW[:1])
    lines = [json.loads(line) for line in out(db)]
    (row,) = (row for row in lines if row["type"] == "feed")
    row["options"] = {feeds.LEAVING: "0 0", feeds.TO_READ: "yes", "keep_days": "9" * 30, "quiet": "yes", "x": "y"}
    assert back(db, [*map(json.dumps, lines)])[3] == [2]  # what is no number
    with closing(connect(db)) as c:
        assert feeds.leaving(c) == {}
        assert feeds.options(c, 1) == {"quiet": "yes"}


@pytest.mark.parametrize("number", ["Infinity", "1e999", "NaN", '"x"', "{}"])
def test_facts_of_a_file_that_are_no_numbers_are_none(db: Path, number: str) -> None:
    shelve(db, "The Example Review", REVIEW[:1])
    with closing(connect(db)) as c:
        feeds.set_option(c, 1, site_facts.LEARNED, f'{{"gives": "excerpts", "looked": 1, "up_to": {number}}}')
        archive = f'"next": "", "page": {number}, "pages": null, "back_to": null, "is_done": 0, "seen": [], "last": ""'
        feeds.set_option(c, 1, site_facts.ARCHIVE, f'{{"way": "wordpress", {archive}}}')
        assert site_facts.learned(c, 1) == TextFacts()
        assert site_facts.archive_of(c, 1) is None


def test_a_file_keeps_nothing_away_from_a_feed_that_is_here(db: Path) -> None:
    path = db.with_name("one.db")
    shelve(path, "The Example Review", REVIEW[:1])
    with closing(connect(path)) as c:
        (feed,) = feeds.every(c)
        lines = [line for line in out(path) if json.loads(line)["type"] != "article"]
        keys = [[key, 2**40] for key in entry_keys(ParsedEntry("n", "New", "https://a.example/n", html="x"))]
        lines.insert(2, json.dumps({"type": "pruned", "feed_url": feed.url, "keys": keys}))
        assert restore(c, lines, NOW).mistakes == []
        assert len(save_plan(c, feed, Plan(new=(ready("n", "x", title="New", link="https://a.example/n"),))).new) == 1


def test_an_article_has_so_many_tags(db: Path) -> None:
    shelve(db, "The Example Review", REVIEW[:1])
    with closing(connect(db)) as c:
        (id_,) = article_lists.ids(c, Query())
        for start in range(0, 900, 300):
            labels.add_tags(c, [id_], [f"t{number}" for number in range(start, start + 300)])
        assert len(labels.tags_of(c, [id_])[id_]) == 500


def test_what_is_read_apart_from_its_story_is_so_after_a_restore(db: Path, tmp_path: Path) -> None:
    """The user has read an earlier text of it: a second telling of what it says now stays unread."""
    here = tmp_path / "here.db"

    def telling(site: str, text: str) -> Prepared:
        link = "https://a.example/told"
        return prepare(ParsedEntry(f"{site}-1", "Harbour frozen", link, published=NOW, html=f"<p>{text}</p>"))

    told = " ".join(f"quay{n} wall{n}. " for n in range(200))
    with closing(connect(db)) as c:
        one, two = (feeds.add(c, f"https://{name}.example/feed", title=name, site="", now=NOW) for name in "ba")
        save(c, telling("a", "What was read of the harbour."), feed=one)
        (id_,) = article_lists.ids(c, Query())
        statuses.mark(c, [id_], read=True)
        save_articles.save_entries(c, one.id, Plan(changed=((id_, telling("a", told)),)), NOW)
        save(c, telling("b", told), feed=two)
        assert article_lists.count(c, Query()) == article_lists.count(c, Query(unread=True)) == 1
    back(here, out(db))
    with closing(connect(here)) as c:
        index_all(c)
        assert article_lists.count(c, Query()) == article_lists.count(c, Query(unread=True)) == 1


@pytest.mark.parametrize("with_new", [False, True])
def test_a_backup_of_somebody_else_makes_no_story_of_articles_that_are_here(db: Path, with_new: bool) -> None:
    with closing(connect(db)) as c:
        for name in "ab":
            feed = feeds.add(c, f"https://{name}.example/feed", title=name, site="", now=NOW)
            save(c, ready(name, " ".join(f"{name}{n}" for n in range(200))), feed=feed)
    row = {"type": "article", "html": "<p>Buy my coins.</p>", "story": 7}
    names = "cb" if with_new else "ab"
    rows: list[dict[str, object]] = [{"type": "tuireader", "version": 1}]
    rows += [row | {"feed_url": f"https://{name}.example/feed", "guid": name, "title": name} for name in names]
    back(db, [json.dumps(each) for each in (*rows, {"type": "end"})])
    with closing(connect(db)) as c:
        assert article_lists.count(c, Query()) == (3 if with_new else 2)


def test_a_backup_of_somebody_else_says_of_no_article_here_that_a_rule_has_hidden_it(db: Path) -> None:
    with closing(connect(db)) as c:
        feeds.add(c, "https://a.example/feed", title="A", site="", now=NOW)
        for guid, text in (("one", "Your tax is due."), ("two", "Spam of it.")):
            save(c, ready(guid, text), feed=feeds.every(c)[0])
        index_all(c)
    row = {"type": "article", "feed_url": "https://a.example/feed", "rules": {"0": 3}, "read": True, "hidden": True}
    rows = [
        {"type": "tuireader", "version": 1},
        {"type": "rule", "number": 0, "query": "spam", "hide": True, "read": True},
    ]
    rows += [row | {"guid": guid, "title": f"Title of {guid}", "unasked": ["read"]} for guid in ("one", "two")]
    back(db, [json.dumps(each) for each in (*rows, {"type": "end"})])
    with closing(connect(db)) as c:
        assert [each.title for each in article_lists.window(c, Query(unread=True), 0, 9)] == ["Title of one"]


def test_searches_are_taken_apart_once_however_many_feeds_come(db: Path) -> None:
    query_language._names_in.cache_clear()
    rows: list[dict[str, object]] = [{"type": "tuireader", "version": 1}]
    rows += [{"type": "search", "name": f"s{n}", "query": f'feed="n{n}"'} for n in range(20)]
    rows += [{"type": "feed", "url": f"https://f{n}.example/", "title": f"t{n}"} for n in range(30)]
    rows += [{"type": "end", "articles": 0}]
    with closing(connect(db)) as c:
        assert restore(c, map(json.dumps, rows), NOW).feeds == 30
    assert 0 < query_language._names_in.cache_info().misses <= 20


@pytest.mark.parametrize("before", ["a", "b", "part of it"])
def test_a_backup_brings_its_stories_to_articles_that_are_here(db: Path, tmp_path: Path, before: str) -> None:
    here = tmp_path / "here.db"

    def tell(path: Path, name: str) -> None:
        with closing(connect(path)) as c:
            feed = feeds.add(c, f"https://{name}.example/feed", title=name, site="", now=NOW)
            for number in range(6):
                text = f"<p>{' '.join(f'quay{number}x{n} wall{number}x{n}' for n in range(200))}</p>"
                link = f"https://{name}.example/{number}"
                save(
                    c,
                    prepare(ParsedEntry(link, f"Quays of {'nsewld'[number] * 4}", link, published=NOW, html=text)),
                    feed=feed,
                )
            index_all(c)

    tell(db, "a")
    tell(db, "b")
    with closing(connect(db)) as c:
        assert len(article_lists.ids(c, Query())) == 6
    lines = list(out(db))
    if before == "part of it":
        back(here, lines[: len(lines) // 2])
    else:
        tell(here, before)
    back(here, lines)
    with closing(connect(here)) as c:
        index_all(c)
        assert (len(article_lists.ids(c, Query())), len(article_lists.ids(c, Query(apart=True)))) == (6, 12)


def test_articles_come_back_in_the_stories_that_they_were_told_in(db: Path, tmp_path: Path) -> None:
    """Two whose whole texts came later, and agree, were never one row, and have marks of their own."""
    here = tmp_path / "here.db"
    told = " ".join(f"quay{n} wall{n}" for n in range(200))
    texts = {"a": "Ice in the harbour.", "b": "No ship leaves.", "c": told, "d": told}
    with closing(connect(db)) as c:
        for name, text in texts.items():
            feed = feeds.add(c, f"https://{name}.example/feed", title=name, site="", now=NOW)
            link = f"https://{name}.example/told"
            title = "Quays of the north" if text == told else "Harbour frozen"
            save(c, prepare(ParsedEntry(link, title, link, published=NOW, html=f"<p>{text}</p>")), feed=feed)
        first, second, third, _ = sorted(article_lists.ids(c, Query(apart=True)))
        for id_ in (first, second):
            save_articles.save_full_text(c, id_, f"<p>{told} {told[::-1]}</p>", f"{told} {told[::-1]}", 800)
        statuses.mark(c, [first], read=True, starred=True)
        statuses.mark(c, [third], read=True)
        before = [(each.title, each.read, each.starred, each.feeds) for each in article_lists.window(c, Query(), 0, 9)]
    assert sorted(each[1:] for each in before) == [(False, False, 1), (True, False, 2), (True, True, 1)]
    for _ in range(2):  # the second time, all is here
        back(here, out(db))
        with closing(connect(here)) as c:
            index_all(c)
            after = [
                (each.title, each.read, each.starred, each.feeds) for each in article_lists.window(c, Query(), 0, 9)
            ]
            assert sorted(after) == sorted(before)
