"""An article, its full text, and a row of the list."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple, TypeVar, overload


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
    """Whether the full text is in the cache; False if that is probably an excerpt."""

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
    """A category, author or tag with counts under a query."""

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


Mode = Literal["auto", "always", "never"]
"""When the pages of new articles are fetched: if the feed gives excerpts, always, or never."""
Gives = Literal["", "excerpts", "whole", "closed"]
"""The kind of texts that a feed gives; "closed": its pages are not available; "": unknown."""


@dataclass(frozen=True, slots=True)
class TextFacts:
    """Facts about the texts of a feed."""

    gives: Gives = ""
    looked: datetime | None = None
    """When `gives` was determined."""
    up_to: int = 0
    """The highest article id that was checked."""


@dataclass(frozen=True, slots=True)
class Incomplete:
    """An article of which the cache has only the text in the feed, not that of its page."""

    id: int
    link: str
    words: int
    is_excerpt: bool
    """Whether the text says that it is an excerpt."""
    date: datetime | None


WORDS_PER_MINUTE = 230
"""Silent reading of non-fiction in English: 238 words a minute (Brysbaert 2019), a little less on a screen."""


@dataclass(frozen=True, slots=True)
class Status:
    """The user's status of an article."""

    read: bool = False
    starred: bool = False
    position: int = 0
    """Reading position: characters of the text above the first visible line."""
    tags: tuple[str, ...] = ()
    """The tags, where they are loaded."""


def minutes(words: int) -> int:
    """The reading time of a number of words in minutes, at least 1."""
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
    """Whether the site states a date; else `date` is only the sort date."""

    offline: bool = True
    """Whether the full text is in the cache, not only an excerpt."""
    feeds: int = 1
    """Number of feeds with this article or a duplicate of it."""

    @property
    def status(self) -> Status:
        """Read and starred as a `Status`; the reading position is unknown, and 0."""
        return Status(self.read, self.starred)


_CODE = ("utf-8", "surrogatepass")


class Names(Sequence[str]):
    """A list of strings in one byte array, which saves 50 bytes for each."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._joined = bytearray()
        self._ends = array("I")
        for name in names:
            self.append(name)

    def append(self, name: str) -> None:
        self._joined += name.encode(*_CODE)
        self._ends.append(len(self._joined))

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...

    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        at = index if index >= 0 else len(self) + index
        if not 0 <= at < len(self):
            raise IndexError(index)
        return self._joined[self._ends[at - 1] if at else 0 : self._ends[at]].decode(*_CODE)

    def index(self, value: Any, start: int = 0, stop: int | None = None) -> int:
        """The index of the first text equal to `value`; raises ValueError."""
        stop = len(self) if stop is None else stop
        if isinstance(value, str):
            sought = value.encode(*_CODE)
            begin = self._ends[start - 1] if start else 0
            for at in range(start, stop):
                end = self._ends[at]
                if end - begin == len(sought) and self._joined.startswith(sought, begin):
                    return at
                begin = end
        raise ValueError(f"{value!r} is not there")

    def __contains__(self, value: object) -> bool:
        try:
            self.index(value)
        except ValueError:
            return False
        return True


Shown = TypeVar("Shown", "Headline", "Status")


class StatusChange(NamedTuple):
    """A change of articles' statuses and tags; None leaves a field unchanged."""

    ids: Collection[int]
    read: bool | None = None
    starred: bool | None = None
    position: int | None = None
    tagged: Sequence[str] = ()
    untagged: Sequence[str] = ()

    def on(self, headline: Headline) -> Headline:
        return self.over(headline) if headline.id in self.ids else headline

    def over(self, shown: Shown) -> Shown:
        """Apply the change to a headline or status."""
        return replace(
            shown,
            read=shown.read if self.read is None else self.read,
            starred=shown.starred if self.starred is None else self.starred,
        )


def with_changes(article_id: int, shown: Shown, changes: Iterable[StatusChange]) -> Shown:
    """An article's headline or status with those of the changes that concern it, which the cache does not have yet."""
    for change in changes:
        if article_id in change.ids:
            shown = change.over(shown)
    return shown


Field = Literal["read", "starred"]


@dataclass(frozen=True, slots=True)
class Change:
    """A status change in the outbox, still to be sent to the account of the article."""

    number: int
    """Its row in the outbox: later changes have higher numbers."""
    article_id: int
    server_id: str
    """The server's id of the article; "" if unknown there."""
    field: Field
    value: bool
    changed: datetime
    """When it was made."""
    is_unasked: bool = False
    """Whether it was made by a rule or by expiry, not by the user."""


Clock = Callable[[], datetime]
"""Returns the current time, as an aware datetime in UTC."""


def utc_now() -> datetime:
    return datetime.now(UTC)
