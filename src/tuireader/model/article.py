"""Articles: what is known of one, its row in lists, its words, and how many there are of what."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

    from tuireader.model.names import Names


PICTURE, ENCLOSURE = 1, 2

MEDIA_FLAGS: Mapping[str, int] = {"picture": PICTURE, "enclosure": ENCLOSURE}
"""What each is called where it is typed."""


class ArticleWords(NamedTuple):
    """The words of an article, as the search index takes them."""

    columns: tuple[tuple[str, ...], ...]
    """In order: those of its title, authors, categories and text."""
    every: frozenset[str]


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


@dataclass(frozen=True, slots=True)
class Article:
    """What the site said of one article; its body is kept apart."""

    id: int
    feed_id: int
    feed_title: str
    feed_url: str
    guid: str
    title: str
    link: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    published: datetime | None
    updated: datetime | None
    date: datetime
    """What it is sorted by: published, else updated, else first seen; never in the future when saved."""
    words: int
    offline: bool
    """Whether its whole text is here: false for what looks like an excerpt."""

    @property
    def has_page(self) -> bool:
        return self.link.startswith(("http://", "https://"))


@dataclass(frozen=True, slots=True)
class Status:
    """What the user did with an article."""

    read: bool = False
    starred: bool = False
    position: int = 0
    """Where reading stopped: characters of the document's text above the first line on screen."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A piece of an article's text around what was searched for."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()
    """Where in `text` the words are: starts and ends."""


@dataclass(frozen=True, slots=True)
class Facet:
    """A category or an author, with the counts of its articles under some query."""

    name: str
    unread: int
    total: int


class FacetColumns(NamedTuple):
    """The same of many names, in columns: tens of thousands of objects would take megabytes."""

    names: Names
    unread: array[int]
    totals: array[int]


@dataclass(frozen=True, slots=True)
class Totals:
    """How many articles there are under some query."""

    all: int
    unread: int
    starred: int
