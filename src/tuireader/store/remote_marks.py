"""Articles of accounts by what their servers call them, and the marks that servers tell of.

What the user did and the server was not told of yet stands in the journal, and goes before what the server says.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from tuireader.store import labels, stories, sync_journal
from tuireader.store.columns import id_list, sound, text_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime

    from tuireader.model.change import Field

_OF_ACCOUNT = "article AS a JOIN feed AS f ON f.id = a.feed_id"


class Numbered(NamedTuple):
    """An article that a server has a name for."""

    id: int
    digest: bytes


class Marks(NamedTuple):
    """How many articles became what."""

    read: int = 0
    unread: int = 0
    starred: int = 0
    unstarred: int = 0


def numbered(c: sqlite3.Connection, account_id: int, numbers: Iterable[str]) -> dict[str, Numbered]:
    """The articles of an account that its server calls so."""
    rows = c.execute(
        "SELECT a.server_id, a.id, a.digest FROM json_each(?) AS w"
        " CROSS JOIN article AS a INDEXED BY article_by_server ON a.server_id = w.value"
        " JOIN feed AS f ON f.id = a.feed_id WHERE f.account_id = ?",
        (_listed(numbers), account_id),
    ).fetchall()
    return {text_of(row[0]): Numbered(row[1], row[2]) for row in rows}


def with_number(c: sqlite3.Connection, ids: Iterable[int]) -> set[int]:
    """Those of some articles that a server has a name for."""
    sql = "SELECT id FROM article WHERE id IN (SELECT value FROM json_each(?)) AND server_id IS NOT NULL"
    return {row[0] for row in c.execute(sql, (id_list(ids),)).fetchall()}


def number_of(c: sqlite3.Connection, article_id: int) -> str:
    """What the server of its account calls an article; empty where it has no name for it."""
    row = c.execute("SELECT server_id FROM article WHERE id = ?", (article_id,)).fetchone()
    return text_of(row[0]) if row and row[0] is not None else ""


def give_number(c: sqlite3.Connection, article_id: int, number: str) -> None:
    """Let an article be what a server calls so."""
    c.execute("UPDATE article SET server_id = ? WHERE id = ?", (sound(number), article_id))


def forget(c: sqlite3.Connection, account_id: int, numbers: Collection[str]) -> None:
    """Forget what a server calls articles that it does not know any more, and what it was to be told of them."""
    ids = id_list(each.id for each in numbered(c, account_id, numbers).values())
    c.execute("UPDATE article SET server_id = NULL WHERE id IN (SELECT value FROM json_each(?))", (ids,))
    sync_journal.forget(c, ids)


def forget_all(c: sqlite3.Connection, account_id: int) -> None:
    """Forget what a server calls any article; what it is to be told stays."""
    c.execute(
        "UPDATE article SET server_id = NULL WHERE server_id IS NOT NULL"
        " AND feed_id IN (SELECT id FROM feed WHERE account_id = ?)",
        (account_id,),
    )


def forget_of_feed(c: sqlite3.Connection, feed_id: int) -> None:
    """The same for the articles of one feed, which was followed anew; what the server is to be told stays."""
    c.execute("UPDATE article SET server_id = NULL WHERE feed_id = ? AND server_id IS NOT NULL", (feed_id,))


def either(c: sqlite3.Connection, article_id: int, *, read: bool, starred: bool, now: datetime) -> tuple[bool, bool]:
    """Of an article that was here before its server called it anything: marked where it is marked here or there.

    What the server does not know of that goes into the journal. Gives whether it is read, and starred.
    """
    row = c.execute("SELECT read, starred FROM article WHERE id = ?", (article_id,)).fetchone()
    here: dict[Field, bool] = {"read": bool(row[0]), "starred": bool(row[1])} if row else {}
    there: dict[Field, bool] = {"read": read, "starred": starred}
    for field, value in here.items():
        if value and not there[field]:
            sync_journal.owe(c, article_id, field, 1, now)
        elif there[field]:  # what was to be told is so already
            sync_journal.known_there(c, article_id, field, 1)
    return read or here.get("read", False), starred or here.get("starred", False)


def take(c: sqlite3.Connection, states: Mapping[int, tuple[bool, bool]], now: datetime) -> Marks:
    """Let articles be read and starred as their server says, but for what it has not been told of yet.

    Others that tell the same stories follow, and their servers are told.
    """
    rows = c.execute(
        "SELECT id, read, starred FROM article WHERE id IN (SELECT value FROM json_each(?))", (id_list(states),)
    ).fetchall()
    untold = sync_journal.untold(c, states)
    counts = []
    fields: tuple[tuple[Field, int], ...] = (("read", 0), ("starred", 1))
    for field, place in fields:
        for value in (True, False):
            ids = [
                row[0]
                for row in rows
                if states[row[0]][place] is value
                and bool(row[place + 1]) is not value
                and (row[0], field) not in untold
            ]
            counts.append(len(ids))
            if ids:
                _write(c, ids, field, value=value, now=now)
    return Marks(*counts)


def _write(c: sqlite3.Connection, ids: list[int], field: Field, *, value: bool, now: datetime) -> None:
    every = stories.with_others(c, ids)
    told = set(ids)
    others = [id_ for id_ in every if id_ not in told]
    if others:
        sync_journal.note(c, id_list(others), field, int(value), now)
    labels.write_status(c, field, int(value), id_list(every))


class Doubts(NamedTuple):
    """What is to be asked of a server that has told which articles are unread and starred there."""

    lacking: list[str]
    """Articles that are not here."""
    unseen: list[str]
    """Articles that are unread or starred here and, as it seems, not there: it may not know them at all any more."""
    turned: dict[int, tuple[bool, bool]]
    """Articles, by their ids, that are other than here, and are in its lists: it knows them."""


def compare(c: sqlite3.Connection, account_id: int, unread: Collection[str], starred: Collection[str]) -> Doubts:
    """What differs between an account here and its server, but for what that has not been told of yet."""
    rows = c.execute(
        f"SELECT a.server_id, a.id, a.read, a.starred FROM {_OF_ACCOUNT}"
        " WHERE f.account_id = ? AND a.server_id IS NOT NULL",
        (account_id,),
    ).fetchall()
    is_unread, is_starred = set(unread), set(starred)
    here = set()
    unseen, turned = [], {}
    different = []
    for kept, id_, read, star in rows:
        number = text_of(kept)
        here.add(number)
        there = (number not in is_unread, number in is_starred)
        if there != (bool(read), bool(star)):
            different.append((number, id_, there))
    untold = sync_journal.untold(c, [id_ for _, id_, _ in different])
    marks = {id_: (bool(read), bool(star)) for _, id_, read, star in rows}
    for number, id_, there in different:
        read, star = marks[id_]
        if (there[0] == read or (id_, "read") in untold) and (there[1] == star or (id_, "starred") in untold):
            continue
        if number in is_unread or number in is_starred:
            turned[id_] = there
        else:
            unseen.append(number)
    lacking = sorted((is_unread | is_starred) - here, key=int, reverse=True)
    return Doubts(lacking, unseen, turned)


class Anchor(NamedTuple):
    """An article by which a server is known again."""

    number: str
    """What the server calls it."""
    link: str


def anchors(c: sqlite3.Connection, feed_ids: Iterable[int], most: int, of_each: int) -> list[Anchor]:
    """The newest articles that the server of some feeds has names for: at most so many in all, and of each feed."""
    found = []
    for feed_id in feed_ids:
        rows = c.execute(
            "SELECT server_id, link FROM article WHERE feed_id = ? AND server_id IS NOT NULL AND link <> ''"
            " ORDER BY length(server_id) DESC, server_id DESC LIMIT ?",
            (feed_id, of_each),
        ).fetchall()
        found += [Anchor(text_of(row[0]), text_of(row[1])) for row in rows]
    return sorted(found, key=lambda anchor: (len(anchor.number), anchor.number), reverse=True)[:most]


def _listed(numbers: Iterable[str]) -> str:
    return json.dumps([sound(number) for number in numbers])
