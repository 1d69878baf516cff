"""Dates and numbers as people type them."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, timedelta

import pytest

from tuireader.cli import arguments
from tuireader.cli.arguments import parse, since

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)


def test_since_reads_ages_and_dates() -> None:
    assert since("12h", now=NOW) == NOW - timedelta(hours=12)
    assert since("7d", now=NOW) == NOW - timedelta(days=7)
    assert since("2w", now=NOW) == NOW - timedelta(weeks=2)
    assert since("2024-03-31T10:00:00+02:00") == datetime(2024, 3, 31, 8, tzinfo=UTC)
    assert since("2024-03-31").astimezone().strftime("%F %T") == "2024-03-31 00:00:00"
    assert since("yesterday", now=NOW) < since("today", now=NOW) <= NOW


@pytest.mark.parametrize("text", ["", "d", "-3d", "31.3.2024", "999999999999999d", "0000-00-00", "tomorrow"])
def test_since_refuses_with_a_hint(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="write 2024-03-31"):
        since(text, now=NOW)


def test_an_address_that_is_no_command_opens_the_reader() -> None:
    assert parse(["example.org", "other.example"]).addresses == ["example.org", "other.example"]
    assert parse([]).addresses == []


def test_the_help_says_of_everything_what_it_is() -> None:
    (commands,) = (it for it in arguments._command_parser()._actions if isinstance(it, argparse._SubParsersAction))
    assert set(commands.choices) == set(arguments.COMMANDS)
    for name, command in commands.choices.items():
        assert all(action.help for action in command._actions), name


def test_debug_counts_before_and_after_the_command() -> None:
    assert parse(["list"]).debug is False
    assert parse(["--debug", "list"]).debug is True
    assert parse(["list", "--debug"]).debug is True
