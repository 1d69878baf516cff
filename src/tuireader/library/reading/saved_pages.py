"""Saved pages: articles of a feed that is never fetched."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from tuireader.library.refreshing.match_entries import apart, prepare
from tuireader.model.feed import LOCAL, PAGES, PAGES_TITLE
from tuireader.model.fetched import ParsedEntry, Plan, Prepared
from tuireader.store import articles, feeds, save_articles


def find_feed(c: sqlite3.Connection) -> int | None:
    """The id of the feed of saved pages; None if there are none."""
    feed = feeds.followed(c, LOCAL, PAGES)
    return None if feed is None else feed.id


def save(
    c: sqlite3.Connection, page: Prepared, now: datetime, feed_id: int | None = None, *, is_old: bool = False
) -> int:
    """Save a page as an article of a feed, else as a saved page, unless it is there already.

    Another page of its address stays beside it; `is_old` as in `Plan`. Returns the id of its article.
    """
    feed_id = feed_id or find_feed(c) or feeds.add(c, PAGES, title=PAGES_TITLE, site="", now=now).id
    feeds.stay(c, feed_id)
    page = apart(c, feed_id, page)
    save_articles.save_entries(c, feed_id, Plan(new=(page,), is_old=is_old, is_asked_for=True), now)
    guid = page.entry.guid
    return save_articles.known(c, feed_id, [guid])[guid].id


def save_copy(c: sqlite3.Connection, article_id: int, now: datetime, guid: str = "") -> int:
    """Save an article of a feed as a page, so that it outlives the feed; gives the id of the copy.

    Its guid is its address, if none is given. The two become one story when they are indexed, with one status.
    """
    article = articles.get(c, article_id)
    entry = ParsedEntry(
        guid or article.link,
        article.title,
        article.link,
        article.authors,
        article.categories,
        published=article.published,
        html=articles.body(c, article_id),
    )
    return save(c, prepare(entry, date=article.date, excerpt=not article.offline), now)
