import sqlite3
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from support.factories import NOW, ready, save, subscribe
from tuireader.errors import NotFoundError
from tuireader.model.feed import Feed, FeedSummary, Validators
from tuireader.model.query import Query, Rule
from tuireader.store import articles, feeds, labels, pruning, rules, statuses
from tuireader.store.queries import article_lists
from tuireader.urls.hosts import Reach
from tuireader.urls.identity import place


def test_adding_an_address_twice_gives_the_one_subscription(c: sqlite3.Connection) -> None:
    assert not feeds.has_any(c)
    first = feeds.add(c, "https://example.org/feed", title=" The\n Review ", site="https://example.org/", now=NOW)
    assert first == Feed(1, "https://example.org/feed", "The Review", "https://example.org/")
    again = feeds.add(c, "https://example.org/feed", title="Another", site="", now=NOW)
    assert again == first
    assert feeds.has_any(c)
    assert feeds.every(c) == [first]


def test_record_writes_all_that_a_feed_says(c: sqlite3.Connection) -> None:
    feed = replace(
        subscribe(c),
        url="https://example.org/moved",
        title="Renamed",
        site="https://example.org/new",
        validators=Validators('W/"a\u00e4"', "Mon, 01 Jan 2026 00:00:00 GMT"),
        body_hash=b"\x00\xff" * 16,
        checked=NOW,
        due=NOW + timedelta(hours=1),
        not_before=NOW + timedelta(minutes=5),
        pace=7200,
        failures=3,
        error="example.org is not responding.",
        gone=True,
        moved_to="https://elsewhere.example/feed",
        moved_hits=2,
        reach=Reach.PRIVATE,
    )
    feeds.record(c, feed)
    assert feeds.get(c, feed.id) == feed


@pytest.mark.parametrize("reach", Reach)
def test_whether_a_feed_is_inside_is_known_not_or_not_yet(c: sqlite3.Connection, reach: Reach) -> None:
    feed = feeds.add(c, "https://example.org/feed", title="", site="", now=NOW, reach=reach)
    assert feed.reach is reach
    feeds.record(c, feed)
    assert feeds.get(c, feed.id).reach is reach


def test_a_feed_that_moves_to_an_address_that_is_subscribed_to_keeps_its_own(c: sqlite3.Connection) -> None:
    one, two = subscribe(c), subscribe(c, "https://two.example/feed", "Two")
    feeds.record(c, replace(one, url=two.url, title="Renamed"))
    assert (feeds.get(c, one.id).url, feeds.get(c, one.id).title) == (one.url, "Renamed")
    assert feeds.get(c, two.id) == two


def test_record_of_a_feed_that_was_removed_does_nothing(c: sqlite3.Connection) -> None:
    feed = subscribe(c)
    feeds.remove(c, feed.id)
    feeds.record(c, feed)
    assert feeds.every(c) == []
    with pytest.raises(NotFoundError, match="No feed with ID 1"):
        feeds.get(c, feed.id)


def test_feeds_are_listed_by_title_whatever_its_case(c: sqlite3.Connection) -> None:
    for url, title in (("https://1.example/", "beta"), ("https://2.example/", "Alpha"), ("https://0.example/", "")):
        feeds.add(c, url, title=title, site="", now=NOW)
    assert [feed.title for feed in feeds.every(c)] == ["Alpha", "beta", ""]


def test_summaries_count_unread_and_all(c: sqlite3.Connection) -> None:
    one, two = subscribe(c), subscribe(c, "https://two.example/feed", "Two")
    save(c, ready("1"), ready("2"), feed=one)
    statuses.mark(c, article_lists.ids(c, Query())[:1], read=True)
    assert feeds.summaries(c) == [FeedSummary(one, 1, 2), FeedSummary(two, 0, 0)]


