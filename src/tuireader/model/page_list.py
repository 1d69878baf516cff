"""A page that is followed although it is no feed: for the articles that it lists, or for its own changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

Followed = Literal["stated", "marked", "cards", "page"]
"""For what: a list that it states in JSON-LD, one that it marks (microformats), one of elements that repeat; or
for its own text."""


@dataclass(frozen=True, slots=True)
class PageList:
    """What was learned of a page that is followed."""

    followed: Followed
    shape: str = ""
    """What repeats on it: the tags from the link of an article up."""
    different_since: datetime | None = None
    """When nothing of what was learned was found on it any more; None while it is."""
