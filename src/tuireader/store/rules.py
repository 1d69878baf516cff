"""Rules, and their effects on articles."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from tuireader.errors import NotFoundError
from tuireader.model.article import ArticleWords, utc_now
from tuireader.model.query import HIDE, KEEP, READ, STAR, TAG, TAG_SEPARATOR, Query, Rule, tag_bit, tags_given
from tuireader.store import duplicates, labels, statuses
from tuireader.store.connection import transaction
from tuireader.store.queries import query_sql
from tuireader.store.queries.query_language import check_length, understand
from tuireader.store.queries.search import fits
from tuireader.store.row_values import READ_APART, id_list, moment, name_key, number, seconds, sound, text_of
from tuireader.store.status_outbox import BY_NOBODY

_COLUMNS = "id, query, feed_id, folder_id, actions, tags, until"
_NOT_KNOWN: Mapping[int, ArticleWords] = {}


def add(c: sqlite3.Connection, rule: Rule, now: datetime) -> Rule:
    """Save a rule, under its id if it has one; existing articles are unaffected until it is applied.

    Raises QueryError if its query is too long.
    """
    check_length(rule.query)
    with transaction(c):
        row = c.execute(
            "INSERT INTO rule (id, query, feed_id, folder_id, actions, tags, until, created)"
            f" VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING {_COLUMNS}",
            (rule.id or None, *_values(rule), seconds(now)),
        ).fetchone()
    return _rule(row)


def _values(rule: Rule) -> tuple[Any, ...]:
    """The values of the columns of a rule between its id and its time."""
    tags = sound(TAG_SEPARATOR.join(rule.tags))
    return sound(rule.query.strip()), rule.feed_id, rule.folder_id, rule.actions, tags, seconds(rule.until)


def change(c: sqlite3.Connection, rule: Rule) -> None:
    """Replace the rule of the same id; what it did to existing articles stays, tags that it no longer gives too.

    Raises QueryError if its query is too long, NotFoundError if there is no such rule.
    """
    check_length(rule.query)
    with transaction(c):
        tags = get(c, rule.id).tags
        c.execute(
            "UPDATE rule SET query = ?, feed_id = ?, folder_id = ?, actions = ?, tags = ?, until = ? WHERE id = ?",
            (*_values(rule), rule.id),
        )
        if tags != rule.tags:  # each tag has its own bit, by its place in the rule
            for (bits,) in c.execute("SELECT DISTINCT did FROM rule_article WHERE rule_id = ?", (rule.id,)).fetchall():
                kept = sum(tag_bit(rule.tags.index(tag)) for tag in tags_given(bits, tags) if tag in rule.tags)
                now = bits & (HIDE | READ | STAR) | (TAG | kept if kept else 0)
                c.execute("UPDATE rule_article SET did = ? WHERE rule_id = ? AND did = ?", (-1 - now, rule.id, bits))
            c.execute("UPDATE rule_article SET did = -1 - did WHERE rule_id = ? AND did < 0", (rule.id,))


def every(c: sqlite3.Connection) -> list[Rule]:
    return [_rule(row) for row in c.execute(f"SELECT {_COLUMNS} FROM rule ORDER BY id").fetchall()]


def of_feed(c: sqlite3.Connection, feed_id: int) -> list[Rule]:
    rows = c.execute(f"SELECT {_COLUMNS} FROM rule WHERE feed_id = ? ORDER BY id", (feed_id,))
    return [_rule(row) for row in rows.fetchall()]


def of_folders(c: sqlite3.Connection, ids: Iterable[int]) -> list[Rule]:
    wanted = set(ids)
    return [rule for rule in every(c) if rule.folder_id in wanted]


def move_to(c: sqlite3.Connection, folder_id: int, to: int) -> None:
    """Assign the rules of a folder to another one."""
    c.execute("UPDATE rule SET folder_id = ? WHERE folder_id = ?", (to, folder_id))


def assign(c: sqlite3.Connection, rule_id: int, folder_id: int) -> None:
    c.execute("UPDATE rule SET folder_id = ? WHERE id = ?", (folder_id, rule_id))


def same(c: sqlite3.Connection, rule: Rule) -> Rule | None:
    wanted = replace(rule, id=0, query=rule.query.strip())
    return next((each for each in every(c) if replace(each, id=0) == wanted), None)


def get(c: sqlite3.Connection, rule_id: int) -> Rule:
    row = c.execute(f"SELECT {_COLUMNS} FROM rule WHERE id = ?", (rule_id,)).fetchone()
    if row is None:
        raise NotFoundError(f"No rule with ID {rule_id}. To list rules: tuireader rules")
    return _rule(row)


def in_force(c: sqlite3.Connection, now: datetime) -> list[Rule]:
    """Return the rules that have not ended."""
    return [rule for rule in every(c) if rule.until is None or rule.until > now]


def ended(c: sqlite3.Connection, now: datetime) -> list[Rule]:
    return [rule for rule in every(c) if rule.until is not None and rule.until <= now]


def query_of(rule: Rule, since: datetime | None = None) -> Query:
    """The query of the articles that a rule applies to, optionally only newer ones; duplicates count separately."""
    return Query(
        apart=True,
        feeds=() if rule.feed_id is None else (rule.feed_id,),
        folders=() if rule.folder_id is None else (rule.folder_id,),
        text=_ended(rule.query),
        since=since,
    )


def counts(c: sqlite3.Connection) -> dict[int, int]:
    return dict(c.execute("SELECT rule_id, count(*) FROM rule_article GROUP BY rule_id").fetchall())


def of_article(c: sqlite3.Connection, article_id: int, did: int = -1) -> list[Rule]:
    """The rules that have any of the effects `did` (action bits; default: all) on an article."""
    rows = c.execute(
        f"SELECT {_COLUMNS} FROM rule JOIN rule_article AS r ON r.rule_id = rule.id"
        " WHERE r.article_id = ? AND r.did & ? ORDER BY rule.id",
        (article_id, did),
    ).fetchall()
    return [_rule(row) for row in rows]


def done_by(c: sqlite3.Connection, rule: Rule) -> dict[int, int]:
    """The effects of a rule as action bits, by article id.

    Tags and the read mark are left out where the user has changed them since.
    """
    did = dict(c.execute("SELECT article_id, did FROM rule_article WHERE rule_id = ?", (rule.id,)).fetchall())
    unasked, tags = set(statuses.read_unasked(c, did)), labels.tags_of(c, did)
    found = {}
    for id_, bits in did.items():
        has = {name_key(tag) for tag in tags.get(id_, ())}
        found[id_] = bits & ~(lost_tags(rule, has) | (0 if id_ in unasked else READ))
    return found


def lost_tags(rule: Rule, has: Collection[str]) -> int:
    """The bits of those tags of a rule that an article does not have; `has`: keys of the tags that it has."""
    return sum(tag_bit(place) for place, tag in enumerate(rule.tags) if name_key(tag) not in has)


def done_to(c: sqlite3.Connection, article_id: int) -> dict[int, int]:
    return dict(c.execute("SELECT rule_id, did FROM rule_article WHERE article_id = ?", (article_id,)).fetchall())


def done_by_any(c: sqlite3.Connection, ids: Iterable[int]) -> dict[int, int]:
    """The effects of all rules together as action bits, by article id."""
    return {id_: each.bits for id_, each in _done_by_others(c, Rule(""), ids).items()}


def record_effect(c: sqlite3.Connection, rule_id: int, article_id: int, did: int) -> None:
    """Record the effect of a rule on an article, from a backup (`did`: action bits); the article stays unchanged."""
    c.execute(
        "INSERT OR REPLACE INTO rule_article (article_id, rule_id, did) VALUES (?, ?, ?)", (article_id, rule_id, did)
    )


def hidden(c: sqlite3.Connection, ids: Iterable[int]) -> set[int]:
    """The hidden articles among these, also those of a rule that was removed."""
    sql = "SELECT id FROM article WHERE id IN (SELECT value FROM json_each(?)) AND aside = 1"
    return {row[0] for row in c.execute(sql, (id_list(ids),)).fetchall()}


def hide(c: sqlite3.Connection, ids: Sequence[int]) -> None:
    _set_aside(c, ids, 1)


@lru_cache(maxsize=1024)
def _needed(query: str) -> frozenset[str]:
    terms = understand(_ended(query)).terms
    return frozenset(word for term in terms if len(term.options) == 1 for word in term.options[0])


def caught(
    c: sqlite3.Connection, rules: Iterable[Rule], new: Sequence[int], words: Mapping[int, ArticleWords] = _NOT_KNOWN
) -> list[tuple[Rule, list[int]]]:
    """Match new articles against all rules; returns each rule that matches any, with the ids of these.

    `words`: the words of articles by id; if it has all of `new`, the search index is not read.
    """
    found = []
    is_known = words.keys() >= set(new)
    for rule in rules:
        some: Collection[int] = new
        match = ""
        if is_known and is_about_words(rule.query):
            needed = _needed(rule.query)
            if some := [id_ for id_ in new if needed <= words[id_].every]:
                wanted = understand(_ended(rule.query))
                some = [id_ for id_ in some if fits(wanted, words[id_])]
        elif match := understand(_ended(rule.query)).fts():
            # The new ones have the highest ids there are: the index is read only from there on.
            rows = c.execute("SELECT rowid FROM search WHERE search MATCH ? AND rowid >= ?", (match, min(new)))
            some = {row[0] for row in rows.fetchall()}.intersection(new)
        if some:
            ids = query_sql.among(c, query_of(rule), some, is_matched=is_known or bool(match))
            if ids:
                found.append((rule, ids))
    return found


def looks_at_words(rules: Iterable[Rule]) -> bool:
    return any(is_about_words(rule.query) for rule in rules)


@lru_cache(maxsize=1024)
def is_about_words(query: str) -> bool:
    return understand(_ended(query)).is_about_words()


def apply(c: sqlite3.Connection, rule: Rule, ids: Collection[int], now: Callable[[], datetime] = utc_now) -> list[int]:
    """Apply a rule to articles; returns the ids of those that changed."""
    return apply_all(c, [(rule, ids)], now)


def apply_all(
    c: sqlite3.Connection, caught: Iterable[tuple[Rule, Collection[int]]], now: Callable[[], datetime] = utc_now
) -> list[int]:
    """Apply several rules, each to its articles; returns the ids of those that changed.

    Common changes are written together.
    """
    with transaction(c):
        did = [(rule, _undone(c, rule, ids)) for rule, ids in caught]
        _do_all(c, did, now)
    return list(dict.fromkeys(id_ for _, some in did for id_ in some))


def redo(c: sqlite3.Connection, rule: Rule, did: Mapping[int, int], now: Callable[[], datetime] = utc_now) -> None:
    """Repeat effects of a rule that were undone; `did`: action bits by article id."""
    with transaction(c):
        undone = _undone(c, rule, did)
        _do_all(c, [(rule, {id_: bits & did[id_] for id_, bits in undone.items() if bits & did[id_]})], now)


def _do_all(
    c: sqlite3.Connection, did: Sequence[tuple[Rule, Mapping[int, int]]], now: Callable[[], datetime] = utc_now
) -> None:
    each = [(rule, id_, bits) for rule, some in did for id_, bits in some.items()]
    c.executemany(
        "INSERT INTO rule_article (article_id, rule_id, did) VALUES (?, ?, ?)"
        " ON CONFLICT (article_id, rule_id) DO UPDATE SET did = did | excluded.did",
        [(id_, rule.id, bits) for rule, id_, bits in each],
    )
    for bit in (HIDE, READ, STAR):
        _do(c, bit, list(dict.fromkeys(id_ for _, id_, bits in each if bits & bit)), now)
    given: dict[int, list[str]] = defaultdict(list)
    for rule, id_, bits in each:
        own = (tag for place, tag in enumerate(rule.tags) if bits & tag_bit(place) or not tag_bit(place))
        given[id_] += own if bits & TAG else ()
    together: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for id_, tags in given.items():
        together[tuple(tags)].append(id_)
    for names, ids in together.items():
        labels.add_tags(c, ids if names else (), names)
    duplicates.settle_of(c, given)


def _undone(c: sqlite3.Connection, rule: Rule, ids: Collection[int]) -> dict[int, int]:
    """The actions of a rule that are still to be done, as bits by article id; articles without any are left out."""
    there = labels.tags_of(c, ids) if rule.tags else {}
    sql = (
        "SELECT article_id, did FROM rule_article WHERE article_id IN (SELECT value FROM json_each(?)) AND rule_id = ?"
    )
    before = dict(c.execute(sql, (id_list(ids), rule.id)).fetchall())
    rows = c.execute(
        "SELECT id, read, starred FROM article WHERE id IN (SELECT value FROM json_each(?))",
        (id_list(ids),),
    ).fetchall()
    others, found = _done_by_others(c, rule, ids), {}
    for id_, read, starred in rows:
        other = others[id_]
        # What an archive, an age or the user has read is not its doing; of what another rule does it has its share.
        wanted = READ * (rule.read and (not read or other.bits & READ > 0))
        wanted += STAR * (rule.star and (not starred or other.bits & STAR > 0))
        bits = (HIDE * rule.hide + KEEP * rule.keep + wanted) & ~before.get(id_, 0)
        has = {name_key(tag) for tag in there.get(id_, ())} - other.tags
        has |= {name_key(tag) for tag in tags_given(before.get(id_, 0), rule.tags)}
        lacking = [place for place, tag in enumerate(rule.tags) if name_key(tag) not in has]
        bits += TAG * bool(lacking) + sum(map(tag_bit, lacking))
        if bits:
            found[id_] = bits
    return found


@dataclass(slots=True)
class _Other:
    """The effects of other rules on an article."""

    bits: int = 0
    tags: set[str] = field(default_factory=set)


def _done_by_others(c: sqlite3.Connection, rule: Rule, ids: Iterable[int]) -> dict[int, _Other]:
    """The effects of other rules on each of these articles, as recorded."""
    found: dict[int, _Other] = defaultdict(_Other)
    rows = c.execute(
        "SELECT r.article_id, r.did, n.tags FROM json_each(?) AS w CROSS JOIN rule_article AS r"
        " ON r.article_id = w.value JOIN rule AS n ON n.id = r.rule_id WHERE r.rule_id <> ?",
        (id_list(ids), rule.id),
    )
    for article_id, did, tags in rows.fetchall():
        other = found[article_id]
        other.bits |= did
        other.tags.update(map(name_key, tags_given(did, text_of(tags).split(TAG_SEPARATOR))))
    return found


def _do(c: sqlite3.Connection, bit: int, ids: Sequence[int], now: Callable[[], datetime]) -> None:
    if not ids:
        return
    if bit == HIDE:
        _set_aside(c, ids, 1)
    elif bit == READ:
        statuses.mark(c, ids, read=True, now=now, is_unasked=True)
    else:
        statuses.mark(c, ids, starred=True, now=now, is_unasked=True)


def take_back(c: sqlite3.Connection, rule: Rule, most: int = -1) -> int:
    """Undo a rule's effects on at most `most` articles; returns how many.

    What another rule does too stays; what the user has changed since stays as it is.
    """
    with transaction(c):
        did: dict[int, list[int]] = defaultdict(list)
        given: dict[str, list[int]] = defaultdict(list)
        rows = c.execute(
            "SELECT article_id, did FROM rule_article WHERE rule_id = ? LIMIT ?", (rule.id, most)
        ).fetchall()
        for article_id, bits in rows:
            for bit in (HIDE, READ, STAR, TAG):
                if bits & bit:
                    did[bit].append(article_id)
            for tag in tags_given(bits, rule.tags):
                given[tag].append(article_id)
        ids = [row[0] for row in rows]
        others = _done_by_others(c, rule, ids)
        alone = {bit: [id_ for id_ in did[bit] if not others[id_].bits & bit] for bit in (HIDE, READ, STAR)}
        # Before it is forgotten what the rule did: else that would be taken for the user's own.
        for tag, tagged in given.items():
            labels.remove_tags(c, [id_ for id_ in tagged if name_key(tag) not in others[id_].tags], [tag])
        statuses.mark(c, statuses.read_unasked(c, alone[READ]), read=False, is_unasked=True)
        statuses.mark(c, alone[STAR], starred=False, is_unasked=True)
        c.execute(
            "DELETE FROM rule_article WHERE rule_id = ? AND article_id IN (SELECT value FROM json_each(?))",
            (rule.id, id_list(ids)),
        )
        _set_aside(c, alone[HIDE], 0)
        duplicates.settle_of(c, ids)
    return len(ids)


def remove(c: sqlite3.Connection, rule_id: int) -> None:
    """Delete a rule; effects that were not undone before (`take_back`) stay, as the user's own."""
    with transaction(c):
        rows = c.execute("SELECT article_id, did FROM rule_article WHERE rule_id = ?", (rule_id,)).fetchall()
        c.execute("DELETE FROM rule WHERE id = ?", (rule_id,))
        sql = f"UPDATE article AS a SET unasked = ? WHERE id IN (SELECT value FROM json_each(?)) AND {BY_NOBODY}"
        c.execute(sql, (READ_APART, id_list(id_ for id_, did in rows if did & READ)))
        duplicates.settle_of(c, [row[0] for row in rows])  # what is the user's own is done with the whole story


def _set_aside(c: sqlite3.Connection, ids: Sequence[int], aside: int) -> None:
    labels.write_status(c, "aside", aside, id_list(ids))
    duplicates.settle_of(c, ids)


def _ended(query: str) -> str:
    """A query with a space at its end, so that its last word is not taken for a prefix."""
    return f"{query.strip()} "


@lru_cache(maxsize=1024)
def _rule(row: tuple[Any, ...]) -> Rule:
    actions = number(row[4])
    return Rule(
        id=number(row[0]),
        query=text_of(row[1]),
        feed_id=row[2],
        folder_id=row[3],
        hide=bool(actions & HIDE),
        read=bool(actions & READ),
        star=bool(actions & STAR),
        keep=bool(actions & KEEP),
        tags=tuple(tag for tag in text_of(row[5]).split(TAG_SEPARATOR) if tag),
        until=moment(row[6]),
    )
