"""Opening the cache: creation, migration, read-only fallback; errors are sentences."""

from __future__ import annotations

import os
import sqlite3
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from weakref import WeakSet

from tuireader.errors import BusyError, DamagedError, StoreError
from tuireader.paths import keep_private, open_own
from tuireader.store.row_values import lenient
from tuireader.store.schema import (
    APPLICATION_ID,
    MIGRATIONS,
    NEWER_INDEX,
    OLDEST_SQLITE,
    UNRELEASED_ID,
    has_expected_schema,
)

PAGE_SIZE = 16_384
"""Bodies are some kilobytes each: smaller pages would waste a tenth of the file."""
CACHE_KIB = 300
"""More is no faster, since the system caches the file too; each reading thread has its own."""
BUSY_SECONDS = 10.0
"""Seconds to wait for another process that is writing."""

NEWER_VERSIONS_MAX = 1000
"""A version higher than the current one by more than this is damage, not a newer tuireader."""

BROKEN = (sqlite3.DatabaseError, UnicodeDecodeError)
"""Errors that SQLite raises for a damaged file: UnicodeDecodeError if the message contains an invalid name."""

_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_UNWRITABLE = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL)


class _OutdatedError(StoreError):
    """The cache has an older schema and cannot be migrated, since it is read-only."""


_OUTDATED = "Cannot upgrade {path}: it is read-only. Make it and its directory writable, then try again."


_THEIRS = "{path} belongs to another program. Move it away and try again."
_UNRELEASED = (
    "{path} was created by a development version of tuireader. To keep your data: in that version, run"
    " `tuireader export --format json --output BACKUP`, move {path} away, and run `tuireader import BACKUP` in this"
    " one."
)


class Cursor(sqlite3.Cursor):
    """A cursor that translates errors of SQLite to StoreError."""

    connection: Connection

    def execute(self, sql: str, parameters: Any = (), /) -> Cursor:
        try:
            super().execute(sql, parameters)
        except BROKEN as error:
            raise self.connection.as_store_error(error) from error
        return self

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> Cursor:
        """Run one statement for each of the parameters."""
        try:
            super().executemany(sql, parameters)
        except BROKEN as error:
            raise self.connection.as_store_error(error) from error
        return self

    def __next__(self) -> Any:
        try:
            return super().__next__()
        except BROKEN as error:
            raise self.connection.as_store_error(error) from error

    def fetchone(self) -> Any:
        try:
            return super().fetchone()
        except BROKEN as error:
            raise self.connection.as_store_error(error) from error

    def fetchmany(self, size: int = 1) -> list[Any]:  # type: ignore[override]  # sqlite3's default is another one
        try:
            return super().fetchmany(size)
        except BROKEN as error:
            raise self.connection.as_store_error(error) from error

    def fetchall(self) -> list[Any]:
        try:
            return super().fetchall()
        except BROKEN as error:
            raise self.connection.as_store_error(error) from error


