"""Whether feeds give whole articles, and when pages are fetched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime


Mode = Literal["auto", "always", "never"]
"""When the pages of new articles are fetched: if the feed gives excerpts, always, or never."""
Gives = Literal["", "excerpts", "whole", "closed"]
"""What a feed was found to give; "closed": its pages are not available; "": unknown."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What is known about the texts of a feed."""

    gives: Gives = ""
    looked: datetime | None = None
    """When that was found out."""
    up_to: int = 0
    """The highest article id that was checked."""


@dataclass(frozen=True, slots=True)
class Incomplete:
    """An article with the feed's text only."""

    id: int
    link: str
    words: int
    is_excerpt: bool
    """Whether the text says that it is an excerpt."""
    date: datetime | None
