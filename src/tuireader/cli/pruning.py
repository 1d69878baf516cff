"""The command that removes old articles to make room: prune."""

from __future__ import annotations

import argparse
import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING

from tuireader import curtain, paths
from tuireader.cli import DONE, USAGE, asking, cache
from tuireader.cli.output import Progress, put_json, say
from tuireader.config.load import load
from tuireader.errors import BusyError
from tuireader.library.rules.prune import Wanted, give_back, in_megabytes, look, prune
from tuireader.model.clock import utc_now
from tuireader.store.pruning import Limits
from tuireader.text.plural import counted

if TYPE_CHECKING:
    from tuireader.library.jobs.cache_gateway import Cache


def prune_articles(arguments: argparse.Namespace) -> int:
    """Say what is beyond the limits, and remove it if that is wanted."""
    config = load(paths.config_path())
    given = (arguments.days, arguments.newest, arguments.megabytes)
    usual = (config.keep_days, config.keep_articles, config.keep_megabytes)
    limits = Limits(*given) if any(given) else Limits(*usual)
    with cache.opened() as connection:
        found = look(connection, utc_now(), limits)
    if not found.ids:
        _tell(arguments, found, is_done=False)
        return DONE
    if not arguments.yes:
        say(f"{found.said}: read, not starred, not tagged.")
        if not asking.is_anyone_there():
            _tell(arguments, found, is_done=False)
            say("Nothing was removed: there is no one to ask. To remove them, add --yes.")
            return USAGE
        if not asking.agrees("Remove them from this machine? They are not fetched again."):
            say("Nothing was removed.")
            return DONE
    curtain.forget()
    with cache.gate() as gate:
        asyncio.run(_prune(gate, found))
    _tell(arguments, found, is_done=True)
    return DONE


async def _prune(gate: Cache, found: Wanted) -> None:
    progress, done = Progress(), 0
    async with aclosing(prune(gate, found.ids)) as steps:
        async for done in steps:
            progress.tell(f"{done}/{len(found.ids)} articles")
    progress.tell("giving the room back …")
    try:
        saved = await give_back(gate)
    except BusyError:
        said = "The room is given back the next time: another program holds the cache."
    else:
        said = f"The cache is smaller by {in_megabytes(saved)}."
    progress.clear()
    say(f"{counted(done, 'article')} removed. {said}")


def _tell(arguments: argparse.Namespace, found: Wanted, *, is_done: bool) -> None:
    if arguments.json:
        put_json({"articles": len(found.ids), "feeds": found.feeds, "bytes": found.size, "removed": is_done})
    elif not found.ids:
        say(
            "There is nothing to remove: all that is beyond the limits is unread, starred or tagged, or there are no"
            " limits (keep_days, keep_articles and keep_megabytes in the configuration, or --days, --newest, --size)."
        )
