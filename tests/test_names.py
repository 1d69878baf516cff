"""Very many short texts in little memory, against a list of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuireader.model.article import Names

TEXTS = st.lists(st.text(max_size=6) | st.sampled_from(["", "a", "é", "日本", "\ud800"]), max_size=20)


@given(TEXTS)
def test_they_are_what_was_put_in(texts: list[str]) -> None:
    names = Names(texts)
    assert list(names) == texts
    assert len(names) == len(texts)
    assert names[1:3] == texts[1:3]
    assert [names[-at - 1] for at in range(len(texts))] == texts[::-1]


@given(TEXTS, st.text(max_size=3))
def test_a_text_is_found_where_a_list_finds_it(texts: list[str], other: str) -> None:
    names = Names(texts)
    for text in (*texts, other):
        assert (text in names) == (text in texts)
        if text in texts:
            assert names.index(text) == texts.index(text)


@given(TEXTS)
def test_what_is_not_there_is_an_error(texts: list[str]) -> None:
    names = Names(texts)
    number: object = 1
    assert number not in names
    with pytest.raises(ValueError, match="is not there"):
        names.index("what is longer than all of them")
    with pytest.raises(IndexError):
        names[len(texts)]
