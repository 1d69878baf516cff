"""Accounts on servers, and what is needed to go on with each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuireader.errors import NotFoundError
from tuireader.model.account import LOCAL, Account
from tuireader.store import labels
from tuireader.store.columns import number, sound, text_of
from tuireader.store.connection import transaction
from tuireader.store.feeds import remove_articles

if TYPE_CHECKING:
    import sqlite3

_COLUMNS = "id, kind, name, url, user, syncs, cursor"


def add(c: sqlite3.Connection, kind: str, *, name: str, url: str = "", user: str = "") -> Account:
    """Add an account whose marks are kept in step."""
    cursor = c.execute(
        "INSERT INTO account (kind, name, url, user, syncs, cursor) VALUES (?, ?, ?, ?, 1, '')",
        (sound(kind), sound(name), sound(url), sound(user)),
    )
    return get(c, cursor.lastrowid or 0)


def get(c: sqlite3.Connection, account_id: int) -> Account:
    """The account with this id; raises NotFoundError."""
    row = c.execute(f"SELECT {_COLUMNS} FROM account WHERE id = ?", (account_id,)).fetchone()
    if row is None:
        raise NotFoundError(f"There is no account with the id {account_id}.")
    return _account(row)


def every(c: sqlite3.Connection) -> list[Account]:
    """All accounts; the first is this machine's own."""
    return [_account(row) for row in c.execute(f"SELECT {_COLUMNS} FROM account ORDER BY id").fetchall()]


def set_syncing(c: sqlite3.Connection, account_id: int, *, syncs: bool) -> None:
    """Let marks of an account's articles go into the journal from now on, or no more."""
    c.execute("UPDATE account SET syncs = ? WHERE id = ?", (int(syncs), account_id))


def set_cursor(c: sqlite3.Connection, account_id: int, cursor: str) -> None:
    """Keep how far an account was read."""
    c.execute("UPDATE account SET cursor = ? WHERE id = ?", (sound(cursor), account_id))


def remove(c: sqlite3.Connection, account_id: int) -> None:
    """Remove an account with its feeds, articles and folders, and the marks that wait for it; never this machine's."""
    if account_id == LOCAL:
        raise NotFoundError("What is kept on this machine is no account that can be removed.")
    with transaction(c):
        for (feed_id,) in c.execute("SELECT id FROM feed WHERE account_id = ?", (account_id,)).fetchall():
            remove_articles(c, feed_id)
        for table in ("feed", "folder", "pending_status"):
            c.execute(f"DELETE FROM {table} WHERE account_id = ?", (account_id,))
        c.execute("DELETE FROM account WHERE id = ?", (account_id,))
        labels.remove_unused(c)


def _account(row: tuple[object, ...]) -> Account:
    kind, name, url, user = (text_of(each) for each in row[1:5])
    return Account(number(row[0]), kind, name, url, user, bool(row[5]), text_of(row[6]))
