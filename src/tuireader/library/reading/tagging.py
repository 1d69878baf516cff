"""The user's own tags on articles, and what may be undone of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuireader.store import duplicates, labels

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable


def tag(c: sqlite3.Connection, ids: Collection[int], names: Iterable[str]) -> list[int]:
    """Give articles tags, and all that tell the same; the ids of those that had not all of them."""
    return labels.add_tags(c, duplicates.with_others(c, [*ids]), names)


def untag(c: sqlite3.Connection, ids: Collection[int], names: Iterable[str]) -> list[int]:
    """Take tags from articles, and all that tell the same; the ids of those that had one of them."""
    return labels.remove_tags(c, duplicates.with_others(c, [*ids]), names)
