"""Articles: what is known of one, and its words."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from tuireader.model.headline import Names


class ArticleWords(NamedTuple):
    """The words of an article, as the search index takes them."""

    columns: tuple[tuple[str, ...], ...]
    """In order: those of its title, authors, categories and text."""
    every: frozenset[str]


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
class Excerpt:
    """A part of an article's text around a search match."""

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
