"""A cache that is damaged: noticing it, finding out what is, and making a whole one of what can still be read.

Nothing is ever deleted. When a statement meets damage, a mark beside the file says so; whoever opens it next, as the
only one, has it checked, which is too slow to do every time. An index for searching is built again where it stands;
everything else is copied, row by row, into a new file, and the old one is moved aside.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tuireader.errors import BusyError, StoreError
from tuireader.store import search
from tuireader.store.connection import BROKEN, PAGE_SIZE, VERSIONS_TO_COME, Connection, connect, transaction
from tuireader.store.damage import mark_of
from tuireader.store.leaves import Leaves, varint
from tuireader.store.pending import lock
from tuireader.store.schema import APPLICATION_ID, INDEX_SETTINGS, MIGRATIONS, expected
from tuireader.store.values import DAMAGED, guid_key, lenient, name_key, number, pack, stamp, text_of, tidy, unpack_all

PlainText = Callable[[str], str]
"""What makes plain text, for the index, of an article's HTML."""

_TABLES = ("feed", "article", "body", "category", "author", "category_article", "author_article", "setting", "hold")
_FACETS = ("category", "author")
_NO_DAMAGE = (
    sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PERM
)  # fmt: skip
_PATIENCE = 600.0
"""Seconds to wait for another process that mends."""
_CHUNK = 500
"""Articles that are copied in one transaction."""
_COUNTS = {"feed": (18, 17), "article": (16,), "body": (4,)}
"""How many columns a row has: of a feed, those of before a column was added have one less."""
_LOST_FEED = "The address of this feed was lost when the cache was damaged: add it again."


@dataclass
class Rescued:
    """What came of copying."""

    articles: int = 0
    lost: int = 0
    """Articles that are known to have been there, and could not be read."""
    feeds: int = 0
    texts: int = 0
    """Articles whose text could be read in part only, or not at all."""


def mend(path: Path, plain_text: PlainText, tell: Callable[[str], None]) -> str:
    """Check the cache at `path`, and mend what is wrong; gives a sentence about what was done, if anything was.

    To be called where nobody in this process has it open. One process mends; others that come meanwhile wait for it.
    `tell` is told what takes its time. Raises StoreError where it cannot be mended.
    """
    mark, path = mark_of(path), path.resolve()  # what a link leads to is moved, and not the link
    with _one_at_a_time(mark, path, tell):
        if not mark.exists():
            return ""
        source = path.with_name(f"{path.name}.mending-source")
        if path.exists() or not source.exists():  # else this was begun before, and the program was ended
            said = _mend_in_place(path, source, plain_text, tell)
            if said is not None:
                if said is not _IN_USE:
                    mark.unlink(missing_ok=True)
                return said.format(path=path)
        tell(f"{path} is damaged: what can be read of it is copied into a new one …")
        said = _replace(path, source, plain_text)
        mark.unlink(missing_ok=True)
        return said


_IN_USE = "{path} is damaged; it is mended when tuireader starts while no other one has it open."


@contextmanager
def _one_at_a_time(mark: Path, path: Path, tell: Callable[[str], None]) -> Iterator[None]:
    """Be the only one who mends; the mark itself is what is locked."""
    try:
        held = mark.open("a")
    except OSError as error:
        raise StoreError(f"{path} is damaged, and cannot be moved aside: {error.strerror}.") from error
    with held:
        until, told = time.monotonic() + _PATIENCE, False
        while not lock(held.fileno()):
            if time.monotonic() > until:
                raise BusyError(f"Another tuireader has been mending {path} for too long; try again.")
            if not told:
                tell(f"Another tuireader is mending {path} …")
            told = True
            time.sleep(0.1)
        yield


def _mend_in_place(path: Path, source: Path, plain_text: PlainText, tell: Callable[[str], None]) -> str | None:
    """Mend what need not be copied, and say so; or move the file to `source`, where nobody else finds it, for that."""
    size = path.stat().st_size
    try:
        with closing(_alone(path)) as c:
            said = _mend_index(c, path, plain_text, tell)
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
            raise StoreError(f"{path} is damaged, and cannot be mended: {error}.") from error
        if _is_open_elsewhere(path):
            return _IN_USE
        _move(path, source)
    if source.stat().st_size - size in range(1, PAGE_SIZE):  # of a last page that is cut, SQLite makes a whole one
        os.truncate(source, size)
    return None


