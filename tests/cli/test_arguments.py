"""Dates and numbers as people type them."""

from __future__ import annotations

import argparse
import re
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

import pytest

from tuireader import early_terminal
from tuireader.cli import arguments
from tuireader.cli.arguments import parse, since, until

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
    with pytest.raises(argparse.ArgumentTypeError, match="use 2024-03-31"):
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


def local(moment: datetime) -> str:
    return moment.astimezone().strftime("%F %T")


def test_until_counts_a_day_a_month_and_a_year_to_their_ends() -> None:
    assert local(until("2024-03-31")) == local(until("20240331")) == "2024-03-31 23:59:59"
    assert (local(since("2024-12")), local(until("2024-12"))) == ("2024-12-01 00:00:00", "2024-12-31 23:59:59")
    assert (local(since("2024")), local(until("2024"))) == ("2024-01-01 00:00:00", "2024-12-31 23:59:59")
    assert until("3m", now=NOW) == since("3m", now=NOW) == NOW - timedelta(days=90)
    assert since("1y", now=NOW) == NOW - timedelta(days=365)
    assert until("2024-03-31T10:00:00+02:00") == datetime(2024, 3, 31, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["lst"], "unknown command 'lst'; did you mean list?"),
        (["list", "--unraed"], "Did you mean --unread?"),
        (["--versoin"], "Did you mean --version?"),
        (["search", "-kindle"], 'To exclude a word, put "--" first: tuireader search -- -kindle.'),
        (["show", "abc"], "invalid article ID 'abc'; see tuireader list."),
    ],
)
def test_what_may_have_been_meant_is_said(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(words)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_short_options_and_the_json_of_one_article() -> None:
    asked = parse(["list", "-u", "-s", "-n", "3"])
    assert (asked.unread, asked.starred, asked.limit) == (True, True, 3)
    assert parse(["show", "--json", "1"]).format == "json"
    assert parse(["search", "--", "-kindle"]).query == "-kindle"


def test_what_does_each_command_is_there() -> None:
    """It is loaded by its name, when the command is given."""
    source = Path(arguments.__file__).read_text("utf-8")
    named = re.findall(r'_later\("(\w+)", "(\w+)"\)', source)
    assert len(named) > 20
    assert [name for name in named if not hasattr(import_module(f"tuireader.cli.{name[0]}"), name[1])] == []


def test_all_commands_are_known_before_anything_is_loaded() -> None:
    assert set(arguments.COMMANDS) - {"demo"} == early_terminal.COMMANDS
    assert not any(early_terminal.opens_reader([name]) for name in early_terminal.COMMANDS)
