"""However the reader ends and whatever its terminal is, the terminal is as it was, and what went wrong is said."""

from __future__ import annotations

import locale
import os
import random
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from support.app_factory import ids
from support.pty_terminal import Terminal
from tuireader import paths
from tuireader.model.query import Query
from tuireader.store import articles
from tuireader.store.connection import connect
from tuireader.store.queries import article_lists

pytestmark = pytest.mark.skipif(os.name == "nt", reason="a pty and signals as POSIX has them")

CTRL_C, CTRL_Q, CTRL_Z, ENTER = "\x03", "\x11", "\x1a", "\r"
RESTORED = (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1000l", b"\x1b[?1003l", b"\x1b[?2004l")


def assert_restored(raw: bytes) -> None:
    """After the last thing that was switched on comes that it was switched off."""
    for off in RESTORED:
        on = off[:-1] + (b"l" if off.endswith(b"h") else b"h")
        assert raw.rfind(off) > raw.rfind(on), off


# Ways to end


@pytest.mark.parametrize(
    ("end", "status"),
    [
        (lambda terminal: terminal.press(CTRL_Q), 0),
        (lambda terminal: terminal.press(CTRL_C), 0),
        (lambda terminal: terminal.kill(signal.SIGTERM), 128 + signal.SIGTERM),
        (lambda terminal: terminal.kill(signal.SIGHUP), 128 + signal.SIGHUP),
        (lambda terminal: terminal.kill(signal.SIGINT), 130),
    ],
    ids=["ctrl+q", "ctrl+c", "SIGTERM", "SIGHUP", "SIGINT"],
)
def test_the_terminal_is_restored_however_it_ends(cache: Path, end: Callable[[Terminal], None], status: int) -> None:
    with Terminal(columns=120, rows=30) as terminal:
        terminal.until("A Worrying")
        terminal.press(ENTER)
        terminal.until("Although they have been rivals")
        terminal.press("f")
        terminal.until("★")
        end(terminal)
        assert terminal.wait() == status
        assert_restored(bytes(terminal.raw))
        assert b"Traceback" not in terminal.raw
    with closing(connect(cache)) as c:  # what was marked last is kept
        assert articles.status(c, ids(cache)[0]).starred


def test_ctrl_z_without_a_shell_leaves_it_running(cache: Path) -> None:
    with Terminal(columns=120, rows=30) as terminal:
        terminal.until("A Worrying")
        terminal.press(CTRL_Z)
        terminal.until("Cannot suspend: tuireader was not started from a shell")
        terminal.press("?")
        terminal.until("Keyboard shortcuts")
        terminal.press(CTRL_Q)
        assert terminal.wait() == 0


def test_nothing_that_is_pasted_is_a_key(cache: Path) -> None:
    with Terminal(columns=120, rows=30) as terminal:
        terminal.until("A Worrying")
        terminal.press("a")
        terminal.until("Add feed")
        terminal.press("\x1b[200~http://example.org/\x1b\x1b A\r\x11\x03" + "\x1b[x\x1bf" * 1000 + "\x1b[201~")
        terminal.until("example.org")
        terminal.press("\x1b")
        terminal.until(r"4 unread")
        terminal.press(CTRL_Q)
        assert terminal.wait() == 0
    with closing(connect(cache)) as c:
        assert article_lists.count(c, Query(unread=True)) == 4
        assert article_lists.count(c, Query(starred=True)) == 0


@pytest.mark.thorough
def test_a_paste_without_an_end_swallows_no_later_key(cache: Path) -> None:
    with Terminal(columns=120, rows=30) as terminal:
        terminal.until("A Worrying")
        terminal.press("/\x1b[200~harbour")
        terminal.until("harbour")
        terminal.press("\x1b")
        terminal.press(CTRL_Q)
        assert terminal.wait() == 0


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_ctrl_z_goes_back_to_the_shell_and_fg_goes_on(cache: Path) -> None:
    with Terminal(columns=120, rows=30, command=["bash", "--norc", "-i"], env={"PS1": "ready> "}) as terminal:
        terminal.until("ready>")
        terminal.press(f"{sys.executable} -m tuireader\n")
        terminal.until("A Worrying")
        terminal.press("f")
        terminal.until(lambda text: text.count("★") >= 2)
        terminal.press(CTRL_Z)
        terminal.until(r"Stopped")
        terminal.press("fg\n")
        terminal.until(lambda _: b"A Worrying" in bytes(terminal.raw).rpartition(b"\x1b[?1049h")[2])  # painted anew
        terminal.press(CTRL_Q)
        terminal.until(lambda _: bytes(terminal.raw).endswith(b"ready> "))


def is_stopped(pid: int) -> bool:
    state = subprocess.run(["ps", "-o", "state=", "-p", str(pid)], capture_output=True, text=True, check=True)
    return state.stdout.strip().startswith("T")


@pytest.mark.skipif(shutil.which("ps") is None, reason="ps is not installed")
def test_stopped_and_continued(cache: Path) -> None:
    with Terminal(columns=120, rows=30) as terminal:
        terminal.until("A Worrying")
        terminal.kill(signal.SIGTSTP)
        terminal.until(lambda _: is_stopped(terminal.pid))
        terminal.until(lambda _: RESTORED[0] in terminal.raw)
        assert_restored(bytes(terminal.raw))
        terminal.kill(signal.SIGCONT)
        terminal.press("?")
        terminal.until("Keyboard shortcuts")
        terminal.press(CTRL_Q)
        assert terminal.wait() == 0
        assert_restored(bytes(terminal.raw))


CRASHING = """
import sys
from tuireader.cli import main
from tuireader.tui.app import ReaderApp

def action_help(self):
    raise RuntimeError("a bug \\x1b]0;ZQX\\x07 of ours")

ReaderApp.action_help = action_help
sys.exit(main(sys.argv[1:]))
"""


def test_a_crash_restores_the_terminal_says_one_sentence_and_leaves_a_log(cache: Path) -> None:
    with Terminal(columns=120, rows=30, command=(sys.executable, "-c", CRASHING)) as terminal:
        terminal.until("A Worrying")
        terminal.press("?")
        assert terminal.wait() == 1
        raw = bytes(terminal.raw)
    assert_restored(raw)
    assert b"Traceback" not in raw
    assert b"\x1b]0;" not in raw
    said = re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", raw.rpartition(b"\x1b[?1049l")[2].decode())
    sentences = " ".join(said.split())
    assert sentences.count("). Please report this bug") == 1, said
    assert "a bug" in sentences
    assert str(paths.log_path()) in sentences.replace(" ", "")
    log = paths.log_path().read_text("utf-8")
    assert "Traceback" in log
    assert "RuntimeError: a bug ]0;ZQX of ours" in log
    assert not re.search("[\x07\x1b]", log)


# Sizes


def test_every_size_and_a_storm_of_them(cache: Path) -> None:
    sizes = [(1, 1), (3, 3), (1, 80), (80, 1), (2, 2), (400, 100), (5, 200), (200, 4)]
    dice = random.Random(5)  # where it fails, it fails again
    with Terminal(columns=120, rows=30) as terminal:
        terminal.until("A Worrying")
        for keys in ("", ENTER, "?", "\x1b/x", "\x1bz"):
            terminal.press(*keys)
            for columns, rows in [*sizes, *((dice.randrange(1, 60), dice.randrange(1, 30)) for _ in range(20))]:
                terminal.resize(columns, rows)
        terminal.resize(120, 30)
        terminal.press("\x1b", "\x1b", "?")
        terminal.until("Keyboard shortcuts")
        terminal.press(CTRL_Q)
        assert terminal.wait() == 0
        assert_restored(bytes(terminal.raw))


CHANGING = """
import sys, termios
from tuireader.__main__ import main
from tuireader.tui.support.driver import TerminalDriver

ask = TerminalDriver._get_terminal_size

def ask_slowly(self):
    size = ask(self)
    if tuple(size) == (100, 30):
        termios.tcsetwinsize(1, (40, 130))
    return size

TerminalDriver._get_terminal_size = ask_slowly
sys.exit(main())
"""


@pytest.mark.usefixtures("cache")
def test_a_window_that_changes_while_its_size_is_asked_for_is_followed() -> None:
    with Terminal(columns=130, rows=40, command=(sys.executable, "-c", CHANGING)) as terminal:
        terminal.until("A Worrying")
        terminal.resize(100, 30)
        terminal.until(lambda _: b"\x1b[40;1H" in terminal.raw.rpartition(b"\x1b[30;1H")[2])
        terminal.resize(130, 40)  # as it is: this is for what reads the screen
        terminal.press("?")
        terminal.until("Keyboard shortcuts")
        assert max(len(line) for line in terminal.text.splitlines()) > 100


@pytest.mark.parametrize("size", [(1, 1), (3, 3), (1, 80), (80, 1), (400, 100)])
def test_it_starts_at_any_size(cache: Path, size: tuple[int, int]) -> None:
    with Terminal(columns=size[0], rows=size[1]) as terminal:
        terminal.until(lambda _: b"\x1b[?1049h" in terminal.raw)
        terminal.press("j", ENTER, "J", "?")
        terminal.resize(120, 30)
        terminal.until("Keyboard shortcuts")
        terminal.press(CTRL_Q)
        assert terminal.wait() == 0


# Terminals


@pytest.mark.parametrize("theme", ["ansi-dark", "tuireader-light", ""])
def test_with_no_color_no_colour_is_written(cache: Path, theme: str) -> None:
    if theme:
        path = paths.config_path()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'theme = "{theme}"\n', "utf-8")
    with Terminal(columns=120, rows=30, env={"NO_COLOR": "1", "COLORTERM": "truecolor"}) as terminal:
        terminal.until("A Worrying")
        terminal.press(":")
        terminal.until("Find")
        terminal.press(CTRL_Q)
        assert terminal.wait() == 0
    colours = {*range(30, 39), *range(40, 49)}
    for codes in re.findall(rb"\x1b\[([\d;]*)m", bytes(terminal.raw)):
        assert not {int(code) for code in codes.split(b";") if code} & colours, codes


def test_a_terminal_that_knows_ascii_only_is_readable(cache: Path) -> None:
    with Terminal(
        ["list"], columns=120, rows=30, env={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    ) as terminal:
        assert terminal.wait() == 0
    assert b"China and Russia: A Worrying Relationship" in terminal.raw
    with Terminal(columns=120, rows=30, env={"LC_ALL": "C"}) as terminal:
        terminal.until("A Worrying")
        terminal.press(CTRL_Q)
        assert terminal.wait() == 0


def test_a_dumb_terminal_is_told_what_to_do(cache: Path) -> None:
    with Terminal(env={"TERM": "dumb"}) as terminal:
        assert terminal.wait() == 2
    assert re.fullmatch(rb"tuireader: The reader needs a terminal\.[^\n]*\n", terminal.raw.replace(b"\r", b""))
    with Terminal(["show", str(ids(cache)[0])], env={"TERM": "dumb"}) as terminal:
        assert terminal.wait() == 0
    assert b"\x1b" not in terminal.raw
    assert b"Although they have been rivals" in terminal.raw


@pytest.mark.parametrize("arguments", [[], ["demo"], ["example.org"]])
def test_without_a_terminal_it_is_one_sentence(cache: Path, arguments: list[str]) -> None:
    command = [sys.executable, "-m", "tuireader", *arguments]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert re.fullmatch(r"tuireader: The reader needs a terminal\.[^\n]*\n", done.stderr)


def test_a_locale_that_is_not_there_changes_nothing(cache: Path) -> None:
    command = [sys.executable, "-m", "tuireader", "show", str(ids(cache)[0])]
    environment = {**os.environ, "LC_ALL": "xx_YY.nonsense"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0
    assert "Although they have been rivals" in done.stdout
    with pytest.raises(locale.Error):
        locale.setlocale(locale.LC_TIME, "xx_YY.nonsense")
