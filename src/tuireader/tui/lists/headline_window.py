"""A window of consecutive headlines in a long list, extended at both ends as rows become visible."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tuireader.model import article
from tuireader.model.article import Headline, StatusChange

PAGE = 64
KEPT = 12 * PAGE
"""Maximum headlines in the window."""


class Source(NamedTuple):
    """Reads headlines in pages."""

    at: Callable[[int, int], list[Headline]]
    """Headlines from a row on."""
    beside: Callable[[Headline | None, int, int], list[Headline]]
    """Headlines after one (1) or before it (-1), nearest first; without one, from the start or end of the list."""


@dataclass(frozen=True, slots=True)
class View:
    """A snapshot of a list: its length, some rows, and the rows of requested articles."""

    count: int
    start: int = 0
    """The row of the first of `rows`."""
    rows: Sequence[Headline] = ()
    places: Mapping[int, int | None] = field(default_factory=dict)
    """Rows by article id; None: not in the list."""
    contexts: Mapping[int, article.Excerpt] = field(default_factory=dict)
    """Loaded search excerpts by article id."""
    ranked: list[int] | None = None
    """The ids of the whole list if it is ranked: then pages are read from this."""
    highest: int | None = None
    """The highest article id in the cache; None if unknown."""

    def row_of(self, article_id: int) -> int | None:
        """The row of an article; None if it is not in the list. Raises KeyError if unknown."""
        for row, headline in enumerate(self.rows, self.start):
            if headline.id == article_id:
                return row
        return self.places[article_id]


class HeadlineWindow:
    """Rows without gaps or repetitions, whatever is added to the cache between reads.

    Rows keep the numbers of the view. Pages are read after the last or before the first headline, not by row number,
    which may have shifted. Only a jump reads by number and starts a new window; the pinned row keeps its headline.
    """

    def __init__(self, source: Source, view: View, changes: Sequence[StatusChange] = ()) -> None:
        """`changes` are status changes that reads may not include yet."""
        self._source = source
        self._changes = changes
        self.count = view.count
        """The number of rows, as far as known."""
        self.highest = view.highest
        self._first = 0
        self._start = view.start
        self._rows = self._as_changed(view.rows)
        self._pinned: tuple[int, Headline] | None = None

    def get(self, row: int) -> Headline | None:
        """The headline of a row, loaded if needed; None beyond the end."""
        if not self._first <= row < self.count:
            return None
        if not self._holds(row):
            if (pinned := self.pinned(row)) is not None:
                return pinned
            self._reach(row)
        return self._rows[row - self._start] if self._holds(row) else None

    def _holds(self, row: int) -> bool:
        return self._start <= row < self._end

    @property
    def _end(self) -> int:
        return self._start + len(self._rows)

    # The pinned row.

    def pin(self, row: int, headline: Headline | None = None) -> None:
        """Keep one row however far the window moves; `headline` is its content if known."""
        known = headline if headline is not None and not self._holds(row) else self.get(row)
        self._pinned = None if known is None else (row, known)

    def pinned(self, row: int) -> Headline | None:
        return self._pinned[1] if self._pinned is not None and self._pinned[0] == row else None

    # Reading on.

    def _reach(self, row: int) -> None:
        if not self._rows or not self._start - PAGE <= row < self._end + PAGE:
            self._jump(row)
        if row >= self._end:
            self._read_after()
        elif row < self._start:
            self._read_before()

    def _jump(self, row: int) -> None:
        if self._pinned is not None and abs(self._pinned[0] - row) < PAGE:
            self._start, self._rows = self._pinned[0], [self._pinned[1]]
        elif row < PAGE or row < self.count - PAGE:
            self._start = 0 if row < PAGE else row - PAGE // 2
            self._rows = self._as_changed(self._source.at(self._start, PAGE))
            if len(self._rows) < PAGE:
                self.count = min(self.count, self._end)
        else:  # from the end, which may be further on than it was
            self._rows = self._as_changed(self._source.beside(None, -1, PAGE))
            self._start = self.count - len(self._rows)

    def _read_after(self) -> None:
        if not self._rows:
            return
        found = self._source.beside(self._rows[-1], 1, PAGE)
        self._rows += self._new(found)
        if len(found) < PAGE:
            self.count = min(self.count, self._end)
        excess = max(0, len(self._rows) - KEPT)
        del self._rows[:excess]
        self._start += excess

    def _read_before(self) -> None:
        wanted = min(PAGE, self._start)
        found = self._source.beside(self._rows[0], -1, wanted)
        new = self._new(found)
        self._rows[:0] = new
        self._start -= len(new)
        if len(found) < wanted:
            self._first = self._start
        del self._rows[KEPT:]

    def _new(self, found: Sequence[Headline]) -> list[Headline]:
        """Headlines not in the window yet: an article whose date changed may appear again."""
        ids = self.ids()
        return self._as_changed([headline for headline in found if headline.id not in ids])

    def _as_changed(self, found: Sequence[Headline]) -> list[Headline]:
        for change in self._changes:
            found = [change.on(headline) for headline in found]
        return list(found)

    # What is here.

    def ids(self) -> frozenset[int]:
        return frozenset(headline.id for headline in self._rows)

    def row_of(self, article_id: int) -> int | None:
        return next((row for row, each in enumerate(self._rows, self._start) if each.id == article_id), None)

    def feeds(self) -> frozenset[int]:
        return frozenset(headline.feed_id for headline in self._rows)

    def apply(self, change: StatusChange) -> None:
        """Apply a status change to the headlines in the window."""
        self._rows = [change.on(headline) for headline in self._rows]
        if self._pinned is not None:
            self._pinned = (self._pinned[0], change.on(self._pinned[1]))