def test_due_gives_those_whose_time_has_come_longest_waiting_first(c: sqlite3.Connection) -> None:
    times = {
        "never asked": replace(subscribe(c, "https://1.example/"), due=None),
        "later": replace(subscribe(c, "https://2.example/"), due=NOW + timedelta(seconds=1)),
        "now": replace(subscribe(c, "https://3.example/"), due=NOW),
        "long": replace(subscribe(c, "https://4.example/"), due=NOW - timedelta(days=9)),
        "gone": replace(subscribe(c, "https://5.example/"), due=None, gone=True),
    }
    for feed in times.values():
        feeds.record(c, feed)
    assert feeds.due(c, NOW) == [times["never asked"], times["long"], times["now"]]


def test_a_name_from_a_list_stays_although_the_feed_fails_first(c: sqlite3.Connection) -> None:
    feed = subscribe(c, title="My Name")  # as an imported list names it
    feeds.rename(c, feed.id, "My Name")
    feeds.record(c, replace(feeds.get(c, feed.id), failures=1, error="no answer"))
    assert feeds.get(c, feed.id).custom_title == "My Name"
    feeds.record(c, replace(feeds.get(c, feed.id), title="Its Own Name", failures=0, error="", answered=NOW))
    assert feeds.get(c, feed.id).name == "My Name"


def test_a_title_of_the_users_own_stays_whatever_the_feed_says(c: sqlite3.Connection) -> None:
    feed = subscribe(c, title="The Example Review")
    save(c, ready("1"), feed=feed)
    feeds.rename(c, feed.id, "  My   Review ")
    feeds.record(c, replace(feed, title="Another Title"))
    renamed = feeds.get(c, feed.id)
    assert (renamed.name, renamed.custom_title, renamed.title) == ("My Review", "My Review", "Another Title")
    (headline,) = article_lists.window(c, Query(), 0, 2)
    assert headline.feed_title == articles.get(c, headline.id).feed_title == "My Review"
    for text in ("my review", "another title", "My"):
        assert feeds.find(c, text).id == feed.id
    assert article_lists.count(c, Query(text="feed:my ")) == article_lists.count(c, Query(text="feed:another ")) == 1
    feeds.rename(c, feed.id, " ")
    assert feeds.get(c, feed.id).name == "Another Title"


def test_options_of_a_feed(c: sqlite3.Connection) -> None:
    feed = subscribe(c)
    feeds.set_option(c, feed.id, "full_text", "always")
    feeds.set_option(c, feed.id, "full_text", "never")
    feeds.set_option(c, feed.id, "pictures", "no")
    feeds.set_option(c, 99, "full_text", "never")
    assert feeds.options(c, feed.id) == {"full_text": "never", "pictures": "no"}
    feeds.set_option(c, feed.id, "pictures", None)
    assert feeds.options(c, feed.id) == {"full_text": "never"}
    feeds.remove(c, feed.id)
    assert c.execute("SELECT count(*) FROM feed_option").fetchone() == (0,)


def test_removing_a_feed_takes_its_articles_and_no_others(c: sqlite3.Connection) -> None:
    one, two = subscribe(c), subscribe(c, "https://two.example/feed", "Two")
    save(c, ready("1", "harbour", categories=("K", "Only"), authors=("A",)), feed=one)
    save(c, ready("1", "harbour", categories=("K",)), feed=two)
    feeds.remove(c, one.id)
    assert [headline.feed_id for headline in article_lists.window(c, Query(text="harbour "), 0, 9)] == [two.id]
    assert [facet.name for facet in article_lists.categories(c, Query())] == ["K"]
    assert article_lists.ids(c, Query(categories=("Only",))) == []
    for table, left in (("body", 1), ("label_article", 2), ("search", 1), ("label", 3)):
        assert c.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == left, table
    feeds.remove(c, 99)
    assert feeds.every(c) == [two]


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://review.example/feed", "https://review.example/feed"),
        ("2", "https://daily.example/feed"),
        ("Review", "https://review.example/feed"),
        ("the review", "https://review.example/feed"),
        ("RÉVIEW of books", "https://books.example/feed"),
        ("daily", "https://daily.example/feed"),
        ("books.example", "https://books.example/feed"),
        ("http://www.books.example/", "https://books.example/feed"),
        ("HTTP://Books.Example:80/FEED/", "https://books.example/feed"),
        ("books.example./feed?utm_source=x", "https://books.example/feed"),
    ],
)
def test_a_feed_is_found_by_address_id_or_part_of_its_title(c: sqlite3.Connection, text: str, url: str) -> None:
    for address, title in (("review", "The Review"), ("daily", "Daily Notes"), ("books", "Réview of Books")):
        feeds.add(c, f"https://{address}.example/feed", title=title, site=f"https://{address}.example/", now=NOW)
    assert feeds.find(c, text).url == url


