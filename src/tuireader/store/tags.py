"""The user's own tags on articles."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from tuireader.store import labels
from tuireader.store.connection import transaction
from tuireader.store.keys import name_key
from tuireader.store.labels import NUMBERS, REPEATED, Repeated
from tuireader.store.row_values import id_list, text_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Sequence

    Tags = list[str]


def of(c: sqlite3.Connection, ids: Iterable[int]) -> dict[int, list[str]]:
    """The tags of articles, in the order in which they were given; those that have none are left out."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = c.execute(
        "SELECT l.article_id, n.name FROM json_each(?) AS w CROSS JOIN label_article AS l INDEXED BY label_of_article"
        " ON l.article_id = w.value AND l.kind = ? JOIN label AS n ON n.id = l.label_id ORDER BY l.article_id, l.place",
        (id_list(ids), NUMBERS["tag"]),
    )
    for article_id, name in rows.fetchall():
        found[article_id].append(text_of(name))
    return dict(found)


def add(c: sqlite3.Connection, ids: Sequence[int], names: Iterable[str]) -> list[int]:
    """Give articles tags; the ids of those that had not all of them."""
    wanted = [name for name in labels.unique(names) if name]
    return _change(c, ids, lambda there: [name for name in labels.unique([*there, *wanted]) if name])


def remove(c: sqlite3.Connection, ids: Sequence[int], names: Iterable[str]) -> list[int]:
    """Take tags from articles; the ids of those that had one of them. A tag stays where no article has it any more."""
    unwanted = {name_key(name) for name in names}
    return _change(c, ids, lambda there: [name for name in there if name_key(name) not in unwanted])


def _change(c: sqlite3.Connection, ids: Sequence[int], change: Callable[[Tags], Tags]) -> list[int]:
    with transaction(c):
        there = of(c, ids)
        rows = c.execute(
            f"SELECT a.id, {REPEATED} FROM json_each(?) AS w CROSS JOIN article AS a ON a.id = w.value",
            (id_list(ids),),
        ).fetchall()
        changed = []
        for article_id, *repeated in rows:
            before = there.get(article_id, [])
            after = change(before)
            if after != before:
                labels.replace(c, "tag", article_id, after, Repeated(*repeated))
                changed.append(article_id)
    return changed
