from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import iter_graphemes

from support.examples import examples
from tuireader.text import wrap as wrapping
from tuireader.text.wrap import cells, fitting_end, wrap


def lines(text: str, columns: int, hyphens: tuple[int, ...] = ()) -> list[str]:
    return [text[start:end] for start, end in wrap(text, columns, hyphens)]


@pytest.mark.parametrize(
    ("text", "columns", "expected"),
    [
        ("", 10, [""]),
        ("a few words here", 10, ["a few", "words here"]),
        ("exactly 10 cells", 10, ["exactly 10", "cells"]),
        ("two  spaces  at  a break", 12, ["two  spaces", "at  a break"]),
        ("a well-known word", 8, ["a well-", "known", "word"]),
        ("pages 10-20 of it", 9, ["pages", "10-20 of", "it"]),
        ("use --force-all", 9, ["use", "--force-", "all"]),
        ("one—two—three", 9, ["one—two—", "three"]),
        ("no\xa0break here", 10, ["no\xa0break", "here"]),
        ("seventeenletters or so", 10, ["seventeenl", "etters or", "so"]),
        ("one\ntwo three", 20, ["one", "two three"]),
        ("one\n\nthree", 20, ["one", "", "three"]),
        ("trailing\n", 20, ["trailing", ""]),
    ],
)
def test_words_wrap(text: str, columns: int, expected: list[str]) -> None:
    assert lines(text, columns) == expected


def test_long_addresses_break_behind_the_marks_in_them() -> None:
    assert lines("https://example.org/a/long/path?with=query&and=more", 24) == [
        "https://example.org/a/",
        "long/path?with=query&",
        "and=more",
    ]


@pytest.mark.parametrize(
    ("text", "columns", "expected"),
    [
        ("日本語の文章。", 6, ["日本語", "の文", "章。"]),
        ("「括弧」と（丸）", 8, ["「括弧」", "と（丸）"]),
        ("あっ、いやっと", 6, ["あっ、", "いやっ", "と"]),
        ("ユーザー", 6, ["ユー", "ザー"]),
        ("漢字terminal漢字", 10, ["漢字", "terminal漢", "字"]),
        ("二つ――続く", 5, ["二", "つ――", "続く"]),
        ("中文，标点", 6, ["中文，", "标点"]),
        ("한국어 낱말", 8, ["한국어", "낱말"]),
    ],
)
def test_lines_of_han_and_kana_break_where_they_may(text: str, columns: int, expected: list[str]) -> None:
    assert lines(text, columns) == expected


def test_thai_breaks_before_a_leading_vowel_and_never_inside_a_cluster() -> None:
    assert lines("ภาษาไทยเขียนติด", 10) == ["ภาษาไทย", "เขียนติด"]
    assert all(line[0] not in "ะาำิีึืุู่้๊๋็์" for line in lines("ที่นี้ว่าก็น้ำ" * 3, 4))


def test_an_emoji_is_never_divided() -> None:
    family = "👩‍👩‍👧‍👦"
    assert lines(family * 4, 5) == [family * 2, family * 2]


def test_a_soft_hyphen_is_a_place_to_break_that_leaves_room_for_the_hyphen() -> None:
    text, hyphens = "hyphenation", (2, 6, 7)
    assert lines(text, 8, hyphens) == ["hyphena", "tion"]
    assert lines(text, 7, hyphens) == ["hyphen", "ation"]
    assert lines(text, 20, hyphens) == ["hyphenation"]


def test_what_is_wider_than_the_column_has_a_line_of_its_own() -> None:
    assert lines("漢字", 1) == ["漢", "字"]


def test_columns_of_gives_the_part_that_fits() -> None:
    assert fitting_end("abcdef", 2, 3) == 5
    assert fitting_end("漢字かな", 0, 5) == 2
    assert fitting_end("漢字かな", 0, 1) == 1
    assert fitting_end("ab", 0, 10) == 2


def test_plain_text_is_not_measured_character_by_character(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wrapping, "widths", None)
    text = "Plain words, “curly quotes” — café, naïve, Привет — " * 20
    assert "".join(lines(text, 60)).replace(" ", "") == text.replace(" ", "")


TEXTS = st.text(
    st.one_of(
        st.sampled_from("abc xyz   -—…“”.,/ \n\xa0\u200b\u3000日本語「」、。っーかなกาเแ็ัשלםا١ยิ🎉👩‍❤️🇩🇪e\u0301"),
        st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")),
    ),
    max_size=120,
)


@examples(300)
@given(TEXTS, st.integers(2, 60), st.data())
def test_wrapping_loses_nothing_and_never_exceeds_the_column(text: Any, columns: Any, data: Any) -> None:
    hyphens = tuple(sorted(data.draw(st.sets(st.integers(1, max(1, len(text) - 1)), max_size=4))))
    places = wrap(text, columns, hyphens)
    end = 0
    for start, stop in places:
        assert start <= stop
        assert text[end:start].strip(" \n") == ""
        end = stop
    assert text[end:].strip(" \n") == ""
    for start, stop in places:
        is_one_cluster = len(list(iter_graphemes(text[start:stop]))) == 1  # nothing divides what is seen as one letter
        assert is_one_cluster or cells(text[start:stop]) <= columns


def test_a_cluster_wider_than_the_column_has_a_line_of_its_own() -> None:
    assert lines("ab0\u0e33\u0e33c", 2) == ["ab", "0\u0e33\u0e33", "c"]


FRENCH = "Il a dit : « Bonjour » ! Et pourquoi ? Parce que ; voilà, 50 % : c'est bien. "


@pytest.mark.parametrize("columns", range(14, 60))
def test_no_line_begins_with_a_mark_that_french_sets_apart_or_ends_with_one_that_opens(columns: int) -> None:
    narrow, measured = lines(FRENCH * 3, columns), lines(f"{FRENCH * 3}漢", columns)
    assert not [line for line in narrow + measured if line[0] in ":;!?%»" or line[-1] == "«"]
    assert narrow[:-2] == measured[: len(narrow) - 2]


@pytest.mark.parametrize("columns", range(9, 30))
def test_no_line_is_a_closing_mark_apart(columns: int) -> None:
    said = "He said: “It was ‘noon’ ” to all ( of them ) there. "
    assert not [line for line in lines(said * 3, columns) + lines(f"{said * 3}漢", columns) if line[0] in "”)"]


def test_such_a_mark_that_begins_a_word_may_begin_a_line() -> None:
    assert lines("see :help and ?x of vim", 4) == ["see", ":hel", "p", "and", "?x", "of", "vim"]


@pytest.mark.parametrize(("word", "letters"), [("राष्ट्र", 5), ("स्त्री", 4), ("क्षत्रिय", 6), ("हिन्दी", 5), ("မြန်မာ", 5)])
def test_a_word_of_joined_letters_has_room_for_each_of_them(word: str, letters: int) -> None:
    """Many terminals draw them side by side."""
    assert cells(word) == letters
    assert all(cells(line) <= 40 for line in lines(f"{word} " * 50, 40))


def test_a_cluster_without_end_is_divided() -> None:
    endless = "क्" * 1000
    found = lines(endless, 40)
    assert "".join(found) == endless
    assert max(map(cells, found)) == 40
