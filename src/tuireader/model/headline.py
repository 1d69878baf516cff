"""A row of the headline list, how long reading takes, and names packed into columns."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

if TYPE_CHECKING:
    from datetime import datetime

    from tuireader.model.article import Status


WORDS_PER_MINUTE = 230
"""Silent reading of non-fiction in English: 238 words a minute (Brysbaert 2019), less a little for a screen."""


def minutes(words: int) -> int:
    """Reading time of so many words in minutes, at least one."""
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


_CODE = ("utf-8", "surrogatepass")


class Names(Sequence[str]):
    """A list of texts that are held as one, and made when they are asked for: each alone would take 50 bytes more."""

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
        """A text, made now."""
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        at = index if index >= 0 else len(self) + index
        if not 0 <= at < len(self):
            raise IndexError(index)
        return self._joined[self._ends[at - 1] if at else 0 : self._ends[at]].decode(*_CODE)

    def index(self, value: Any, start: int = 0, stop: int | None = None) -> int:
        """The place of the first text that is `value`; ValueError where there is none."""
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
        """Whether a text is there."""
        try:
            self.index(value)
        except ValueError:
            return False
        return True
