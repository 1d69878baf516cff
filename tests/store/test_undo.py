"""What can be taken back after a restart."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

from support.factories import NOW
from tuireader.store import ui_state

DAY = timedelta(days=1)


def test_steps_of_the_last_day_are_there_the_last_one_last(c: sqlite3.Connection) -> None:
    old = ui_state.push_undo(c, {"said": "old"}, NOW - timedelta(hours=25))
    first, second = (
        ui_state.push_undo(c, {"ids": [1, 2]}, NOW - timedelta(hours=2)),
        ui_state.push_undo(c, {"ids": [3]}, NOW),
    )
    assert ui_state.recent_undo(c, NOW, DAY) == [(first, {"ids": [1, 2]}), (second, {"ids": [3]})]
    ui_state.remove_undo(c, second)
    assert ui_state.recent_undo(c, NOW, DAY) == [(first, {"ids": [1, 2]})]
    assert old < first < second


def test_few_are_kept_and_what_is_damaged_is_passed_over(c: sqlite3.Connection) -> None:
    for number in range(150):
        ui_state.push_undo(c, {"number": number}, NOW)
    there = ui_state.recent_undo(c, NOW, DAY)
    assert [step["number"] for _, step in there] == list(range(50, 150))
    c.execute("UPDATE undo SET step = x'00' WHERE number = ?", (there[-1][0],))
    assert ui_state.recent_undo(c, NOW, DAY) == there[:-1]
