"""A cache with all that a user can have in it, as SQL.

In `tests/`, `python -m support.schema_dump` writes tests/data/schema-N.sql.

To be run with the code of the schema, before it is released; no dump is ever made anew with later code.
"""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from support.app_factory import NOTES, NOW, REVIEW, ids, shelve
from support.factories import ready
from tuireader.model.feed import Validators
from tuireader.model.fetched import Plan
from tuireader.model.query import Query
from tuireader.store import accounts, articles, feeds, folders, labels, save_articles, status_outbox, statuses, ui_state
from tuireader.store.connection import connect, transaction
from tuireader.store.queries import article_lists

DATA = Path(__file__).parents[1] / "data"
FILE = ("PRAGMA page_size = 16384;", "PRAGMA journal_mode = WAL;")
FULL = "<p>All of the harbour, its lighthouses too.</p>"
GONE = "The old notes are gone for good"


@dataclass(frozen=True)
class Kept:
    """What a cache holds of an article."""

    feed: str
    title: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    read: bool
    starred: bool
    position: int


KEPT = [
    *(
        Kept("The Example Review", piece.title, piece.authors, piece.categories, number in {0, 1}, number == 1, number)
        for number, piece in enumerate(REVIEW)
    ),
    *(
        Kept("Notes", piece.title, piece.authors, piece.categories, number == 1, number == 0, 0)
        for number, piece in enumerate(NOTES)
    ),
]
"""Each feed's articles, the newest first."""


def fill(path: Path) -> None:
    """Fill a cache."""
    validators = Validators('W/"1, é"', "Thu, 15 Jan 2026 08:00:00 GMT")
    moving: dict[str, Any] = {
        "moved_to": "http://new.example/feed",
        "moved_hits": 2,
        "pace": 7200,
        "body_hash": b"\0" * 32,
    }
    shelve(path, "The Example Review", REVIEW, validators=validators, **moving)
    shelve(path, "Notes", NOTES, error="It failed", failures=3, not_before=NOW + timedelta(days=2))
    shelve(path, "Old Notes", (), error=GONE, gone=True)
    every = ids(path)
    with closing(connect(path)) as c:
        numbers = {articles.get(c, id_).title: id_ for id_ in every}
        for kept in KEPT:
            statuses.mark(c, [numbers[kept.title]], read=kept.read, starred=kept.starred)
            statuses.save_position(c, numbers[kept.title], kept.position)
        save_articles.save_full_text(
            c, numbers["The Quiet Harbour"], FULL, "All of the harbour, its lighthouses too.", 7
        )
        ui_state.save(c, "theme", "nord")


def furnish(path: Path) -> tuple[object, ...]:
    """Give a cache all that a user may have in it besides articles."""
    with closing(connect(path)) as c:
        account = accounts.add(c, "miniflux", name="Work", url="https://rss.example/", user="me")
        first, second, *_ = feeds.every(c)
        feeds.rename(c, first.id, "Mine")
        folders.put(c, first.id, folders.add(c, "News").id)
        feeds.set_option(c, second.id, "full_text", "always")
        theirs = feeds.add(c, first.url, title="T", site="", now=NOW, account_id=account.id, server_id="7")
        entry = replace(ready("guid"), server_id="70")
        with transaction(c):
            prepacked = save_articles.Prepacked(Plan(new=(entry,)), index_later=True)
            (article_id,) = prepacked.write(c, theirs.id, NOW).new
        statuses.mark(c, [article_id], starred=True)
        ids = article_lists.ids(c, Query(), 0, 2)
        rows = {id_: labels.Repeated(*repeated(c, id_)) for id_ in ids}
        labels.put(c, "tag", {id_: ["Later"] for id_ in ids}, rows)
    return furniture(path)


def repeated(c: sqlite3.Connection, article_id: int) -> tuple[int, int, int, int, int]:
    row: tuple[int, int, int, int, int] = c.execute(
        f"SELECT {labels.REPEATED} FROM article WHERE id = ?", (article_id,)
    ).fetchone()
    return row


def furniture(path: Path) -> tuple[object, ...]:
    """All of that which there is."""
    with closing(connect(path)) as c:
        every = feeds.every(c)
        return (
            every,
            [feeds.options(c, feed.id) for feed in every],
            folders.every(c),
            accounts.every(c),
            [status_outbox.waiting(c, account.id) for account in accounts.every(c)],
            article_lists.tags(c, Query()),
            [articles.get(c, id_) for id_ in article_lists.ids(c, Query(tags=("Later",)))],
        )


def version(path: Path) -> int:
    """The number of its schema."""
    with closing(sqlite3.connect(path)) as c:
        return int(c.execute("PRAGMA user_version").fetchone()[0])


def dump(path: Path) -> str:
    """The SQL that makes the same file again."""
    with closing(sqlite3.connect(path)) as c:
        pragmas = ("application_id", "user_version")
        kept = [f"PRAGMA {name} = {c.execute(f'PRAGMA {name}').fetchone()[0]};" for name in pragmas]
        made = c.execute("SELECT name, type, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid").fetchall()
        tables = [name for name, kind, _ in made if kind == "table"]
        virtual = [name for name, _, sql in made if sql.startswith("CREATE VIRTUAL")]
        shadows = {name for name in tables if any(name.startswith(f"{each}_") for each in virtual)}
        plain = [each for each in made if each[0] not in shadows and each[0] != "sqlite_sequence"]
        lines = [f"{sql};" for _, kind, sql in plain if kind != "trigger"]
        for name in tables:
            if name not in virtual:
                lines += [f"DELETE FROM {name};", *_rows(c, name)]
        lines += [f"{sql};" for _, kind, sql in plain if kind == "trigger"]  # what they count is there by now
    return "\n".join(
        ["PRAGMA page_size = 16384;", "PRAGMA journal_mode = WAL;", "BEGIN;", *lines, *kept, "COMMIT;", ""]
    )


def _rows(c: sqlite3.Connection, table: str) -> list[str]:
    columns = [row[1] for row in c.execute(f"PRAGMA table_info({table})")]
    quoted = " || ', ' || ".join(f"quote({name})" for name in columns)
    values = c.execute(f"SELECT {quoted} FROM {table}").fetchall()
    return [f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({row[0]});" for row in values]


def restore(sql: str, path: Path) -> None:
    """Make the file of a dump."""
    with closing(sqlite3.connect(path, isolation_level=None)) as c:
        c.executescript(sql)


def main() -> None:
    """Write the dump of this schema, if there is none."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tuireader.db"
        fill(path)
        with (DATA / f"schema-{version(path)}.sql").open("x", encoding="utf-8") as file:
            file.write(dump(path))


if __name__ == "__main__":
    main()
