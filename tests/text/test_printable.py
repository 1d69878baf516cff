from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuireader.text.printable import MARKS_MAX, printable, printable_block

ANY_TEXT = st.text(alphabet=st.characters())  # surrogates and controls included
FORBIDDEN = {
    *(chr(n) for n in range(0x20)),
    *(chr(n) for n in range(0x7F, 0xA0)),
    *"\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff",
}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("two\nlines\tand a tab", "two lines and a tab"),
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("\x1b]52;c;aGk=\x07", "]52;c;aGk="),
        ("C1 \x9b31m \x9d0;t\x9c", "C1 31m 0;t"),
        ("nul \0 here", "nul \ufffd here"),
        ("half \ud800 pair", "half \ufffd pair"),
        ("abc\u202edcba\u2066x\u2069", "abcdcbax"),
        ("soft\u00adhyphen zero\u200bwidth", "softhyphen zerowidth"),
        ("\ufeffBOM", "BOM"),
        ("no-break\u00a0space", "no-break\u00a0space"),
    ],
)
def test_one_line_obeys_nothing(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_what_python_takes_for_printable_is_so_on_a_line() -> None:
    everything = [chr(n) for n in range(0x110000) if chr(n).isprintable()]
    assert [sign for sign in everything if printable(sign) != sign] == []
    assert FORBIDDEN.isdisjoint(everything)


@pytest.mark.parametrize("mark", ["\u0301", "\u05b0", "\u200d", "\U000e0100", "\u1160"])
def test_as_many_marks_stay_as_can_be_told_apart(mark: str) -> None:
    for text in ("e" + mark * MARKS_MAX, "é" + mark * MARKS_MAX):
        assert printable(text) == text
    assert len(printable("e" + mark * (MARKS_MAX + 1))) <= 1 + MARKS_MAX


def test_block_keeps_lines_and_break_hints() -> None:
    assert printable_block("a\r\nb\rc\u2028d\x0ce") == "a\nb\nc\nd\ne"
    assert printable_block("\tif x:\n\t\ty\x1b") == "    if x:\n        y"
    assert printable_block("soft\u00adhyphen\u200b") == "soft\u00adhyphen\u200b"


def test_what_scripts_and_emoji_need_stays() -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
    wales = "\U0001f3f4\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f"
    for text in (
        family * 9,
        wales,
        "\u2764\ufe0f",
        "\u05e9\u05c1\u05b8\u05dc\u05d5\u05b9\u05dd\u200f",
        "\u200e\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "\u0e01\u0e33\u0e25\u0e31\u0e07\u0e1b\u0e23\u0e30\u0e0a\u0e38\u0e21",
        "e\u0301\u0323",
        "—" * 40,
    ):
        assert printable(text) == text
        assert printable_block(text) == text


@pytest.mark.parametrize("make", [printable, printable_block])
@pytest.mark.parametrize("sign", [*"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"])
def test_every_bidi_override_and_isolate_is_dropped(make: Any, sign: Any) -> None:
    assert make(f"a{sign}b") == "ab"
    assert make(sign * 3) == ""


@pytest.mark.parametrize("make", [printable, printable_block])
def test_marks_are_capped(make: Any) -> None:
    assert MARKS_MAX == 8
    assert make("a" + "\u0301" * 50 + "b") == "a" + "\u0301" * 8 + "b"


def test_marks_of_every_kind_are_capped() -> None:
    assert printable("a" + "\u0301\u200d" * 50) == "a" + "\u0301" * MARKS_MAX
    assert printable("\u1100" + "\u1161" * 50) == "\u1100" + "\u1161" * MARKS_MAX


def test_a_flood_of_invisible_characters_goes() -> None:
    assert printable_block("a" + "\u200b\u200d\u2060" * 100 + "b") == "ab"


def test_every_mark_is_found() -> None:
    for code in range(0xA0, 0x110000):
        category = unicodedata.category(chr(code))
        if category[0] == "M" or category == "Cf":
            assert len(printable_block("a" + chr(code) * 50)) <= 1 + MARKS_MAX, hex(code)


@given(ANY_TEXT)
def test_nothing_forbidden_comes_out(text: Any) -> None:
    line = printable(text)
    assert not FORBIDDEN & set(line)
    assert not any("\ud800" <= char <= "\udfff" for char in line)
    assert printable(line) == line
    block = printable_block(text)
    assert not (FORBIDDEN - {"\n"}) & set(block)
    assert printable_block(block) == block


@given(ANY_TEXT)
def test_no_letter_is_lost(text: Any) -> None:
    letters = [char for char in text if unicodedata.category(char)[0] in "LN" and not "\u1160" <= char <= "\u11ff"]
    letters = [char for char in letters if not "\ud7b0" <= char <= "\ud7ff"]
    assert [char for char in printable(text) if char in set(letters)] == letters


@pytest.mark.parametrize("mark", ["\u1acf", "\u0897", "\u0b53"])
def test_marks_that_are_newer_than_this_python_are_capped(mark: str) -> None:
    assert printable("a" + mark * 900) == "a" + mark * MARKS_MAX
    assert printable_block("a" + mark * 900 + "\nb") == "a" + mark * MARKS_MAX + "\nb"
