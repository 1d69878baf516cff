"""Articles, excerpts and counts by label."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from tuireader.model.headline import Names


class ArticleWords(NamedTuple):
    """The words of an article, as in the search index."""

    columns: tuple[tuple[str, ...], ...]
    """In order: title, authors, categories, text."""
    every: frozenset[str]


@dataclass(frozen=True, slots=True)
class Article:
    """An article as its site describes it; its body is stored separately."""

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
    """The sort date: published, else updated, else first seen; never in the future when saved."""
    words: int
    offline: bool
    """Whether its whole text is here; False for a probable excerpt."""

    @property
    def has_page(self) -> bool:
        return self.link.startswith(("http://", "https://"))


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Part of an article's text around a search match."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()
    """Start and end of each match in `text`."""


@dataclass(frozen=True, slots=True)
class Facet:
    """A category or author with counts under a query."""

    name: str
    unread: int
    total: int


class FacetColumns(NamedTuple):
    """Facets in columns: tens of thousands of objects would take megabytes."""

    names: Names
    unread: array[int]
    totals: array[int]


@dataclass(frozen=True, slots=True)
class Totals:
    """Article counts under a query."""

    all: int
    unread: int
    starred: int
