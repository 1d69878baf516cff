from __future__ import annotations

from tuireader.text.folding import sort_key


def test_numbers_in_names_are_sorted_by_their_size() -> None:
    names = ["Day 10", "day 9", "Day 9b", "Día 2", "Day 2", "Éclair"]
    assert sorted(names, key=sort_key) == ["Day 2", "day 9", "Day 9b", "Day 10", "Día 2", "Éclair"]