def _mend_index(c: sqlite3.Connection, path: Path, plain_text: PlainText, tell: Callable[[str], None]) -> str | None:
    """Build the search index again, if that is what is wrong, and say so; None where more is, or that does not help."""
    wrong = _what_is_wrong(c)
    if wrong == "nothing":
        return ""
    if wrong == "index":
        tell(f"The search index of {path} is damaged: it is built again …")
        if _rebuild_index(c, plain_text):
            return "The search index was damaged, and was built again. Nothing else was touched."
    return None


def _move(path: Path, to: Path) -> None:
    """Move a file and its log; raises StoreError where that cannot be."""
    try:
        for suffix in ("-wal", "-shm", ""):
            file = path.with_name(path.name + suffix)
            if file.exists():
                file.rename(to.with_name(to.name + suffix))
    except OSError as error:
        raise StoreError(f"{path} is damaged, and cannot be moved aside: {error.strerror}.") from error


# Looking.


class _InUseError(Exception):
    """Another process has the cache open."""


class _NotOursError(Exception):
    """The file is another program's, or of a newer version: it is left as it is."""


def _alone(path: Path) -> sqlite3.Connection:
    """Open the file so that nobody else can, with its log read without the file that is beside it for that."""
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
    newer = application == APPLICATION_ID and 0 < version - len(MIGRATIONS) <= VERSIONS_TO_COME
    if newer or (application != APPLICATION_ID and not _has_our_tables(c)):
        raise _NotOursError


def _has_our_tables(c: sqlite3.Connection) -> bool:
    """Whether most of it is ours, although the head of the file says otherwise."""
    there = {row[1] for row in _schema(c)}
    return not there or len(there.intersection(_TABLES)) > len(_TABLES) // 2


