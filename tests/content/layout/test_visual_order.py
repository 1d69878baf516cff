from __future__ import annotations

import pytest

from tuireader.content.document.build import to_document
from tuireader.content.layout.layout import lay_out
from tuireader.content.layout.paragraph import visual


def seen(markdown: str, width: int) -> list[str]:
    return ["".join(span.text for span in visual(line)) for line in lay_out(to_document(markdown), width)]


def test_right_to_left_paragraphs_are_set_from_the_right() -> None:
    lines = lay_out(to_document("שלום עולם"), 20)
    assert ["".join(span.text for span in line.spans) for line in lines] == [" " * 11 + "שלום עולם"]
    assert lines[0].text == "שלום עולם"


def test_bullets_and_bars_of_right_to_left_paragraphs_are_at_the_right() -> None:
    assert lay_out(to_document("* שלום"), 12)[0].drawn == "     שלום • "
    assert lay_out(to_document("> שלום"), 12)[0].drawn == "      שלום ▕"


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("שלום", "םולש"),
        ("שלום abc 123", "abc 123 םולש"),
        ("(שלום)", "(םולש)"),
        ("abc שלום", "abc םולש"),
        ("plain", "plain"),
    ],
)
def test_text_is_put_into_visual_order(markdown: str, expected: str) -> None:
    assert seen(markdown, 30)[0].strip() == expected


def test_marks_stay_behind_their_letters() -> None:
    assert seen("שָׁלוֹם", 20)[0].strip() == "םוֹלשָׁ"


def test_styles_move_with_their_letters() -> None:
    line = lay_out(to_document("שלום **עולם** [abc](u)"), 20)[0]
    text = [(span.text, span.style, span.link) for span in visual(line) if span.offset >= 0]
    assert text == [("abc", "link", 0), (" ", "", None), ("םלוע", "strong", None), (" םולש", "", None)]


def test_each_cell_of_a_table_has_its_own_direction() -> None:
    assert seen("| abc | שלום |\n| --- | --- |\n| שם | def |", 30) == ["abc  םולש", "───  ────", " םש  def"]
