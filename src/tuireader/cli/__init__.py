"""The command line: stdout is data, stderr is talk; every command imports only what it needs."""

from __future__ import annotations

import locale
import logging
import os
import sys
from collections.abc import Sequence
from contextlib import suppress

from tuireader.errors import TuireaderError

DONE, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 something failed, 2 wrong usage, 130 interrupted."""
    from tuireader.cli.arguments import parse

    _be_safe_with_streams()
    _speak_the_readers_language()
    arguments = parse(sys.argv[1:] if argv is None else argv)
    if arguments.debug or os.environ.get("TUIREADER_LOG"):
        _start_log()
    else:
        # Without a handler, the logging module itself would write to stderr, and so onto the reader's screen.
        logging.getLogger().addHandler(logging.NullHandler())
    try:
        status: int = arguments.run(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _close_pipe()
        return DONE
    except TuireaderError as error:
        _say(str(error))
        return FAILED
    except Exception as error:  # the last door: no traceback ever reaches a reader
        logging.getLogger("tuireader").exception("unexpected")
        _say(f"Something went wrong that tuireader did not expect ({type(error).__name__}: {error}).")
        if not arguments.debug:
            _say("Run the same command with --debug to write the details to the log.")
        return FAILED
    return status


def _say(sentence: str) -> None:
    from tuireader.cli.output import say

    say(sentence)


def _be_safe_with_streams() -> None:
    """Let a terminal that knows few characters show a mark instead of raising."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _speak_the_readers_language() -> None:
    """Write dates as the reader's locale does; one that the machine does not have changes nothing."""
    with suppress(locale.Error):
        locale.setlocale(locale.LC_TIME, "")


def _close_pipe() -> None:
    """Point stdout nowhere, so that the interpreter's own flush at exit does not meet the closed pipe again."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _start_log() -> None:
    from tuireader import paths

    path = os.environ.get("TUIREADER_LOG") or str(paths.log_path())
    os.makedirs(os.path.dirname(os.path.abspath(path)), mode=0o700, exist_ok=True)  # noqa: PTH103, PTH100, PTH120 - no pathlib before it is needed
    logging.basicConfig(
        filename=path, level=logging.DEBUG, encoding="utf-8", format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
