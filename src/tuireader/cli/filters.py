"""The filter options of several commands, as a query."""

from __future__ import annotations

import argparse
import sqlite3

from tuireader.errors import NotFoundError
from tuireader.model.query import Query
from tuireader.store import feeds as store_feeds
from tuireader.store import folders as store_folders
from tuireader.store import labels, ui_state
from tuireader.store.labels import Kind
from tuireader.store.queries.query_language import check_length, quoted
from tuireader.text.sentences import nearest_name

_NAMED: tuple[Kind, ...] = ("category", "author", "tag")
"""The filters that can be repeated."""


def _check_names(connection: sqlite3.Connection, arguments: argparse.Namespace) -> None:
    """Raise NotFoundError for an unknown category, author or tag, with a suggestion."""
    for kind in _NAMED:
        for name in getattr(arguments, kind):
            if labels.find(connection, kind, name) is None:
                near = nearest_name(name, labels.every(connection, kind))
                raise NotFoundError(f"There is no {kind} “{name}”." + (f" Did you mean “{near}”?" if near else ""))


def query_of(connection: sqlite3.Connection, arguments: argparse.Namespace) -> Query:
    """The query of the filter options; raises NotFoundError for unknown names, QueryError."""
    _check_names(connection, arguments)
    # A query has articles under any of its names; here each that is given again must hold as well.
    again = [f"{kind}={quoted(name)}" for kind in _NAMED for name in getattr(arguments, kind)[1:]]
    text = " ".join([*_saved(connection, arguments), *again, arguments.query])
    check_length(text)
    return Query(
        feeds=(store_feeds.find(connection, arguments.feed).id,) if arguments.feed else (),
        folders=(store_folders.find(connection, arguments.folder).id,) if arguments.folder else (),
        categories=tuple(arguments.category[:1]),
        authors=tuple(arguments.author[:1]),
        tags=tuple(arguments.tag[:1]),
        unread=arguments.unread,
        starred=arguments.starred,
        text=text,
        since=arguments.since,
        until=arguments.until,
        order=arguments.order or arguments.first,
    )


def _saved(connection: sqlite3.Connection, arguments: argparse.Namespace) -> list[str]:
    return [ui_state.find_search(connection, arguments.saved).query] if arguments.saved else []
