"""When to fetch a feed, with which validators, and what each response changes: Retry-After, failures, moves."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from tuireader.errors import FetchError, FetchFailure, NotAskedError, TuireaderError
from tuireader.model.feed import Feed, Validators
from tuireader.model.fetched import Page, ParsedFeed
from tuireader.store import feeds as store_feeds
from tuireader.store import site_facts
from tuireader.store.site_facts import SKEW
from tuireader.urls.hosts import Reach, authority, host_of, named_host, same_host
from tuireader.urls.typed_and_shown import with_credentials_of, without_credentials

HOUR = 3600
DAY = 86_400

_LONG = 1000
"""Total characters of validators above which a 400 response is blamed on them."""

HITS_TO_MOVE = 3
"""Permanent redirects in a row to the same valid feed before its address is changed."""


def may_ask(feed: Feed, now: datetime, *, force: bool = False) -> bool:
    """Whether to fetch the feed now; `force` overrides the timer, but neither Retry-After nor a 410."""
    if feed.is_never_asked:
        return False
    if feed.checked is not None and feed.checked > now + SKEW:
        return True
    if is_held(feed, now):
        return False
    return force or feed.due is None or feed.due <= now


def is_held(feed: Feed, now: datetime) -> bool:
    """Whether the server's Retry-After is in the future."""
    return feed.not_before is not None and feed.not_before > now


def after_parsed(feed: Feed, page: Page, body_hash: bytes, parsed: ParsedFeed | None, now: datetime) -> Feed:
    """The feed after a 200; `parsed` is None for an unchanged body."""
    moved = _after_redirects(feed, page)
    pace = feed.pace if parsed is None else parsed.fresh_for
    known = replace(
        moved,
        validators=_own_validators(moved, page),
        body_hash=body_hash,
        pace=pace,
        title=feed.title if parsed is None else parsed.title or feed.title,
        site=feed.site if parsed is None else feed.site or parsed.site,
    )
    return _answered(known, page, now)


def after_unchanged(feed: Feed, page: Page, now: datetime) -> Feed:
    """The feed after a 304, with updated validators."""
    moved = _after_redirects(feed, page)
    came = _own_validators(moved, page)
    if moved.url != feed.url:
        return _answered(replace(moved, validators=came), page, now)
    kept = Validators(came.etag or feed.validators.etag, came.last_modified or feed.validators.last_modified)
    return _answered(replace(moved, validators=kept), page, now)


def after_failure(feed: Feed, error: TuireaderError, now: datetime) -> Feed:
    """The feed after a failure: content stays, and the next request waits longer.

    A forced request that fails does not lengthen the wait again.
    """
    status = error.status if isinstance(error, FetchError) else None
    early = feed.due if feed.failures and feed.due is not None and feed.due > now else None
    failures = feed.failures + (early is None)
    wait = max(_shortest_wait(feed), min(HOUR * 2 ** min(failures - 1, 10), DAY))
    pause = _pause(error)
    not_before = None if pause is None else now + timedelta(seconds=pause)
    return replace(
        feed,
        checked=now,
        due=max(early or now + timedelta(seconds=wait), not_before or now),
        not_before=not_before,
        validators=Validators() if _is_too_long(status, feed.validators) else feed.validators,
        failures=failures,
        error=str(error),
        gone=feed.gone or status == 410,
        moved_to=None,
        moved_hits=0,
    )


def _is_too_long(status: int | None, validators: Validators) -> bool:
    length = sum(len(each or "") for each in (validators.etag, validators.last_modified))
    return status == 431 or (status == 400 and length > _LONG)


def after_skipped(feed: Feed, reason: str, now: datetime) -> Feed:
    """The feed after it was skipped because its server is down: due in an hour or later, no failure counted."""
    soonest = now + timedelta(seconds=HOUR)
    return replace(feed, due=soonest if feed.due is None else max(feed.due, soonest), error=reason)


def after_hold(feed: Feed, until: datetime) -> Feed:
    """The feed after its host asked for a pause: not due before `until`."""
    if feed.not_before is not None and feed.not_before >= until:
        return feed
    due = until if feed.due is None else max(feed.due, until)
    return replace(feed, not_before=until, due=due)


def holds_host(error: TuireaderError) -> bool:
    """Whether the error (429, too many requests) pauses all feeds of the host."""
    return isinstance(error, FetchError) and error.status == 429


def held_host(url: str, error: TuireaderError) -> str:
    """The host with its port that is paused after a 429 for an address; "" for other errors.

    It is the host that answered; if a redirect led there, it is paused only if the response states a time.
    """
    if not isinstance(error, FetchError) or not holds_host(error):
        return ""
    answered = authority(error.url or url)
    return answered if answered == authority(url) or error.retry_after is not None else ""


