"""Searches that are kept under a name."""

from __future__ import annotations

import sqlite3

import pytest

from support.factories import ready, save, titles
from tuireader.errors import NotFoundError
from tuireader.library.reading import saved
from tuireader.store import saved_searches


def test_searches_are_kept_and_replaced_by_name(c: sqlite3.Connection) -> None:
    saved.keep(c, "  Sea  news ", "harbour")
    first = saved.keep(c, "sea news", " category:sea ")
    second = saved.keep(c, "Arts", "art")
    assert saved_searches.every(c) == [second, first]
    assert (first.name, first.query) == ("sea news", "category:sea")
    assert saved_searches.find(c, "SEA NEWS") == first
    saved.remove(c, first.id)
    assert saved_searches.every(c) == [second]
    with pytest.raises(NotFoundError, match="no saved search “sea news”"):
        saved_searches.find(c, "sea news")


def test_the_last_word_of_a_saved_search_is_whole(c: sqlite3.Connection) -> None:
    save(c, ready("1", "art", title="One"), ready("2", "artful", title="Two"))
    assert titles(c, saved.query_of(saved.keep(c, "Arts", "art"))) == ["One"]
