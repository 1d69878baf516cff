"""Saved searches and rules that name a feed or folder follow its new name."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from tuireader.store.queries.query_language import PIECE, VALUE, quoted, unquoted
from tuireader.store.row_values import name_key, sound, text_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence

Field = Literal["feed", "folder"]


_TABLES = ("saved_search", "rule")
_REMEMBERED = 2000
"""Queries whose names are remembered, as all are looked through for each feed of an import."""


def names(c: sqlite3.Connection, field: Field) -> set[str]:
    """The keys of the whole names of a field in saved searches and rules."""
    rows = [
        row
        for table in _TABLES
        for row in c.execute(f"SELECT query FROM {table} WHERE query LIKE ?", (f"%{field}=%",)).fetchall()
    ]
    return set().union(*(_names_in(text_of(row[0]), field) for row in rows))


@lru_cache(_REMEMBERED)
def _names_in(query: str, field: Field) -> frozenset[str]:
    pieces = re.finditer(PIECE, query, flags=re.IGNORECASE)
    named = (piece[5] for piece in pieces if (piece[3] or "").lower() == field)
    return frozenset(name_key(unquoted(each[0])) for values in named for each in re.finditer(VALUE, values))


def follow(c: sqlite3.Connection, field: Field, new: Mapping[str, Sequence[str]]) -> None:
    """Replace whole names in all saved searches and rules, as `renamed` does, in the caller's transaction."""
    for table in _TABLES:
        rows = c.execute(f"SELECT id, query FROM {table} WHERE query LIKE ?", (f"%{field}=%",)).fetchall()
        for id_, query in rows:
            text = text_of(query)
            followed = renamed(text, field, new)
            if followed != text:
                c.execute(f"UPDATE {table} SET query = ? WHERE id = ?", (sound(followed), id_))


def renamed(query: str, field: Field, new: Mapping[str, Sequence[str]]) -> str:
    """A query with whole names, given by their `name_key`, replaced by others as alternatives."""

    def follow_in(piece: re.Match[str]) -> str:
        values = [each[0] for each in re.finditer(VALUE, piece[5])]
        if (piece[3] or "").lower() != field or not any(name_key(unquoted(value)) in new for value in values):
            return piece[0]
        names: list[str] = []
        for value in values:
            key = name_key(unquoted(value))
            names += [value if name_key(each) == key else quoted(each) for each in new[key]] if key in new else [value]
        return f"{piece[1]}{field}={'|'.join(dict.fromkeys(names))}"

    return re.sub(PIECE, follow_in, query, flags=re.IGNORECASE)