def _pause(error: TuireaderError) -> int | None:
    """Seconds that the server asks to wait; an hour for a 429 without a time."""
    if not isinstance(error, FetchError):
        return None
    if error.retry_after is not None and error.status in {429, 503}:
        return error.retry_after
    return HOUR if error.status == 429 else None


def _answered(feed: Feed, page: Page, now: datetime) -> Feed:
    """The feed after a valid response."""
    wait = max(_shortest_wait(feed), min(page.fresh_for or 0, DAY), min(feed.pace or 0, DAY))
    return replace(
        feed,
        checked=now,
        answered=now,
        due=now + timedelta(seconds=wait),
        not_before=None,
        failures=0,
        error=None,
        gone=False,
        reach=page.asked_reach if feed.reach is Reach.UNKNOWN else feed.reach,
    )


def _shortest_wait(feed: Feed) -> int:
    return HOUR if feed.validators or feed.body_hash is None else DAY


def _after_redirects(feed: Feed, page: Page) -> Feed:
    """Count a permanent redirect to the same target, and move there after enough of them."""
    target = page.moved_to
    if target is None or target == without_credentials(feed.url):
        return replace(feed, moved_to=None, moved_hits=0)
    hits = feed.moved_hits + 1 if target == feed.moved_to else 1
    if hits < HITS_TO_MOVE:
        return replace(feed, moved_to=target, moved_hits=hits)
    url = with_credentials_of(target, feed.url)
    return replace(feed, url=url, moved_to=None, moved_hits=0, reach=reach_at(url, feed.url, page, known=feed.reach))


def reach_at(kept: str, asked: str, page: Page, *, known: Reach = Reach.UNKNOWN) -> Reach:
    """The reach (public or private network) of the address `kept` for a feed, as in `Feed.reach`.

    `page` is the response to `asked`, whose reach was `known` before. A private feed that moves to another host gets
    the reach of the server that answered.
    """
    reach = page.asked_reach if known is Reach.UNKNOWN else known
    return page.reach if reach is Reach.PRIVATE and host_of(kept) != host_of(asked) else reach


def _own_validators(feed: Feed, page: Page) -> Validators:
    """The validators of the response, unless they come from another host than the next request goes to."""
    return page.validators if same_host(feed.url, page.url) else Validators()


def heed(c: sqlite3.Connection, urls: Sequence[str], now: datetime, *, is_api: bool = False) -> None:
    """Raise NotAskedError with the time if an address, or its host, must not be asked yet."""
    hosts = [_service(authority(url), is_api=is_api) for url in urls]
    places = [*hosts, *map(without_credentials, urls)]
    until = site_facts.held_until(c, places, now)
    if until is not None:
        said = f"Rate limit of {named_host(urls[0])} until {_said(until, now)}"
        raise NotAskedError(said, FetchFailure.HELD, url=urls[0])


def _service(host: str, *, is_api: bool) -> str:
    """The key under which a pause of a host is saved; the API of an account there has a separate one."""
    return f"api {host}" if is_api else host


def wants_to_be_left_alone(error: FetchError) -> bool:
    """Whether a 429 or 503 response states a time (Retry-After) before which no request may be sent."""
    return bool(error.retry_after) and error.status in {429, 503}


def save_pause(c: sqlite3.Connection, url: str, error: FetchError, now: datetime, *, is_api: bool = False) -> None:
    """Save the pause that a server asks for in Retry-After."""
    hold(c, url, error, now + timedelta(seconds=error.retry_after or 0), now, is_api=is_api)


def hold(
    c: sqlite3.Connection, url: str, error: TuireaderError, until: datetime, now: datetime, *, is_api: bool = False
) -> None:
    """Save a pause until a time: for a host with all its feeds after a 429, for the address after a 503.

    If an address redirected to another host, both addresses are paused. Pages and API of a host are paused separately.
    """
    host = held_host(url, error)
    if host != authority(url):
        for address in _asked(url, error):
            site_facts.hold(c, without_credentials(address), until, now=now)
    if not host:
        return
    site_facts.hold(c, _service(host, is_api=is_api), until, now=now)
    for feed in () if is_api else store_feeds.every(c):
        held = after_hold(feed, until)
        if authority(feed.url) == host and held is not feed:
            store_feeds.record(c, held)


def _asked(url: str, error: TuireaderError) -> set[str]:
    return {url, error.url} if isinstance(error, FetchError) and error.url else {url}


def _said(until: datetime, now: datetime) -> str:
    """A time in the user's time zone, rounded up to the minute; with the date unless it is today."""
    there = (until + timedelta(seconds=59)).astimezone()
    return f"{there:%H:%M}" if there.date() == now.astimezone().date() else f"{there:%Y-%m-%d %H:%M}"
