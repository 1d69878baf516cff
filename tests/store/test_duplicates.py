"""One story once: what several feeds tell is one row, and different articles are never one."""

from __future__ import annotations

import random
import sqlite3
from dataclasses import replace
from datetime import timedelta

import pytest

from support.factories import NOW, save, save_plan, subscribe, titles
from tuireader.library.reading import user_edits
from tuireader.library.refreshing.match_entries import prepare
from tuireader.library.rules import expire
from tuireader.model.article import Status
from tuireader.model.feed import Feed
from tuireader.model.fetched import ParsedEntry, Plan, Prepared
from tuireader.model.query import Query, Rule
from tuireader.store import articles, duplicates, feeds, folders, rules, save_articles, statuses
from tuireader.store.queries import article_lists
from tuireader.store.row_values import id_list
from tuireader.text import shingles
from tuireader.text.shingles import likeness, sketch

CORPUS = random.Random(7)
WORDS = [
    "".join(CORPUS.choice("bcdfghklmnprstvw") + CORPUS.choice("aeiou") for _ in range(CORPUS.randint(1, 4)))
    for _ in range(3000)
]


def text_of(chance: random.Random, words: int) -> list[str]:
    """Words as they are in texts: few of them very often."""
    return [WORDS[min(int(chance.paretovariate(0.4)) - 1, len(WORDS) - 1)] for _ in range(words)]


def entry(number: str, title: str, words: list[str], link: str = "") -> Prepared:
    paragraphs = (" ".join(words[at : at + 60]) for at in range(0, len(words), 60))
    html = "".join(f"<p>{paragraph}.</p>" for paragraph in paragraphs)
    return prepare(ParsedEntry(number, title, link or f"https://{number}.example/told", published=NOW, html=html))


