"""The commands backfill, download, prune."""

from __future__ import annotations

import argparse
import sqlite3
from dataclasses import replace
from functools import partial

from tuireader import paths, startup_frame
from tuireader.cli import DONE, USAGE, cache, filters, output
from tuireader.cli.output import put_json, say
from tuireader.cli.run import run
from tuireader.config.load import load
from tuireader.library.archiving.save_older import Wanted
from tuireader.library.rules.prune import look
from tuireader.model.headline import utc_now
from tuireader.store import articles, feeds, site_facts
from tuireader.store.pruning import Limits
from tuireader.tasks import prune
from tuireader.tasks.backfill import backfill as read_back
from tuireader.tasks.download import download as fetch


def backfill(arguments: argparse.Namespace) -> int:
    """Fetch older articles of a feed's site, from where the last run stopped."""
    if arguments.since is not None and arguments.since > utc_now():
        say("--since is a day that has not come yet: nothing is as new as that.")
        return USAGE
    with cache.opened() as connection:
        feed = feeds.find(connection, arguments.feed)
    wanted = Wanted(arguments.since, arguments.limit or None, load(paths.config_path()).archive_read)
    return run(lambda on: read_back(on, feed, wanted), as_json=arguments.json)


def download(arguments: argparse.Namespace) -> int:
    """Fetch the full texts of articles that have only an excerpt: of all, or of some."""
    with cache.opened() as connection:
        missing = _missing(connection, arguments)
    return run(lambda on: fetch(on, lambda _: missing), as_json=arguments.json)


def _missing(c: sqlite3.Connection, arguments: argparse.Namespace) -> list[int]:
    query = filters.query_of(c, arguments)
    if chosen := tuple(feeds.find(c, text).id for text in arguments.feeds):
        query = replace(query, feeds=chosen)
    found = articles.ids(c, query)
    missing = articles.without_text(c, found)
    if arguments.again:
        wanted = {*missing, *(id_ for id_ in found if site_facts.is_here(c, id_))}
        missing = [id_ for id_ in found if id_ in wanted]
    return missing[: arguments.limit or None]


_NOTHING = (
    "There is nothing to remove: all that is beyond the limits is unread, starred or tagged, or there are no"
    " limits (keep_days, keep_articles and keep_megabytes in the configuration, or --days, --newest, --size)."
)


def prune_articles(arguments: argparse.Namespace) -> int:
    """Print what exceeds the limits, and remove it after confirmation."""
    config = load(paths.config_path())
    given = (arguments.days, arguments.newest, arguments.megabytes)
    usual = (config.keep_days, config.keep_articles, config.keep_megabytes)
    with cache.opened() as connection:
        found = look(connection, utc_now(), Limits(*given) if any(given) else Limits(*usual))
    refused = None
    if found.ids and not arguments.yes:
        say(f"{found.said}: read, not starred, not tagged.")
        refused = output.refusal("Remove them from this machine? They are not fetched again.", "To remove them")
    if found.ids and refused is None:
        startup_frame.forget()
        return run(partial(prune.prune, found=found), as_json=arguments.json)
    if arguments.json:
        put_json(prune.row(found, is_done=False))
    elif not found.ids:
        say(_NOTHING)
    return refused or DONE
