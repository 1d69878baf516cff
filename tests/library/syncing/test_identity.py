"""Entries of a server and articles here: which is which, whatever number each has."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuireader.model.fetched import LocalArticle, ParsedEntry, RemoteEntry
from tuireader.store import article_identity
from tuireader.store.article_identity import BARE, EQUAL, HALF, compared, is_still, kept


def has_half(_entry: RemoteEntry, _there: LocalArticle) -> int:
    return HALF


match = partial(article_identity.match, is_kept=has_half)
DAY = datetime(2026, 11, 3, 10, 30, 15, tzinfo=UTC)


def entry(
    number: str, title: str = "Tide tables", link: str = "https://sea.example/tide", **more: object
) -> RemoteEntry:
    facts = {"guid": f"guid of {title}", "published": DAY, **more}
    return RemoteEntry(number, "feed/1", ParsedEntry(title=title, link=link, **facts))  # type: ignore[arg-type]


def ours(id_: int, number: str, of: RemoteEntry, **more: object) -> LocalArticle:
    there = of.entry
    return LocalArticle(id_, number, b"", there.guid, there.title, there.link, there.published)._replace(**more)  # type: ignore[arg-type]


def test_a_number_that_is_right_is_a_correction_whatever_changed() -> None:
    before = entry("7")
    for after in (
        entry("7", "Tide tables, corrected", guid="x"),
        entry("7", link="https://sea.example/other", guid="x"),
        entry("7", "Another title", guid="x", published=DAY + timedelta(days=9)),
    ):
        assert match([after], [ours(1, "7", before)]).same["7"].id == 1


def test_a_number_that_names_a_moment_is_never_given_again() -> None:
    """A headline that is corrected with its address, a page that is written anew, a site that moves."""
    before = entry("1796041178150262")
    after = entry("1796041178150262", "Harbour", "https://sea.example/harbour", published=DAY + timedelta(days=9))
    assert is_still(after, ours(1, before.server_id, before), lambda *_: 0)
    assert not is_still(replace(after, server_id="42"), ours(1, "42", before), lambda *_: 0)


def test_at_an_address_of_several_the_same_text_at_the_same_moment_is_one_under_another_title() -> None:
    home = "https://sea.example/"
    there = [ours(n, "", entry(str(n), f"Title {n}", home, published=DAY + timedelta(hours=n))) for n in (1, 2)]
    after = entry("9", "Title 1, corrected", home, published=DAY + timedelta(hours=1))
    assert article_identity.match([after], there, is_kept=lambda *_: EQUAL).same["9"].id == 1
    assert article_identity.match([after], there, is_kept=lambda *_: HALF).same == {}


def test_a_number_of_another_article_is_wrong_and_its_own_article_is_found() -> None:
    first, second = entry("7"), entry("8", "Harbour", "https://sea.example/harbour")
    found = match([replace(second, server_id="7")], [ours(1, "7", first), ours(2, "8", second)])
    assert [each.id for each in found.wrong] == [1]
    assert found.rivals == {"7": "8"}  # the server is asked whether it still has both
    found = match(
        [replace(second, server_id="7"), replace(first, server_id="8")], [ours(1, "7", first), ours(2, "8", second)]
    )
    assert {number: each.id for number, each in found.same.items()} == {"7": 2, "8": 1}
    assert found.rivals == {}


@pytest.mark.parametrize(
    "change",
    [
        {"guid": "another guid"},
        {"guid": "another guid", "title": "Tide tables, corrected"},
        {"guid": "another guid", "link": "https://www.sea.example/tide/?utm_source=x"},
        {"guid": "another guid", "link": "https://moved.example/1"},
        {"guid": "another guid", "published": DAY + timedelta(seconds=1)},
        {"guid": "another guid", "published": None},
    ],
)
def test_an_article_without_a_number_is_found_by_what_it_is(change: dict[str, object]) -> None:
    before = entry("7")
    after = replace(before, server_id="99", entry=replace(before.entry, **change))  # type: ignore[arg-type]
    assert match([after], [ours(1, "", before)]).same["99"].id == 1


def test_posts_without_a_title_have_one_made_of_their_text() -> None:
    text = "Out at sea this morning and the fog was so thick that nobody saw the lighthouse before noon"
    before = entry("7", text[:60] + "…", "")
    after = entry("99", text[:80], "", guid="x")
    assert match([after], [ours(1, "", before)]).same["99"].id == 1


def test_articles_of_one_address_and_title_are_told_apart_by_their_dates() -> None:
    weekly = [
        entry(str(n), "Weekly", "https://sea.example/", guid=f"x{n}", published=DAY + timedelta(weeks=n))
        for n in range(4)
    ]
    there = [ours(n, "", replace(weekly[n], entry=replace(weekly[n].entry, guid=f"y{n}"))) for n in (1, 3)]
    found = match(weekly, there)
    assert {number: each.id for number, each in found.same.items()} == {"1": 1, "3": 3}


def test_of_several_of_one_moment_with_one_text_but_for_a_word_each_finds_its_own() -> None:
    there = [ours(n, "", entry("7", guid=f"own {n}")) for n in range(8)]
    came = [entry(str(n), guid="theirs") for n in range(8)]
    found = article_identity.match(came, there, is_kept=lambda each, mine: HALF + (int(each.server_id) == mine.id))
    assert {int(number): each.id for number, each in found.same.items()} == {n: n for n in range(8)}


@pytest.mark.parametrize(("link", "least"), [("https://sea.example/tide", BARE), ("https://sea.example/tide/2", EQUAL)])
@pytest.mark.parametrize("stays", [0, BARE, HALF, EQUAL])
def test_of_the_same_title_each_day_the_text_decides(link: str, least: int, stays: int) -> None:
    before = ours(1, "", entry("7"))
    after = entry("99", link=link, guid="x", published=DAY + timedelta(hours=24))
    found = article_identity.match([after], [before], is_kept=lambda _entry, _there: stays)
    assert bool(found.same) is (stays >= least)


@pytest.mark.parametrize("published", [DAY.replace(hour=0, minute=0, second=0), DAY + timedelta(hours=24)])
def test_where_several_have_an_address_half_of_a_text_is_none(published: datetime) -> None:
    """News in set phrases, which a site has at one address and under a few titles."""
    there = [ours(1, "", entry("7", guid="a", published=DAY.replace(hour=0, minute=0, second=0)))]
    there.append(ours(2, "8", entry("8", guid="b", published=DAY - timedelta(days=9))))
    after = entry("99", guid="x", published=published)
    for rank, same in ((HALF, {}), (EQUAL, {"99": 1})):
        ranks = {1: rank, 2: 0}
        found = article_identity.match([after], there, {"8"}, is_kept=lambda _, mine, ranks=ranks: ranks[mine.id])  # type: ignore[misc]
        assert {number: each.id for number, each in found.same.items()} == same


@pytest.mark.parametrize(
    ("title", "apart", "stays", "is_one"),
    [
        ("Tide tables", timedelta(days=9), HALF, True),
        ("Tide tables", timedelta(days=9), BARE, True),
        ("Tide tables", timedelta(days=1), 0, False),
        ("Corrected", timedelta(0), 0, True),
        ("Corrected", timedelta(hours=20), HALF, True),
        ("Corrected", timedelta(hours=20), BARE, False),
        ("Deal 42", timedelta(hours=20), 0, False),
        ("Deal 42", timedelta(days=7), HALF, False),
    ],
)
def test_where_an_address_alone_agrees_the_text_decides(
    title: str, apart: timedelta, stays: int, *, is_one: bool
) -> None:
    before = ours(1, "", entry("7"))
    after = entry("99", title, guid="x", published=DAY + apart)
    found = article_identity.match([after], [before], is_kept=lambda _entry, _there: stays)
    assert bool(found.same) is is_one


@pytest.mark.parametrize(
    ("before", "now", "how_far"),
    [
        ("<p>Some words.</p>", "<div>Some words.</div>", EQUAL),
        ("<p>The harbour is closed today</p>", "<p>The harbour is closed today, and tomorrow</p>", HALF),
        ("<p>Some words.</p>", "<p>Others.</p>", 0),
        ("<p>Some words.</p>", "", 0),
        ("", "", BARE),
        ('<img src="https://a.example/1.png">', '<p><img alt="" src="https://a.example/1.png"></p>', BARE),
        ('<img src="https://a.example/1.png">', '<img src="https://a.example/2.png">', 0),
        ('<img src="https://a.example/1.png">', "", 0),
    ],
)
def test_how_far_a_text_is_kept(before: str, now: str, how_far: int) -> None:
    assert kept(compared(before), compared(now)) == how_far


def test_two_a_second_apart_stay_two() -> None:
    two = [entry(str(n), published=DAY + timedelta(seconds=n), guid=f"x{n}") for n in range(2)]
    there = [ours(n, "", replace(two[n], entry=replace(two[n].entry, guid=f"y{n}"))) for n in range(2)]
    assert {number: each.id for number, each in match(two, there).same.items()} == {"0": 0, "1": 1}
    a_second = timedelta(seconds=1)
    later = [entry(str(n), published=DAY + (n + 1) * a_second, guid=f"x{n}") for n in range(2)]
    found = match(later, there).same
    assert len({each.id for each in found.values()}) == 2


def test_a_confirmed_number_is_another_article() -> None:
    before = entry("7")
    found = match([entry("9")], [ours(1, "7", before)])
    assert (found.same, found.rivals) == ({}, {"9": "7"})
    found = match([entry("9")], [ours(1, "7", before)], {"7"})
    assert (found.same, found.rivals) == ({}, {})


@given(
    st.lists(st.tuples(st.integers(1, 6), st.integers(1, 4), st.integers(1, 4), st.integers(0, 3)), max_size=8),
    st.lists(st.tuples(st.integers(0, 6), st.integers(1, 4), st.integers(1, 4), st.integers(0, 3)), max_size=8),
)
def test_no_article_is_two_entries_and_no_entry_in_two_places(
    theirs: list[tuple[int, int, int, int]], here: list[tuple[int, int, int, int]]
) -> None:
    def made(number: int, title: int, link: int, day: int) -> RemoteEntry:
        return entry(
            str(number), f"Title {title}", f"https://sea.example/{link}", guid=f"{title}-{link}-{day}",
            published=DAY + timedelta(days=2 * day),
        )  # fmt: skip

    entries = list({each[0]: made(*each) for each in theirs}.values())
    numbers: set[int] = set()
    known = []
    for id_, each in enumerate(here):
        number = each[0] if each[0] not in numbers else 0
        numbers.add(number)
        known.append(ours(id_, str(number) if number else "", made(*each)))
    found = match(entries, known)
    assert len({each.id for each in found.same.values()}) == len(found.same)
    assert not found.same.keys() & found.rivals.keys()
    for one in entries:
        there = next((article for article in known if article.number == one.server_id), None)
        if there is not None and is_still(one, there, has_half):
            assert found.same[one.server_id].id == there.id


def test_of_many_articles_of_one_title_and_moment_some_texts_are_compared_once_each() -> None:
    before = [ours(n, "", entry("1"), guid=f"g{n}", link=f"https://sea.example/{n}") for n in range(24)]
    after = [
        entry(str(n), guid=f"x{n}", link=f"https://sea.example/x{n}", html=f"<p>Text {n}</p>") for n in range(3000)
    ]
    read: list[int] = []
    compared_pairs = 0

    def html_of(id_: int) -> str:
        read.append(id_)
        return str(id_)

    look = article_identity.text_comparer(html_of, lambda each: each.entry.html)

    def is_kept(each: RemoteEntry, there: LocalArticle) -> int:
        nonlocal compared_pairs
        compared_pairs += 1
        return look(each, there)

    article_identity.match(after, before, is_kept=is_kept)
    assert compared_pairs <= 2000
    assert len(read) == len(set(read))
