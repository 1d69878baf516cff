from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from support.app_factory import NOW
from tuireader.tui.support.safe_text import age, ago, cut, lines, people

AGES = [
    (timedelta(0), "now", "just now"),
    (timedelta(seconds=-30), "now", "just now"),
    (timedelta(minutes=5), "5 min", "5 min ago"),
    (timedelta(hours=3), "3 h", "3 h ago"),
    (timedelta(days=2, hours=3), "2 d", "2 d ago"),
    (timedelta(days=8), "7 Jan", "on 7 Jan"),
    (timedelta(days=400), "Dec 2024", "on Dec 2024"),
]


@pytest.mark.parametrize(("passed", "short", "sentence"), AGES)
def test_ages_are_short(passed: timedelta, short: str, sentence: str) -> None:
    assert age(NOW - passed, NOW) == short
    assert ago(NOW - passed, NOW) == sentence


ANY = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=80)


@given(ANY, st.integers(0, 30))
def test_what_is_cut_fits(text: str, width: int) -> None:
    short = cut(text, width)
    assert cell_len(short) <= width
    assert short == text or not width or short.endswith("…")


@given(ANY, st.integers(2, 30), st.integers(1, 3))
def test_lines_fit_and_are_no_more_than_allowed(text: str, width: int, at_most: int) -> None:
    broken = lines(text, width, at_most)
    assert 1 <= len(broken) <= at_most
    assert all(cell_len(line) <= width for line in broken)


def test_lines_end_after_a_word() -> None:
    assert lines("China and Russia: A Worrying Relationship", 20, 2) == ("China and Russia: A", "Worrying…")
    assert lines("China and Russia: A Worrying Relationship", 21, 2) == ("China and Russia: A", "Worrying Relationship")
    assert lines("端末で日本語を読む", 8, 2) == ("端末で日", "本語を…")


@pytest.mark.parametrize(
    ("names", "width", "shown"),
    [
        ((), 20, ""),
        (("Andrew Zirkle",), 20, "Andrew Zirkle"),
        (("Zoë Ångström-Díaz",), 16, "Zoë Ångström-Dí…"),
        (("Zoë Ångström-Díaz",), 8, "Zoë Ång…"),
        (("Anna", "Ben"), 20, "Anna, Ben"),
        (("BBC News", "Ben"), 12, "BBC News +1"),
        (("高橋美奈",), 7, "高橋美…"),
    ],
)
def test_authors_give_way(names: tuple[str, ...], width: int, shown: str) -> None:
    assert people(names, width) == shown
