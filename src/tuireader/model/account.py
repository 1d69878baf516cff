"""Accounts, and how they are signed in to."""

from __future__ import annotations

from dataclasses import dataclass

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
