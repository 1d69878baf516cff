"""Sources of a site's older articles, best first, including its sitemaps."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zlib import crc32

from tuireader.async_tools import in_thread
from tuireader.errors import FetchError, FetchFailure, NotAFeedError
from tuireader.feeds import wordpress
from tuireader.feeds.feed_links import is_feed
from tuireader.feeds.sitemap import Listed, Robots, may_list_articles, read_sitemap
from tuireader.feeds.wordpress import Says, looks_like_wordpress, page_address, posts_addresses
from tuireader.library.archiving.save_older import (
    ArchiveStates,
    BackfillOptions,
    Kind,
    PageOutcome,
    parsed,
    take_entries,
)
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.politeness.robots import RobotRules
from tuireader.library.refreshing.ingest import read
from tuireader.library.subscribing import typed_page
from tuireader.model.feed import Archive, Feed, Way
from tuireader.model.fetched import Page, ParsedEntry
from tuireader.store import articles, feeds
from tuireader.urls.hosts import Permission, named_host
from tuireader.urls.identity import Shapes, front_of, of_one_site, place, same_site

Get = Callable[[str], Awaitable[Page]]
"""A function that fetches an address within the site's request limits; raises FetchError."""
_BACK_OFF_CODES = frozenset({429, 503})


class Start(NamedTuple):
    """A source of older articles and its first page."""

    way: Way
    page: Page


class Front(NamedTuple):
    """The facts of the current feed document that a backfill needs.

    How complete it is, the address of older entries, whether it is from WordPress, and the guids and links of its
    entries.
    """

    says: Says
    older: str | None
    is_wordpress: bool
    guids: frozenset[str]
    links: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ParseFront:
    """Parse a feed document for links to older articles. Picklable."""

    page: Page

    def __call__(self, _: sqlite3.Connection) -> Front:
        found = parsed(self.page, "feed")
        return Front(
            wordpress.says(self.page.content, found.older),
            found.older,
            looks_like_wordpress(self.page.content),
            frozenset(entry.guid for entry in found.entries),
            tuple(entry.link for entry in found.entries if entry.link),
        )


@dataclass(frozen=True, slots=True)
class _HoldsOlder:
    """Whether a page is a list of WordPress posts, or a feed with entries that the current one lacks. Picklable."""

    page: Page
    kind: Kind
    guids: frozenset[str]

    def __call__(self, _: sqlite3.Connection) -> bool:
        try:
            entries = parsed(self.page, self.kind).entries
        except NotAFeedError:
            return False
        return self.kind == "posts" or any(entry.guid not in self.guids for entry in entries)


async def ways(cache: Cache, get: Get, feed: Feed, front: Front) -> AsyncGenerator[Start, None]:
    """Find sources of older articles in archive feeds, the WordPress API and page parameters, best first.

    Raises FetchError if the site is unreachable or asks for a pause.
    """

    async def offered(way: Way, url: str, kind: Kind) -> Start | None:
        page = await try_to_fetch(get, url)
        if page is None or not is_of_site(feed, page.url):
            return None
        is_older = await cache.take(_HoldsOlder(page, kind, front.guids))
        return Start(way, page) if is_older else None

    if front.says == "archived" and front.older and (start := await offered("feed", front.older, "feed")):
        yield start
    for url in posts_addresses(feed.url) if front.is_wordpress else ():
        if start := await offered("posts", url, "posts"):
            yield start
            break
    if front.says == "paged" and front.older and (start := await offered("feed", front.older, "feed")):
        yield start
    if front.guids and (start := await offered("paged", page_address(feed.url, 2), "feed")):
        yield start


async def try_to_fetch(get: Get, url: str, miss: Callable[[str], None] = lambda _why: None) -> Page | None:
    """Fetch a page; None on a failure, which is reported to `miss`.

    Raises FetchError if the site is unreachable or asks for a pause.
    """
    try:
        return await get(url)
    except FetchError as error:
        if _is_final(error):
            raise
        miss(str(error))
        return None


def is_of_site(feed: Feed, url: str) -> bool:
    """Whether an address is on a feed's site: content of other sites is not imported."""
    return any(same_site(url, own) for own in (feed.url, feed.site))


def _is_final(error: FetchError) -> bool:
    """Whether an error ends the search for sources: the site is down or asks for a pause."""
    if error.kind is FetchFailure.STATUS:
        return error.status in _BACK_OFF_CODES
    return error.kind in (FetchFailure.OFFLINE, FetchFailure.UNREACHED, FetchFailure.HELD)


_FILES = 60
"""Maximum number of sitemap files."""
_WAITING, _PAGES = 1_000, 200_000
"""Maximum number of pending files, and of pages."""
_CHARACTERS, _BYTES = 30_000_000, 200_000_000
"""Maximum characters of their addresses, and bytes of the files."""
_READ_TIMEOUT, _DEADLINE = 20.0, 1800.0
"""Seconds for one file, and for all."""
_USUAL = ("sitemap.xml", "sitemap_index.xml", "wp-sitemap.xml")
_A_DAY = timedelta(days=1)
_LONG_AGO = datetime(1970, 1, 2, tzinfo=UTC)


class Found(NamedTuple):
    """The articles that a site's sitemaps list."""

    pages: tuple[Listed, ...]
    """Addresses that look like the feed's articles, newest first."""
    robots: Robots
    """The site's robots.txt rules."""


