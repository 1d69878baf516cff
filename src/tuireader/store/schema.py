"""The tables, as migrations numbered by `PRAGMA user_version`.

One source of truth: `article` holds what is true of an article. `label_article` repeats its date, feed, read and
starred beside each of its labels, so that a list or a count under a category reads one narrow, ordered run of rows and
nothing else. Only `labels` writes those columns, and a property test holds that they agree. How many articles a feed
and a label have is kept beside them: of what is new by who writes it, of the rest by triggers; a property test holds
that it is right. An article without category or author is filed under the label whose name is empty. What a rule hides
is `aside`, in no list and no count.

Times are whole seconds since 1970 in UTC.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from tuireader.store.migrations.v1_first import create
from tuireader.store.migrations.v2_to_v4 import add_what_hosts_are, know_links_by_their_place, merge_seldom
from tuireader.store.migrations.v5_make_room import make_room
from tuireader.store.migrations.v6_counts_and_debt import count_and_index_later
from tuireader.store.migrations.v7_rules import make_rules
from tuireader.store.migrations.v8_pruned import remember_what_was_pruned
from tuireader.store.migrations.v9_sync import make_room_for_sync
from tuireader.store.migrations.v10_no_pending import let_no_mark_wait

if TYPE_CHECKING:
    from collections.abc import Callable

APPLICATION_ID = 0x74756952
"""`tuiR`: marks the file as tuireader's."""

OLDEST_SQLITE = (3, 35, 0)
"""What the statements of the store need: RETURNING."""

MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (
    create,
    add_what_hosts_are,
    merge_seldom,
    know_links_by_their_place,
    make_room,
    count_and_index_later,
    make_rules,
    remember_what_was_pruned,
    make_room_for_sync,
    let_no_mark_wait,
)
"""Each takes the file from the version that is its place to the next, inside a transaction of the caller's."""


Description = list[tuple[str, str, str, "str | None"]]
"""Kind, name, table and SQL of all that a file has, in SQLite's own order."""


def expected(version: int) -> Description:
    """What a sound file of this version has."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as c:
        for migrate in MIGRATIONS[:version]:
            migrate(c)
        return described(c)


def is_as_made(c: sqlite3.Connection | sqlite3.Cursor, version: int) -> bool:
    """Whether a file has all that a sound one of this version has; a search index that was made anew stands last."""
    return sorted(map(repr, described(c))) == sorted(map(repr, expected(version)))


def orders(whole: Description) -> list[Description]:
    """The orders in which a sound file may have all this: as it was made, and with the search index made anew."""
    index = [each for each in whole if each[1].startswith("search")]
    return [whole, [each for each in whole if each not in index] + index]


def described(c: sqlite3.Connection | sqlite3.Cursor) -> Description:
    """The same of a file that is open."""
    return c.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY rowid").fetchall()
