"""The interface of all account servers, and messages about accounts."""

from __future__ import annotations

import asyncio
import os
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from tuireader.errors import FetchError, SyncError
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.politeness.queue import PoliteQueue
from tuireader.library.syncing import apply_remote
from tuireader.model.article import Clock, Field
from tuireader.model.feed import FOLDER, MINIFLUX, Account, Feed
from tuireader.model.fetched import Page, RemoteEntry, RemoteFeed, Synced
from tuireader.paths import open_own
from tuireader.store.statuses import lock
from tuireader.text.sentences import counted, listed
from tuireader.urls.hosts import Reach, named_host

_REFUSED = frozenset({401, 403})
LARGEST = 8_000_000
"""Maximum bytes of an answer; larger ones are requested in smaller parts."""
RUN_BYTES_MAX = 400_000_000
"""Maximum bytes of the articles of one run; the next run continues."""
MARKS_AT_ONCE = 250
"""Articles marked by one request."""

TURN, _AGAIN = 60.0, 0.2
"""Maximum seconds of waiting for another sync or push of the account, and seconds between two looks."""

RECENT = timedelta(days=14)
"""Maximum age of articles that are checked for corrections."""


class Login(NamedTuple):
    """The login of an account; never shown or stored."""

    user: str
    password: str
    is_token: bool = False

    def __repr__(self) -> str:
        return f"Login({self.user!r})"


class ApiClient:
    """Sends requests to one server, with its credentials."""

    def __init__(self, queue: PoliteQueue, url: str) -> None:
        """`url` is the base address."""
        self._queue = queue
        self.url = url.rstrip("/")
        self.headers: list[tuple[str, str]] = []
        """Headers of each request, with the credentials."""
        self.what_we_are = "the user name or password"
        self.gives = Reach.PUBLIC
        """The reach of addresses from the server: only a private server may lead to private addresses."""

    async def ask(self, path: str, *, method: str = "GET", body: bytes = b"", kind: str = "") -> Page:
        """Send a request to a path of the server; raises RefusedError and FetchError.

        Raises SyncError if a change is answered with a web page.
        """
        headers = [*self.headers, *([("Content-Type", kind)] if kind else [])]
        try:
            page = await self._queue.send(method, f"{self.url}{path}", body=body, headers=headers, limit=LARGEST)
        except FetchError as error:
            if error.status in _REFUSED:
                raise RefusedError(f"{named_host(self.url)} rejected {self.what_we_are}") from error
            raise
        self.gives = Reach.UNKNOWN if page.reach is Reach.PRIVATE else Reach.PUBLIC
        is_page = page.content_type.lower().startswith("text/html") and page.content.lstrip().startswith(b"<")
        if is_page and method != "GET":  # some servers say that of a plain OK
            raise SyncError(
                f"{named_host(self.url)} returned a web page instead of an API response. Check it in a browser: "
                "a login page or proxy may be in between"
            )
        return page


class RefusedError(SyncError):
    """The server refuses the login."""


class UnconfirmedError(SyncError):
    """The server did not confirm a change."""


class SwitchedOffError(SyncError):
    """The server's API is switched off."""


class PullRequest(NamedTuple):
    """What a pull works for: an account, and the check for a restored server."""

    account: Account
    is_set_back: Callable[[], Awaitable[bool]]
    """Checks whether the server was restored; to be called if anything has changed; statuses are then merged."""


@contextmanager
def alone(path: Path, account: Account) -> Iterator[None]:
    """Hold the lock for syncing an account; raises SyncError if another program has it."""
    try:
        held = os.fdopen(open_own(lock_of(path, account), os.O_CREAT | os.O_WRONLY), "a")
    except OSError as error:
        raise SyncError(f"Cannot write to {lock_of(path, account)}: {error.strerror}") from error
    with held:
        if not lock(held.fileno()):
            raise BusyAccountError(f"{account.name} is being synced by another tuireader")
        yield


@asynccontextmanager
async def in_turn(path: Path, account: Account, patience: float) -> AsyncIterator[None]:
    """Hold the lock for syncing an account as soon as it is free; raises SyncError after `patience` seconds."""
    until = time.monotonic() + patience
    while True:
        with ExitStack() as held:
            try:
                held.enter_context(alone(path, account))
            except BusyAccountError:
                if time.monotonic() >= until:
                    raise
            else:
                yield
                return
        await asyncio.sleep(_AGAIN)


def lock_of(path: Path, account: Account) -> Path:
    return path.with_name(f"{path.name}.sync-{account.id}")


class BusyAccountError(SyncError):
    """Another process is syncing the account."""


