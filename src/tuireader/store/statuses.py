"""Statuses of articles (read, starred, reading position), and the file that keeps changes while the cache is locked."""

from __future__ import annotations

import errno
import logging
import os
import sqlite3
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from tuireader.errors import NotFoundError, StoreError
from tuireader.model.article import Field, StatusChange, utc_now
from tuireader.model.query import STAR, TAG, TAG_SEPARATOR, Query, tag_bit, tags_given
from tuireader.paths import open_own
from tuireader.store import duplicates, feeds, labels, status_outbox
from tuireader.store.connection import transaction
from tuireader.store.queries.query_sql import select
from tuireader.store.row_values import READ_APART, id_list, name_key, text_of

AT_FIRST, AT_LEAST = 200, 20
"""Articles marked in the first transaction, and minimum in later ones."""
SECONDS = 0.05
"""Target duration of a transaction."""


def apply(c: sqlite3.Connection, change: StatusChange, now: Callable[[], datetime] = utc_now) -> None:
    """Write a status change that was made at the time `now()`; idempotent. Missing articles are skipped."""
    if change.read is not None or change.starred is not None:
        mark(c, change.ids, read=change.read, starred=change.starred, now=now)
    if change.position is not None:
        for article_id in change.ids:
            save_position(c, article_id, change.position)
    if change.tagged:
        tag(c, change.ids, change.tagged)
    if change.untagged:
        untag(c, change.ids, change.untagged)


def need_any(c: sqlite3.Connection, ids: Iterable[int]) -> None:
    """Raise NotFoundError if none of these articles is there any more."""
    sql = "SELECT 1 FROM article WHERE id IN (SELECT value FROM json_each(?))"
    if c.execute(sql, (id_list(ids),)).fetchone() is None:
        raise NotFoundError("This article no longer exists.")


def tag(c: sqlite3.Connection, ids: Collection[int], names: Collection[str]) -> list[int]:
    """Add tags as the user's own to articles and their duplicates; returns the ids that changed."""
    every = duplicates.with_others(c, [*ids])
    _claim_tags(c, every, names)
    return labels.add_tags(c, every, names)


def untag(c: sqlite3.Connection, ids: Collection[int], names: Collection[str]) -> list[int]:
    """Remove tags on behalf of the user from articles and their duplicates; returns the ids that changed."""
    every = duplicates.with_others(c, [*ids])
    _claim_tags(c, every, names)
    return labels.remove_tags(c, every, names)


def _claim_tags(c: sqlite3.Connection, ids: Iterable[int], names: Iterable[str]) -> None:
    """Record tags that rules added as the user's own, so that undoing a rule does not remove them."""
    keys = set(map(name_key, names))
    rows = c.execute(
        "SELECT r.did, r.article_id, r.rule_id, n.tags FROM json_each(?) AS w CROSS JOIN rule_article AS r"
        " ON r.article_id = w.value JOIN rule AS n ON n.id = r.rule_id WHERE r.did & ?",
        (id_list(ids), TAG),
    ).fetchall()
    for did, article_id, rule_id, joined in rows:
        tags = text_of(joined).split(TAG_SEPARATOR)
        given = {name for name in tags_given(did, tags) if name_key(name) not in keys}
        bits = sum(tag_bit(place) for place, name in enumerate(tags) if name in given)
        left = did & (tag_bit(0) - 1) & ~TAG | (TAG | bits if given else 0)
        c.execute("UPDATE rule_article SET did = ? WHERE article_id = ? AND rule_id = ?", (left, article_id, rule_id))


def mark(
    c: sqlite3.Connection,
    ids: Iterable[int],
    *,
    read: bool | None = None,
    starred: bool | None = None,
    now: Callable[[], datetime] = utc_now,
    is_unasked: bool = False,
    alone: bool = False,
) -> None:
    """Set `read` or `starred` (None: unchanged) of articles; missing ones are skipped.

    The change goes into the outbox, dated `now()`. It applies to all duplicates, unless `alone` or `is_unasked` (made
    by a rule or by expiry). Many articles are marked in batches, between which others can write.
    """
    marking = Marking(ids, read=read, starred=starred, now=now, is_unasked=is_unasked, alone=alone)
    while marking.step(c):
        if not c.in_transaction:
            time.sleep(marking.PAUSE)