class Connection(sqlite3.Connection):
    """A connection to the cache at `path`; errors of the file are StoreErrors, our own bugs stay as they are."""

    path: Path
    is_read_only = False
    notice: str = ""
    """A message for the user about how it was opened."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._cursors: WeakSet[sqlite3.Cursor] = WeakSet()

    def cursor(self, factory: Any = Cursor) -> Any:
        cursor = super().cursor(factory)
        self._cursors.add(cursor)
        return cursor

    def close(self) -> None:
        """Close the cursors too: an unfinished one, kept alive by a traceback, would keep the file open."""
        for each in tuple(self._cursors):
            each.close()
        super().close()

    def execute(self, sql: str, parameters: Any = (), /) -> Cursor:
        cursor: Cursor = self.cursor()
        return cursor.execute(sql, parameters)

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> Cursor:
        cursor: Cursor = self.cursor()
        return cursor.executemany(sql, parameters)

    def as_store_error(self, error: Exception) -> Exception:
        """Translate an SQLite error to a StoreError; errors that are our bugs are returned unchanged."""
        if is_damage(error) or self._is_damage_in_disguise(error):
            suspect(self.path)
            return DamagedError(_DAMAGE.format(path=self.path, error=error))
        return _store_error(self.path, error) if _code(error) in _SENTENCES else error

    def _is_damage_in_disguise(self, error: Exception) -> bool:
        """Whether an error that looks like that of a wrong statement is caused by a damaged file."""
        code = _code(error)
        if code == sqlite3.SQLITE_CONSTRAINT:
            return str(error) in _IMPOSSIBLE
        if code == sqlite3.SQLITE_ERROR:
            return str(error).startswith(_OF_THE_INDEX) or not _is_made(self)
        return code == sqlite3.SQLITE_TOOBIG


_IMPOSSIBLE = (
    *(f"UNIQUE constraint failed: {key}" for key in ("article.id", "body.article_id", "unindexed.article_id")),
    "UNIQUE constraint failed: "
    + ", ".join(f"label_article.{key}" for key in ("kind", "label_id", "date", "article_id")),
    "FOREIGN KEY constraint failed",
    "constraint failed",
)
"""Errors that our statements only meet if a number, a referenced row or the search index is damaged."""
_OF_THE_INDEX = ("invalid fts5 file format", "vtable constructor failed", "unrecognized option", "SQL logic error")
"""Messages of the search index about damage to its own tables."""
_DAMAGE = "{path} is damaged ({error}). Restart tuireader to repair it."
_SENTENCES = {
    sqlite3.SQLITE_FULL: "Disk full: cannot write to {path}. Existing data is safe.",
    sqlite3.SQLITE_READONLY: "Cannot write {path}: it or its directory is read-only. Make both writable.",
    sqlite3.SQLITE_CANTOPEN: "Cannot open {path}: {error}.",
    sqlite3.SQLITE_BUSY: "{path} is locked by another tuireader. Try again later.",
    sqlite3.SQLITE_LOCKED: "{path} is locked by another tuireader. Try again later.",
    sqlite3.SQLITE_IOERR: "Cannot read or write {path}: {error}.",
    sqlite3.SQLITE_PERM: "Cannot open {path}: permission denied.",
    sqlite3.SQLITE_AUTH: "Cannot open {path}: permission denied.",
    sqlite3.SQLITE_NOMEM: "Out of memory while reading {path}.",
    sqlite3.SQLITE_INTERRUPT: "Interrupted while reading or writing {path}. Try again.",
    sqlite3.SQLITE_CORRUPT: _DAMAGE,
    sqlite3.SQLITE_NOTADB: _DAMAGE,
}


def _store_error(path: Path, error: Exception) -> StoreError:
    code = _code(error)
    if code == sqlite3.SQLITE_IOERR and _is_full(path):  # of what it makes beside the file it says no more than that
        code = sqlite3.SQLITE_FULL
    sentence = _SENTENCES.get(code, "Cannot open {path}: {error}.")
    kind = BusyError if code in _BUSY else DamagedError if is_damage(error) else StoreError
    return kind(sentence.format(path=path, error=error))


def is_free(path: Path) -> bool:
    """Whether no process, including this one, holds the write lock of the cache."""
    try:
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", timeout=0, isolation_level=None, uri=True)
        ) as c:
            c.execute("BEGIN IMMEDIATE")
            c.execute("ROLLBACK")
    except sqlite3.Error as error:
        return _code(error) not in _BUSY
    return True


@contextmanager
def transaction(c: sqlite3.Connection) -> Iterator[None]:
    """Run a block in one transaction; nested ones join the outer."""
    is_part: bool = c.in_transaction
    if is_part:
        yield
        return
    c.execute("BEGIN IMMEDIATE")
    try:
        yield
        c.execute("COMMIT")
    except BaseException:
        if c.in_transaction:  # SQLite has rolled back by itself after some errors
            c.execute("ROLLBACK")
        raise


@contextmanager
def impatient(c: Connection) -> Iterator[None]:
    """In the block, fail at once where another connection is writing, and leave checkpoints to others."""
    settings = ("busy_timeout", "wal_autocheckpoint")
    before = {name: _single_value(c, f"PRAGMA {name}") for name in settings}
    try:
        for name in settings:
            c.execute(f"PRAGMA {name} = 0")
        yield
    finally:
        for name, value in before.items():
            c.execute(f"PRAGMA {name} = {value}")


@contextmanager
def snapshot(c: sqlite3.Connection) -> Iterator[None]:
    """Read a consistent state in the block."""
    c.execute("BEGIN")
    try:
        yield
    finally:
        if c.in_transaction:  # SQLite has rolled back by itself after some errors
            c.execute("ROLLBACK")


def version(c: sqlite3.Connection) -> int:
    """A number that changes when another connection changes the cache; each connection has its own."""
    number: int = c.execute("PRAGMA data_version").fetchone()[0]
    return number


def connect(path: Path, *, patience: float = BUSY_SECONDS) -> Connection:
    """Open the cache at `path`, creating or migrating it if needed; the caller closes it.

    Where nothing can be written, it is opened for reading, and `notice` says so. It waits `patience` seconds for
    another process that writes. Raises StoreError, with a sentence, where it cannot be opened, is damaged, or was made
    by a newer tuireader or another program. The first in a process uses `library.open_cache`, which mends it.
    """
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        needed = ".".join(map(str, OLDEST_SQLITE))
        raise StoreError(f"tuireader needs SQLite {needed} or newer; this Python has {sqlite3.sqlite_version}.")
    _make_folder(path)
    must_be_files(path)
    if not os.path.exists(path) and is_suspect(path):  # noqa: PTH110 - no more than a look
        raise BusyError(f"Another tuireader is repairing {path}. Try again in a moment.")
    _keep_private(path)
    try:
        return _open(path, patience=patience)
    except BROKEN as error:
        if is_damage(error):
            suspect(path)
        elif _code(error) in _UNWRITABLE and path.exists():
            return _open_for_reading(path, error)
        raise _store_error(path, error) from error


def _keep_private(path: Path) -> None:
    """Set mode 600 on the database, -wal and -shm."""
    for suffix in ("-wal", "-shm"):
        if os.path.exists(f"{path}{suffix}"):  # noqa: PTH110 - no Path is needed for it
            keep_private(f"{path}{suffix}")
    keep_private(path)


def is_damage(error: Exception) -> bool:
    return isinstance(error, UnicodeDecodeError) or _code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def must_be_files(path: Path) -> None:
    """Raise StoreError unless the database and its companions are regular files."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        with suppress(OSError):
            about = os.stat(f"{path}{suffix}", follow_symlinks=not suffix)  # noqa: PTH116 - no more than a look
            is_linked = bool(suffix) and about.st_nlink > 1  # SQLite would write into the other file
            if is_linked or not stat.S_ISREG(about.st_mode):
                said = "is not a regular file, or has hard links. Move it away and restart tuireader."
                raise StoreError(f"{path}{suffix} {said}")


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"Cannot create {path.parent}: {error.strerror}.") from error


