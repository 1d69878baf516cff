"""How far a feed's site has been read back, and what comes of reading on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

    from tuireader.model.feed import Feed

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
