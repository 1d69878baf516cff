"""No mark waits for its article: those of a server come with the articles, those of a folder are read anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3


def let_no_mark_wait(c: sqlite3.Connection) -> None:
    """Remove the table of marks that waited; nothing has ever written into it but tests."""
    c.execute("DROP TABLE pending_status")
