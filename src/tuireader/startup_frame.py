"""The startup frame: a saved copy of the last screen, painted before anything else is loaded.

Quitting saves it beside the cache (`tui.main.resume`); the next start uses it once, in a terminal of the same size and
type. It shows no ages of articles, and counts only if the cache is unchanged. Loaded first, so it imports as little as
possible.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import NamedTuple

from tuireader import early_terminal, paths
from tuireader.errors import TuireaderError

_ENTER = b"\x1b[?1049h\x1b[?25l"
_MAGIC = "tuireader screen 1"
_SAID = (
    "TERM", "COLORTERM", "NO_COLOR", "FORCE_COLOR", "TEXTUAL_COLOR_SYSTEM", "TEXTUAL_FILTERS", "TEXTUAL_THEME", "LANG",
    "LC_ALL", "LC_CTYPE", "LC_MESSAGES", "TZ",
)  # fmt: skip
"""Environment variables that change how a screen looks."""
_CONTROLS = bytes(each for each in (*range(0x20), 0x7F) if each not in b"\n\x1b")
_CONTROLS_ABOVE = tuple(
    chr(code).encode() for code in (*range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
)
"""Control characters beyond ASCII, and those that change the text direction."""
_BIGGEST = 2_000_000
"""Maximum bytes of a frame."""


class Screens(NamedTuple):
    """The saved screen as terminal output, with and without counts."""

    whole: str
    without_counts: str


def keep(screens: Screens, columns: int, lines: int) -> None:
    """Save the screen for the next start; raises OSError."""
    file = _frame_path()
    parts = (_MAGIC, _looks(columns, lines), _cache_state(), screens.whole, screens.without_counts)
    content = "\0".join(parts).encode()
    new = f"{file}.new"
    with suppress(FileNotFoundError):
        os.unlink(new)  # noqa: PTH108 - no Path is loaded for it
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(content)
        os.replace(new, file)  # noqa: PTH105
    except OSError:  # a full disk, or a folder of this name
        os.unlink(new)  # noqa: PTH108
        raise


def forget() -> None:
    with suppress(OSError, TuireaderError):
        os.unlink(_frame_path())  # noqa: PTH108


def paint() -> bool:
    """Paint the saved screen if it fits this terminal; returns whether it does."""
    if not early_terminal.original_settings():  # it is no terminal, or not ours
        return False
    with suppress(OSError, ValueError, TuireaderError):
        columns, lines = os.get_terminal_size(1)
        screen = _kept(columns, lines)
        if screen:
            early_terminal.show_other_screen(_ENTER + screen)
            return True
    return False


def _kept(columns: int, lines: int) -> bytes:
    """Read and delete the saved screen; returns b"" if it does not fit. Raises OSError if there is none."""
    content = _read(_frame_path())
    forget()
    magic, looks, state, whole, without_counts = content.decode().split("\0")
    if magic != _MAGIC or looks != _looks(columns, lines):
        return b""
    screen = (whole if state == _cache_state() else without_counts).encode()
    return screen if _is_harmless(screen) else b""


def _read(path: str) -> bytes:
    """Read a file of the user's own; raises OSError for any other."""
    with os.fdopen(paths.open_own(path, largest=_BIGGEST), "rb") as opened:
        return opened.read(_BIGGEST)


def _is_harmless(screen: bytes) -> bool:
    """True if the output only moves the cursor, sets colours and writes text."""
    if screen.translate(None, _CONTROLS) != screen or any(each in screen for each in _CONTROLS_ABOVE):
        return False
    _, *sequences = screen.split(b"\x1b")
    return all(_ends_well(each) for each in sequences)


def _ends_well(sequence: bytes) -> bool:
    if sequence[:1] != b"[":
        return False
    rest = sequence[1:].lstrip(b"0123456789;")
    return rest[:1] in (b"m", b"H")


def _frame_path() -> str:
    return f"{paths.cache_path()}.screen"


def _looks(columns: int, lines: int) -> str:
    """A string that changes with everything that affects how a screen looks: version, size, settings, environment."""
    from tuireader import __version__

    said = [f"{name}={os.environ.get(name, '')}" for name in _SAID]
    config = _state_of(str(paths.config_path()))
    return "\n".join([__version__, sys.version, f"{columns}x{lines}", config, *said])


def _cache_state() -> str:
    """A string that changes when the cache or its write-ahead log changes."""
    path = str(paths.cache_path())
    log = _state_of(f"{path}-wal")
    return f"{_state_of(path)} {'' if log.endswith(' 0') else log}".rstrip()


def _state_of(path: str) -> str:
    try:
        there = os.stat(path)  # noqa: PTH116
    except OSError:
        return ""
    return f"{there.st_ino} {there.st_mtime_ns} {there.st_size}"
