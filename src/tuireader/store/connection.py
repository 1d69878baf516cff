"""Opens the cache: makes it, brings it up to date, sets a broken one aside, and makes SQLite's errors sentences."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tuireader.errors import StoreError
from tuireader.paths import keep_private
from tuireader.store import damage
from tuireader.store.schema import APPLICATION_ID, MIGRATIONS, NEWER_INDEX, OLDEST_SQLITE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

PAGE_SIZE = 16_384
"""Bodies are some kilobytes each: in small pages a tenth of the file would be the room that is left between them."""
CACHE_KIB = 4_000
"""More makes nothing faster, since the system keeps the file's pages too; and each thread that reads has its own."""
BUSY_SECONDS = 10.0
"""How long to wait for another process that is writing."""

_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_UNWRITABLE = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)


class Cursor(sqlite3.Cursor):
    """A cursor whose errors are sentences."""

    connection: Connection

    def execute(self, sql: str, parameters: Any = (), /) -> Cursor:
        """Run one statement."""
        try:
            super().execute(sql, parameters)
        except sqlite3.DatabaseError as error:
            raise self.connection.told(error) from error
        return self

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> Cursor:
        """Run one statement for each of the parameters."""
        try:
            super().executemany(sql, parameters)
        except sqlite3.DatabaseError as error:
            raise self.connection.told(error) from error
        return self

    def fetchone(self) -> Any:
        """The next row, or None."""
        try:
            return super().fetchone()
        except sqlite3.DatabaseError as error:
            raise self.connection.told(error) from error

    def fetchall(self) -> list[Any]:
        """All rows that are left."""
        try:
            return super().fetchall()
        except sqlite3.DatabaseError as error:
            raise self.connection.told(error) from error


class Connection(sqlite3.Connection):
    """A connection to the cache at `path`: what goes wrong with the file is a StoreError; a bug stays what it is."""

    path: Path
    notice: str = ""
    """What the reader should know about how it was opened, as a sentence."""

    def cursor(self, factory: Any = Cursor) -> Any:
        """A cursor whose errors are sentences."""
        return super().cursor(factory)

    def execute(self, sql: str, parameters: Any = (), /) -> Cursor:
        """Run one statement."""
        cursor: Cursor = self.cursor()
        return cursor.execute(sql, parameters)

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> Cursor:
        """Run one statement for each of the parameters."""
        cursor: Cursor = self.cursor()
        return cursor.executemany(sql, parameters)

    def told(self, error: sqlite3.DatabaseError) -> Exception:
        """The sentence for an error; the error itself where it is a bug of ours."""
        code = _code(error)
        if code in _DAMAGED:
            damage.suspect(self.path)
        return _told(self.path, error) if code in _SENTENCES else error


_SENTENCES = {
    sqlite3.SQLITE_FULL: "The disk is full: {path} cannot take more. What was saved before is safe.",
    sqlite3.SQLITE_READONLY: "{path} cannot be changed: it or its folder is read-only.",
    sqlite3.SQLITE_CANTOPEN: "{path} cannot be opened ({error}).",
    sqlite3.SQLITE_BUSY: "Another tuireader has been writing to {path} for too long; try again.",
    sqlite3.SQLITE_LOCKED: "Another tuireader has been writing to {path} for too long; try again.",
    sqlite3.SQLITE_IOERR: "{path} cannot be read or written ({error}).",
    sqlite3.SQLITE_PERM: "{path} cannot be opened: permission denied.",
    sqlite3.SQLITE_AUTH: "{path} cannot be opened: permission denied.",
    sqlite3.SQLITE_NOMEM: "There is too little memory to read {path}.",
    sqlite3.SQLITE_INTERRUPT: "What was asked of {path} was called off.",
    sqlite3.SQLITE_CORRUPT: "{path} is damaged ({error}); it will be looked at when tuireader starts again.",
    sqlite3.SQLITE_NOTADB: "{path} is damaged ({error}); it will be looked at when tuireader starts again.",
}


def _told(path: Path, error: sqlite3.DatabaseError) -> StoreError:
    sentence = _SENTENCES.get(_code(error), "{path} cannot be opened ({error}).")
    return StoreError(sentence.format(path=path, error=error))


@contextmanager
def transaction(c: sqlite3.Connection) -> Iterator[None]:
    """All of what is written inside, or nothing."""
    c.execute("BEGIN IMMEDIATE")
    try:
        yield
        c.execute("COMMIT")
    except BaseException:
        if c.in_transaction:  # SQLite has rolled back by itself after some errors
            c.execute("ROLLBACK")
        raise


@contextmanager
def snapshot(c: sqlite3.Connection) -> Iterator[None]:
    """All of what is read inside is of one moment, whatever is written meanwhile."""
    c.execute("BEGIN")
    try:
        yield
    finally:
        if c.in_transaction:  # SQLite has rolled back by itself after some errors
            c.execute("ROLLBACK")


def version(c: sqlite3.Connection) -> int:
    """A number that is another one once any other connection has changed the cache; each connection has its own."""
    number: int = c.execute("PRAGMA data_version").fetchone()[0]
    return number


