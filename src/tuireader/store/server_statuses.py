"""Articles of accounts by server id, and statuses from servers.

Local changes that the server does not know yet are in the outbox, and take precedence.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from tuireader.model.article import Field
from tuireader.model.feed import LOCAL
from tuireader.model.fetched import LocalArticle
from tuireader.store import duplicates, labels, status_outbox, statuses
from tuireader.store.connection import transaction
from tuireader.store.feeds import TO_READ
from tuireader.store.row_values import guid_key, id_list, link_key, moment, seconds, sound, text_of

_OF_ACCOUNT = "article AS a JOIN feed AS f ON f.id = a.feed_id"
_BY_NUMBER = (
    "CROSS JOIN article AS a INDEXED BY article_by_server ON a.server_id = w.value JOIN feed AS f ON f.id = a.feed_id"
)
_DAY = 86_400


class Marks(NamedTuple):
    """Number of articles changed, by status."""

    read: int = 0
    unread: int = 0
    starred: int = 0
    unstarred: int = 0


def candidates(
    c: sqlite3.Connection,
    account_id: int,
    feed_id: int,
    numbers: Iterable[str],
    *,
    guids: Iterable[str] = (),
    links: Iterable[str] = (),
    dates: Iterable[datetime] = (),
    newest: int = 2**62,
) -> list[tuple[int, LocalArticle]]:
    """Local articles that may be those of a feed's entries, each with its feed's id.

    Of the account: articles with one of these server ids, in any feed. Of the feed, with ids up to `newest`: those
    with one of these guids or links, or within a day of one of these dates.
    """
    days = {seconds(date) // _DAY * _DAY for date in dates}
    rows = c.execute(
        "SELECT feed_id, id, server_id, digest, guid, title, link, published FROM article WHERE id IN ("
        f" SELECT a.id FROM json_each(?3) AS w {_BY_NUMBER} WHERE f.account_id = ?1"
        " UNION SELECT id FROM article INDEXED BY article_by_guid"
        "  WHERE feed_id = ?2 AND id <= ?8 AND guid_key IN (SELECT value FROM json_each(?4))"
        " UNION SELECT id FROM article INDEXED BY article_by_link"
        "  WHERE link_key IN (SELECT value FROM json_each(?5)) AND feed_id = ?2 AND id <= ?8"
        " UNION SELECT a.id FROM json_each(?6) AS w CROSS JOIN article AS a INDEXED BY article_by_feed"
        "  ON a.feed_id = ?2 AND a.date BETWEEN w.value AND w.value + ?7 AND a.id <= ?8)",
        (
            account_id,
            feed_id,
            _listed(numbers),
            id_list({guid_key(guid) for guid in guids}),
            id_list({link_key(link) for link in links if link}),
            id_list({day + near for day in days for near in (-_DAY, 0, _DAY)}),
            _DAY - 1,
            newest,
        ),
    ).fetchall()
    return [
        (
            row[0],
            LocalArticle(
                row[1], text_of(row[2]), row[3], text_of(row[4]), text_of(row[5]), text_of(row[6]), moment(row[7])
            ),
        )
        for row in rows
    ]


def numbered(c: sqlite3.Connection, account_id: int, numbers: Iterable[str]) -> dict[str, int]:
    """Ids of those of an account's articles that have one of these server ids, by server id."""
    rows = c.execute(
        f"SELECT a.server_id, a.id FROM json_each(?) AS w {_BY_NUMBER} WHERE f.account_id = ?",
        (_listed(numbers), account_id),
    ).fetchall()
    return {text_of(row[0]): row[1] for row in rows}


def number_of(c: sqlite3.Connection, article_id: int) -> str:
    """The server id of an article; "" if it has none."""
    row = c.execute("SELECT server_id FROM article WHERE id = ?", (article_id,)).fetchone()
    return text_of(row[0]) if row and row[0] is not None else ""


def give_number(c: sqlite3.Connection, article_id: int, number: str) -> None:
    c.execute("UPDATE article SET server_id = ? WHERE id = ?", (sound(number), article_id))


def numbers(c: sqlite3.Connection, account_id: int, feed_id: int | None = None) -> dict[str, int]:
    """Ids of an account's articles, or of one feed's, by server id."""
    which = "" if feed_id is None else " AND f.id = ?2"
    rows = c.execute(
        f"SELECT a.server_id, a.id FROM {_OF_ACCOUNT} WHERE f.account_id = ?1{which} AND a.server_id IS NOT NULL",
        (account_id,) if feed_id is None else (account_id, feed_id),
    ).fetchall()
    return {text_of(row[0]): row[1] for row in rows}