def _is_open_elsewhere(path: Path) -> bool:
    """Whether another process holds SQLite's lock for reading; for a file that SQLite itself can make nothing of."""
    if os.name != "posix":
        return False  # there, a file that is open cannot be moved
    import fcntl

    with suppress(OSError), path.open("r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 510, 0x40000002)
        except OSError:
            return True
    return False


def _what_is_wrong(c: sqlite3.Connection) -> str:
    """What is: "nothing", the "index" alone, or "more"."""
    if _schema(c) != expected(c.execute("PRAGMA user_version").fetchone()[0]):
        return "more"
    if not all(_is_sound(c, table) for table in _TABLES) or not _agrees_with_itself(c):
        return "more"
    if not _is_index_sound(c):
        return "index"
    return "nothing" if _integrity(c) else "more"


def _schema(c: sqlite3.Connection) -> list[tuple[Any, ...]]:
    return c.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY rowid").fetchall()


def _integrity(c: sqlite3.Connection, table: str = "") -> bool:
    what = f"({table})" if table else "(1)"
    return bool(c.execute(f"PRAGMA integrity_check{what}").fetchone()[0] == "ok")


def _is_sound(c: sqlite3.Connection, table: str) -> bool:
    """Whether a table and its indexes are sound, and each value is of the kind that its column has."""
    kinds = []
    for _, name, kind, notnull, _, key in c.execute(f"PRAGMA table_info({table})").fetchall():
        if not (key and kind == "INTEGER"):
            null = "" if notnull else ", 'null'"
            kinds.append(f"typeof({name}) NOT IN ('{kind.lower()}'{null})")
    odd = c.execute(f"SELECT 1 FROM {table} NOT INDEXED WHERE {' OR '.join(kinds)} LIMIT 1").fetchone()
    return odd is None and _integrity(c, table)


def _agrees_with_itself(c: sqlite3.Connection) -> bool:
    """Whether what stands in several places is the same there."""
    disagreements = [
        "SELECT 1 FROM article WHERE read NOT IN (0, 1) OR starred NOT IN (0, 1) LIMIT 1",
        "SELECT 1 FROM sqlite_sequence WHERE typeof(seq) <> 'integer' OR seq > 1000000000000 LIMIT 1",
        "SELECT 1 FROM article WHERE id > (SELECT max(seq) FROM sqlite_sequence WHERE name = 'article') LIMIT 1",
        "SELECT 1 FROM feed WHERE id > (SELECT max(seq) FROM sqlite_sequence WHERE name = 'feed') LIMIT 1",
        "SELECT 1 FROM article WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'article') LIMIT 1",
        "SELECT 1 FROM article AS a WHERE NOT EXISTS (SELECT 1 FROM body WHERE article_id = a.id) LIMIT 1",
        *(
            f"SELECT 1 FROM {facet}_article AS f LEFT JOIN article AS a ON a.id = f.article_id WHERE"
            " (f.date, f.feed_id, f.read, f.starred) IS NOT (a.date, a.feed_id, a.read, a.starred) LIMIT 1"
            for facet in _FACETS
        ),
        *(
            f"SELECT 1 FROM article AS a WHERE NOT EXISTS (SELECT 1 FROM {facet}_article WHERE article_id = a.id)"
            " LIMIT 1"
            for facet in _FACETS
        ),
    ]
    return (
        not any(c.execute(each).fetchone() for each in disagreements)
        and not c.execute("PRAGMA foreign_key_check").fetchall()
    )


def _is_index_sound(c: sqlite3.Connection) -> bool:
    """Whether the search index is sound, and has each article once."""
    c.execute("BEGIN")
    try:
        c.execute("INSERT INTO search (search) VALUES ('integrity-check')")
        missing = c.execute("SELECT id FROM article EXCEPT SELECT id FROM search_docsize LIMIT 1").fetchone()
        more = c.execute("SELECT id FROM search_docsize EXCEPT SELECT id FROM article LIMIT 1").fetchone()
        shadows = [row[0] for row in c.execute("SELECT name FROM sqlite_master WHERE name LIKE 'search!_%' ESCAPE '!'")]
        if not _adds_up(c):
            return False
        return missing is None and more is None and all(_integrity(c, each) for each in shadows)
    except BROKEN:
        return False
    finally:
        if c.in_transaction:  # a check is written as an insertion, and must leave no trace
            c.execute("ROLLBACK")


def _adds_up(c: sqlite3.Connection) -> bool:
    """Whether the index has as many words as it says, all of which can be read: its own check leaves some of it out."""
    c.execute("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, search, instance)")
    words = c.execute("SELECT count(offset) FROM temp.words").fetchone()[0]
    said = c.execute("SELECT block FROM search_data WHERE id = 1").fetchone()
    articles, *sizes = _numbers(said[0]) if said and said[0] else [0]
    return bool(articles == c.execute("SELECT count(*) FROM article").fetchone()[0] and sum(sizes) == words)


def _numbers(block: object) -> list[int]:
    if not isinstance(block, bytes):
        return [0]
    found, at = [], 0
    with suppress(IndexError):
        while at < len(block):
            value, at = varint(block, at)
            found.append(value)
    return found or [0]


# Mending the index.


def _rebuild_index(c: sqlite3.Connection, plain_text: PlainText) -> bool:
    """Make the index anew from the articles; whether all is sound after it."""
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
        for name, value in INDEX_SETTINGS:
            c.execute("INSERT INTO search (search, rank) VALUES (?, ?)", (name, value))
        ids = [row[0] for row in c.execute("SELECT id FROM article ORDER BY id").fetchall()]
        for article_id in ids:
            _index(c, article_id, plain_text)
        c.execute("COMMIT")
        return _integrity(c) and _is_index_sound(c)
    except BROKEN:
        if c.in_transaction:
            c.execute("ROLLBACK")
        return False


def _index(c: sqlite3.Connection, article_id: int, plain_text: PlainText) -> None:
    title, html, full_text = c.execute(
        "SELECT a.title, b.html, b.full_text FROM article AS a JOIN body AS b ON b.article_id = a.id WHERE a.id = ?",
        (article_id,),
    ).fetchone()
    text = unpack_all(full_text)[0] if full_text is not None else plain_text(unpack_all(html)[0])
    names = [
        "\n".join(
            row[0]
            for row in c.execute(
                f"SELECT n.name FROM {facet}_article AS l JOIN {facet} AS n ON n.id = l.{facet}_id"
                " WHERE l.article_id = ? ORDER BY l.place",
                (article_id,),
            ).fetchall()
        )
        for facet in ("author", "category")
    ]
    columns = [search.indexed(column) for column in (title, *names, text)]
    sql = "INSERT INTO search (rowid, title, authors, categories, body) VALUES (?, ?, ?, ?, ?)"
    c.execute(sql, (article_id, *columns))


# Making a new file.


def _replace(path: Path, source: Path, plain_text: PlainText) -> str:
    """Copy what can be read into a new file, give the old one a name of its own, and put the new one in its place."""
    try:
        done, rescued = _best_copy(source, path, plain_text)
    except BaseException:
        _move(source, path)
        raise
    number_ = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number_}")).exists():
        number_ += 1
    _move(source, aside)
    done.replace(path)
    return _said(rescued, aside)


