"""The headline list: rows over a list of any length, loaded page by page as they become visible."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from rich.cells import cell_len
from textual.message import Message

from tuireader.model import article
from tuireader.model.article import Clock, Headline, StatusChange, minutes
from tuireader.text.printable import printable
from tuireader.tui.lists.headline_window import HeadlineWindow, Source, View
from tuireader.tui.lists.row_list import RowList
from tuireader.tui.lists.rows import Piece
from tuireader.tui.support.safe_text import ELLIPSIS, age, cut, day_head, from_right, is_relative, lines, pad, people
from tuireader.tui.support.viewport import Omitted, is_linear, unless_omitted

_AGE = 8
"""Cells of the longest age: "Mar 2014"."""
_FEED = 24
"""Maximum cells of a feed's name in a compact list."""
_LONG = 5
"""Minutes from which a reading time is shown."""
_SEARCHED_HEIGHT = 4
"""Maximum lines of a row with a search excerpt."""
_NOTHING = Source(lambda _row, _limit: [], lambda _headline, _step, _limit: [])


class InTitle(NamedTuple):
    """The matches of a search in a title."""

    marks: Sequence[tuple[int, int]]
    """Start and end of each match."""
    is_all: bool
    """Whether the title contains all search words."""


Find = Callable[[str], InTitle]


