import hashlib
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from support.factories import NOW, ago, only, ready, save, save_plan, subscribe, titles
from tuireader.errors import NotFoundError
from tuireader.library.refreshing import match_entries
from tuireader.library.refreshing.match_entries import known_entries
from tuireader.model.article import Article, Headline, Status
from tuireader.model.fetched import Known, ParsedEntry, Plan
from tuireader.model.query import Query
from tuireader.store import articles, feeds, save_articles, statuses
from tuireader.store.queries import article_lists


def test_saving_says_which_articles_are_new_and_which_were_edited(c: sqlite3.Connection) -> None:
    feed = subscribe(c)
    first = save_plan(c, feed, Plan(new=(ready("2"), ready("1"))), NOW)
    assert [articles.get(c, article_id).guid for article_id in first.new] == ["2", "1"]
    assert first.changed == ()
    edited = ready("1", "Other words.")
    again = save_plan(c, feed, Plan(new=(ready("3"),), changed=((first.new[1], edited),)), NOW)
    assert [articles.get(c, article_id).guid for article_id in again.new] == ["3"]
    assert again.changed == (first.new[1],)
    late = save_plan(c, feed, Plan(new=(ready("3", "Edited."), edited)), NOW)  # another process saved them meanwhile
    assert (late.new, late.changed) == ((), again.new)
    feeds.remove(c, feed.id)
    assert save_plan(c, feed, Plan(new=(ready("4"),)), NOW).new == ()


WHOLE = [f"Word{number}" for number in range(200)]


@pytest.mark.parametrize(
    ("edited", "is_kept"),
    [
        ("", True),
        ("Unsubscribed from This article.", True),
        (" ".join(WHOLE[:60]), True),
        (" ".join([*WHOLE[:70], "Read", "more", "here"]), True),
        (" ".join(WHOLE[:150]), False),  # a paragraph was taken out
        (" ".join(f"Other{number}" for number in range(90)), False),
        (" ".join([*WHOLE, "Update."]), False),
    ],
)
def test_what_is_left_of_a_text_does_not_replace_it(c: sqlite3.Connection, edited: str, is_kept: bool) -> None:
    """A site that takes its texts back, or has a bad day, empties no archive."""
    feed = subscribe(c)
    (there,) = save_plan(c, feed, Plan(new=(ready("1", " ".join(WHOLE), title="Before"),)), NOW).new
    save_plan(c, feed, Plan(changed=((there, ready("1", edited, title="After")),)), NOW)
    article, html = articles.get(c, there), articles.body(c, there)
    assert article.title == "After"
    assert (html == f"<p>{' '.join(WHOLE)}</p>", article.words == 200, article.offline) == (is_kept, is_kept, True)
    assert article_lists.count(c, Query(text="word199 ")) == int(is_kept or "Word199" in edited)


def test_an_article_comes_back_as_it_was_saved(c: sqlite3.Connection) -> None:
    published = datetime(2025, 6, 30, 8, 15, tzinfo=UTC)
    feed = save(
        c,
        ready(
            "https://example.org/?p=1",
            "Although “they” have been rivals 日本",
            title="China and Russia",
            link="https://example.org/2017/06/china/",
            authors=("Andrew Zirkle", "Zoë Ångström-Díaz"),
            categories=("China/Russia", "Science & Tech"),
            published=published,
            updated=NOW,
        ),
    )
    assert articles.get(c, only(c)) == Article(
        id=only(c),
        feed_id=feed.id,
        feed_title="The Example Review",
        feed_url="https://example.org/feed",
        guid="https://example.org/?p=1",
        title="China and Russia",
        link="https://example.org/2017/06/china/",
        authors=("Andrew Zirkle", "Zoë Ångström-Díaz"),
        categories=("China/Russia", "Science & Tech"),
        published=published,
        updated=NOW,
        date=published,
        words=6,
        offline=True,
    )
    assert articles.body(c, only(c)) == "<p>Although “they” have been rivals 日本</p>"
    assert articles.status(c, only(c)) == Status()
    assert article_lists.window(c, Query(), 0, 5) == [
        Headline(
            id=only(c),
            feed_id=feed.id,
            feed_title="The Example Review",
            title="China and Russia",
            authors=("Andrew Zirkle", "Zoë Ångström-Díaz"),
            date=published,
            words=6,
            read=False,
            starred=False,
        )
    ]


