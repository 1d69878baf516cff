"""Headlines: rows of the list, statuses, and status changes."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple, TypeVar, overload

WORDS_PER_MINUTE = 230
"""Silent reading of non-fiction in English: 238 words a minute (Brysbaert 2019), a little less on a screen."""


@dataclass(frozen=True, slots=True)
class Status:
    """The user's status of an article."""

    read: bool = False
    starred: bool = False
    position: int = 0
    """Reading position: characters of the text above the first visible line."""


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
    """Whether its whole text is here, not only an excerpt."""
    feeds: int = 1
    """Number of feeds with this story."""

    @property
    def status(self) -> Status:
        """The status as far as a row has it: without the reading position."""
        return Status(self.read, self.starred)


_CODE = ("utf-8", "surrogatepass")


class Names(Sequence[str]):
    """A list of strings stored as one; each alone would take 50 bytes more."""

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
    """A status as read, with the changes that were not written at that time."""
    for change in changes:
        if article_id in change.ids:
            shown = change.over(shown)
    return shown


Field = Literal["read", "starred"]


@dataclass(frozen=True, slots=True)
class Change:
    """A mark of an article that its account does not know yet."""

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
    """Whether a rule or an age made it, not the user."""


Clock = Callable[[], datetime]
"""Returns the current time, as an aware datetime in UTC."""


def utc_now() -> datetime:
    return datetime.now(UTC)
