"""Saving what a feed brought: articles, bodies, authors, categories and the search index, all or nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tuireader.model import Known
from tuireader.store import search
from tuireader.store.connection import transaction
from tuireader.store.feeds import record
from tuireader.store.selection import names_of, split_names
from tuireader.store.values import guid_key, link_key, name_key, pack, seconds, sound, tidy, unpack

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from tuireader.model import Feed, Plan, Prepared

    _Indexed = tuple[int, str, Iterable[str], Iterable[str], str]


def known(c: sqlite3.Connection, feed_id: int, guids: Iterable[str]) -> dict[str, Known]:
    """What the cache has of the entries with these guids; one that changed from http to https is the same."""
    by_key: dict[int, list[str]] = {}
    for guid in guids:
        by_key.setdefault(guid_key(guid), []).append(guid)
    rows = c.execute(
        "SELECT guid_key, id, digest FROM article INDEXED BY article_by_guid"
        " WHERE feed_id = ? AND guid_key IN (SELECT value FROM json_each(?))",
        (feed_id, json.dumps(list(by_key))),
    ).fetchall()
    return {guid: Known(id_, digest) for key, id_, digest in rows for guid in by_key[key]}


def save(c: sqlite3.Connection, feed: Feed, plan: Plan, now: datetime) -> None:
    """Write what a feed brought, and the feed itself, in one transaction; nothing where it was removed meanwhile.

    Articles that are no longer in the feed stay. Edited ones keep their place in the list and what the reader did.
    """
    with transaction(c):
        if c.execute("SELECT 1 FROM feed WHERE id = ?", (feed.id,)).fetchone() is None:
            return
        have = known(c, feed.id, [prepared.entry.guid for prepared in plan.new])
        fresh: dict[int, Prepared] = {}
        changed = list(plan.changed)
        for prepared in plan.new:
            there = have.get(prepared.entry.guid)
            if there is None:
                fresh.setdefault(guid_key(prepared.entry.guid), prepared)
            elif there.digest != prepared.digest:
                changed.append((there.id, prepared))
        # The first of a feed is its newest: it gets the highest id, so that it comes first among equal dates.
        _insert(c, feed.id, list(reversed(fresh.values())), now)
        for article_id, prepared in changed:
            _update(c, article_id, prepared)
        record(c, feed)


def _insert(c: sqlite3.Connection, feed_id: int, entries: Sequence[Prepared], now: datetime) -> None:
    if not entries:
        return
    row = c.execute("SELECT seq FROM sqlite_sequence WHERE name = 'article'").fetchone()
    first = (row[0] if row else 0) + 1
    numbered = list(enumerate(entries, first))
    dates = {id_: _date(prepared, now) for id_, prepared in numbered}
    c.executemany(
        "INSERT INTO article (id, feed_id, date, words, offline, published, updated, guid_key, link_key, digest, title,"
        " link, guid) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(id_, feed_id, dates[id_], *_facts(prepared)) for id_, prepared in numbered],
    )
    c.executemany(
        "INSERT INTO body (article_id, html) VALUES (?, ?)",
        [(id_, pack(prepared.entry.html)) for id_, prepared in numbered],
    )
    for facet, names in _names(numbered):
        _link(c, facet, names, {id_: (dates[id_], feed_id, 0, 0) for id_ in names})
    _index(c, [_indexed(id_, prepared, prepared.text) for id_, prepared in numbered])


def _date(prepared: Prepared, now: datetime) -> int:
    said = prepared.entry.published or prepared.entry.updated
    return seconds(min(said, now) if said is not None else now) or 0


def _facts(prepared: Prepared) -> tuple[Any, ...]:
    entry = prepared.entry
    return (
        prepared.words,
        not prepared.excerpt,
        seconds(entry.published),
        seconds(entry.updated),
        guid_key(entry.guid),
        link_key(entry.link),
        prepared.digest,
        sound(entry.title),
        sound(entry.link),
        sound(entry.guid),
    )


def _names(numbered: Iterable[tuple[int, Prepared]]) -> tuple[tuple[str, dict[int, list[str]]], ...]:
    return (
        ("category", {id_: _unique(prepared.entry.categories) for id_, prepared in numbered}),
        ("author", {id_: _unique(prepared.entry.authors) for id_, prepared in numbered}),
    )


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


def _indexed(article_id: int, prepared: Prepared, text: str) -> _Indexed:
    return article_id, prepared.entry.title, prepared.entry.authors, prepared.entry.categories, text


def _index(c: sqlite3.Connection, rows: Iterable[_Indexed]) -> None:
    c.executemany(
        "INSERT INTO search (rowid, title, authors, categories, body) VALUES (?, ?, ?, ?, ?)",
        [
            (id_, *(search.indexed(sound(part)) for part in (title, "\n".join(authors), "\n".join(categories), text)))
            for id_, title, authors, categories, text in rows
        ],
    )


def _update(c: sqlite3.Connection, article_id: int, prepared: Prepared) -> None:
    """Take over an edit; the full text that was fetched stays, and so does what is known of it."""
    row = c.execute(
        "SELECT d.date, d.feed_id, d.read, d.starred, d.words, b.full_text FROM article AS d"
        " JOIN body AS b ON b.article_id = d.id WHERE d.id = ?",
        (article_id,),
    ).fetchone()
    if row is None:
        return
    kept = None if row[5] is None else unpack(row[5])
    facts = _facts(prepared) if kept is None else (row[4], 1, *_facts(prepared)[2:])
    c.execute(
        "UPDATE article SET words = ?, offline = ?, published = ?, updated = ?, guid_key = ?, link_key = ?, digest = ?,"
        " title = ?, link = ?, guid = ? WHERE id = ?",
        (*facts, article_id),
    )
    c.execute("UPDATE body SET html = ? WHERE article_id = ?", (pack(prepared.entry.html), article_id))
    for facet, names in _names([(article_id, prepared)]):
        c.execute(f"DELETE FROM {facet}_article WHERE article_id = ?", (article_id,))
        _link(c, facet, names, {article_id: row[:4]})
    c.execute("DELETE FROM search WHERE rowid = ?", (article_id,))
    _index(c, [_indexed(article_id, prepared, prepared.text if kept is None else kept)])


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
        _index(c, [(article_id, row[0], split_names(row[1]), split_names(row[2]), text)])
