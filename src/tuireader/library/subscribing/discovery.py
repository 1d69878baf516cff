"""Finding the feeds at a typed address."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tuireader.async_tools import in_thread
from tuireader.errors import FetchError, FetchFailure, NoFeedFoundError
from tuireader.feeds.feed_links import find_api, find_feeds, is_feed, says_comments, usual_feed_urls
from tuireader.library.politeness.queue import PoliteQueue
from tuireader.library.politeness.robots import RobotRules
from tuireader.model.fetched import FeedLink, Page
from tuireader.urls.hosts import Permission, Reach, host_of, permission_for, permission_from
from tuireader.urls.identity import feed_at, front_of, is_front_page, place, profile_feed, without_shorts
from tuireader.urls.typed_and_shown import addresses_to_try, shown_address, split_credentials, with_credentials_of

_FORMATS = re.compile(r"\b(?:rss|atom|json|xml|rdf|feed|[0-9.]+)\b", re.IGNORECASE)
_SIGNS = "-–—:|/·•,.()[]"
_NEWS_SITEMAPS_MAX = 2
"""Maximum number of news sitemaps fetched."""
GUESS_TIMEOUT = 10.0
"""Seconds for guesses: https without a typed scheme, and usual feed paths."""


_FATAL_FAILURES = {FetchFailure.OFFLINE, FetchFailure.UNREACHED, FetchFailure.HELD}
"""Failures after which other addresses of the host are not tried."""


def _is_hopeless(error: FetchError) -> bool:
    """Whether nothing else should be requested of the host after a failure."""
    return error.kind in _FATAL_FAILURES or error.status in {401, 429, 503}


async def candidates(queue: PoliteQueue, address: str) -> Candidates:
    """Find the feeds at an address as typed; raises AddressError, FetchError or NoFeedFoundError."""
    if (found := await _at_known_site(queue, address)) is not None:
        return found
    url, page = await page_at(queue, address)
    links = await in_thread(_links, page)
    if links is None:
        return Candidates(url, page, (FeedLink(split_credentials(url)[0]),), page)
    if links:
        return await _without_shorts(queue, url, page, links) or Candidates(url, page, links)
    if links := await _at_the_front(queue, url, page):
        return Candidates(url, page, links)
    guessed = await _at_usual_places(queue, url, page)
    guessed = guessed or await _at_api(queue, url, page) or await _at_news_sitemap(queue, url, page)
    if guessed is None:
        there = shown_address(page.url)
        raise NoFeedFoundError(f"No feed found at {there}. Try the address of an article or of the feed", page)
    return Candidates(url, page, *guessed)


async def _at_known_site(queue: PoliteQueue, address: str) -> Candidates | None:
    """The feed derived from a page's address at a known site; None if there is none."""
    url = addresses_to_try(address)[0]
    feed_url = feed_at(url) or profile_feed(url)
    return None if feed_url is None else await _only(queue, url, feed_url)


async def _without_shorts(queue: PoliteQueue, url: str, page: Page, links: Sequence[FeedLink]) -> Candidates | None:
    """The feed of a YouTube channel without its shorts, if `links` has only the channel's feed; else None."""
    feed_url = without_shorts(links[0].url) if len(links) == 1 else None
    found = None if feed_url is None else await _only(queue, url, feed_url)
    return None if found is None else replace(found, page=page)


async def _only(queue: PoliteQueue, url: str, feed_url: str) -> Candidates | None:
    """The feed at `feed_url` as the only candidate; None if it does not exist.

    Raises FetchError if nothing else should be requested of the host.
    """
    try:
        page = await queue.get(feed_url, permission=permission_for(feed_url, url, Reach.UNKNOWN))
    except FetchError as error:
        if _is_hopeless(error):
            raise
        return None
    is_there = await in_thread(is_feed, page.content, page.content_type)
    return Candidates(url, page, (FeedLink(feed_url),), page) if is_there else None


_TYPED = Permission.AS_GIVEN


async def page_at(queue: PoliteQueue, address: str) -> tuple[str, Page]:
    """Fetch the page at a typed address; returns the full address and page. Raises AddressError or FetchError."""
    urls = addresses_to_try(address)
    for url in urls[:-1]:
        try:
            return url, await queue.get(url, permission=_TYPED, instead_of=urls, deadline=GUESS_TIMEOUT)
        except FetchError as error:
            if not error.is_unreached:
                raise
    return urls[-1], await queue.get(urls[-1], permission=_TYPED, instead_of=urls)


