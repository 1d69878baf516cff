"""Searches that the user keeps under a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuireader.model.query import Query
from tuireader.store import saved_searches

if TYPE_CHECKING:
    import sqlite3

    from tuireader.model.saved_search import SavedSearch


def keep(c: sqlite3.Connection, name: str, query: str) -> SavedSearch:
    """Keep a search under a name; what was kept under it is replaced."""
    return saved_searches.put(c, name, query)


def remove(c: sqlite3.Connection, id_: int) -> None:
    """Keep a search no more."""
    saved_searches.remove(c, id_)


def query_of(saved: SavedSearch) -> Query:
    """The articles of a saved search; its last word is whole, since nobody is typing it."""
    return Query(text=f"{saved.query} ")
