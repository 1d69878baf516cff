"""Jumps within an article, the keyboard cursor on links, and linear reading (line by line, for screen readers)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence

from textual.geometry import Offset

from tuireader.content.document.linear import Linear, to_linear
from tuireader.content.document.model import Code, Document, HeadingBlock, Link, Table, stops
from tuireader.tui.article.finder import Finder
from tuireader.tui.article.page_layout import HEAD, TOP, typed_cells
from tuireader.tui.article.page_view import PageView
from tuireader.tui.article.paint import column_of, column_of_link, extent, link_at
from tuireader.tui.support.viewport import Place

_BARS = " ▎▌"
"""Characters of blank lines within quotations and boxes."""


class Jumps:
    """Jumps to places of a page, and back."""

    def __init__(self, view: PageView) -> None:
        self._view = view
        self._trail: list[int] = []
        """Offsets of former positions."""
        self._landed: int | None = None
        """The target of the last jump, until the user scrolls."""

    def reset(self) -> None:
        self._trail.clear()
        self._landed = None

    def scrolled(self) -> None:
        if self._view.position != self._landed:
            self._landed = None

    @property
    def has_just_landed(self) -> bool:
        return self._landed is not None and bool(self._trail)

    def to(self, offset: int) -> None:
        """Scroll an offset to the top, and remember the former position."""
        self._trail.append(self._view.position)
        self._show_at_top(offset)
        self._landed = self._view.position
        self._view.refresh()

    def back(self) -> bool:
        """Return to the position before the last jump; False if there is none."""
        if not self._trail or self._view.page is None:
            return False
        self._view.go_to(self._view.page.at_offset(self._trail.pop()))
        return True

    @property
    def heading(self) -> int:
        """The index of the heading above the first visible line; -1 before the first heading."""
        headings = self._view.document.headings if self._view.document is not None else ()
        return bisect_right(headings, self._first_text_offset, key=lambda heading: heading.offset) - 1

    def step_heading(self, by: int, here: int | None) -> int | None:
        """Jump to the next heading, or the previous one (-1), from a block or the first line; returns its block.

        Before the first heading is the title: None.
        """
        page, document = self._view.page, self._view.document
        if page is None or document is None:
            return None
        headings = [heading for heading in document.headings if not page.folds_around(heading.offset)]
        start = self._first_text_offset if here is None else document.starts[here]
        find = bisect_right if by > 0 else bisect_left
        index = find(headings, start, key=lambda heading: heading.offset) - (by < 0)
        if index < 0 or not headings:
            self._view.go_to(TOP if by < 0 else self._view.sight[0])
            return None
        heading = headings[min(index, len(headings) - 1)]
        self._show_at_top(heading.offset)
        return heading.block

    def _show_at_top(self, offset: int) -> None:
        view = self._view
        if view.page is not None and view.document is not None and view.document.blocks:
            place = view.shown_place(offset)
            above = view.page.walk(place, -1)
            view.go_to(place if view.page.line(above).text or view.is_linear else above)

    @property
    def _first_text_offset(self) -> int:
        """The offset of the first visible line that is not blank; -1 for the head."""
        if (page := self._view.page) is not None:
            for place in self._view.sight:
                line = page.line(place)
                if line.drawn.strip(_BARS):
                    return -1 if place.item == HEAD else line.offset
        return -1


class LinkCursor:
    """The links under the keyboard cursor and under the pointer, as indices of the document's links.

    The keyboard cursor also stops at code, tables and headings: then it is the complement (`~`) of the block's index.
    """

    def __init__(self, view: PageView, focused: Callable[[int | None], None]) -> None:
        """`focused` is called when the keyboard cursor enters a link, or leaves one (None)."""
        self._view = view
        self._focused = focused
        self.here: int | None = None
        """The link or block under the keyboard cursor."""
        self.hover: int | None = None
        """The link under the pointer."""
        self._document: Document | None = None
        self._known: Sequence[tuple[int, int]] = ()
        """The stops of that document."""

    @property
    def links(self) -> Sequence[Link]:
        return self._view.document.links if self._view.document is not None else ()

    @property
    def shown(self) -> Link | None:
        """The link under the pointer, else under the keyboard cursor."""
        index = self.here if self.hover is None else self.hover
        return self.links[index] if index is not None and 0 <= index < len(self.links) else None

    @property
    def block(self) -> Code | Table | HeadingBlock | None:
        """The code, table or heading under the keyboard cursor."""
        document = self._view.document
        if self.here is None or self.here >= 0 or document is None or ~self.here >= len(document.blocks):
            return None
        block = document.blocks[~self.here]
        return block if isinstance(block, Code | Table | HeadingBlock) else None

    def reset(self) -> None:
        self.here = self.hover = None

    @property
    def heading(self) -> int | None:
        """The block of the heading under the keyboard cursor."""
        return ~self.here if self.here is not None and isinstance(self.block, HeadingBlock) else None

    def in_sight(self) -> list[int]:
        """The visible links, code and tables in order, each once."""
        return list(dict.fromkeys(stop for place in self._view.sight for stop in self._stops(place)))

    def _stops(self, place: Place) -> Iterator[int]:
        view, document = self._view, self._view.document
        if document is not None and place.item != HEAD and isinstance(document.blocks[place.item], Code | Table):
            yield ~place.item
        yield from (span.link for span in view.spans_of(place) if span.link is not None)

    def link_at_cell(self, at: Offset) -> int | None:
        """The link at a cell of the view, as under the pointer; None if there is none."""
        if not 0 <= at.y < len(self._view.sight):
            return None
        return link_at(self._view.spans_of(self._view.sight[at.y]), at.x - self._view.margin)

    def step(self, by: int) -> bool:
        """Move to the next stop, or the previous one (-1), also out of sight; returns whether there is one."""
        view, page = self._view, self._view.page
        every = [] if page is None else [each for each in self._every if not page.folds_around(each[0])]
        names = [stop for _, stop in every]
        visible = [stop for stop in self.in_sight() if stop in names]
        if self.here in names:
            index = names.index(self.here) + by
        elif visible:
            index = names.index(visible[0 if by > 0 else -1])
        else:
            find = bisect_left if by > 0 else bisect_right
            index = find(every, view.first_offset, key=lambda each: each[0]) - (by < 0)
        if page is None or not 0 <= index < len(every):
            self.focus(None)
            return False
        offset, stop = every[index]
        if view.is_linear:
            view.go_to(view.shown_place(offset))
        elif stop not in visible:
            view.go_to(page.walk(view.shown_place(offset), -(view.rows // 3)))
        self.focus(stop)
        return True

    @property
    def _every(self) -> Sequence[tuple[int, int]]:
        """All stops of the document, by offset."""
        document = self._view.document
        if document is not self._document:
            self._document, self._known = document, [*stops(document)] if document is not None else []
        return self._known

    def focus(self, stop: int | None) -> None:
        """Move the keyboard cursor to a link or block, or away (None)."""
        if stop != self.here:
            self.here = stop
            self._view.refresh()
            self._focused(stop if stop is not None and stop >= 0 else None)

    def let_go_out_of_sight(self) -> None:
        here = self.here
        if here is not None and here not in self.in_sight() and all(place.item != ~here for place in self._view.sight):
            self.focus(None)


class LinearReading:
    """Shows documents in linear form, and converts offsets between that and the original document."""

    def __init__(self, view: PageView, finder: Finder, link_cursor: LinkCursor) -> None:
        self._view = view
        self._finder = finder
        self._link_cursor = link_cursor
        self._linear: Linear | None = None

    def shown(self, document: Document) -> Document:
        self._linear = to_linear(document) if self._view.is_linear else None
        return document if self._linear is None else self._linear.document

    def place_in(self, offset: int) -> int:
        return offset if self._linear is None else self._linear.from_source(offset)

    def place_of(self, offset: int) -> int:
        return offset if self._linear is None else self._linear.to_source(offset)

    @property
    def cell(self) -> Offset:
        """The cell of the terminal's cursor: in the find prompt, at the current link or match, else at the top."""
        if self._finder.typing:
            typed = typed_cells(self._finder.sought, self._finder.said, self._view.column)
            return Offset(self._view.margin + typed, self._view.size.height - 1)
        view, session, link = self._view, self._finder.session, self._link_cursor.here
        spans = view.spans_of(view.sight[0])
        first, last = extent(spans)
        column = 0
        if link is not None:
            column = column_of_link(spans, link)
        elif session is not None and session.here is not None and first <= session.here.start < last:
            column = column_of(spans, session.here.start)
        return Offset(view.margin + column, 0)
