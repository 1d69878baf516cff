from __future__ import annotations

import subprocess
import sys

import pytest
import wcwidth as wcwidth_module
from wcwidth import wcwidth

from tuireader.text import wrap as measured
from tuireader.text.wrap import cells, fitting, widths


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", 5),
        ("“curly” — …", 11),
        ("no\xa0break", 8),
        ("日本語", 6),
        ("ｱｲｳ", 3),
        ("e\u0301", 1),
        ("👩‍👩‍👧‍👦", 2),
        ("👋🏽", 2),
        ("🇩🇪", 2),
        ("❤️", 2),
        ("☎", 1),
        ("ภาษาไทย", 7),
        ("שלום", 4),
        ("ก็", 1),
        ("\u200b", 0),
        ("", 0),
    ],
)
def test_cells_are_those_of_a_terminal(text: str, expected: int) -> None:
    assert cells(text) == expected
    assert sum(widths(text)) == expected


def test_what_is_measured_without_wcwidth_is_as_wide_as_it_says() -> None:
    square = [chr(n) for first, last in measured._SQUARE for n in range(ord(first), ord(last) + 1)]
    narrow = [chr(n) for n in range(0x20, 0x2E00) if not measured.NOT_NARROW.match(chr(n))]
    assert len(square) > 38_000
    assert len(narrow) > 1_000
    assert [sign for sign in square if wcwidth(sign) != 2 or widths(sign) != [2]] == []
    assert [sign for sign in narrow if wcwidth(sign) != 1 or widths(f"{sign}語") != [1, 2]] == []


TITLES = (
    "Der Zug nach Köln – “später”", "Tàu điện ngầm ở Hà Nội", "Το τρένο των έξι", "Поезд в шесть часов", "הרכבת של שש",
    "قطار الساعة السادسة", "მატარებელი ექვს საათზე", "Վեցի գնացքը", "六時の列車", "여섯 시 기차",
    "The six o’clock 🚂 to № 9™",
)  # fmt: skip


def test_usual_titles_are_measured_without_wcwidth() -> None:
    code = (
        "import sys; from tuireader.text.wrap import cells, wrap; "
        f"[(cells(title), wrap(title, 9)) for title in {TITLES!r}]; print('wcwidth' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
    assert [cells(title) for title in TITLES] == [wcwidth_module.width(title) for title in TITLES]


def test_widths_count_a_cluster_at_its_first_character() -> None:
    assert widths("a👩‍👩‍👧b") == [1, 2, 0, 0, 0, 0, 1]


@pytest.mark.parametrize("text", ["plain words", "日本語 and more", "a👩‍👩‍👧b", "e\u0301té", ""])
def test_what_fits_is_as_much_as_does(text: str) -> None:
    for width in range(cells(text) + 2):
        kept = fitting(text, width)
        assert sum(widths(text)[:kept]) <= width
        assert kept == len(text) or sum(widths(text)[: kept + 1]) > width
