"""What the cache has already of an address that was typed."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from operator import attrgetter

from tuireader.model.feed import Feed
from tuireader.model.fetched import ParsedFeed
from tuireader.store import articles
from tuireader.store import feeds as store_feeds
from tuireader.urls.identity import place, same_place, same_site


def subscription_at(c: sqlite3.Connection, addresses: Sequence[str]) -> tuple[Feed, int | None] | None:
    """The subscription that one of the addresses means: its own, its site's, or that of an article, with its id."""
    feeds = store_feeds.every(c)
    for address_of in (attrgetter("url"), attrgetter("site")):
        for feed in feeds:
            if any(same_place(address_of(feed), address) for address in addresses):
                return feed, None
    for address in addresses:
        article_id = articles.by_link(c, address)
        if article_id is not None:
            feed = store_feeds.get(c, articles.get(c, article_id).feed_id)
            if same_site(address, feed.site) or same_site(address, feed.url):
                return feed, article_id
    return None


def subscription_to(c: sqlite3.Connection, url: str) -> Feed | None:
    """The subscription to the feed at this address."""
    return next((feed for feed in store_feeds.every(c) if same_place(feed.url, url)), None)


def article_at(c: sqlite3.Connection, feed: Feed, addresses: Sequence[str], parsed: ParsedFeed | None) -> int | None:
    """The article of a feed that is at one of the addresses: among what it just brought, else in the cache."""
    places = {place(address) for address in addresses}
    guids = [entry.guid for entry in parsed.entries if place(entry.link) in places] if parsed is not None else []
    for there in articles.known(c, feed.id, guids).values():
        return there.id
    for address in addresses:
        article_id = articles.by_link(c, address)
        if article_id is not None and articles.get(c, article_id).feed_id == feed.id:
            return article_id
    return None
