from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuireader.text.language_and_hyphenation import divisions
from tuireader.text.wrap import wrap


def divided(text: str, language: str, apart: tuple[tuple[int, int], ...] = ()) -> str:
    places = [0, *divisions(text, language, apart), len(text)]
    return "-".join(text[start:end] for start, end in pairwise(places))


@pytest.mark.parametrize(
    ("text", "language", "shown"),
    [
        ("Dampfschifffahrt", "de", "Dampf-schiff-fahrt"),
        ("Dampfschifffahrt", "de-AT", "Dampf-schiff-fahrt"),
        ("infrastructure", "en", "in-fra-struc-ture"),
        ("exceptionnelle", "fr", "ex-cep-tion-nelle"),
        ("short words stay", "en", "short words stay"),
        ("infrastructure", "", "infrastructure"),
        ("infrastructure", "ja", "infrastructure"),
        ("infrastructure", "no such language", "infrastructure"),
        ("https://example.org/infrastructure", "en", "https://example.org/infrastructure"),
        ("infrastructure.example", "en", "infrastructure.example"),
        ("snake_infrastructure x86infrastructure", "en", "snake_infrastructure x86infrastructure"),
        ("Infrastructure, “infrastructure”.", "en", "In-fra-struc-ture, “in-fra-struc-ture”."),
    ],
)
def test_words_are_divided_as_their_language_does(text: str, language: str, shown: str) -> None:
    assert divided(text, language) == shown


def test_code_stays_whole() -> None:
    assert divided("infrastructure", "en", ((3, 5),)) == "infrastructure"


def test_a_line_that_is_nearly_full_divides_no_word() -> None:
    text = "what a fine infrastructure"
    hyphens = divisions(text, "en")
    assert [text[start:end] for start, end in wrap(text, 13, hyphens)] == ["what a fine", "infrastruc", "ture"]
    assert [text[start:end] for start, end in wrap(text, 18, hyphens)] == ["what a fine infra", "structure"]


@given(st.text(max_size=80), st.sampled_from(["de", "en", "fr", "ru", "x"]))
def test_any_text_is_divided_within_words(text: str, language: str) -> None:
    assert all(text[place - 2 : place + 3].isalpha() for place in divisions(text, language))


def test_thai_is_divided_between_words() -> None:
    pytest.importorskip("icu4py")
    text = "ภาษาไทยเป็นภาษาที่มีการเขียนติดกัน"
    words = ["ภาษา", "ไทย", "เป็น", "ภาษา", "ที่", "มี", "การ", "เขียน", "ติด", "กัน"]
    ends = {sum(map(len, words[:count])) for count in range(len(words) + 1)}
    for columns in range(5, 20):
        assert {end for _, end in wrap(text, columns)} <= ends


@pytest.mark.parametrize("address", ["https://ftp-master.example/REJECT-questions", "oesterreich-wandern.example"])
def test_addresses_stay_whole_also_beside_their_hyphens(address: str) -> None:
    text = f"Veröffentlichungen: {address} Veröffentlichungen"
    places = divisions(text, "de")
    start = text.index(address)
    assert places
    assert not any(start <= place <= start + len(address) for place in places)
