"""The command that reads a site back: backfill."""

from __future__ import annotations

import argparse
import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from tuireader.cli import DONE, FAILED, USAGE, cache
from tuireader.cli.output import Progress, put_event, say, utc
from tuireader.library.archiving import messages
from tuireader.library.archiving.take import Wanted
from tuireader.model.clock import utc_now
from tuireader.store import feeds
from tuireader.urls.shown import without_credentials

if TYPE_CHECKING:
    from tuireader.library.jobs.cache_gateway import Cache
    from tuireader.model.feed import Backfilled, Feed


def backfill(arguments: argparse.Namespace) -> int:
    """Bring in what a feed's site has published before, from where that stopped the last time."""
    from tuireader import paths
    from tuireader.config.load import load

    if arguments.since is not None and arguments.since > utc_now():
        say("--since is a day that has not come yet: nothing is as new as that.")
        return USAGE
    with cache.opened() as connection:
        feed = feeds.find(connection, arguments.feed)
    wanted = Wanted(arguments.since, arguments.limit or None, load(paths.config_path()).archive_read)
    with cache.gate() as gate:
        return asyncio.run(_backfill(gate, feed, wanted, as_json=arguments.json))


async def _backfill(gate: Cache, feed: Feed, wanted: Wanted, *, as_json: bool) -> int:
    from tuireader.library.archiving.backfill import backfill as read_back
    from tuireader.library.politeness.queue import open_queue

    progress, new, last = Progress(), 0, None
    progress.tell(f"{feed.name}: looking for older articles …")
    async with (
        open_queue(gate, clock=utc_now) as queue,
        aclosing(read_back(gate, queue, feed, clock=utc_now, wanted=wanted)) as events,
    ):
        async for event in events:
            last = event
            new += event.new if event.status == "page" else 0
            if as_json:
                progress.clear()
                put_event(_row(event))
            progress.tell(f"{feed.name}: {new} new, {messages.progress(event)}")
    progress.clear()
    if last is None:
        return FAILED
    if not as_json or last.status == "failed":
        say(f"{feed.name}: {messages.ended(last)}")
    return FAILED if last.status == "failed" else DONE


def _row(event: Backfilled) -> dict[str, Any]:
    return {
        "feed": event.feed.name,
        "feed_url": without_credentials(event.feed.url),
        "status": event.status,
        "page": event.page,
        "new": event.new,
        "known": event.known,
        "back_to": utc(event.back_to),
        "error": event.error,
    }
