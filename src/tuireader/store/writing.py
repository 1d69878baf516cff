"""Saving what a feed brought: articles, bodies, authors, categories and the search index, all or nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tuireader.store import search
from tuireader.store.bodies import pack, unpack
from tuireader.store.columns import id_list, sound, text_of
from tuireader.store.connection import transaction
from tuireader.store.feeds import record
from tuireader.store.keys import guid_key, link_key, name_key, tidy
from tuireader.store.query_sql import names_of, split_names
from tuireader.store.times import moment, seconds

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

    from tuireader.model.feed import Feed, Saved
    from tuireader.model.fetched import Known, ParsedEntry, Plan, Prepared


_WRITTEN = datetime(2025, 1, 1, tzinfo=UTC)
"""A clock that shows an earlier time is wrong: this program was not there yet."""
NUMBERS_MAX = 2**40
"""More articles than there will ever be."""
_AHEAD = timedelta(days=3650)


def known(c: sqlite3.Connection, feed_id: int, guids: Iterable[str]) -> dict[str, Known]:
    """What the cache has of the entries with these guids; one that changed from http to https is the same."""
    by_key: dict[int, list[str]] = {}
    for guid in guids:
        by_key.setdefault(guid_key(guid), []).append(guid)
    rows = c.execute(
        "SELECT guid_key, id, digest FROM article INDEXED BY article_by_guid"
        " WHERE feed_id = ? AND guid_key IN (SELECT value FROM json_each(?))",
        (feed_id, id_list(by_key)),
    ).fetchall()
    from tuireader.model.fetched import Known

    return {guid: Known(id_, digest) for key, id_, digest in rows for guid in by_key[key]}


def has_any(c: sqlite3.Connection, feed_id: int) -> bool:
    """Whether there is any article of a feed."""
    return c.execute("SELECT 1 FROM article WHERE feed_id = ? LIMIT 1", (feed_id,)).fetchone() is not None


Facts = tuple[int, bytes, str, str, str, "datetime | None", "datetime | None"]
"""What tells an article from others: id, digest, guid, title, link, when it was published, and when updated."""
_FACTS = "id, digest, guid, title, link, published, updated"


def facts_of(c: sqlite3.Connection, ids: Iterable[int]) -> list[Facts]:
    """What tells these articles from others."""
    sql = f"SELECT {_FACTS} FROM article WHERE id IN (SELECT value FROM json_each(?))"
    return [_facts(row) for row in c.execute(sql, (id_list(ids),)).fetchall()]


def _facts(row: tuple[Any, ...]) -> Facts:
    return row[0], row[1], text_of(row[2]), text_of(row[3]), text_of(row[4]), moment(row[5]), moment(row[6])


def given_html(c: sqlite3.Connection, article_id: int) -> str:
    """The HTML of an article as its feed gave it; empty where there is none."""
    row = c.execute("SELECT html FROM body WHERE article_id = ?", (article_id,)).fetchone()
    return unpack(row[0]) if row else ""


def alike(
    c: sqlite3.Connection, feed_id: int, links: Iterable[str], dates: Iterable[datetime], most: int
) -> list[Facts]:
    """Articles of a feed that may be some of its entries: with these links, of these dates, so many of the newest."""
    keys = id_list(dict.fromkeys(link_key(link) for link in links if link))
    at = id_list(dict.fromkeys(map(seconds, dates)))
    rows = c.execute(
        f"SELECT {_FACTS} FROM article WHERE id IN ("
        " SELECT id FROM article INDEXED BY article_by_link"
        "  WHERE link_key IN (SELECT value FROM json_each(?2)) AND feed_id = ?1"
        " UNION SELECT id FROM article INDEXED BY article_by_feed"
        "  WHERE feed_id = ?1 AND date IN (SELECT value FROM json_each(?3))"
        " UNION SELECT id FROM (SELECT id FROM article INDEXED BY article_by_feed WHERE feed_id = ?1"
        "  ORDER BY date DESC LIMIT ?4))",
        (feed_id, keys, at, most),
    ).fetchall()
    return [_facts(row) for row in rows]


def rename(c: sqlite3.Connection, article_id: int, guid: str) -> None:
    """Give an article another guid, unless another article of its feed has it."""
    c.execute(
        "UPDATE OR IGNORE article SET guid = ?, guid_key = ? WHERE id = ?", (sound(guid), guid_key(guid), article_id)
    )


def save(c: sqlite3.Connection, feed: Feed, plan: Plan, now: datetime) -> Saved:
    """Write what a feed brought, and the feed itself, in one transaction; nothing where it was removed meanwhile.

    Articles that are no longer in the feed stay. Edited ones keep their place in the list and what the user did.
    """
    from tuireader.model.feed import Saved

    # Others can write until all is compressed: that takes as long as the writing.
    new = [_Ready(prepared) for prepared in plan.new]
    edited = [(article_id, _Ready(prepared)) for article_id, prepared in plan.changed]
    with transaction(c):
        if c.execute("SELECT 1 FROM feed WHERE id = ?", (feed.id,)).fetchone() is None:
            return Saved()
        there = known(c, feed.id, [ready.entry.guid for ready in new])
        fresh: dict[int, _Ready] = {}
        for ready in new:
            before = there.get(ready.entry.guid)
            if before is None:
                fresh.setdefault(guid_key(ready.entry.guid), ready)
            elif before.digest != ready.prepared.digest:  # another process has saved it meanwhile
                edited.append((before.id, ready))
        # The first of a feed is its newest: it gets the highest id, so that it comes first among equal dates.
        new_ids = _insert(c, feed.id, list(fresh.values())[::-1], now)
        for article_id, ready in edited:
            _update(c, article_id, ready)
        record(c, feed)
    return Saved(tuple(new_ids[::-1]), tuple(article_id for article_id, _ in edited))


class _Ready:
    """An entry with all that can be made of it before the file is locked."""

    __slots__ = ("authors", "body", "categories", "entry", "facts", "index", "prepared")

    def __init__(self, prepared: Prepared) -> None:
        entry = prepared.entry
        self.prepared = prepared
        self.entry = entry
        self.body = pack(entry.html)
        self.authors = _unique(entry.authors)
        self.categories = _unique(entry.categories)
        self.index = index_columns(entry.title, entry.authors, entry.categories, prepared.text)
        self.facts = {
            "words": prepared.words,
            "offline": not prepared.excerpt,
            "published": seconds(entry.published),
            "updated": seconds(entry.updated),
            "guid_key": guid_key(entry.guid),
            "link_key": link_key(entry.link),
            "digest": prepared.digest,
            "title": sound(entry.title),
            "link": sound(entry.link),
            "guid": sound(entry.guid),
        }


def _insert(c: sqlite3.Connection, feed_id: int, entries: Sequence[_Ready], now: datetime) -> list[int]:
    """Write new articles; gives their ids, in the same order."""
    if not entries:
        return []
    numbered = list(enumerate(entries, 1 + _last_number(c)))
    dates = {id_: _date(ready.entry, now) for id_, ready in numbered}
    columns = tuple(entries[0].facts)
    c.executemany(
        f"INSERT INTO article (id, feed_id, date, {', '.join(columns)}) VALUES (?, ?, ?{', ?' * len(columns)})",
        [(id_, feed_id, dates[id_], *ready.facts.values()) for id_, ready in numbered],
    )
    c.executemany("INSERT INTO body (article_id, html) VALUES (?, ?)", [(id_, ready.body) for id_, ready in numbered])
    repeated = {id_: (date, feed_id, 0, 0) for id_, date in dates.items()}
    _link(c, "category", {id_: ready.categories for id_, ready in numbered}, repeated)
    _link(c, "author", {id_: ready.authors for id_, ready in numbered}, repeated)
    add_to_index(c, [(id_, *ready.index) for id_, ready in numbered])
    return list(dates)


def _last_number(c: sqlite3.Connection) -> int:
    """The highest id that any article has or had; where that is damaged, that any has."""
    row = c.execute("SELECT seq FROM sqlite_sequence WHERE name = 'article'").fetchone()
    if row is not None and isinstance(row[0], int) and 0 <= row[0] < NUMBERS_MAX:
        return row[0]
    highest = c.execute("SELECT max(id) FROM article").fetchone()[0]
    return highest if isinstance(highest, int) else 0


def _date(entry: ParsedEntry, now: datetime) -> int:
    """What an entry is sorted by: its date, or now, if that is earlier or there is none."""
    said = entry.published or entry.updated
    if now < _WRITTEN:  # a clock that is not set yet: what the feed says is nearer to the truth
        now = _WRITTEN if said is None or said > _WRITTEN + _AHEAD else _WRITTEN + _AHEAD
    return seconds(now if said is None else min(said, now))


def _unique(names: Iterable[str]) -> list[str]:
    """Names tidied, each once whatever its case; the empty name where there is none."""
    found: dict[str, str] = {}
    for name in names:
        if key := name_key(sound(name)):
            found.setdefault(key, tidy(sound(name)))
    return list(found.values()) or [""]


def _link(
    c: sqlite3.Connection, facet: str, names: dict[int, list[str]], rows: dict[int, tuple[int, int, int, int]]
) -> None:
    """File articles under names; `rows` repeats each article's date, feed, read and starred."""
    import json

    spelled = {name_key(name): name for some in names.values() for name in reversed(some)}
    c.executemany(
        f"INSERT INTO {facet} (name, key) VALUES (?, ?) ON CONFLICT (key) DO NOTHING",
        [(name, key) for key, name in spelled.items()],
    )
    ids = dict(
        c.execute(
            f"SELECT key, id FROM {facet} WHERE key IN (SELECT value FROM json_each(?))", (json.dumps(list(spelled)),)
        ).fetchall()
    )
    c.executemany(
        f"INSERT INTO {facet}_article ({facet}_id, article_id, place, date, feed_id, read, starred)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (ids[name_key(name)], article_id, place, *rows[article_id])
            for article_id, some in names.items()
            for place, name in enumerate(some)
        ],
    )


