"""The nouns: frozen dataclasses that every room shares. Times are aware datetimes in UTC."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Order = Literal["newest", "oldest", "shortest", "longest", "best"]
"""`best` is best match first; without a text to match it is `newest`."""
RefreshStatus = Literal["updated", "unchanged", "not-due", "failed", "gone"]

WORDS_PER_MINUTE = 230
"""Silent reading of non-fiction in English: 238 words a minute (Brysbaert 2019), less a little for a screen."""


def minutes(words: int) -> int:
    """Minutes that reading so many words takes, at least one where there are words."""
    return max(1, round(words / WORDS_PER_MINUTE)) if words else 0


def without_credentials(url: str) -> str:
    """The address as it may be shown: without a name and a password, even where the rest makes no sense."""
    return re.sub(r"^([^/?#]*//)[^/?#]*@", r"\1", url)


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave to ask it later whether anything changed (RFC 9110, 8.8), byte for byte."""

    etag: str | None = None
    last_modified: str | None = None

    def __bool__(self) -> bool:
        """Whether there is anything to ask with."""
        return self.etag is not None or self.last_modified is not None


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
    validators: Validators = Validators()
    moved_to: str | None = None
    """Where permanent redirects (301, 308) lead, if the first hop was permanent; else None."""
    fresh_for: int | None = None
    """Seconds for which the server says this stays fresh, 0 to 86,400; None where it says nothing."""
    private: bool = False
    """Whether it came from inside the reader's own network: only then may what it names lead there."""
    asked_private: bool | None = None
    """The same of the address that was asked for, before any redirect; None where only a proxy knows."""


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A feed that a page offers."""

    url: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """A subscription, with what is needed to ask for it politely."""

    id: int
    url: str
    title: str
    site: str
    """The address of the site that the feed belongs to; may be empty."""
    validators: Validators = Validators()
    body_hash: bytes | None = None
    """SHA-256 of the last body that parsed."""
    checked: datetime | None = None
    """When it was last asked for, whatever the answer."""
    due: datetime | None = None
    """Not to be asked for before; None means at once."""
    not_before: datetime | None = None
    """The server asked for no request before (Retry-After): a forced refresh waits for it too."""
    pace: int | None = None
    """Seconds between polls that the feed itself asks for, as it said when it last parsed."""
    failures: int = 0
    """Failures in a row."""
    error: str | None = None
    """Why it brought nothing the last time, as a sentence; None after a success."""
    gone: bool = False
    """The site said 410: never asked for again."""
    moved_to: str | None = None
    """Where permanent redirects led the last times."""
    moved_hits: int = 0
    """How many times in a row they led there."""
    private: bool | None = None
    """Whether it was inside the reader's own network when the reader added it; None where that is not known yet."""

    @property
    def name(self) -> str:
        """What it is called where it is shown: its title, or its address where it has none."""
        return self.title or without_credentials(self.url)


@dataclass(frozen=True, slots=True)
class FeedSummary:
    """A subscription with the counts of its articles."""

    feed: Feed
    unread: int
    total: int


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


@dataclass(frozen=True, slots=True)
class Plan:
    """What a feed brings, against what the cache has of it."""

    new: tuple[Prepared, ...] = ()
    """In the feed's order: the first counts as the newest where dates are the same."""
    changed: tuple[tuple[int, Prepared], ...] = ()
    """With the ids of their articles."""
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class Article:
    """What the site said of one article; its body is kept apart."""

    id: int
    feed_id: int
    feed_title: str
    feed_url: str
    guid: str
    title: str
    link: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    published: datetime | None
    updated: datetime | None
    date: datetime
    """What it is sorted by: published, else updated, else first seen; never in the future when saved."""
    words: int
    offline: bool
    """Whether its whole text is here: false for what looks like an excerpt."""


@dataclass(frozen=True, slots=True)
class Status:
    """What the reader did with an article."""

    read: bool = False
    starred: bool = False
    position: int = 0
    """Where reading stopped: characters of the document's text above the first line on screen."""


@dataclass(frozen=True, slots=True)
class Headline:
    """A row of the headline list."""

    id: int
    feed_id: int
    feed_title: str
    title: str
    authors: tuple[str, ...]
    date: datetime
    words: int
    read: bool
    starred: bool


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A piece of an article's text around what was searched for."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()
    """Where in `text` the words are: starts and ends."""


@dataclass(frozen=True, slots=True)
class Facet:
    """A category or an author, with the counts of its articles under some query."""

    name: str
    unread: int
    total: int


@dataclass(frozen=True, slots=True)
class Totals:
    """How many articles there are under some query."""

    all: int
    unread: int
    starred: int


@dataclass(frozen=True, slots=True)
class Query:
    """Which articles, in which order: everything given must hold."""

    feed: int | None = None
    categories: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    unread: bool = False
    starred: bool = False
    text: str = ""
    """What was typed into the search; see `store.search` for its syntax."""
    since: datetime | None = None
    order: Order = "newest"
    keep: frozenset[int] = field(default=frozenset())
    """Articles that stay in an `unread` or `starred` list although they no longer belong: what was just opened."""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What came of asking for one feed."""

    feed: Feed
    status: RefreshStatus
    new: int = 0
    changed: int = 0
    skipped: int = 0
    error: str | None = None
    offline: bool = False
    """The failure looks like there being no network at all."""
