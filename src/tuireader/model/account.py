"""Accounts, and what their servers say of feeds and articles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

    from tuireader.model.fetched import ParsedEntry


SyncStatus = Literal["progress", "done", "failed", "offline"]


@dataclass(frozen=True, slots=True)
class RemoteFeed:
    """A subscription on a server."""

    server_id: str
    url: str
    title: str
    site: str = ""
    folder: str = ""
    """The name of the folder that it is in; empty where it is in none."""
    folder_id: str = ""


@dataclass(frozen=True, slots=True)
class RemoteEntry:
    """An article on a server."""

    server_id: str
    feed_id: str
    """What the server calls its feed."""
    entry: ParsedEntry
    read: bool = False
    starred: bool = False
    changed: datetime | None = None
    """When it changed last on the server, where that says so."""
    created: datetime | None = None
    """When the server first had it, under its number of now."""


class Ours(NamedTuple):
    """An article in the cache, with all that identifies it."""

    id: int
    number: str
    """The number that its server had for it; empty where there is none."""
    digest: bytes
    guid: str
    title: str
    link: str
    published: datetime | None


@dataclass(frozen=True, slots=True)
class Entries:
    """An answer with articles."""

    entries: tuple[RemoteEntry, ...] = ()
    skipped: int = 0
    """Entries that could not be read."""
    total: int = 0
    """How many there are in all, where the server says so."""


@dataclass(frozen=True, slots=True)
class Synced:
    """What came of keeping an account in step: how far it is, and last how it ended."""

    account: Account
    status: SyncStatus
    pushed: int = 0
    """Marks, and changes of feeds, that the server was told of."""
    new: int = 0
    """Articles that came."""
    read: int = 0
    """Articles that the server says are read, and were not here; the others likewise."""
    unread: int = 0
    starred: int = 0
    unstarred: int = 0
    waiting: int = 0
    """Marks that the server is still to be told of."""
    feeds: int = 0
    """Feeds that came, went, or have another name or folder now."""
    error: str | None = None
    said: tuple[str, ...] = ()
    """Sentences about what is to be known."""
    doing: str = ""
    """What is being done now."""


LOCAL = 0
"""The id of what is kept on this machine alone."""

MINIFLUX, GREADER = "miniflux", "greader"
"""Kinds of accounts: the REST API of Miniflux, and the Google Reader API of FreshRSS and others."""
FOLDER = "folder"
"""The kind of what other machines share: a folder in which each writes files of its own."""


@dataclass(frozen=True, slots=True)
class Secret:
    """How the password or the token of an account is got; it is never kept here itself."""

    command: str = ""
    """What prints it in its first line; empty where it is asked for, or is in the keyring of the desktop."""
    is_token: bool = False
    """Whether it is a token of the API, and no password."""
    in_keyring: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """An account on a server; how to log in is kept elsewhere."""

    id: int
    kind: str
    """Which protocol it speaks."""
    name: str
    url: str = ""
    user: str = ""
    syncs: bool = False
    """Whether marks of its articles go into the outbox."""
    cursor: str = ""
    """How far it was read the last time, in words of its protocol."""
    secret: Secret = Secret()
