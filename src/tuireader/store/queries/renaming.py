"""Saved searches and rules that name a feed or folder follow its new name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from tuireader.store.queries.query_language import PIECE, VALUE, quoted, unquoted
from tuireader.store.row_values import name_key, sound, text_of

if TYPE_CHECKING:
    import sqlite3

Field = Literal["feed", "folder"]


def follow(c: sqlite3.Connection, field: Field, old: str, new: str, *, is_shared: bool) -> None:
    """Replace a whole name in all saved searches and rules, in the caller's transaction.

    `is_shared`: other feeds or folders have the old name, too: then both are named.
    """
    for table in ("saved_search", "rule"):
        rows = c.execute(f"SELECT id, query FROM {table} WHERE query LIKE ?", (f"%{field}=%",)).fetchall()
        for id_, query in rows:
            text = text_of(query)
            followed = renamed(text, field, old, new, is_shared=is_shared)
            if followed != text:
                c.execute(f"UPDATE {table} SET query = ? WHERE id = ?", (sound(followed), id_))


def renamed(query: str, field: Field, old: str, new: str, *, is_shared: bool = False) -> str:
    """A query with a whole name replaced, ignoring case; `is_shared`: with both names as alternatives."""

    def follow_in(piece: re.Match[str]) -> str:
        values = [each[0] for each in re.finditer(VALUE, piece[5])]
        if (piece[3] or "").lower() != field or all(name_key(unquoted(value)) != name_key(old) for value in values):
            return piece[0]
        names = []
        for value in values:
            is_old = name_key(unquoted(value)) == name_key(old)
            names += [value] * (is_shared or not is_old) + [quoted(new)] * is_old
        return f"{piece[1]}{field}={'|'.join(dict.fromkeys(names))}"

    return re.sub(PIECE, follow_in, query, flags=re.IGNORECASE)
