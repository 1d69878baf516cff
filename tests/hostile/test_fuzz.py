"""Thousands of damaged feeds and pages; what is found is to be run again with the number of its case."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "fuzz.py"


@pytest.fixture
def fuzz(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    found = importlib.util.spec_from_file_location("fuzz", SCRIPT)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    monkeypatch.setitem(sys.modules, "fuzz", module)
    found.loader.exec_module(module)
    return module


@pytest.mark.parametrize("cases", [400, pytest.param(10_000, marks=pytest.mark.slow)])
def test_no_damaged_feed_or_page_raises_takes_long_or_gets_a_control_character_through(cases: int) -> None:
    command = [sys.executable, str(SCRIPT), "--cases", str(cases), "--seed", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith(f"{cases} cases: ")


def test_a_case_is_made_from_its_number_alone(fuzz: ModuleType) -> None:
    assert fuzz.case(1, 7)[0] == fuzz.case(1, 7)[0]
    assert len({fuzz.case(1, number)[0].data for number in range(50)}) > 40


@pytest.mark.parametrize("name", ["parse_feed", "clean", "lay_out", "find_feeds"])
def test_what_raises_is_found(fuzz: ModuleType, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("planted")

    monkeypatch.setattr(fuzz, name, broken)
    report = fuzz.run(1, range(20))
    assert any("KeyError" in what for what in report.found)
    assert "planted" in report.said()


def test_a_control_character_is_found(fuzz: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz, "to_plain", lambda *_, **__: "\x1b]52;c;\x07")
    assert "a line with a control character" in fuzz.run(1, range(20)).found


def test_what_does_not_end_is_found(fuzz: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(*_: object) -> None:
        while True:
            pass

    monkeypatch.setattr(fuzz, "is_feed", endless)
    monkeypatch.setattr(fuzz, "SLOWEST", 0.05)
    number = next(number for number in range(50) if fuzz.case(1, number)[0].kind == "feed")
    report = fuzz.run(1, range(number, number + 1))
    assert any(what.startswith("took 0.") for what in report.found)
    assert any("TooLongError" in what for what in report.found)