def mark_undated(c: sqlite3.Connection, ids: Iterable[int], field: Field, *, alone: bool = False) -> None:
    """Set `field` to true at an unknown time, so that any change from other machines is newer.

    Fields with a pending change in the outbox are left unchanged.
    """
    some = list(ids)
    untold = status_outbox.pending_fields(c, some)
    left = [id_ for id_ in some if (id_, field) not in untold]
    read, starred = (True if field == name else None for name in ("read", "starred"))
    mark(c, left, now=status_outbox.undated, read=read, starred=starred, alone=alone)


class Marking:
    """Marks many articles in short transactions.

    The batch size adapts to the duration of the last one: articles that are adjacent in the file are written faster.
    """

    PAUSE = 0.005
    """Seconds between two transactions, for other writers."""

    def __init__(
        self,
        ids: Iterable[int],
        *,
        read: bool | None = None,
        starred: bool | None = None,
        now: Callable[[], datetime] = utc_now,
        is_unasked: bool = False,
        alone: bool = False,
    ) -> None:
        """Takes the parameters of `mark`."""
        self.left = list(ids)
        """Articles that are not marked yet."""
        self._set = partial(_set, read=read, starred=starred, now=now, is_unasked=is_unasked, alone=alone or is_unasked)
        self._size = AT_FIRST

    def step(self, c: sqlite3.Connection) -> bool:
        """Update one batch; True if more remain."""
        some = self.left[: self._size]
        begun = time.monotonic()
        with transaction(c):
            self._set(c, some)
        took = max(time.monotonic() - begun, SECONDS / 4, 1e-6)
        del self.left[: self._size]
        wanted = int(self._size * SECONDS / took)
        self._size = max(AT_LEAST, self._size // 2, min(wanted, self._size * 2))
        return bool(self.left)


def to_mark(c: sqlite3.Connection, query: Query, *, read: bool = True) -> list[int]:
    """Ids of a query's articles that are still unread, or with `read` False those that are read; in order of id."""
    if read:
        query = replace(query, unread=True)
    return sorted(
        row[0]
        for part in select(c, query, ordered=False).parts
        for row in c.execute(part.sql(part.id, f"d.read = {int(not read)}"), part.params).fetchall()
    )


def save_position(c: sqlite3.Connection, article_id: int, position: int) -> None:
    c.execute("UPDATE article SET position = ? WHERE id = ?", (position, article_id))


def _set(
    c: sqlite3.Connection,
    ids: list[int],
    *,
    read: bool | None = None,
    starred: bool | None = None,
    now: Callable[[], datetime],
    is_unasked: bool,
    alone: bool,
) -> None:
    marks: dict[Field, bool | None] = {"read": read, "starred": starred}
    every = ids if alone else duplicates.with_others(c, ids)
    for field, value in marks.items():
        if value is not None:
            some = id_list(every)
            status_outbox.note(c, some, field, int(value), now(), is_unasked=is_unasked)
            labels.write_status(c, field, int(value), some)
            note_author(c, every, field, is_unasked=is_unasked and value)
            set_apart(c, every if (field, value) == ("read", False) else ())
    if alone:
        duplicates.settle_of(c, ids)


def note_author(c: sqlite3.Connection, ids: Iterable[int], field: Field, *, is_unasked: bool) -> None:
    """Record who set a status: a rule or expiry (`is_unasked`), or the user, whose statuses no rule undoes."""
    if field == "starred":  # a rule notes itself what it starred
        if not is_unasked:
            c.execute(
                "UPDATE rule_article SET did = did & ~?1 WHERE did & ?1 AND article_id IN"
                " (SELECT value FROM json_each(?2))",
                (STAR, id_list(ids)),
            )
        return
    c.execute(
        "UPDATE article SET unasked = ?1 WHERE id IN (SELECT value FROM json_each(?2)) AND unasked <> ?1",
        (int(is_unasked), id_list(ids)),
    )


def origins(c: sqlite3.Connection, ids: Collection[int]) -> dict[str, list[list[int]]]:
    """The origins (user, rule or expiry) of the statuses of articles and their duplicates, in JSON types.

    "read": article and `unasked`, where that is not 0; "rules": article, rule and action bits.
    """
    every = id_list(duplicates.with_others(c, [*ids]))
    some = "article_id IN (SELECT value FROM json_each(?))"
    sql = "SELECT id, unasked FROM article WHERE id IN (SELECT value FROM json_each(?)) AND unasked <> 0"
    by_rule = f"SELECT article_id, rule_id, did FROM rule_article WHERE {some} AND did & {STAR | TAG}"
    found = {"read": c.execute(sql, (every,)).fetchall(), "rules": c.execute(by_rule, (every,)).fetchall()}
    return {name: [list(row) for row in rows] for name, rows in found.items() if rows}


def restore_origins(
    c: sqlite3.Connection, ids: Collection[int], before: Mapping[str, Sequence[Sequence[int]]], *, of_read: bool
) -> None:
    """Record who had set statuses that were restored, as `origins` found it before their change.

    With `of_read` of the read status, else of stars and tags.
    """
    with transaction(c):
        if of_read:
            every = [(0, id_) for id_ in duplicates.with_others(c, [*ids])]
            rows = [*every, *((unasked, id_) for id_, unasked in before.get("read", ()))]
            c.executemany("UPDATE article SET unasked = ? WHERE id = ?", rows)
        else:
            rules = [(did, article_id, rule_id) for article_id, rule_id, did in before.get("rules", ())]
            c.executemany("UPDATE rule_article SET did = did | ? WHERE article_id = ? AND rule_id = ?", rules)


class ByUser(NamedTuple):
    """The marks and tags of an article that the user set, not a rule or expiry."""

    read: bool
    starred: bool
    tags: list[str]


def by_user(c: sqlite3.Connection, ids: Iterable[int]) -> dict[int, ByUser]:
    """The marks and tags of each article that the user set, not a rule or expiry."""
    wanted = list(ids)
    tags = duplicates.own_tags(c, wanted)
    sql = f"SELECT a.id, a.read, a.starred, {UNASKED} FROM article AS a WHERE a.id IN (SELECT value FROM json_each(?))"
    rows = c.execute(sql, (id_list(wanted),)).fetchall()
    return {
        id_: ByUser(bool(read and not is_read), bool(starred and not is_starred), tags.get(id_, []))
        for id_, read, starred, is_read, is_starred in rows
    }


def note_by_user(c: sqlite3.Connection, article_id: int, done: ByUser) -> None:
    """Record these marks and tags of an article as the user's own, so that no rule undoes them."""
    if done.read:
        note_author(c, [article_id], "read", is_unasked=False)
    if done.starred:
        note_author(c, [article_id], "starred", is_unasked=False)
    _claim_tags(c, [article_id], done.tags)


def came_marked(c: sqlite3.Connection, ids: Sequence[int], *, unasked: Collection[int] = ()) -> None:
    """Record statuses of imported articles as set by the user at an unknown time, except read ones in `unasked`.

    Any change from another machine is newer. Servers are asked for the ids of these articles at the next sync.
    """
    feeds.request_whole_fetch(c, ids)
    note_author(c, set(ids).difference(unasked), "read", is_unasked=False)
    status_outbox.owe_all(c, ids, status_outbox.undated())


UNASKED = (
    "a.read = 1 AND a.unasked = 1, a.starred = 1 AND EXISTS"
    f" (SELECT 1 FROM rule_article AS r WHERE r.article_id = a.id AND r.did & {STAR})"
)
"""SQL of two columns of article `a`: read by a rule or by expiry; starred by a rule. See `unasked_fields`."""
_FIELDS: dict[tuple[bool, bool], tuple[Field, ...]] = {
    (False, False): (),
    (True, False): ("read",),
    (False, True): ("starred",),
    (True, True): ("read", "starred"),
}


def unasked_fields(is_read: int | None, is_starred: int | None) -> tuple[Field, ...]:
    """The names of the fields for which the two columns of `UNASKED` are true."""
    return _FIELDS[bool(is_read), bool(is_starred)]


def marked_unasked(c: sqlite3.Connection, ids: Iterable[int]) -> dict[int, tuple[Field, ...]]:
    """The fields that a rule or expiry set, by article; articles without any are left out."""
    sql = f"SELECT a.id, {UNASKED} FROM json_each(?) AS w CROSS JOIN article AS a ON a.id = w.value"
    rows = c.execute(sql, (id_list(ids),)).fetchall()
    return {id_: fields for id_, *marks in rows if (fields := unasked_fields(*marks))}


def read_unasked(c: sqlite3.Connection, ids: Iterable[int]) -> list[int]:
    """The articles among these that a rule or expiry marked read."""
    sql = "SELECT id FROM article WHERE id IN (SELECT value FROM json_each(?)) AND read = 1 AND unasked = 1"
    return [row[0] for row in c.execute(sql, (id_list(ids),)).fetchall()]


def read_apart(c: sqlite3.Connection, ids: Iterable[int]) -> set[int]:
    """The articles among these whose read status is independent of their duplicates."""
    sql = "SELECT id FROM article WHERE id IN (SELECT value FROM json_each(?)) AND unasked = ?"
    return {row[0] for row in c.execute(sql, (id_list(ids), READ_APART)).fetchall()}


def set_apart(c: sqlite3.Connection, ids: Iterable[int]) -> None:
    """Make the read status of articles independent of their duplicates, unless a rule or expiry marked them read."""
    sql = "UPDATE article SET unasked = ? WHERE id IN (SELECT value FROM json_each(?)) AND unasked = 0"
    c.execute(sql, (READ_APART, id_list(ids)))


def with_status(c: sqlite3.Connection, ids: Iterable[int], field: Field, *, value: bool) -> list[int]:
    """The articles among these whose `field` has this value."""
    rows = c.execute(
        f"SELECT id FROM article WHERE id IN (SELECT value FROM json_each(?)) AND {field} = ?", (id_list(ids), value)
    )
    return [row[0] for row in rows.fetchall()]


_LARGEST, _LINES = 20_000_000, 50_000
"""Maximum bytes and lines of the file: no process leaves more."""
log = logging.getLogger("tuireader")


class UnwrittenChanges:
    """The file in which this process keeps status changes while the cache is locked; created when needed."""

    def __init__(self, path: Path) -> None:
        """`path` is that of the cache."""
        self._cache = path
        self._path: Path | None = None
        self._file: int | None = None

    def keep(self, changes: Iterable[StatusChange]) -> None:
        """Append changes to the file, safe from a crash of process and machine; raises OSError."""
        import json  # the start of the program does without it

        lines = "".join(f"{json.dumps((list(change.ids), *change[1:]))}\n" for change in changes).encode()
        if self._file is None:
            path = self._cache.with_name(f"{self._cache.name}.marks-{os.getpid()}-{time.time_ns()}")
            self._file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND, 0o600)
            self._path = path
            lock(self._file)
        before = os.fstat(self._file).st_size
        if os.write(self._file, lines) < len(lines):
            os.ftruncate(self._file, before)  # half a line would spoil the next
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(self._file)

    def clear(self) -> None:
        """Delete the file, since all changes are written."""
        if self._file is not None and self._path is not None:
            _remove(self._file, self._path)
            self._file = self._path = None


