"""Running the command line as a shell does."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest


@dataclass
class Ran:
    """What a command gave."""

    status: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Ran]


@pytest.fixture
def run() -> Run:
    """Run `tuireader WORDS` with this test's own folders and no terminal."""

    def run_one(*words: str, stdin: str = "", python: tuple[str, ...] = ("-m", "tuireader")) -> Ran:
        done = subprocess.run(
            [sys.executable, *python, *words],
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert "Traceback" not in done.stderr
        return Ran(done.returncode, done.stdout, done.stderr)

    return run_one
