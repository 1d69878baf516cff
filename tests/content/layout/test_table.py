from __future__ import annotations

import pytest

from tuireader.content.document.build import to_document
from tuireader.content.document.model import Table, Text
from tuireader.content.layout.layout import lay_out
from tuireader.content.layout.paragraph import to_plain
from tuireader.text.wrap import cells


def drawn(markdown: str, width: int) -> list[str]:
    return [to_plain(line) for line in lay_out(to_document(markdown), width)]


def table(*rows: str, dashes: str = "| --- | --- |") -> str:
    return "\n".join([rows[0], dashes, *rows[1:]])


def test_a_table_that_fits_is_as_wide_as_its_words() -> None:
    assert drawn(table("| Name | Place |", "| Ada | London |"), 40) == ["Name  Place", "────  ──────", "Ada   London"]


def test_columns_are_aligned_as_the_table_says() -> None:
    lines = drawn(table("| left | right | centre |", "| a | b | c |", dashes="| --- | ---: | :---: |"), 40)
    assert lines[2] == "a         b    c"


def test_numbers_line_up_on_the_right_unasked() -> None:
    assert drawn(table("| Year | Sum |", "| 1999 | 5 |", "| 2000 | 1,250.50 € |"), 40)[2:] == [
        "1999           5",
        "2000  1,250.50 €",
    ]


def test_cells_wrap_and_rows_then_have_air() -> None:
    lines = drawn(table("| A | B |", "| one | two words more here |", "| three | four |"), 20)
    assert lines == ["A      B", "─────  ─────────────", "one    two words", "       more here", "", "three  four"]


def test_a_table_without_header_has_no_rule() -> None:
    assert drawn(table("|  |  |", "| a | b |"), 20) == ["a  b"]


def test_a_header_alone_is_drawn() -> None:
    assert drawn(table("| a | b |"), 20)[0] == "a  b"


def test_where_columns_do_not_fit_rows_become_records() -> None:
    lines = drawn(table("| Name | Description |", "| abcdefgh | extraordinarily |", "| b | c |"), 24)
    assert lines[-4:] == ["Name", "b", "  Description", "  c"]
    wide = "| extraordinarily long | extraordinarily |"
    assert drawn(table("| Name | Description |", wide, "| b | c |"), 30) == [
        "Name           extraordinarily",
        "               long",
        "  Description  extraordinarily",
        "",
        "Name           b",
        "  Description  c",
    ]


def test_labels_stand_above_where_there_is_little_room() -> None:
    assert drawn(table("| Name | Text |", "| abcdefghijkl | extraordinarily |"), 16) == [
        "Name",
        "abcdefghijkl",
        "  Text",
        "  extraordinaril",
        "  y",
    ]


def test_the_labels_of_later_records_are_no_text() -> None:
    document = to_document(table("| Name | Description |", "| abcdefgh | extraordinarily |", "| b | c |"))
    text = "\n".join(line.text for line in lay_out(document, 24))
    assert text.count("Name") == 1


def test_a_long_label_is_whole_in_the_first_record_only() -> None:
    """Each record repeats the labels: a header of thousands of words would stand there once for each row."""
    label = "label " * 300
    rows = ["| extraordinarily extraordinarily | extraordinarily extraordinarily |"] * 40
    lines = [line.drawn for line in lay_out(to_document(table(f"| Name | {label}|", *rows)), 30)]
    assert sum(line.count("label") for line in lines) <= 300 + 39 * 7
    assert sum("…" in line for line in lines) == 39


def test_wide_characters_are_measured_in_cells() -> None:
    lines = drawn(table("| 字 | 意味 |", "| 読 | to read |"), 30)
    assert lines == ["字  意味", "──  ───────", "読  to read"]


def test_copying_a_row_keeps_its_columns_apart() -> None:
    document = to_document(table("| Name | Place |", "| Ada | London |"))
    assert [line.text for line in lay_out(document, 40)] == ["Name  Place", "", "Ada   London"]


@pytest.mark.parametrize("width", [10, 13, 20, 31, 60])
def test_no_table_exceeds_the_column(width: int) -> None:
    markdown = table(
        "| A long header | B | 漢字の見出し |",
        "| https://example.org/a/very/long/address | **two** words | 漢字かな交じり文 |",
        "|  | x | [link](u) |",
        dashes="| --- | ---: | :-: |",
    )
    for prefix in ("", "> ", "* "):
        quoted = "\n".join(
            (prefix if index == 0 or prefix == "> " else " " * len(prefix)) + line
            for index, line in enumerate(markdown.split("\n"))
        )
        assert all(cells(line) <= width for line in drawn(quoted, width))


def test_widths_are_shared_by_need() -> None:
    from tuireader.content.layout.layout import _negotiate

    assert _negotiate([5, 5], [5, 5], 20) == [5, 5]
    assert _negotiate([5, 100], [5, 10], 50) == [5, 45]
    assert _negotiate([50, 100], [10, 10], 30) == [10, 20]
    assert _negotiate([50, 100], [20, 20], 30) == []


def test_an_empty_cell_takes_its_place() -> None:
    document = to_document(table("| a | b |", "|  | x |"))
    (block,) = document.blocks
    assert isinstance(block, Table)
    assert block.rows == ((Text(""), Text("x")),)
    assert drawn(table("| a | b |", "|  | x |"), 20)[2] == "   x"
