"""Feeds, and the accounts and folders that they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tuireader.model.article import ArticleWords
from tuireader.urls.hosts import Reach
from tuireader.urls.typed_and_shown import without_credentials

LOCAL = 0
"""The id of the local account."""

MINIFLUX, GREADER = "miniflux", "greader"
"""Types of accounts: Miniflux's REST API, and the Google Reader API of FreshRSS and others."""
FOLDER = "folder"
"""The type of a shared folder, in which each device writes its own files."""


UNFILED = "Uncategorized"
"""The name of the folder for feeds without one, if their server does not name it."""
_UNFILED = frozenset({
    "", "all", "uncategorized", "unkategorisiert", "sans catégorie", "sin categorizar", "senza categoria",
    "sem categoria", "niet ingedeeld", "pas triat", "bez kategórie", "brak kategorii", "nezařazeno", "neklasificēts",
    "kategorisiz", "kategória nélküli", "без категории", "ללא קטגוריה", "دسته بندی نشده", "未分类",
    "未分類", "분류 없음",
})  # fmt: skip
"""Names that servers give to the folder of feeds without one, FreshRSS in the language of its user."""


def is_unfiled(folder: str) -> bool:
    """Whether this is a name by which servers call the folder for feeds without one."""
    return folder.strip().casefold() in _UNFILED


@dataclass(frozen=True, slots=True)
class Secret:
    """How the password or token of an account is obtained; never the secret itself."""

    command: str = ""
    """A command that prints it on its first line; "" if it is typed or in the desktop's keyring."""
    is_token: bool = False
    """Whether it is an API token instead of a password."""
    in_keyring: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """An account on a server, without credentials."""

    id: int
    kind: str
    """The protocol."""
    name: str
    url: str = ""
    user: str = ""
    syncs: bool = False
    """Whether marks of its articles go into the outbox."""
    cursor: str = ""
    """How far the account was synced, in a format of its protocol."""
    secret: Secret = Secret()


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of an account."""

    id: int
    name: str
    account_id: int = 0
    """0 for the local account."""
    account: str = ""
    """The name of its account; "" for the local one, or if there is only one."""

    @property
    def title(self) -> str:
        return f"{self.name} · {self.account}" if self.account else self.name


Followed = Literal["stated", "marked", "cards", "page"]
"""How a page is followed: list stated in JSON-LD, list marked up (microformats), repeated elements, or the page's own
text."""


@dataclass(frozen=True, slots=True)
class PageList:
    """How a followed page is read, and since when that has failed."""

    followed: Followed
    shape: str = ""
    """The repeated element: tags from an article's link upwards."""
    different_since: datetime | None = None
    """Since when the page has had no matching list; None while it has one."""


Way = Literal["feed", "posts", "paged", "pages"]
"""Source of older articles: pages named by the feed, WordPress API, numbered pages of the feed, or article pages from
sitemaps."""


@dataclass(frozen=True, slots=True)
class Archive:
    """Progress of a feed's backfill."""

    way: Way
    next: str = ""
    """The next address; "" at the end."""
    page: int = 0
    """Pages read."""
    pages: int | None = None
    """Pages in all, if the site says so."""
    back_to: datetime | None = None
    """The date of the oldest article fetched so far."""
    is_done: bool = False
    """Whether everything was fetched."""
    seen: tuple[str, ...] = ()
    """Digests of fetched addresses, to detect loops."""
    last: str = ""
    """A digest of the last page, to detect repetition."""


BackfillStatus = Literal["page", "done", "failed", "stopped"]


@dataclass(frozen=True, slots=True)
class Backfilled:
    """The result of a step of a backfill, or the total."""

    feed: Feed
    status: BackfillStatus
    page: int = 0
    pages: int | None = None
    new: int = 0
    """New articles of this page; in the last event, of the whole backfill."""
    known: int = 0
    back_to: datetime | None = None
    error: str | None = None
    """Why it failed or stopped early."""


PAGES = "tuireader:pages"
"""The pseudo-address of the feed of saved pages."""

PAGES_TITLE = "Saved pages"

