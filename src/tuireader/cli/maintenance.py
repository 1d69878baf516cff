"""The commands path, config, prune."""

from __future__ import annotations

import argparse
import glob
import sys
from functools import partial
from pathlib import Path

from tuireader import paths, startup_frame
from tuireader.cli import DONE, FAILED, output
from tuireader.cli import run as cli_run
from tuireader.cli.output import configuration, put, put_json, say, table
from tuireader.config import Config, documented, in_force, read, schema
from tuireader.errors import ConfigError
from tuireader.library.rules import in_megabytes, plan_pruning
from tuireader.model.article import utc_now
from tuireader.store.pruning import Limits
from tuireader.tasks import feeds as tasks_feeds
from tuireader.text.printable import printable
from tuireader.tui import keys


def config(arguments: argparse.Namespace) -> int:
    """Write the configuration file, check it, or print the settings or the schema."""
    if arguments.init:
        return _init()
    if arguments.schema:
        put(schema())
        return DONE
    path = paths.config_path()
    chosen, mistakes = _checked(path)
    for mistake in mistakes:
        say(f"{path}: {mistake}")
    if mistakes:
        return FAILED
    if arguments.print:
        for line in in_force(chosen).rstrip().splitlines():
            put(printable(line))
    else:
        say(f"{path}: no errors." if path.exists() else f"{path} does not exist; all settings have their defaults.")
    return DONE


def _init() -> int:
    """Write a commented configuration file, unless one exists."""
    path = paths.config_path()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(documented(commented=True))
    except FileExistsError:
        say(f"{path} already exists; not changed.")
        return FAILED
    except OSError as error:
        raise ConfigError(f"Cannot write {path}: {error.strerror}.") from error
    say(f"Created {path}. Remove the # in front of a setting to change it.")
    return DONE


def _checked(path: Path) -> tuple[Config, list[ConfigError]]:
    """The configuration and all of its errors, including unknown themes and commands; raises ConfigError."""
    chosen, wrong = read(path)
    return chosen, [*wrong, *keys.theme_and_key_errors(chosen)]


_NOTHING = (
    "Nothing to clean up. Limits: keep_days, keep_articles and keep_megabytes in the configuration, or --days, "
    "--newest, --size."
)


def prune_articles(arguments: argparse.Namespace) -> int:
    """Print what exceeds the limits, and remove it after confirmation."""
    config = configuration()
    given = (arguments.days, arguments.newest, arguments.megabytes)
    usual = (config.keep_days, config.keep_articles, config.keep_megabytes)
    with cli_run.opened_cache() as connection:
        found = plan_pruning(connection, utc_now(), Limits(*given) if any(given) else Limits(*usual))
    refused = None
    if found.ids and not arguments.yes:
        say(f"{found.said} (read, not starred, not tagged).")
        refused = output.refusal("Delete these articles? This cannot be undone.", "To remove them")
    if found.ids and refused is None:
        startup_frame.forget()
        return cli_run.run(partial(tasks_feeds.prune, found=found), as_json=arguments.json)
    if arguments.json:
        put_json(tasks_feeds.row(found, is_done=False))
    elif not found.ids:
        say(_NOTHING)
    return refused or DONE


def path(arguments: argparse.Namespace) -> int:  # noqa: ARG001 - every command takes the arguments
    """Print the paths of configuration, database and log."""
    for line in table(
        [["config", str(paths.config_path())], ["database", str(paths.cache_path())], ["log", str(paths.log_path())]]
    ):
        put(line)
    if sys.stderr.isatty() and (size := sum(each.stat().st_size for each in _files_of_cache())):
        say(f"Database size: {in_megabytes(size)}. To clean up: tuireader prune")
    return DONE


def _files_of_cache() -> list[Path]:
    there = paths.cache_path()
    return [each for each in there.parent.glob(f"{glob.escape(there.name)}*") if each.is_file()]
