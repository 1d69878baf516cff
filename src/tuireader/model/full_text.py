"""Whether feeds give whole articles, and what is done where they do not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime


Mode = Literal["auto", "always", "never"]
"""When the pages of new articles are read: where the feed gives excerpts, always, or never."""
Gives = Literal["", "excerpts", "whole", "closed"]
"""What a feed gives, as its first articles beside their pages have shown: "closed" where these pages cannot be had;
empty: it was not looked at."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What is known of the texts of a feed."""

    gives: Gives = ""
    looked: datetime | None = None
    """When that was found out."""
    up_to: int = 0
    """The highest id of the feed's articles that were looked at: those above are new."""


@dataclass(frozen=True, slots=True)
class Incomplete:
    """An article of which only the feed's text is here."""

    id: int
    link: str
    words: int
    is_excerpt: bool
    """Whether that text says that there is more."""
    date: datetime | None
