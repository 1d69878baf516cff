"""Taking articles into the search index, and into stories: with their rows, or later, when nobody waits.

Indexing takes as long as all else that is done with an article. Where many come at once, they can be read first; those
that the index does not have yet stand in `unindexed`, and whoever searches meanwhile is told how many there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from tuireader.store import duplicates, tokens
from tuireader.store.bodies import unpack
from tuireader.store.connection import transaction
from tuireader.store.labels import names_of, split_names
from tuireader.store.row_values import id_list, sound, text_of
from tuireader.text.shingles import Sketch, sketch

if TYPE_CHECKING:
    import sqlite3

PlainText = Callable[[str], str]
"""What makes plain text, for the index, of an article's HTML."""

_PACKED_MAX = 4_000_000
"""Bytes of texts, as they are kept, that are indexed in one step."""

Row = tuple[Any, ...]
"""An article for the index: its id, then its columns."""


class Due(NamedTuple):
    """What an article is indexed by."""

    row: Row
    feed_id: int
    title: str
    text: str


def columns(title: str, authors: Iterable[str], categories: Iterable[str], text: str) -> tuple[str, ...]:
    given = (title, "\n".join(authors), "\n".join(categories), text)
    return tuple(tokens.indexed(sound(column)) for column in given)


def add(c: sqlite3.Connection, rows: Iterable[Row]) -> None:
    """Take articles into the index that are not in it."""
    c.executemany("INSERT INTO search (rowid, title, authors, categories, body) VALUES (?, ?, ?, ?, ?)", rows)


def replace(c: sqlite3.Connection, article_id: int, text: str) -> None:
    """Index an article anew, as it is in the tables; `text` is its plain text."""
    row = c.execute(
        f"SELECT a.title, {names_of('author')}, {names_of('category')}, a.feed_id FROM article AS a WHERE a.id = ?",
        (article_id,),
    ).fetchone()
    if row is None:
        return
    title, authors, categories, feed_id = row
    c.execute("DELETE FROM search WHERE rowid = ?", (article_id,))
    add(c, [(article_id, *columns(text_of(title), split_names(authors), split_names(categories), text))])
    if c.execute("DELETE FROM unindexed WHERE article_id = ?", (article_id,)).rowcount:
        duplicates.join(c, feed_id, {article_id: sketch(text_of(title), text)})


def due(c: sqlite3.Connection, ids: Iterable[int], plain_text: PlainText) -> list[Due]:
    """What these articles are indexed by, as they are in the tables, in the order of their ids."""
    found = c.execute(
        f"SELECT a.id, a.feed_id, a.title, {names_of('author')}, {names_of('category')}, b.html, b.full_text"
        " FROM json_each(?) AS w CROSS JOIN article AS a ON a.id = w.value JOIN body AS b ON b.article_id = a.id",
        (id_list(sorted(ids)),),
    ).fetchall()
    made = []
    for id_, feed_id, title, authors, categories, html, full_text in found:
        text = plain_text(unpack(html)) if full_text is None else unpack(full_text)
        row = (id_, *columns(text_of(title), split_names(authors), split_names(categories), text))
        made.append(Due(row, feed_id, text_of(title), text))
    return made


def put_off(c: sqlite3.Connection, ids: Iterable[int]) -> None:
    c.executemany("INSERT INTO unindexed (article_id) VALUES (?)", [(id_,) for id_ in ids])


def waiting(c: sqlite3.Connection) -> int:
    """How many articles are not in the index yet."""
    number: int = c.execute("SELECT count(*) FROM unindexed").fetchone()[0]
    return number


def _newest(c: sqlite3.Connection, most: int) -> list[int]:
    """The newest that wait; no more than can be in memory at a time."""
    found, size = [], 0
    sql = (
        "SELECT u.article_id, length(b.html) + coalesce(length(b.full_text), 0) FROM unindexed AS u"
        " LEFT JOIN body AS b ON b.article_id = u.article_id ORDER BY u.article_id DESC LIMIT ?"
    )
    for article_id, packed in c.execute(sql, (most,)).fetchall():
        found.append(article_id)
        size += packed or 0
        if size > _PACKED_MAX:
            break
    return found


def index_some(c: sqlite3.Connection, plain_text: PlainText, most: int) -> int:
    """Index the newest of what waits, so many articles at most; how many there were.

    Others can write for nearly half of the time that it takes: texts are made before the file is locked. What was
    edited meanwhile was indexed with the edit.
    """
    newest = _newest(c, most)
    ready = due(c, newest, plain_text)
    sketches = {each.row[0]: sketch(each.title, each.text) for each in ready}
    with transaction(c):
        some = id_list(newest)
        left = {
            row[0]
            for row in c.execute(
                "DELETE FROM unindexed WHERE article_id IN (SELECT value FROM json_each(?)) RETURNING article_id",
                (some,),
            ).fetchall()
        }
        ready = [each for each in ready if each.row[0] in left]
        add(c, [each.row for each in ready])
        of_feeds: dict[int, dict[int, Sketch]] = {}
        for each in ready:
            of_feeds.setdefault(each.feed_id, {})[each.row[0]] = sketches[each.row[0]]
        for feed_id, new in of_feeds.items():
            duplicates.join(c, feed_id, new)
    return len(newest)
