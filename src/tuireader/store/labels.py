"""Labels of articles: authors, categories and tags. All SQL on them is here."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from tuireader.store.connection import transaction
from tuireader.store.row_values import folded, id_list, name_key, text_of, tidy

if TYPE_CHECKING:
    Tags = list[str]


Kind = Literal["category", "author", "tag"]

NUMBERS: Mapping[Kind, int] = {"category": 1, "author": 2, "tag": 3}
"""The number of each kind in the tables."""
OF_PUBLISHERS: tuple[Kind, ...] = ("category", "author")
"""Labels given by feeds; articles without one are filed under the empty name."""

TAGGED = f"SELECT article_id FROM label_article WHERE kind = {NUMBERS['tag']}"
"""SQL for the ids of tagged articles."""

_ALL = ", ".join(map(str, NUMBERS.values()))
_TAGS = 500
"""Maximum tags of an article."""
_SEPARATOR = "\x1f"


class Repeated(NamedTuple):
    """Columns of an article that are repeated beside each of its labels, so that a list reads one table."""

    date: int
    feed_id: int
    read: int
    starred: int
    aside: int = 0


REPEATED = "date, feed_id, read, starred, aside"
"""The columns of `Repeated`."""


def rows_of(kind: Kind) -> tuple[str, str, str]:
    return "label_article AS d", "d.article_id", f"d.kind = {NUMBERS[kind]}"


def saying(c: sqlite3.Connection, kind: Kind, part: str) -> list[int]:
    """Ids of labels whose names contain a part, ignoring case and accents."""
    key = folded(part)
    rows = c.execute("SELECT id, key FROM label WHERE kind = ?", (NUMBERS[kind],)).fetchall()
    return [id_ for id_, name in rows if key in folded(text_of(name))]


def has_any_label(kind: Kind, sign: Literal["IN", "NOT IN"]) -> str:
    return f"{{id}} {sign} ({articles_with_any(kind).replace('DISTINCT ', '')})"


def articles_with_any(kind: Kind) -> str:
    """SQL for the distinct ids (`article_id`) of articles with any label of a list of ids."""
    return (
        f"SELECT DISTINCT t.article_id FROM label_article AS t WHERE t.kind = {NUMBERS[kind]}"
        " AND t.label_id IN (SELECT value FROM json_each(?))"
    )


def has_label(kind: Kind, article: str) -> str:
    """SQL condition: an article has the label whose id is the parameter.

    `article` is the column of the article's id; its date must be in `d.date`.
    """
    return (
        f"EXISTS (SELECT 1 FROM label_article AS x WHERE x.kind = {NUMBERS[kind]} AND x.label_id = ?"
        f" AND x.date = d.date AND x.article_id = {article})"
    )


def names_of(kind: Kind) -> str:
    """SQL for the names of a kind of article `a`, in order, for `split_names`."""
    return (
        f"(SELECT group_concat(name, '{_SEPARATOR}') FROM (SELECT n.name FROM label_article AS l"
        " INDEXED BY label_of_article JOIN label AS n ON n.id = l.label_id"
        f" WHERE l.article_id = a.id AND l.kind = {NUMBERS[kind]} ORDER BY l.place))"
    )


def split_names(names: object) -> tuple[str, ...]:
    return tuple(name for name in text_of(names).split(_SEPARATOR) if name)


def find(c: sqlite3.Connection, kind: Kind, name: str) -> int | None:
    row = c.execute("SELECT id FROM label WHERE kind = ? AND key = ?", (NUMBERS[kind], name_key(name))).fetchone()
    return None if row is None else row[0]


def beginning_with(c: sqlite3.Connection, kind: Kind, part: str) -> str | None:
    key = name_key(part)
    row = c.execute(
        "SELECT name FROM label WHERE kind = ? AND key >= ? AND key < ? ORDER BY articles DESC LIMIT 1",
        (NUMBERS[kind], key, f"{key}\U0010ffff"),
    ).fetchone()
    return None if row is None else text_of(row[0])


def every(c: sqlite3.Connection, kind: Kind) -> list[str]:
    """All names of a kind that articles have."""
    used = "EXISTS (SELECT 1 FROM label_article AS a WHERE a.kind = label.kind AND a.label_id = label.id)"
    rows = c.execute(f"SELECT name FROM label WHERE kind = ? AND key <> '' AND {used} ORDER BY key", (NUMBERS[kind],))
    return [text_of(name) for (name,) in rows]


def counted(kind: Kind, column: Literal["articles", "unread"]) -> tuple[str, tuple[int, ...]]:
    """SQL and parameters for the names of a kind with unread and `column` counts above 0, the highest first."""
    sql = f"SELECT name, unread, {column} FROM label WHERE kind = ? AND {column} > 0 ORDER BY {column} DESC, key"
    return sql, (NUMBERS[kind],)


def unique(names: Iterable[str]) -> list[str]:
    """Normalised names without repetitions, ignoring case; the empty name if there are none."""
    found: dict[str, str] = {}
    for name in names:
        if key := name_key(name):
            found.setdefault(key, tidy(name))
    return list(found.values()) or [""]


def put(c: sqlite3.Connection, kind: Kind, names: Mapping[int, list[str]], rows: Mapping[int, Repeated]) -> None:
    """Give articles labels; `names` by article id in order, `rows` the columns repeated beside each label.

    New labels are created, and the counts of all updated.
    """
    import json  # the start of the app does without these
    from collections import Counter

    number = NUMBERS[kind]
    spelled = {name_key(name): name for some in names.values() for name in reversed(some)}
    c.executemany(
        "INSERT INTO label (kind, name, key) VALUES (?, ?, ?) ON CONFLICT (kind, key) DO NOTHING",
        [(number, name, key) for key, name in spelled.items()],
    )
    ids = dict(
        c.execute(
            "SELECT key, id FROM label WHERE kind = ? AND key IN (SELECT value FROM json_each(?))",
            (number, json.dumps(list(spelled))),
        ).fetchall()
    )
    links = [
        (number, ids[name_key(name)], article_id, place, *rows[article_id])
        for article_id, some in names.items()
        for place, name in enumerate(some)
    ]
    c.executemany(
        f"INSERT INTO label_article (kind, label_id, article_id, place, {REPEATED}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        links,
    )
    in_sight = [link for link in links if not rows[link[2]].aside]
    articles = Counter(link[1] for link in in_sight)
    unread = Counter(link[1] for link in in_sight if not rows[link[2]].read)
    c.executemany(
        "UPDATE label SET articles = articles + ?, unread = unread + ? WHERE id = ?",
        [(all_, unread[label_id], label_id) for label_id, all_ in articles.items()],
    )


def replace(c: sqlite3.Connection, kind: Kind, article_id: int, names: list[str], row: Repeated) -> None:
    sql = "DELETE FROM label_article INDEXED BY label_of_article WHERE article_id = ? AND kind = ?"
    c.execute(sql, (article_id, NUMBERS[kind]))
    put(c, kind, {article_id: names}, {article_id: row})


def move_to(c: sqlite3.Connection, feed_id: int, ids: str) -> None:
    """Write the new feed beside the labels of articles that move to it; `ids` as from `row_values.id_list`."""
    c.execute(
        f"UPDATE label_article INDEXED BY label_of_article SET feed_id = ? WHERE kind IN ({_ALL})"
        " AND article_id IN (SELECT value FROM json_each(?))",
        (feed_id, ids),
    )


def remove_of(c: sqlite3.Connection, feed_id: int) -> None:
    """Remove the labels of a feed's articles, before these are removed."""
    c.execute(
        f"DELETE FROM label_article INDEXED BY label_of_article WHERE kind IN ({_ALL}) AND article_id IN"
        " (SELECT id FROM article INDEXED BY article_by_feed WHERE feed_id = ?)",
        (feed_id,),
    )