def _said(rescued: Rescued, aside: Path) -> str:
    if not rescued.feeds and not rescued.articles:
        return f"The cache was damaged, and a new one was begun. The old file is {aside}."
    kept = f"its {rescued.feeds} subscriptions are taken over, and {rescued.articles} articles with their marks"
    lost = f"; {rescued.lost} articles could not be read" if rescued.lost else ""
    cut = f"; the texts of {rescued.texts} are damaged" if rescued.texts else ""
    return f"The cache was damaged, and a new one was begun; {kept}{lost}{cut}. The old file is {aside}."


def _best_copy(source: Path, path: Path, plain_text: PlainText) -> tuple[Path, Rescued]:
    """The copy of the file with its log; or without, where the log is what is damaged, and there is more without it."""
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
    """Make a cache at `done` of what can be read at `path`, and have it on the disk."""
    rescued = Rescued()
    making = done.with_name(f"{done.name}-making")
    for file in (making, done):
        _remove(file)
    with closing(connect(making)) as new:
        new.execute("PRAGMA synchronous = OFF")
        new.execute("PRAGMA foreign_keys = OFF")
        with closing(_readable(path)) as old:
            _Copy(old, new, rescued, plain_text, Leaves(path, PAGE_SIZE)).run()
        new.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with making.open("rb+") as made:
        os.fsync(made.fileno())
    making.replace(done)
    return rescued


def _readable(path: Path) -> sqlite3.Connection:
    """The damaged file, opened for reading, its schema as it must have been."""
    c = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None)
    c.text_factory = lenient
    try:
        c.execute("PRAGMA writable_schema = ON")
        version = c.execute("PRAGMA user_version").fetchone()[0]
        whole = expected(version if 0 < version <= len(MIGRATIONS) else len(MIGRATIONS))
        there = c.execute("SELECT rowid, type, name, tbl_name, rootpage, sql FROM sqlite_master").fetchall()
    except BROKEN:
        c.close()
        return _with_first_page(path)
    if [(row[1], row[2], row[3], row[5]) for row in there] == whole:
        return c
    c.close()
    return _with_schema(path, whole) if len(there) == len(whole) else _with_first_page(path)


def _with_schema(path: Path, whole: Sequence[tuple[Any, ...]]) -> sqlite3.Connection:
    """A copy of the file, in memory, whose tables have their names again."""
    with closing(_in_memory(path.read_bytes())) as c:
        rows = [row[0] for row in c.execute("SELECT rowid FROM sqlite_master ORDER BY rowid").fetchall()]
        for rowid, (kind, name, table, sql) in zip(rows, whole, strict=True):
            c.execute(
                "UPDATE sqlite_master SET type = ?, name = ?, tbl_name = ?, sql = ? WHERE rowid = ?",
                (kind, name, table, sql, rowid),
            )
        return _in_memory(c.serialize())


