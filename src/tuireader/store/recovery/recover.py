"""Repair of a damaged cache by one process, while no other has it open.

When a statement meets damage, a mark is left beside the file. The next process that opens the file while no other has
it open checks it; that is too slow for every start. A damaged search index is rebuilt in place. For any other damage,
all readable rows are copied into a new file, and the old one is renamed: nothing is ever deleted.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from tuireader.errors import BusyError, StoreError
from tuireader.paths import keep_private, open_own
from tuireader.store import schema
from tuireader.store.connection import BROKEN, NEWER_VERSIONS_MAX, PAGE_SIZE, connect, mark_of
from tuireader.store.queries import search
from tuireader.store.queries.search import PlainText
from tuireader.store.recovery.inspection import CORE, is_sound, what_is_wrong
from tuireader.store.recovery.row_copy import Rescued, rescue
from tuireader.store.recovery.write_ahead_log import Log, merge
from tuireader.store.row_values import lenient
from tuireader.store.schema import APPLICATION_ID, MIGRATIONS, UNRELEASED_ID, described
from tuireader.store.statuses import lock

_NO_DAMAGE = (
    sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PERM
)  # fmt: skip
_HEADER = b"SQLite format 3\0"
_LOCK_TIMEOUT = 600.0
"""Seconds to wait for another process that repairs."""
_IN_USE = "{path} is damaged and in use. Close all tuireader windows, then start tuireader to repair it."


def rebuild_index(c: sqlite3.Connection, plain_text: search.PlainText) -> bool:
    """Rebuild the search index from the articles; returns whether everything is intact afterwards."""
    try:
        c.execute("BEGIN IMMEDIATE")
        sql = c.execute("SELECT sql FROM sqlite_master WHERE name = 'search'").fetchone()[0]
        for table in ("search_data", "search_idx", "search_docsize"):
            c.execute(f"DELETE FROM {table}")
        # What an empty index has: without it, FTS5 does not even let it be dropped.
        c.execute("INSERT INTO search_data (id, block) VALUES (1, x''), (10, zeroblob(7))")
        c.execute("REPLACE INTO search_config (k, v) VALUES ('version', 4)")
        c.execute("DROP TABLE search")
        c.execute(sql)
        _fill(c, plain_text)
        c.execute("COMMIT")
        return is_sound(c)
    except BROKEN:
        if c.in_transaction:
            c.execute("ROLLBACK")
        return False


def _fill(c: sqlite3.Connection, plain_text: search.PlainText) -> None:
    """Fill an empty search index with all articles that are not pending."""
    schema.set_up_index(c)
    for row in c.execute("SELECT id FROM article EXCEPT SELECT article_id FROM unindexed").fetchall():
        search.add(c, (each.row for each in search.due(c, row, plain_text)))


def mend(path: Path, plain_text: PlainText, tell: Callable[[str], None]) -> str:
    """Check and repair the cache at `path` if it has a damage mark; returns a message about the repair, or "".

    To be called while nothing in this process has the cache open. Other processes that come meanwhile wait. `tell`
    receives progress messages. Raises StoreError if the cache cannot be repaired.
    """
    mark, is_link, path = mark_of(path), path.is_symlink(), path.resolve()  # what a link leads to is moved
    if is_link and not _begins_as_database(path):  # it may be any file of the user's
        mark.unlink(missing_ok=True)
        raise StoreError(f"{mark.with_suffix('')} is a link to {path}, which is not a database. Remove the link.")
    with _one_at_a_time(mark, path, tell) as finish:
        if not mark.exists():
            return ""
        source = path.with_name(f"{path.name}.mending-source")
        if path.exists() or not source.exists():  # else this was begun before, and the program was ended
            said = _mend_in_place(path, source, plain_text, tell)
            if said is not None:
                if said is not _IN_USE:
                    finish()
                return said.format(path=path)
        tell(f"{path} is damaged. Recovering data…")
        said = _replace(path, source, plain_text)
        finish()
        return said


def _begins_as_database(path: Path) -> bool:
    with suppress(OSError), path.open("rb") as file:
        return file.read(len(_HEADER)) in (_HEADER, b"")
    return True  # it is not there: what was begun is finished


def mend_log(
    path: Path,
    log: Log,
    plain_text: PlainText,
    tell: Callable[[str], None],
    *,
    close: Callable[[], None],
    copy: Callable[[Path, Path], None],
) -> str:
    """Recover a WAL that SQLite would truncate; returns a message about any repair.

    The cache and its log are copied aside first. To be called where nobody in this process has it open but for a
    connection that `close` closes: with it, SQLite removes the log. `copy` copies a file without closing it in this
    process. Raises StoreError where nothing can be copied.
    """
    path = path.resolve()
    with _one_at_a_time(mark_of(path), path, tell) as finish:
        tell(f"{path}-wal is damaged. Recovering data…")
        aside, merged = _aside(path), path.with_name(f"{path.name}.merged")
        try:
            for suffix in ("", "-wal"):
                if path.with_name(path.name + suffix).exists():
                    keep_private(aside.with_name(aside.name + suffix))
                    copy(path.with_name(path.name + suffix), aside.with_name(aside.name + suffix))
            keep_private(merged)
            merge(aside, log, merged)
        except OSError as error:
            raise StoreError(f"Cannot copy the damaged {path}-wal: {error.strerror}.") from error
        close()
        try:
            said = _take_merged(path, merged, plain_text)
        finally:
            _remove(merged)
        finish()
        files = [aside.with_name(aside.name + suffix) for suffix in ("", "-wal")]
        return said.format(path=path, files=" and ".join(str(file) for file in files if file.exists()))


def _take_merged(path: Path, merged: Path, plain_text: PlainText) -> str:
    """Replace the cache by its merge with the log; returns a message."""
    try:
        if path.exists() and path.stat().st_size:
            _alone(path).close()
    except _InUseError:
        return "{path}-wal was damaged while in use; its content is in {files}."
    sound, lost = False, ""
    with suppress(*BROKEN), closing(sqlite3.connect(merged)) as c:
        c.text_factory = lenient
        sound = what_is_wrong(c) == "nothing"
    if not sound:
        done = path.with_name(f"{path.name}.mended")
        rescued = _copy(merged, done, plain_text)
        lost = f"; lost {rescued.lost} articles" if rescued.lost else ""
        done.replace(merged)
    with merged.open("rb+") as made:
        os.fsync(made.fileno())
    _remove(path)
    merged.replace(path)
    kept = f"recovered what could be read{lost}"
    return f"{{path}}-wal was damaged; {kept}. Old files: {{files}}."


@contextmanager
def _one_at_a_time(mark: Path, path: Path, tell: Callable[[str], None]) -> Iterator[Callable[[], None]]:
    """Lock the mark, so that only one process repairs. Yields a function to call after the repair."""
    try:
        held = os.fdopen(open_own(mark, os.O_CREAT | os.O_WRONLY | os.O_APPEND), "a")
    except OSError as error:
        raise StoreError(f"Cannot move the damaged {path}: {error.strerror}.") from error
    with held:
        until, told = time.monotonic() + _LOCK_TIMEOUT, False
        while not lock(held.fileno()):
            if time.monotonic() > until:
                raise BusyError(f"{path} is still being repaired by another tuireader. Try again later.")
            if not told:
                tell(f"Another tuireader is repairing {path}…")
            told = True
            time.sleep(0.1)

        def finish() -> None:
            if os.name != "posix":
                held.close()  # there, a file that is open cannot be removed
            mark.unlink(missing_ok=True)

        yield finish


def _mend_in_place(path: Path, source: Path, plain_text: PlainText, tell: Callable[[str], None]) -> str | None:
    """Repair without copying if possible, and return a message; else move the file to `source` and return None."""
    size = path.stat().st_size
    try:
        with closing(_alone(path)) as c:
            said = _mend_index(c, plain_text, tell)
            if said is not None:
                return said
            if os.name != "posix":
                c.close()  # there, a file that is open cannot be moved
            _move(path, source)  # as long as nobody else can have it open, so that no one writes into what is lost
    except _InUseError:
        return _IN_USE
    except _NotOursError:
        return ""
    except BROKEN as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _NO_DAMAGE:
            raise StoreError(f"Cannot repair {path}: {error}.") from error
        if _is_open_elsewhere(path):
            return _IN_USE
        _move(path, source)
    if source.stat().st_size - size in range(1, PAGE_SIZE):  # of a last page that is cut, SQLite makes a whole one
        os.truncate(source, size)
    return None


def _mend_index(c: sqlite3.Connection, plain_text: PlainText, tell: Callable[[str], None]) -> str | None:
    """Rebuild the search index if only that is damaged, and return a message; None if that does not help."""
    wrong = what_is_wrong(c)
    if wrong == "nothing":
        return ""
    if wrong == "index":
        tell("Search index damaged. Rebuilding…")
        if rebuild_index(c, plain_text):
            return "Search index repaired. No data was lost."
    return None


def _move(path: Path, to: Path) -> None:
    """Move a file and its log; raises StoreError."""
    try:
        for suffix in ("-wal", "-shm", ""):
            file = path.with_name(path.name + suffix)
            if file.exists():
                file.rename(to.with_name(to.name + suffix))
    except OSError as error:
        raise StoreError(f"Cannot move the damaged {path}: {error.strerror}.") from error


# Being the only one.


class _InUseError(Exception):
    """Another process has the cache open."""


class _NotOursError(Exception):
    """The file belongs to another program or version, and is left unchanged."""


def _alone(path: Path) -> sqlite3.Connection:
    """Open the file exclusively, with its log read without the shared-memory file.

    Raises _InUseError if another process has it open, _NotOursError if it is not a cache of this version.
    """
    c = sqlite3.connect(path, isolation_level=None, timeout=0)
    c.text_factory = lenient
    try:
        c.execute("PRAGMA locking_mode = EXCLUSIVE")
        c.execute("PRAGMA writable_schema = ON")  # reads what is there of a schema, and of a file that ends too early
        ours, version = (c.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version"))
        c.execute("BEGIN EXCLUSIVE")
        c.execute("COMMIT")
        _check_owner(c, ours, version)
    except sqlite3.OperationalError as error:
        c.close()
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
            raise _InUseError from error
        raise
    except BaseException:
        c.close()
        raise
    return c


def _check_owner(c: sqlite3.Connection, application: int, version: int) -> None:
    newer = application == APPLICATION_ID and 0 < version - len(MIGRATIONS) <= NEWER_VERSIONS_MAX
    if newer or application == UNRELEASED_ID or (application != APPLICATION_ID and not _has_our_tables(c)):
        raise _NotOursError


def _has_our_tables(c: sqlite3.Connection) -> bool:
    there = {row[1] for row in described(c)}
    return not there or len(there.intersection(CORE)) > len(CORE) // 2


def _is_open_elsewhere(path: Path) -> bool:
    """Whether another process holds SQLite's read lock; works on files that SQLite cannot read."""
    if os.name != "posix":
        return False  # there, a file that is open cannot be moved
    import fcntl

    with suppress(OSError), path.open("r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 510, 0x40000002)
        except OSError:
            return True
    return False


# Making a new file.


def _replace(path: Path, source: Path, plain_text: PlainText) -> str:
    """Copy what is readable into a new file, set the old one aside, and put the new one in its place."""
    try:
        done, rescued = _best_copy(source, path, plain_text)
    except BaseException:
        _move(source, path)
        raise
    aside = _aside(path)
    _move(source, aside)
    done.replace(path)
    return _said(rescued, aside)


def _aside(path: Path) -> Path:
    """An unused name for a file that is set aside."""
    number = 1
    while any(path.parent.glob(f"{path.name}.damaged-{number}*")):
        number += 1
    return path.with_name(f"{path.name}.damaged-{number}")


def _said(rescued: Rescued, aside: Path) -> str:
    if not rescued.feeds and not rescued.articles:
        return f"The database was damaged and nothing could be recovered. Started a new one; old file: {aside}."
    kept = f"{rescued.feeds} feeds and {rescued.articles} articles"
    lost = f"; lost {rescued.lost} articles" if rescued.lost else ""
    cut = f"; {rescued.texts} with damaged text" if rescued.texts else ""
    return f"The database was damaged. Recovered {kept}{lost}{cut}. Old file: {aside}."


def _best_copy(source: Path, path: Path, plain_text: PlainText) -> tuple[Path, Rescued]:
    """The better copy: with the log, or without it if the log is damaged and more is readable without it."""
    done = path.with_name(f"{path.name}.mended")
    rescued = _copy(source, done, plain_text)
    log = source.with_name(f"{source.name}-wal")
    if log.exists() and log.stat().st_size:
        alone, other = path.with_name(f"{path.name}.alone"), path.with_name(f"{path.name}.mended-alone")
        try:
            shutil.copyfile(source, alone)
            instead = _copy(alone, other, plain_text)
            if instead.articles > rescued.articles:
                other.replace(done)
                rescued = instead
        finally:
            for file in (alone, other):
                _remove(file)
    return done, rescued


def _remove(file: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)


def _copy(path: Path, done: Path, plain_text: PlainText) -> Rescued:
    """Copy everything readable at `path` into a new cache at `done`, and sync it to disk."""
    making = done.with_name(f"{done.name}-making")
    for file in (making, done):
        _remove(file)
    with closing(connect(making)) as new:
        new.execute("PRAGMA synchronous = OFF")
        new.execute("PRAGMA foreign_keys = OFF")
        rescued = rescue(path, new, plain_text)
        new.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with making.open("rb+") as made:
        os.fsync(made.fileno())
    making.replace(done)
    return rescued
