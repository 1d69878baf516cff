"""A cache of every schema that there was becomes one of today, and all is there that was in it."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from support.app_factory import NOTES, NOW, REVIEW, ids
from support.schema_dump import DATA, FULL, GONE, KEPT, Kept, dump, fill, restore, version
from tuireader.errors import StoreError
from tuireader.library.open_cache import open_cache
from tuireader.model.feed import Validators
from tuireader.model.query import Query
from tuireader.store import articles, connection, feeds, schema, statuses, ui_state
from tuireader.store.connection import connect
from tuireader.store.queries import article_lists
from tuireader.urls.hosts import Reach

DUMPS = {int(path.stem.removeprefix("schema-")): path for path in DATA.glob("schema-*.sql")}
each = pytest.mark.parametrize("number", sorted(DUMPS))
pytestmark = pytest.mark.skipif(
    sqlite3.sqlite_version_info < schema.NEWER_INDEX, reason="the dumps have an index that this SQLite cannot read"
)


def test_every_schema_has_its_dump() -> None:
    assert sorted(DUMPS) == list(range(1, len(schema.MIGRATIONS) + 1)), (
        "in tests/, python -m support.schema_dump makes that of today"
    )


def test_the_dump_of_today_is_what_this_code_makes(tmp_path: Path) -> None:
    """A schema that is changed in its place, and not by a migration, is noticed."""
    fill(tmp_path / "new.db")
    restore(DUMPS[len(schema.MIGRATIONS)].read_text("utf-8"), tmp_path / "old.db")
    assert tables(tmp_path / "old.db") == tables(tmp_path / "new.db")


@each
def test_a_cache_of_each_schema_is_taken_over_whole(db: Path, number: int) -> None:
    restore(DUMPS[number].read_text("utf-8"), db)
    assert version(db) == number
    check(db)
    check(db)  # and again: nothing was done that is undone when it is opened next
    assert version(db) == len(schema.MIGRATIONS)
    with closing(connect(db)) as c:  # it goes on as if it had never been another
        statuses.mark(c, ids(db), read=True, starred=True)
        assert article_lists.count(c, Query(starred=True)) == len(KEPT)
        for feed in feeds.every(c):
            feeds.remove(c, feed.id)
        assert article_lists.count(c, Query()) == article_lists.count(c, Query(text="harbour ")) == 0


def check(path: Path) -> None:
    """All that the dump has is there, in the schema of today."""
    with closing(open_cache(path)) as c:
        assert not c.notice
        check_feeds(c)
        found = []
        for feed in feeds.every(c):
            for id_ in article_lists.ids(c, Query(feeds=(feed.id,))):
                article, status = articles.get(c, id_), articles.status(c, id_)
                marked = (status.read, status.starred, status.position)
                found.append(Kept(article.feed_title, article.title, article.authors, article.categories, *marked))
        assert sorted(found, key=KEPT.index) == KEPT
        for piece in (*REVIEW, *NOTES):
            (id_,) = (id_ for id_ in ids(path) if articles.get(c, id_).title == piece.title)
            assert articles.get(c, id_).published == NOW - timedelta(hours=piece.hours)
            assert articles.body(c, id_) == (FULL if piece.title == "The Quiet Harbour" else piece.html)
        assert article_lists.count(c, Query(text="lighthouses ")) == 1
        assert article_lists.count(c, Query(text="rivals ")) == len(KEPT) - 1
        assert article_lists.count(c, Query(authors=("Zoë Ångström-Díaz",), unread=True)) == 1
        assert ("Europe", 1, 2) in [
            (facet.name, facet.unread, facet.total) for facet in article_lists.categories(c, Query())
        ]
        assert ui_state.load(c) == {"theme": "nord"}
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []


def check_feeds(c: sqlite3.Connection) -> None:
    """The subscriptions, and what is needed to ask for them politely."""
    by_title = {feed.title: feed for feed in feeds.every(c)}
    assert set(by_title) == {"The Example Review", "Notes", "Old Notes"}
    review, notes, old = by_title["The Example Review"], by_title["Notes"], by_title["Old Notes"]
    assert (review.url, review.site) == ("http://the-example-review.example/feed", "http://the-example-review.example")
    assert review.validators == Validators('W/"1, é"', "Thu, 15 Jan 2026 08:00:00 GMT")
    assert (review.moved_to, review.moved_hits, review.pace) == ("http://new.example/feed", 2, 7200)
    assert (review.body_hash, review.due) == (b"\0" * 32, NOW + timedelta(hours=1))
    assert (notes.error, notes.failures, notes.not_before) == ("It failed", 3, NOW + timedelta(days=2))
    assert (old.error, old.gone) == (GONE, True)
    assert {feed.reach for feed in by_title.values()} <= {Reach.UNKNOWN, Reach.PUBLIC}


@each
def test_a_migration_that_fails_leaves_the_cache_as_it_was(
    db: Path, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is in a transaction: one that fails after it has done all it does has done nothing."""
    restore(DUMPS[number].read_text("utf-8"), db)
    before = dump(db)

    def failing(migrate: Callable[[sqlite3.Connection], None]) -> Callable[[sqlite3.Connection], None]:
        def run(c: sqlite3.Connection) -> None:
            migrate(c)
            raise StoreError("stopped")

        return run

    steps = (*schema.MIGRATIONS, lambda c: c.execute("DELETE FROM article"))
    steps = (*steps[:number], failing(steps[number]), *steps[number + 1 :])
    monkeypatch.setattr(connection, "MIGRATIONS", steps)
    with pytest.raises(StoreError, match="stopped"):
        connect(db)
    assert dump(db) == before
    monkeypatch.undo()
    check(db)


def tables(path: Path) -> list[str]:
    """How the tables and indexes of a file are made, whatever the spaces in it."""
    with closing(sqlite3.connect(path)) as c:
        made = c.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return sorted(re.sub(r"\s+", " ", sql) for (sql,) in made)
