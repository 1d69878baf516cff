"""keep_page: one page to read, without following its site."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from functools import partial
from typing import NamedTuple

from tuireader.errors import FetchError
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.politeness.queue import PoliteQueue
from tuireader.library.reading.full_text import read_page
from tuireader.library.subscribing import take_in, typed_page
from tuireader.library.subscribing.discovery import page_at
from tuireader.model.clock import Clock
from tuireader.model.feed import PAGES, PAGES_TITLE
from tuireader.model.fetched import Page, Plan
from tuireader.store import articles, feeds
from tuireader.urls.shown import shown_address
from tuireader.urls.typed import addresses_to_try


class KeptPage(NamedTuple):
    """A page that is here."""

    feed_id: int
    article_id: int
    was_here: bool
    """Whether it was here before, kept or brought by a feed: then nothing is asked for."""


async def keep_page(cache: Cache, queue: PoliteQueue, address: str, *, clock: Clock) -> KeptPage:
    """Fetch the page at an address as typed, and keep what there is to read on it among the saved pages.

    Raises AddressError, or FetchError where there is nothing to read.
    """
    there = await cache.read(partial(_there, addresses=addresses_to_try(address)))
    if there is not None:
        return there
    _, page = await page_at(queue, address)
    return await read_page(cache, partial(take_page, page=page, now=clock()), page)


def _there(c: sqlite3.Connection, addresses: list[str]) -> KeptPage | None:
    """The article at one of the addresses."""
    for address in addresses:
        article_id = articles.by_link(c, address)
        if article_id is not None:
            return KeptPage(articles.get(c, article_id).feed_id, article_id, was_here=True)
    return None


def take_page(c: sqlite3.Connection, page: Page, now: datetime) -> KeptPage:
    """Keep what there is to read on a page; raises FetchError where that is nothing."""
    prepared = typed_page.text_of(page)
    if prepared is None:
        raise FetchError(f"No text to read at {shown_address(page.url)}")
    feed = feeds.add(c, PAGES, title=PAGES_TITLE, site="", now=now)
    return KeptPage(feed.id, take_in.save_one(c, feed.id, Plan(new=(prepared,)), now), was_here=False)
