"""The schema: `schema.sql` defines version 1, `MIGRATIONS` all later ones, counted by `PRAGMA user_version`.

What is true of an article is in `article`. `label_article` repeats its date, feed, read, starred and aside beside each
of its labels, so that a list or count of a category reads one narrow, ordered range of rows. Only `labels` writes
those columns, and a property test checks that they agree. The counts of a feed or label are stored in its row: whoever
inserts articles updates them; for other changes, triggers do. An article without category or author has the label with
the empty name. An article that a rule hides is `aside`, and in no list or count.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import cache
from pathlib import Path

APPLICATION_ID = 0x74756931
"""`tui1`: identifies the file as tuireader's."""
UNRELEASED_ID = 0x74756952
"""Identifies caches of development versions before the first release."""

OLDEST_SQLITE = (3, 35, 0)
"""Required by the statements of the store: RETURNING."""
NEWER_INDEX = (3, 43, 0)
"""The first version in which entries can be deleted from a search index that does not store the texts."""

INDEX_SETTINGS = (("automerge", 0), ("crisismerge", 256), ("usermerge", 16))
"""Segments of the search index are merged at 16 a level when idle, else at 256.

Every feed with news adds a segment. A search looks into each, which takes microseconds; early merging took a third of a
refresh.
"""


def create(c: sqlite3.Connection) -> None:
    """Create all tables, in the caller's transaction."""
    for statement in statements():
        c.execute(statement)
    # An index alone is a third of the size of an index with its own copy of the text.
    contentless = ", content='', contentless_delete=1" if sqlite3.sqlite_version_info >= NEWER_INDEX else ""
    c.execute(
        "CREATE VIRTUAL TABLE search USING fts5"
        f"(title, authors, categories, body, tokenize='unicode61 remove_diacritics 2'{contentless})"
    )
    set_up_index(c)


def set_up_index(c: sqlite3.Connection) -> None:
    for name, value in INDEX_SETTINGS:
        c.execute("INSERT INTO search (search, rank) VALUES (?, ?)", (name, value))


@cache
def statements() -> tuple[str, ...]:
    """The statements of `schema.sql`; SQLite's own script runner would end the transaction."""
    found, statement = [], ""
    for line in Path(__file__).with_suffix(".sql").read_text("utf-8").splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            found.append(statement)
            statement = ""
    return tuple(found)


MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (create,)
"""Each migrates from the version of its index to the next, in the caller's transaction."""


Description = list[tuple[str, str, str, "str | None"]]
"""Type, name, table and SQL of everything in a file, in SQLite's order."""


def expected(version: int) -> Description:
    """The description of an intact file of this version."""
    with closing(made(version)) as c:
        return described(c)


def made(version: int, page_size: int = 4096, *, is_vacuumed: bool = False) -> sqlite3.Connection:
    """An empty cache of this version in memory; the caller closes it.

    VACUUM rewrites a file: first tables, then indexes, then the rest.
    """
    c = sqlite3.connect(":memory:", isolation_level=None)
    c.execute(f"PRAGMA page_size = {page_size}")
    for migrate in MIGRATIONS[:version]:
        migrate(c)
    if is_vacuumed:
        c.execute("VACUUM")
    return c


def has_expected_schema(c: sqlite3.Connection | sqlite3.Cursor, version: int) -> bool:
    """Whether a file has exactly the tables, indexes and triggers of this version, in any order."""
    return sorted(map(repr, described(c))) == sorted(map(repr, expected(version)))


def orders(version: int) -> list[Description]:
    """The orders in which the tables, indexes and triggers of this version may be in a file.

    As created or as after VACUUM; and each with the search index last, as after a rebuild.
    """
    found = []
    for is_vacuumed in (False, True):
        with closing(made(version, is_vacuumed=is_vacuumed)) as c:
            whole = described(c)
        index = [each for each in whole if each[1].startswith("search")]
        found += [whole, [each for each in whole if each not in index] + index]
    return found


def described(c: sqlite3.Connection | sqlite3.Cursor) -> Description:
    return c.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY rowid").fetchall()
