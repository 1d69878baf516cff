"""The log: a file that is begun when there is something to write, and never the screen."""

from __future__ import annotations

import logging
import os
import sys
from contextlib import suppress
from io import TextIOWrapper
from typing import cast

from tuireader import __version__, paths
from tuireader.owned_files import open_own

_FLAGS = os.O_CREAT | os.O_WRONLY | os.O_APPEND


class _LogFile(logging.FileHandler):
    """Makes its folder when the first line is written."""

    def _open(self) -> TextIOWrapper:
        os.makedirs(os.path.dirname(self.baseFilename), mode=0o700, exist_ok=True)  # noqa: PTH103, PTH120 - no pathlib is needed for it
        if os.environ.get("TUIREADER_LOG"):  # where the user says, be it a link or a terminal
            paths.keep_private(self.baseFilename)
            return super()._open()
        opened = os.fdopen(open_own(self.baseFilename, _FLAGS), self.mode, encoding=self.encoding, errors=self.errors)
        return cast("TextIOWrapper", opened)

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line; where the file cannot be made, the program goes on without."""
        with suppress(OSError):
            super().emit(record)


class _Harmless(logging.Formatter):
    """Leaves out what a terminal would obey that shows the log, since words of others are in it; and passwords."""

    def format(self, record: logging.LogRecord) -> str:
        from tuireader.text.printable import printable_block
        from tuireader.urls.shown import without_passwords

        return printable_block(without_passwords(super().format(record)))


def start_log(*, everything: bool) -> None:
    """Write what goes wrong unexpectedly to the log, or `everything` that is of use when looking for a mistake."""
    logging.raiseExceptions = False  # a log that cannot be written is no reason to stop
    handler = _LogFile(paths.log_path(), encoding="utf-8", delay=True)
    handler.setFormatter(_Harmless("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.INFO if everything else logging.ERROR, handlers=[handler])
    if everything:  # of ours alone: at this level others write down what they send, passwords of proxies too
        import platform

        ours = logging.getLogger("tuireader")
        ours.setLevel(logging.DEBUG)
        ours.debug("tuireader %s, Python %s, %s", __version__, sys.version.split()[0], platform.system())


def where_details_are() -> str:
    path = paths.log_path()
    return f"The details are in {path}." if os.path.exists(path) else ""  # noqa: PTH110 - a folder that may not be looked into is no error to it
