"""The program's log, started within a test and ended with it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from tuireader.cli.open_app import start_log


@contextmanager
def started_log(*, everything: bool) -> Iterator[logging.Logger]:
    """Start the log as the program does; returns its logger."""
    root, ours = logging.getLogger(), logging.getLogger("tuireader")
    handlers, level, own, raises = root.handlers[:], root.level, ours.level, logging.raiseExceptions
    root.handlers[:] = []
    try:
        start_log(everything=everything)
        yield ours
    finally:
        for handler in root.handlers:
            handler.close()
        root.handlers[:] = handlers
        root.setLevel(level)
        ours.setLevel(own)
        logging.raiseExceptions = raises
