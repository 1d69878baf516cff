"""Accounts: where feeds and marks are kept besides this machine."""

from __future__ import annotations

from dataclasses import dataclass

LOCAL = 0
"""The id of what is kept on this machine alone."""


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
    """Whether marks of its articles go into the journal."""
    cursor: str = ""
    """How far it was read the last time, in words of its protocol."""
