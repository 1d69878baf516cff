"""What comes back from the web and from servers of accounts, on its way into the cache."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from tuireader.model.feed import Validators
from tuireader.model.headline import Status
from tuireader.urls.private_network import Reach

if TYPE_CHECKING:
    from datetime import datetime

    from tuireader.model.account import Account


@dataclass(frozen=True, slots=True)
class Page:
    """What came back from the web for one address."""

    url: str
    """Where it was found in the end, after redirects."""
    status: int
    """200, or 304 where the validators still held (then `content` is empty)."""
    content: bytes
    """The body, decompressed."""
    content_type: str = ""
    """The Content-Type header as sent."""
    validators: Validators = field(default=Validators())
    moved_to: str | None = None
    """Where permanent redirects (301, 308) lead, if the first hop was permanent; else None."""
    fresh_for: int | None = None
    """Seconds for which the server says this stays fresh, 0 to 86,400; None where it says nothing."""
    total_pages: int | None = None
    """Of a list that comes in pages, how many there are, where its server says so (X-WP-TotalPages)."""
    reach: Reach = Reach.PUBLIC
    """Where it came from: only from inside may what it names lead there. What came through a proxy counts as public."""
    asked_reach: Reach = Reach.UNKNOWN
    """Where the address is that was asked for, before any redirect."""


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A feed that a page offers."""

    url: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class ParsedEntry:
    """One entry of a feed as parsed: text printable, links absolute, body as the feed gave it."""

    guid: str
    title: str
    link: str = ""
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None
    html: str = ""
    """The fullest body the entry has, as raw HTML: not cleaned yet."""
    summary: bool = False
    """Whether that is no more than the feed's summary of what is at the link."""


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed as parsed."""

    title: str
    site: str
    entries: tuple[ParsedEntry, ...]
    skipped: int = 0
    """Entries that could not be read."""
    fresh_for: int | None = None
    """Seconds between polls that the feed asks for (ttl, sy:updatePeriod); None where it says nothing."""
    older: str | None = None
    """The address of the page with older entries (RFC 5005), if it names one."""
    whole: bool = True
    """Whether the document ends: false for one that broke off, so that there may be more entries."""
    language: str = ""
    """The language of its texts, where it says one."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the cache has of an entry, as much as is needed to see whether it changed."""

    id: int
    digest: bytes
    """As given in the `Prepared` that was saved last."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """An entry made ready to be saved."""

    entry: ParsedEntry
    digest: bytes
    """Of all that is shown of the entry: another one means that it was edited."""
    text: str
    """Its body as plain text, for the search index."""
    words: int
    excerpt: bool
    """Whether it looks like the beginning of something longer."""
    status: Status = field(default=Status())
    """As what it arrives: old articles are no news."""
    server_id: str = ""
    """What its account calls it; empty where it comes from the site itself."""
    date: datetime | None = None
    """What it is to be sorted by, where that is known already."""
    extras: int | None = None
    """What it has besides its text, as bits of `model.extras`; None where nobody has looked."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a feed brings, against what the cache has of it."""

    new: tuple[Prepared, ...] = ()
    """In the feed's order: the first counts as the newest where dates are the same."""
    changed: tuple[tuple[int, Prepared], ...] = ()
    """With the ids of their articles."""
    unchanged: int = 0
    is_old: bool = False
    """The new ones are older than all that is here of their feed: they came from elsewhere than its front."""
    is_asked_for: bool = False
    """The user asked for these very articles: they come even if they were removed to make room."""


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
    """The name of the folder that it is in; empty where it is in none."""
    folder_id: str = ""


@dataclass(frozen=True, slots=True)
class RemoteEntry:
    """An article on a server."""

    server_id: str
    feed_id: str
    """What the server calls its feed."""
    entry: ParsedEntry
    read: bool = False
    starred: bool = False
    changed: datetime | None = None
    """When it changed last on the server, where that says so."""
    created: datetime | None = None
    """When the server first had it, under its number of now."""


class Ours(NamedTuple):
    """An article in the cache, with all that identifies it."""

    id: int
    number: str
    """The number that its server had for it; empty where there is none."""
    digest: bytes
    guid: str
    title: str
    link: str
    published: datetime | None


@dataclass(frozen=True, slots=True)
class Entries:
    """An answer with articles."""

    entries: tuple[RemoteEntry, ...] = ()
    skipped: int = 0
    """Entries that could not be read."""
    total: int = 0
    """How many there are in all, where the server says so."""


@dataclass(frozen=True, slots=True)
class Synced:
    """What came of keeping an account in step: how far it is, and last how it ended."""

    account: Account
    status: SyncStatus
    pushed: int = 0
    """Marks, and changes of feeds, that the server was told of."""
    new: int = 0
    """Articles that came."""
    read: int = 0
    """Articles that the server says are read, and were not here; the others likewise."""
    unread: int = 0
    starred: int = 0
    unstarred: int = 0
    waiting: int = 0
    """Marks that the server is still to be told of."""
    feeds: int = 0
    """Feeds that came, went, or have another name or folder now."""
    error: str | None = None
    said: tuple[str, ...] = ()
    """Sentences about what is to be known."""
    doing: str = ""
    """What is being done now."""
