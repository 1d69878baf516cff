"""What the list of headlines shows at one moment, read in one go; loaded in the thread that reads first."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from tuireader.errors import NotFoundError
from tuireader.model.query import Query
from tuireader.store import articles
from tuireader.store.connection import snapshot
from tuireader.store.search import excerpt_around
from tuireader.tui.lists.headline_window import PAGE, View

if TYPE_CHECKING:
    from tuireader.model.article import Excerpt

_SOON = 20_000
"""Words that are looked through for contexts before the headlines are shown: some hundredths of a second."""


def view(
    connection: sqlite3.Connection,
    query: Query,
    row: int,
    ids: Sequence[int],
    *,
    contexts: int = 0,
    width: int = 0,
) -> View:
    """The list of a query at one moment, around the first of these articles; around a row if that is not in it.

    With so many `contexts` of its first rows, `width` characters each; without those where it would take long.
    """
    with snapshot(connection):
        ranked = articles.ids(connection, query) if articles.has_to_be_ranked(connection, query) else None
        count = articles.count(connection, query) if ranked is None else len(ranked)
        places = {article_id: _place(connection, query, ranked, article_id) for article_id in ids}
        middle = next(iter(places.values()), None)
        if middle is None:
            middle = max(0, min(row, count - 1))
        start, end = max(0, middle - PAGE), middle + PAGE
        if ranked is None:
            rows = articles.window(connection, query, start, end - start)
        else:
            rows = articles.headlines(connection, ranked[start:end])
        first = rows[:contexts]
        soon = sum(headline.words for headline in first) <= _SOON
        found = find_contexts(connection, [each.id for each in first], query.text, width) if first and soon else {}
        return View(count, start, rows, places, found, ranked)


def _place(connection: sqlite3.Connection, query: Query, ranked: list[int] | None, article_id: int) -> int | None:
    if ranked is None:
        return articles.rank(connection, query, article_id)
    return ranked.index(article_id) if article_id in ranked else None


def find_contexts(connection: sqlite3.Connection, ids: Iterable[int], text: str, width: int) -> dict[int, Excerpt]:
    """Of each article about `width` characters around what is searched for."""
    # Imported in the thread that looks for the first ones: it brings the HTML libraries along.
    from tuireader.content.dom.plain_text import plain_text

    found: dict[int, Excerpt] = {}
    for article_id in ids:
        with suppress(NotFoundError):  # removed meanwhile
            found[article_id] = excerpt_around(plain_text(articles.body(connection, article_id)), text, width)
    return found
