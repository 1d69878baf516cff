from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuireader.content.layout.line import Line
from tuireader.content.layout.paragraph import HEAD, byline, head_text, lay_out_head, packed, visual
from tuireader.model.article import Article
from tuireader.text.wrap import cells

DAY = datetime(2017, 6, 30, 23, 30, tzinfo=UTC)
ARTICLE = Article(
    id=1,
    feed_id=1,
    feed_title="The Example Review",
    feed_url="https://review.example/feed/",
    guid="g",
    title="China and Russia: A Worrying Relationship",
    link="https://review.example/a",
    authors=("Andrew Zirkle", "Zoë Ångström-Díaz"),
    categories=("China/Russia",),
    published=DAY,
    updated=None,
    date=DAY,
    words=500,
    offline=True,
)


def drawn(lines: list[Line]) -> list[str]:
    return [line.drawn for line in lines]


def test_wide() -> None:
    assert drawn(lay_out_head(ARTICLE, 78, zone=UTC)) == [
        "The Example Review · China/Russia",
        "China and Russia: A Worrying Relationship",
        "─" * 78,
        "By Andrew Zirkle, Zoë Ångström-Díaz · 30 June 2017 · 2 min",
        "",
    ]


def test_narrow() -> None:
    assert drawn(lay_out_head(ARTICLE, 30, zone=UTC)) == [
        "The Example Review",
        "China/Russia",
        "China and Russia:",
        "A Worrying Relationship",
        "─" * 30,
        "By Andrew Zirkle, Zoë",
        "Ångström-Díaz",
        "30 June 2017 · 2 min",
        "",
    ]


def test_categories_hold_commas_and_of_many_the_first_are_named() -> None:
    names = ("Rubio, Marco", "Trump, Donald J", "Europe/Politics", "Middle East", "Elections")
    many = replace(ARTICLE, categories=names)
    wide, narrow = (drawn(lay_out_head(many, width, zone=UTC)) for width in (78, 50))
    assert wide[0] == "The Example Review · Rubio, Marco · Trump, Donald J · Europe/Politics · +2"
    assert narrow[0] == "The Example Review · Rubio, Marco · +4"


def test_it_has_at_most_five_lines_on_a_small_screen() -> None:
    names = ("Rubio, Marco", "Trump, Donald J", "Europe/Politics", "Middle East", "Elections")
    title = "A Tour of the Title That Is Long Enough for Two Lines of the Column, and Not for Three of Them"
    lines = drawn(lay_out_head(replace(ARTICLE, title=title, categories=names), 72, zone=UTC))
    assert len(lines[:-1]) == 5


def test_names_in_another_script_do_not_change_places_with_what_is_beside_them() -> None:
    arabic = "محمد الأحمد"
    lines = lay_out_head(replace(ARTICLE, authors=(arabic,), categories=("عربي",)), 78, zone=UTC)
    seen = ["".join(span.text for span in visual(line)).strip() for line in lines]
    assert seen[0] == f"The Example Review · {'عربي'[::-1]}"
    assert seen[-2] == f"By {arabic[::-1]} · 30 June 2017 · 2 min"


def test_short_words_do_not_end_a_line_of_the_title() -> None:
    title = "A Letter to the Editor of a Small Review"
    lines = [line for line in lay_out_head(replace(ARTICLE, title=title), 24) if line.style == "title"]
    assert drawn(lines) == ["A Letter to the Editor", "of a Small Review"]
    assert head_text(lines) == title


def test_what_is_not_known_is_left_out() -> None:
    bare = replace(ARTICLE, feed_title="", title="", authors=(), categories=(), published=None, words=0)
    assert drawn(lay_out_head(bare, 40)) == ["Untitled", "─" * 40, ""]


def test_the_day_is_that_of_the_readers_zone() -> None:
    east = timezone(timedelta(hours=2))
    assert byline(ARTICLE, UTC)[1] == "30 June 2017"
    assert byline(ARTICLE, east)[1] == "1 July 2017"
    assert byline(replace(ARTICLE, published=None, updated=DAY), UTC)[1] == "30 June 2017"


def test_nothing_in_it_can_steer_a_terminal() -> None:
    evil = "a\x1b]0;x\x07\u202eb\nc"
    head = lay_out_head(replace(ARTICLE, title=evil, feed_title=evil, authors=(evil,), categories=(evil,)), 40)
    assert all(line.drawn.isprintable() for line in head)


def test_a_title_from_the_right_stands_at_the_right_of_the_column() -> None:
    lines = lay_out_head(replace(ARTICLE, title="קריאה במסוף היא דבר נפלא ומומלץ לכל מי שאוהב לקרוא"), 40)
    title = [line for line in lines if line.style == "title"]
    assert len(title) == 2
    assert [cells(line.drawn) for line in title] == [40, 40]


@pytest.mark.parametrize(
    ("width", "expected"),
    [(40, ["aaaa · bbbb · cccc · dddd"]), (24, ["aaaa · bbbb", "cccc · dddd"]), (10, ["aaaa", "bbbb", "cccc", "dddd"])],
)
def test_parts_are_packed_evenly(width: int, expected: list[str]) -> None:
    assert packed(["aaaa", "bbbb", "cccc", "dddd"], width) == expected


@given(st.text(min_size=1), st.lists(st.text(), max_size=3), st.lists(st.text(), max_size=3), st.integers(1, 90))
def test_it_fits_any_width_and_its_offsets_count_its_own_text(
    title: str, authors: list[str], categories: list[str], width: int
) -> None:
    lines = lay_out_head(replace(ARTICLE, title=title, authors=tuple(authors), categories=tuple(categories)), width)
    text = head_text(lines)
    assert all(line.block == HEAD for line in lines)
    assert all(cells(line.drawn) <= max(2, width) for line in lines)
    assert all(one.offset <= other.offset for one, other in pairwise(lines))
    for line in lines:
        for span in line.spans:
            assert span.offset < 0 or text[span.offset : span.offset + len(span.text)] == span.text
