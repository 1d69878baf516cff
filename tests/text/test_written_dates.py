"""Days as people write them."""

from __future__ import annotations

import pytest

from tuireader.text.written_dates import day_in, day_in_address, is_day, is_day_first, without_day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-03", "2026-11-03"),
        ("Posted on 2026-11-03 by Ann", "2026-11-03"),
        ("2026-11-03T23:30:00-05:00", "2026-11-04"),
        ("2026-11-03 10:00:00 +0000 UTC", "2026-11-03"),
        ("3 November 2026", "2026-11-03"),
        ("Tue 03 November 2026", "2026-11-03"),
        ("November 3rd, 2026", "2026-11-03"),
        ("Nov. 3, 2026 · 4 min", "2026-11-03"),
        ("3. November 2026", "2026-11-03"),
        ("3 novembre 2026", "2026-11-03"),
        ("3 de noviembre de 2026", "2026-11-03"),
        ("3 Nov 26", "2026-11-03"),
        ("03.11.2026", "2026-11-03"),
        ("3/11/2026", "2026-11-03"),
        ("11/23/2026", "2026-11-23"),
        ("2026/11/3", "2026-11-03"),
        ("2026年11月3日", "2026-11-03"),
        ("2026년 11월 3일", "2026-11-03"),
        ("Updated 1 May 2025, first 3 April 2025", "2025-05-01"),
        ("", None),
        ("no day at all", None),
        ("31 February 2026", None),
        ("2026-13-45", None),
        ("Version 12.3.2026.1", None),
        ("call 555-1234", None),
        ("10 things 2026", None),
        ("x" * 10_000 + " 2026-11-03", None),
    ],
)
def test_the_first_day_in_a_text(text: str, day: str | None) -> None:
    found = day_in(text)
    assert (f"{found:%Y-%m-%d}" if found else None) == day


def test_where_the_year_stands_above() -> None:
    assert day_in("Nov 3", year=2025) == day_in("3 November 2025")
    assert day_in("03 Nov", year=2025) == day_in("3 November 2025")
    assert day_in("11-03", year=2025) == day_in("3 November 2025")
    assert day_in("Nov 3") is None


def test_what_others_on_the_page_say_of_the_order() -> None:
    assert is_day_first(["3/4/2026", "13/4/2026"], usually=False)
    assert not is_day_first(["3/4/2026", "4/13/2026"], usually=True)
    assert is_day_first(["3/4/2026"], usually=True)
    assert day_in("3/4/2026", day_first=False) == day_in("4 March 2026")


@pytest.mark.parametrize(
    ("title", "bare"),
    [
        ("2026-11-03 | The Title", "The Title"),
        ("2026-11-03 The Title", "The Title"),
        ("The Title – 3 November 2026", "The Title"),
        ("The Title (2026-11-03)", "The Title"),
        ("Nov 3 - The Title", "The Title"),
        ("Notes of 3 May 2025", "Notes of 3 May 2025"),
        ("What 2026-11-03 meant to me", "What 2026-11-03 meant to me"),
        ("2026-11-03", "2026-11-03"),
        ("10 Things - a list", "10 Things - a list"),
        ("", ""),
    ],
)
def test_a_title_without_its_day(title: str, bare: str) -> None:
    assert without_day(title) == bare


def test_what_is_nothing_but_a_day() -> None:
    assert all(map(is_day, ["2026-11-03", " 3 May 2026 ", "(May 3, 2026)", "11-03"]))
    assert not any(map(is_day, ["", "May", "3 May 2026 was it", "1984"]))


def test_the_day_of_an_address() -> None:
    assert day_in_address("https://a.example/2026/11/03/title") == day_in("2026-11-03")
    assert day_in_address("https://a.example/2026-11-03-title") == day_in("2026-11-03")
    assert day_in_address("https://a.example/2026/99/03/title") is None
    assert day_in_address("https://a.example/2026/title") is None
