"""The mark beside a cache in which a statement met damage: whoever opens it next has it checked (see `recovery`)."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from tuireader.beside import open_own

if TYPE_CHECKING:
    from pathlib import Path

    from tuireader.store.connection import Connection


def mark_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.check")


def suspect(path: Path) -> None:
    with suppress(OSError):  # where no mark can be left, nothing could be mended either
        os.close(open_own(mark_of(path), os.O_CREAT | os.O_WRONLY))


def is_suspect(path: Path) -> bool:
    """Whether the mark is there; one that others have put there is none."""
    try:
        about = os.lstat(mark_of(path))
    except OSError:
        return False
    return stat.S_ISREG(about.st_mode) and (os.name != "posix" or about.st_uid == os.geteuid())


_ASIDE = (
    " + (SELECT count(*) FROM article INDEXED BY article_hidden WHERE aside = 1)"
    " + (SELECT count(*) FROM article INDEXED BY article_told_elsewhere WHERE aside = 2)"
)
_WAYS = (
    *(f"SELECT count(*) FROM article INDEXED BY article_by_{each}" for each in ("feed", "guid", "link")),
    *(
        f"SELECT (SELECT count(*) FROM article INDEXED BY article_by_{each} WHERE aside = 0){_ASIDE}"
        for each in ("date", "words")
    ),
    *(f"SELECT count(*) FROM {each}" for each in ("article NOT INDEXED", "body")),
    "SELECT (SELECT count(*) FROM search_docsize) + (SELECT count(*) FROM unindexed)",
)
"""What counts all articles, each in another way."""


def look(c: Connection) -> bool:
    """Whether the cache looks damaged where no statement has met it: then the mark is left.

    Pages in the wrong places are all sound by themselves; but the ways to the articles then do not lead to equally
    many. Reads some megabytes of a large cache: to be run where nobody waits for it.
    """
    from tuireader.store.connection import snapshot  # which leaves marks itself

    with snapshot(c):
        counts = {c.execute(way).fetchone()[0] for way in _WAYS}
    if len(counts) > 1:
        suspect(c.path)
    return is_suspect(c.path)
