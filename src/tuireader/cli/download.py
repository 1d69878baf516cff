"""The command that makes articles readable offline: download."""

from __future__ import annotations

import argparse
import asyncio
from collections import Counter
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tuireader.cli import DONE, FAILED, cache, filters
from tuireader.cli.output import Progress, put_event, say
from tuireader.model.clock import utc_now
from tuireader.store import articles, feeds, full_texts
from tuireader.text.plural import counted
from tuireader.urls.shown import without_credentials

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from tuireader.library.jobs.cache_gateway import Cache
    from tuireader.library.reading.full_text import Fetched
    from tuireader.model.feed import Feed


class _Of:
    """What came for one feed."""

    def __init__(self, feed: Feed, left: int) -> None:
        self.feed = feed
        self.left = left
        self.new = 0
        self.errors: list[str] = []

    def row(self, status: str, error: str | None) -> dict[str, Any]:
        """An event as JSON has it."""
        url, page = without_credentials(self.feed.url), self.new + len(self.errors)
        common = {"feed": self.feed.name, "feed_url": url, "status": status, "page": page}
        return common | {"new": self.new, "known": 0, "back_to": None, "error": error}


def download(arguments: argparse.Namespace) -> int:
    """Fetch the whole texts of articles of which only the beginning is here: of all, or of some."""
    with cache.opened() as connection:
        missing = _missing(connection, arguments)
        of = {headline.id: headline.feed_id for headline in articles.headlines(connection, missing)}
        every = {feed.id: feed for feed in feeds.every(connection)}
    if not missing:
        if not arguments.json:
            say("The whole texts of all these articles are here, as far as their feeds say.")
        return DONE
    by_feed = {feed_id: _Of(every[feed_id], left) for feed_id, left in Counter(of.values()).items()}
    with cache.gate() as gate:
        asyncio.run(_download(gate, missing, of, by_feed, as_json=arguments.json))
    return _ended([*by_feed.values()], as_json=arguments.json)


def _missing(c: sqlite3.Connection, arguments: argparse.Namespace) -> list[int]:
    query = filters.query_of(c, arguments)
    if chosen := tuple(feeds.find(c, text).id for text in arguments.feeds):
        query = replace(query, feeds=chosen)
    found = articles.ids(c, query)
    missing = articles.without_text(c, found)
    if arguments.again:
        wanted = {*missing, *(id_ for id_ in found if full_texts.is_here(c, id_))}
        missing = [id_ for id_ in found if id_ in wanted]
    return missing[: arguments.limit or None]


async def _download(
    gate: Cache, missing: Sequence[int], of: dict[int, int], by_feed: dict[int, _Of], *, as_json: bool
) -> None:
    from tuireader.library.politeness.queue import open_queue
    from tuireader.library.reading.full_text import fetch_full_texts

    progress, done = Progress(), 0
    progress.tell(f"0/{len(missing)} texts")
    async with (
        open_queue(gate, clock=utc_now) as queue,
        aclosing(fetch_full_texts(gate, queue, missing)) as events,
    ):
        async for event in events:
            done += 1
            _count(by_feed[of[event.article_id]], event, progress, as_json=as_json)
            progress.tell(f"{done}/{len(missing)} texts")
    progress.clear()


def _count(counts: _Of, event: Fetched, progress: Progress, *, as_json: bool) -> None:
    """Count what came, and say it."""
    counts.left -= 1
    if event.error is None:
        counts.new += 1
    else:
        counts.errors.append(event.error)
    if as_json:
        progress.clear()
        put_event(counts.row("page", event.error))
        if not counts.left:
            failed = not counts.new
            put_event(counts.row("failed" if failed else "done", counts.errors[0] if failed else None))


def _ended(every: Sequence[_Of], *, as_json: bool) -> int:
    came, failed = sum(each.new for each in every), sum(len(each.errors) for each in every)
    for each in every:
        if each.errors:
            more = f" ({counted(len(each.errors), 'text')})" if len(each.errors) > 1 else ""
            say(f"{each.feed.name}: {each.errors[0]}{more}")
    if not as_json:
        said = f"{counted(came, 'full text')} {'is' if came == 1 else 'are'} here"
        say(f"{said}; {failed} could not be had." if failed else f"{said}.")
    return FAILED if failed else DONE
