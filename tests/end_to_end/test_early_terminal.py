"""What is typed while the program starts is neither shown nor lost, however it ends."""

from __future__ import annotations

import signal
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.app_factory import Piece, shelve
from support.pty_terminal import PATIENCE, Terminal
from tuireader import early_terminal, paths

HELD = """
import os, sys, time
from tuireader import early_terminal, __main__
take = early_terminal.take_terminal
def hushed():
    take()
    while not os.path.exists(sys.argv[1]):
        time.sleep(0.01)
    del sys.argv[1]
early_terminal.take_terminal = hushed
early_terminal.opens_reader = lambda arguments: True
sys.exit(__main__.main())
"""
"""The program, which waits where it has taken the terminal until there is a file."""

ENDED_AT_ONCE = """
import os, sys, termios
from tuireader import early_terminal, __main__
change = termios.tcsetattr
def change_and_end(*arguments):
    termios.tcsetattr = change
    change(*arguments)
    os.kill(os.getpid(), int(sys.argv[1]))
termios.tcsetattr = change_and_end
early_terminal.opens_reader = lambda arguments: True
sys.exit(__main__.main())
"""
"""The program, which gets a signal as soon as it has changed the terminal."""


@pytest.fixture
def go(tmp_path: Path) -> Path:
    """The file that is waited for."""
    return tmp_path / "go"


@pytest.fixture
def held(go: Path) -> Iterator[Terminal]:
    with Terminal([str(go)], command=(sys.executable, "-c", HELD)) as terminal:
        limit = time.monotonic() + PATIENCE
        while is_echoing(terminal):
            assert time.monotonic() < limit
            time.sleep(0.01)
        yield terminal


def attributes(terminal: Terminal) -> list[Any]:
    return termios.tcgetattr(terminal.fileno())


def is_echoing(terminal: Terminal) -> bool:
    return bool(attributes(terminal)[3] & termios.ECHO)


def test_keys_of_the_first_moment_do_what_they_do_and_are_not_shown(go: Path) -> None:
    shelve(paths.cache_path(), "The Example Review", [Piece(f"Piece {number}", number) for number in range(1, 7)])
    with Terminal([str(go)], command=(sys.executable, "-c", HELD)) as terminal:
        while is_echoing(terminal):
            time.sleep(0.01)
        terminal.press("j", "j", "\r")
        go.touch()
        terminal.until(lambda screen: "By Andrew Zirkle" in screen and screen.count("Piece 3") == 2)
        shown = bytes(terminal.raw)
        assert b"jj" not in shown[: shown.index(b"\x1b[?1049h")]
        terminal.press("\x11")
        assert terminal.wait() == 0


def test_enter_opens_also_where_it_was_typed_before_there_was_anyone_to_hear_it() -> None:
    """The terminal has made the end of a line of it by then."""
    shelve(paths.cache_path(), "The Example Review", [Piece(f"Piece {number}", number) for number in range(1, 7)])
    with Terminal() as terminal:
        terminal.press("j", "j", "\r")
        terminal.until(lambda screen: "By Andrew Zirkle" in screen and screen.count("Piece 3") == 2)
        terminal.press("\x11")
        assert terminal.wait() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_just_after_the_change_undoes_it(number: int) -> None:
    script = '"$0" -c "$1" "$2"; echo "ended: $?"; stty -a'
    command = ("sh", "-c", script, sys.executable, ENDED_AT_ONCE)
    with Terminal([str(int(number))], command=command) as terminal:
        terminal.wait()
        assert f"ended: {128 + number}" in terminal.text
        assert {"echo", "icanon", "icrnl"} <= set(terminal.text.replace(";", " ").split())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_who_is_ended_while_starting_leaves_the_terminal_as_it_was(held: Terminal, number: int) -> None:
    held.kill(number)
    limit = time.monotonic() + PATIENCE
    while not is_echoing(held):
        assert time.monotonic() < limit
        time.sleep(0.01)
    assert attributes(held)[0] & termios.ICRNL
    assert attributes(held)[3] & termios.ICANON
    assert held.wait() == -number


def test_ctrl_c_ends_it_and_ctrl_z_waits(held: Terminal) -> None:
    held.press("\x1a", "\x03")
    limit = time.monotonic() + PATIENCE
    while not is_echoing(held):
        assert time.monotonic() < limit
        time.sleep(0.01)
    assert held.wait() == 130


def test_what_cannot_start_says_why_in_a_terminal_as_it_was(held: Terminal, go: Path) -> None:
    paths.cache_path().mkdir(parents=True)
    go.touch()
    held.until("hard links")
    assert held.wait() != 0


@pytest.mark.parametrize(
    ("words", "opens"),
    [([], True), (["example.org"], True), (["demo"], True), (["--linear"], True), (["--help"], False)],
)
def test_what_opens_the_reader(words: list[str], opens: bool) -> None:
    assert early_terminal.opens_reader(words) == opens


def test_without_a_terminal_nothing_is_changed() -> None:
    early_terminal.take_terminal()  # pytest's own streams are none
    assert early_terminal.original_settings() is None
    early_terminal.restore()
