"""The shared folder's settings and sync state in this cache."""

from __future__ import annotations

import json
import os
import secrets
import socket
import sqlite3
import uuid
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from tuireader import paths
from tuireader.errors import SyncError
from tuireader.model.feed import FOLDER, LOCAL, Account
from tuireader.store import accounts, status_outbox
from tuireader.store.connection import Connection, transaction
from tuireader.urls.typed_and_shown import shown_address

PREFIX, FULL, RECENT = "tuireader-", ".map", ".recent"
"""Each device has two files: a full one, and one with the changes since."""
TEST_HOST = "test-"


_DEVICES = 4
"""Number of further machines that used this cache whose files are kept."""


@dataclass(frozen=True, slots=True)
class FolderState:
    """Sync state of the shared folder, kept in the cache."""

    folder: str
    device: str
    host: str
    state: str = ""
    """Identifies the copy that this cache matches; differs if either was restored from a backup."""
    seen: dict[str, str] = field(default_factory=dict)
    """Signatures (size, time and inode) of the files that were read, by name."""
    feeds: dict[str, list[str]] = field(default_factory=dict)
    """Our published subscriptions by id: address, title, folder."""
    newest: int = 0
    """The highest article id, to detect new articles."""
    kept: list[str] = field(default_factory=list)
    """Addresses of feeds kept although they ended elsewhere."""
    devices: dict[str, str] = field(default_factory=dict)
    """Device names of this cache on the other machines that used it last, by machine."""

    def text(self) -> str:
        return json.dumps(asdict(self))


def state_of(c: sqlite3.Connection) -> FolderState | None:
    """The state of the shared folder; None if none is shared."""
    account = accounts.get(c, LOCAL)
    try:
        return FolderState(**json.loads(account.cursor)) if account.cursor else None
    except (ValueError, TypeError):
        return None


def share(c: Connection, folder: str, *, host: str = "") -> FolderState:
    """Share a folder from now on; raises SyncError if it does not exist.

    Each machine has files of its own, even if its cache is a copy of another's. `host` replaces the machine's id in
    tests.
    """
    path = paths.expand_user(folder).resolve()
    host = host or _machine()
    there = state_of(c)
    if not os.path.isdir(path):  # noqa: PTH112 - also where a name is too long
        raise SyncError(
            missing(path)
            if there is not None and there.folder == str(path)
            else f"{shown_address(str(path))} is not a directory"
        )
    is_same = there is not None and (there.folder == str(path) or any(path.glob(f"{PREFIX}{there.device}.*")))
    if there is not None and there.folder == str(path) and there.host == host:
        return there
    called = host if host.startswith(TEST_HOST) else socket.gethostname() or "machine"
    name = "".join(char if char.isalnum() else "-" for char in called)[:40]
    place = FolderState(str(path), f"{name}-{secrets.token_hex(4)}", host)
    if there is not None and is_same:  # what was told is told, even if the folder has another name now
        place = _moved(there, place)
    with transaction(c):
        if not is_same:
            _forget_copy(c)
        accounts.set_syncing(c, LOCAL, syncs=True)
        accounts.set_cursor(c, LOCAL, place.text())
    return place


def _moved(there: FolderState, place: FolderState) -> FolderState:
    """The state after the folder or the machine has changed."""
    if there.host == place.host:
        return replace(there, folder=place.folder)
    devices = {**there.devices, there.host: there.device}
    device = devices.pop(place.host, place.device)
    for forgotten in list(devices)[:-_DEVICES]:  # all that it told is in the files of the others
        for ending in (FULL, RECENT):
            with suppress(OSError):
                Path(place.folder, f"{PREFIX}{devices[forgotten]}{ending}").unlink()
        del devices[forgotten]
    return replace(there, folder=place.folder, device=device, host=place.host, devices=devices)


def missing(folder: Path) -> str:
    return f"Shared folder {folder} not found. Is it mounted?"


def _machine() -> str:
    """An identifier of this machine, independent of its name."""
    try:
        found = Path("/etc/machine-id").read_text("ascii").strip()
    except (OSError, ValueError):
        found = ""
    return found or f"{uuid.getnode():x}"


def stop_sharing(c: Connection) -> None:
    """Stop sharing the folder; its content stays."""
    with transaction(c):
        accounts.set_syncing(c, LOCAL, syncs=False)
        accounts.set_cursor(c, LOCAL, "")
        status_outbox.remove_sent(c, [change.number for change in status_outbox.waiting(c, LOCAL)])
        status_outbox.forget_times(c, status_outbox.subscription_times(c))
    _forget_copy(c)


def _forget_copy(c: Connection) -> None:
    for suffix in (FULL, RECENT):
        with suppress(OSError):  # what is left of it is not read without the folder
            copy_of(c, suffix).unlink()


def copy_of(c: Connection, suffix: str) -> Path:
    return c.path.with_name(f"{c.path.name}.shared{suffix}")


def account(place: FolderState) -> Account:
    return Account(LOCAL, FOLDER, place.folder, place.folder, place.device, syncs=True)