def edited(chance: random.Random, words: list[str]) -> list[str]:
    """A text in which a few words are others, and one sentence is gone."""
    changed = list(words)
    for _ in range(max(1, len(words) // 60)):
        changed[chance.randrange(len(changed))] = "corrected"
    at = chance.randrange(len(changed) - 8)
    return [*changed[:at], *changed[at + 8 :]]


def feeds_named(c: sqlite3.Connection, count: int) -> list[Feed]:
    return [subscribe(c, f"https://{number}.example/feed", f"Feed {number}") for number in range(count)]


def test_twenty_feeds_that_repeat_each_other_in_five_ways(c: sqlite3.Connection) -> None:
    chance = random.Random(1)
    some = feeds_named(c, 20)
    pairs = 0
    for number in range(200):
        words = text_of(chance, chance.randint(80, 600))
        title = " ".join(text_of(chance, 6)).title()
        link = f"https://news.example/{number}/a-story"
        way = number % 5
        again, title_again, link_again = {
            0: (words, title, f"https://mirror.example/{number}"),  # republished
            1: (words, title, f"{link}?utm_source=rss&utm_medium=feed"),
            2: (words, title, f"https://sho.rt/{number:x}"),
            3: (edited(chance, words), title, f"https://other.example/{number}"),
            4: (words, " ".join(text_of(chance, 6)).title(), f"https://de.example/{number}"),  # a translated title
        }[way]
        first, second = chance.sample(some, 2)
        save(c, entry(f"{number}-a", title, words, link), feed=first)
        save(c, entry(f"{number}-b", title_again, again, link_again), feed=second)
        pairs += 1
    found = c.execute("SELECT count(*) FROM article WHERE aside = 2").fetchone()[0]
    assert found >= 0.98 * pairs
    wrong = c.execute(
        "SELECT count(*) FROM article AS a JOIN article AS b ON a.story = b.story"
        " WHERE substr(a.guid, 1, instr(a.guid, '-')) <> substr(b.guid, 1, instr(b.guid, '-'))"
    ).fetchone()[0]
    assert wrong == 0
    assert article_lists.count(c, Query()) == 2 * pairs - found
    assert article_lists.count(c, Query(apart=True)) == len(article_lists.ids(c, Query(apart=True))) == 2 * pairs


QUERIES = [
    Query(),
    Query(unread=True),
    Query(starred=True),
    Query(text="harbour "),
    Query(text="-harbour is:unread "),
    Query(categories=("Sea",)),
    Query(categories=("Sea",), authors=("Ann",), unread=True),
    Query(not_categories=("Sea",)),
    Query(folders=(1,)),
    Query(not_folders=(1,)),
    Query(text='feed="Feed 1|Feed 2" '),
    Query(text="is:hidden "),
    Query(folders=(0,), categories=("Land",)),
    Query(text="words>0 "),
    Query(since=NOW - timedelta(days=1)),
]


@pytest.mark.parametrize("is_left", [False, True])
@pytest.mark.parametrize("apart", [False, True])
def test_each_count_is_that_of_the_list_that_its_row_shows(c: sqlite3.Connection, apart: bool, is_left: bool) -> None:
    chance = random.Random(6)
    some = feeds_named(c, 4)
    for feed in some[:2]:
        folders.put(c, feed.id, folders.add(c, "Folder").id)
    for number in range(40):
        words, title = text_of(chance, 60), f"The story number {number} of many"
        for feed in chance.sample(some, chance.choice([1, 1, 2, 3])):
            made = entry(
                f"{number}", title, [*words, "harbour"] if number % 3 else words, f"https://{feed.id}.example/"
            )
            labelled = replace(
                made.entry, categories=(chance.choice(["Sea", "Land"]),), authors=(chance.choice(["Ann", "Bob"]),)
            )
            save(c, prepare(labelled), feed=feed)
    ids = article_lists.ids(c, Query())
    statuses.mark(c, ids[::3], read=True)
    statuses.mark(c, ids[::4], starred=True)
    assert c.execute("SELECT count(*) FROM article WHERE aside = 2").fetchone()[0] > 15
    if is_left:  # what only this feed tells is gone; what another tells as well is shown there
        feeds.leave(c, some.pop().id, 1, NOW)
    for each in QUERIES:
        query = replace(each, apart=apart)
        shown = {
            feed.id: numbers
            for feed in some
            if (numbers := unread_and_all(c, replace(query, feeds=(feed.id,)))) != (0, 0)
        }
        assert article_lists.feeds(c, query) == shown, query
        in_folder = unread_and_all(c, replace(query, folders=(1,)))
        free = replace(query, folders=())
        copies = {} if apart else article_lists.copies(c, free)
        own = article_lists.feeds(c, free)
        sums = [sum(own.get(f.id, (0, 0))[at] - copies.get(f.id, (0, 0))[at] for f in some[:2]) for at in (0, 1)]
        assert tuple(sums) == in_folder, query
        for feeds_ in ((), (some[0].id,), (some[0].id, some[2].id)):
            chosen = replace(query, feeds=feeds_)
            for facet in article_lists.authors(c, chosen):
                listed = unread_and_all(c, replace(chosen, authors=(facet.name,)))
                assert (facet.unread, facet.total) == listed, (chosen, facet)
        counted = article_lists.totals(c, replace(query, unread=False, starred=False))
        assert (counted.unread, counted.all) == unread_and_all(c, replace(free, unread=False, starred=False)), query


@pytest.mark.parametrize(
    "query",
    [Query(folders=(1,)), Query(not_folders=(1,)), Query(feeds=(1, 3)), Query(not_feeds=(1,)),
     Query(text="folder=Folder "), Query(feeds=(2, 3, 4), not_folders=(1,)), Query(folders=(1,), unread=True)],
)  # fmt: skip
@pytest.mark.parametrize("is_left", [False, True])
def test_a_list_of_some_feeds_has_each_of_their_stories_once(
    c: sqlite3.Connection, query: Query, is_left: bool
) -> None:
    """Whichever feed has the article that stands for it in other lists."""
    chance = random.Random(3)
    some = feeds_named(c, 5 if is_left else 4)
    for feed in some[:2]:
        folders.put(c, feed.id, folders.add(c, "Folder").id)
    for number in range(20):
        words, title = text_of(chance, 60), f"The story number {number} of many"
        for feed in chance.sample(some, chance.choice([1, 2, 3])):
            more = ["more", "words"] * chance.choice([0, 1, 2])
            save(c, entry(f"{number}", title, [*words, *more], f"https://{feed.id}.example/"), feed=feed)
    statuses.mark(c, article_lists.ids(c, Query())[::3], read=True)
    if is_left:
        feeds.leave(c, some[4].id, 1, NOW)
    apart = article_lists.ids(c, replace(query, apart=True))
    stories = "SELECT DISTINCT coalesce(story, -id) FROM article WHERE id IN (SELECT value FROM json_each(?))"
    listed = article_lists.ids(c, query)
    assert len(listed) < len(apart)
    assert len(listed) == len(c.execute(stories, (id_list(listed),)).fetchall())
    assert len(listed) == len(c.execute(stories, (id_list(apart),)).fetchall())


def unread_and_all(c: sqlite3.Connection, query: Query) -> tuple[int, int]:
    ids = article_lists.ids(c, query)
    read = c.execute(
        "SELECT count(*) FROM article WHERE read = 0 AND id IN (SELECT value FROM json_each(?))", (id_list(ids),)
    ).fetchone()[0]
    assert article_lists.count(c, query) == len(ids)
    return read, len(ids)


def test_what_is_found_by_is_moved_to_its_place_when_there_is_much_of_it(
    c: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(4)
    one, two, three = feeds_named(c, 3)
    texts = {f"{number}": text_of(chance, 90) for number in range(12)}
    save(c, *(entry(number, f"The story number {number} of many", words) for number, words in texts.items()), feed=one)
    monkeypatch.setattr(duplicates, "MANY", 10)
    monkeypatch.setattr(duplicates, "MERGE_STEP", 7)
    before = c.execute("SELECT count(*), count(DISTINCT article_id) FROM shingle").fetchone()
    steps = 0
    while duplicates.move_some(c):
        steps += 1
    assert steps == -(-(before[0] - 10) // 7)
    assert c.execute("SELECT count(*), count(DISTINCT article_id) FROM shingle").fetchone() == before
    assert 0 < c.execute("SELECT count(*) FROM shingle WHERE hash < 0").fetchone()[0] <= 10
    for feed in (two, three):  # some find what was moved, and some what was not
        save(c, *(entry(f"{n}-{feed.id}", f"Told as {n} once more", words) for n, words in texts.items()), feed=feed)
    assert c.execute("SELECT count(DISTINCT story), count(story) FROM article").fetchone() == (12, 36)


@pytest.mark.parametrize("count", [1_000, pytest.param(10_000, marks=pytest.mark.slow)])
def test_different_articles_are_never_one(c: sqlite3.Connection, count: int) -> None:
    """Also with the words, the titles and the phrases of each other: daily notes, releases, weather reports."""
    chance = random.Random(2)
    some = feeds_named(c, 10)
    phrases = [text_of(chance, 25) for _ in range(20)]
    for start in range(0, count, 200):
        batch: dict[int, list[Prepared]] = {}
        for number in range(start, start + 200):
            words = text_of(chance, chance.randint(5, 300)) + chance.choice(phrases)
            chance.shuffle(words[: len(words) // 2])
            title = chance.choice(
                ["Weekly notes", "Links for today", f"Release {number}", " ".join(text_of(chance, 5))]
            )
            batch.setdefault(number % 10, []).append(entry(str(number), title, words))
        for feed, new in batch.items():
            save(c, *new, feed=some[feed])
    assert c.execute("SELECT count(*) FROM article WHERE story IS NOT NULL").fetchone() == (0,)


@pytest.fixture
def pair(c: sqlite3.Connection) -> tuple[int, int]:
    """An excerpt in one feed, and the whole of it in another."""
    one, two = feeds_named(c, 2)
    words = text_of(random.Random(3), 300)
    save(c, entry("a", "A long story told twice", words[:90]), feed=one)
    save(c, entry("b", "A long story told twice", words), feed=two)
    short, long = (save_articles.known(c, feed.id, [guid])[guid].id for feed, guid in ((one, "a"), (two, "b")))
    return short, long


def test_the_fullest_stands_in_the_lists_and_each_in_that_of_its_feed(
    c: sqlite3.Connection, pair: tuple[int, int]
) -> None:
    short, long = pair
    (headline,) = article_lists.window(c, Query(), 0, 9)
    assert (headline.id, headline.feeds) == (long, 2)
    one, two = (articles.get(c, id_).feed_id for id_ in pair)
    assert (
        article_lists.ids(c, Query(feeds=(one,))) == article_lists.ids(c, Query(feeds=(one,), unread=True)) == [short]
    )
    assert article_lists.ids(c, Query(feeds=(two,))) == [long]
    assert set(article_lists.ids(c, Query(apart=True))) == {short, long}
    assert article_lists.count(c, Query(text="told ")) == article_lists.count(c, Query(text="told ", order="best")) == 1
    assert article_lists.feeds(c, Query()) == {one: (1, 1), two: (1, 1)}
    assert article_lists.totals(c, Query()).all == 1
    assert article_lists.authors(c, Query())[0].total == 1


def test_a_tag_of_one_is_a_tag_of_all(c: sqlite3.Connection) -> None:
    one, two, three = feeds_named(c, 3)
    words, link = text_of(random.Random(11), 300), "https://x.example/a-story"
    save(c, entry("a", "A story", words[:90], link), feed=one)
    user_edits.tag(c, article_lists.ids(c, Query()), ["kept"])
    save(c, entry("b", "A story", words, link), feed=two)
    shown = article_lists.ids(c, Query())
    assert article_lists.ids(c, Query(tags=("kept",))) == shown
    user_edits.untag(c, shown, ["kept"])
    save(c, entry("c", "A story", [*words, *words[:40]], link), feed=three)
    assert article_lists.count(c, Query(tags=("kept",))) == 0
    user_edits.tag(c, article_lists.ids(c, Query()), ["again"])
    feeds.remove(c, three.id)
    assert article_lists.ids(c, Query(tags=("again",))) == shown


def test_what_is_done_with_one_is_done_with_all(c: sqlite3.Connection, pair: tuple[int, int]) -> None:
    statuses.mark(c, pair[:1], read=True)
    assert all(articles.status(c, id_).read for id_ in pair)
    statuses.mark(c, pair[1:], starred=True, read=False)
    assert [(articles.status(c, id_).read, articles.status(c, id_).starred) for id_ in pair] == [(False, True)] * 2


def test_what_was_read_elsewhere_arrives_read(c: sqlite3.Connection, pair: tuple[int, int]) -> None:
    statuses.mark(c, pair, read=True)
    words = text_of(random.Random(3), 300)
    third = subscribe(c, "https://9.example/feed", "Nine")
    save(c, entry("c", "A long story told twice", [*words, *words]), feed=third)
    assert article_lists.ids(c, Query(unread=True)) == []
    (headline,) = article_lists.window(c, Query(), 0, 9)
    assert (headline.feed_title, headline.feeds, headline.read) == ("Nine", 3, True)


def test_what_arrives_read_by_itself_reads_nothing(c: sqlite3.Connection) -> None:
    """Out of an archive, or by a rule: nobody has read it."""
    one, two, three = feeds_named(c, 3)
    words, link = text_of(random.Random(12), 300), "https://x.example/a-story"
    save(c, entry("a", "A story", words[:90], link), feed=one)
    (there,) = article_lists.ids(c, Query())
    save(c, replace(entry("b", "A story", words, link), status=Status(read=True)), feed=two)
    assert article_lists.ids(c, Query(unread=True)) == article_lists.ids(c, Query()) == [there]
    assert article_lists.ids(c, Query(feeds=(one.id,), unread=True)) == [there]
    statuses.mark(c, [there], read=True)
    save(c, entry("c", "A story", words[:120], link), feed=three)
    assert article_lists.ids(c, Query(unread=True, apart=True)) == []
    assert len(article_lists.ids(c, Query(apart=True))) == 3


def test_when_its_feed_goes_another_takes_its_place(c: sqlite3.Connection, pair: tuple[int, int]) -> None:
    short, long = pair
    feeds.remove(c, articles.get(c, long).feed_id)
    assert article_lists.ids(c, Query()) == [short]
    (headline,) = article_lists.window(c, Query(), 0, 9)
    assert headline.feeds == 1


def test_a_star_of_a_feed_that_goes_stays_on_what_another_tells(c: sqlite3.Connection, pair: tuple[int, int]) -> None:
    short, long = pair
    statuses.mark(c, [long], starred=True, alone=True)  # as before the other came
    feeds.remove(c, articles.get(c, long).feed_id)
    assert article_lists.ids(c, Query(starred=True)) == [short]


def test_a_rule_that_hides_one_shows_the_other(c: sqlite3.Connection, pair: tuple[int, int]) -> None:
    short, long = pair
    rule = rules.add(c, Rule("told", hide=True), NOW)
    rules.apply(c, rule, [long])
    assert article_lists.ids(c, Query()) == [short]
    rules.take_back(c, rule)
    assert article_lists.ids(c, Query()) == [long]


def test_a_page_to_which_many_lead_is_no_story(c: sqlite3.Connection) -> None:
    one, two = feeds_named(c, 2)
    chance = random.Random(4)
    for number in range(3):
        save(c, entry(f"a{number}", f"One {number}", text_of(chance, 50), "https://x.example/news"), feed=one)
    save(c, entry("b", "Two", text_of(chance, 50), "https://x.example/news"), feed=two)
    save(c, entry("c", "Three", text_of(chance, 50), "https://y.example/"), feed=one)
    save(c, entry("d", "Four", text_of(chance, 50), "https://y.example/"), feed=two)
    assert len(titles(c)) == 6


def test_a_text_about_an_article_does_not_take_its_place(c: sqlite3.Connection) -> None:
    """A link blog's comment is an article of its own, and no feed can hide another's behind its words."""
    one, (two, three) = subscribe(c, "https://x.example/feed"), feeds_named(c, 2)
    chance = random.Random(5)
    link = "https://x.example/a-story"
    save(c, entry("a", "A story", text_of(chance, 200), link), feed=one)
    save(c, entry("b", "A story", text_of(chance, 400), link), feed=two)
    save(c, entry("c", "A story", ["Comments"], link), feed=three)
    assert titles(c) == ["A story"] * 2
    assert sorted(headline.feeds for headline in article_lists.window(c, Query(), 0, 9)) == [1, 2]


SPAM = text_of(random.Random(8), 400)
TOLD = text_of(random.Random(9), 300)


@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize(
    ("own", "title", "foreign", "is_one"),
    [
        (["Eight", "words", "are", "all", "that", "it", "says"], "A story", SPAM, False),
        ([], "A story", SPAM, False),
        (["Eight", "words", "are", "all", "that", "it", "says"], "A story", ["spam"] * 300, False),
        (["Eight", "words", "are", "all", "that", "it", "says"], "A story", ["Buy", *SPAM[:9]], False),
        (TOLD, "Buy this", [*TOLD[:120], *SPAM], False),
        (TOLD, "A story", [*TOLD[:200], *SPAM], False),
        (TOLD[:40], "A story", TOLD, True),
        (TOLD[:9], "A story", TOLD, True),
        (TOLD, "A story, told again", TOLD[:200], True),
        (TOLD, "A story", ["Comments"], True),
        ([], "A story", ["Comments"], False),
    ],
)
def test_a_text_from_elsewhere_stands_for_one_at_its_own_address_only_if_it_holds_it(
    c: sqlite3.Connection, own: list[str], title: str, foreign: list[str], *, is_one: bool, is_first: bool
) -> None:
    link = "https://x.example/a-story"
    at_home, elsewhere = subscribe(c, "https://x.example/feed"), subscribe(c, "https://y.example/feed")
    given = [(entry("a", "A story", own, link), at_home), (entry("b", title, foreign, link), elsewhere)]
    for each, feed in given if is_first else given[::-1]:
        save(c, each, feed=feed)
    assert len(titles(c)) == (1 if is_one else 2)


def test_a_feed_that_an_account_follows_too_tells_the_same_stories(c: sqlite3.Connection) -> None:
    """Whatever its server leaves of the text."""
    own, theirs = subscribe(c, "https://x.example/feed"), subscribe(c, "http://x.example/feed/")
    link = "https://x.example/a-story"
    save(c, entry("a", "A story", [], link), feed=own)
    save(c, entry("b", "A story", TOLD, link), feed=theirs)
    assert titles(c) == ["A story"]


def test_two_feeds_of_one_host_are_as_strange_to_each_other(c: sqlite3.Connection) -> None:
    link = "https://x.example/~one/a-story"
    for place, (name, text) in enumerate({"one": TOLD[:9], "two": SPAM, "three": [*TOLD[:9], *TOLD]}.items()):
        feed = subscribe(c, f"https://x.example/~{name}/feed", name)
        save(c, entry(name, "A story", text, link), feed=feed)
        assert len(titles(c)) == (1, 2, 2)[place]


def test_an_article_ties_no_others_that_have_nothing_in_common(c: sqlite3.Connection) -> None:
    """Also if it holds the texts of both."""
    one, two, third = feeds_named(c, 3)
    cake, harbour = "https://0.example/cake", "https://1.example/harbour"
    save(c, entry("a", "Cake", TOLD[:60], cake), feed=one)
    statuses.mark(c, article_lists.ids(c, Query()), read=True)
    save(c, entry("h", "Harbour", [*TOLD[60:], *TOLD[:60]], cake), feed=third)
    save(c, entry("w", "Harbour", TOLD[60:], harbour), feed=two)
    by_feed = {each.feed_id: each for each in article_lists.window(c, Query(apart=True), 0, 9)}
    assert (by_feed[one.id].read, by_feed[two.id].read) == (True, False)
    assert "Cake" in titles(c)


def test_an_article_that_became_another_since_it_was_read_marks_no_other(c: sqlite3.Connection) -> None:
    one, two = feeds_named(c, 2)
    save(c, entry("a", "Ten funny cats", SPAM[:30]), feed=one)
    statuses.mark(c, article_lists.ids(c, Query()), read=True)
    (known,) = article_lists.ids(c, Query())
    edited_ = entry("a", "Harbour sold", [*SPAM[:30], *TOLD], "https://1.example/harbour")
    save_plan(c, one, Plan(changed=((known, edited_),)))
    save(c, entry("b", "Harbour sold", TOLD, "https://1.example/harbour"), feed=two)
    assert titles(c, Query(unread=True)) == ["Harbour sold"]
    save(c, entry("c", "Harbour sold", TOLD, "https://1.example/harbour"), feed=feeds_named(c, 3)[2])
    assert titles(c, Query(unread=True)) == ["Harbour sold"]


def test_an_article_that_was_read_and_became_another_in_small_steps_marks_no_other(c: sqlite3.Connection) -> None:
    one, two = feeds_named(c, 2)
    words = [f"first{n}" for n in range(60)]
    save(c, entry("a", "Harbour sold", words, "https://1.example/harbour"), feed=one)
    (known,) = article_lists.ids(c, Query())
    statuses.mark(c, [known], read=True)
    for step in range(12):  # a sixth more each time, of which the first goes
        words = [*words[6:], *(f"step{step}x{n}" for n in range(12))]
        save_plan(c, one, Plan(changed=((known, entry("a", "Harbour sold", words, "https://1.example/harbour")),)))
    save(c, entry("b", "Harbour sold", words, "https://1.example/harbour"), feed=two)
    assert titles(c) == titles(c, Query(unread=True)) == ["Harbour sold"]


def test_a_feed_that_adds_the_text_of_another_to_what_was_read_marks_it_not(c: sqlite3.Connection) -> None:
    one, two = feeds_named(c, 2)
    long = [f"long{n}" for n in range(900)]
    save(c, entry("a", "Of old", long), feed=one)
    (known,) = article_lists.ids(c, Query())
    statuses.mark(c, [known], read=True)
    taken = entry("a", "Harbour sold", [*long, *TOLD], "https://1.example/harbour")
    save_plan(c, one, Plan(changed=((known, taken),)))
    save(c, entry("b", "Harbour sold", TOLD, "https://1.example/harbour"), feed=two)
    assert titles(c, Query(unread=True)) == ["Harbour sold"]
    (shown,) = article_lists.ids(c, Query(unread=True))
    assert articles.get(c, shown).feed_id == two.id


def test_of_a_link_alone_the_title_decides(c: sqlite3.Connection) -> None:
    """As from a feed of titles, or one that names what others wrote."""
    one, two, three = feeds_named(c, 3)
    words, link = text_of(random.Random(6), 200), "https://x.example/a-story"
    save(c, entry("a", "A story", [], link), feed=one)
    save(c, entry("b", "Buy this", words, link), feed=two)
    assert sorted(titles(c)) == ["A story", "Buy this"]
    save(c, entry("c", "A Story", ["Comments"], link), feed=three)
    assert sorted(titles(c)) == ["A Story", "Buy this"]


def test_an_excerpt_is_the_same_as_its_article_that_was_completed(c: sqlite3.Connection) -> None:
    one, two = feeds_named(c, 2)
    chance = random.Random(7)
    summary, link = text_of(chance, 40), "https://x.example/a-story"
    save(c, entry("a", "A story", summary, link), feed=one)
    (there,) = article_lists.ids(c, Query())
    save_articles.save_full_text(c, there, "<p>" + " ".join(text_of(chance, 300)), text="", words=300)
    save(c, entry("b", "A story", summary, link), feed=two)
    assert titles(c) == ["A story"]


def test_an_article_that_tells_something_else_now_leaves_its_story(
    c: sqlite3.Connection, pair: tuple[int, int]
) -> None:
    short, long = pair
    words = text_of(random.Random(9), 400)
    save(c, entry("a", "A long story told twice", words), feed=feeds.get(c, articles.get(c, short).feed_id))
    assert set(article_lists.ids(c, Query())) == {short, long}
    statuses.mark(c, [short], read=True)
    assert article_lists.ids(c, Query(unread=True)) == [long]


def test_what_is_read_unasked_leaves_the_other_telling_unread(c: sqlite3.Connection, pair: tuple[int, int]) -> None:
    """By an age, or by a rule of one feed: that stands in the lists then, whichever is the fuller."""
    short, long = pair
    feeds.set_option(c, articles.get(c, long).feed_id, "expire_after", "1")
    assert expire(c, NOW + timedelta(days=3), 0, 0) == 1
    assert article_lists.ids(c, Query(unread=True)) == article_lists.ids(c, Query()) == [short]
    rules.apply(c, rules.add(c, Rule("told", read=True, feed_id=articles.get(c, short).feed_id), NOW), [short])
    assert article_lists.ids(c, Query(unread=True, apart=True)) == []
    third = subscribe(c, "https://9.example/feed", "Nine")
    save(c, entry("c", "A long story told twice", text_of(random.Random(3), 300)), feed=third)
    (there,) = article_lists.ids(c, Query())
    assert articles.get(c, there).feed_id == third.id
    assert not articles.status(c, there).read
    statuses.mark(c, [there], read=True)
    save(
        c,
        entry("d", "A long story told twice", text_of(random.Random(3), 300)),
        feed=subscribe(c, "https://8.example/"),
    )
    assert article_lists.ids(c, Query(unread=True, apart=True)) == []


def test_a_rule_that_goes_takes_nothing_of_the_users(c: sqlite3.Connection, pair: tuple[int, int]) -> None:
    """Not from another telling of the story either."""
    short, long = pair
    statuses.mark(c, [short], starred=True, read=True)
    user_edits.tag(c, [short], ["mine"])
    third = subscribe(c, "https://9.example/feed", "Nine")
    save(c, entry("c", "Another", text_of(random.Random(5), 300)), feed=third)
    other = save_articles.known(c, third.id, ["c"])["c"].id
    rule = rules.add(c, Rule("told", star=True, read=True, tags=("mine", "auto")), NOW)
    rules.apply(c, rule, [long, other])
    assert article_lists.count(c, Query(tags=("auto",))) == 2
    c.execute("UPDATE article SET story = (SELECT story FROM article WHERE id = ?) WHERE id = ?", (short, other))
    rules.take_back(c, rule)
    assert [id_ for id_ in pair if not articles.status(c, id_).starred] == []
    assert article_lists.ids(c, Query(tags=("mine",))) == article_lists.ids(c, Query())
    assert article_lists.count(c, Query(tags=("auto",))) == 0
    assert articles.status(c, short).read


def test_a_rule_is_for_each_telling(c: sqlite3.Connection, pair: tuple[int, int]) -> None:
    short, _ = pair
    rule = rules.add(c, Rule("told", star=True, feed_id=articles.get(c, short).feed_id), NOW)
    rules.apply(c, rule, article_lists.ids(c, rules.query_of(rule)))
    assert articles.status(c, short).starred
    assert article_lists.ids(c, Query(starred=True)) == [short]


def test_what_a_removed_rule_leaves_stays_on_its_article(c: sqlite3.Connection, pair: tuple[int, int]) -> None:
    short, long = pair
    rule = rules.add(c, Rule("told", star=True, feed_id=articles.get(c, short).feed_id), NOW)
    rules.apply(c, rule, [short])
    rules.remove(c, rule.id)
    assert not articles.status(c, long).starred
    assert article_lists.ids(c, Query(starred=True)) == [short]


def test_a_rule_of_two_tags_takes_back_the_one_that_it_gave(c: sqlite3.Connection, pair: tuple[int, int]) -> None:
    short, _ = pair
    user_edits.tag(c, [short], ["mine"])
    rule = rules.add(c, Rule("told", tags=("mine", "auto")), NOW)
    rules.apply(c, rule, pair)
    rules.take_back(c, rule)
    assert article_lists.count(c, Query(tags=("mine",))) == 1
    assert article_lists.count(c, Query(tags=("auto",))) == 0


def test_what_differs_in_its_place_on_a_page_or_its_number_is_no_story(c: sqlite3.Connection) -> None:
    one, two = feeds_named(c, 2)
    words = text_of(random.Random(8), 120)
    save(c, entry("a", "Harbour news", text_of(random.Random(9), 50), "https://x.example/app#!/post/3"), feed=one)
    save(c, entry("b", "Bridge news", text_of(random.Random(10), 50), "https://x.example/app#!/post/4"), feed=two)
    save(c, entry("c", "Episode 12: of ships", words), feed=one)
    save(c, entry("d", "Episode 13: of trains", words), feed=two)
    assert len(titles(c)) == 4


def test_likeness_of_texts() -> None:
    words = text_of(random.Random(5), 200)
    same = likeness(" ".join(words), "  ".join(words).upper())
    assert (same.of_both, same.of_shorter) == (1.0, 1.0)
    assert likeness(" ".join(words), " ".join(words[:50])).of_shorter > 0.95
    assert likeness("", "x").shingles == 0
    assert likeness("日本語の文章です。", "日本語の文章です。").of_both == 1.0


def test_a_text_that_is_compared_with_several_is_taken_apart_once() -> None:
    shingles._shingles_of.cache_clear()
    chance = random.Random(7)
    texts = [" ".join(text_of(chance, 300)) for _ in range(8)]
    for _ in range(20):
        new = " ".join(text_of(chance, 300))
        assert all(likeness(new, text).of_both < 1 for text in texts)
    assert shingles._shingles_of.cache_info().misses == 28


def test_a_sketch_is_small_and_the_same_for_the_same_text() -> None:
    text = " ".join(text_of(random.Random(6), 5000))
    assert sketch("A title of words", text) == sketch("A  TITLE, of words!", text + " more")
    assert len(sketch("A title of words", text).hashes) <= 5
    assert sketch("Notes", "").hashes == ()


@pytest.mark.parametrize(
    ("title", "text", "links"),
    [
        ("Update README.md", "Update README.md", ("https://git.example/alpha/1", "https://git.example/beta/2")),
        ("Elevated error rates", "This incident has been resolved.", ("https://acme.example/1", "https://bolt.example/2")),
        ("Weekly open thread", "Talk of whatever you like here, and be kind to each other, as always, please. " * 8,
         ("https://blog.example/7", "https://blog.example/8")),
    ],
)  # fmt: skip
def test_what_is_written_again_and_again_is_not_one_story(
    c: sqlite3.Connection, title: str, text: str, links: tuple[str, str]
) -> None:
    for feed, link in zip(feeds_named(c, 2), links, strict=True):
        save(c, entry("1", title, text.split(), link), feed=feed)
        statuses.mark(c, article_lists.ids(c, Query(feeds=(feed.id,)))[:1], read=feed.id == 1)
    assert article_lists.count(c, Query()) == 2
    assert article_lists.count(c, Query(unread=True)) == 1


def test_a_story_has_one_article_of_a_feed_and_is_of_some_days(c: sqlite3.Connection) -> None:
    words = text_of(random.Random(3), 90)
    one, two, three = feeds_named(c, 3)
    save(c, entry("a", "The story that many tell", words), feed=one)
    save(c, entry("b", "The story that many tell", words), feed=two)
    save(c, entry("c", "The story that many tell", words), feed=one)
    later = entry("d", "The story that many tell", words)
    save(c, replace(later, entry=replace(later.entry, published=NOW - timedelta(days=9))), feed=three)
    assert article_lists.count(c, Query()) == 3
    assert c.execute("SELECT count(*) FROM article WHERE story IS NOT NULL").fetchone() == (2,)


WALL = (
    "This article is for subscribers only. Sign up today for just one euro a week and read all that our reporters find"
    " out about your town, on paper and on all your devices, without advertisements. You can end it at any time. Do you"
    " have a subscription? Then sign in here to go on reading."
)


def test_what_many_articles_say_alike_makes_no_story_of_two(c: sqlite3.Connection) -> None:
    one, two = feeds_named(c, 2)
    titles = ("Fire in the harbour", "Mayor resigns"), ("Cathedral closed for repairs", "Trams stop at night")
    for feed, names in zip((one, two), titles, strict=True):
        save(c, *(entry(f"{feed.id}-{n}", name, WALL.split()) for n, name in enumerate(names)), feed=feed)
    assert article_lists.count(c, Query()) == 4
    statuses.mark(c, article_lists.ids(c, Query())[:1], now=lambda: NOW, read=True, starred=True)
    assert len(article_lists.ids(c, Query(starred=True))) == 1
    assert len(article_lists.ids(c, Query(unread=True))) == 3


def test_an_article_that_has_left_a_story_is_in_none_that_it_does_not_tell(c: sqlite3.Connection) -> None:
    """A story has the number of one of its articles, which may leave it and tell another one."""
    one, two, three = feeds_named(c, 3)
    words, others = SPAM[:40], [f"other{n}" for n in range(80)]
    save(c, entry("a", "Ten funny cats", words, "https://1.example/cats"), feed=one)
    (first,) = article_lists.ids(c, Query())
    save(c, entry("b", "Ten funny cats", words, "https://1.example/cats"), feed=two)
    assert c.execute("SELECT DISTINCT story FROM article").fetchall() == [(first,)]
    save_plan(c, one, Plan(changed=((first, entry("a", "Harbour sold", others, "https://1.example/harbour")),)))
    save(c, entry("c", "Harbour sold", others, "https://1.example/harbour"), feed=three)
    stories = dict(c.execute("SELECT guid, story FROM article").fetchall())
    assert stories["a"] == stories["c"] != stories["b"]


def test_a_story_has_so_many_tellings(c: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each one more costs as much as there are."""
    monkeypatch.setattr(duplicates, "_TELLINGS", 4)
    for number, feed in enumerate(feeds_named(c, 10)):
        save(c, entry(str(number), "Harbour sold", TOLD, "https://1.example/harbour"), feed=feed)
    rows = c.execute("SELECT count(*) FROM article GROUP BY coalesce(story, -id) ORDER BY 1 DESC").fetchall()
    assert max(count for (count,) in rows) == 4
