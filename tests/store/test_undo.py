"""What can be taken back after a restart."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

from support.factories import NOW
from tuireader.store import undo

DAY = timedelta(days=1)


def test_steps_of_the_last_day_are_there_the_last_one_last(c: sqlite3.Connection) -> None:
    old = undo.push(c, {"said": "old"}, NOW - timedelta(hours=25))
    first, second = undo.push(c, {"ids": [1, 2]}, NOW - timedelta(hours=2)), undo.push(c, {"ids": [3]}, NOW)
    assert undo.recent(c, NOW, DAY) == [(first, {"ids": [1, 2]}), (second, {"ids": [3]})]
    undo.remove(c, second)
    assert undo.recent(c, NOW, DAY) == [(first, {"ids": [1, 2]})]
    assert old < first < second


def test_few_are_kept_and_what_is_damaged_is_passed_over(c: sqlite3.Connection) -> None:
    for number in range(150):
        undo.push(c, {"number": number}, NOW)
    there = undo.recent(c, NOW, DAY)
    assert [step["number"] for _, step in there] == list(range(50, 150))
    c.execute("UPDATE undo SET step = x'00' WHERE number = ?", (there[-1][0],))
    assert undo.recent(c, NOW, DAY) == there[:-1]
