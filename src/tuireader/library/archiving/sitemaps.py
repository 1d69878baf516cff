"""The pages of a site that look like its feed's articles, from its sitemaps: the last way, page by page."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from tuireader.errors import FetchError
from tuireader.feeds.sitemap import Listed
from tuireader.library.archiving.archive_sources import asked
from tuireader.library.archiving.save_older import Steps, Taken, Wanted, take_entries
from tuireader.library.politeness.robots import RobotRules
from tuireader.model.feed import Archive
from tuireader.model.fetched import Page, ParsedEntry
from tuireader.store import articles, feeds
from tuireader.urls.hosts import named_host
from tuireader.urls.identity import front_of, place
from tuireader.urls.reach import Permission

if TYPE_CHECKING:
    import sqlite3

    from tuireader.feeds.robots import Robots
    from tuireader.library.archiving.archive_sources import Front, Get
    from tuireader.library.jobs.cache_gateway import Cache

_FILES = 60
"""Files of sitemaps that are read at most."""
_WAITING, _PAGES = 1_000, 200_000
"""Files that wait to be read, and pages that are kept, at most."""
_PATIENCE, _DEADLINE = 20.0, 1800.0
"""Seconds in which one file is read, and in which all are."""
_USUAL = ("sitemap.xml", "sitemap_index.xml", "wp-sitemap.xml")
_A_DAY = timedelta(days=1)
_LONG_AGO = datetime(1970, 1, 2, tzinfo=UTC)


class Found(NamedTuple):
    """What a site lists."""

    pages: tuple[Listed, ...]
    """Addresses like those of the feed's articles, the newest first."""
    pause: float
    """Seconds between two requests that the site asks for."""


@dataclass(frozen=True, slots=True)
class _Read:
    """Parse a sitemap and keep the allowed pages that look like the feed's articles. Can be pickled."""

    page: Page
    links: tuple[str, ...]
    robots: Robots

    def __call__(self, _: sqlite3.Connection) -> _Listing:
        from tuireader.feeds.sitemap import may_list_articles, read_sitemap
        from tuireader.urls.shapes import Shapes

        found, shapes = read_sitemap(self.page.content), Shapes(self.links)
        pages = {place(each.url): each for each in found.pages if each.url in shapes and self.robots.allows(each.url)}
        maps = [each for each in found.maps if may_list_articles(each.url)]
        return _Listing(pages, sorted(maps, key=_when, reverse=True)[:_WAITING])


class _Listing(NamedTuple):
    """The pages of one sitemap that are articles, and the sitemaps that it names."""

    pages: dict[str, Listed]
    """By their places."""
    maps: list[Listed]
    """Other files, the newest first."""


async def find_pages(cache: Cache, get: Get, feed_url: str, front: Front) -> Found:
    """All pages that the site's sitemaps list and that look like the feed's articles; none where there are none.

    What robots.txt forbids is left out. Raises FetchError where the site is to be left alone.
    """
    site = front_of(front.links[0] if front.links else feed_url)
    robots = await RobotRules(lambda url, _: get(url)).of(site, Permission.AS_GIVEN)  # which `get` decides
    if not robots.allows(site):
        raise FetchError(f"{named_host(site)} does not want programs to read its pages (robots.txt)")
    waiting = [Listed(url, None) for url in robots.sitemaps or [f"{site}{name}" for name in _USUAL]]
    seen: set[str] = set()
    found: dict[str, Listed] = {}
    loop = asyncio.get_running_loop()
    until = loop.time() + _DEADLINE
    while waiting and len(seen) < _FILES and len(found) < _PAGES and loop.time() < until:
        listed = waiting.pop(0)
        if place(listed.url) in seen:
            continue
        seen.add(place(listed.url))
        page = await asked(get, listed.url)
        if page is None:
            continue
        try:
            read = await cache.take_apart(_Read(page, front.links, robots), _PATIENCE)
        except TimeoutError:  # as its site may intend
            continue
        waiting = [*waiting, *read.maps][:_WAITING]
        found = read.pages | found
        if found and not robots.sitemaps and not read.maps:  # of the usual names one is enough
            waiting = [each for each in waiting if not each.url.endswith(_USUAL)]
    return Found(await asyncio.to_thread(_newest, found), robots.pause)


def _newest(found: dict[str, Listed]) -> tuple[Listed, ...]:
    """The newest pages, as many as are asked for at most."""
    return tuple(sorted(found.values(), key=_when, reverse=True)[:_PAGES])


def _when(listed: Listed) -> datetime:
    return listed.date or _LONG_AGO


@dataclass(frozen=True, slots=True)
class TakePage:
    """Save the article on a page, and how far that is. It can be pickled."""

    feed_id: int
    page: Page
    listed: Listed
    steps: Steps
    wanted: Wanted
    now: datetime

    def __call__(self, c: sqlite3.Connection) -> Taken:
        """A page without an article, or with several, brings nothing."""
        from tuireader.feeds.discover import is_feed
        from tuireader.library.subscribing.typed_page import article_of

        feed = feeds.get(c, self.feed_id)
        is_page = not is_feed(self.page.content, self.page.content_type)
        prepared = article_of(self.page, feed.site, None, title=feed.title) if is_page else None
        entries = [] if prepared is None else [prepared.entry]
        newest = articles.newest_date(c, self.feed_id)
        entries = [self._dated(entry, newest) for entry in entries]
        return take_entries(c, self.feed_id, entries, self.steps, self.wanted, now=self.now)

    def _dated(self, entry: ParsedEntry, newest: datetime | None) -> ParsedEntry:
        """An entry with the day that the sitemap gives, where its page gives none, or one on which it was not there.

        What is as new there as the feed's newest is the day on which the site was made anew.
        """
        listed, said = self.listed.date, entry.published
        if listed is None or (said is not None and said <= listed + _A_DAY):
            return entry
        return entry if newest is None or listed >= newest else replace(entry, published=listed)


def after(archive: Archive, pages: Sequence[Listed]) -> Sequence[Listed]:
    """The pages that are still to be read."""
    places = [place(each.url) for each in pages]
    here = place(archive.next) if archive.next else ""
    return pages[places.index(here) :] if here in places else pages
