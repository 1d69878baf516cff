"""Opening the cache as the first in a process: mended where it is damaged, with all written that waited for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuireader.errors import DamagedError, StoreError
from tuireader.store import damage
from tuireader.store.connection import Connection, connect

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def open_cache(path: Path, *, tell: Callable[[str], None] = lambda _: None) -> Connection:
    """Open the cache at `path`; the caller closes it, and uses `connect` for any further connection meanwhile.

    One that is damaged is mended first, which may take a while: `tell` hears of it. The connection's `notice` says what
    was done, and what else is to be known. Raises StoreError where it cannot be opened.
    """
    _finish_what_was_begun(path)
    said = ""
    if damage.is_suspect(path):
        try:
            said = _mend(path, tell)
        except StoreError as error:  # what can be read without being mended is read
            said = str(error)
    try:
        c = connect(path)
    except DamagedError:
        said = _mend(path, tell)
        c = connect(path)
    try:
        c.notice = " ".join(filter(None, (said, c.notice)))
        if any(path.parent.glob(f"{path.name}.marks-*")):
            from tuireader.store.pending import write_what_waits

            write_what_waits(c, path)
    except BaseException:
        c.close()
        raise
    return c


def _mend(path: Path, tell: Callable[[str], None]) -> str:
    from tuireader.content.clean import plain_text  # heavy, and seldom needed here
    from tuireader.store.recovery import mend

    return mend(path, plain_text, tell)


def _finish_what_was_begun(path: Path) -> None:
    """Put a mended cache in its place, where the program was ended between two steps of that."""
    mended = path.with_name(f"{path.name}.mended")
    source = path.with_name(f"{path.name}.mending-source")
    if damage.is_suspect(path) and not path.exists() and not source.exists():
        if mended.exists():
            mended.replace(path)
        else:  # nothing was there to be mended
            damage.mark_of(path).unlink(missing_ok=True)
