"""The hashes by which articles that tell the same find each other.

They are random numbers: those of one feed stand on as many pages of the file as there are of them, and to write all
those pages takes longer than the articles themselves. So the newest stand together, before all others, and are moved
to their places in order when nobody waits.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from tuireader.store.connection import transaction
from tuireader.store.row_values import id_list

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping, Sequence

_NEW = 1 << 40
"""What is taken from a hash that is new: the result is below zero, and in the same order."""
MANY = 20_000
"""New ones that are not moved yet: they take some twenty pages."""
STEP = 5_000
"""New ones that are moved in one step: some 20 ms."""
COMMON = 60
"""A hash that so many articles have says nothing; of the new ones, and of the others."""


def note(c: sqlite3.Connection, of: Mapping[int, Sequence[int]]) -> None:
    rows = sorted((hash_ - _NEW, id_) for id_, hashes in of.items() for hash_ in hashes)
    c.executemany("INSERT OR IGNORE INTO shingle (hash, article_id) VALUES (?, ?)", rows)


def in_common(c: sqlite3.Connection, of: Mapping[int, Sequence[int]], feed_id: int) -> dict[int, list[int]]:
    """For each of these articles of a feed those of other feeds that share hashes with it, those with most first."""
    having: dict[int, list[int]] = defaultdict(list)
    for id_, hashes in of.items():
        for hash_ in hashes:
            having[hash_].append(id_)
    few = f"SELECT count(*) FROM (SELECT 1 FROM shingle WHERE hash = w.value LIMIT {COMMON})"
    rows = c.execute(
        "SELECT w.value, o.article_id FROM json_each(?) AS w CROSS JOIN shingle AS o ON o.hash = w.value"
        f" CROSS JOIN article AS a ON a.id = o.article_id WHERE a.feed_id <> ? AND ({few}) < {COMMON}",
        (id_list([*having, *(hash_ - _NEW for hash_ in having)]), feed_id),
    ).fetchall()
    shared: dict[int, Counter[int]] = defaultdict(Counter)
    for hash_, other in rows:
        for id_ in having[hash_ if hash_ >= 0 else hash_ + _NEW]:
            shared[id_][other] += 1
    return {id_: [other for other, _ in _most_first(counts)] for id_, counts in shared.items()}


def _most_first(counts: Counter[int]) -> Iterable[tuple[int, int]]:
    return sorted(counts.items(), key=lambda each: (-each[1], each[0]))


def move_some(c: sqlite3.Connection) -> bool:
    """Move some of the new ones to their places, where there are many; whether there may be more."""
    if c.execute("SELECT 1 FROM shingle WHERE hash < 0 LIMIT 1 OFFSET ?", (MANY,)).fetchone() is None:
        return False
    with transaction(c):
        rows = c.execute(
            "SELECT hash, article_id FROM shingle WHERE hash < 0 ORDER BY 1, 2 LIMIT ?", (STEP,)
        ).fetchall()
        c.executemany("DELETE FROM shingle WHERE hash = ? AND article_id = ?", rows)
        c.executemany(
            "INSERT OR IGNORE INTO shingle (hash, article_id) VALUES (?, ?)",
            [(hash_ + _NEW, article_id) for hash_, article_id in rows],
        )
    return True