class Server(ABC):
    """A server with feeds, articles and marks of its user."""

    def __init__(self, talk: ApiClient, login: Login) -> None:
        """Requests go through `talk` with `login`."""
        self.talk = talk
        self.newest = 2**62
        """The highest article id in the cache before articles of this run were saved."""
        if login.is_token:
            talk.what_we_are = "this token"

    @abstractmethod
    async def sign_in(self) -> None:
        """Check the login; raises SyncError with the reason, and FetchError."""

    @abstractmethod
    async def user(self) -> str:
        """The name of the user who is signed in; "" if the server does not say."""

    @abstractmethod
    async def feeds(self) -> list[RemoteFeed]:
        """Fetch all subscriptions of the account."""

    @abstractmethod
    async def mark(self, field: Field, server_ids: Sequence[str], *, value: bool) -> Collection[str]:
        """Mark at most `MARKS_AT_ONCE` articles; idempotent. Returns the ids that it does not have."""

    @abstractmethod
    async def subscribe(self, url: str, folder: str) -> tuple[str, RemoteFeed | None]:
        """Follow a feed, in a folder if given; returns its server id, and the feed as it was if followed already."""

    @abstractmethod
    async def rename(self, feed_id: str, title: str) -> None:
        """Rename a feed on the server."""

    @abstractmethod
    async def move(self, feed_id: str, folder: str) -> None:
        """Put a feed into the folder of this name."""

    @abstractmethod
    async def unsubscribe(self, feed_id: str) -> None:
        """Unsubscribe from a feed, if it is followed."""

    @property
    @abstractmethod
    def at_once(self) -> int:
        """Number of articles in one request of `entries`."""

    @abstractmethod
    async def entries(self, numbers: Sequence[str]) -> list[RemoteEntry]:
        """Fetch articles by server ids."""

    async def proof(self, cursor: str) -> str:
        return cursor

    async def has_forgotten(self, cursor: str) -> bool:  # noqa: ARG002 - for servers that say when articles changed
        return False

    @abstractmethod
    def to_be_read_anew(self, cursor: str) -> str:
        """The cursor after a restore: `has_forgotten` is true for it until everything was read again."""

    async def is_behind(self, number: str) -> bool:  # noqa: ARG002 - for servers that count
        """Whether the server was restored from a backup, judged by a stored id that it no longer knows."""
        return True

    @property
    @abstractmethod
    def is_whole(self) -> bool:
        """Whether the last `pull` was complete."""

    @property
    @abstractmethod
    def has_read_all(self) -> bool:
        """Whether the last `pull` read all articles of all feeds."""

    @abstractmethod
    def read_feed(
        self, cache: Cache, clock: Clock, account: Account, feed: Feed, *, unites: bool
    ) -> AsyncGenerator[apply_remote.ApplyResult, None]:
        """Read all articles of one feed, and forget ids that the server does not have."""

    @abstractmethod
    def pull(self, cache: Cache, clock: Clock, wanted: PullRequest) -> AsyncGenerator[apply_remote.ApplyResult, None]:
        """Read what is new and apply its marks; yields the result of each step.

        What an interrupted run has saved is not requested again.
        """


def kind(account: Account) -> str:
    """The name of an account's server software."""
    if account.kind == MINIFLUX:
        return "Miniflux"
    if account.kind == FOLDER:
        return "a shared folder"
    return "FreshRSS" if account.url.endswith("greader.php") else "a Google Reader server"


def ended(event: Synced) -> str:
    """The result of a sync as a phrase, such as "3 new articles, 1 change received"."""
    turned = event.read + event.unread + event.starred + event.unstarred
    parts = [counted(event.new, "new article")] if event.new else []
    parts += [f"{counted(event.feeds, 'feed')} updated"] if event.feeds else []
    parts += [f"{counted(event.pushed, 'change')} sent"] if event.pushed else []
    parts += [f"{counted(turned, 'change')} received"] if turned else []
    return ", ".join(parts) or ("synced" if event.said else "no changes")


def waiting(count: int, where: str) -> str:
    """Return a message about pending changes."""
    return f"{counted(count, 'pending change')} for {where}"


def dropped(count: int, where: str) -> str:
    what = f"{counted(count, 'article')} that you changed"
    return f"{where} no longer has {what}: {'its' if count == 1 else 'their'} status stays on this device"


def of_account(account: Account, error: Exception) -> str:
    """An account's error as a sentence that starts with the account's name."""
    return str(error) if str(error).startswith(account.name) else f"{account.name}: {error}"


def ended_feeds(names: Sequence[str], where: str) -> str:
    """A sentence naming subscriptions that ended on the server."""
    return f"Unsubscribed on {where}: {listed(names)}"


def kept_feed(name: str, where: str) -> str:
    return f"{name} was unsubscribed on {where}. Kept on this device because it has starred or tagged articles."
