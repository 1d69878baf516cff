"""Pages that other programs kept to be read later, taken in with their marks, and how far that is."""

from __future__ import annotations

import json
import zipfile
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from support.factories import NOW, ready, save, subscribe
from tuireader.feeds.read_later import SavedPage
from tuireader.library.reading import user_edits
from tuireader.library.refreshing.upkeep import index_for
from tuireader.library.subscribing.subscription import unsubscribe
from tuireader.library.transfer.backup import backup_rows
from tuireader.library.transfer.import_any import Imported, import_path, keep_all
from tuireader.model.feed import PageList
from tuireader.model.query import Query
from tuireader.store import articles, feeds, labels, site_facts
from tuireader.store.connection import connect
from tuireader.store.queries import article_lists

HEAD = "title,url,time_added,tags,status"


def take_in(db: Path, file: Path) -> tuple[Imported, list[str]]:
    told: list[str] = []
    with closing(connect(db)) as c:
        return import_path(c, str(file), NOW, told.append), told


def test_pages_come_with_tags_and_marks_and_it_is_told_how_far_it_is(db: Path, tmp_path: Path) -> None:
    rows = [
        f"Page {n},https://pages.example/{n},{1_700_000_000 + n},"
        f"{'sea|long' if n % 2 else ''},{'unread' if n % 5 else 'archive'}"
        for n in range(250)
    ]
    file = tmp_path / "pocket.csv"
    file.write_text("\n".join([HEAD, *rows]) + "\n", "utf-8")
    came, told = take_in(db, file)
    assert told == ["0 of 250 pages", "100 of 250 pages", "200 of 250 pages"]
    assert came.said() == [
        "250 pages saved.", "250 pages without text. To fetch it: tuireader download"
    ]  # fmt: skip
    with closing(connect(db)) as c:
        ids = article_lists.ids(c, Query())
        assert len(ids) == len(articles.without_text(c, ids)) == 250
        assert article_lists.count(c, Query(unread=True)) == 200
        assert sum(sorted(some) == ["long", "sea"] for some in labels.tags_of(c, ids).values()) == 125
    again, _ = take_in(db, file)
    assert again.said() == ["0 pages saved, 250 already saved."]


WALLABAG = [{"url": "https://a.example/1", "title": "One", "annotations": [{"text": "Mine"}], "content": "<p>Words."}]


@pytest.mark.parametrize("kind", ["wallabag", "instapaper", "omnivore"])
def test_notes_that_are_left_out_are_said(db: Path, tmp_path: Path, kind: str) -> None:
    file = tmp_path / f"export.{'zip' if kind == 'omnivore' else 'txt'}"
    if kind == "omnivore":
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr(
                "metadata_0.json", json.dumps([{"slug": "one", "url": "https://a.example/1", "title": "One"}])
            )
            archive.writestr("highlights/one.md", "> Mine")
    elif kind == "wallabag":
        file.write_text(json.dumps(WALLABAG), "utf-8")
    else:
        file.write_text(
            "URL,Title,Selection,Folder,Timestamp\nhttps://a.example/1,One,Mine,Unread,1700000000\n", "utf-8"
        )
    came, _ = take_in(db, file)
    assert came.said()[-1] == "Not imported: your notes and highlights on 1 page."


def test_a_page_that_a_feed_has_is_saved_too_and_outlives_the_feed(db: Path, tmp_path: Path) -> None:
    with closing(connect(db)) as c:
        own = subscribe(c, "https://pages.example/feed")
        feed = save(c, ready("one", "What it says.", link="https://pages.example/1"), feed=own)
    file = tmp_path / "pocket.csv"
    file.write_text(f"{HEAD}\nTitle of one | Pages,https://pages.example/1,1700000000,mine,unread\n", "utf-8")
    for _ in range(2):
        came, _ = take_in(db, file)
        said = came.said()
        assert said[0] == "0 pages saved, 1 already saved."
        assert said[1:] in ([], ["Updated read status, stars and tags of 1 article."])
    with closing(connect(db)) as c:
        index_for(c, 60)
        (shown,) = article_lists.ids(c, Query())  # one story
        assert labels.tags_of(c, [shown]) == {shown: ["mine"]}
        unsubscribe(c, feed.id)
        (left,) = article_lists.ids(c, Query())
        assert articles.body(c, left) == "<p>What it says.</p>"
        assert labels.tags_of(c, [left]) == {left: ["mine"]}


