"""Folders, in which the user keeps feeds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of one account."""

    id: int
    name: str
    account_id: int = 0
    """0 is this machine's own."""
