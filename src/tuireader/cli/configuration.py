"""The command config."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from tuireader import paths
from tuireader.cli import DONE, FAILED
from tuireader.cli.output import put, say
from tuireader.config.load import read
from tuireader.errors import ConfigError
from tuireader.text.printable import printable

if TYPE_CHECKING:
    from pathlib import Path

    from tuireader.config.options import Config


def config(arguments: argparse.Namespace) -> int:
    """Write the configuration file, check it, or print the settings or the schema."""
    if arguments.init:
        return _init()
    if arguments.schema:
        from tuireader.config.options import schema

        put(schema())
        return DONE
    path = paths.config_path()
    chosen, mistakes = _checked(path)
    for mistake in mistakes:
        say(f"{path}: {mistake}")
    if mistakes:
        return FAILED
    if arguments.print:
        from tuireader.config.options import in_force

        for line in in_force(chosen).rstrip().splitlines():
            put(printable(line))
    else:
        say(f"{path} has no mistakes." if path.exists() else f"There is no {path}: every setting is at its default.")
    return DONE


def _init() -> int:
    """Write a commented configuration file, unless one exists."""
    from tuireader.config.options import documented

    path = paths.config_path()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(documented(commented=True))
    except FileExistsError:
        say(f"{path} is there already, and is left as it is.")
        return FAILED
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}.") from error
    say(f"{path} was written. Remove the # in front of what you want to set.")
    return DONE


def _checked(path: Path) -> tuple[Config, list[ConfigError]]:
    """The configuration and all of its errors, including unknown themes and commands; raises ConfigError."""
    from tuireader.tui.config_checks import mistakes

    chosen, wrong = read(path)
    return chosen, [*wrong, *mistakes(chosen)]
