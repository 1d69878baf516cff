"""A row of the headline list, and how long reading takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from tuireader.model.article import Status

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
    is_dated: bool = True
    """Whether its site says when it was written; else `date` is only what it is sorted by."""

    offline: bool = True
    """Whether its text is here, and not only the beginning of it."""
    feeds: int = 1
    """How many feeds tell its story."""

    @property
    def status(self) -> Status:
        """What the user did with the article, as far as a row knows it: not where reading stopped."""
        from tuireader.model.article import Status  # made when it is first asked for: no start waits for it

        return Status(self.read, self.starred)
