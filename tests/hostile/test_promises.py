"""Every promise names the tests that hold it, and each of these is there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and "Held by" not in line]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


@cache
def names_of_tests(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, functions))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip()[:40])
def test_every_promise_is_held_by_tests_that_exist(row: str) -> None:
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert len(cells) == 3
    named = NAMED.findall(cells[2])
    assert named
    assert NAMED.sub("", cells[2]).strip(" ,") == "", "a test is named in a way that is not understood"
    for path, name in named:
        assert name in names_of_tests(path), f"{path} has no {name}"


def test_every_test_of_hostility_holds_a_promise() -> None:
    named = {path for path, _ in NAMED.findall(PAGE)}
    own = {path.relative_to(ROOT).as_posix() for path in Path(__file__).parent.glob("test_*.py")}
    assert own - named == {"tests/hostile/test_promises.py"}


def test_every_rule_of_politeness_is_there() -> None:
    rules = set(re.findall(r"test_rule_(\d\d)_", PAGE))
    assert rules == {f"{number:02}" for number in range(1, 13)}
    assert len(ROWS) > 45
