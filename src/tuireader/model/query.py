"""Which articles are meant, in which order; and queries that are saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime


PICTURE, ENCLOSURE = 1, 2
"""Media flags: what an article may have besides its text, as bits of one number."""
MEDIA_FLAGS: Mapping[str, int] = {"picture": PICTURE, "enclosure": ENCLOSURE}
"""By their names in queries."""


class SavedSearch(NamedTuple):
    """A search, in the language of `store.query_language`, and what the user calls it."""

    id: int
    name: str
    query: str


Order = Literal["newest", "oldest", "shortest", "longest", "best"]
"""`best` is best match first; without a text to match it is `newest`."""


@dataclass(frozen=True, slots=True)
class Query:
    """Which articles, in which order: everything given must hold."""

    feeds: tuple[int, ...] = ()
    """The ids of feeds, of any of which an article may be; none: of all."""
    not_feeds: tuple[int, ...] = ()
    """The ids of feeds, of none of which an article may be."""
    left_feeds: tuple[int, ...] = ()
    """The ids of feeds of which nothing is shown or counted: the user has left them, and may take that back."""
    without_quiet: bool = False
    """Nothing of feeds whose unread articles count apart."""
    folders: tuple[int, ...] = ()
    """The ids of folders, in any of which the feed may be; 0 is for none at all."""
    not_folders: tuple[int, ...] = ()
    categories: tuple[str, ...] = ()
    """Whole names, any of which an article may have; "" is for none at all. So are authors and tags."""
    not_categories: tuple[str, ...] = ()
    """Whole names, none of which an article may have."""
    authors: tuple[str, ...] = ()
    not_authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    not_tags: tuple[str, ...] = ()
    apart: bool = False
    """Each telling of a story is an article of its own, also where another one tells it more fully."""
    unread: bool = False
    starred: bool = False
    text: str = ""
    """What was typed into the search; see `store.search` for its syntax."""
    since: datetime | None = None
    until: datetime | None = None
    order: Order = "newest"
    keep: frozenset[int] = field(default=frozenset())
    """Articles that stay in an `unread` or `starred` list although they no longer belong: what was just opened."""