def _remove(descriptor: int, path: Path) -> None:
    """Close and remove a file; truncated first, since Windows cannot remove open files."""
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
    with suppress(OSError):
        os.close(descriptor)
    with suppress(OSError):
        path.unlink()


def write_what_waits(c: sqlite3.Connection, path: Path) -> str:
    """Write to the cache the changes that ended processes left in files beside it, as far as possible now.

    Files with invalid lines are renamed; returns a message about that, or "".
    """
    try:
        left = sorted(path.parent.glob(f"{path.name}.marks-*"), key=lambda each: each.name.rpartition("-")[2])
    except OSError:
        return ""
    aside = [file for file in left if not _write_one(c, file)]
    moved = [str(to) for each in aside if (to := _set_aside(each)) is not None]
    return f"Cannot read pending changes: {', '.join(moved)}." if moved else ""


def _set_aside(file: Path) -> Path | None:
    """Rename a file out of the way, without following it."""
    to = file.with_name(file.name.replace(".marks-", ".unreadable-"))
    if os.path.lexists(to):
        to = file.with_name(f"{to.name}-{time.time_ns()}")
    try:
        file.rename(to)
    except OSError as error:
        log.warning("%s cannot be set aside: %s", file, error)
        return None
    return to


def _write_one(c: sqlite3.Connection, file: Path) -> bool:
    """Write the valid changes of a file in one transaction and delete it; False if any was invalid."""
    try:
        descriptor = open_own(file, os.O_RDWR, largest=_LARGEST)
    except OSError as error:
        log.warning("%s: %s", file, error)
        return False
    written, is_valid = False, True
    try:
        if lock(descriptor):  # else its process is still there
            changes, is_valid = _read(descriptor)
            made = datetime.fromtimestamp(min(os.fstat(descriptor).st_mtime, time.time()), UTC)
            with suppress(StoreError), transaction(c):
                for change in changes:
                    apply(c, change, lambda: made)
                written = True
    except (ValueError, sqlite3.Error, OverflowError) as error:
        log.warning("%s: %r", file, error)
        return False
    finally:
        if written and is_valid:
            _remove(descriptor, file)
        else:
            os.close(descriptor)
    return is_valid or not written


