from __future__ import annotations

import pytest

from tuireader.text.sentences import ended


@pytest.mark.parametrize(
    ("said", "whole"),
    [
        ("It failed", "It failed."),
        ("Is it right?", "Is it right?"),
        ("Looking …", "Looking …"),
        ("“x” is not a number", "“x” is not a number."),
        ("Done. ", "Done."),
        ("", ""),
    ],
)
def test_what_is_said_ends_with_a_period(said: str, whole: str) -> None:
    assert ended(said) == whole
