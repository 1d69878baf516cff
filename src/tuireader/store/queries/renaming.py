"""Saved searches and rules that name a feed or folder follow its new name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from tuireader.store.queries.query_language import PIECE, VALUE, quoted, unquoted
from tuireader.store.row_values import name_key, sound, text_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

Field = Literal["feed", "folder"]


_TABLES = ("saved_search", "rule")


def has_any(c: sqlite3.Connection, field: Field) -> bool:
    """Whether any saved search or rule has a whole name after a field."""
    return any(
        c.execute(f"SELECT 1 FROM {table} WHERE query LIKE ? LIMIT 1", (f"%{field}=%",)).fetchone() for table in _TABLES
    )


def follow(c: sqlite3.Connection, field: Field, old: str, new: Sequence[str]) -> None:
    """Replace a whole name in all saved searches and rules by others, in the caller's transaction."""
    for table in _TABLES:
        rows = c.execute(f"SELECT id, query FROM {table} WHERE query LIKE ?", (f"%{field}=%",)).fetchall()
        for id_, query in rows:
            text = text_of(query)
            followed = renamed(text, field, old, new)
            if followed != text:
                c.execute(f"UPDATE {table} SET query = ? WHERE id = ?", (sound(followed), id_))


def renamed(query: str, field: Field, old: str, new: Sequence[str]) -> str:
    """A query with a whole name replaced by others as alternatives, ignoring case."""

    def follow_in(piece: re.Match[str]) -> str:
        values = [each[0] for each in re.finditer(VALUE, piece[5])]
        if (piece[3] or "").lower() != field or all(name_key(unquoted(value)) != name_key(old) for value in values):
            return piece[0]
        names: list[str] = []
        for value in values:
            is_old = name_key(unquoted(value)) == name_key(old)
            others = [value if name_key(each) == name_key(old) else quoted(each) for each in new]
            names += others if is_old else [value]
        return f"{piece[1]}{field}={'|'.join(dict.fromkeys(names))}"

    return re.sub(PIECE, follow_in, query, flags=re.IGNORECASE)