def _read(descriptor: int) -> tuple[list[StatusChange], bool]:
    """The changes in a file, merged where possible, and whether all lines are valid.

    An incomplete last line is ignored. Raises ValueError if there are more than `_LINES` lines.
    """
    import json

    found: list[StatusChange] = []
    groups: list[list[int]] = []
    is_valid = True
    with os.fdopen(os.dup(descriptor), "r", encoding="utf-8", errors="replace") as lines:
        for line in islice(lines, _LINES + 1):
            try:
                change = _change(*json.loads(line))
            except (ValueError, TypeError, RecursionError):
                log.warning("a change cannot be read: %.100s", line)
                is_valid &= not line.endswith("\n")  # else the process ended while it wrote it
                continue
            if found and change.position is None and found[-1][1:] == change[1:]:
                groups[-1] += change.ids
            else:
                found.append(change)
                groups.append(list(change.ids))
        if next(lines, None) is not None:
            raise ValueError("too many lines")
    merged = zip(found, groups, strict=True)
    return [change._replace(ids=tuple(dict.fromkeys(ids))) for change, ids in merged], is_valid


def _change(ids: list[object], *values: object) -> StatusChange:
    """Parse one line of the file; raises ValueError or TypeError."""
    numbers = tuple(each for each in ids if type(each) is int and 0 < each < 2**63)
    read, starred, position, *names = values
    return StatusChange(
        numbers,
        read if isinstance(read, bool) else None,
        starred if isinstance(starred, bool) else None,
        position if type(position) is int and 0 <= position < 2**40 else None,
        *(tuple(name for name in each if isinstance(name, str)) for each in names[:2] if isinstance(each, list)),
    )


def lock(descriptor: int) -> bool:
    """Try to lock an open file for this process until it is closed; returns whether that succeeded."""
    try:
        if os.name == "posix":
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    except OSError:
        return False
    return True