def _with_first_page(path: Path) -> sqlite3.Connection:
    """A copy of the file, in memory, with the first page that every cache has: it says where each table begins."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as made:
        made.execute(f"PRAGMA page_size = {PAGE_SIZE}")
        for migrate in MIGRATIONS:
            migrate(made)
        first = made.serialize()[:PAGE_SIZE]
    content = path.read_bytes()
    pages = max(1, len(content) // PAGE_SIZE)
    head = first[:24] + bytes(4) + pages.to_bytes(4, "big") + bytes(8) + first[40:]  # of this length, no page unused
    return _in_memory(head + content[PAGE_SIZE : pages * PAGE_SIZE])


def _in_memory(content: bytes) -> sqlite3.Connection:
    c = sqlite3.connect(":memory:", isolation_level=None)
    c.text_factory = lenient
    with suppress(*BROKEN):  # then it is an empty one, in which nothing is found
        c.deserialize(content[:18] + b"\1\1" + content[20:])  # in memory there is no log
        c.execute("PRAGMA writable_schema = ON")
    return c


class _Copy:
    """Copies all tables, row by row: a row that cannot be read is left out, a value that cannot be is mended."""

    def __init__(
        self,
        old: sqlite3.Connection,
        new: Connection,
        rescued: Rescued,
        plain_text: PlainText,
        leaves: Leaves,
    ) -> None:
        self._old = old
        self._leaves = leaves
        self._new = new
        self._rescued = rescued
        self._plain_text = plain_text
        self._feeds: set[int] = set()
        self._names: dict[str, dict[int, str]] = {}
        self._links: dict[str, dict[int, list[tuple[int, int]]]] = {}
        self._article_columns = self._columns("article")

    def run(self) -> None:
        """Copy everything."""
        with transaction(self._new):
            self._copy_feeds()
            for table in ("setting", "hold"):
                self._copy_plain(table)
            for facet in _FACETS:
                self._read_facet(facet)
        ids = sorted(self._article_ids())
        for start in range(0, len(ids), _CHUNK):
            with transaction(self._new):
                for article_id in ids[start : start + _CHUNK]:
                    self._copy_article(article_id)
        with transaction(self._new):
            self._keep_numbers()

    # Reading what can be read.

    def _scan(self, sql: str, key: str) -> Iterator[tuple[Any, ...]]:
        """Rows from both ends of a table, up to where the damage is."""
        for direction in ("ASC", "DESC"):
            cursor = self._old.cursor()
            try:
                cursor.execute(f"{sql} ORDER BY {', '.join(f'{each} {direction}' for each in key.split(', '))}")
                while True:
                    row = cursor.fetchone()
                    if row is None:
                        return
                    yield row
            except (*BROKEN, OverflowError, MemoryError):
                continue

    def _one(self, sql: str, *params: Any) -> tuple[Any, ...] | None:
        try:
            row: tuple[Any, ...] | None = self._old.execute(sql, params).fetchone()
        except (*BROKEN, OverflowError, MemoryError):
            return None
        return row

    def _row(self, table: str, names: Sequence[str], key: str, number_: int) -> tuple[Any, ...] | None:
        """The values of a row in these columns: as SQLite finds it, else where it stands in the file."""
        row = self._one(f"SELECT {', '.join(names)} FROM {table} NOT INDEXED WHERE {key} = ?", number_)
        if row is not None:
            return row
        every = [row[1] for row in self._new.execute(f"PRAGMA table_info({table})").fetchall()]
        found = self._leaves.row(number_, _COUNTS[table])
        if found is None:
            return None
        values = dict(zip(every, found, strict=False)) | {key: number_}
        return tuple(values.get(name) for name in names)

    def _columns(self, table: str) -> list[tuple[str, str, bool, Any]]:
        """Name, kind, whether it may be null, and default of the columns that both files have."""
        with suppress(*BROKEN):
            there = {row[1] for row in self._old.execute(f"PRAGMA table_info({table})").fetchall()}
            return [
                (name, kind, not notnull, default)
                for _, name, kind, notnull, default, _ in self._new.execute(f"PRAGMA table_info({table})").fetchall()
                if name in there
            ]
        return []

    # Feeds and small tables.

    def _copy_feeds(self) -> None:
        columns = self._columns("feed")
        names = [name for name, *_ in columns]
        ids: set[int] = set()
        for sql, key in (
            ("SELECT id FROM feed NOT INDEXED", "id"),
            ("SELECT id FROM feed", "url"),
            ("SELECT feed_id FROM article INDEXED BY article_by_feed", "feed_id, date"),
        ):
            ids |= {row[0] for row in self._scan(sql, key) if isinstance(row[0], int) and row[0] > 0}
        for feed_id in sorted(ids):
            row = self._row("feed", names, "id", feed_id)
            if row is not None:
                values = _mended(columns, row)
                if values["url"]:
                    self._add_feed(values)

    def _add_feed(self, values: dict[str, Any]) -> None:
        if values.get("private") not in (None, 0, 1):
            values["private"] = 0  # what is not known must not be let in
        values["gone"] = int(bool(values.get("gone")))
        if self._insert("feed", values):
            self._feeds.add(values["id"])
            self._rescued.feeds += 1

    def _copy_plain(self, table: str) -> None:
        columns = self._columns(table)
        if columns:
            names = ", ".join(name for name, *_ in columns)
            for row in self._scan(f"SELECT {names} FROM {table}", columns[0][0]):
                self._insert(table, _mended(columns, row))

    def _insert(self, table: str, values: dict[str, Any]) -> bool:
        marks = ", ".join("?" * len(values))
        cursor = self._new.execute(
            f"INSERT OR IGNORE INTO {table} ({', '.join(values)}) VALUES ({marks})", tuple(values.values())
        )
        return cursor.rowcount > 0

    def _read_facet(self, facet: str) -> None:
        names = {
            row[0]: tidy(text_of(row[1]))
            for row in self._scan(f"SELECT id, name FROM {facet} NOT INDEXED", "id")
            if isinstance(row[0], int)
        }
        self._names[facet] = names
        links: dict[int, set[tuple[int, int]]] = {}
        for order in (f"{facet}_id, date, article_id", "article_id, place"):
            for facet_id, article_id, place in self._scan(
                f"SELECT {facet}_id, article_id, place FROM {facet}_article", order
            ):
                if isinstance(article_id, int) and isinstance(facet_id, int):
                    links.setdefault(article_id, set()).add((number(place), facet_id))
        self._links[facet] = {article_id: sorted(found) for article_id, found in links.items()}

    # Articles.

    def _article_ids(self) -> set[int]:
        """Every article of which there is a trace: the table may be unreadable where an index is not."""
        found: set[int] = set()
        for sql, key in (
            ("SELECT id FROM article NOT INDEXED", "id"),
            ("SELECT id FROM article INDEXED BY article_by_date", "date"),
            ("SELECT id FROM article INDEXED BY article_by_guid", "feed_id, guid_key"),
            ("SELECT id FROM article INDEXED BY article_by_feed", "feed_id, date"),
            ("SELECT article_id FROM body", "article_id"),
            ("SELECT id FROM search_docsize", "id"),
        ):
            found |= {row[0] for row in self._scan(sql, key) if isinstance(row[0], int) and row[0] > 0}
        found |= self._links["category"].keys() & self._links["author"].keys()
        return found

    def _copy_article(self, article_id: int) -> None:
        columns = self._article_columns
        row = self._row("article", [name for name, *_ in columns], "id", article_id)
        if row is None:
            self._rescued.lost += 1
            return
        values = _mended(columns, row)
        html, full_html, full_text, whole = self._body(article_id)
        values["id"] = article_id
        values["read"], values["starred"] = (int(values[name] == 1) for name in ("read", "starred"))
        values["date"] = int(stamp(values["date"]).timestamp())
        values["words"], values["position"] = number(values["words"]), number(values["position"])
        values["offline"] = int(values["offline"] == 1)
        if not whole:
            self._rescued.texts += 1
            # Should its feed bring it again, that is another one, also where the feed itself is the same.
            values["digest"], values["offline"] = b"", 0
            self._new.execute("UPDATE feed SET body_hash = NULL WHERE id = ?", (values["feed_id"],))
        values["feed_id"] = self._feed_of(values)
        if not self._insert("article", values):  # its guid is another's: so is one of them damaged
            values |= {"guid": f"{values['guid']}#{article_id}", "guid_key": guid_key(f"{values['guid']}#{article_id}")}
            if not self._insert("article", values):
                self._rescued.lost += 1
                return
        self._insert("body", {"article_id": article_id, "html": html, "full_html": full_html, "full_text": full_text})
        for facet in _FACETS:
            self._link(facet, article_id, values)
        _index(self._new, article_id, self._plain_text)
        self._rescued.articles += 1

    def _body(self, article_id: int) -> tuple[bytes, bytes | None, bytes | None, bool]:
        """What is kept of the texts of an article, and whether that is all."""
        row = self._row("body", ("html", "full_html", "full_text"), "article_id", article_id)
        if row is None:
            return pack(DAMAGED), None, None, False
        texts = [None if each is None else unpack_all(each) for each in row]
        html, whole = texts[0] or ("", False)
        full = texts[1] is not None and texts[1][1] and texts[2] is not None and texts[2][1]
        whole = whole or full
        kept_html = row[0] if texts[0] and texts[0][1] else pack(html + DAMAGED)
        return kept_html, row[1] if full else None, row[2] if full else None, whole

    def _feed_of(self, values: dict[str, Any]) -> int:
        """The feed of an article; one whose feed is lost gets one that stands for it, and is never asked for."""
        feed_id = values["feed_id"] if isinstance(values["feed_id"], int) and values["feed_id"] > 0 else 1
        if feed_id not in self._feeds:
            try:
                host = urlsplit(values["link"]).hostname or "lost"
            except ValueError:
                host = "lost"
            self._add_feed(
                {
                    "id": feed_id,
                    "url": f"https://{host}/#{feed_id}",
                    "title": host,
                    "site": f"https://{host}/",
                    "added": values["date"],
                    "gone": 1,
                    "error": _LOST_FEED,
                }
            )
        return feed_id

    def _link(self, facet: str, article_id: int, values: dict[str, Any]) -> None:
        """File an article under the names that are left."""
        names = [self._names[facet].get(facet_id, "") for _, facet_id in self._links[facet].get(article_id, ())]
        for place, name in enumerate([name for name in dict.fromkeys(names) if name] or [""]):
            key = name_key(name)
            self._new.execute(f"INSERT OR IGNORE INTO {facet} (name, key) VALUES (?, ?)", (name, key))
            (facet_id,) = self._new.execute(f"SELECT id FROM {facet} WHERE key = ?", (key,)).fetchone()
            self._insert(
                f"{facet}_article",
                {
                    f"{facet}_id": facet_id,
                    "date": values["date"],
                    "article_id": article_id,
                    "feed_id": values["feed_id"],
                    "read": values["read"],
                    "starred": values["starred"],
                    "place": place,
                },
            )

    def _keep_numbers(self) -> None:
        """Give no number a second time: what others know an article by stays its own."""
        for table in ("article", "feed"):
            row = self._one("SELECT seq FROM sqlite_sequence WHERE name = ?", table)
            if row is not None and isinstance(row[0], int) and 0 < row[0] < 2**40:
                self._new.execute("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?", (row[0], table))


def _mended(columns: Sequence[tuple[str, str, bool, Any]], row: Sequence[Any]) -> dict[str, Any]:
    """A row's values by name, each of the kind of its column."""
    return {
        name: _as_kind(value, kind, nullable=nullable, default=default)
        for (name, kind, nullable, default), value in zip(columns, row, strict=True)
    }


def _as_kind(value: object, kind: str, *, nullable: bool, default: Any) -> Any:
    if value is None and nullable:
        return None
    if kind == "TEXT":
        return text_of(value)
    if kind == "BLOB":
        return value if isinstance(value, bytes) else b""
    if isinstance(value, int):
        return value
    return None if nullable else number(value, int(default or 0))