@pytest.mark.parametrize("more", ["", " Then the boats go out again."])
def test_an_excerpt_gives_way_to_a_longer_text_alone(db: Path, more: str) -> None:
    text = "The harbour is closed while the ice is on the sea, and opens when it has gone."
    with closing(connect(db)) as c:
        feed = save(c, ready("one", text, link="https://a.example/1", excerpt=True), feed=subscribe(c))
        keep_all(c, [SavedPage("https://a.example/1", "Title of one", html=f"<p>{text}{more}</p>")], NOW)
        (id_,) = article_lists.ids(c, Query(feeds=(feed.id,), apart=True))
        assert articles.get(c, id_).offline is bool(more)


def test_what_another_site_says_about_a_page_is_not_that_page(db: Path, tmp_path: Path) -> None:
    with closing(connect(db)) as c:
        feed = save(c, ready("one", "What I think of it.", title="An essay to read", link="https://pages.example/1"))
    file = tmp_path / "pocket.csv"
    file.write_text(f"{HEAD}\nPlain speech,https://pages.example/1,1700000000,mine,archive\n", "utf-8")
    came, _ = take_in(db, file)
    assert came.said()[0] == "1 page saved."
    with closing(connect(db)) as c:
        (comment,) = article_lists.ids(c, Query(feeds=(feed.id,), apart=True))
        assert not articles.status(c, comment).read
        assert labels.tags_of(c, [comment]) == {}


@pytest.mark.parametrize("part", ["", "#comments", "#comment-2"])
@pytest.mark.parametrize("title", ["Boats", "Comment on Boats by Ann"])
@pytest.mark.parametrize("text", ["", "<p>The post itself says a lot about boats, and what they cost in winter.</p>"])
def test_a_page_is_none_of_the_comments_on_it(db: Path, text: str, title: str, part: str) -> None:
    with closing(connect(db)) as c:
        comment = ready("one", "I do not agree.", title="Comment on Boats by Ann", link="https://a.example/1#comment-1")
        feed = save(c, comment, feed=subscribe(c, "https://a.example/comments"))
        url = f"https://a.example/1{part}"
        page = SavedPage(url, title, tags=("mine",), is_read=True, is_starred=True, html=text)
        assert keep_all(c, [page], NOW).added == 1
        (row,) = article_lists.window(c, Query(feeds=(feed.id,), apart=True), 0, 9)
        assert (row.read, row.starred, labels.tags_of(c, [row.id])) == (False, False, {})


@pytest.mark.parametrize(
    ("title", "link"),
    [
        ("A remark: Boats", "https://remarks.example/feed"),
        ("Boats (2019)", "https://remarks.example/feed"),
        ("Boats 2", "https://a.example/feed"),
    ],
)
def test_a_starred_page_is_no_remark_on_it_and_no_other_of_its_series(db: Path, title: str, link: str) -> None:
    with closing(connect(db)) as c:
        other = ready("one", "A remark that is of its own.", title=title, link="https://a.example/1")
        feed = save(c, other, feed=subscribe(c, link))
        text = "<p>The post itself says a lot about boats, and what they cost in winter.</p>"
        page = SavedPage(
            "https://a.example/1", "Boats", html=text, is_starred=True, feed="https://a.example/posts", id="7"
        )
        assert keep_all(c, [page], NOW).added == 1
        (row,) = article_lists.window(c, Query(feeds=(feed.id,), apart=True), 0, 9)
        assert not row.starred


def test_a_page_is_none_of_its_changes_that_are_followed(db: Path) -> None:
    url = "https://a.example/terms"
    with closing(connect(db)) as c:
        feed = subscribe(c, url, "Terms")
        site_facts.put_page_list(c, feed.id, PageList("page"))
        save(c, *(ready(f"{url}#{n}", f"Terms of {n}.", title="Terms", link=url) for n in range(3)), feed=feed)
        assert keep_all(c, [SavedPage(url, "Terms", is_read=True)], NOW).added == 1
        assert article_lists.count(c, Query(feeds=(feed.id,), unread=True, apart=True)) == 3