class HeadlineList(RowList):
    """The list of headlines; the cursor stays on its article when rows change."""

    class Pointed(Message):
        """The cursor moved to another headline, or the list got the focus."""

    class Opened(Message):
        """A headline was opened."""

        def __init__(self, article_id: int) -> None:
            super().__init__()
            self.article_id = article_id

    class Selected(Message):
        """The headline under the cursor was selected or deselected."""

    class ContextWanted(Message):
        """A request to load the search excerpts of visible headlines (`ids`)."""

        def __init__(self, ids: tuple[int, ...]) -> None:
            super().__init__()
            self.ids = ids

    def __init__(
        self,
        clock: Clock,
        unwritten: Sequence[StatusChange] = (),
        *,
        id: str | None = None,  # noqa: A002 - Textual's name
    ) -> None:
        """`unwritten` holds changes that are shown although reads may not include them yet."""
        super().__init__(id=id)
        self._clock = clock
        self._source = _NOTHING
        self._window = HeadlineWindow(_NOTHING, View(0))
        self._unwritten = unwritten
        self._with_feed = False
        self.searched = False
        """Whether rows show a search excerpt."""
        self.by_day = False
        """Whether the list is sorted by date: then days have headings, and rows no dates."""
        self._contexts: dict[int, article.Excerpt] = {}
        self._wanting: set[int] = set()
        self.is_untouched = True
        """Whether the user has not moved in this list: then it stays at its top when articles arrive."""
        self.dense = False
        """Compact: one line a headline, no blank lines."""
        self._open: int | None = None
        self.selected: frozenset[int] = frozenset()
        """Selected articles."""
        self.find: Find | None = None
        """Finds the search words in titles; None without a search."""

    @property
    def with_feed(self) -> bool:
        return self._with_feed

    @with_feed.setter
    def with_feed(self, with_feed: bool) -> None:
        if with_feed != self._with_feed:
            self._with_feed = with_feed
            self.refresh()

    # The rows.

    @property
    def highest(self) -> int | None:
        """The highest article id when the list was read; newer articles are not in it. None if unknown."""
        return self._window.highest

    def show(self, source: Source, view: View, *, at: int | None = None, line: int = 0) -> None:
        """Show another list, from its top or with the cursor on an article (`at`), `line` lines below the top."""
        self._source = source
        self._window = HeadlineWindow(source, view, self._unwritten)
        self._contexts = dict(view.contexts)
        self.is_untouched = at is None
        row = None if at is None else view.row_of(at)
        self.put_cursor(row or 0, line if row else 0)
        self._settle()
        self.cursor_moved()

    def update_rows(self, view: View) -> bool:
        """Replace rows by a newer view; the cursor stays on its article, and the scroll position too.

        Returns False if the view is stale: the cursor moved after it was requested.
        """
        if self.is_untouched and not self.cursor and not self.scroll_anchor()[1]:
            self._window = HeadlineWindow(self._source, view, self._unwritten)
            self.put_cursor(0, 0)
            self.cursor_moved()
            return view.start == 0
        here, cursor = self.current, self.cursor
        row, line = self.scroll_anchor()
        at = self.headline(row)
        try:
            place = None if here is None else view.row_of(here.id)
            stand = None if at is None else view.row_of(at.id)
        except KeyError:
            return False
        self._window = HeadlineWindow(self._source, view, self._unwritten)
        self.cursor = max(0, min(cursor if place is None else place, view.count - 1))
        if place is not None:
            self._window.pin(place, here)
        self.scroll_row_to(row if stand is None else stand, line)
        return True

    def to_keep(self) -> tuple[int, tuple[int, ...]]:
        """The state by which `update_rows` keeps the position: a visible row, its article and that at the cursor."""
        if self.is_untouched and not self.cursor:
            return 0, ()
        row, _ = self.scroll_anchor()
        kept = (self.headline(row), self.current)
        return row, tuple(dict.fromkeys(headline.id for headline in kept if headline is not None))

    def bring(self, article_id: int, view: View | None) -> None:
        """Move the cursor to an opened article; `view` holds the rows around it, in case they are not loaded."""
        self.is_untouched = False
        row = self._window.row_of(article_id)
        if row is None and view is not None and (row := view.row_of(article_id)) is not None:
            self._window = HeadlineWindow(self._source, view, self._unwritten)
            self.put_cursor(row, max(0, min(self.cursor_line(), self.room - 1)))
            self.reveal()
            self.cursor_moved()
        elif row is not None and row != self.cursor:
            self.move_to(row)

    def apply(self, change: StatusChange) -> None:
        self._window.apply(change)
        self.refresh()

    def mark_open(self, article_id: int) -> None:
        """Mark the article that is open beside the list."""
        if self._open != article_id:
            self._open = article_id
            self.refresh()

    def now(self) -> datetime:
        return self._clock()

    def select(self, ids: frozenset[int]) -> None:
        """Select exactly these articles."""
        if ids != self.selected:
            self.selected = ids
            self.refresh()

    def is_marked(self, row: int) -> bool:
        headline = self.headline(row) if self._open is not None else None
        return headline is not None and headline.id == self._open

    @property
    def current(self) -> Headline | None:
        return self._window.pinned(self.cursor) or self.headline(self.cursor)

    def ids(self) -> frozenset[int]:
        return self._window.ids()

    def spans_feeds(self) -> bool:
        return len(self._window.feeds()) > 1

    def headline(self, row: int) -> Headline | None:
        return self._window.get(row)

    def row_count(self) -> int:
        return self._window.count

    def row_height(self, row: int) -> int:
        return self.lead_lines(row) + self.cursor_lines(row) + (not self.dense)

    def lead_lines(self, row: int) -> int:
        return 1 if self._day_head(row) else 0

    def _day_head(self, row: int) -> str:
        """The heading above a row: that of its date, unless it is also that of the row before."""
        headline = self.headline(row) if self.by_day else None
        if headline is None:
            return ""
        before = self.headline(row - 1) if row else None
        head = day_head(headline.date, self._clock())
        return head if before is None or day_head(before.date, self._clock()) != head else ""

    def cursor_lines(self, row: int) -> int:
        """The lines of a row without the blank line after it."""
        if self.dense:
            return 1
        headline = self.headline(row)
        if headline is None:
            return 1
        return 1 + self._has_context(headline) + len(self._title_lines(headline))

    def _has_context(self, headline: Headline) -> bool:
        return self.searched and not (self.find is not None and self.find(headline.title).is_all)

    # Their lines.

    def _title_width(self, headline: Headline) -> int:
        return max(1, self.size.width - 5 - sum(cell_len(text) for text, _ in self._tail(headline)[:2]))

    def _title_lines(self, headline: Headline) -> tuple[str, ...]:
        return lines(printable(headline.title) or "Untitled", self._title_width(headline), 2)

    def _title(self, headline: Headline) -> list[list[Piece]]:
        """The lines of a title in drawing order; right-to-left titles are right-aligned."""
        width, parts = self._title_width(headline), self._title_lines(headline)
        text = printable(headline.title) or "Untitled"
        tone = "soft" if headline.read else "strong"
        if self.in_drawing_order(text) == text:
            return [[*self._marked(part, tone), (" " * (width - cell_len(part)), "")] for part in parts]
        parts = tuple(self.in_drawing_order(part, text) for part in parts)
        at_right = from_right(text)
        return [[(" " * (width - cell_len(part)) + part if at_right else pad(part, width), tone)] for part in parts]

    def _marked(self, text: str, tone: str) -> list[Piece]:
        return _with_marks(text, self.find(text).marks if self.find is not None else (), tone)

    def row_lines(self, row: int) -> list[list[Piece]]:
        headline = self.headline(row)
        if headline is None:  # another program has removed it
            return [[]]
        lines = [self._dense_line(headline)] if self.dense else self._airy_lines(headline)
        head = self._day_head(row)
        return [[("   ", ""), (head.upper(), "faint")], *lines] if head else lines

    def _airy_lines(self, headline: Headline) -> list[list[Piece]]:
        title = self._title(headline)
        first: list[Piece] = [*self._dot(headline), *title[0], *self._tail(headline)]
        rest: list[list[Piece]] = [[("   ", ""), *line] for line in title[1:]]
        if self._has_context(headline):
            rest.append([("   ", ""), *self._where_found(headline)])
        return [first, *rest, [("   ", ""), *self._byline(headline, self.size.width - 5)]]

    def _tail(self, headline: Headline) -> list[Piece]:
        """Star and, unless days have headings, age, flush right."""
        old = age(headline.date, self._clock()) if headline.is_dated and not self.by_day else ""
        if self.dense and not self.by_day:
            old = old.rjust(_AGE)
        if old and is_relative(headline.date, self._clock()):
            old = unless_omitted(self, Omitted.AGES, old)
        return [(" ★ " if headline.starred else "   ", "star"), (old, "faint"), ("  ", "")]

    def _where_found(self, headline: Headline) -> list[Piece]:
        """The search excerpt of an article; requested if it is not loaded."""
        known = self._contexts.get(headline.id)
        if known is None:
            if not self._wanting:
                self.call_after_refresh(self._ask_for_contexts)
            self._wanting.add(headline.id)
            return []
        text, width = known.text, self.size.width - 5
        if self.in_drawing_order(text) != text:
            return [(self.in_drawing_order(cut(text, width)), "soft")]
        return _with_marks(text, known.marks, "soft")

    def _ask_for_contexts(self) -> None:
        ids, self._wanting = tuple(self._wanting), set()
        self.post_message(self.ContextWanted(ids))

    @property
    def context_width(self) -> int:
        return max(8, self.size.width - 9)

    @property
    def contexts_in_sight(self) -> int:
        return 0 if self.dense else -(-self.room // _SEARCHED_HEIGHT)

    def set_contexts(self, contexts: Mapping[int, article.Excerpt]) -> None:
        self._contexts.update(contexts)
        self.refresh()

    def _byline(self, headline: Headline, width: int) -> list[Piece]:
        """The line below the title: feed, authors and minutes; at its end the number of feeds."""
        copies = f"×{headline.feeds}" if headline.feeds > 1 else ""
        room = width - (cell_len(copies) + 1 if copies else 0)
        feed = cut(printable(headline.feed_title), room) if self.with_feed else ""
        left = room - (cell_len(feed) + 3 if feed else 0)
        time = minutes(headline.words)
        long = f"{time} min" if headline.offline and time >= _LONG else ""
        authors = [printable(name) for name in headline.authors]
        beside = [people(authors, left - (cell_len(long) + 3 if long else 0)), long]
        if authors and (not beside[0] or beside[0].endswith(ELLIPSIS)):  # without the minutes, or without the authors
            short = people(authors, left)
            beside = [short] if short and (not feed or not short.endswith(ELLIPSIS)) else [long]
        rest = " · ".join(self.in_drawing_order(part) for part in beside if part and cell_len(part) <= left)
        feed = self.in_drawing_order(feed)
        gap = " · " if feed and rest else ""
        blank = width - cell_len(feed + gap + rest) - cell_len(copies)
        return [(feed, "soft"), (gap + rest, "faint"), (" " * max(0, blank), ""), (copies, "faint")]

    def _dense_line(self, headline: Headline) -> list[Piece]:
        """The line of a compact list: feed, title, and age unless days have headings."""
        tone = "soft" if headline.read else "strong"
        beside = min(_FEED, self.size.width // 4) if self.with_feed else 0
        feed = cut(printable(headline.feed_title), beside) if beside else ""
        aside = f"{pad(self.in_drawing_order(feed), beside)}  " if beside else ""
        room = max(1, self._title_width(headline) - cell_len(aside))
        title = cut(printable(headline.title) or "Untitled", room)
        seen = self.in_drawing_order(title)
        pieces = self._marked(title, tone) if seen == title else [(seen, tone)]
        return [
            *self._dot(headline),
            (aside, "faint"),
            *pieces,
            (" " * (room - cell_len(seen)), ""),
            *self._tail(headline),
        ]

    def _dot(self, headline: Headline) -> list[Piece]:
        plain = is_linear(self)
        selected = ("+" if plain else "✓") if headline.id in self.selected else " "
        new = " " if headline.read else "N" if plain else "●"
        return [(f"{selected}{new}", "mark"), (" ", "")]

    def head_line(self, line: int) -> list[Piece]:  # noqa: ARG002 - there is none
        return []

    def cursor_moved(self) -> None:
        if self._window.pinned(self.cursor) is None:
            self._window.pin(self.cursor)
        self.post_message(self.Pointed())

    def action_open_too(self) -> None:
        self.post_message(self.Selected())

    def move_to(self, row: int) -> None:
        self.is_untouched = False
        super().move_to(row)

    def scroll_lines(self, lines: int) -> None:
        self.is_untouched = False
        super().scroll_lines(lines)

    def action_open(self) -> None:
        self.is_untouched = False
        headline = self.current
        if headline is not None:
            self.post_message(self.Opened(headline.id))


def _with_marks(text: str, marks: Sequence[tuple[int, int]], tone: str) -> list[Piece]:
    pieces: list[Piece] = []
    end = 0
    for start, stop in marks:
        pieces += [(text[end:start], tone), (text[start:stop], "found")]
        end = stop
    return [*pieces, (text[end:], tone)]