@dataclass(frozen=True, slots=True)
class _ParseSitemap:
    """Parse a sitemap and keep the allowed pages that look like the feed's articles. Picklable."""

    page: Page
    site: str
    links: tuple[str, ...]
    robots: Robots

    def __call__(self, _: sqlite3.Connection) -> _Listing:
        found, shapes = read_sitemap(self.page.content), Shapes(self.links)
        own = (each for each in found.pages if each.url in shapes and same_site(each.url, self.site))
        pages = {place(each.url): each for each in own if self.robots.allows(each.url)}
        maps = [each for each in found.maps if may_list_articles(each.url)]
        return _Listing(pages, sorted(maps, key=_when, reverse=True)[:_WAITING])


class _Listing(NamedTuple):
    """Article pages and further sitemaps of one sitemap."""

    pages: dict[str, Listed]
    """By normalised address."""
    maps: list[Listed]
    """Further sitemaps, newest first."""


async def find_pages(cache: Cache, get: Get, feed: Feed, front: Front) -> Found:
    """Find the pages in a site's sitemaps that look like the feed's articles and that robots.txt allows.

    Raises FetchError if robots.txt forbids the front page, or if the site is unreachable or asks for a pause.
    """
    links = await in_thread(_own_links, front, feed)
    site = front_of(next(iter(links), feed.site or feed.url))
    robots = await RobotRules(lambda url, _: get(url)).of(site, Permission.AS_GIVEN)  # which `get` decides
    if not robots.allows(site):
        raise FetchError(f"Not allowed by robots.txt on {named_host(site)}")
    waiting = [Listed(url, None) for url in robots.sitemaps or [f"{site}{name}" for name in _USUAL]]
    seen: set[str] = set()
    found: dict[str, Listed] = {}
    loop = asyncio.get_running_loop()
    until, size, read_bytes = loop.time() + _DEADLINE, 0, 0
    while waiting and len(seen) < _FILES and len(found) < _PAGES and loop.time() < until:
        if size >= _CHARACTERS or read_bytes >= _BYTES:
            break
        listed = waiting.pop(0)
        there = place(listed.url)
        if there in seen:
            continue
        seen.add(there)
        page = await try_to_fetch(get, listed.url)
        if page is None:
            continue
        read_bytes += len(page.content)
        try:
            listing = await read(
                cache, _ParseSitemap(page, site, links, robots), page, _READ_TIMEOUT, "sitemap", first=False
            )
        except FetchError:  # as its site may intend
            continue
        waiting = [*waiting, *listing.maps][:_WAITING]
        found = listing.pages | found
        size += sum(map(len, listing.pages))
        if found and not robots.sitemaps and not listing.maps:  # of the usual names one is enough
            waiting = [each for each in waiting if not each.url.endswith(_USUAL)]
    return Found(await in_thread(_newest, found), robots)


def _own_links(front: Front, feed: Feed) -> tuple[str, ...]:
    """The links of a feed's articles that lead to its own site."""
    return tuple(link for link in front.links if any(of_one_site(link, own) for own in (feed.url, feed.site)))


def _newest(found: dict[str, Listed]) -> tuple[Listed, ...]:
    """The newest pages, up to the limit."""
    return tuple(sorted(found.values(), key=_when, reverse=True)[:_PAGES])


def _when(listed: Listed) -> datetime:
    return listed.date or _LONG_AGO


@dataclass(frozen=True, slots=True)
class SavePage:
    """Save the article on a page, and the progress. Picklable."""

    feed_id: int
    page: Page
    listed: Listed
    steps: ArchiveStates
    wanted: BackfillOptions
    now: datetime
    others: Collection[int] = ()
    """Checksums of the texts of earlier pages: a text that several pages share is not an article."""

    def __call__(self, c: sqlite3.Connection) -> PageOutcome:
        """Save the article and the progress; only the progress if the page has no article, or several."""
        feed = feeds.get(c, self.feed_id)
        is_page = not is_feed(self.page.content, self.page.content_type)
        prepared = typed_page.article_of(self.page, feed.site, None, title=feed.title) if is_page else None
        text = 0 if prepared is None else crc32(prepared.text.encode("utf-8", "replace"))
        entries = [] if prepared is None or text in self.others else [prepared.entry]
        newest = articles.newest_date(c, self.feed_id)
        entries = [self._dated(entry, newest) for entry in entries]
        return take_entries(c, self.feed_id, entries, self.steps, self.wanted, now=self.now)._replace(text=text)

    def _dated(self, entry: ParsedEntry, newest: datetime | None) -> ParsedEntry:
        """Date an entry by the sitemap if its page gives no date, or one more than a day after the sitemap's.

        A sitemap date that is not before the newest saved article is ignored: it is probably that of a rebuild of the
        site.
        """
        listed, said = self.listed.date, entry.published
        if listed is None or (said is not None and said <= listed + _A_DAY):
            return entry
        return entry if newest is None or listed >= newest else replace(entry, published=listed)


def remaining_pages(archive: Archive, pages: Sequence[Listed]) -> Sequence[Listed]:
    """The pages still to be read, from the next address in the progress on; all if that is not listed."""
    places = [place(each.url) for each in pages]
    here = place(archive.next) if archive.next else ""
    return pages[places.index(here) :] if here in places else pages
