"""Data from the web and from accounts, on its way into the cache."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

from tuireader.model.article import Status
from tuireader.model.feed import Account, Validators
from tuireader.urls.hosts import Reach


@dataclass(frozen=True, slots=True)
class Page:
    """A fetched page or feed: its content, final address, and the headers that matter."""

    url: str
    """The final address after redirects."""
    status: int
    """200, or 304 with empty `content`."""
    content: bytes
    content_type: str = ""
    """The Content-Type header as sent."""
    validators: Validators = field(default=Validators())
    moved_to: str | None = None
    """The target of permanent redirects (301, 308) if the first one is permanent; else None."""
    fresh_for: int | None = None
    """Seconds of freshness stated by the server, 0 to 86,400; None if not stated."""
    total_pages: int | None = None
    """Number of pages of a paginated list (X-WP-TotalPages), if stated."""
    reach: Reach = Reach.PUBLIC
    """Whether its server is private: only then may the page lead to private addresses. By proxy: public."""
    asked_reach: Reach = Reach.UNKNOWN
    """Whether the server of the requested address, before redirects, is private."""


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A feed linked by a page."""

    url: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class ParsedEntry:
    """An entry of a feed: text printable, links absolute, body unchanged."""

    guid: str
    title: str
    link: str = ""
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None
    html: str = ""
    """The fullest body of the entry, as raw HTML."""
    summary: bool = False
    """Whether the body is only a summary."""


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A parsed feed."""

    title: str
    site: str
    entries: tuple[ParsedEntry, ...]
    skipped: int = 0
    """Entries that could not be read."""
    fresh_for: int | None = None
    """Seconds between requests that the feed asks for (ttl, sy:updatePeriod); None if not stated."""
    older: str | None = None
    """The address of the page with older entries (RFC 5005)."""
    whole: bool = True
    """Whether the document is complete, and was not cut off."""
    language: str = ""
    """The language that the feed states."""


@dataclass(frozen=True, slots=True)
class Known:
    """The id, digest and date of a saved entry, to detect changes."""

    id: int
    digest: bytes
    """The digest of the `Prepared` saved last."""
    published: datetime | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """An entry prepared for saving."""

    entry: ParsedEntry
    digest: bytes
    """A digest of everything shown of the entry, to detect edits."""
    text: str
    """Its body as plain text, for the search index."""
    words: int
    excerpt: bool
    """Whether it looks like an excerpt."""
    status: Status = field(default=Status())
    """Its initial status: old articles arrive as read."""
    server_id: str = ""
    """Its id in its account; "" if it comes from the site."""
    date: datetime | None = None
    """The sort date, if known."""
    extras: int | None = None
    """Bits of `MEDIA_FLAGS`; None if not computed."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The new and changed entries of a feed, compared with the cache."""

    new: tuple[Prepared, ...] = ()
    """In the feed's order: of equal dates, the first counts as the newest."""
    changed: tuple[tuple[int, Prepared], ...] = ()
    """Changed entries with the ids of their articles."""
    redated: tuple[tuple[int, datetime], ...] = ()
    """Ids of articles of which only the publication date was corrected."""
    unchanged: int = 0
    is_old: bool = False
    """Whether the new entries are older than all saved ones, as in a backfill."""
    is_asked_for: bool = False
    """Whether the user asked for these articles: they are saved even if they were pruned."""


# From servers of accounts.

SyncStatus = Literal["progress", "done", "failed", "offline"]


@dataclass(frozen=True, slots=True)
class RemoteFeed:
    """A subscription on a server."""

    server_id: str
    url: str
    title: str
    site: str = ""
    folder: str = ""
    """The name of its folder; "" for none."""
    folder_id: str = ""


@dataclass(frozen=True, slots=True)
class RemoteEntry:
    """An article on a server."""

    server_id: str
    feed_id: str
    """The server's id of its feed."""
    entry: ParsedEntry
    read: bool = False
    starred: bool = False
    changed: datetime | None = None
    """When it last changed on the server, if stated."""
    created: datetime | None = None
    """When the server created the article under its current id, if stated."""


class LocalArticle(NamedTuple):
    """An article in the cache with all that identifies it."""

    id: int
    number: str
    """Its server id; "" if it has none."""
    digest: bytes
    guid: str
    title: str
    link: str
    published: datetime | None


@dataclass(frozen=True, slots=True)
class Entries:
    """A response with articles."""

    entries: tuple[RemoteEntry, ...] = ()
    skipped: int = 0
    """Entries that could not be read."""
    total: int = 0
    """Number of all matching articles, if stated."""


@dataclass(frozen=True, slots=True)
class Synced:
    """The progress or result of a sync of an account."""

    account: Account
    status: SyncStatus
    pushed: int = 0
    """Status and feed changes sent to the server."""
    new: int = 0
    """New articles."""
    read: int = 0
    """Articles that are read here now because they are on the server; `unread`, `starred`, `unstarred` likewise."""
    unread: int = 0
    starred: int = 0
    unstarred: int = 0
    waiting: int = 0
    """Changes still to be sent."""
    feeds: int = 0
    """Feeds that were added, removed, renamed or moved."""
    error: str | None = None
    said: tuple[str, ...] = ()
    """Messages for the user."""
    doing: str = ""
    """The current step."""
