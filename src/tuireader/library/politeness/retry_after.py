"""Which servers asked not to be asked for a while (Retry-After)."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta

from tuireader.errors import FetchError, FetchFailure, NotAskedError, TuireaderError
from tuireader.library.politeness import polling
from tuireader.store import feeds as store_feeds
from tuireader.store import site_facts
from tuireader.urls.hosts import host_of, named_host
from tuireader.urls.shown import without_credentials


def heed(c: sqlite3.Connection, urls: Sequence[str], now: datetime) -> None:
    """Raise NotAskedError, which says until when, if one of the addresses, or its host, is not to be asked yet."""
    hosts = {host_of(url) for url in urls}
    until = site_facts.held_until(c, [*hosts, *map(without_credentials, urls)], now) or _feeds_held_until(c, hosts, now)
    if until is not None:
        said = f"{named_host(urls[0])} wants not to be asked before {_said(until, now)}"
        raise NotAskedError(said, FetchFailure.HELD, url=urls[0])


def _feeds_held_until(c: sqlite3.Connection, hosts: set[str], now: datetime) -> datetime | None:
    """Until when one of the hosts is to be left alone, as all of its feeds are; None where none is."""
    held = store_feeds.held(c, now)
    if not held:
        return None
    there = [(host_of(url), id_) for id_, url, _ in store_feeds.addresses(c)]
    for host in sorted(hosts):
        of_host = [held.get(id_) for its_host, id_ in there if its_host == host]
        times = [each for each in of_host if each is not None]
        if times and len(times) == len(of_host):
            return min(times)
    return None


def wants_to_be_left_alone(error: FetchError) -> bool:
    """Whether the server said for how long it is not to be asked again."""
    return bool(error.retry_after) and error.status in {429, 503}


def note(c: sqlite3.Connection, url: str, error: FetchError, now: datetime) -> None:
    """Remember how long a server that `wants_to_be_left_alone` is: as a whole of a 429, at this address of a 503."""
    until = now + timedelta(seconds=error.retry_after or 0)
    if polling.holds_host(error):
        hold_hosts(c, url, error, until, now)
    else:
        for address in _asked(url, error):
            site_facts.hold(c, without_credentials(address), until, now=now)


def hold_hosts(c: sqlite3.Connection, url: str, error: TuireaderError, until: datetime, now: datetime) -> None:
    """Ask for nothing before `until` of the host of an address, and of the one that it led to; none of their feeds."""
    hosts = {host_of(address) for address in _asked(url, error)}
    for host in hosts:
        site_facts.hold(c, host, until, now=now)
    for feed in store_feeds.every(c):
        held = polling.after_hold(feed, until)
        if host_of(feed.url) in hosts and held is not feed:
            store_feeds.record(c, held)


def _asked(url: str, error: TuireaderError) -> set[str]:
    return {url, error.url} if isinstance(error, FetchError) and error.url else {url}


def _said(until: datetime, now: datetime) -> str:
    """A time as the user's clock shows it, by the minute in which it is past; with its day, if that is another."""
    there = (until + timedelta(seconds=59)).astimezone()
    return f"{there:%H:%M}" if there.date() == now.astimezone().date() else f"{there:%Y-%m-%d %H:%M}"
