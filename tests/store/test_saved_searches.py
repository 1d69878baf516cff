"""Searches that are kept under a name."""

from __future__ import annotations

import sqlite3

import pytest

from support.factories import ready, save, titles
from tuireader.errors import NotFoundError
from tuireader.library.reading import saved
from tuireader.store import ui_state


def test_searches_are_kept_and_replaced_by_name(c: sqlite3.Connection) -> None:
    saved.keep(c, "  Sea  news ", "harbour")
    first = saved.keep(c, "sea news", " category:sea ")
    second = saved.keep(c, "Arts", "art")
    assert ui_state.searches(c) == [second, first]
    assert (first.name, first.query) == ("sea news", "category:sea")
    assert ui_state.find_search(c, "SEA NEWS") == first
    saved.remove(c, first.id)
    assert ui_state.searches(c) == [second]
    with pytest.raises(NotFoundError, match="no saved search “sea news”"):
        ui_state.find_search(c, "sea news")


def test_the_last_word_of_a_saved_search_is_whole(c: sqlite3.Connection) -> None:
    save(c, ready("1", "art", title="One"), ready("2", "artful", title="Two"))
    assert titles(c, saved.query_of(saved.keep(c, "Arts", "art"))) == ["One"]
