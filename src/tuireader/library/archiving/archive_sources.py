"""Which ways a site offers to what is older, the best first; each is tried before it is taken."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from tuireader.errors import FetchError, FetchFailure, NotAFeedError
from tuireader.library.archiving.save_older import Kind, parsed
from tuireader.model.feed import Way
from tuireader.model.fetched import Page
from tuireader.urls.identity import same_site

if TYPE_CHECKING:
    import sqlite3

    from tuireader.feeds.wordpress import Says
    from tuireader.library.jobs.cache_gateway import Cache
    from tuireader.model.feed import Feed

Get = Callable[[str], Awaitable[Page]]
"""Asks the site for an address, politely; raises FetchError."""
_LEAVES_ALONE = frozenset({429, 503})


class Start(NamedTuple):
    """A way that leads on, and its first page, which has come already."""

    way: Way
    page: Page


class Front(NamedTuple):
    """The feed document as it is now."""

    says: Says
    older: str | None
    is_wordpress: bool
    guids: frozenset[str]
    links: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LookAtFront:
    """Parse a feed document for links to older articles. Can be pickled."""

    page: Page

    def __call__(self, _: sqlite3.Connection) -> Front:
        """Raises NotAFeedError."""
        from tuireader.feeds.wordpress import looks_like_wordpress, says

        found = parsed(self.page, "feed")
        return Front(
            says(self.page.content, found.older),
            found.older,
            looks_like_wordpress(self.page.content),
            frozenset(entry.guid for entry in found.entries),
            tuple(entry.link for entry in found.entries if entry.link),
        )


@dataclass(frozen=True, slots=True)
class _HoldsOlder:
    """Whether a page has entries that the front has not. It can be pickled."""

    page: Page
    kind: Kind
    guids: frozenset[str]

    def __call__(self, _: sqlite3.Connection) -> bool:
        try:
            entries = parsed(self.page, self.kind).entries
        except NotAFeedError:
            return False
        return self.kind == "posts" or any(entry.guid not in self.guids for entry in entries)


async def ways(cache: Cache, get: Get, feed: Feed, front: Front) -> AsyncGenerator[Start, None]:
    """The ways through feeds and the API, the best first; raises FetchError where the site is to be left alone."""
    from tuireader.feeds.wordpress import page_address, posts_addresses

    async def offered(way: Way, url: str, kind: Kind) -> Start | None:
        page = await asked(get, url)
        if page is None or not is_of_site(feed, page.url):
            return None
        is_older = await cache.take(_HoldsOlder(page, kind, front.guids))
        return Start(way, page) if is_older else None

    if front.says == "archived" and front.older and (start := await offered("feed", front.older, "feed")):
        yield start
    for url in posts_addresses(feed.url) if front.is_wordpress else ():
        if start := await offered("posts", url, "posts"):
            yield start
            break
    if front.says == "paged" and front.older and (start := await offered("feed", front.older, "feed")):
        yield start
    if front.guids and (start := await offered("paged", page_address(feed.url, 2), "feed")):
        yield start


async def asked(get: Get, url: str, miss: Callable[[str], None] = lambda _why: None) -> Page | None:
    """Fetch a page; None on a failure, which `miss` is told.

    Raises FetchError where the site is to be left alone.
    """
    try:
        return await get(url)
    except FetchError as error:
        if _is_final(error):
            raise
        miss(str(error))
        return None


def is_of_site(feed: Feed, url: str) -> bool:
    """Whether an address is on the site of a feed: what another one says is not for that to bring."""
    return any(same_site(url, own) for own in (feed.url, feed.site))


def _is_final(error: FetchError) -> bool:
    """Whether an error is no answer to whether there is a way: the site is away, or wants to be left alone."""
    if error.kind is FetchFailure.STATUS:
        return error.status in _LEAVES_ALONE
    return error.kind in (FetchFailure.OFFLINE, FetchFailure.UNREACHED, FetchFailure.HELD)
