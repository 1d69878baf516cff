"""Backfill: fetching the older articles of a feed, page by page."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from tuireader.async_tools import in_thread
from tuireader.errors import FetchError, NotFoundError, TuireaderError
from tuireader.feeds.sitemap import Listed, Robots
from tuireader.library.archiving import archive_sources
from tuireader.library.archiving.save_older import (
    ArchiveStates,
    BackfillOptions,
    Kind,
    PageOutcome,
    SaveOlder,
    digest_of_address,
)
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.politeness.queue import PoliteQueue
from tuireader.library.politeness.robots import CRAWL_DELAY_MAX, REQUEST_INTERVAL
from tuireader.library.reading.full_text import read_page
from tuireader.library.refreshing import ingest
from tuireader.model.article import Clock
from tuireader.model.feed import Archive, Backfilled, BackfillStatus, Feed
from tuireader.model.fetched import Page
from tuireader.store import articles, site_facts
from tuireader.text.sentences import counted
from tuireader.urls.hosts import named_host, permission_for
from tuireader.urls.identity import is_front_page, same_site
from tuireader.urls.typed_and_shown import with_credentials_of


def progress(event: Backfilled) -> str:
    said = f"page {event.page}" + (f" of {event.pages}" if event.pages else "")
    return f"{said}{_back(event.back_to)}"


def ended(event: Backfilled) -> str:
    """The result of a backfill as a sentence: what was fetched, and whether there is more."""
    came = f"{counted(event.new, 'older article')} loaded{_back(event.back_to)}"
    if event.status == "failed":
        why = (event.error or "").rstrip(".")
        return f"{came}. Stopped: {why}." if event.page else f"{why}."
    if event.status == "stopped":
        return f"{came}. More available." if event.new else f"{came}. Limit reached."
    return f"{came}. {event.error}." if event.error else f"{came}. No more available."


def standing(archive: Archive | None) -> str:
    """The state of a feed's backfill as a phrase, such as "partly loaded (page 3 of 10)"."""
    if archive is None:
        return "not loaded"
    if archive.is_done:
        return f"all loaded{_back(archive.back_to)}"
    return (
        f"partly loaded (page {archive.page}{f' of {archive.pages}' if archive.pages else ''}){_back(archive.back_to)}"
    )


def _back(date: datetime | None) -> str:
    return f", back to {date.astimezone():%B %Y}" if date else ""


_NO_MORE = frozenset({400, 404, 410})
"""Status codes for a page beyond the last one."""
_EMPTY_PAGES_MAX = 100
"""Pages in a row without anything new, after which a backfill stops."""
_ARTICLES_MAX, _BYTES_MAX = 20_000, 400_000_000
"""Maximum articles, and bytes of pages, of one run; the next run continues."""
_UNREADABLE = 20
"""Sitemap pages in a row without an article, after which a backfill stops."""


