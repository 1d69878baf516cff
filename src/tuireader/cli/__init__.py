"""The command line: data on stdout, messages on stderr; each command imports only what it needs."""

from __future__ import annotations

import errno
import locale
import logging
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

from tuireader.cli import arguments as cli_arguments
from tuireader.cli import open_app, output
from tuireader.errors import TuireaderError, unexpected

DONE, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130

_FULL = (errno.ENOSPC, errno.EFBIG, errno.EIO)
"""Errors of writing to stdout if that is a file on a full disk."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 something failed, 2 wrong usage, 130 interrupted."""
    try:
        _be_safe_with_streams()
        _use_user_locale()
        debug, run = _parse_command(sys.argv[1:] if argv is None else argv)

        open_app.start_log(everything=debug or bool(os.environ.get("TUIREADER_LOG")))
        status = run()
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _close_pipe()
        return DONE
    except Exception as error:  # noqa: BLE001 - the last door: no traceback ever reaches a reader
        return _failed(error)
    return status


def _failed(error: Exception) -> int:
    """Report an error as a message, and return the exit status.

    Errors other than TuireaderError and a full disk are logged, and reported as a bug.
    """
    if isinstance(error, TuireaderError):
        _say(str(error))
    elif isinstance(error, OSError) and error.errno in _FULL:
        _close_pipe()
        _say(f"Cannot write output: {error.strerror}.")
    else:
        logging.getLogger("tuireader").error("unexpected", exc_info=error)
        _say(f"{unexpected(error)} {open_app.where_details_are()}".strip())
    return FAILED


def _parse_command(argv: Sequence[str]) -> tuple[bool, Callable[[], int]]:
    """Parse the arguments; returns whether to log details, and the function to run."""
    if not argv:  # most starts are these, and what can parse more takes as long to load as the first headlines
        return False, _read

    arguments = cli_arguments.parse(argv)
    return arguments.debug, partial(arguments.run, arguments)


def _read() -> int:
    return open_app.open_reader()


def _say(sentence: str) -> None:
    output.say(sentence)


def _be_safe_with_streams() -> None:
    """Replace characters that the terminal cannot show, and closed streams by the null device."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "r" if name == "stdin" else "w"))  # noqa: SIM115, PTH123 - for as long as we run
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _use_user_locale() -> None:
    """Use the user's locale for dates, if the machine has it."""
    with suppress(locale.Error):
        locale.setlocale(locale.LC_TIME, "")


def _close_pipe() -> None:
    """Redirect stdout to nowhere, so that the flush at exit does not fail on the closed pipe again."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