def test_no_address_at_all_means_no_feed(c: sqlite3.Connection) -> None:
    feeds.add(c, "https://1.example/feed", title="One", site="", now=NOW)
    with pytest.raises(NotFoundError, match="No feed named “https://”"):
        feeds.find(c, "https://")


def test_a_name_that_more_than_one_has_is_a_sentence_that_names_them(c: sqlite3.Connection) -> None:
    subscribe(c, "https://1.example/feed", "One Review")
    subscribe(c, "https://2.example/feed", "Two Review")
    with pytest.raises(NotFoundError) as error:
        feeds.find(c, "review")
    assert str(error.value) == (
        "“review” matches 2 feeds: One Review (id 1, 1.example), Two Review (id 2, 2.example). Use the address or ID."
    )


@pytest.mark.parametrize("text", ["nothing", "", " ", "9"])
def test_a_name_that_none_has_is_a_sentence(c: sqlite3.Connection, text: str) -> None:
    subscribe(c)
    feeds.add(c, "https://untitled.example/", title="", site="", now=NOW)
    with pytest.raises(NotFoundError, match="To list feeds: tuireader feeds"):
        feeds.find(c, text)


def test_of_two_feeds_that_become_one_all_stays(c: sqlite3.Connection) -> None:
    kept, other = (subscribe(c, f"https://example.org/{name}") for name in ("new", "old"))
    save(c, ready("both"), feed=kept)
    save(c, ready("both"), ready("old"), ready("removed"), feed=other)
    there = [articles.get(c, id_) for id_ in article_lists.ids(c, Query(feeds=(other.id,), apart=True))]
    ids = {article.guid: article.id for article in there}
    labels.add_tags(c, [ids["both"], ids["old"]], ["mine"])
    statuses.mark(c, [ids["removed"]], now=lambda: NOW, read=True)
    assert pruning.prune(c, [ids["removed"]]) == 1
    removed = c.execute("SELECT count(*) FROM pruned WHERE feed_id = ?", (other.id,)).fetchone()
    feeds.take_over(c, kept.id, other.id)
    assert [each.id for each in feeds.every(c)] == [kept.id]
    assert feeds.counts(c, kept.id) == (2, 2)
    assert len(article_lists.ids(c, Query(tags=("mine",), apart=True))) == 2
    assert feeds.by_place(c)[place(other.url)] == kept.id
    assert c.execute("SELECT count(*) FROM pruned WHERE feed_id = ?", (kept.id,)).fetchone() == removed


def test_of_two_feeds_that_become_one_articles_at_one_address_stay_apart(c: sqlite3.Connection) -> None:
    kept, other = (subscribe(c, f"https://example.org/{name}") for name in ("new", "old"))
    same = "https://example.org/changelog"
    save(c, *(ready(f"new{n}", title=f"Release {n}", link=same) for n in (8, 9)), feed=kept)
    save(c, *(ready(f"old{n}", title=f"Release {n}", link=same) for n in range(4)), feed=other)
    ids = {
        article.title: article.id
        for article in (articles.get(c, id_) for id_ in article_lists.ids(c, Query(apart=True)))
    }
    statuses.mark(c, [ids["Release 2"]], now=lambda: NOW, starred=True)
    labels.add_tags(c, [ids["Release 1"]], ["mine"])
    feeds.take_over(c, kept.id, other.id)
    assert feeds.counts(c, kept.id) == (6, 6)
    assert [articles.get(c, id_).title for id_ in article_lists.ids(c, Query(starred=True, apart=True))] == [
        "Release 2"
    ]
    assert [articles.get(c, id_).title for id_ in article_lists.ids(c, Query(tags=("mine",), apart=True))] == [
        "Release 1"
    ]


