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
    account: str = ""
    """The name of its account; empty for this machine's own, and where it need not be said."""

    @property
    def title(self) -> str:
        return f"{self.name} · {self.account}" if self.account and self.name != self.account else self.name