def _links(page: Page) -> tuple[FeedLink, ...] | None:
    """The feeds that a page links, comment feeds only if there are no others; None if the page is a feed."""
    if is_feed(page.content, page.content_type):
        return None
    found = find_feeds(page.content, page.url, page.content_type)
    about = [link for link in found if not says_comments(link)] or found
    return tuple(_one_of_each(about))


def _one_of_each(links: Sequence[FeedLink]) -> list[FeedLink]:
    """Drop feeds that differ from an earlier one only in the format in their title."""
    kept: dict[str, FeedLink] = {}
    places: set[str] = set()
    for link in links:
        words = _FORMATS.sub(" ", link.title or place(link.url)).casefold().split()
        subject = " ".join(filter(None, (word.strip(_SIGNS) for word in words)))
        if place(link.url) not in places:
            kept.setdefault(subject, link)
            places.add(place(link.url))
    return list(kept.values())


async def _at_the_front(queue: PoliteQueue, address: str, page: Page) -> tuple[FeedLink, ...]:
    """The feeds linked by the site's front page; none if `page` is the front page itself."""
    front = front_of(page.url)
    if is_front_page(page.url) or not front:
        return ()
    try:
        permission = permission_for(front, page.url, page.reach)
        found = await queue.get(with_credentials_of(front, address), deadline=GUESS_TIMEOUT, permission=permission)
    except FetchError as error:
        if _is_hopeless(error):
            raise
        return ()
    return await in_thread(_links, found) or ()


async def _at_api(queue: PoliteQueue, address: str, page: Page) -> tuple[tuple[FeedLink], Page] | None:
    """The posts of a WordPress site without a feed, from its API."""
    link = await in_thread(find_api, page.content, page.url, page.content_type)
    if link is None:
        return None
    try:
        permission = permission_for(link.url, page.url, page.reach)
        posts = await queue.get(with_credentials_of(link.url, address), deadline=GUESS_TIMEOUT, permission=permission)
    except FetchError as error:
        if _is_hopeless(error):
            raise
        return None
    is_there = await in_thread(is_feed, posts.content, posts.content_type)
    return ((link,), posts) if is_there else None


async def _at_news_sitemap(queue: PoliteQueue, address: str, page: Page) -> tuple[tuple[FeedLink], Page] | None:
    """Recent articles, from the news sitemap that robots.txt names."""

    async def ask(url: str) -> Page:
        whole = with_credentials_of(url, address)
        return await queue.get(whole, deadline=GUESS_TIMEOUT, permission=permission_for(url, page.url, page.reach))

    try:
        robots = RobotRules(lambda url, _: ask(url))
        rules = await robots.of(page.url, permission_for(page.url, page.url, page.reach))
        for url in [each for each in rules.sitemaps if "news" in each.lower() and rules.allows(each)][
            :_NEWS_SITEMAPS_MAX
        ]:
            there = await ask(url)
            if await in_thread(is_feed, there.content, there.content_type):
                return (FeedLink(url),), there
    except FetchError as error:
        if _is_hopeless(error):
            raise
    return None


async def _at_usual_places(queue: PoliteQueue, address: str, page: Page) -> tuple[tuple[FeedLink], Page] | None:
    for url in usual_feed_urls(page.url):
        try:
            whole = with_credentials_of(url, address)
            permission = permission_for(url, page.url, page.reach)
            guess = await queue.get(whole, deadline=GUESS_TIMEOUT, permission=permission)
        except FetchError as error:
            if _is_hopeless(error):
                raise
            continue
        if await in_thread(is_feed, guess.content, guess.content_type):
            return (FeedLink(url),), guess
    return None


@dataclass(frozen=True, slots=True)
class Candidates:
    """Feeds found at an address."""

    address: str
    """The typed address, completed, with its credentials."""
    page: Page
    """The page at the address."""
    feeds: tuple[FeedLink, ...]
    """At least one, best first; whether they are feeds turns out when they are fetched."""
    fetched: Page | None = None
    """The response with the first of the feeds, if it was already fetched during the search."""

    def permission(self, url: str) -> Permission:
        """The permission to fetch an address found on the page: a private one only if the page is private."""
        if host_of(url) == host_of(self.address):
            return permission_for(url, self.address, self.page.asked_reach)
        return permission_from(self.page.reach)