def remove_from(c: sqlite3.Connection, ids: str) -> None:
    """Remove the labels of articles, before these are removed; `ids` as from `row_values.id_list`."""
    c.execute(
        f"DELETE FROM label_article INDEXED BY label_of_article WHERE kind IN ({_ALL})"
        " AND article_id IN (SELECT value FROM json_each(?))",
        (ids,),
    )


def write_status(c: sqlite3.Connection, column: Literal["read", "starred", "aside"], value: int, ids: str) -> None:
    """Write a status to articles, and beside their labels; `ids` as from `row_values.id_list`."""
    c.execute(
        f"UPDATE article SET {column} = ?1 WHERE id IN (SELECT value FROM json_each(?2)) AND {column} <> ?1",
        (value, ids),
    )
    repeat_status(c, column, value, ids)


def repeat_status(c: sqlite3.Connection, column: Literal["read", "starred", "aside"], value: int, ids: str) -> None:
    """Write the copies of a status beside labels; `ids` as from `row_values.id_list`."""
    c.execute(
        f"UPDATE label_article INDEXED BY label_of_article SET {column} = ?1"
        f" WHERE kind IN ({_ALL}) AND article_id IN (SELECT value FROM json_each(?2)) AND {column} <> ?1",
        (value, ids),
    )


