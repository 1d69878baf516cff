"""The monkey of `tests/monkey.py` for a while; what it did is the same each time, what came between may not be."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support import monkey

TESTS = Path(__file__).parents[1]
EVENTS = 2000
PARTS = 4


@pytest.mark.skipif(os.name == "nt", reason="a pty and signals as POSIX has them")
@pytest.mark.parametrize("seed", [1, *(pytest.param(each, marks=pytest.mark.slow) for each in range(2, PARTS + 1))])
def test_a_monkey_finds_nothing(seed: int) -> None:
    play(EVENTS // PARTS, seed)


def play(events: int, seed: int) -> None:
    command = [sys.executable, "-m", monkey.__name__, str(events), str(seed)]
    done = subprocess.run(command, cwd=TESTS, capture_output=True, text=True, errors="replace", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
