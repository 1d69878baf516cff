"""Queries: filters and order of a list; saved searches and rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

PICTURE, ENCLOSURE = 1, 2
"""Bits for what an article has besides text."""
MEDIA_FLAGS: Mapping[str, int] = {"picture": PICTURE, "enclosure": ENCLOSURE}
"""The bit of each of these by its name in queries."""


class SavedSearch(NamedTuple):
    """A named search in the language of `store.queries.query_language`."""

    id: int
    name: str
    query: str


Order = Literal["newest", "oldest", "shortest", "longest", "best"]
"""`best` is best match first; without a search text it means `newest`."""


@dataclass(frozen=True, slots=True)
class Query:
    """Filters and an order; all filters must match. Unsubscribed feeds match only if `feeds` has them."""

    feeds: tuple[int, ...] = ()
    """Ids of feeds, any of which must match; empty: all."""
    not_feeds: tuple[int, ...] = ()
    """Ids of excluded feeds."""
    without_quiet: bool = False
    """Whether quiet feeds, whose unread articles are counted separately, are excluded."""
    folders: tuple[int, ...] = ()
    """Ids of folders, any of which must match; 0: no folder."""
    not_folders: tuple[int, ...] = ()
    categories: tuple[str, ...] = ()
    """Whole names, any of which must match; "": no category. Likewise authors and tags."""
    not_categories: tuple[str, ...] = ()
    """Excluded names."""
    authors: tuple[str, ...] = ()
    not_authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    not_tags: tuple[str, ...] = ()
    apart: bool = False
    """Whether duplicates are listed as articles of their own."""
    unread: bool = False
    starred: bool = False
    text: str = ""
    """The search text; for the syntax see `store.queries.query_language`."""
    since: datetime | None = None
    until: datetime | None = None
    order: Order = "newest"
    keep: frozenset[int] = field(default=frozenset())
    """Articles kept in an `unread` or `starred` list although they no longer match: those opened last."""

    @property
    def is_wide(self) -> bool:
        """Whether there is no filter by feed, folder, tag or text.

        Unread articles of quiet feeds are left out of the counts of such queries.
        """
        return not (self.feeds or self.folders or self.tags or self.text.strip())


HIDE, READ, STAR, KEEP, TAG = 1, 2, 4, 8, 16
"""Actions of a rule, as bits."""
TAG_SEPARATOR = "\x1f"
"""Separates the tags of a stored rule."""


TAGS_MAX = 50
"""Maximum tags of a rule: each has a bit of a 64-bit number."""


def tag_bit(place: int) -> int:
    """The bit that records a rule's tag by its index in `Rule.tags`; 0 from index `TAGS_MAX` on."""
    return 1 << (5 + place) if place < TAGS_MAX else 0


def tags_given(did: int, tags: Sequence[str]) -> list[str]:
    """The tags of a rule that it added to an article, decoded from the stored effect bits `did`.

    `TAG` without any tag bit stands for all tags.
    """
    return [tag for place, tag in enumerate(tags) if did & TAG and (did & tag_bit(place) or did < tag_bit(0))]


@dataclass(frozen=True, slots=True)
class Rule:
    """Actions on each new article that matches a query."""

    query: str
    """In the language of `store.queries.query_language`."""
    hide: bool = False
    """Hide it from everything but searches for hidden articles."""
    read: bool = False
    star: bool = False
    keep: bool = False
    """Exempt it from expiry and pruning."""
    tags: tuple[str, ...] = ()
    feed_id: int | None = None
    """Restrict it to a feed."""
    folder_id: int | None = None
    """Restrict it to the feeds of a folder."""
    until: datetime | None = None
    """When it ends; its effects stay."""
    id: int = 0
    """0 if not saved."""

    @property
    def actions(self) -> int:
        chosen = ((HIDE, self.hide), (READ, self.read), (STAR, self.star), (KEEP, self.keep), (TAG, bool(self.tags)))
        return sum(bit for bit, is_done in chosen if is_done)

    def as_row(self) -> dict[str, Any]:
        """Its query and actions in JSON types, without feed, folder, end and id."""
        marks = {"hide": self.hide, "read": self.read, "star": self.star, "keep": self.keep}
        return {"query": self.query} | marks | {"tags": list(self.tags)}

    @property
    def said(self) -> str:
        """What the rule does, in words."""
        words = ((self.hide, "hide"), (self.read, "mark as read"), (self.star, "star"), (self.keep, "keep"))
        done = [word for is_done, word in words if is_done]
        return ", ".join([*done, *(f"tag “{tag}”" for tag in self.tags)])
