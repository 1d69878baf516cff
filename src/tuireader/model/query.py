"""Queries: which articles are meant, in which order; saved searches, and rules that act on what they find."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
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
    """Each telling of a story is an article of its own, even if another one tells it more fully."""
    unread: bool = False
    starred: bool = False
    text: str = ""
    """What was typed into the search; see `store.search` for its syntax."""
    since: datetime | None = None
    until: datetime | None = None
    order: Order = "newest"
    keep: frozenset[int] = field(default=frozenset())
    """Articles that stay in an `unread` or `starred` list although they no longer belong: what was just opened."""


HIDE, READ, STAR, KEEP, TAG = 1, 2, 4, 8, 16
"""What a rule does, or did to an article, as bits of one number."""
TAG_SEPARATOR = "\x1f"
"""What stands between the tags of a rule as it is kept."""


def tag_bit(place: int) -> int:
    """The bit of the tag at this place of a rule: that one was given; beyond the tenth there are none."""
    return 1 << (5 + place) if place < 10 else 0


def tags_given(did: int, tags: Sequence[str]) -> list[str]:
    """Those of a rule's tags that it gave to an article, as the bits of what it did say."""
    return [tag for place, tag in enumerate(tags) if did & TAG and (did & tag_bit(place) or did < tag_bit(0))]


@dataclass(frozen=True, slots=True)
class Rule:
    """What is done with each article that a query finds, as it arrives."""

    query: str
    """In the language of `store.query_language`."""
    hide: bool = False
    """Nothing shows it but what asks for hidden articles."""
    read: bool = False
    star: bool = False
    keep: bool = False
    """It stays unread, and stays here, however old it gets."""
    tags: tuple[str, ...] = ()
    feed_id: int | None = None
    """It is for articles of this feed only."""
    folder_id: int | None = None
    """It is for articles of the feeds in this folder only."""
    until: datetime | None = None
    """From then on it does nothing more; what it did stays."""
    id: int = 0
    """0 for one that is not kept yet."""

    @property
    def actions(self) -> int:
        chosen = ((HIDE, self.hide), (READ, self.read), (STAR, self.star), (KEEP, self.keep), (TAG, bool(self.tags)))
        return sum(bit for bit, is_done in chosen if is_done)

    @property
    def said(self) -> str:
        """What it does, in words."""
        words = ((self.hide, "hide"), (self.read, "mark read"), (self.star, "star"), (self.keep, "keep"))
        done = [word for is_done, word in words if is_done]
        return ", ".join([*done, *(f"tag “{tag}”" for tag in self.tags)])
