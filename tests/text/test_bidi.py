from __future__ import annotations

from typing import Any

import pytest

from tuireader.text.bidi import in_order, is_right_to_left, terminal_reorders


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("שלום", True),
        ("مرحبا", True),
        ("123 שלום", True),
        ("“שלום”", True),
        ("abc שלום", False),
        ("abc", False),
        ("", False),
        ("123", False),
        ("\u200fabc", True),
    ],
)
def test_the_first_letter_says_the_direction(text: str, expected: bool) -> None:
    assert is_right_to_left(text) is expected


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, False),
        ({"TERM": "xterm-256color"}, False),
        ({"VTE_VERSION": "7600"}, True),
        ({"VTE_VERSION": "5202"}, False),
        ({"VTE_VERSION": "x"}, False),
        ({"KONSOLE_VERSION": "230800"}, True),
        ({"TERM": "mlterm-256color"}, True),
        ({"TERM_PROGRAM": "Apple_Terminal"}, True),
        ({"TERM_PROGRAM": "mintty"}, True),
        ({"TERM_PROGRAM": "WezTerm"}, False),
    ],
)
def test_some_terminals_reorder_themselves(environ: dict[str, Any], expected: bool) -> None:
    assert terminal_reorders(environ) is expected


def test_characters_that_unicode_has_not_assigned_take_the_direction_of_their_block() -> None:
    assert in_order("\u05ff\u05d0\u05d1") == "\u05d1\u05d0\u05ff"
    assert in_order("\u05d0\U000e0fff\u05d1") == "\u05d1\U000e0fff\u05d0"