def index_columns(title: str, authors: Iterable[str], categories: Iterable[str], text: str) -> tuple[str, ...]:
    """What the search index is given of an article, in the order of its columns."""
    columns = (title, "\n".join(authors), "\n".join(categories), text)
    return tuple(search.indexed(sound(column)) for column in columns)


def add_to_index(c: sqlite3.Connection, rows: Iterable[tuple[Any, ...]]) -> None:
    """Take articles into the search index: of each its id, then its columns."""
    c.executemany("INSERT INTO search (rowid, title, authors, categories, body) VALUES (?, ?, ?, ?, ?)", rows)


def _update(c: sqlite3.Connection, article_id: int, ready: _Ready) -> None:
    """Take over an edit; a full text that was fetched stays, and so does what is known of it."""
    row = c.execute(
        "SELECT d.date, d.feed_id, d.read, d.starred, d.guid_key, d.guid, d.words, b.full_text"
        " FROM article AS d JOIN body AS b ON b.article_id = d.id WHERE d.id = ?",
        (article_id,),
    ).fetchone()
    if row is None:
        return
    facts, index = dict(ready.facts), ready.index
    if facts["guid_key"] != row[4]:
        facts |= {"guid_key": row[4], "guid": row[5]}
    if row[7] is not None:
        facts |= {"words": row[6], "offline": True}
        index = (*index[:3], search.indexed(unpack(row[7])))
    c.execute(
        f"UPDATE article SET {', '.join(f'{name} = ?' for name in facts)} WHERE id = ?", (*facts.values(), article_id)
    )
    c.execute("UPDATE body SET html = ? WHERE article_id = ?", (ready.body, article_id))
    for facet, names in (("category", ready.categories), ("author", ready.authors)):
        c.execute(f"DELETE FROM {facet}_article WHERE article_id = ?", (article_id,))
        _link(c, facet, {article_id: names}, {article_id: row[:4]})
    c.execute("DELETE FROM search WHERE rowid = ?", (article_id,))
    add_to_index(c, [(article_id, *index)])


def save_full_text(c: sqlite3.Connection, article_id: int, html: str, text: str, words: int) -> None:
    """Keep an article's whole text, fetched from its page: `html`, and for the index its plain `text`."""
    with transaction(c):
        row = c.execute(
            f"SELECT a.title, {names_of('author')}, {names_of('category')} FROM article AS a WHERE a.id = ?",
            (article_id,),
        ).fetchone()
        if row is None:
            return
        c.execute(
            "UPDATE body SET full_html = ?, full_text = ? WHERE article_id = ?", (pack(html), pack(text), article_id)
        )
        c.execute("UPDATE article SET words = ?, offline = 1 WHERE id = ?", (words, article_id))
        c.execute("DELETE FROM search WHERE rowid = ?", (article_id,))
        add_to_index(c, [(article_id, *index_columns(row[0], split_names(row[1]), split_names(row[2]), text))])