def connect(path: Path) -> Connection:
    """Open the cache at `path`, made or brought up to date where needed; the caller closes it.

    A file that is damaged is moved aside, and `notice` says so. Where nothing can be written, it is opened for reading.
    Raises StoreError, with a sentence, where it cannot be opened, or was made by a newer tuireader or another program.
    """
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        needed = ".".join(map(str, OLDEST_SQLITE))
        raise StoreError(f"tuireader needs SQLite {needed} or newer; this Python has {sqlite3.sqlite_version}.")
    _make_folder(path)
    for suffix in ("-wal", "-shm") if path.exists() else ():
        beside = path.with_name(path.name + suffix)
        if beside.exists():
            keep_private(beside)
    keep_private(path)
    if damage.is_suspect(path) and not damage.is_sound(path):
        return _renewed(path)
    try:
        return _open(path)
    except sqlite3.DatabaseError as error:
        code = _code(error)
        if code in _DAMAGED:
            return _renewed(path)
        if code in _UNWRITABLE and path.exists():
            return _open_for_reading(path, error)
        raise _told(path, error) from error


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"The folder {path.parent} cannot be made: {error.strerror}.") from error


def _open(path: Path, database: str = "", *, uri: bool = False) -> Connection:
    """Open and prepare the file; raises SQLite's errors as they are."""
    c = sqlite3.connect(database or path, factory=Connection, isolation_level=None, timeout=BUSY_SECONDS, uri=uri)
    c.path = path
    try:
        _bring_up_to_date(c)
        _set_up(c)
    except BaseException:
        c.close()
        raise
    if uri or not os.access(path, os.W_OK):
        c.notice = f"{path} can be read but not changed: what you mark now is not kept."
    return c


def _set_up(c: Connection) -> None:
    for pragma in (
        "synchronous = NORMAL",  # with a write-ahead log: nothing is lost but by a power cut, and then only the last
        "foreign_keys = ON",
        "temp_store = MEMORY",
        f"cache_size = -{CACHE_KIB}",
    ):
        c.execute(f"PRAGMA {pragma}")


def _bring_up_to_date(c: Connection) -> None:
    """Run the migrations that the file lacks, each in a transaction; a file that is not ours is left as it is."""
    version, ours = _raw(c, "PRAGMA user_version"), _raw(c, "PRAGMA application_id") == APPLICATION_ID
    if ours and version == len(MIGRATIONS):
        _check_index(c)
        return
    if ours and version > len(MIGRATIONS):
        raise StoreError(f"{c.path} was made by a newer tuireader: update tuireader, or it cannot be read.")
    if not ours:
        # Asked again after the tables were seen: another process may have made them since it was asked first.
        if _raw(c, "SELECT count(*) FROM sqlite_master") and _raw(c, "PRAGMA application_id") != APPLICATION_ID:
            raise StoreError(f"{c.path} is another program's: move it away, and tuireader makes its own.")
        _raw(c, f"PRAGMA page_size = {PAGE_SIZE}")
        _patiently(lambda: _raw(c, "PRAGMA journal_mode = WAL"))
    for number, migrate in enumerate(MIGRATIONS, 1):
        with transaction(c):
            if c.execute("PRAGMA user_version").fetchone()[0] < number:  # another process may have been faster
                migrate(c)
                c.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                c.execute(f"PRAGMA user_version = {number}")


def _patiently(work: Callable[[], object]) -> None:
    """Do what SQLite does not wait for by itself while another process makes the same file."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            work()
        except sqlite3.OperationalError as error:
            if _code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return


def _check_index(c: Connection) -> None:
    """The search index of a newer SQLite can be opened by that only."""
    if sqlite3.sqlite_version_info >= NEWER_INDEX:
        return
    if _raw(c, "SELECT count(*) FROM sqlite_master WHERE name = 'search' AND sql LIKE '%contentless_delete%'"):
        needed = ".".join(map(str, NEWER_INDEX))
        raise StoreError(
            f"{c.path} was made with SQLite {needed} or newer, and this Python has {sqlite3.sqlite_version}:"
            " start tuireader with the Python that made it."
        )


def _raw(c: Connection, sql: str) -> Any:
    """The one value that a statement gives, None where it gives none; its errors stay SQLite's own."""
    row = c.cursor(sqlite3.Cursor).execute(sql).fetchone()
    return None if row is None else row[0]


def _renewed(path: Path) -> Connection:
    """Move a damaged file aside and begin a new one with the subscriptions that can still be read."""
    try:
        aside, subscriptions = damage.set_aside(path)
    except OSError as error:
        raise StoreError(f"{path} is damaged, and cannot be moved aside: {error.strerror}.") from error
    c = _open(path)
    with transaction(c):
        c.executemany(
            "INSERT INTO feed (url, title, site, added) VALUES (?, ?, ?, ?) ON CONFLICT (url) DO NOTHING", subscriptions
        )
    kept = f"; its {len(subscriptions)} subscriptions are taken over" if subscriptions else ""
    c.notice = f"The cache was damaged, and a new one was begun{kept}. The old file is {aside}."
    return c


def _open_for_reading(path: Path, failure: sqlite3.DatabaseError) -> Connection:
    """Open a file that cannot be written, or whose folder cannot; `failure` is what happened when writing was tried."""
    wal = path.with_name(f"{path.name}-wal")
    whole = not wal.exists() or not wal.stat().st_size
    for mode in ("mode=ro", "mode=ro&immutable=1") if whole else ("mode=ro",):
        try:
            c = _open(path, f"{path.absolute().as_uri()}?{mode}", uri=True)
        except sqlite3.DatabaseError:
            continue
        return c
    raise _told(path, failure) from failure


def _code(error: sqlite3.DatabaseError) -> int:
    """SQLite's primary result code; 0 where the error is the module's own."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