def test_bodies_are_compressed(c: sqlite3.Connection) -> None:
    save(c, ready("1", "The same again and again. " * 200))
    assert c.execute("SELECT length(html) FROM body").fetchone()[0] < 200
    assert articles.body(c, only(c)) == f"<p>{'The same again and again. ' * 200}</p>"


@pytest.mark.parametrize("html", ["", "\ud800 lone", "<p>" + "x" * 300_000, "\x00", "😀é" * 5000])
def test_any_body_is_kept(c: sqlite3.Connection, html: str) -> None:
    save(c, ready("1", html=html))
    assert articles.body(c, only(c)) == html.replace("\ud800", "?")


def test_lone_surrogates_anywhere_are_no_error(c: sqlite3.Connection) -> None:
    bad = "a\udfffb"
    save(c, ready(f"{bad}1", bad, title=bad, link=bad, authors=(bad,), categories=(bad,)))
    article = articles.get(c, only(c))
    assert (article.title, article.link, article.authors, article.categories) == ("a?b", "a?b", ("a?b",), ("a?b",))


def test_the_date_is_published_else_updated_else_now_and_never_in_the_future(c: sqlite3.Connection) -> None:
    feed = save(c, ready("0", published=ago(days=9)))
    save(
        c,
        ready("1", published=ago(days=3), updated=ago(days=1)),
        ready("2", updated=ago(days=1)),
        ready("3"),
        ready("4", published=ago(days=-400)),
        ready("5", published=datetime(1, 1, 1, tzinfo=UTC)),
        ready("6", published=datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        feed=feed,
    )
    dates = {headline.title[-1]: headline.date for headline in article_lists.window(c, Query(), 0, 9)}
    assert dates == {
        "0": ago(days=9),
        "1": ago(days=3),
        "2": ago(days=1),
        "3": NOW,
        "4": NOW,
        "5": datetime(2, 1, 1, tzinfo=UTC),
        "6": NOW,
    }


def test_of_the_first_entries_of_a_feed_those_without_a_date_come_last_and_none_is_newer_than_it_says(
    c: sqlite3.Connection,
) -> None:
    save(
        c,
        ready("About"),
        ready("Next week", published=ago(days=-7)),
        ready("New", published=ago(days=2)),
        ready("Old", updated=ago(days=90)),
        ready("Contact"),
    )
    save(c, ready("Today", published=ago(hours=1)))
    dates = {
        headline.title.removeprefix("Title of "): headline.date for headline in article_lists.window(c, Query(), 0, 9)
    }
    oldest = ago(days=90)
    assert dates == {
        "Today": ago(hours=1),
        "Next week": ago(days=2),
        "New": ago(days=2),
        "Old": oldest,
        "About": oldest - timedelta(seconds=1),
        "Contact": oldest - timedelta(seconds=1),
    }
    assert list(dates)[-2:] == ["About", "Contact"]


def test_without_dates_the_order_is_the_feeds_own_and_later_entries_are_newer(c: sqlite3.Connection) -> None:
    feed = save(c, ready("b"), ready("a"))
    save(c, ready("d"), ready("c"), feed=feed)
    assert titles(c) == ["Title of d", "Title of c", "Title of b", "Title of a"]


def test_known_gives_ids_and_digests_of_this_feed_only(c: sqlite3.Connection) -> None:
    one, other = ready("https://example.org/1"), ready("https://example.org/2")
    feed = save(c, one)
    save(c, other, feed=subscribe(c, "https://other.example/feed"))
    found = save_articles.known(c, feed.id, [one.entry.guid, other.entry.guid, "never seen"])
    assert found == {one.entry.guid: Known(1, one.digest)}


def test_a_guid_that_changes_from_http_to_https_is_the_same_article(c: sqlite3.Connection) -> None:
    before = ready("http://example.org/1")
    feed = save(c, before)
    after = ready("https://example.org/1", title="Edited")
    there = save_articles.known(c, feed.id, [after.entry.guid])[after.entry.guid]
    assert there.digest == before.digest
    save_plan(c, feed, Plan(changed=((there.id, after),)), NOW)
    assert articles.get(c, only(c)).guid == "https://example.org/1"


def test_the_same_guid_twice_in_one_feed_is_one_article(c: sqlite3.Connection) -> None:
    save(c, ready("1", title="First"), ready("1", title="Second"), ready("2", title="Third"))
    assert titles(c) == ["First", "Third"]


def test_the_same_guid_in_two_feeds_is_two_articles(c: sqlite3.Connection) -> None:
    save(c, ready("1"))
    save(c, ready("1"), feed=subscribe(c, "https://other.example/feed"))
    assert article_lists.count(c, Query()) == 2


def test_saving_what_another_process_saved_meanwhile_doubles_nothing(c: sqlite3.Connection) -> None:
    feed = save(c, ready("1", title="As it was"))
    save(c, ready("1", title="As it was"), feed=feed)
    assert titles(c) == ["As it was"]
    save(c, ready("1", title="Edited"), feed=feed)
    assert titles(c) == ["Edited"]


def test_articles_that_leave_the_feed_stay(c: sqlite3.Connection) -> None:
    feed = save(c, ready("1"))
    save(c, ready("2"), feed=feed)
    save_plan(c, feed, Plan(unchanged=1), NOW)
    assert article_lists.count(c, Query()) == 2


def test_an_edit_keeps_marks_position_and_place(c: sqlite3.Connection) -> None:
    feed = save(
        c,
        ready("2", published=ago(days=1)),
        ready("1", "Old words here.", published=ago(days=2), authors=("A",), categories=("Old", "Both")),
    )
    (id_,) = [headline.id for headline in article_lists.window(c, Query(authors=("A",)), 0, 9)]
    statuses.mark(c, [id_], read=True, starred=True)
    statuses.save_position(c, id_, 42)
    edited = ready(
        "1",
        "Old words here: corrected.",
        title="Edited",
        published=NOW,
        authors=("B", "C"),
        categories=("Both", "New"),
        link="https://example.org/new",
    )
    save_plan(c, feed, Plan(changed=((id_, edited),)), NOW)

    article = articles.get(c, id_)
    assert (article.title, article.authors, article.categories) == ("Edited", ("B", "C"), ("Both", "New"))
    assert (article.published, article.date, article.words) == (NOW, ago(days=2), 4)
    assert articles.status(c, id_) == Status(read=True, starred=True, position=42)
    assert articles.body(c, id_) == "<p>Old words here: corrected.</p>"
    assert titles(c) == ["Title of 2", "Edited"]
    assert titles(c, Query(text="corrected ")) == ["Edited"]
    assert titles(c, Query(categories=("new",), starred=True)) == ["Edited"]
    assert titles(c, Query(authors=("A",))) == []
    assert [(facet.name, facet.unread) for facet in article_lists.categories(c, Query())] == [
        ("", 1),
        ("Both", 0),
        ("New", 0),
    ]


def test_an_edit_of_an_article_that_is_gone_is_passed_over(c: sqlite3.Connection) -> None:
    feed = subscribe(c)
    save_plan(c, feed, Plan(changed=((7, ready("1")),)), NOW)
    assert article_lists.count(c, Query()) == 0


def test_an_edit_cannot_take_the_guid_of_another(c: sqlite3.Connection) -> None:
    feed = save(c, ready("1"), ready("2"))
    first = save_articles.known(c, feed.id, ["1"])["1"].id
    save_plan(c, feed, Plan(changed=((first, ready("2", title="Edited")),)), NOW)
    assert articles.get(c, first).guid == "1"
    assert articles.get(c, first).title == "Edited"


def test_full_text_replaces_the_excerpt_and_survives_edits(c: sqlite3.Connection) -> None:
    feed = save(c, ready("1", "Only the beginning […]", excerpt=True, authors=("A",), categories=("K",)))
    assert not articles.get(c, only(c)).offline
    save_articles.save_full_text(c, only(c), "<p>All of the treasure.</p>", "All of the treasure.", 4)
    assert articles.body(c, only(c)) == "<p>All of the treasure.</p>"
    assert (articles.get(c, only(c)).words, articles.get(c, only(c)).offline) == (4, True)
    assert titles(c, Query(text="treasure author:A category:K ")) == ["Title of 1"]
    assert titles(c, Query(text="beginning ")) == []

    save_plan(
        c, feed, Plan(changed=((only(c), ready("1", "Another beginning […]", title="Edited", excerpt=True)),)), NOW
    )
    assert articles.body(c, only(c)) == "<p>All of the treasure.</p>"
    assert (articles.get(c, only(c)).words, articles.get(c, only(c)).offline) == (4, True)
    assert titles(c, Query(text="edited treasure ")) == ["Edited"]


def test_full_text_of_an_article_that_is_gone_is_passed_over(c: sqlite3.Connection) -> None:
    save_articles.save_full_text(c, 7, "<p>x</p>", "x", 1)
    assert article_lists.count(c, Query(text="x ")) == 0


def test_names_that_differ_in_case_space_or_composition_are_one_and_the_first_spelling_stays(
    c: sqlite3.Connection,
) -> None:
    feed = save(c, ready("1", categories=("Élysée  Palace", "élysée palace", "News"), authors=("Zoë\n A",)))
    save(c, ready("2", categories=("E\u0301LYSÉE PALACE", "NEWS"), authors=("zoe\u0308 a", " ")), feed=feed)
    assert [(facet.name, facet.total) for facet in article_lists.categories(c, Query())] == [
        ("News", 2),
        ("Élysée Palace", 2),
    ]
    assert [(facet.name, facet.total) for facet in article_lists.authors(c, Query())] == [("Zoë A", 2)]
    assert [articles.get(c, headline.id).categories for headline in article_lists.window(c, Query(), 0, 9)] == [
        ("Élysée Palace", "News"),
        ("Élysée Palace", "News"),
    ]


def at(c: sqlite3.Connection, url: str) -> list[int]:
    return [article.id for article in articles.at(c, url)]


def test_the_very_address_comes_first_and_http_www_slash_and_fragment_are_forgiven(c: sqlite3.Connection) -> None:
    save(c, ready("1", link="https://www.example.org/a/"), ready("2", link="http://example.org/a"), ready("3", link=""))
    ids = save_articles.known(c, 1, ["1", "2"])
    assert at(c, "http://example.org/a") == [ids["2"].id, ids["1"].id]
    assert at(c, "https://www.example.org/a/") == [ids["1"].id, ids["2"].id]
    assert set(at(c, "https://example.org/a#more")) == {ids["1"].id, ids["2"].id}
    assert at(c, "https://example.org/b") == at(c, "") == []


@pytest.mark.parametrize("link", ["https://Example.org/c%20d", "HTTPS://www.EXAMPLE.org./c%20d?utm_source=feed"])
@pytest.mark.parametrize("typed", ["https://example.org/c%20d", "http://EXAMPLE.ORG:80/c%20d#top"])
def test_all_spellings_of_an_address_are_one(c: sqlite3.Connection, link: str, typed: str) -> None:
    save(c, ready("1", link=link))
    assert at(c, typed) == [save_articles.known(c, 1, ["1"])["1"].id]


@pytest.mark.parametrize("ask", [articles.get, articles.status, articles.body])
def test_an_article_that_is_not_there_is_a_sentence(c: sqlite3.Connection, ask: object) -> None:
    with pytest.raises(NotFoundError, match="No article with ID 7"):
        ask(c, 7)  # type: ignore[operator]


def test_saving_for_a_feed_that_was_removed_meanwhile_does_nothing(c: sqlite3.Connection) -> None:
    feed = subscribe(c)
    feeds.remove(c, feed.id)
    save(c, ready("1"), feed=feed)
    assert article_lists.count(c, Query()) == 0
    assert feeds.every(c) == []


def test_the_feeds_own_row_is_written_with_its_articles(c: sqlite3.Connection) -> None:
    feed = subscribe(c)
    save(c, ready("1"), feed=replace(feed, title="Renamed", checked=NOW, failures=0))
    assert feeds.get(c, feed.id).title == "Renamed"
    assert articles.get(c, only(c)).feed_title == "Renamed"


def test_a_save_that_fails_half_way_leaves_nothing(c: sqlite3.Connection) -> None:
    feed = subscribe(c)
    c.execute("CREATE TRIGGER stop BEFORE UPDATE ON feed BEGIN SELECT RAISE(ABORT, 'stop'); END")
    with pytest.raises(sqlite3.IntegrityError, match="stop"):
        save(c, ready("1", categories=("K",), authors=("A",)), feed=feed)
    c.execute("DROP TRIGGER stop")
    for table in ("article", "body", "label_article", "search"):
        assert c.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0
    save(c, ready("1"), feed=feed)
    assert article_lists.count(c, Query()) == 1


def test_ids_are_never_used_again(c: sqlite3.Connection) -> None:
    feed = save(c, ready("1"))
    before = only(c)
    feeds.remove(c, feed.id)
    again = save(c, ready("1"))
    assert again.id > feed.id
    assert only(c) > before


def test_an_article_keeps_few_of_many_former_guids(c: sqlite3.Connection) -> None:
    """Some feeds give other guids at each fetch."""
    save(c, ready("0"))
    (id_,) = article_lists.ids(c, Query())
    for number in range(1, 100):
        save_articles.change_guid(c, id_, str(number))
    (feed,) = feeds.every(c)
    there = save_articles.formerly(c, feed.id, map(str, range(100)))
    assert len(there) == 20
    assert there["98"][0] == id_


def test_an_article_is_known_by_the_hash_that_miniflux_has_of_its_guid(c: sqlite3.Connection) -> None:
    """As when Miniflux is left, and the publisher has moved its date, or corrected its title, since."""
    link, html = "https://site.example/one", f"<p>{' '.join(f'word{n}' for n in range(40))}</p>"
    name = hashlib.sha256(b"post-1").hexdigest()
    feed = save(c, ready(name, title="One", link=link, published=NOW, html=html))
    (id_,) = article_lists.ids(c, Query())
    for change in ({"published": NOW + timedelta(hours=1)}, {"title": "Onw", "published": NOW}):
        entry = ParsedEntry("post-1", **{"title": "One", "link": link, "html": html, **change})  # type: ignore[arg-type]
        assert match_entries.find_entries(c, feed.id, [entry])["post-1"] is not None
    other = ParsedEntry("post-2", "One", link, published=NOW + timedelta(hours=1), html="<p>Other words</p>")
    assert known_entries(c, feed, [other]) == {}
    assert known_entries(c, feed, [entry])["post-1"].id == id_


def test_a_text_is_the_same_however_its_paragraphs_are_made(c: sqlite3.Connection) -> None:
    """A server keeps a plain description as it is, of which paragraphs are made here; and it cuts titles elsewhere."""
    link, words = "https://site.example/notes", " ".join(f"word{n}" for n in range(20))
    plain, made = f"<p>{words} {words}</p>", f"<p>{words}</p><p>{words}</p>"
    title = "Notes of an episode"
    feed = save(c, ready(f"{link} {title}", title=title, link=link, published=NOW, html=plain))
    entry = ParsedEntry("episode-1", title, link, published=NOW + timedelta(hours=1), html=made)
    assert known_entries(c, feed, [entry]).keys() == {"episode-1"}


@pytest.mark.parametrize(
    "html", [f"<p>{' '.join(f'word{n}' for n in range(40))}</p>", '<img src="https://a.example/1.png">']
)
def test_the_guid_made_for_an_article_is_no_name_of_it_once_its_feed_gives_one(
    c: sqlite3.Connection, html: str
) -> None:
    """As when a Google Reader server is left, while the publisher moves its date; other machines know other guids."""
    title, link = "The daily column", "https://site.example/column"
    made = f"{link} {title}"
    feed = save(c, ready(made, title=title, link=link, published=NOW, html=html))
    entry = ParsedEntry("day-0", title, link, published=NOW + timedelta(minutes=10), html=html)
    (id_,) = article_lists.ids(c, Query())
    assert known_entries(c, feed, [entry])["day-0"].id == id_
    assert save_articles.formerly(c, feed.id, [made]) == {}
    other = replace(entry, guid="day-1", html="<p>Some other words on another day</p>")
    assert known_entries(c, feed, [other]) == {}
