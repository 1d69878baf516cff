"""The commands that open the app, and its log."""

from __future__ import annotations

import gc
import logging
import os
import sys
from contextlib import ExitStack, suppress
from dataclasses import replace
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, cast

from tuireader import __version__, config, paths, startup_frame
from tuireader.cli import FAILED, USAGE, output
from tuireader.demo import server
from tuireader.library.syncing import sync
from tuireader.model.article import utc_now
from tuireader.paths import open_own
from tuireader.text.printable import printable_block
from tuireader.tui import app as tui_app
from tuireader.tui import keys
from tuireader.urls import typed_and_shown

if TYPE_CHECKING:
    import argparse


def read(arguments: argparse.Namespace) -> int:
    return open_reader(tuple(arguments.addresses), linear=arguments.linear)


def open_reader(addresses: tuple[str, ...] = (), *, linear: bool = False) -> int:
    """Open the app on the cache, and subscribe to addresses first; returns the exit status."""
    if not _has_terminal():
        return USAGE
    return _run(paths.cache_path(), addresses, linear=linear)


FINAL_SYNC_TIMEOUT = 1.2
"""Seconds for the last sync after the terminal is restored."""


def demo(arguments: argparse.Namespace) -> int:
    """Open the app on the bundled site, served on loopback, with a temporary cache."""
    if not _has_terminal():
        return USAGE
    import tempfile

    with ExitStack() as stack:
        site = stack.enter_context(server.serve())
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="tuireader-demo-", ignore_cleanup_errors=True))
        return _run(Path(folder) / "tuireader.db", (site.url,), linear=arguments.linear)


def _has_terminal() -> bool:
    if sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
        return True
    _say("The reader needs a terminal. For scripts, use commands such as tuireader list (see tuireader --help).")
    return False


def _run(path: Path, addresses: tuple[str, ...], *, linear: bool) -> int:
    # After one frame, Textual lets the next wait for up to two; at its usual 60 a second that is to be felt.
    os.environ.setdefault("TEXTUAL_FPS", "250")
    gc.disable()  # what a start makes is no garbage, and to look for some takes a tenth of it; the screen ends this

    chosen, mistakes = _configuration()
    if linear:
        chosen = replace(chosen, linear=True)
    app = tui_app.ReaderApp(path, addresses=addresses, config=chosen, tell=_say)
    if mistakes:
        more = f" {len(mistakes) - 1} more: tuireader config --check" if len(mistakes) > 1 else ""
        app.notices.append(f"{mistakes[0]}{more}")
    app.run()
    _keep_last_screen(app)
    _tell_last_marks(app)
    if app.exit_message:
        _say(f"{app.exit_message} {'' if app.unwritten else where_details_are()}".strip())
    app.is_all_said = True
    return app.return_code or FAILED if app.exit_message or app.return_code is None else app.return_code


def _configuration() -> tuple[config.Config, list[str]]:
    """The configuration without invalid keys, and the errors."""
    path = paths.config_path()
    chosen, mistakes = config.load(path)
    chosen, more = keys.sound(chosen)
    return chosen, [*mistakes, *(f"{path}: {each}" for each in more)]


def _keep_last_screen(app: tui_app.ReaderApp) -> None:
    """Save the startup frame of the next start; not for a temporary cache."""
    if app.cache.path != paths.cache_path():
        return
    if app.last_screen is None:
        startup_frame.forget()
        return
    with suppress(OSError):  # then the next start shows nothing first
        startup_frame.keep(app.last_screen, *app.size)


def _tell_last_marks(app: tui_app.ReaderApp) -> None:
    """Sync the last changes with accounts and the shared folder; the rest is sent next time."""
    if not app.in_step or app.exit_message:
        return
    import asyncio

    with suppress(KeyboardInterrupt):
        asyncio.run(sync.upload_all_outboxes(app.cache.path, app.in_step, seconds=FINAL_SYNC_TIMEOUT, clock=utc_now))


def _say(sentence: str) -> None:
    output.say(sentence)


_FLAGS = os.O_CREAT | os.O_WRONLY | os.O_APPEND


class _LogFile(logging.FileHandler):
    """A log file whose folder is made with the first line."""

    def _open(self) -> TextIOWrapper:
        os.makedirs(os.path.dirname(self.baseFilename), mode=0o700, exist_ok=True)  # noqa: PTH103, PTH120 - no pathlib is needed for it
        if os.environ.get("TUIREADER_LOG"):  # where the user says, be it a link or a terminal
            paths.keep_private(self.baseFilename)
            # A pipe that nobody reads is an error instead of a wait.
            descriptor = os.open(self.baseFilename, _FLAGS | getattr(os, "O_NONBLOCK", 0), 0o600)
            if os.name == "posix":
                os.set_blocking(descriptor, True)
        else:
            descriptor = open_own(self.baseFilename, _FLAGS)
        opened = os.fdopen(descriptor, self.mode, encoding=self.encoding, errors=self.errors)
        return cast("TextIOWrapper", opened)

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line, if the file can be made."""
        with suppress(OSError):
            super().emit(record)


class _Harmless(logging.Formatter):
    """Removes control characters and passwords from log lines, which can hold text of others."""

    def format(self, record: logging.LogRecord) -> str:
        return printable_block(typed_and_shown.without_passwords(super().format(record)))


def start_log(*, everything: bool) -> None:
    """Log unexpected errors only, or with `everything` also details for debugging."""
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
    return f"Details: {path}" if os.path.exists(path) else ""  # noqa: PTH110 - a folder that may not be looked into is no error to it
