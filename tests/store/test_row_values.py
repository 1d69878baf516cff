"""Values as columns: bodies are packed, and come back as they were, whatever packed them."""

import sys
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuireader.store.row_values import pack, unpack

BODY = "<p>Although they have been “rivals” for centuries, the countries are reaching out.</p>\n" * 40


@given(st.text() | st.sampled_from([BODY, BODY * 500, "", "x" * 70_000]))
def test_what_is_packed_comes_back(text: str) -> None:
    assert unpack(pack(text)) == text.encode("utf-8", "replace").decode()


@pytest.mark.parametrize("text", ["", "a", BODY, BODY * 500])
def test_without_isal_it_is_packed_all_the_same(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = pack(text)
    monkeypatch.setitem(sys.modules, "isal", None)
    slow = pack(text)
    assert unpack(quick) == unpack(slow) == text
    assert len(quick) <= len(slow) * 1.2 + 8


def test_packed_text_is_a_stream_of_zlib() -> None:
    with pytest.raises(zlib.error, match="Error 2"):  # it asks for the dictionary
        zlib.decompress(pack(BODY))
    assert len(pack(BODY)) < len(BODY) / 20
