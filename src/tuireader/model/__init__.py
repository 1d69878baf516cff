"""The nouns: frozen dataclasses that every room shares. Times are aware datetimes in UTC.

All of them are imported from here. What the first screen does not show is made when it is first asked for: to make a
dataclass takes a third of a millisecond.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

    from tuireader.model.articles import Article, Excerpt, Facet, Status, Totals
    from tuireader.model.fetched import FeedLink, Known, Page, ParsedEntry, ParsedFeed, Plan, Prepared
    from tuireader.model.subscriptions import Feed, FeedSummary, Refreshed, Validators

__all__ = [
    "WORDS_PER_MINUTE", "Article", "Excerpt", "Facet", "Feed", "FeedLink", "FeedSummary", "Headline", "Known", "Order",
    "Page", "ParsedEntry", "ParsedFeed", "Plan", "Prepared", "Query", "RefreshStatus", "Refreshed", "Status", "Totals",
    "Validators", "minutes",
]  # fmt: skip

_PARTS = {
    "articles": ("Article", "Excerpt", "Facet", "Status", "Totals"),
    "fetched": ("FeedLink", "Known", "Page", "ParsedEntry", "ParsedFeed", "Plan", "Prepared"),
    "subscriptions": ("Feed", "FeedSummary", "Refreshed", "Validators"),
}

Order = Literal["newest", "oldest", "shortest", "longest", "best"]
"""`best` is best match first; without a text to match it is `newest`."""
RefreshStatus = Literal["updated", "unchanged", "not-due", "failed", "gone"]

WORDS_PER_MINUTE = 230
"""Silent reading of non-fiction in English: 238 words a minute (Brysbaert 2019), less a little for a screen."""


def minutes(words: int) -> int:
    """Minutes that reading so many words takes, at least one where there are words."""
    return max(1, round(words / WORDS_PER_MINUTE)) if words else 0


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


if not TYPE_CHECKING:  # a type checker that saw this would take any name for one of ours

    def __getattr__(name: str) -> type:
        """Make a noun that is not made yet, and those that belong with it."""
        for part, names in _PARTS.items():
            if name in names:
                module = import_module(f"{__name__}.{part}")
                globals().update((each, getattr(module, each)) for each in names)
                return globals()[name]
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
