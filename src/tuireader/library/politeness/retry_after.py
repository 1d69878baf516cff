"""Which servers asked not to be asked for a while (Retry-After), and respecting that."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial

from tuireader.errors import FetchError, TuireaderError
from tuireader.library.jobs.cache import Cache
from tuireader.library.politeness import polling
from tuireader.model.clock import Clock
from tuireader.store import feeds as store_feeds
from tuireader.store import host_holds
from tuireader.urls.hosts import host_of
from tuireader.urls.shown import without_credentials


@asynccontextmanager
async def respecting_retry_after(
    cache: Cache,
    *urls: str,
    clock: Clock,
) -> AsyncIterator[None]:
    """Ask for addresses only if their servers may be asked, and remember how long one wants to be left alone.

    Raises FetchError, as what is done inside may.
    """
    await cache.read(partial(heed, urls=urls, now=clock()))
    try:
        yield
    except FetchError as error:
        await cache.note(partial(note, url=urls[0], error=error, now=clock()))
        raise


def heed(c: sqlite3.Connection, urls: Sequence[str], now: datetime) -> None:
    """Raise FetchError, which says until when, if one of the addresses, or its host, is not to be asked yet."""
    hosts = {host_of(url) for url in urls}
    until = host_holds.held_until(c, [*hosts, *map(without_credentials, urls)], now)
    for host in sorted(hosts):
        feeds = [feed for feed in store_feeds.every(c) if host_of(feed.url) == host]
        if until is None and feeds and all(polling.is_held(feed, now) for feed in feeds):
            until = min(feed.not_before for feed in feeds if feed.not_before is not None)
    if until is not None:
        raise FetchError(f"{host_of(urls[0])} wants not to be asked before {_said(until, now)}", url=urls[0])


def note(c: sqlite3.Connection, url: str, error: TuireaderError, now: datetime) -> None:
    """Remember how long a server asks to be left alone: of a 429 as a whole, of a 503 at this address."""
    if not isinstance(error, FetchError) or not error.retry_after or error.status not in {429, 503}:
        return
    until = now + timedelta(seconds=error.retry_after)
    if polling.holds_host(error):
        hold_hosts(c, url, error, until, now)
    else:
        for address in _asked(url, error):
            host_holds.hold(c, without_credentials(address), until, now=now)


def hold_hosts(c: sqlite3.Connection, url: str, error: TuireaderError, until: datetime, now: datetime) -> None:
    """Ask for nothing before `until` of the host of an address, and of the one that it led to; none of their feeds."""
    hosts = {host_of(address) for address in _asked(url, error)}
    for host in hosts:
        host_holds.hold(c, host, until, now=now)
    for feed in store_feeds.every(c):
        held = polling.after_hold(feed, until)
        if host_of(feed.url) in hosts and held is not feed:
            store_feeds.record(c, held)


def _asked(url: str, error: TuireaderError) -> set[str]:
    """The address that was asked for, and the one to which it led when it failed."""
    return {url, error.url} if isinstance(error, FetchError) and error.url else {url}


def _said(until: datetime, now: datetime) -> str:
    """A time as the user's clock shows it, by the minute in which it is past; with its day, if that is another."""
    there = (until + timedelta(seconds=59)).astimezone()
    return f"{there:%H:%M}" if there.date() == now.astimezone().date() else f"{there:%Y-%m-%d %H:%M}"
