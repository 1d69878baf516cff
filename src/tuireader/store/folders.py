"""Folders of feeds."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from tuireader.errors import NotFoundError
from tuireader.model import feed
from tuireader.model.feed import LOCAL, is_unfiled
from tuireader.store.connection import transaction
from tuireader.store.row_values import folded, name_key, number, text_of, tidy
from tuireader.text.sentences import nearest_name

_FOLDERS = (
    "SELECT f.id, f.name, f.account_id, coalesce(a.name, '') FROM folder AS f LEFT JOIN account AS a"
    " ON a.id = f.account_id"
)
_NAMED = 4
"""Maximum number of folders named in an error message."""


def add(c: sqlite3.Connection, name: str, *, account_id: int = LOCAL) -> feed.Folder:
    """Make a folder, or return the one of this name, ignoring case."""
    with transaction(c):
        c.execute(
            "INSERT INTO folder (account_id, name, key) VALUES (?, ?, ?) ON CONFLICT (account_id, key) DO NOTHING",
            (account_id, tidy(name), name_key(name)),
        )
        row = c.execute(f"{_FOLDERS} WHERE f.account_id = ? AND f.key = ?", (account_id, name_key(name))).fetchone()
    return _folder(row)


def every(c: sqlite3.Connection) -> list[feed.Folder]:
    """All folders by name, with their accounts' names if there are several accounts."""
    found = [_folder(row) for row in c.execute(f"{_FOLDERS} ORDER BY f.key, f.id").fetchall()]
    is_one = c.execute("SELECT count(DISTINCT account_id) FROM feed").fetchone()[0] < 2
    return [replace(folder, account="") for folder in found] if is_one else found


def unfiled(c: sqlite3.Connection) -> set[int]:
    """Ids of the account folders in which servers put feeds without a folder, such as "Uncategorized"."""
    rows = map(_folder, c.execute(f"{_FOLDERS} WHERE f.account_id <> {LOCAL}").fetchall())
    return {each.id for each in rows if is_unfiled(each.name)}


def named(c: sqlite3.Connection, name: str) -> list[feed.Folder]:
    """The folders of exactly this name, ignoring case, the local one first."""
    rows = c.execute(f"{_FOLDERS} WHERE f.key = ? ORDER BY f.account_id <> {LOCAL}, f.id", (name_key(name),)).fetchall()
    return [_folder(row) for row in rows]


def get(c: sqlite3.Connection, folder_id: int) -> feed.Folder:
    row = c.execute(f"{_FOLDERS} WHERE f.id = ?", (folder_id,)).fetchone()
    if row is None:
        raise NotFoundError("This folder no longer exists.")
    return _folder(row)


def find(c: sqlite3.Connection, name: str) -> feed.Folder:
    """Find a folder by name or title, or by a unique part; raises NotFoundError listing the folders."""
    there, key = every(c), name_key(name)
    meant = [folder for folder in there if name_key(folder.title) == key]
    meant = meant or [folder for folder in there if name_key(folder.name) == key]
    meant = meant or [folder for folder in there if key and key in name_key(folder.title)]
    if len(meant) == 1:
        return meant[0]
    if meant:
        raise NotFoundError(f"“{name}” matches {_listed(meant)}. Use the full name.")
    if not there:
        raise NotFoundError("No folders. Create one with: tuireader add --folder NAME ADDRESS")

    near = nearest_name(name, [folder.name for folder in there])
    raise NotFoundError(f"No folder named “{name}”." + (f" Did you mean “{near}”?" if near else ""))


def _listed(some: list[feed.Folder]) -> str:
    *first, last = (f"“{folder.title}”" for folder in some[:_NAMED])
    more = len(some) - _NAMED
    return f"{', '.join((*first, last))} and {more} more" if more > 0 else f"{', '.join(first)} and {last}"


def feeds_in(c: sqlite3.Connection, part: str, *, whole: bool = False) -> list[int]:
    """Ids of the feeds in folders whose names contain `part`, ignoring case and accents.

    With `whole` the name must be equal, ignoring case; then "" stands for no folder.
    """
    key, inside = name_key(part), folded(part)
    rows = [*c.execute("SELECT id, key FROM folder").fetchall(), *([(0, "")] if whole else [])]  # "" is for none
    named = [id_ for id_, name in rows if (key == text_of(name) if whole else inside in folded(text_of(name)))]
    rows = c.execute("SELECT id, coalesce(folder_id, 0) FROM feed").fetchall()
    return [id_ for id_, folder_id in rows if folder_id in named]


def put(c: sqlite3.Connection, feed_id: int, folder_id: int | None) -> None:
    """Put a feed into a folder; None takes it out of its folder."""
    c.execute("UPDATE feed SET folder_id = ? WHERE id = ?", (folder_id, feed_id))


def remove_empty(c: sqlite3.Connection) -> None:
    """Remove folders without feeds and rules."""
    used = " AND ".join(
        f"id NOT IN (SELECT folder_id FROM {of} WHERE folder_id IS NOT NULL)" for of in ("feed", "rule")
    )
    with transaction(c):
        c.execute(f"DELETE FROM folder WHERE {used}")


def _folder(row: tuple[object, ...]) -> feed.Folder:
    return feed.Folder(number(row[0]), text_of(row[1]), number(row[2]), text_of(row[3]))
