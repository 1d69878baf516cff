"""Feeds as they are kept, and what comes of asking for one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tuireader.model.account import LOCAL
from tuireader.urls.reach import Reach
from tuireader.urls.shown import without_credentials

if TYPE_CHECKING:
    from datetime import datetime

    from tuireader.model.article_words import ArticleWords

PAGES = "tuireader:pages"
"""In place of an address: what holds the single pages that the user keeps without following their sites."""

PAGES_TITLE = "Saved pages"
"""What that is called."""

RefreshStatus = Literal["updated", "unchanged", "not-due", "failed", "gone"]


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave to ask it later whether anything changed (RFC 9110, 8.8), byte for byte."""

    etag: str | None = None
    last_modified: str | None = None

    def __bool__(self) -> bool:
        return self.etag is not None or self.last_modified is not None


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
    reach: Reach = Reach.UNKNOWN
    """Where it was when the user added it."""

    custom_title: str = ""
    """What the user calls it; empty where that is what its site does."""
    folder_id: int | None = None
    account_id: int = 0
    """0 is this machine's own."""
    server_id: str = ""
    """What its account calls it."""
    answered: datetime | None = None
    """When it answered last as it should, whatever came of asking since."""

    @property
    def name(self) -> str:
        return self.custom_title or self.title or without_credentials(self.url)

    @property
    def holds_pages(self) -> bool:
        return self.url == PAGES

    @property
    def is_of_account(self) -> bool:
        """Whether a server follows it for us: its site is not asked."""
        return self.account_id != LOCAL

    @property
    def is_followed_for_us(self) -> bool:
        """Whether its server follows it, and has not ended that."""
        return self.is_of_account and bool(self.server_id)

    @property
    def is_never_asked(self) -> bool:
        """Whether nothing is ever asked for: it is gone, was never on the web, or a server asks for us."""
        return self.gone or self.holds_pages or self.is_of_account

    @property
    def refreshed(self) -> datetime | None:
        """When it was here last as its site had it; None where that is not known."""
        return self.answered or (self.checked if self.error is None else None)

    @property
    def tried(self) -> datetime | None:
        """When it was last asked for in vain; None where it answered, or was not asked since others did in vain."""
        return self.checked if self.failures else None


@dataclass(frozen=True, slots=True)
class FeedSummary:
    """A subscription with the counts of its articles."""

    feed: Feed
    unread: int
    total: int

    @property
    def is_in_trouble(self) -> bool:
        return self.feed.error is not None or self.feed.gone


@dataclass(frozen=True, slots=True)
class Saved:
    """The ids of the articles that were written."""

    new: tuple[int, ...] = ()
    """In the order of the feed: the first is its newest."""
    changed: tuple[int, ...] = ()
    words: tuple[ArticleWords, ...] = ()
    """The words of each of the new ones, as the index has them, while rules ask for them; empty where none does."""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What came of asking for one feed."""

    feed: Feed
    status: RefreshStatus
    saved: Saved = Saved()
    skipped: int = 0
    """Entries that could not be read."""
    error: str | None = None
    offline: bool = False
    """The failure looks like there being no network at all."""

    @property
    def new(self) -> int:
        return len(self.saved.new)

    @property
    def changed(self) -> int:
        return len(self.saved.changed)
