"""Running the command line as a shell does."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support.forked_command import run_forked


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
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Run:
    """Run `tuireader WORDS` with this test's own folders and no terminal: forked in `make test`, else started."""
    is_forked = "not thorough" in request.config.option.markexpr

    def run_one(*words: str, stdin: str = "", python: tuple[str, ...] = ()) -> Ran:
        done = Ran(*run_forked(words, stdin, tmp_path)) if is_forked and not python else started(words, stdin, python)
        assert "Traceback" not in done.err
        return done

    return run_one


def started(words: tuple[str, ...], stdin: str, python: tuple[str, ...]) -> Ran:
    done = subprocess.run(
        [sys.executable, *(python or ("-m", "tuireader")), *words],
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)
