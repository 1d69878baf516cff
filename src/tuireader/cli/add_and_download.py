"""The commands add, backfill, download."""

from __future__ import annotations

import argparse
import asyncio
import os
import sqlite3
import sys
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from functools import partial

from tuireader import paths
from tuireader.cli import DONE, FAILED, USAGE, output
from tuireader.cli import accounts as cli_accounts
from tuireader.cli import articles as cli_articles
from tuireader.cli.output import Progress, configuration, put, put_json, say, table
from tuireader.cli.run import opened_cache, opened_gateway, run
from tuireader.content.listing import card
from tuireader.errors import NoFeedFoundError, TuireaderError
from tuireader.library import rules
from tuireader.library.archiving import save_older
from tuireader.library.jobs import batching
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.politeness.queue import PoliteQueue, open_queue
from tuireader.library.subscribing import discovery, follow_page
from tuireader.library.subscribing.subscribe import Subscribed, subscribe_all
from tuireader.library.subscribing.subscription import file_new
from tuireader.library.transfer import import_feeds
from tuireader.model.article import Clock, utc_now
from tuireader.model.feed import Refreshed, Saved
from tuireader.model.fetched import Page
from tuireader.store import accounts, articles, feeds, site_facts
from tuireader.store.queries import article_lists
from tuireader.tasks.feeds import backfill as read_back
from tuireader.tasks.feeds import download as fetch
from tuireader.tasks.feeds import refreshed_row, said_of
from tuireader.text.printable import printable
from tuireader.text.sentences import counted, ended
from tuireader.urls.typed_and_shown import shown_address, without_credentials

_SHOWN = 8
"""Articles in the preview of a list."""


def add(arguments: argparse.Namespace) -> int:
    """Subscribe to each address, or save its page; failures are reported, and the rest goes on."""
    with opened_cache() as connection:  # mended, should it be damaged, before the first address is looked at
        account = accounts.find(connection, arguments.account) if arguments.account else None
    if arguments.page:
        return asyncio.run(_add_pages(arguments.addresses, as_json=arguments.json))
    login, came = None if account is None else cli_accounts.signed_in(account), list[Refreshed]()
    with opened_gateway(batching.TO_ADD, len(arguments.addresses)) as gate:
        status = asyncio.run(_add(gate, arguments, came))
    if account is None or login is None:
        return status
    with opened_cache() as connection:
        chosen = [feeds.get(connection, each.feed.id) for each in came]
    left = [feed for feed in chosen if feed.account_id != account.id or not feed.is_followed_for_us]
    if not left:
        return status
    status = (
        cli_accounts.push_feeds(account, login, left, as_json=arguments.json, folder=arguments.folder or "") or status
    )

    with opened_cache() as connection:  # the rules of a folder there
        rules.apply_to_new(connection, came, utc_now())
    return status


def _failed(address: str, error: TuireaderError) -> str:
    """The error message for an address, which it names exactly once."""
    shown, said = shown_address(address), str(error)
    if isinstance(error, NoFeedFoundError) and "add --" not in said:
        said = f"{said.removesuffix('.')}, or save just the page: add --page"
    if import_feeds.is_path(address) and os.path.isfile(paths.expand_user(address)):  # noqa: PTH113 - false for a name that is too long
        said = f"{shown} is a file. To import its feeds: tuireader import {shown}"
    host = shown.rpartition("://")[2].rstrip("/")  # where it names no more than that
    return said if shown in said or host in said else f"{shown}: {said}"


async def _add_pages(addresses: list[str], *, as_json: bool) -> int:
    status, progress = DONE, Progress()
    with opened_gateway() as gate:
        async with open_queue(gate, clock=utc_now) as queue:
            for address in addresses:
                progress.tell(f"Fetching {shown_address(address)}…")
                try:
                    kept = await follow_page.keep_page(gate, queue, address, clock=utc_now)
                except TuireaderError as error:
                    progress.clear()
                    say(_failed(address, error))
                    status = FAILED
                    continue
                progress.clear()
                with opened_cache() as connection:
                    feed, article = feeds.get(connection, kept.feed_id), articles.get(connection, kept.article_id)
                if as_json:
                    saved = Saved() if kept.was_here else Saved(new=(article.id,))
                    event = Refreshed(feed, "unchanged" if kept.was_here else "updated", saved)
                    put_json(refreshed_row(event) | {"id": feed.id, "article": article.id})
                else:
                    put(f"{printable(article.title)}: {'already saved' if kept.was_here else 'saved'}")
    return status


