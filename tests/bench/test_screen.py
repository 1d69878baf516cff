"""The driver that times a program in a terminal: it sees what is painted, and when the program ends."""

import os
import sys

import pytest
from bench.measure import BenchError, TooSlowError
from bench.screen import Screen, shows

pytestmark = pytest.mark.skipif(os.name == "nt", reason="there are no ptys on Windows")

ECHO = """
import sys, tty
tty.setraw(0)
print("\\x1b[2J\\x1b[Hready 日本", end="", flush=True)
while (key := sys.stdin.read(1)) != "q":
    print(f"\\x1b[2;1H\\x1b[44mkey {key}\\x1b[0m", end="", flush=True)
"""


def started(code: str = ECHO) -> Screen:
    return Screen([sys.executable, "-c", code], dict(os.environ), columns=40, rows=5)


def test_what_is_painted_is_seen_with_its_moment() -> None:
    with started() as screen:
        first = screen.wait(shows("ready"))
        assert first > screen.start
        pressed = screen.press("x")
        assert screen.wait(shows("key x")) > pressed > first
        assert screen.lines(rows=slice(0, 2)) == ["ready 日本".ljust(38), "key x".ljust(40)]
        assert (screen.background(0, 1), screen.background(9, 1)) == ("blue", "default")


def test_only_what_came_after_the_key_counts() -> None:
    with started() as screen:
        screen.wait(shows("ready"))
        screen.press("x")
        with pytest.raises(TooSlowError, match="key x"):
            screen.wait(shows("ready"), timeout=0.2)


def test_the_last_change_of_a_region_is_found() -> None:
    with started() as screen:
        screen.wait(shows("ready"))
        pressed = screen.press("ab")
        assert screen.last_change(slice(40), quiet=0.3) > pressed
        assert "key b" in screen.text


def test_a_program_that_ends_is_no_measurement() -> None:
    with started() as screen:
        screen.wait(shows("ready"))
        screen.press("q")
        with pytest.raises(BenchError, match="ended"):
            screen.wait(shows("never"))