def recent(c: sqlite3.Connection, account_id: int, below: int, since: datetime, most: int) -> list[tuple[str, int]]:
    """Server ids and ids of an account's newest unread or starred articles since a date, with ids under `below`.

    `below` 0 is no limit.
    """
    rows = c.execute(
        f"SELECT a.server_id, a.id FROM {_OF_ACCOUNT} WHERE f.account_id = ? AND a.server_id IS NOT NULL"
        " AND (a.read = 0 OR a.starred = 1) AND a.date >= ? AND a.id < ? ORDER BY a.id DESC LIMIT ?",
        (account_id, seconds(since), below or 2**62, most),
    ).fetchall()
    return [(text_of(row[0]), row[1]) for row in rows]


def forget(c: sqlite3.Connection, ids: Collection[int], *, is_read: bool = False) -> None:
    """Clear the server ids of articles that the server no longer knows by them; outbox entries stay.

    Their feeds will be fetched completely at the next sync, unless that has just been done (`is_read`).
    """
    kept = id_list(ids)
    if not is_read:
        c.execute(
            "INSERT OR IGNORE INTO feed_option (feed_id, name, value) SELECT DISTINCT feed_id, ?, 'yes' FROM article"
            " WHERE id IN (SELECT value FROM json_each(?)) AND server_id IS NOT NULL",
            (TO_READ, kept),
        )
    c.execute("UPDATE article SET server_id = NULL WHERE id IN (SELECT value FROM json_each(?))", (kept,))


def forget_of_feed(c: sqlite3.Connection, feed_id: int) -> None:
    """Clear the server ids of a feed's articles, which a new subscription makes invalid; outbox entries stay."""
    c.execute("UPDATE article SET server_id = NULL WHERE feed_id = ? AND server_id IS NOT NULL", (feed_id,))


def read_by_nobody(c: sqlite3.Connection, ids: Iterable[int]) -> set[int]:
    """The articles among these that arrived read from an archive, or were marked read by age."""
    sql = f"SELECT id FROM article AS a WHERE id IN (SELECT value FROM json_each(?)) AND {status_outbox.BY_NOBODY}"
    return {row[0] for row in c.execute(sql, (id_list(ids),)).fetchall()}


def unite(
    c: sqlite3.Connection,
    states: Mapping[int, tuple[bool, bool]],
    now: datetime,
    *,
    older: Collection[int] = (),
    of_archive: Collection[int] = (),
) -> Marks:
    """Merge local and server statuses: what is read or starred on one side becomes so on both.

    `states`: read and starred on the server, by article id. For articles in `older` these are older than the last
    sync, and the local statuses win. Articles in `of_archive` count as unread here. What the server lacks goes into
    the outbox.
    """
    rows = c.execute(
        "SELECT id, read, starred FROM article WHERE id IN (SELECT value FROM json_each(?))", (id_list(states),)
    ).fetchall()
    rows = [(id_, read and id_ not in of_archive, starred) for id_, read, starred in rows]
    fields: tuple[Field, ...] = ("read", "starred")
    united = {}
    for id_, *here in rows:
        there = states[id_]
        for field, ours, theirs in zip(fields, map(bool, here), there, strict=True):
            if ours == theirs:
                status_outbox.drop_known(c, id_, field, int(ours))
            elif ours or id_ in older:
                status_outbox.owe(c, id_, field, int(ours), now)
        if id_ not in older:
            united[id_] = (there[0] or bool(here[0]), there[1] or bool(here[1]))
    return apply_statuses(c, united)


def apply_statuses(c: sqlite3.Connection, states: Mapping[int, tuple[bool, bool]]) -> Marks:
    """Write statuses from a server (read and starred by article id), except fields with changes in the outbox.

    Duplicates do not follow: another device may have other stories.
    """
    rows = c.execute(
        "SELECT id, read, starred FROM article WHERE id IN (SELECT value FROM json_each(?))", (id_list(states),)
    ).fetchall()
    untold = status_outbox.pending_fields(c, states)
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
            labels.write_status(c, field, int(value), id_list(ids))
            statuses.note_author(c, ids, field, is_unasked=False)
            statuses.set_apart(c, ids if field == "read" else ())
    duplicates.settle_of(c, states)
    return Marks(*counts)


