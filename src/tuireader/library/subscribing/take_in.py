"""Saving what was found at a typed address: a new feed with its articles, and the article itself."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from datetime import datetime

from tuireader.feeds.parse import parse_feed
from tuireader.library.jobs.work import Joint, Write
from tuireader.library.politeness import polling
from tuireader.library.reading import full_text, saved_pages
from tuireader.library.refreshing import ingest
from tuireader.library.rules import apply_rules
from tuireader.library.subscribing import subscription, typed_page
from tuireader.library.subscribing.discovery import Candidates
from tuireader.model.feed import Feed, Refreshed
from tuireader.model.fetched import FeedLink, Page, ParsedFeed
from tuireader.model.query import Query
from tuireader.store import articles
from tuireader.store import feeds as store_feeds
from tuireader.urls.identity import is_front_page, of_one_site, same_place
from tuireader.urls.shown import with_credentials_of

_LOOKED_AT = 20
"""Number of articles of a feed whose addresses say of which sites it is."""


@dataclass(frozen=True, slots=True)
class AddFeed(Joint[Refreshed | Feed]):
    """Subscribe to the feed in `page`, and save its articles; returns an existing subscription if there is one.

    Raises NotAFeedError.
    """

    found: Candidates
    link: FeedLink
    page: Page
    now: datetime

    @property
    def size(self) -> int:  # type: ignore[override]  # it need not be kept
        return len(self.page.content)

    def prepare(self, c: sqlite3.Connection) -> Write[Refreshed | Feed]:
        there = subscription.subscription_to(c, self.link.url)
        if there is not None:
            return lambda _: there
        found, link, page = self.found, self.link, self.page
        parsed = parse_feed(page.content, page.url, page.content_type)
        url = with_credentials_of(_kept_address(link.url, page), found.address)
        site = found.page.url if found.page is not page and is_front_page(found.page.url) else parsed.site
        reach = polling.reach_at(url, link.url, page)
        save = ingest.prepare_new(c, replace(page, moved_to=None), parsed, self.now)

        def add(c: sqlite3.Connection) -> Refreshed | Feed:
            feed = store_feeds.add(c, url, title=parsed.title or link.title, site=site, now=self.now, reach=reach)
            return replace(save(c, feed), status="updated")  # also by a feed without articles: it is new here

        return add

    def conclude(self, c: sqlite3.Connection, results: list[Refreshed | Feed]) -> list[Refreshed | Feed]:
        return apply_rules.apply_to_new(c, results, self.now)


def may_mean_article(found: Candidates) -> bool:
    return not (found.page is found.fetched or is_front_page(found.page.url))


def article_meant(
    c: sqlite3.Connection, found: Candidates, feed: Feed, feed_page: Page | None, now: datetime
) -> int | None:
    """The article whose page was given: from the feed, else from the page; None if it is none.

    Missing names and text are added from the page. `feed_page` is the feed if it has just arrived.
    """
    parsed = None if feed_page is None else parse_feed(feed_page.content, feed_page.url, feed_page.content_type)
    there = subscription.article_at(c, feed, (found.address, found.page.url), parsed)
    if there is not None:
        full_text.complete(c, there, found.page)
        return there
    if not _is_of_feed(c, found.page, feed, parsed):
        return None
    prepared = typed_page.article_of(found.page, feed.site, parsed)
    if prepared is None:
        return None
    return saved_pages.save(c, prepared, now, feed.id, is_old=True)


def _is_of_feed(c: sqlite3.Connection, page: Page, feed: Feed, parsed: ParsedFeed | None) -> bool:
    """Whether a page is of the site of a feed, or of one that its articles are at: any page can name any feed."""
    if parsed is None:
        ids = articles.ids(c, Query(feeds=(feed.id,), apart=True), 0, _LOOKED_AT)
        links = [link for _, _, _, _, link, *_ in articles.facts_of(c, ids)]
    else:
        links = [entry.link for entry in parsed.entries[:_LOOKED_AT]]
    return any(of_one_site(page.url, url) for url in (feed.url, feed.site, *links))


def _kept_address(asked: str, page: Page) -> str:
    """The address to save for a feed: its permanent redirect's target, else the normalised address."""
    return page.moved_to or (page.url if same_place(asked, page.url) else asked)
