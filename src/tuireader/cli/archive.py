"""The command that reads a site back: backfill."""

from __future__ import annotations

import argparse

from tuireader import paths
from tuireader.cli import USAGE, cache
from tuireader.cli.output import say
from tuireader.cli.run import run
from tuireader.config.load import load
from tuireader.library.archiving.take import Wanted
from tuireader.model.clock import utc_now
from tuireader.store import feeds
from tuireader.tasks.backfill import backfill as read_back


def backfill(arguments: argparse.Namespace) -> int:
    """Bring in what a feed's site has published before, from where that stopped the last time."""
    if arguments.since is not None and arguments.since > utc_now():
        say("--since is a day that has not come yet: nothing is as new as that.")
        return USAGE
    with cache.opened() as connection:
        feed = feeds.find(connection, arguments.feed)
    wanted = Wanted(arguments.since, arguments.limit or None, load(paths.config_path()).archive_read)
    return run(lambda on: read_back(on, feed, wanted), as_json=arguments.json)
