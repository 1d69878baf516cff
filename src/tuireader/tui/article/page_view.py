"""A scrolling page: paints visible lines, and lays out the others when idle."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter
from typing import Self

from rich.segment import Segment
from textual import events, work
from textual.geometry import Offset, Region, Size
from textual.reactive import var
from textual.strip import Strip
from textual.worker import get_current_worker

from tuireader.async_tools import in_thread
from tuireader.config import MEASURE, NARROWEST, WIDEST
from tuireader.content.document.model import Code, Document
from tuireader.content.layout.layout import HYPHENATED_BELOW, lay_out_block
from tuireader.content.layout.line import Line, Span
from tuireader.text.bidi import terminal_reorders
from tuireader.tui.article.page_layout import HEAD, TOP, Page
from tuireader.tui.article.paint import Highlight, PaintContext, RoleStyles, drawn, extent, paint
from tuireader.tui.support.textual_internals import OpenScrollView
from tuireader.tui.support.viewport import Place, ThumbDrag, share_at, thumb

_SLICE = 0.005
"""Maximum seconds of layout work at a time, so that keys wait for less than a frame."""
_SLICE_INTERVAL = 0.002
"""Seconds between two slices of layout work, in which keys are handled."""
_FIRST = 0.03
"""Seconds before the layout of invisible blocks begins, so that the visible ones are painted first."""
_RESIZE_DEBOUNCE = 0.05
"""Seconds that a page must keep its size before a thread lays out its heavy blocks."""
LINES_IN_BLOCK = 10**8
"""More lines than any block has; used to encode a place as one number."""


class PageView(OpenScrollView, can_focus=True):
    """Scrolls and paints a page; subclasses add a head and highlights."""

    measure: var[int] = var(MEASURE, init=False)
    """Column width in cells, if the widget is wide enough."""

    def __init__(self, *, id: str | None = None, reorder: bool | None = None) -> None:  # noqa: A002 - Textual's name
        """`reorder`: reorder right-to-left text here; None: decide by the terminal."""
        super().__init__(id=id)
        self.reorder = not terminal_reorders(os.environ) if reorder is None else reorder
        self.hyphenate = True
        """Whether words are hyphenated in narrow columns."""
        self.is_linear = False
        """Whether linear mode is on: one reads the top line, so even the last line can scroll to the top."""
        self.document: Document | None = None
        self.page: Page | None = None
        """The document laid out at the current width."""
        self.folded: frozenset[int] = frozenset()
        """The blocks of headings whose sections are hidden."""
        self._top = TOP
        """The place at the top."""
        self._anchor = 0
        """The offset at the top, kept while the width changes."""
        self.sight: list[Place] = []
        """The place of each visible row."""
        self.drag = ThumbDrag(self, self._drag_to)
        self._placing = False
        """Whether the scroll offset is set by the page itself, and not by the user."""
        self._ink: RoleStyles | None = None
        self._look: PaintContext | None = None

    # What an heir gives.

    def head_lines(self, width: int) -> Sequence[Line]:
        """The lines above the document; for subclasses."""
        raise NotImplementedError

    def highlights_in(self, place: Place, start: int, end: int) -> Sequence[Highlight]:
        """The highlights on a line between two offsets; for subclasses."""
        raise NotImplementedError

    def links_drawn(self) -> tuple[int | None, int | None]:
        """The indices of the links under the pointer and under the keyboard cursor; for subclasses."""
        raise NotImplementedError

    def scrolled(self) -> None:
        """Called after a scroll or a jump; for subclasses."""

    def relaid(self) -> None:
        """Called before the page is laid out at another width."""

    def fitted(self) -> None:
        """Called when the page is laid out at the current size."""

    # What is where.

    @property
    def column(self) -> int:
        """The column width in cells."""
        width = self.size.width
        edge = 2 if width >= 40 else 1 if width >= 16 else 0
        return max(1, min(self.measure, width - 2 * edge))

    @property
    def margin(self) -> int:
        """The width of the left margin in cells."""
        if self.is_linear:
            return 0
        return max(0, self.size.width - self.column) // 2

    @property
    def foot(self) -> int:
        """Rows of the foot line, which does not scroll, and the blank row above it."""
        height = self.size.height
        return 0 if height < 4 else 1 if height < 16 else 2

    @property
    def rows(self) -> int:
        return self.size.height - self.foot

    @property
    def divides_words(self) -> bool:
        return self.hyphenate and self.size.width > 0 and self.column < HYPHENATED_BELOW

    @property
    def position(self) -> int:
        """The offset of the first visible line; 0 for the head."""
        return self._anchor

    @property
    def first_offset(self) -> int:
        return self.page.line(self._top).offset if self.page is not None and self._top.item != HEAD else 0

    @property
    def at_end(self) -> bool:
        return self.page is None or self.page.shows_end(self.sight)

    def open_page(self, document: Document | None, position: int) -> None:
        """Show a document from an offset on; None shows nothing."""
        self.workers.cancel_group(self, "layout")
        self.document = document
        self.page = None
        self.folded = frozenset()
        self._top, self._anchor = TOP, position
        self._fit()

    def fold(self, folded: frozenset[int]) -> None:
        """Hide the sections of these headings, and show all others; the position stays."""
        if folded != self.folded:
            self.workers.cancel_group(self, "layout")
            self.folded, self.page = folded, None
            self._fit()

    def shown_place(self, offset: int) -> Place:
        """The place of an offset, which is unfolded."""
        if self.page is None:
            return TOP
        self.fold(self.folded - self.page.folds_around(offset))
        return self.page.place_of(offset)

    def go_on_with(self, document: Document) -> None:
        """Replace the document by a longer version of it; the position stays."""
        self.workers.cancel_group(self, "layout")
        self.document = document
        self.page = None
        self._fit()

    def _fit(self) -> None:
        """Lay out what is visible at the current width, and start laying out the rest in the background."""
        if self.document is None or not self.size.width or not self.size.height:
            self.sight = []
            self._resize_to(0)
            self.refresh()
            return
        page = self.page
        if page is None or page.width != self.column:
            self.workers.cancel_group(self, "layout")  # it lays out the page that is replaced
            self.relaid()
            page = self.page = Page(
                self.head_lines(self.column), self.document, self.column, hyphenate=self.hyphenate, folded=self.folded
            )
            line = min(self._top.line, len(page.lines(HEAD)) - 1)
            in_head = self._top.item == HEAD and not self._anchor
            self._top = page.walk(Place(HEAD, max(0, line)) if in_head else page.at_offset(self._anchor), 0)
        self._settle(page, self._top)
        self.fitted()
        if not page.complete:
            self._finish(page)

    @work(exclusive=True, group="layout")
    async def _finish(self, page: Page) -> None:
        worker = get_current_worker()

        def is_stale() -> bool:
            return worker.is_cancelled or page is not self.page

        await asyncio.sleep(_FIRST)
        if is_stale():
            return
        began = perf_counter()
        for block in page.unfinished(self._top.item):
            if page.is_heavy(block):
                await self._finish_heavy(page, block)
            else:
                page.lines(block)
            if perf_counter() - began > _SLICE:
                await asyncio.sleep(_SLICE_INTERVAL)
                began = perf_counter()
            if is_stale():
                return
        self._settle(page, self._top)

    async def _finish_heavy(self, page: Page, block: int) -> None:
        """Lay out a heavy block in a thread."""
        # A size that is gone a moment later is not worth a thread, which cannot be stopped.
        await asyncio.sleep(_RESIZE_DEBOUNCE)
        lines = await in_thread(lay_out_block, page.document, block, page.width)
        if page is self.page:
            page.put(block, lines)
            is_here = self._anchor > 0 and page.document.block_at(self._anchor) == block
            self._settle(page, page.at_offset(self._anchor) if is_here else self._top)

    def _settle(self, page: Page, top: Place) -> None:
        """Put a line at the top, limited by the end of the page."""
        rows = self.rows
        sight = page.window(top, rows)
        if len(sight) < rows and not self.is_linear:
            top = min(top, page.bottom(rows))
            sight = page.window(top, rows)
        self._top, self.sight = top, sight
        below = rows - 1 if self.is_linear else 0
        self._resize_to(page.rows + self.foot + below)
        with self._placed():
            self.scroll_y = self.scroll_target_y = page.row(top)
        self.refresh()

    def _resize_to(self, rows: int) -> None:
        """Set the virtual height without a screen layout."""
        size = Size(self.size.width, rows)
        self.set_reactive(PageView.virtual_size, size)
        with self._placed():
            self.scroll_within(size)

    @contextmanager
    def _placed(self) -> Iterator[None]:
        before, self._placing = self._placing, True
        try:
            yield
        finally:
            self._placing = before

    # Scrolling.

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        rows = round(new_value) - round(old_value)
        page = self.page
        if self._placing or not rows or page is None:
            return
        # Heights above may be guesses: a short way is walked line by line, so that no line is skipped or seen twice.
        near = abs(rows) <= 3 * self.rows and not page.complete
        self.go_to(page.walk(self._top, rows) if near else page.at_row(round(new_value)))

    def go_to(self, place: Place) -> None:
        page = self.page
        if page is not None:
            self._settle(page, place)
            self._anchor = self.first_offset
            self.scrolled()

    def scroll_rows(self, rows: int) -> None:
        if self.page is not None:
            self.go_to(self.page.walk(self._top, rows))

    def take_size(self, size: Size, virtual_size: Size, container_size: Size, *, layout: bool) -> bool:
        with self._placed():
            return super().take_size(size, virtual_size, container_size, layout=layout)

    def size_taken(self, *, changed: bool) -> None:
        """Fit the page to a new size at once, so that the first frame is right."""
        is_blank = self.document is not None and not (self.page and self.sight)  # opened or scrolled while hidden
        if changed or is_blank:
            self._fit()

    def validate_measure(self, measure: int) -> int:
        return max(NARROWEST, min(measure, WIDEST))

    def watch_measure(self) -> None:
        self._fit()

    # Painting.

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._ink = self._look = None

    @property
    def ink(self) -> RoleStyles:
        """The styles of the current theme."""
        if self._ink is None:
            self._ink = RoleStyles(self)
        return self._ink

    @property
    def look(self) -> PaintContext:
        """The context for painting lines, cached until the next refresh."""
        if self._look is None:
            size, (hover, here) = self.size, self.links_drawn()
            self._look = PaintContext(
                self.ink, self.margin, self.column, size.width, size.height, self.thumb, hover, here
            )
        return self._look

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        self._look = None
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def spans_of(self, place: Place) -> Sequence[Span]:
        return drawn(self.page.line(place), reorder=self.reorder) if self.page is not None else ()

    def render_line(self, y: int) -> Strip:
        look = self.look
        page = self.page
        if page is None or y >= len(self.sight):
            return Strip.blank(look.width, look.ink.of(""))
        place = self.sight[y]
        spans = self.spans_of(place)
        is_code = place.item != HEAD and isinstance(page.document.blocks[place.item], Code)
        tinted = is_code and page.line(place).style == "code-block"
        strip = paint(spans, look, self.highlights_in(place, *extent(spans)), tinted=tinted)
        is_here = place.item != HEAD and look.here == ~place.item  # the keyboard cursor is on this code or table
        if is_here and look.margin and place.line >= page.document.blocks[place.item].gap:
            at, bar = max(0, look.margin - 2), Strip([Segment("▎", look.ink.of("callout-bar"))], 1)
            strip = Strip.join([strip.crop(0, at), bar, strip.crop(at + 1)])
        start, stop = look.thumb
        if start <= y < stop:
            strip = Strip([*strip.crop(0, look.width - 1), Segment("▐", look.ink.of("thumb"))], look.width)
        return strip.apply_offsets(0, (place.item + 1) * LINES_IN_BLOCK + place.line)

    # The mark at the right edge.

    @property
    def thumb(self) -> tuple[int, int]:
        """The rows of the scroll thumb; none if everything is visible."""
        room, most = self.rows, self.max_scroll_y
        if self.page is None or not most or room < 3 or self.size.width < 16 or self.is_linear:
            return 0, 0
        return thumb(room, room * room // (room + most), self.scroll_y / most)

    def is_on_thumb(self, at: Offset) -> bool:
        """Whether a cell is on the scroll thumb."""
        start, stop = self.thumb
        return stop > start and at.x == self.size.width - 1 and 0 <= at.y < self.rows

    def cell_of(self, event: events.MouseEvent) -> Offset:
        """The cell under the pointer."""
        return event.screen_offset - self.content_region.offset

    def _drag_to(self, y: int) -> None:
        self.scroll_to(y=round(share_at(y, self.rows) * self.max_scroll_y), animate=False)
