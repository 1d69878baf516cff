from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuireader.text.folding import FoldedText, fold
from tuireader.tui.article.finder import Match, matches

MANY = 1000


def found(text: str, sought: str) -> list[str]:
    return [text[match.start : match.end] for match in matches(FoldedText(text), sought, MANY)]


@pytest.mark.parametrize(
    ("text", "sought", "expected"),
    [
        ("A cat and a Cat and a CAT", "cat", ["cat", "Cat", "CAT"]),
        ("Ångström, angstrom, ÅNGSTRÖM", "angstrom", ["Ångström", "angstrom", "ÅNGSTRÖM"]),
        ("angstrom", "Ångström", ["angstrom"]),
        ("A\u030angstro\u0308m", "angstrom", ["A\u030angstro\u0308m"]),
        ("cafe\u0301 au lait", "cafe", ["cafe\u0301"]),
        ("Straße, STRASSE", "strasse", ["Straße", "STRASSE"]),
        ("Straße", "s", ["S", "ß"]),
        ("ﬁne ﬂour", "fine", ["ﬁne"]),
        ("Łódź and smørrebrød", "lodz", ["Łódź"]),
        ("Łódź and smørrebrød", "smorrebrod", ["smørrebrød"]),
        ("don’t “quote” – ever", "don't", ["don’t"]),
        ("don’t “quote” – ever", '"quote" -', ["“quote” –"]),
        ("a\u00a0b a b", "a b", ["a\u00a0b", "a b"]),
        ("one\ntwo", "one two", ["one\ntwo"]),
        ("hy\u00adphen", "hyphen", ["hy\u00adphen"]),
        ("İstanbul ISTANBUL ıstanbul", "istanbul", ["İstanbul", "ISTANBUL", "ıstanbul"]),
        ("Σίσυφος ΣΊΣΥΦΟΣ", "σισυφοσ", ["Σίσυφος", "ΣΊΣΥΦΟΣ"]),
        ("שָׁלוֹם שלום", "שלום", ["שָׁלוֹם", "שלום"]),
        ("مُحَمَّد محمد", "محمد", ["مُحَمَّد", "محمد"]),
        ("日本語の文章", "の", ["の"]),
        ("かがく がか", "か", ["か", "か"]),
        ("ガ ｶﾞ", "ガ", ["ガ"]),
        ("น้ำ นา", "น้", ["น้"]),
        ("한국어", "한국", ["한국"]),
        ("aaaa", "aa", ["aa", "aa"]),
        ("abc", "", []),
        ("a  b", "  ", []),
        ("abc", "x", []),
        ("", "x", []),
        ("a]b^c\\d-e", "]b^c\\d-", ["]b^c\\d-"]),
    ],
)
def test_finds_what_is_meant(text: str, sought: str, expected: list[str]) -> None:
    assert found(text, sought) == expected


def test_no_more_than_asked_for() -> None:
    assert matches(FoldedText("e" * 100), "e", 3) == [Match(0, 1), Match(1, 2), Match(2, 3)]


@given(st.text(max_size=60), st.data())
def test_any_piece_of_a_text_is_found_in_it(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    piece = text[start:end]
    found = matches(FoldedText(text), piece, MANY)

    assert all(0 <= match.start < match.end <= len(text) for match in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert all(fold(piece) in fold(text[match.start : match.end]) for match in found)
    assert found or not fold(piece).strip()


@given(st.text(max_size=60))
def test_places_lead_back_to_the_characters(text: str) -> None:
    searchable = FoldedText(text)
    for place, character in enumerate(text):
        if fold(character).strip():
            assert any(match.start <= place < match.end for match in matches(searchable, character, MANY)), (
                f"{character!r} at {place}"
            )