async def backfill(
    cache: Cache,
    queue: PoliteQueue,
    feed: Feed,
    *,
    clock: Clock,
    wanted: BackfillOptions = BackfillOptions(),  # noqa: B008 - it is a tuple
    pause: float | None = None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> AsyncGenerator[Backfilled, None]:
    """Fetch a feed's older articles from where the last run stopped; yields a result per page, and the final one.

    Requests are sent one at a time, `pause` seconds apart. Ending the iteration loses nothing: the next run continues.
    """
    run = _Backfill(cache, queue, feed, clock, wanted, REQUEST_INTERVAL if pause is None else pause, sleep)
    try:
        async with aclosing(run.pages()) as pages:
            async for page in pages:
                yield page
    except NotFoundError:
        yield run.ended("done", f"{feed.name} was removed")
        return
    except TuireaderError as error:
        yield run.ended("failed", str(error))
        return
    yield run.ended("stopped" if run.is_stopped else "done", run.why)


@dataclass(slots=True)
class _Backfill:
    """The state of one backfill."""

    cache: Cache
    queue: PoliteQueue
    feed: Feed
    clock: Clock
    wanted: BackfillOptions
    pause: float
    sleep: Callable[[float], Awaitable[None]]
    new: int = 0
    known: int = 0
    asked: int = 0
    archive: Archive | None = None
    is_stopped: bool = False
    """Whether the run ends early: all wanted articles are saved, or a limit of the run is reached."""
    why: str | None = None
    size: int = 0
    """Bytes read."""
    missed: int = 0
    """Article pages that could not be fetched."""
    robots: Robots | None = None
    """The site's robots.txt rules, once article pages from its sitemaps are read."""

    async def pages(self) -> AsyncGenerator[Backfilled, None]:
        """Read archive pages to the end or a limit; a repeated backfill stops at a page without new articles."""
        newest = await self.cache.read(partial(articles.newest_date, feed_id=self.feed.id))
        self.wanted = self.wanted._replace(newest=newest)
        before = self.archive = await self.cache.read(partial(site_facts.archive_of, feed_id=self.feed.id))
        is_again, in_vain = before is not None and before.is_done, 0
        if before is None or is_again or before.way == "pages":
            async with aclosing(self._begin(before)) as begun:
                async for came in begun:
                    yield came
                    in_vain = int(not came.new)
        while self.archive is not None and self.archive.next and not self.is_stopped:
            if is_again and in_vain:  # from here on all was here already
                await self._keep(before)
                return
            if in_vain >= _EMPTY_PAGES_MAX or self._is_in_a_circle() or self._leads_elsewhere():
                await self._keep(replace(self.archive, next="", is_done=True))
                return
            page = await self._next(self.archive)
            if page is None:
                return
            came = await self._save_page(self.archive, page)
            yield came
            in_vain = 0 if came.new else in_vain + 1

    async def _next(self, archive: Archive) -> Page | None:
        """Fetch the next page; None at the end of the archive, which is then saved as finished."""
        try:
            return await self._get(archive.next)
        except FetchError as error:
            if error.status not in _NO_MORE:
                raise
            if archive.way == "feed":  # it was named
                self.why = f"Stopped: {error}"
        await self._keep(replace(archive, next="", is_done=True))
        return None

    async def _begin(self, before: Archive | None) -> AsyncGenerator[Backfilled, None]:
        """Find a source and save its first page; if only sitemaps are left, read all pages that they list."""
        if await self.cache.read(partial(site_facts.page_list_of, feed_id=self.feed.id)) is not None:
            raise FetchError("Watched pages have no older articles")
        if self.feed.holds_pages:
            raise FetchError("Saved pages have no older articles")
        front_page = await self._get(self.feed.url)
        front = await ingest.take(self.cache, archive_sources.ParseFront(front_page), front_page)
        if front.says == "complete":
            yield await self._save_page(Archive("feed", front_page.url), front_page)
            return
        if before is None or before.way != "pages":
            async with aclosing(archive_sources.ways(self.cache, self._get, self.feed, front)) as offered:
                async for way, page in offered:
                    yield await self._save_page(Archive(way, page.url, page=int(way == "paged")), page)
                    return
        found = await archive_sources.find_pages(self.cache, self._get, self.feed, front)
        if not found.pages:
            raise FetchError(f"No older articles available from {named_host(self.feed.url)}")
        self.pause, self.robots = max(self.pause, min(found.robots.pause, CRAWL_DELAY_MAX)), found.robots
        async with aclosing(self._walk(found.pages, before)) as pages:
            async for came in pages:
                yield came

    async def _walk(self, every: Sequence[Listed], before: Archive | None) -> AsyncGenerator[Backfilled, None]:
        """Fetch and save, one by one, the listed article pages whose articles are not saved yet."""
        archive = before if before is not None and not before.is_done else Archive("pages")
        left = await in_thread(archive_sources.remaining_pages, archive, every)
        self.archive = replace(archive, page=len(every) - len(left), pages=len(every), is_done=False)
        unreadable, texts = 0, set[int]()
        for place, listed in enumerate(left):
            if unreadable == _UNREADABLE:
                await self._keep(self.archive)
                more = f" ({self.why})" if self.why else ""
                raise FetchError(f"{unreadable} pages in a row contain no article{more}")
            is_last = place + 1 == len(left)
            at = replace(self.archive, next=listed.url)
            then = replace(at, page=at.page + 1, next="" if is_last else left[place + 1].url, is_done=is_last)
            if self.wanted.since is not None and listed.date is not None and listed.date < self.wanted.since:
                self.is_stopped = True
                return
            self.archive = then
            if await self.cache.read(partial(articles.is_at, feed_id=self.feed.id, url=listed.url)):
                self.known += 1
                continue
            unreadable += 1
            page = await self._page_of(listed)
            if page is None:
                continue
            steps = ArchiveStates(at, then)
            job = archive_sources.SavePage(self.feed.id, page, listed, steps, self._left(), self.clock(), texts)
            try:
                taken = await read_page(self.cache, job, page, first=False)
            except FetchError as error:  # the next page is another one
                self._miss(str(error))
                continue
            texts.add(taken.text)
            unreadable = unreadable if not taken.new + taken.known else 0
            yield self._took(at, taken)
            if self.is_stopped:
                return
        if self.missed:
            more = f" ({counted(self.missed, 'page')} in all)" if self.missed > 1 else ""
            self.why = f"{self.why}{more}"
        await self._keep(replace(self.archive, next="", is_done=True))

    async def _page_of(self, listed: Listed) -> Page | None:
        """Fetch the page of an article; None if it cannot be fetched, or leads to the site's front page."""

        def may_lead_to(url: str) -> bool:
            return same_site(url, listed.url) and (self.robots is None or self.robots.allows(url))

        page = await archive_sources.try_to_fetch(partial(self._get, follows=may_lead_to), listed.url, self._miss)
        if page is None or not is_front_page(page.url):
            return page
        self._miss(f"{named_host(listed.url)} redirects articles to another page")
        return None

    def _miss(self, why: str) -> None:
        self.missed += 1
        self.why = self.why or why

    async def _save_page(self, archive: Archive, page: Page) -> Backfilled:
        """Save the entries of a fetched archive page; returns the page's result."""
        kind: Kind = "posts" if archive.way == "posts" else "feed"
        archive = replace(archive, pages=page.total_pages or archive.pages)
        job = SaveOlder(self.feed.id, page, kind, archive, self._left(), self.clock())
        taken = await ingest.take(self.cache, job, page)
        came = self._took(archive, taken)
        if archive.last and taken.archive.last == archive.last and not taken.is_enough:
            self.why = f"{named_host(page.url)} keeps returning the same page"
            await self._keep(replace(taken.archive, next="", is_done=True))
        return came

    def _left(self) -> BackfillOptions:
        most = self.wanted.most
        return self.wanted if most is None else self.wanted._replace(most=max(0, most - self.new))

    def _took(self, before: Archive, taken: PageOutcome) -> Backfilled:
        """Add the articles of a saved page to the totals; returns the page's result."""
        self.archive = taken.archive
        self.new, self.known = self.new + taken.new, self.known + taken.known
        self.is_stopped = taken.is_enough or self.new >= _ARTICLES_MAX or self.size >= _BYTES_MAX
        page, back_to = before.page + 1, taken.archive.back_to
        return Backfilled(self.feed, "page", page, before.pages, taken.new, taken.known, back_to)

    async def _get(self, url: str, *, follows: Callable[[str], bool] | None = None) -> Page:
        if self.asked:
            await self.sleep(self.pause)
        self.asked += 1
        given = with_credentials_of(url, self.feed.url)
        permission = permission_for(given, self.feed.url, self.feed.reach)
        page = await self.queue.get(given, permission=permission, first=False, follows=follows)
        self.size += len(page.content)
        return page

    def _is_in_a_circle(self) -> bool:
        archive = self.archive
        if archive is None or digest_of_address(archive.next) not in archive.seen:
            return False
        self.why = f"{named_host(archive.next)} links back to a page already loaded"
        return True

    def _leads_elsewhere(self) -> bool:
        """Whether the next page is on another site."""
        following = self.archive.next if self.archive is not None else ""
        if archive_sources.is_of_site(self.feed, following):
            return False
        self.why = f"older articles are on another site ({named_host(following)})"
        return True

    async def _keep(self, archive: Archive | None) -> None:
        self.archive = archive
        await self.cache.write(partial(site_facts.put_archive, feed_id=self.feed.id, archive=archive))

    def ended(self, status: BackfillStatus, why: str | None) -> Backfilled:
        archive = self.archive or Archive("feed")
        return Backfilled(self.feed, status, archive.page, archive.pages, self.new, self.known, archive.back_to, why)
