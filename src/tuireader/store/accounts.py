"""Accounts on servers, and their sync state."""

from __future__ import annotations

import json
import sqlite3

from tuireader.errors import NotFoundError
from tuireader.model.feed import LOCAL, Account, Secret
from tuireader.store import labels
from tuireader.store.connection import transaction
from tuireader.store.feeds import remove_articles
from tuireader.store.row_values import name_key, number, sound, text_of

NO_SECRET = Secret()
_COLUMNS = "id, kind, name, url, user, syncs, cursor, secret"


def add(
    c: sqlite3.Connection, kind: str, *, name: str, url: str = "", user: str = "", secret: Secret = NO_SECRET
) -> Account:
    """Add an account that syncs."""
    cursor = c.execute(
        "INSERT INTO account (kind, name, url, user, syncs, cursor, secret) VALUES (?, ?, ?, ?, 1, '', ?)",
        (sound(kind), sound(name), sound(url), sound(user), _kept(secret)),
    )
    return get(c, cursor.lastrowid or 0)


def find(c: sqlite3.Connection, text: str) -> Account:
    """Find an account by its name or a unique part of it; raises NotFoundError listing the accounts."""
    there, key = on_servers(c), name_key(text)
    meant = [each for each in there if name_key(each.name) == key] or [
        each for each in there if key and key in name_key(each.name)
    ]
    if len(meant) == 1:
        return meant[0]
    if not there:
        raise NotFoundError("No accounts. Add one with: tuireader account add ADDRESS")
    names = ", ".join(f"“{each.name}”" for each in meant or there)
    raise NotFoundError(f"“{text}” matches {names}." if meant else f"No account named “{text}”. Accounts: {names}.")


def is_free(c: sqlite3.Connection, name: str) -> bool:
    return all(name_key(each.name) != name_key(name) for each in every(c))


def rename(c: sqlite3.Connection, account_id: int, name: str) -> None:
    c.execute("UPDATE account SET name = ? WHERE id = ?", (sound(name), account_id))


def set_secret(c: sqlite3.Connection, account_id: int, secret: Secret) -> None:
    c.execute("UPDATE account SET secret = ? WHERE id = ?", (_kept(secret), account_id))


def get(c: sqlite3.Connection, account_id: int) -> Account:
    row = c.execute(f"SELECT {_COLUMNS} FROM account WHERE id = ?", (account_id,)).fetchone()
    if row is None:
        raise NotFoundError(f"No account with ID {account_id}.")
    return _account(row)


def every(c: sqlite3.Connection) -> list[Account]:
    """All accounts; the first is the local one."""
    return [_account(row) for row in c.execute(f"SELECT {_COLUMNS} FROM account ORDER BY id").fetchall()]


def on_servers(c: sqlite3.Connection) -> list[Account]:
    """All accounts but the local one."""
    return [each for each in every(c) if each.id != LOCAL]


def set_syncing(c: sqlite3.Connection, account_id: int, *, syncs: bool) -> None:
    c.execute("UPDATE account SET syncs = ? WHERE id = ?", (int(syncs), account_id))


def set_cursor(c: sqlite3.Connection, account_id: int, cursor: str) -> None:
    c.execute("UPDATE account SET cursor = ? WHERE id = ?", (sound(cursor), account_id))


def remove(c: sqlite3.Connection, account_id: int) -> None:
    """Remove an account with its feeds, articles, folders and outbox; never the local one."""
    if account_id == LOCAL:
        raise NotFoundError("The local account cannot be removed.")
    with transaction(c):
        for (feed_id,) in c.execute("SELECT id FROM feed WHERE account_id = ?", (account_id,)).fetchall():
            remove_articles(c, feed_id)
        for table in ("feed", "folder", "feed_change"):
            c.execute(f"DELETE FROM {table} WHERE account_id = ?", (account_id,))
        c.execute("DELETE FROM account WHERE id = ?", (account_id,))
        labels.remove_unused(c)


def _account(row: tuple[object, ...]) -> Account:
    kind, name, url, user = (text_of(each) for each in row[1:5])
    return Account(number(row[0]), kind, name, url, user, bool(row[5]), text_of(row[6]), _secret(text_of(row[7])))


def _kept(secret: Secret) -> str:
    return json.dumps({"command": secret.command, "token": secret.is_token, "keyring": secret.in_keyring})


def _secret(kept: str) -> Secret:
    try:
        there = json.loads(kept or "{}")
        return Secret(str(there.get("command", "")), bool(there.get("token")), bool(there.get("keyring")))
    except (ValueError, AttributeError):
        return NO_SECRET
