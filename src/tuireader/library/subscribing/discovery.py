"""Which feeds there are at an address as people type it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass

from tuireader import web
from tuireader.errors import FetchError, NoFeedFoundError
from tuireader.feeds.discover import find_feeds, is_feed, says_comments, usual_feed_urls
from tuireader.model.clock import Clock, utc_now
from tuireader.model.fetched import FeedLink, Page
from tuireader.urls.credentials import split_credentials, with_credentials_of
from tuireader.urls.hosts import host_of
from tuireader.urls.identity import place
from tuireader.urls.reach import Permission, permission_for, permission_from
from tuireader.urls.typed import addresses_to_try

_FORMATS = re.compile(r"[\s\W]*\b(rss|atom|json|xml|rdf|feed|[0-9.]+)\b[\s\W]*", re.IGNORECASE)
_PATIENCE = 10.0
"""Seconds for what is only a guess: https where no scheme was typed, and the usual paths."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """What was found at an address."""

    address: str
    """What was typed, made whole, as it answered; with the name and password that were typed."""
    page: Page
    """What is at the address itself."""
    feeds: tuple[FeedLink, ...]
    """At least one, best first; which of them really are feeds is seen when they are fetched."""
    fetched: Page | None = None
    """The first of the feeds, if finding it meant fetching it."""

    def permission(self, url: str) -> Permission:
        """The permission for an address that the page names: inside the user's network only if the page is."""
        if host_of(url) == host_of(self.address):
            return permission_for(url, self.address, self.page.asked_reach)
        return permission_from(self.page.reach)


async def candidates(client: web.Client, address: str, *, clock: Clock = utc_now) -> Candidates:
    """Find the feeds at an address as typed; raises AddressError, FetchError or NoFeedFoundError."""
    url, page = await _first_that_answers(client, addresses_to_try(address), clock)
    links = await asyncio.to_thread(_links, page)
    if links is None:
        return Candidates(url, page, (FeedLink(split_credentials(url)[0]),), page)
    if links:
        return Candidates(url, page, links)
    guessed = await _at_usual_places(client, url, page, clock)
    if guessed is None:
        raise NoFeedFoundError(f"{host_of(page.url)} names no feed on that page; give the address of the feed itself")
    return Candidates(url, page, *guessed)


async def _first_that_answers(client: web.Client, urls: Sequence[str], clock: Clock) -> tuple[str, Page]:
    for url in urls[:-1]:
        try:
            return url, await web.get(client, url, deadline=_PATIENCE, clock=clock)
        except FetchError as error:
            if not error.is_unreached:
                raise
    return urls[-1], await web.get(client, urls[-1], clock=clock)


def _links(page: Page) -> tuple[FeedLink, ...] | None:
    """The feeds that a page names, those of comments only if there are no others; None if it is a feed itself."""
    if is_feed(page.content, page.content_type):
        return None
    found = find_feeds(page.content, page.url, page.content_type)
    about = [link for link in found if not says_comments(link)] or found
    return tuple(_one_of_each(about))


def _one_of_each(links: Sequence[FeedLink]) -> list[FeedLink]:
    """Leave out what differs from an earlier link only in the format that its title names, or not at all."""
    kept: dict[str, FeedLink] = {}
    places: set[str] = set()
    for link in links:
        subject = _FORMATS.sub(" ", link.title or place(link.url)).strip().casefold()
        if place(link.url) not in places:
            kept.setdefault(subject, link)
            places.add(place(link.url))
    return list(kept.values())


async def _at_usual_places(
    client: web.Client, address: str, page: Page, clock: Clock
) -> tuple[tuple[FeedLink], Page] | None:
    for url in usual_feed_urls(page.url):
        try:
            whole = with_credentials_of(url, address)
            permission = permission_for(url, page.url, page.reach)
            guess = await web.get(client, whole, deadline=_PATIENCE, permission=permission, clock=clock)
        except FetchError as error:
            if error.is_offline or error.is_unreached or error.status in {401, 429, 503}:
                raise
            continue
        if await asyncio.to_thread(is_feed, guess.content, guess.content_type):
            return (FeedLink(url),), guess
    return None