@pytest.mark.parametrize(("days", "is_one"), [(0, True), (1, True), (1, False), (7, False)])
def test_of_two_feeds_that_become_one_each_issue_at_one_address_stays(
    c: sqlite3.Connection, days: int, *, is_one: bool
) -> None:
    kept, other = (subscribe(c, f"https://example.org/{name}") for name in ("new", "old"))
    link = "https://example.org/deal/now"
    texts = [" ".join(f"{name}{n}" for n in range(40)) for name in ("old", "old" if is_one else "new")]
    save(c, ready("41", texts[0], title="Deal 41", link=link, published=NOW - timedelta(days=days)), feed=other)
    save(c, ready("42", texts[1], title="Deal 42", link=link, published=NOW), feed=kept)
    (first,) = article_lists.ids(c, Query(feeds=(other.id,), apart=True))
    statuses.mark(c, [first], now=lambda: NOW, starred=True)
    feeds.take_over(c, kept.id, other.id)
    ids = article_lists.ids(c, Query(apart=True))
    titles = {articles.get(c, id_).title: articles.status(c, id_).starred for id_ in ids}
    assert titles == ({"Deal 42": True} if is_one else {"Deal 41": True, "Deal 42": False})


def test_of_two_feeds_that_become_one_articles_of_one_link_or_none_are_not_doubled(
    c: sqlite3.Connection,
) -> None:
    kept, other = (subscribe(c, f"https://example.org/{name}") for name in ("new", "old"))
    for feed in (kept, other):  # a server makes the guids of addresses and titles
        some = [
            ready(f"{feed.id} {n}", f"Text of {n}.", title=f"T{n}", link=link, published=NOW - timedelta(hours=n))
            for n, link in enumerate(["", "", "https://example.org/", "https://example.org/"])
        ]
        save(c, *some, feed=feed)
    feeds.take_over(c, kept.id, other.id)
    assert feeds.counts(c, kept.id) == (4, 4)


@pytest.mark.parametrize("is_kept_by_user", [True, False])
def test_of_two_feeds_that_become_one_what_the_user_did_stays_when_a_rule_goes(
    c: sqlite3.Connection, *, is_kept_by_user: bool
) -> None:
    kept, other = (subscribe(c, f"https://example.org/{name}") for name in ("new", "old"))
    for feed in (kept, other):
        save(c, ready("same", "Text of it.", link="https://example.org/1"), feed=feed)
    by_user, by_rule = (kept, other) if is_kept_by_user else (other, kept)
    (own,) = article_lists.ids(c, Query(feeds=(by_user.id,), apart=True))
    c.execute("UPDATE article SET story = NULL, aside = 0")
    statuses.mark(c, [own], starred=True, read=True)
    statuses.tag(c, [own], ["mine"])
    rule = rules.add(c, Rule("", star=True, read=True, tags=("mine",), feed_id=by_rule.id), NOW)
    rules.apply(c, rule, article_lists.ids(c, Query(feeds=(by_rule.id,), apart=True)))
    feeds.take_over(c, kept.id, other.id)
    (id_,) = article_lists.ids(c, Query(apart=True))
    rules.take_back(c, rule)
    status = articles.status(c, id_)
    assert (status.read, status.starred, labels.tags_of(c, [id_])) == (True, True, {id_: ["mine"]})