def _open(path: Path, database: str = "", *, uri: bool = False, patience: float = BUSY_SECONDS) -> Connection:
    """Open the file, migrate it if needed, and configure the connection.

    `database` is what SQLite opens instead of `path`, with `uri` a URI for reading only.
    """
    c = sqlite3.connect(database or path, factory=Connection, isolation_level=None, timeout=patience, uri=uri)
    c.path = path
    c.text_factory = lenient
    try:
        _bring_up_to_date(c)
        _set_up(c)
    except BaseException:
        c.close()
        raise
    if uri or not os.access(path, os.W_OK):
        c.is_read_only = True
        c.notice = f"{path} is read-only: changes will not be saved."
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
    """Run missing migrations, each in a transaction; foreign files are left unchanged."""
    version, ours = _single_value(c, "PRAGMA user_version"), _single_value(c, "PRAGMA application_id") == APPLICATION_ID
    if ours and version == len(MIGRATIONS):
        _check_index(c)
        return
    odd = version > len(MIGRATIONS) + NEWER_VERSIONS_MAX if ours else version == len(MIGRATIONS)
    if odd and _is_made(c):  # only one of these two numbers is damaged
        _number(c, len(MIGRATIONS))
        return
    if ours and version > len(MIGRATIONS):
        raise StoreError(f"{c.path} was created by a newer tuireader. Update tuireader to open it.")
    if not ours:
        _begin(c)
    try:
        _migrate(c)
    except StoreError as error:
        if ours and _code(error.__cause__ or error) == sqlite3.SQLITE_READONLY:
            raise _OutdatedError(_OUTDATED.format(path=c.path)) from error
        raise
    except sqlite3.OperationalError:
        if not _is_made(c):
            raise
        _number(c, len(MIGRATIONS))  # it is up to date, and the number that said otherwise is damaged


def _begin(c: Connection) -> None:
    """Set page size and journal mode of a new file; raises StoreError if it has tables of another program."""
    # Asked again after the tables were seen: another process may have made them since it was asked first.
    if (
        _single_value(c, "SELECT count(*) FROM sqlite_master")
        and (mark := _single_value(c, "PRAGMA application_id")) != APPLICATION_ID
    ):
        raise StoreError((_UNRELEASED if mark == UNRELEASED_ID else _THEIRS).format(path=c.path))
    _single_value(c, f"PRAGMA page_size = {PAGE_SIZE}")
    _patiently(lambda: _single_value(c, "PRAGMA journal_mode = WAL"))


def _migrate(c: Connection) -> None:
    for number, migrate in enumerate(MIGRATIONS, 1):
        with transaction(c):
            if c.execute("PRAGMA user_version").fetchone()[0] < number:  # another process may have been faster
                migrate(c)
                _number(c, number)


