"""What the cache has already of an address that was typed."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import lru_cache

from tuireader.errors import AddressError
from tuireader.model.feed import Feed
from tuireader.model.fetched import ParsedFeed
from tuireader.store import articles
from tuireader.store import feeds as store_feeds
from tuireader.urls.identity import place, same_site
from tuireader.urls.typed import addresses_to_try

_place = lru_cache(maxsize=4096)(place)
"""Where many addresses are subscribed to, each is compared with all that are there."""


def known(c: sqlite3.Connection, typed: str) -> tuple[Feed, int | None] | None:
    """The subscription that an address means as people type it, with the id of the article that it is, if it is one.

    None where there is none, or where what was typed is no address. Only what is equal counts: inessential.com is not
    meant by essential.com, nor blog.example.org by example.org.
    """
    try:
        return subscription_at(c, addresses_to_try(typed))
    except AddressError:
        return None


def subscription_at(c: sqlite3.Connection, addresses: Sequence[str]) -> tuple[Feed, int | None] | None:
    """The subscription that one of the addresses means: its own, its site's, or that of an article, with its id."""
    there = store_feeds.addresses(c)
    places = {_place(address) for address in addresses} - {""}
    for addresses_of_feeds in ([(id_, url) for id_, url, _ in there], [(id_, site) for id_, _, site in there]):
        for id_, address in addresses_of_feeds:
            if _place(address) in places:
                return store_feeds.get(c, id_), None
    for address in addresses:
        article_id = articles.by_link(c, address)
        if article_id is not None:
            feed = store_feeds.get(c, articles.get(c, article_id).feed_id)
            if same_site(address, feed.site) or same_site(address, feed.url):
                return feed, article_id
    return None


def subscription_to(c: sqlite3.Connection, url: str) -> Feed | None:
    """The subscription to the feed at this address."""
    wanted = _place(url)
    found = next((id_ for id_, there, _ in store_feeds.addresses(c) if wanted and _place(there) == wanted), None)
    return None if found is None else store_feeds.get(c, found)


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
