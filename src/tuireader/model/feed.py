"""Feeds as they are kept, with folders, lists on pages and archives; and what comes of asking for one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tuireader.model.account import LOCAL
from tuireader.urls.private_network import Reach
from tuireader.urls.shown import without_credentials

if TYPE_CHECKING:
    from datetime import datetime

    from tuireader.model.article import ArticleWords


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of one account."""

    id: int
    name: str
    account_id: int = 0
    """0 is this machine's own."""
    account: str = ""
    """The name of its account; empty for this machine's own, and where it need not be said."""

    @property
    def title(self) -> str:
        return f"{self.name} · {self.account}" if self.account and self.name != self.account else self.name


Followed = Literal["stated", "marked", "cards", "page"]
"""For what: a list that it states in JSON-LD, one that it marks (microformats), one of elements that repeat; or
for its own text."""


@dataclass(frozen=True, slots=True)
class PageList:
    """Data of a followed page."""

    followed: Followed
    shape: str = ""
    """What repeats on it: the tags from the link of an article up."""
    different_since: datetime | None = None
    """When nothing of what was learned was found on it any more; None while it is."""


Way = Literal["feed", "posts", "paged", "pages"]
"""How a site gives what is older: pages that its feed names, the API of WordPress, numbered pages of the feed, or the
pages of its articles, one by one, from its sitemaps."""


@dataclass(frozen=True, slots=True)
class Archive:
    """How far a site has been read back."""

    way: Way
    next: str = ""
    """The address that comes next; empty at the end."""
    page: int = 0
    """Pages that were read."""
    pages: int | None = None
    """How many there are, where the site says it."""
    back_to: datetime | None = None
    """The date of the oldest article that came."""
    is_done: bool = False
    """Whether all is here that there was."""
    seen: tuple[str, ...] = ()
    """Digests of the addresses that were asked for: one that leads in a circle comes to its end."""
    last: str = ""
    """A digest of what the last page held: a site that gives the same for ever comes to its end, too."""


BackfillStatus = Literal["page", "done", "failed", "stopped"]


@dataclass(frozen=True, slots=True)
class Backfilled:
    """What came of a step back, or in all."""

    feed: Feed
    status: BackfillStatus
    page: int = 0
    pages: int | None = None
    new: int = 0
    """Of this page; at the end, in all."""
    known: int = 0
    back_to: datetime | None = None
    error: str | None = None
    """Why it failed, or why it ends here, where that is not the end of the site."""


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