async def _add(gate: Cache, arguments: argparse.Namespace, followed: list[Refreshed]) -> int:
    """Subscribe to addresses, and append the results to `followed`; returns the exit status.

    Feeds that go to an account are not put into the folder here, but there.
    """
    addresses, folder = arguments.addresses, arguments.folder
    status, progress, done = DONE, Progress(), 0
    progress.tell(f"Looking for a feed at {shown_address(addresses[0])}…")
    async with open_queue(gate, clock=utc_now) as queue:
        ways = _watch_all if arguments.watch else subscribe_all
        async for address, found in ways(gate, queue, addresses, clock=utc_now):
            progress.clear()
            came: Subscribed | TuireaderError | None = found
            if isinstance(found, NoFeedFoundError):
                came = await _follow_list(gate, queue, address, found, is_wanted=arguments.list)
            if isinstance(came, TuireaderError):
                say(_failed(address, came))
                status = FAILED
            elif came is not None:
                is_filed_there = arguments.account and not came.feed.is_followed_for_us
                if folder and folder.strip() and not is_filed_there:
                    job = partial(file_new, came=came.refreshed, folder=folder, now=utc_now())
                    refreshed, sentences = await gate.write(job)
                    came = replace(came, refreshed=refreshed)
                    for sentence in sentences:
                        say(ended(sentence))
                status = _report(came, as_json=arguments.json) or status
                followed.append(came.refreshed)
            done += 1
            if done < len(addresses):
                progress.tell(f"{done}/{len(addresses)} addresses")
    progress.clear()
    return status


async def _watch_all(
    gate: Cache, queue: PoliteQueue, addresses: Sequence[str], *, clock: Clock
) -> AsyncGenerator[tuple[str, Subscribed | TuireaderError], None]:
    """Follow pages for their own changes, one after the other."""
    for address in addresses:
        try:
            _, page = await discovery.page_at(queue, address)
            yield address, await follow_page.watch(gate, queue, page, clock=clock, typed=address)
        except TuireaderError as error:
            yield address, error


async def _follow_list(
    gate: Cache, queue: PoliteQueue, address: str, error: NoFeedFoundError, *, is_wanted: bool
) -> Subscribed | TuireaderError | None:
    """Follow a page without a feed by the articles it lists.

    Returns the subscription, the error if that fails, or None if the user declines.
    """
    page = error.page
    try:
        found = await follow_page.list_on(gate, queue, page) if isinstance(page, Page) else None
    except TuireaderError as failure:
        return failure if is_wanted else error
    if found is None or not isinstance(page, Page):
        return _no_list(address) if is_wanted else error
    count, shown = counted(len(found.items), "article"), shown_address(page.url)
    if not is_wanted:
        say(f"No feed at {shown}, but the page lists {count}:")
        _show(found)
        if not output.is_anyone_there():
            return NoFeedFoundError(f"No feed at {shown}. To follow the {count} on the page: add --list")
        if not output.agrees("Follow this list?"):
            say("Cancelled.")
            return None
    try:
        return await follow_page.follow_list(gate, queue, page, found, clock=utc_now, typed=address)
    except TuireaderError as failure:
        return failure


def _no_list(address: str) -> NoFeedFoundError:
    return NoFeedFoundError(
        f"No feed and no list of articles at {shown_address(address)}. To watch the page for changes: add "
        "--watch. To save it: add --page"
    )


def _show(found: card.Listing) -> None:
    """Print a preview of the articles that a page lists."""
    some = found.items[:_SHOWN]
    rows = [["" if item.date is None else f"{item.date:%Y-%m-%d}", printable(item.title)] for item in some]
    for line in table(rows):
        sys.stderr.write(f"  {line}\n")
    if len(found.items) > _SHOWN:
        sys.stderr.write(f"  … and {len(found.items) - _SHOWN} more\n")


def _report(done: Subscribed, *, as_json: bool) -> int:
    """Report the result for an address; returns the exit status."""
    for other in done.others:
        url = without_credentials(other.url)
        say(f"Other feed: {url} {other.title}".rstrip())
    failed = done.refreshed.status in ("failed", "gone")
    if failed:
        say(f"{done.feed.name}: {done.refreshed.error}")
    if as_json:
        put_json(refreshed_row(done.refreshed) | {"id": done.feed.id, "article": done.article_id})
    else:
        put(f"{printable(done.feed.name)}: {said_of(done.refreshed)}")
    return FAILED if failed else DONE


def backfill(arguments: argparse.Namespace) -> int:
    """Fetch older articles of a feed's site, from where the last run stopped."""
    if arguments.since is not None and arguments.since > utc_now():
        say("--since is in the future.")
        return USAGE
    with opened_cache() as connection:
        feed = feeds.find(connection, arguments.feed)
    wanted = save_older.BackfillOptions(arguments.since, arguments.limit or None, configuration().archive_read)
    return run(lambda on: read_back(on, feed, wanted), as_json=arguments.json)


def download(arguments: argparse.Namespace) -> int:
    """Fetch the full texts of matching articles that have only an excerpt."""
    with opened_cache() as connection:
        missing = _missing(connection, arguments)
    return run(lambda on: fetch(on, lambda _: missing), as_json=arguments.json)


def _missing(c: sqlite3.Connection, arguments: argparse.Namespace) -> list[int]:
    query = cli_articles.query_of(c, arguments)
    if chosen := tuple(feeds.find(c, text).id for text in arguments.feeds):
        query = replace(query, feeds=chosen)
    found = article_lists.ids(c, query)
    missing = articles.without_text(c, found)
    if arguments.again:
        wanted = {*missing, *(id_ for id_ in found if site_facts.has_full_text(c, id_))}
        missing = [id_ for id_ in found if id_ in wanted]
    return missing[: arguments.limit or None]
