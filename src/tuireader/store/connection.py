"""Opens the cache: makes or migrates it, and turns SQLite's errors into sentences."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tuireader.errors import StoreError
from tuireader.store.schema import APPLICATION_ID, MIGRATIONS, OLDEST_SQLITE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

PAGE_SIZE = 16_384
"""Bodies are some kilobytes each: in small pages a tenth of the file would be the room that is left between them."""
CACHE_KIB = 16_000
BUSY_MS = 10_000
"""How long to wait for another process that is writing."""


class Cursor(sqlite3.Cursor):
    """A cursor whose errors are sentences."""

    def execute(self, sql: str, parameters: Any = (), /) -> Cursor:
        """Run one statement."""
        try:
            super().execute(sql, parameters)
        except sqlite3.Error as error:
            raise _sentence(error) from error
        return self

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> Cursor:
        """Run one statement for each of the parameters."""
        try:
            super().executemany(sql, parameters)
        except sqlite3.Error as error:
            raise _sentence(error) from error
        return self

    def fetchone(self) -> Any:
        """The next row, or None."""
        try:
            return super().fetchone()
        except sqlite3.Error as error:
            raise _sentence(error) from error

    def fetchall(self) -> list[Any]:
        """All rows that are left."""
        try:
            return super().fetchall()
        except sqlite3.Error as error:
            raise _sentence(error) from error


class Connection(sqlite3.Connection):
    """A connection whose errors are `StoreError`s."""

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


def _sentence(error: sqlite3.Error) -> StoreError:
    return StoreError(f"The cache cannot be used: {error}.")


@contextmanager
def transaction(c: sqlite3.Connection) -> Iterator[None]:
    """All of what is written inside, or nothing."""
    c.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if c.in_transaction:
            c.execute("ROLLBACK")
        raise
    c.execute("COMMIT")


def connect(path: Path) -> sqlite3.Connection:
    """Open the cache at `path`, made or brought to the current schema where needed; the caller closes it.

    Raises StoreError, with a sentence, where it cannot be opened.
    """
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise StoreError(
            f"tuireader needs SQLite {'.'.join(map(str, OLDEST_SQLITE))} or newer, "
            f"and this Python brings {sqlite3.sqlite_version}."
        )
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    c = sqlite3.connect(path, factory=Connection, isolation_level=None, timeout=BUSY_MS / 1000)
    try:
        _migrate(c)
        c.execute("PRAGMA synchronous = NORMAL")
        c.execute("PRAGMA foreign_keys = ON")
        c.execute("PRAGMA temp_store = MEMORY")
        c.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    except BaseException:
        c.close()
        raise
    return c


def _migrate(c: sqlite3.Connection) -> None:
    version = c.execute("PRAGMA user_version").fetchone()[0]
    if version == len(MIGRATIONS):
        return
    if version > len(MIGRATIONS):
        raise StoreError("The cache was made by a newer tuireader.")
    c.execute(f"PRAGMA page_size = {PAGE_SIZE}")
    c.execute("PRAGMA journal_mode = WAL")
    with transaction(c):
        for step in MIGRATIONS[c.execute("PRAGMA user_version").fetchone()[0] :]:
            step(c)
        c.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        c.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
