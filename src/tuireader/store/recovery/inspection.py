"""Diagnosis of a suspect cache: intact, search index damaged, or more."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from typing import Literal

from tuireader.store.connection import BROKEN
from tuireader.store.labels import NUMBERS, OF_PUBLISHERS
from tuireader.store.recovery.leaf_pages import varint
from tuireader.store.schema import expected, has_expected_schema

_RUN_BITS, _FIRST_OF_REMOVED = 37, 1 << 16
"""Bit position of the segment in a block's number; and the number from which blocks list deletions."""

CORE = ("feed", "article", "body", "setting", "hold")
"""Tables of every schema version."""


def what_is_wrong(c: sqlite3.Connection) -> Literal["nothing", "index", "more"]:
    """Check the whole cache: "nothing" is damaged, only the search "index", or "more".

    `c` must be its only connection.
    """
    version = c.execute("PRAGMA user_version").fetchone()[0]
    if not has_expected_schema(c, version):
        return "more"
    tables = [
        name for kind, name, *_ in expected(version) if kind == "table" and not name.startswith(("search", "sqlite_"))
    ]
    if not all(_is_sound(c, table) for table in tables) or not _agrees_with_itself(c):
        return "more"
    if not _is_index_sound(c):
        return "index"
    return "nothing" if _integrity(c) else "more"


def is_sound(c: sqlite3.Connection) -> bool:
    return _integrity(c) and _is_index_sound(c)


def _integrity(c: sqlite3.Connection, table: str = "") -> bool:
    what = f"({table})" if table else "(1)"
    return bool(c.execute(f"PRAGMA integrity_check{what}").fetchone()[0] == "ok")


def _is_sound(c: sqlite3.Connection, table: str) -> bool:
    """Whether a table and its indexes are intact, and each value has its column's type."""
    kinds = []
    for _, name, kind, notnull, _, key in c.execute(f"PRAGMA table_info({table})").fetchall():
        if not (key and kind == "INTEGER"):
            null = "" if notnull else ", 'null'"
            kinds.append(f"typeof({name}) NOT IN ('{kind.lower()}'{null})")
    odd = c.execute(f"SELECT 1 FROM {table} NOT INDEXED WHERE {' OR '.join(kinds) or 0} LIMIT 1").fetchone()
    return odd is None and _integrity(c, table)


def _agrees_with_itself(c: sqlite3.Connection) -> bool:
    """Whether copied values and counts agree with the rows that they come from, and all references exist."""
    disagreements = [
        "SELECT 1 FROM article WHERE read NOT IN (0, 1) OR starred NOT IN (0, 1) OR aside NOT IN (0, 1, 2) LIMIT 1",
        "SELECT 1 FROM sqlite_sequence WHERE typeof(seq) <> 'integer' OR seq > 1000000000000 LIMIT 1",
        "SELECT 1 FROM article WHERE id > (SELECT max(seq) FROM sqlite_sequence WHERE name = 'article') LIMIT 1",
        "SELECT 1 FROM feed WHERE id > (SELECT max(seq) FROM sqlite_sequence WHERE name = 'feed') LIMIT 1",
        "SELECT 1 FROM article WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'article') LIMIT 1",
        "SELECT 1 FROM article AS a WHERE NOT EXISTS (SELECT 1 FROM body WHERE article_id = a.id) LIMIT 1",
        (
            "SELECT 1 FROM label_article AS l LEFT JOIN article AS a ON a.id = l.article_id WHERE"
            " (l.date, l.feed_id, l.read, l.starred, l.aside) IS NOT (a.date, a.feed_id, a.read, a.starred, a.aside)"
            " LIMIT 1"
        ),
        "SELECT 1 FROM label_article AS l LEFT JOIN label AS n ON n.id = l.label_id WHERE n.kind IS NOT l.kind LIMIT 1",
        (
            "SELECT 1 FROM feed AS f WHERE (f.articles, f.unread, f.starred) IS NOT"
            " (SELECT count(*), coalesce(sum(read = 0), 0), coalesce(sum(starred), 0) FROM article"
            " WHERE feed_id = f.id AND aside <> 1) LIMIT 1"
        ),
        (
            "SELECT 1 FROM label AS n WHERE (n.articles, n.unread) IS NOT (SELECT count(*), coalesce(sum(read = 0), 0)"
            " FROM label_article AS l WHERE l.kind = n.kind AND l.label_id = n.id AND l.aside = 0) LIMIT 1"
        ),
        *(
            f"SELECT 1 WHERE (SELECT count(*) FROM {table} INDEXED BY {name} WHERE {some})"
            f" <> (SELECT count(*) FROM {table} NOT INDEXED WHERE {some})"
            for name, table, some in _partial_indexes(c)
        ),
        *(
            "SELECT 1 FROM article AS a WHERE NOT EXISTS (SELECT 1 FROM label_article AS l WHERE"
            f" l.article_id = a.id AND l.kind = {NUMBERS[kind]}) LIMIT 1"
            for kind in OF_PUBLISHERS
        ),
    ]
    return (
        not any(c.execute(each).fetchone() for each in disagreements)
        and not c.execute("PRAGMA foreign_key_check").fetchall()
    )