def _number(c: Connection, version: int) -> None:
    c.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    c.execute(f"PRAGMA user_version = {version}")


def _is_made(c: Connection) -> bool:
    raw: sqlite3.Cursor = c.cursor(sqlite3.Cursor)  # its errors are not asked about again here
    return has_expected_schema(raw, len(MIGRATIONS))


def _patiently(work: Callable[[], object]) -> None:
    """Run `work`, and retry while SQLite reports a lock that it does not wait for itself, up to `BUSY_SECONDS`."""
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
    """Check that this SQLite can read the search index, which newer ones write in another format."""
    if sqlite3.sqlite_version_info >= NEWER_INDEX:
        return
    if _single_value(c, "SELECT count(*) FROM sqlite_master WHERE name = 'search' AND sql LIKE '%contentless_delete%'"):
        needed = ".".join(map(str, NEWER_INDEX))
        raise StoreError(
            f"{c.path} needs SQLite {needed} or newer; this Python has {sqlite3.sqlite_version}. Use a newer Python."
        )


def _single_value(c: Connection, sql: str) -> Any:
    """The single value of a query, None if there is no row; errors stay SQLite's own."""
    row = c.cursor(sqlite3.Cursor).execute(sql).fetchone()
    return None if row is None else row[0]


def _open_for_reading(path: Path, failure: Exception) -> Connection:
    """Open a file that cannot be written, or whose folder cannot; `failure` is the error of the attempt to write.

    A file with a log needs a shared-memory file beside it. On a full disk SQLite can hold that in memory. On a read-
    only disk the log has to be ignored.
    """
    wal = path.with_name(f"{path.name}-wal")
    has_log = wal.exists() and wal.stat().st_size > 0
    for mode in _modes(path):
        try:
            c = _open(path, f"{path.absolute().as_uri()}?{mode}", uri=True)
        except _OutdatedError:
            raise
        except (*BROKEN, StoreError):
            continue
        if _is_full(path):
            c.notice = f"Disk full: {path} is read-only, and changes will not be saved."
        if has_log and "immutable" in mode:
            c.notice += " The latest changes are missing: they are in a file that cannot be read."
        return c
    raise _store_error(path, failure) from failure


def _modes(path: Path) -> Iterator[str]:
    yield "mode=ro"
    if os.name == "posix" and os.access(path, os.W_OK):
        yield "vfs=unix-excl"
    yield "mode=ro&immutable=1"


def _is_full(path: Path) -> bool:
    """Whether the disk has no room for another page."""
    if not hasattr(os, "statvfs"):
        return False
    try:
        room = os.statvfs(path.parent)
    except OSError:
        return False
    return room.f_bavail * room.f_frsize < PAGE_SIZE * 4


def _code(error: BaseException) -> int:
    """SQLite's primary result code; 0 for errors of the sqlite3 module."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def mark_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.check")


def suspect(path: Path) -> None:
    with suppress(OSError):  # where no mark can be left, nothing could be mended either
        os.close(open_own(mark_of(path), os.O_CREAT | os.O_WRONLY))


def is_suspect(path: Path) -> bool:
    """Whether the damage mark exists; one made by other users is ignored."""
    try:
        about = os.lstat(mark_of(path))
    except OSError:
        return False
    return stat.S_ISREG(about.st_mode) and (os.name != "posix" or about.st_uid == os.geteuid())


_ASIDE = (
    " + (SELECT count(*) FROM article INDEXED BY article_hidden WHERE aside = 1)"
    " + (SELECT count(*) FROM article INDEXED BY article_told_elsewhere WHERE aside = 2)"
)
_WAYS = (
    *(f"SELECT count(*) FROM article INDEXED BY article_by_{each}" for each in ("feed", "guid", "link")),
    *(
        f"SELECT (SELECT count(*) FROM article INDEXED BY article_by_{each} WHERE aside = 0){_ASIDE}"
        for each in ("date", "words")
    ),
    *(f"SELECT count(*) FROM {each}" for each in ("article NOT INDEXED", "body")),
    "SELECT (SELECT count(*) FROM search_docsize) + (SELECT count(*) FROM unindexed)",
)
"""Queries that count all articles, each by another index."""


def check_counts(c: Connection) -> bool:
    """Check for damage that no statement has met, and leave a mark if there is any; returns whether a mark exists.

    Each page may be valid but in the wrong place: then the indexes count different numbers of articles. Reads some
    megabytes of a large cache: to be run when idle.
    """
    with snapshot(c):
        counts = {c.execute(way).fetchone()[0] for way in _WAYS}
    if len(counts) > 1:
        suspect(c.path)
    return is_suspect(c.path)
