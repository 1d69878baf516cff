"""Bodies that are so large, or have so many tags, that reading them may take minutes, as someone may intend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuireader.errors import FetchError
from tuireader.urls.hosts import named_host

if TYPE_CHECKING:
    from tuireader.library.jobs.cache_gateway import Cache
    from tuireader.library.jobs.work import Result, Work
    from tuireader.model.fetched import Page

LARGE = 2_000_000
"""Bytes from which on a body is read in a process of its own, whatever it is."""
TAGS = 100_000
"""Tags, also those that are escaped, from which on it is: some seconds at worst."""
PATIENCE = 60.0
"""Seconds in which that has to be read and saved: one of fifty thousand entries takes ten on a machine of its own."""


def looks_heavy(content: bytes) -> bool:
    return len(content) > LARGE or content.count(b"<") + content.count(b"&lt;") > TAGS


async def take(cache: Cache, work: Work[Result], page: Page, *, is_heavy: bool = False) -> Result:
    """Take in a page, in the time that it may take; raises FetchError where it takes longer.

    `is_heavy`: it may take long, however small it is.
    """
    if not (is_heavy or looks_heavy(page.content)):
        return await cache.take(work)
    try:
        return await cache.take_apart(work, PATIENCE)
    except TimeoutError:
        raise FetchError(f"{named_host(page.url)} sent a feed that takes too long to be read") from None