def _partial_indexes(c: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """Partial indexes: name, table, condition. SQLite does not check one without rows."""
    rows = c.execute("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'")
    return [(name, table, sql.partition(" WHERE ")[2]) for name, table, sql in rows.fetchall()]


def _is_index_sound(c: sqlite3.Connection) -> bool:
    """Whether the search index is intact and contains each article that is not pending exactly once."""
    c.execute("BEGIN")
    try:
        c.execute("INSERT INTO search (search) VALUES ('integrity-check')")
        due = "SELECT id FROM article EXCEPT SELECT article_id FROM unindexed"
        missing = c.execute(f"{due} EXCEPT SELECT id FROM search_docsize LIMIT 1").fetchone()
        more = c.execute(f"SELECT id FROM search_docsize EXCEPT SELECT * FROM ({due}) LIMIT 1").fetchone()
        shadows = [row[0] for row in c.execute("SELECT name FROM sqlite_master WHERE name LIKE 'search!_%' ESCAPE '!'")]
        if not (_index_totals_match(c) and _finds_its_runs(c)):
            return False
        return missing is None and more is None and all(_integrity(c, each) for each in shadows)
    except BROKEN:
        return False
    finally:
        if c.in_transaction:  # a check is written as an insertion, and must leave no trace
            c.execute("ROLLBACK")


def _index_totals_match(c: sqlite3.Connection) -> bool:
    """Whether the index has as many words as it states, all of them readable; its own check omits some of that.

    Words in a missing column are not counted: sorting by best match fails on them. Entries deleted from an index
    without content stay in its totals.
    """
    c.execute("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, search, instance)")
    words = c.execute("SELECT count(col) FROM temp.words").fetchone()[0]
    said = c.execute("SELECT block FROM search_data WHERE id = 1").fetchone()
    articles, *sizes = _numbers(said[0]) if said and said[0] else [0]
    there = c.execute("SELECT sz FROM search_docsize").fetchall()
    return articles >= len(there) and sum(sizes) >= words == sum(sum(_numbers(size)) for (size,) in there)


def _finds_its_runs(c: sqlite3.Connection) -> bool:
    """Whether the directory of the search index names exactly its segments, which FTS5's own check does not verify."""
    named = {row[0] for row in c.execute("SELECT DISTINCT segid FROM search_idx").fetchall()}
    numbers = (row[0] for row in c.execute(f"SELECT DISTINCT id >> {_RUN_BITS} FROM search_data WHERE id > 10"))
    return named == {number for number in numbers if number < _FIRST_OF_REMOVED}


def _numbers(block: object) -> list[int]:
    if not isinstance(block, bytes):
        return [0]
    found, at = [], 0
    with suppress(IndexError):
        while at < len(block):
            value, at = varint(block, at)
            found.append(value)
    return found or [0]