class Doubts(NamedTuple):
    """Differences from the server that need a request to resolve."""

    lacking: list[str]
    """Server ids that are unknown here."""
    unseen: list[str]
    """Articles that are unread or starred here but not in the server's lists: it may not know them."""
    turned: dict[int, tuple[bool, bool]]
    """The server's read and starred, by article id, of articles in its lists with another status here."""


def compare(c: sqlite3.Connection, account_id: int, unread: Collection[str], starred: Collection[str]) -> Doubts:
    """Compare local statuses with the server's lists of unread and starred articles, ignoring fields in the outbox."""
    rows = c.execute(
        f"SELECT a.server_id, a.id, a.read, a.starred FROM {_OF_ACCOUNT}"
        " WHERE f.account_id = ? AND f.server_id IS NOT NULL AND a.server_id IS NOT NULL",
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
    untold = status_outbox.pending_fields(c, [id_ for _, id_, _ in different])
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


def newest(c: sqlite3.Connection, feed_ids: Iterable[int], most: int, of_each: int) -> dict[str, int]:
    """Article ids by server id: the highest server ids, at most `of_each` of a feed and `most` in all."""
    found: list[tuple[str, int]] = []
    for feed_id in feed_ids:
        rows = c.execute(
            "SELECT server_id, id FROM article WHERE feed_id = ? AND server_id IS NOT NULL"
            " ORDER BY length(server_id) DESC, server_id DESC LIMIT ?",
            (feed_id, of_each),
        ).fetchall()
        found += [(text_of(row[0]), row[1]) for row in rows]
    return dict(sorted(found, key=lambda each: (len(each[0]), each[0]), reverse=True)[:most])


def _listed(numbers: Iterable[str]) -> str:
    return json.dumps([sound(number) for number in numbers])


class Marked(NamedTuple):
    """The statuses of an article, identified as in the shared folder."""

    guid: int
    """The hash of its guid."""
    id: int
    read: bool
    starred: bool
    unasked: tuple[Field, ...]
    """Statuses set by a rule or by age, not by the user."""


def of_feed(c: sqlite3.Connection, feed_id: int) -> Iterator[Marked]:
    sql = f"SELECT guid_key, id, read, starred, {statuses.UNASKED} FROM article AS a WHERE feed_id = ?"
    for guid, id_, read, starred, *marks in c.execute(sql, (feed_id,)).fetchall():
        yield Marked(guid, id_, bool(read), bool(starred), statuses.unasked_fields(*marks))


def former_guids(c: sqlite3.Connection) -> Iterator[tuple[int, int, int, int, int | None]]:
    """Former guids of local articles: feed, article id, hash, former hash, and until when it was theirs (seconds).

    If that time is unknown, guids that another article of the feed has now are left out.
    """
    rows = c.execute(
        "SELECT a.feed_id, a.id, a.guid_key, n.guid_key, n.until FROM former_guid AS n JOIN article AS a"
        " ON a.id = n.article_id JOIN feed AS f ON f.id = a.feed_id WHERE f.account_id = ? AND (n.until IS NOT NULL"
        " OR NOT EXISTS (SELECT 1 FROM article AS o WHERE o.feed_id = a.feed_id AND o.guid_key = n.guid_key))",
        (LOCAL,),
    )
    yield from rows.fetchall()


def take_unasked(c: sqlite3.Connection, ids: Sequence[int]) -> None:
    """Mark articles read that a rule or expiry marked read on another device; duplicates stay as they are."""
    with transaction(c):
        untold = status_outbox.pending_fields(c, ids)
        some = [id_ for id_ in ids if (id_, "read") not in untold]
        labels.write_status(c, "read", 1, id_list(some))
        statuses.set_apart(c, some)
        duplicates.settle_of(c, some)


def names_of(c: sqlite3.Connection, ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """The feed and the guid's hash of each article."""
    sql = "SELECT id, feed_id, guid_key FROM article WHERE id IN (SELECT value FROM json_each(?))"
    return {row[0]: (row[1], row[2]) for row in c.execute(sql, (id_list(ids),)).fetchall()}


def identity_version(c: sqlite3.Connection) -> int:
    """A version number: it changes when an article is added or its guid changes."""
    highest, renamed = c.execute("SELECT max(id), (SELECT count(*) FROM former_guid) FROM article").fetchone()
    return (highest or 0) + renamed  # type: ignore[no-any-return]
