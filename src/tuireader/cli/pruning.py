"""The command that removes old articles to make room: prune."""

from __future__ import annotations

import argparse
from functools import partial

from tuireader import curtain, paths
from tuireader.cli import DONE, asking, cache
from tuireader.cli.output import put_json, say
from tuireader.cli.run import run
from tuireader.config.load import load
from tuireader.library.rules.prune import look
from tuireader.model.clock import utc_now
from tuireader.store.pruning import Limits
from tuireader.tasks import prune

_NOTHING = (
    "There is nothing to remove: all that is beyond the limits is unread, starred or tagged, or there are no"
    " limits (keep_days, keep_articles and keep_megabytes in the configuration, or --days, --newest, --size)."
)


def prune_articles(arguments: argparse.Namespace) -> int:
    """Say what is beyond the limits, and remove it if that is wanted."""
    config = load(paths.config_path())
    given = (arguments.days, arguments.newest, arguments.megabytes)
    usual = (config.keep_days, config.keep_articles, config.keep_megabytes)
    with cache.opened() as connection:
        found = look(connection, utc_now(), Limits(*given) if any(given) else Limits(*usual))
    refused = None
    if found.ids and not arguments.yes:
        say(f"{found.said}: read, not starred, not tagged.")
        refused = asking.refusal("Remove them from this machine? They are not fetched again.", "To remove them")
    if found.ids and refused is None:
        curtain.forget()
        return run(partial(prune.prune, found=found), as_json=arguments.json)
    if arguments.json:
        put_json(prune.row(found, is_done=False))
    elif not found.ids:
        say(_NOTHING)
    return refused or DONE
