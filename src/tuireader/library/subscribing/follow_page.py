"""Following pages without a feed, for their lists or their changes, and saving single pages."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import NamedTuple

from tuireader.content.listing.card import Listing
from tuireader.content.listing.find import find_list
from tuireader.errors import FetchError
from tuireader.feeds.feed_links import is_feed
from tuireader.library import rules as library_rules
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.politeness import polling
from tuireader.library.politeness.queue import PoliteQueue
from tuireader.library.politeness.robots import RobotRules
from tuireader.library.reading import full_text, user_edits
from tuireader.library.reading.full_text import read_page
from tuireader.library.refreshing import ingest, page_lists
from tuireader.library.refreshing.upkeep import index_few
from tuireader.library.subscribing import subscription, typed_page
from tuireader.library.subscribing.discovery import page_at
from tuireader.library.subscribing.subscribe import Subscribed
from tuireader.model.article import Article, Clock
from tuireader.model.feed import Feed, PageList, Refreshed
from tuireader.model.fetched import Page, ParsedFeed
from tuireader.store import articles, site_facts
from tuireader.store import feeds as store_feeds
from tuireader.store.connection import transaction
from tuireader.urls.hosts import named_host, permission_from
from tuireader.urls.identity import names_part, of_one_site
from tuireader.urls.typed_and_shown import addresses_to_try, shown_address, with_credentials_of


async def list_on(cache: Cache, queue: PoliteQueue, page: Page) -> Listing | None:
    """The articles that a page lists; None if there is no list.

    Raises FetchError if robots.txt forbids the page, or the search takes too long.
    """
    await _check(queue, page)
    return await read_page(cache, _FindList(page), page)


@dataclass(frozen=True, slots=True)
class _FindList:
    """Find the list on a page. Picklable."""

    page: Page

    def __call__(self, _: sqlite3.Connection) -> Listing | None:
        return find_list(self.page.content, self.page.url)


async def follow_list(
    cache: Cache, queue: PoliteQueue, page: Page, listing: Listing, *, clock: Clock, typed: str = ""
) -> Subscribed:
    """Follow the list on a page; raises FetchError if robots.txt forbids it.

    `typed` is the address as typed.
    """
    learned = PageList(listing.tier, listing.shape)
    return await _follow(cache, queue, _Subscribe(page, page_lists.as_feed(listing, page), learned, clock(), typed))


async def watch(cache: Cache, queue: PoliteQueue, page: Page, *, clock: Clock, typed: str = "") -> Subscribed:
    """Follow a page for its changes; raises FetchError if it is a feed, has no text, or robots.txt forbids it."""
    if is_feed(page.content, page.content_type):
        raise FetchError(f"{shown_address(page.url)} is a feed: subscribe without --watch")
    parsed = await read_page(cache, _ExtractText(page, clock()), page)
    return await _follow(cache, queue, _Subscribe(page, parsed, PageList("page"), clock(), typed))


@dataclass(frozen=True, slots=True)
class _ExtractText:
    """Extract the text of a followed page. Picklable."""

    page: Page
    now: datetime

    def __call__(self, c: sqlite3.Connection) -> ParsedFeed:
        return page_lists.text_of(c, 0, self.page, self.now)


async def _check(queue: PoliteQueue, page: Page) -> None:
    """Raise FetchError if robots.txt forbids a page."""
    robots = RobotRules(lambda url, permission: queue.get(url, permission=permission, first=False))
    rules = await robots.of(page.url, permission_from(page.reach))
    if not rules.allows(page.url):
        raise FetchError(f"Cannot watch this page: not allowed by robots.txt on {named_host(page.url)}")


async def _follow(cache: Cache, queue: PoliteQueue, job: _Subscribe) -> Subscribed:
    await _check(queue, job.page)
    refreshed = await cache.take(job)
    await index_few(cache)
    return Subscribed(refreshed.feed, refreshed, None, ())


@dataclass(frozen=True, slots=True)
class _Subscribe:
    """Subscribe to a page and save its articles. Picklable."""

    page: Page
    parsed: ParsedFeed
    learned: PageList
    now: datetime
    typed: str

    def __call__(self, c: sqlite3.Connection) -> Refreshed:
        page = replace(self.page, moved_to=None)
        there = subscription.subscription_to(c, page.url)
        if there is not None:
            self._check_kind(c, there)
            write = ingest.prepare_parsed(c, there, page, self.parsed, self.now)
            with transaction(c):
                store_feeds.stay(c, there.id)
                site_facts.put_page_list(c, there.id, self.learned)
                came = write(c)
        else:
            given = addresses_to_try(self.typed)[0] if self.typed else page.url
            reach, url = polling.reach_at(page.url, given, page), with_credentials_of(page.url, given)
            save = ingest.prepare_new(c, page, self.parsed, self.now)
            with transaction(c):
                feed = store_feeds.add(c, url, title=self.parsed.title, site=page.url, now=self.now, reach=reach)
                site_facts.put_page_list(c, feed.id, self.learned)
                came = save(c, feed)
        (refreshed,) = library_rules.apply_to_new(c, [came], self.now)
        return refreshed

    def _check_kind(self, c: sqlite3.Connection, there: Feed) -> None:
        """Raise FetchError if the page is already followed in another way."""
        learned = site_facts.page_list_of(c, there.id)
        if learned is None:
            how = "as a feed"
        elif learned.followed == "page" and self.learned.followed != "page":
            how = "as a watched page"
        elif learned.followed != "page" and self.learned.followed == "page":
            how = "as a list of articles"
        else:
            return
        raise FetchError(f"Already subscribed to {there.name} {how}. To change this, unsubscribe first")


class KeptPage(NamedTuple):
    """An article saved from a page."""

    feed_id: int
    article_id: int
    was_here: bool
    """Whether it was a saved page before."""


async def keep_page(cache: Cache, queue: PoliteQueue, address: str, *, clock: Clock) -> KeptPage:
    """Save the page at a typed address: from an article in the cache if that is complete, else the fetched page.

    The fetched text completes excerpts in the cache; if it cannot be fetched, an excerpt is saved. Raises
    AddressError, or FetchError if there is no text.
    """
    known = _SaveKnown(tuple(addresses_to_try(address)), clock())
    kept = await cache.take(known)
    if kept is None:
        try:
            _, page = await page_at(queue, address)
            kept = await read_page(cache, partial(take_page, page=page, known=known), page)
        except FetchError:
            kept = await cache.take(replace(known, is_whole=False))
            if kept is None:
                raise
    await index_few(cache)
    return kept


@dataclass(frozen=True, slots=True)
class _SaveKnown:
    """Save the cached article at one of the addresses as a page; None if there is none. Picklable."""

    addresses: tuple[str, ...]
    now: datetime
    is_whole: bool = True
    """Whether only complete articles count, not excerpts."""

    def __call__(self, c: sqlite3.Connection) -> KeptPage | None:
        saved, own = ([each for each in some if each.offline or not self.is_whole] for some in self.articles(c))
        return self.keep(c, saved, own) if saved or own else None

    def keep(self, c: sqlite3.Connection, saved: Sequence[Article], own: Sequence[Article]) -> KeptPage:
        """The first saved page, else a copy of the first article of a feed."""
        if saved:
            store_feeds.stay(c, saved[0].feed_id)
            return KeptPage(saved[0].feed_id, saved[0].id, was_here=True)
        return _kept(c, user_edits.save_copy(c, own[0].id, self.now))

    def articles(self, c: sqlite3.Connection) -> tuple[list[Article], list[Article]]:
        """The saved pages at the addresses, and the articles there in feeds of the same site.

        Feeds of other sites may describe the page in their own words. Addresses of parts of the page do not count, nor
        do articles if several of one feed are on the page.
        """
        pages, saved, own = user_edits.feed_of_pages(c), [], []
        for id_ in dict.fromkeys(id_ for each in self.addresses for id_ in articles.all_by_link(c, each)):
            there = articles.get(c, id_)
            if names_part(there.link):
                continue
            if there.feed_id == pages:
                saved.append(there)
            elif of_one_site(there.link, store_feeds.get(c, there.feed_id).url):
                own.append(there)
        return saved, own if len({each.feed_id for each in own}) == len(own) else []


def take_page(c: sqlite3.Connection, page: Page, known: _SaveKnown) -> KeptPage:
    """Complete known excerpts from a fetched page, and save its article; raises FetchError if there is none."""
    if is_feed(page.content, page.content_type):
        raise FetchError(f"{shown_address(page.url)} is a feed, not a page: add it as a feed")
    saved, own = ([each for each in some if full_text.complete(c, each.id, page)] for some in known.articles(c))
    if saved or own:
        return known.keep(c, saved, own)
    prepared = typed_page.text_of(page)
    if prepared is None:
        raise FetchError(f"No readable text at {shown_address(page.url)}")
    return _kept(c, user_edits.save_page(c, prepared, known.now))


def _kept(c: sqlite3.Connection, article_id: int) -> KeptPage:
    return KeptPage(articles.get(c, article_id).feed_id, article_id, was_here=False)