def test_of_two_feeds_that_become_one_articles_have_the_marks_of_both(c: sqlite3.Connection) -> None:
    kept, other = (subscribe(c, f"https://example.org/{name}") for name in ("new", "old"))
    for feed in (kept, other):
        save(c, *(ready(f"{feed.id}-{n}", link=f"https://example.org/{n}") for n in range(3)), feed=feed)
    old = article_lists.ids(c, Query(feeds=(other.id,), apart=True))
    links = {articles.get(c, id_).link: id_ for id_ in old}
    statuses.mark(c, [links["https://example.org/1"]], now=lambda: NOW, starred=True)
    statuses.mark(c, [links["https://example.org/2"]], now=lambda: NOW, read=True)
    statuses.save_position(c, links["https://example.org/0"], 7)
    feeds.take_over(c, kept.id, other.id)
    by_link = {
        articles.get(c, id_).link[-1]: articles.status(c, id_) for id_ in article_lists.ids(c, Query(apart=True))
    }
    assert {link: (each.read, each.starred, each.position) for link, each in by_link.items()} == {
        "0": (False, False, 7), "1": (False, True, 0), "2": (True, False, 0)
    }  # fmt: skip
    assert c.execute("SELECT count(*) FROM former_guid").fetchone() == (3,)


def test_of_two_feeds_that_become_one_articles_have_the_longer_text_and_what_rules_did(c: sqlite3.Connection) -> None:
    kept, other = (subscribe(c, f"https://example.org/{name}") for name in ("new", "old"))
    save(c, ready("both", "The beginning."), ready("same", "As long as that."), feed=kept)
    save(c, ready("both", "The beginning, and all that follows it."), ready("same", "Just as long."), feed=other)
    (hidden,) = (id_ for id_ in article_lists.ids(c, Query(feeds=(other.id,))) if articles.get(c, id_).guid == "same")
    rule = rules.add(c, Rule("", hide=True, star=True, feed_id=other.id), NOW)
    rules.apply(c, rule, [hidden])
    feeds.take_over(c, kept.id, other.id)
    guids = {articles.get(c, id_).guid: id_ for id_ in article_lists.ids(c, Query(text="is:hidden "))}
    assert guids.keys() == {"same"}
    assert articles.body(c, guids["same"]) == "<p>As long as that.</p>"
    (shown,) = article_lists.ids(c, Query())
    assert (articles.body(c, shown), articles.get(c, shown).words) == (
        "<p>The beginning, and all that follows it.</p>",
        7,
    )
    assert article_lists.ids(c, Query(text="follows ")) == [shown]
    rules.take_back(c, rule)
    assert {articles.status(c, id_).starred for id_ in article_lists.ids(c, Query())} == {False}
    assert len(article_lists.ids(c, Query())) == 2


@pytest.mark.parametrize(("leaving", "stays"), [("new", True), ("old", True), ("new old", False), ("", True)])
def test_of_two_feeds_that_become_one_the_one_that_the_user_keeps_stays(
    c: sqlite3.Connection, leaving: str, stays: bool
) -> None:
    by_name = {name: subscribe(c, f"https://example.org/{name}") for name in ("new", "old")}
    for name in leaving.split():
        feeds.leave(c, by_name[name].id, 1, NOW)
    feeds.take_over(c, by_name["new"].id, by_name["old"].id)
    assert list(feeds.leaving(c)) == ([] if stays else [by_name["new"].id])


def test_a_feed_takes_over_another_in_which_its_guids_are_of_other_articles(c: sqlite3.Connection) -> None:
    own, other = subscribe(c, "https://one.example/feed", "One"), subscribe(c, "https://two.example/feed", "Two")
    facts: dict[str, Any] = {"title": "A post", "link": "https://one.example/post", "published": NOW}
    save(c, ready("x", "The text of the post in many words.", **facts), feed=own)
    save(
        c,
        ready("x", "Something else is told under this guid now.", **facts),
        ready("y", "The text of the post in many words.", **facts),
        feed=other,
    )
    feeds.take_over(c, own.id, other.id)
    texts = sorted(articles.body(c, id_)[3:7] for id_ in article_lists.ids(c, Query(apart=True)))
    assert texts == ["Some", "The "]