@pytest.mark.parametrize(("added", "count"), [(NOW, 0), (NOW - timedelta(days=9), 1)])
def test_a_page_that_was_saved_before_an_article_was_published_is_another_one(
    db: Path, added: datetime, count: int
) -> None:
    url = "https://a.example/today"
    with closing(connect(db)) as c:
        save(c, ready("1", "Words of today.", title="Today", link=url, published=NOW - timedelta(days=1)))
        assert keep_all(c, [SavedPage(url, "Today", is_read=True, added=added)], NOW).added == count


def test_a_copy_of_an_article_has_the_marks_of_the_file_itself(db: Path) -> None:
    """Also where the two make no story: else they would leave with the feed."""
    url = "https://a.example/notes"
    with closing(connect(db)) as c:
        notes = [ready(day, f"A note of {day}.", title=f"Note of {day}", link=url) for day in ("Sunday", "Monday")]
        feed = save(c, *notes, feed=subscribe(c, "https://a.example/feed"))
        page = SavedPage(url, "Note of Sunday", is_read=True, is_starred=True, html="<p>A note of Sunday.</p>")
        keep_all(c, [page], NOW)
        unsubscribe(c, feed.id)
        (left,) = article_lists.window(c, Query(), 0, 9)
        assert (left.title, left.read, left.starred) == ("Note of Sunday", True, True)


def test_no_login_is_in_an_address_or_a_text_that_is_imported(db: Path, tmp_path: Path) -> None:
    url = "https://ann:secret@a.example"
    html = f"<p>Words, and <a href='{url}/more'>more of them</a>.</p>"
    pocket, wallabag = tmp_path / "pocket.csv", tmp_path / "wallabag.json"
    pocket.write_text(f"{HEAD}\nOne,{url}/1,1700000000,,unread\n")
    wallabag.write_text(json.dumps([{"title": "Two", "url": f"{url}/2", "content": html, "id": 7}]))
    for file in (pocket, wallabag):
        take_in(db, file)
    with closing(connect(db)) as c:
        rows = [json.dumps(row) for row in backup_rows(c, NOW)]
    assert sum('"type": "article"' in row for row in rows) == 2
    assert not any("secret" in row for row in rows)


def test_a_page_of_a_constant_address_with_other_content_is_another_one(db: Path, tmp_path: Path) -> None:
    """The one that a feed has here, if its title is that."""
    url, file = "https://a.example/daily", tmp_path / "wallabag.json"
    texts = {
        "Monday": "Ships came in at dawn with herring, and the market was full before eight.",
        "Tuesday": "A storm closed the harbour; nobody went out, and the school stayed empty too.",
    }
    with closing(connect(db)) as c:
        feed = subscribe(c, "https://a.example/feed", "A")
        for day, text in texts.items():
            save(c, ready(day, text, title=day, link=url), feed=feed)
    for day, text in texts.items():
        row = {"title": day, "url": url, "content": f"<p>{text}</p>", "is_starred": int(day > "N"), "tags": [day]}
        file.write_text(json.dumps([row]))
        take_in(db, file)
    with closing(connect(db)) as c:
        rows = article_lists.window(c, Query(apart=True), 0, 9)
        tags = labels.tags_of(c, [row.id for row in rows])
        assert {row.title for row in rows if row.starred} == {"Tuesday"}
        assert {(row.title, tag) for row in rows for tag in tags.get(row.id, ())} == {
            ("Monday", "Monday"),
            ("Tuesday", "Tuesday"),
        }


def test_pages_that_are_saved_while_they_are_about_to_go_stay(db: Path) -> None:
    page = SavedPage("https://a.example/1", "One")
    with closing(connect(db)) as c:
        for _ in range(2):  # a new one, and one that is here
            keep_all(c, [page], NOW)
            (feed,) = feeds.every(c)
            assert not feeds.leaving(c)
            feeds.leave(c, feed.id, 1, NOW)
        user_edits.save_copy(c, article_lists.ids(c, Query(feeds=(feed.id,)))[0], NOW)
        assert not feeds.leaving(c)
