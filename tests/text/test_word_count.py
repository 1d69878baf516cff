from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuireader.content.dom.sanitize import tidied
from tuireader.text.language_and_hyphenation import count_tidied, count_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("one", 1),
        ("two words", 2),
        ("don’t — really", 3),
        ("一二三四五六", 3),
        ("日本語のテキストです。", 5),
        ("Python で書く", 3),
        ("한국어 는 띄어 쓴다", 4),
        ("ภาษาไทยไม่มีช่องว่าง", 4),
    ],
)
def test_words_are_counted_in_every_script(text: str, words: int) -> None:
    assert count_words(text) == words


SPACES = "a b\n\t\r\v\f\x1c\x1d\x1e\x1f\x85\xa0\u2003\u2028\u3000\u200b一ก"


@given(st.text(alphabet=SPACES, max_size=40) | st.text(max_size=40))
def test_words_of_tidied_text_are_counted_alike_by_its_spaces(text: Any) -> None:
    text = tidied(text)
    assert count_tidied(text) == count_words(text)