RefreshStatus = Literal["updated", "unchanged", "not-due", "failed", "gone"]


@dataclass(frozen=True, slots=True)
class Validators:
    """Validators of a response for conditional requests (RFC 9110, 8.8), byte for byte."""

    etag: str | None = None
    last_modified: str | None = None

    def __bool__(self) -> bool:
        return self.etag is not None or self.last_modified is not None


@dataclass(frozen=True, slots=True)
class Feed:
    """A subscription with its polling state."""

    id: int
    url: str
    title: str
    site: str
    """The address of the feed's site; may be ""."""
    validators: Validators = Validators()
    body_hash: bytes | None = None
    """SHA-256 of the last body that was parsed."""
    checked: datetime | None = None
    """When it was last requested, whatever the response."""
    due: datetime | None = None
    """When the next request is due; None: now."""
    not_before: datetime | None = None
    """The end of the server's Retry-After, which even a forced refresh respects."""
    pace: int | None = None
    """Minimum seconds between requests, as stated by the feed; None if not stated."""
    failures: int = 0
    """Failures in a row."""
    error: str | None = None
    """The last error as a sentence; None after a success."""
    gone: bool = False
    """Whether the site answered 410: never requested again."""
    moved_to: str | None = None
    """The target of recent permanent redirects."""
    moved_hits: int = 0
    """How many requests in a row were redirected to `moved_to`."""
    reach: Reach = Reach.UNKNOWN
    """Whether its server was in a private network when the user added it."""

    custom_title: str = ""
    """The user's own title; "" for the feed's title."""
    folder_id: int | None = None
    account_id: int = 0
    """0 for the local account."""
    server_id: str = ""
    """The id of the feed on the server of its account; "" for local feeds, and if the account no longer follows it."""
    answered: datetime | None = None
    """The last valid response."""

    @property
    def name(self) -> str:
        return self.custom_title or self.title or without_credentials(self.url)

    @property
    def given_name(self) -> str:
        """The name that the user gave it, here or on its server; "" for none."""
        return self.custom_title or (self.title if self.is_of_account else "")

    @property
    def holds_pages(self) -> bool:
        return self.url == PAGES

    @property
    def is_of_account(self) -> bool:
        """Whether it belongs to an account, so that its site is not requested."""
        return self.account_id != LOCAL

    @property
    def is_followed_for_us(self) -> bool:
        """Whether it belongs to an account whose server still follows it."""
        return self.is_of_account and bool(self.server_id)

    @property
    def is_never_asked(self) -> bool:
        """Whether its site is never requested: gone, the feed of saved pages, or an account's."""
        return self.gone or self.holds_pages or self.is_of_account

    @property
    def refreshed(self) -> datetime | None:
        """When its content was last current; None if unknown."""
        return self.answered or (self.checked if self.error is None else None)

    @property
    def tried(self) -> datetime | None:
        """The time of the last request if it failed; None after a success."""
        return self.checked if self.failures else None


@dataclass(frozen=True, slots=True)
class FeedSummary:
    """A subscription with its counts."""

    feed: Feed
    unread: int
    total: int

    @property
    def is_in_trouble(self) -> bool:
        return self.feed.error is not None or self.feed.gone


@dataclass(frozen=True, slots=True)
class Saved:
    """Ids of the articles that saving entries has added or changed."""

    new: tuple[int, ...] = ()
    """In the order of the feed, newest first."""
    changed: tuple[int, ...] = ()
    words: tuple[ArticleWords, ...] = ()
    """The words of each new article for rules; empty if there are no rules."""
    read: tuple[str, ...] = ()
    """Server ids of articles that are unread on the server, but were read and pruned here."""
    back: tuple[int, ...] = ()
    """New articles that had been pruned before."""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """The result of refreshing a feed."""

    feed: Feed
    status: RefreshStatus
    saved: Saved = Saved()
    skipped: int = 0
    """Entries that could not be read."""
    error: str | None = None
    offline: bool = False
    """Whether the failure looks like a missing network."""

    @property
    def new(self) -> int:
        return len(self.saved.new)

    @property
    def changed(self) -> int:
        return len(self.saved.changed)
