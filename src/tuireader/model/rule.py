"""What is to be done with articles by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

HIDE, READ, STAR, KEEP, TAG = 1, 2, 4, 8, 16
"""What a rule does, or did to an article, as bits of one number."""
TAG_SEPARATOR = "\x1f"
"""What stands between the tags of a rule as it is kept."""


def tag_bit(place: int) -> int:
    """The bit of the tag at this place of a rule: that one was given; beyond the tenth there are none."""
    return 1 << (5 + place) if place < 10 else 0


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
