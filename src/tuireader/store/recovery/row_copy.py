"""Copying what is readable of a damaged cache, row by row, into a new one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tuireader.model.feed import LOCAL
from tuireader.paths import content_of
from tuireader.store import labels
from tuireader.store.connection import BROKEN, PAGE_SIZE, Connection, transaction
from tuireader.store.feeds import RECOUNT, TO_READ
from tuireader.store.labels import NUMBERS, OF_PUBLISHERS
from tuireader.store.queries import search
from tuireader.store.recovery.leaf_pages import Leaves
from tuireader.store.row_values import DAMAGED, guid_key, lenient, number, pack, stamp, text_of, tidy, unpack_all
from tuireader.store.schema import MIGRATIONS, described, made, orders

_PLAIN = (
    "setting", "hold", "feed_option", "former_address", "feed_change", "subscription_time", "rule", "saved_search",
    "undo", "pruned",
)  # fmt: skip
"""Tables copied unchanged after feeds."""
_KINDS = {2: "index", 10: "index", 5: "table", 13: "table"}
"""Page types by first byte."""
_CHUNK = 500
"""Articles copied in one transaction."""
_SECOND: dict[str, type] = {"feed": str, "article": int, "body": bytes}
"""The type of the second column by table."""
_RECOUNT = (
    RECOUNT,
    """
    UPDATE label SET (articles, unread) =
    (SELECT count(*), coalesce(sum(read = 0), 0)
     FROM label_article AS l WHERE l.kind = label.kind AND l.label_id = label.id AND l.aside = 0)
    """,
)
"""SQL that recounts the articles of each feed and label."""
_COUNT_COLUMNS = {("feed", "articles"), ("feed", "unread"), ("feed", "starred")}
"""Columns that are recounted."""
_FILED = {NUMBERS[kind] for kind in OF_PUBLISHERS}
"""Kinds of labels under which every article is filed."""
_LOST_FEED = "The address of this feed was lost when the database was damaged. Add it again."


@dataclass
class Rescued:
    """What was copied from a damaged cache."""

    articles: int = 0
    lost: int = 0
    """Articles known to have existed that could not be read."""
    feeds: int = 0
    texts: int = 0
    """Articles whose text is incomplete or unreadable."""


def rescue(path: Path, new: Connection, plain_text: search.PlainText) -> Rescued:
    """Copy into `new`, a fresh cache, what is readable of the damaged one at `path`."""
    rescued = Rescued()
    with closing(_readable(path)) as old:
        _Copy(old, new, rescued, plain_text, Leaves(path, PAGE_SIZE)).run()
    if rescued.lost or rescued.texts:
        _ask_again(new)
    return rescued


def _ask_again(c: Connection) -> None:
    """Have all feeds fetched again, and those of accounts completely: the lost articles may still be available."""
    c.execute("UPDATE feed SET etag = NULL, last_modified = NULL, body_hash = NULL")
    c.execute(
        "INSERT OR REPLACE INTO feed_option (feed_id, name, value) SELECT id, ?, 'yes' FROM feed WHERE account_id <> ?",
        (TO_READ, LOCAL),
    )


def _readable(path: Path) -> sqlite3.Connection:
    """The damaged file, opened for reading, with its original schema."""
    c = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None)
    c.text_factory = lenient
    try:
        c.execute("PRAGMA writable_schema = ON")
        version = c.execute("PRAGMA user_version").fetchone()[0]
        known = orders(version if 0 < version <= len(MIGRATIONS) else len(MIGRATIONS))
        there = described(c)
    except BROKEN:
        c.close()
        return _with_first_page(path)
    # The order that fits best: in a damaged schema there are names that are no more what they were.
    likely = max(known, key=lambda order: sum(one == other for one, other in zip(order, there, strict=False)))
    if there == likely:
        return c
    c.close()
    return _with_schema(path, likely) if len(there) == len(likely) else _with_first_page(path)


def _with_schema(path: Path, whole: Sequence[tuple[Any, ...]]) -> sqlite3.Connection:
    """An in-memory copy of the file in which the damaged schema is replaced by `whole`."""
    with closing(_in_memory(content_of(path))) as c:
        rows = [row[0] for row in c.execute("SELECT rowid FROM sqlite_master ORDER BY rowid").fetchall()]
        for rowid, (kind, name, table, sql) in zip(rows, whole, strict=True):
            c.execute(
                "UPDATE sqlite_master SET type = ?, name = ?, tbl_name = ?, sql = ? WHERE rowid = ?",
                (kind, name, table, sql, rowid),
            )
        return _in_memory(c.serialize())


def _with_first_page(path: Path) -> sqlite3.Connection:
    """An in-memory copy of the file in which the first page, with the schema, is that of an empty cache."""
    content = content_of(path)
    pages = max(1, len(content) // PAGE_SIZE)
    found = []
    for is_vacuumed in (False, True):
        with closing(made(len(MIGRATIONS), PAGE_SIZE, is_vacuumed=is_vacuumed)) as c:
            empty = c.serialize()
        # Of this length, with no page unused.
        head = empty[:24] + bytes(4) + pages.to_bytes(4, "big") + bytes(8) + empty[40:PAGE_SIZE]
        found.append((_likeness(empty, content), head))
    _, head = max(found, key=lambda each: each[0])
    return _in_memory(head + content[PAGE_SIZE : pages * PAGE_SIZE])


def _likeness(empty: bytes, content: bytes) -> int:
    """Number of first pages with the same type as in an empty cache."""
    starts = range(PAGE_SIZE, min(len(empty), len(content)), PAGE_SIZE)
    return sum(_KINDS.get(empty[at]) == _KINDS.get(content[at]) for at in starts)


def _in_memory(content: bytes) -> sqlite3.Connection:
    c = sqlite3.connect(":memory:", isolation_level=None)
    c.text_factory = lenient
    with suppress(*BROKEN):  # then it is an empty one, in which nothing is found
        c.deserialize(content[:18] + b"\1\1" + content[20:])  # in memory there is no log
        c.execute("PRAGMA writable_schema = ON")
    return c


class _Copy:
    """Copies all tables; unreadable rows are left out, unreadable values replaced."""

    def __init__(
        self,
        old: sqlite3.Connection,
        new: Connection,
        rescued: Rescued,
        plain_text: search.PlainText,
        leaves: Leaves,
    ) -> None:
        self._old = old
        self._leaves = leaves
        self._new = new
        self._rescued = rescued
        self._plain_text = plain_text
        self._feeds: set[int] = set()
        self._names: dict[tuple[int, int], str] = {}
        """Label names by kind and id."""
        self._links: dict[int, set[tuple[int, int, int]]] = {}
        """Labels of each article: kind, position, id."""
        self._article_columns = self._columns("article")

    def run(self) -> None:
        with transaction(self._new):
            for table in ("account", "folder"):
                self._copy_plain(table, how="REPLACE")  # a new cache has the account of this machine
            self._copy_feeds()
            for table in _PLAIN:
                self._copy_plain(table)
            self._read_labels()
        ids = sorted(self._article_ids())
        for start in range(0, len(ids), _CHUNK):
            with transaction(self._new):
                for article_id in ids[start : start + _CHUNK]:
                    self._copy_article(article_id)
        with transaction(self._new):
            self._copy_plain("journal")
            self._copy_plain("rule_article")
            self._copy_plain("shingle")
            self._copy_plain("former_guid")
            self._drop_orphans()
            self._keep_numbers()
            for statement in _RECOUNT:
                self._new.execute(statement)

    # Reading what can be read.

    def _scan(self, sql: str, key: str) -> Iterator[tuple[Any, ...]]:
        """Rows from both ends of a table up to the damage."""
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
        """The values of a row: through SQLite, else directly from the file."""
        row = self._one(f"SELECT {', '.join(names)} FROM {table} NOT INDEXED WHERE {key} = ?", number_)
        return self._leaf(table, names, key, number_) if row is None else row

    def _leaf(self, table: str, names: Sequence[str], key: str, number_: int) -> tuple[Any, ...] | None:
        every = [row[1] for row in self._new.execute(f"PRAGMA table_info({table})").fetchall()]
        found = self._leaves.row(number_, len(every), _SECOND[table])
        if found is None:
            return None
        values = dict(zip(every, found, strict=False)) | {key: number_}
        return tuple(values.get(name) for name in names)

    def _columns(self, table: str) -> list[tuple[str, str, bool, Any]]:
        """Name, type, nullability and default of the columns that both files have."""
        with suppress(*BROKEN):
            there = {row[1] for row in self._old.execute(f"PRAGMA table_info({table})").fetchall()}
            return [
                (name, kind, not notnull, default)
                for _, name, kind, notnull, default, _ in self._new.execute(f"PRAGMA table_info({table})").fetchall()
                if name in there and (table, name) not in _COUNT_COLUMNS
            ]
        return []

    # Feeds and small tables.

    def _copy_feeds(self) -> None:
        columns = self._columns("feed")
        names = [name for name, *_ in columns]
        ids: set[int] = set()
        for sql, key in (
            ("SELECT id FROM feed NOT INDEXED", "id"),
            ("SELECT id FROM feed", "account_id, url"),
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

    def _copy_plain(self, table: str, how: str = "IGNORE") -> None:
        columns = self._columns(table)
        if columns:
            names = ", ".join(name for name, *_ in columns)
            for row in self._scan(f"SELECT {names} FROM {table}", columns[0][0]):
                self._insert(table, _mended(columns, row), how)

    def _insert(self, table: str, values: dict[str, Any], how: str = "IGNORE") -> bool:
        marks = ", ".join("?" * len(values))
        cursor = self._new.execute(
            f"INSERT OR {how} INTO {table} ({', '.join(values)}) VALUES ({marks})", tuple(values.values())
        )
        return cursor.rowcount > 0

    def _read_labels(self) -> None:
        """Read the names of labels, and which articles have them."""
        for kind, label_id, name in self._scan("SELECT kind, id, name FROM label NOT INDEXED", "id"):
            if isinstance(kind, int) and isinstance(label_id, int):
                self._names[kind, label_id] = tidy(text_of(name))
        for order in ("kind, label_id, date, article_id", "article_id, kind, place"):
            sql = "SELECT kind, label_id, article_id, place FROM label_article"
            for kind, label_id, article_id, place in self._scan(sql, order):
                if isinstance(article_id, int) and isinstance(label_id, int) and isinstance(kind, int):
                    self._links.setdefault(article_id, set()).add((kind, number(place), label_id))

    # Articles.

    def _article_ids(self) -> set[int]:
        """Ids of all articles with any trace: indexes may be readable where the table is not."""
        found: set[int] = set()
        for sql, key in (
            ("SELECT id FROM article NOT INDEXED", "id"),
            ("SELECT id FROM article INDEXED BY article_by_date WHERE aside = 0", "date"),
            ("SELECT id FROM article INDEXED BY article_by_guid", "feed_id, guid_key"),
            ("SELECT id FROM article INDEXED BY article_by_feed", "feed_id, date"),
            ("SELECT article_id FROM body", "article_id"),
            ("SELECT id FROM search_docsize", "id"),
        ):
            found |= {row[0] for row in self._scan(sql, key) if isinstance(row[0], int) and row[0] > 0}
        found |= {id_ for id_, links in self._links.items() if {kind for kind, *_ in links} >= _FILED}
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
        values |= {name: int(values[name] == 1) for name in ("read", "starred")}
        values["unasked"] = values["unasked"] if values["unasked"] in (1, 2) else 0
        values["aside"] = values.get("aside") if values.get("aside") in (1, 2) else 0
        values["date"] = int(stamp(values["date"]).timestamp())
        values["words"], values["position"] = number(values["words"]), number(values["position"])
        values["offline"] = int(values["offline"] == 1)
        if not whole:
            self._rescued.texts += 1
            # Should its feed bring it again, that is another one, even if the feed itself is the same.
            values["digest"], values["offline"] = b"", 0
        values["feed_id"] = self._feed_of(values)
        if not self._insert("article", values):  # its guid is another's: so is one of them damaged
            values |= {"guid": f"{values['guid']}#{article_id}", "guid_key": guid_key(f"{values['guid']}#{article_id}")}
            if not self._insert("article", values):
                self._rescued.lost += 1
                return
        self._insert("body", {"article_id": article_id, "html": html, "full_html": full_html, "full_text": full_text})
        self._file(article_id, values)
        search.add(self._new, (each.row for each in search.due(self._new, [article_id], self._plain_text)))
        self._rescued.articles += 1

    def _body(self, article_id: int) -> tuple[bytes, bytes | None, bytes | None, bool]:
        """The readable texts of an article, and whether they are complete."""
        names = ("html", "full_html", "full_text")
        row = self._row("body", names, "article_id", article_id)
        if row is None or (row[0] is not None and unpack_all(row[0])[0] == ""):  # it may be another table's
            row = self._leaf("body", names, "article_id", article_id) or row
        if row is None:
            return pack(DAMAGED), None, None, False
        texts = [None if each is None else unpack_all(each) for each in row]
        html, whole = texts[0] or ("", False)
        full = texts[1] is not None and texts[1][1] and texts[2] is not None and texts[2][1]
        whole = whole or full
        kept_html = row[0] if texts[0] and texts[0][1] else pack(html + DAMAGED)
        return kept_html, row[1] if full else None, row[2] if full else None, whole

    def _feed_of(self, values: dict[str, Any]) -> int:
        """The feed of an article; a lost feed is replaced by one that is never fetched."""
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

    def _file(self, article_id: int, values: dict[str, Any]) -> None:
        """Give a copied article its readable labels."""
        row = labels.Repeated(*(values[name] for name in labels.Repeated._fields))
        links = sorted(self._links.get(article_id, ()))
        for kind, number_of_kind in NUMBERS.items():
            names = [self._names.get((of, label_id), "") for of, _, label_id in links if of == number_of_kind]
            if any(names) or kind in OF_PUBLISHERS:
                labels.put(self._new, kind, {article_id: labels.unique(names)}, {article_id: row})

    def _drop_orphans(self) -> None:
        """Delete rows that refer to lost ones; feeds and folders of lost accounts are kept."""
        for table, column, of in (
            ("feed_option", "feed_id", "feed"),
            ("former_address", "feed_id", "feed"),
            ("journal", "article_id", "article"),
            ("feed_change", "account_id", "account"),
            ("rule_article", "article_id", "article"),
            ("former_guid", "article_id", "article"),
            ("rule_article", "rule_id", "rule"),
        ):
            self._new.execute(f"DELETE FROM {table} WHERE {column} NOT IN (SELECT id FROM {of})")
        for column in ("feed", "folder"):
            self._new.execute(
                f"DELETE FROM rule WHERE {column}_id IS NOT NULL AND {column}_id NOT IN (SELECT id FROM {column})"
            )
        for table in ("feed", "folder"):
            missing = "account_id NOT IN (SELECT id FROM account)"
            self._new.execute(f"UPDATE OR IGNORE {table} SET account_id = 0 WHERE {missing}")
            # What is there under the same name already stays apart, in an account of which nothing else is known.
            self._new.execute(
                "INSERT INTO account (id, kind, name, url, user, cursor)"
                f" SELECT DISTINCT account_id, 'lost', '', '', '', '' FROM {table} WHERE {missing}"
            )
        self._new.execute("UPDATE feed SET folder_id = NULL WHERE folder_id NOT IN (SELECT id FROM folder)")

    def _keep_numbers(self) -> None:
        """Keep ids from being reused: others identify articles by them."""
        for table in ("article", "feed", "journal", "rule"):
            row = self._one("SELECT seq FROM sqlite_sequence WHERE name = ?", table)
            if row is not None and isinstance(row[0], int) and 0 < row[0] < 2**40:
                self._new.execute("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?", (row[0], table))


def _mended(columns: Sequence[tuple[str, str, bool, Any]], row: Sequence[Any]) -> dict[str, Any]:
    """The values of a row by column name, each converted to its column's type."""
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