def repeat_date(c: sqlite3.Connection, article_id: int, date: int) -> None:
    """Write the date of an article beside its labels."""
    c.execute(
        f"UPDATE label_article INDEXED BY label_of_article SET date = ? WHERE kind IN ({_ALL}) AND article_id = ?",
        (date, article_id),
    )


def remove_unused(c: sqlite3.Connection) -> None:
    """Delete authors and categories without articles; unused tags stay."""
    c.execute(
        f"DELETE FROM label WHERE kind <> {NUMBERS['tag']} AND key <> '' AND articles = 0 AND NOT EXISTS"
        " (SELECT 1 FROM label_article AS l WHERE l.kind = label.kind AND l.label_id = label.id)"
    )


def tags_of(c: sqlite3.Connection, ids: Iterable[int]) -> dict[int, list[str]]:
    """Tags by article, in order; articles without any are left out."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = c.execute(
        "SELECT l.article_id, n.name FROM json_each(?) AS w CROSS JOIN label_article AS l INDEXED BY label_of_article"
        " ON l.article_id = w.value AND l.kind = ? JOIN label AS n ON n.id = l.label_id ORDER BY l.article_id, l.place",
        (id_list(ids), NUMBERS["tag"]),
    )
    for article_id, name in rows.fetchall():
        found[article_id].append(text_of(name))
    return dict(found)


def add_tags(c: sqlite3.Connection, ids: Sequence[int], names: Iterable[str]) -> list[int]:
    """Add tags to articles, up to the limit of each; returns the ids that changed."""
    wanted = [name for name in unique(names) if name]

    def change(there: Tags) -> Tags:
        return [name for name in unique([*there, *wanted]) if name][: max(_TAGS, len(there))]

    return _change(c, ids, change)


def remove_tags(c: sqlite3.Connection, ids: Sequence[int], names: Iterable[str]) -> list[int]:
    """Remove tags from articles; returns the ids that changed. Unused tags stay."""
    unwanted = {name_key(name) for name in names}
    return _change(c, ids, lambda there: [name for name in there if name_key(name) not in unwanted])


def _change(c: sqlite3.Connection, ids: Sequence[int], change: Callable[[Tags], Tags]) -> list[int]:
    with transaction(c):
        there = tags_of(c, ids)
        rows = c.execute(
            f"SELECT a.id, {REPEATED} FROM json_each(?) AS w CROSS JOIN article AS a ON a.id = w.value",
            (id_list(ids),),
        ).fetchall()
        changed = []
        for article_id, *repeated in rows:
            before = there.get(article_id, [])
            after = change(before)
            if after != before:
                replace(c, "tag", article_id, after, Repeated(*repeated))
                changed.append(article_id)
    return changed
