"""Saving older articles: new ones are added, excerpts of known ones completed."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, NamedTuple

from tuireader.content.dom.sanitize import plain_text
from tuireader.feeds import parse
from tuireader.feeds.wordpress import PAGE_SIZE, page_address, parse_posts
from tuireader.library import rules
from tuireader.library.refreshing.match_entries import known_entries, prepare
from tuireader.model.article import Status
from tuireader.model.feed import Archive, Feed, Refreshed
from tuireader.model.fetched import Page, ParsedEntry, ParsedFeed, Plan, Prepared
from tuireader.store import articles, feeds, save_articles, site_facts
from tuireader.store.connection import transaction
from tuireader.text.language_and_hyphenation import count_tidied
from tuireader.urls.identity import without_scheme

Kind = Literal["feed", "posts"]
"""The type of a response: a feed, or WordPress posts."""


class BackfillOptions(NamedTuple):
    """The limits of a backfill, and whether its articles are saved as read."""

    since: datetime | None = None
    """Articles before this date are skipped; None: no limit."""
    most: int | None = None
    """Maximum number of new articles."""
    is_read: bool = True
    """Whether articles without a date, or older than the feed's newest article, are saved as read."""
    newest: datetime | None = None
    """The date of the newest article before the backfill; None: looked up."""


class PageOutcome(NamedTuple):
    """The outcome of one archive page."""

    new: int
    known: int
    oldest: datetime | None
    archive: Archive
    """The progress of the backfill after the page."""
    is_enough: bool
    """Whether a limit of `BackfillOptions` is reached."""
    text: int = 0
    """A checksum of the text of a page; 0 if it has none."""


class ArchiveStates(NamedTuple):
    """The state of a backfill before and after a page; `before` is saved if some entries were not taken."""

    before: Archive
    after: Archive


def parsed(page: Page, kind: Kind) -> ParsedFeed:
    """Parse a page; raises NotAFeedError."""
    if kind == "posts":
        return parse_posts(page.content.decode("utf-8-sig", "replace"), page.url)

    return parse.parse_feed(page.content, page.url, page.content_type)


def digest_of(entries: Sequence[ParsedEntry]) -> str:
    names = "\n".join(entry.guid for entry in entries)
    return hashlib.blake2b(names.encode("utf-8", "replace"), digest_size=12).hexdigest()


def digest_of_address(url: str) -> str:
    return hashlib.blake2b(url.encode("utf-8", "replace"), digest_size=6).hexdigest()


@dataclass(frozen=True, slots=True)
class SaveOlder:
    """Save the entries of a page, and the progress, in one transaction. Picklable."""

    feed_id: int
    page: Page
    kind: Kind
    archive: Archive
    """The progress before this page."""
    wanted: BackfillOptions
    now: datetime

    def __call__(self, c: sqlite3.Connection) -> PageOutcome:
        """Save the page's articles; raises NotAFeedError, and NotFoundError if the feed is gone."""
        found = parsed(self.page, self.kind)
        steps = ArchiveStates(self.archive, following(self.archive, found))
        return take_entries(c, self.feed_id, found.entries, steps, self.wanted, now=self.now)


def following(archive: Archive, found: ParsedFeed) -> Archive:
    """The progress after a page: the next address, or the end."""
    asked, page = archive.next, archive.page + 1
    if archive.way == "feed":
        following = found.older or ""
    elif archive.way == "posts":
        there = len(found.entries) + found.skipped
        is_last = not there or (there < PAGE_SIZE and (archive.pages is None or page >= archive.pages))
        following = "" if is_last else page_address(asked, page + 1, "page")
    else:
        following = page_address(asked, page + 1) if found.entries else ""
    seen = (*archive.seen, digest_of_address(asked))
    last = digest_of(found.entries)
    return replace(archive, next=following, page=page, seen=seen, last=last, is_done=not following)


def take_entries(
    c: sqlite3.Connection,
    feed_id: int,
    entries: Sequence[ParsedEntry],
    steps: ArchiveStates,
    wanted: BackfillOptions,
    *,
    now: datetime,
) -> PageOutcome:
    """Save new entries within the limits, complete known articles, and save the progress, in one transaction."""
    feed = feeds.get(c, feed_id)
    inside = [entry for entry in entries if wanted.since is None or _is_since(entry, wanted.since)]
    known = known_entries(c, feed, inside)
    here = known.keys() | save_articles.were_removed(c, feed_id, inside)
    ready = _prepared(c, feed, [entry for entry in inside if entry.guid not in here], wanted)
    is_cut = len(inside) < len(entries) or (wanted.most is not None and len(ready) > wanted.most)
    is_enough = is_cut or (wanted.most is not None and len(ready) == wanted.most)
    ready = ready[: wanted.most]
    archive = steps.before if is_cut else steps.after  # what is left of it comes the next time
    taken = [*(each.entry for each in ready), *(entry for entry in inside if entry.guid in known)]
    dates = [date for entry in taken if (date := entry.published or entry.updated) is not None]
    oldest = min([*dates, *([archive.back_to] if archive.back_to else [])], default=None)
    archive = replace(archive, back_to=oldest)
    is_asked = bool(ready) and rules.look_at_words(c, now)
    prepacked = save_articles.Prepacked(Plan(new=tuple(ready), is_old=True), index_later=True, with_words=is_asked)
    with transaction(c):
        feeds.get(c, feed_id)  # it may be gone by now
        saved = prepacked.write(c, feed_id, now)
        for entry in inside:
            if entry.guid in known and (entry.authors or entry.categories):
                _complete(c, known[entry.guid].id, entry)
        rules.apply_to_new(c, [Refreshed(feed, "updated", saved)], now)
        site_facts.put_archive(c, feed_id, archive)
    return PageOutcome(len(saved.new), len(known), oldest, archive, is_enough)


def _is_since(entry: ParsedEntry, since: datetime) -> bool:
    date = entry.published or entry.updated
    return date is None or date >= since


def _prepared(c: sqlite3.Connection, feed: Feed, new: Sequence[ParsedEntry], wanted: BackfillOptions) -> list[Prepared]:
    newest = wanted.newest or articles.newest_date(c, feed.id)
    found: dict[str, Prepared] = {}
    for entry in new:
        date = entry.published or entry.updated
        is_old = wanted.is_read and (newest is None or date is None or date < newest)
        found.setdefault(without_scheme(entry.guid), prepare(entry, status=Status(read=is_old)))
    return list(found.values())


def _complete(c: sqlite3.Connection, article_id: int, entry: ParsedEntry) -> None:
    """Add missing authors and categories to a known article, and the full text if it has only an excerpt."""
    there = articles.get(c, article_id)
    authors = () if there.authors else entry.authors
    categories = () if there.categories else entry.categories
    text = "" if there.offline or entry.summary else plain_text(entry.html)
    if text and (words := count_tidied(text)) > there.words:
        save_articles.save_full_text(c, article_id, entry.html, text, words, authors=authors, categories=categories)
    elif authors or categories:
        text = plain_text(articles.body(c, article_id))
        save_articles.set_names(c, article_id, text, authors=authors, categories=categories)
