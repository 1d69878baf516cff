"""Saved searches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuireader.model.query import Query
from tuireader.store import feeds, folders, ui_state
from tuireader.store.queries.query_language import quoted
from tuireader.store.row_values import name_key

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence

    from tuireader.model.query import SavedSearch


def keep(c: sqlite3.Connection, name: str, query: str) -> SavedSearch:
    """Save a search under a name, replacing an older one; raises QueryError if it is too long."""
    return ui_state.put_search(c, name, query)


def named(c: sqlite3.Connection, name: str) -> SavedSearch | None:
    key = name_key(name)
    return next((each for each in ui_state.searches(c) if name_key(each.name) == key), None)


def remove(c: sqlite3.Connection, id_: int) -> None:
    ui_state.remove_search(c, id_)


def query_of(saved: SavedSearch) -> Query:
    """The query of a saved search; its last word is complete, not a prefix."""
    return Query(text=f"{saved.query} ")


def text_of(c: sqlite3.Connection, query: Query) -> str:
    """A query as search text, without its order."""
    feed_names = feeds.unique_names(c) if query.feeds or query.not_feeds else {}
    folder_names = {folder.id: folder.name for folder in folders.every(c)} | {0: ""}
    fields: tuple[tuple[str, Sequence[str], Sequence[str]], ...] = (
        ("folder", _names(query.folders, folder_names), _names(query.not_folders, folder_names)),
        ("feed", _names(query.feeds, feed_names), _names(query.not_feeds, feed_names)),
        ("tag", query.tags, query.not_tags),
        ("category", query.categories, query.not_categories),
        ("author", query.authors, query.not_authors),
    )
    pieces = [
        f"{sign}{field}={'|'.join(map(quoted, names))}"
        for field, chosen, left_out in fields
        for sign, names in (("", chosen), ("-", left_out))
        if names
    ]
    pieces += ["is:unread"] * query.unread + ["is:starred"] * query.starred
    return " ".join([*pieces, query.text.strip()]).strip()


def _names(ids: Sequence[int], names: Mapping[int, str]) -> list[str]:
    return [names[id_] for id_ in ids if id_ in names]
